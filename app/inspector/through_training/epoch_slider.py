"""The slider over the epochs of a run, with a mark at the best one."""

from PySide6.QtCore import QPointF, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPaintEvent, QPolygonF, QWheelEvent
from PySide6.QtWidgets import QSlider, QStyle, QStyleOptionSlider, QWidget

from app.widgets.theme.theme import GRID, current_theme

_MARK = GRID // 2
"""Half of the width of the mark, in pixels."""


class EpochSlider(QSlider):
    """A slider whose steps are the kept epochs. A triangle above it marks the best one.

    Arrow keys, Page Up and Down, Home and End move it; Space and Enter play.

    Signals:
        play_pressed(): the user pressed Space or Enter.
    """

    play_pressed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self._best = -1
        self.setRange(0, 0)
        self.setMinimumHeight(3 * GRID)
        self.setMinimumWidth(8 * GRID)

    def show_stops(self, count: int, place: int, best: int) -> None:
        """Show other epochs. This emits no `valueChanged`.

        Arguments:
            count: number of epochs to choose from.
            place: the chosen one, from 0; -1 if it is none of them, which is shown at the end.
            best: the best one; -1 if it is unknown.
        """
        blocked = self.blockSignals(True)
        self.setRange(0, max(count - 1, 0))
        self.setPageStep(max(count // 10, 1))
        self.setValue(place if place >= 0 else count - 1)
        self.blockSignals(blocked)
        if best != self._best:
            self._best = best
            self.update()

    def mark_x(self) -> float:
        """Return the middle of the mark, in pixels; below 0 without a best epoch."""
        if self._best < 0 or self.maximum() < 1:
            return -1.0
        option = QStyleOptionSlider()
        self.initStyleOption(option)
        handle = self.style().pixelMetric(QStyle.PixelMetric.PM_SliderLength, option, self)
        return handle / 2 + QStyle.sliderPositionFromValue(0, self.maximum(), self._best, self.width() - handle)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        x = self.mark_x()
        if x < 0:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(current_theme().accent))
        painter.drawPolygon(QPolygonF([QPointF(x - _MARK, 0), QPointF(x + _MARK, 0), QPointF(x, _MARK + 1)]))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.play_pressed.emit()
        else:
            super().keyPressEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()  # the page scrolls
