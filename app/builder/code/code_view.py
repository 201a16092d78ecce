"""A read-only view of source code with colours and marked lines."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, Qt, Signal, Slot
from PySide6.QtGui import QColor, QFontDatabase, QKeyEvent, QMouseEvent, QResizeEvent, QTextCursor, QTextFormat
from PySide6.QtWidgets import QPlainTextEdit, QTextEdit, QWidget

from app.builder.code.highlighter import PythonHighlighter
from app.widgets.theme.theme import GRID, current_theme

_MARK_OPACITY = 0.18


class CodeView(QPlainTextEdit):
    """Shows the text of a script.

    Arguments:
        parent: the parent widget.

    Signals:
        line_chosen(number): the user clicked a line, or pressed Return in it. Lines are counted from 0.
    """

    line_chosen = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("code_view")
        self.setAccessibleName("Code")
        self.setReadOnly(True)
        self.setUndoRedoEnabled(False)
        self.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        # With the keyboard too: the arrow keys move the cursor, and Shift selects text.
        self.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.setTabChangesFocus(True)
        self.setFrameShape(QPlainTextEdit.Shape.NoFrame)
        self.document().setDocumentMargin(GRID)
        self.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self._highlighter = PythonHighlighter(self.document())
        self._marked: tuple[range, ...] = ()
        self.updateRequest.connect(self._on_update_requested)

    @property
    def marked(self) -> tuple[range, ...]:
        """The marked lines."""
        return self._marked

    def show_text(self, text: str) -> None:
        """Show another text. Only the lines that differ are replaced, so the view stays where it is.

        Arguments:
            text: the whole text.
        """
        old, new = self.toPlainText().split("\n"), text.split("\n")
        first = _shared(old, new)
        rest = _shared(old[first:][::-1], new[first:][::-1])
        if old == new:
            return
        # Replace at least one line with at least one line, so that no line break is left over.
        if min(len(old), len(new)) == first + rest:
            first, rest = (first - 1, rest) if first else (first, max(rest - 1, 0))
        if first + rest == 0:
            self.setPlainText(text)
            return
        cursor = QTextCursor(self.document().findBlockByNumber(first))
        last = self.document().findBlockByNumber(len(old) - rest - 1)
        cursor.setPosition(last.position() + last.length() - 1, QTextCursor.MoveMode.KeepAnchor)
        cursor.insertText("\n".join(new[first : len(new) - rest]))

    def mark_lines(self, marked: Sequence[range]) -> None:
        """Mark some lines.

        Arguments:
            marked: ranges of lines, counted from 0.
        """
        self._marked = tuple(marked)
        color = QColor(current_theme().accent)
        color.setAlphaF(_MARK_OPACITY)
        selections = []
        for line in (line for lines in self._marked for line in lines):
            selection = QTextEdit.ExtraSelection()
            selection.cursor = QTextCursor(self.document().findBlockByNumber(line))
            selection.format.setBackground(color)
            selection.format.setProperty(QTextFormat.Property.FullWidthSelection, True)
            selections.append(selection)
        self.setExtraSelections(selections)

    def scroll_to(self, line: int) -> None:
        """Scroll to a line if it is not visible.

        Arguments:
            line: number of the line, counted from 0.
        """
        if line in self._visible_lines(whole=True):
            return
        page = max(len(self._visible_lines(whole=True)), 1)
        self.verticalScrollBar().setValue(max(line - page // 2, 0))

    def line_of_cursor(self) -> int:
        """Return the line of the text cursor, counted from 0."""
        return self.textCursor().blockNumber()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        # A click chooses a line. After a drag, the user wants to copy a part of the text.
        if event.button() == Qt.MouseButton.LeftButton and not self.textCursor().hasSelection():
            self.line_chosen.emit(self.cursorForPosition(event.position().toPoint()).blockNumber())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.line_chosen.emit(self.line_of_cursor())
            event.accept()
            return
        super().keyPressEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "_highlighter"):
            self._highlighter.use_theme()
            self.mark_lines(self._marked)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._highlighter.show_lines(self._visible_lines())

    def _visible_lines(self, *, whole: bool = False) -> range:
        """Return the numbers of the lines in the viewport.

        Arguments:
            whole: leave out a line that is cut off at the bottom.
        """
        first = self.firstVisibleBlock().blockNumber()
        height = max(self.blockBoundingRect(self.firstVisibleBlock()).height(), 1.0)
        count = self.viewport().height() / height
        return range(first, first + (int(count) if whole else int(count) + 2))

    @Slot()
    def _on_update_requested(self) -> None:
        self._highlighter.show_lines(self._visible_lines())


def _shared(first: Sequence[str], second: Sequence[str]) -> int:
    """Return the number of equal lines at the start of both."""
    count = 0
    for one, other in zip(first, second, strict=False):
        if one != other:
            break
        count += 1
    return count
