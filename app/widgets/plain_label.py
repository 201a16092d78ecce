"""Labels whose text may come from a file: never markup, never wider than the window has room for."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QLabel, QStyle, QStyleOption, QWidget

from app.widgets.plain_text import sentence, tool_tip


class PlainLabel(QLabel):
    """Shows plain text, makes every character of it visible, and asks for no width.

    Long words and long messages are shown without their middle; the tool tip then holds the whole text.

    Arguments:
        text: what is shown at first.
        elides: stay on one line and leave out what does not fit; else the text wraps.
    """

    def __init__(self, text: str = "", parent: QWidget | None = None, elides: bool = False) -> None:
        super().__init__(parent)
        self._elides = elides
        self._own_tip = self._whole_text = ""
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setWordWrap(not elides)
        self.setText(text)

    def setText(self, text: str) -> None:
        shown = sentence(text)
        self._whole_text = "" if shown == text else text
        super().setText(" ".join(shown.split("\n")) if self._elides else shown)
        self._show_tip()

    def setToolTip(self, text: str) -> None:
        self._own_tip = text
        self._show_tip()

    def minimumSizeHint(self) -> QSize:
        return QSize(0, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._show_tip()

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self._cut_off():
            super().paintEvent(event)
            return
        option = QStyleOption()
        option.initFrom(self)
        painter = QPainter(self)
        self.style().drawPrimitive(QStyle.PrimitiveElement.PE_Widget, option, painter, self)
        text = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, self.contentsRect().width())
        self.style().drawItemText(
            painter, self.contentsRect(), self.alignment(), option.palette, True, text, self.foregroundRole()
        )
        painter.end()

    def _cut_off(self) -> bool:
        """Return True if one line does not hold the text."""
        return self._elides and self.fontMetrics().horizontalAdvance(self.text()) > self.contentsRect().width()

    def _show_tip(self) -> None:
        super().setToolTip(tool_tip(self._own_tip or self._whole_text or (self.text() if self._cut_off() else "")))
