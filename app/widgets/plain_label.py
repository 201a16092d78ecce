"""A label whose text may come from a file: it shows no markup and never widens the window."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QLabel, QStyle, QStyleOption, QWidget

from app.widgets.plain_text import sentence, tool_tip


class PlainLabel(QLabel):
    """Plain text with every character visible. The label asks for no width.

    Long words and long messages are shown without their middle. The tool tip then holds the whole text.

    Arguments:
        text: the text at first.
        elides: stay on one line that ends in "…" where it does not fit; else the text wraps.
    """

    def __init__(self, text: str = "", parent: QWidget | None = None, elides: bool = False) -> None:
        super().__init__(parent)
        self._elides = elides
        self._given: str | None = None
        self._own_tip = self._whole_text = ""
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setWordWrap(not elides)
        self.setText(text)

    def setText(self, text: str) -> None:
        if text == self._given:
            return  # live views set the same text many times a second
        self._given = text
        shown = sentence(text)
        self._whole_text = "" if shown == text else text
        super().setText(" ".join(shown.split("\n")) if self._elides else shown)
        self._show_tip()

    def setToolTip(self, text: str) -> None:
        if text != self._own_tip:
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
        """Return True if the text does not fit on its line."""
        return self._elides and self.fontMetrics().horizontalAdvance(self.text()) > self.contentsRect().width()

    def _show_tip(self) -> None:
        super().setToolTip(tool_tip(self._own_tip or self._whole_text or (self.text() if self._cut_off() else "")))
