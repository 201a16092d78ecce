"""Colours for Python source code."""

import re
from typing import NamedTuple

from PySide6.QtGui import QColor, QSyntaxHighlighter, QTextBlock, QTextCharFormat, QTextDocument

from app.widgets.theme.theme import DARK_FAMILY_COLORS, FAMILY_COLORS, current_theme

_TOKENS = re.compile(
    r"""(?P<comment>\#.*)
    |(?P<text>f?\"\"\".*?(?:\"\"\"|$)|f?"(?:\\.|[^"\\])*"|f?'(?:\\.|[^'\\])*')
    |(?P<number>\b\d+(?:\.\d+)?(?:e-?\d+)?\b)
    |\b(?P<keyword>and|as|class|def|else|except|for|from|if|import|in|is|not|or|return|try|with|None|True|False)\b
    """,
    re.VERBOSE,
)
_DARKER = 130
"""Percent, for `QColor.darker`: the text has at least 4.5 times the contrast of its background."""

_COLOURED = 1
"""State of a line that has its colours. Qt's default is -1."""


class Token(NamedTuple):
    """A coloured part of a line.

    Attributes:
        kind: "comment", "text", "number" or "keyword".
        start: first character, counted from 0.
        length: number of characters.
    """

    kind: str
    start: int
    length: int


def tokens(line: str) -> list[Token]:
    """Return the parts of a line of Python that have a colour of their own.

    Arguments:
        line: one line of a script.

    >>> tokens('x = 12  # "a"')
    [Token(kind='number', start=4, length=2), Token(kind='comment', start=8, length=5)]
    """
    return [
        Token(found.lastgroup or "", found.start(), found.end() - found.start()) for found in _TOKENS.finditer(line)
    ]


class PythonHighlighter(QSyntaxHighlighter):
    """Colours the visible lines of a script. Colouring thousands of lines at once would block the window.

    Arguments:
        document: the text.
    """

    def __init__(self, document: QTextDocument) -> None:
        super().__init__(document)
        self._formats: dict[str, QTextCharFormat] = {}
        self._shown = range(0)
        self.use_theme()

    def use_theme(self) -> None:
        """Use the colours of the current theme."""
        theme = current_theme()
        family = DARK_FAMILY_COLORS if theme.dark else FAMILY_COLORS
        colors = {"comment": QColor(theme.muted)}
        for kind, name in (("text", "activation"), ("number", "dense"), ("keyword", "convolution")):
            color = QColor(family[name])
            # The colours of the cards are too light for thin text on white.
            colors[kind] = color if theme.dark else color.darker(_DARKER)
        for kind, color in colors.items():
            self._formats[kind] = QTextCharFormat()
            self._formats[kind].setForeground(color)
        self.rehighlight()

    def show_lines(self, shown: range) -> None:
        """Colour the lines that become visible.

        Arguments:
            shown: numbers of the visible lines.
        """
        self._shown = shown
        block = self.document().findBlockByNumber(shown.start)
        while block.isValid() and block.blockNumber() < shown.stop:
            following = block.next()
            if block.userState() != _COLOURED:
                self.rehighlightBlock(block)
            block = following

    def highlightBlock(self, text: str) -> None:
        """Colour one line, if it is visible."""
        block: QTextBlock = self.currentBlock()
        if block.blockNumber() not in self._shown:
            self.setCurrentBlockState(-1)
            return
        for token in tokens(text):
            self.setFormat(token.start, token.length, self._formats[token.kind])
        self.setCurrentBlockState(_COLOURED)
