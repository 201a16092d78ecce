"""The thin button in place of a folded panel."""

from PySide6.QtCore import QEvent, QPoint, QSize, Qt
from PySide6.QtGui import QColor, QEnterEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from app.widgets.theme.theme import GRID, current_theme

STRIP = 14
"""Width of the strip, in pixels."""
_TURNS = {Qt.ArrowType.RightArrow: 0, Qt.ArrowType.LeftArrow: 180, Qt.ArrowType.UpArrow: 270}


class UnfoldStrip(QAbstractButton):
    """A thin button that brings a folded panel back.

    Arguments:
        arrow: the direction in which the panel opens.
        text: says what the button does.
    """

    def __init__(self, arrow: Qt.ArrowType, text: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._arrow = arrow
        self.setToolTip(text)
        self.setAccessibleName(text)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        fixed, expanding = QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding
        if arrow == Qt.ArrowType.UpArrow:
            self.setSizePolicy(expanding, fixed)
        else:
            self.setSizePolicy(fixed, expanding)

    def sizeHint(self) -> QSize:
        return QSize(STRIP, STRIP)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        theme, painter = current_theme(), QPainter(self)
        active, half = self.underMouse() or self.hasFocus(), GRID // 2
        painter.fillRect(self.rect(), QColor(theme.track if active else theme.surface))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.translate(self.rect().center())
        painter.rotate(_TURNS[self._arrow])
        painter.setPen(QPen(QColor(theme.accent if active else theme.muted), 1.5))
        painter.drawPolyline([QPoint(-half // 2, -half), QPoint(half // 2, 0), QPoint(-half // 2, half)])

    def enterEvent(self, event: QEnterEvent) -> None:
        self.update()
        super().enterEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        self.update()
        super().leaveEvent(event)
