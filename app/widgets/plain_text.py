"""Make text from a file safe to show: every character is visible, the length is limited, and markup has no effect.

Names of tensors, layers, classes and files may hold anything. Use `short` for a name inside a line, `sentence`
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
_LONG_WORD = re.compile(r"[^\s/-]{49,}")
_WORD_JOINER = "\N{WORD JOINER}"


def visible(text: str, keep_line_breaks: bool = False) -> str:
    """Replace each character that is invisible, or changes how others look, by its escape sequence.

    Examples are control characters, bidirectional overrides and zero-width characters.

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
    """Return a name from a file for use inside a line: every character is visible, and a long name loses its middle.

    Arguments:
        name: any text.
        longest: largest number of characters of the result.
    """
    # Shorten a very long name first, so that `visible` has less to do. The result shows only the two ends, which stay.
    return elide(visible(elide(name, 10 * longest)), longest)


def sentence(text: str) -> str:
    """Return a message (`text`) that may quote names, safe to show.

    Every character is visible. A long word and a long message lose their middle.
    """
    shown = visible(elide(text, 10 * _SENTENCE_LENGTH), keep_line_breaks=True)
    shown = _LONG_WORD.sub(lambda word: elide(word.group(), 48), shown)
    return elide(shown, _SENTENCE_LENGTH)


def tool_tip(text: str) -> str:
    """Return a `text` for a tool tip. Qt shows it as plain text, in lines that fit on a screen.

    Qt guesses whether a tool tip is HTML. An invisible word joiner after each "<" and "&" keeps Qt from finding tags
    or entities.
    """
    shown = visible(elide(text, 10 * _LINE_LENGTH * _TIP_LINES), keep_line_breaks=True)
    lines = [part for line in shown.split("\n") for part in textwrap.wrap(line, _LINE_LENGTH) or [""]]
    if len(lines) > _TIP_LINES:
        lines = [*lines[: _TIP_LINES // 2], "…", *lines[-_TIP_LINES // 2 :]]
    return re.sub(r"([<&])(?=\S)", rf"\1{_WORD_JOINER}", "\n".join(lines))


def button_text(text: str, longest: int = _NAME_LENGTH) -> str:
    """Return a text for a menu, a button or a tab, where a single "&" would mark the key to press.

    Arguments:
        text: any text.
        longest: largest number of characters before each "&" is doubled.

    >>> button_text("R&D")
    'R&&D'
    """
    return short(text, longest).replace("&", "&&")
