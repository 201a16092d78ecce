"""Text that came from a file, made safe to show: no character is invisible, no length is unbounded, no markup works.

Names of tensors, layers, classes and files may hold anything. Use `short` for a name that stands in a line, `sentence`
for an error message that quotes names, `tool_tip` for every tool tip, and `button_text` for menus and buttons.
"""

import re
import textwrap
import unicodedata

_NAME_LENGTH = 60
_SENTENCE_LENGTH = 600
_LINE_LENGTH = 100
_TIP_LINES = 30
_INVISIBLE = frozenset(("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"))
_LONG_RUN = re.compile(r"[^\s/-]{49,}")
_WORD_JOINER = "\N{WORD JOINER}"


def visible(text: str, keep_line_breaks: bool = False) -> str:
    """Replace each character that is invisible, or changes how others are shown, by its escape.

    These are control characters, bidirectional overrides, zero-width characters and the like.

    Arguments:
        text: any text.
        keep_line_breaks: leave "\\n" as it is.

    >>> print(visible("a\\0b\\u202ec"))
    a\\x00b\\u202ec
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(
        character.encode("unicode_escape").decode()
        if unicodedata.category(character) in _INVISIBLE and not (keep_line_breaks and character == "\n")
        else character
        for character in text
    )


def elide(text: str, longest: int) -> str:
    """Shorten a text to `longest` characters by leaving out its middle.

    >>> elide("encoder.block.11.weight", 12)
    'encod…weight'
    """
    if len(text) <= longest:
        return text
    tail = longest // 2
    return f"{text[: longest - tail - 1]}…{text[-tail:]}"


def short(name: str, longest: int = _NAME_LENGTH) -> str:
    """Return a name from a file as it may stand in one line: every character visible, the middle left out if long."""
    # An escape is at most ten characters long, so nothing behind this length could be seen.
    return elide(visible(elide(name, 10 * longest)), longest)


def sentence(text: str) -> str:
    """Return a message that may quote names: visible characters, long words and long messages without their middle."""
    shown = visible(elide(text, 10 * _SENTENCE_LENGTH), keep_line_breaks=True)
    shown = _LONG_RUN.sub(lambda run: elide(run.group(), 48), shown)
    return elide(shown, _SENTENCE_LENGTH)


def tool_tip(text: str) -> str:
    """Return a text as a tool tip that Qt takes for plain text, in lines that fit on a screen.

    Qt decides by itself whether a tool tip is HTML. An invisible word joiner behind each "<" and "&" keeps it from
    finding a tag or an entity.
    """
    shown = visible(elide(text, 10 * _LINE_LENGTH * _TIP_LINES), keep_line_breaks=True)
    lines = [part for line in shown.split("\n") for part in textwrap.wrap(line, _LINE_LENGTH) or [""]]
    if len(lines) > _TIP_LINES:
        lines = [*lines[: _TIP_LINES // 2], "…", *lines[-_TIP_LINES // 2 :]]
    return re.sub(r"([<&])(?=\S)", rf"\1{_WORD_JOINER}", "\n".join(lines))


def button_text(text: str, longest: int = _NAME_LENGTH) -> str:
    """Return a text for a menu, a button or a tab, where "&" would mark the key to press.

    >>> button_text("R&D")
    'R&&D'
    """
    return short(text, longest).replace("&", "&&")
