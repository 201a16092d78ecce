"""The base of the charts on the page of a layer: axes, a cursor for mouse and keyboard, and a text with its values.

The charts paint themselves. The page shows up to seven of them at once. As many plots of pyqtgraph take 100 ms to
create.
"""

import math

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.formatting import format_number
from app.monitor.layers.chart_axes import Axis, linear_axis
from app.monitor.layers.heat import nearest
from app.widgets.theme.fonts import small_font
from app.widgets.theme.theme import GRID, current_theme

_LOWEST = 17 * GRID
_TICK_GAP = 5


class TimeChart(QWidget):
    """A chart over the epochs of a run. The mouse or the arrow keys move a cursor, and its values are in `reading`.

    Arguments:
        parent: the parent widget.

    Attributes:
        positions: (T,) position of each measurement, in epochs.
        chart_cursor: position of the cursor, in epochs; NaN if there is none.
        cursor_value: the value under the mouse; NaN if the keyboard moves the cursor.

    Signals:
        cursor_moved(position): the user moved the cursor; NaN if the mouse has left the chart.
    """

    cursor_moved = Signal(float)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.positions = np.zeros(0)
        self.cursor_value = math.nan
        self.chart_cursor = math.nan
        self._axis = linear_axis(0.0, 1.0)
        self._times = linear_axis(0.0, 1.0)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    @property
    def axis(self) -> Axis:
        """The axis of the values."""
        return self._axis

    @property
    def reading(self) -> str:
        """The values at the cursor, or the newest ones if there is none; empty if nothing was measured."""
        if not len(self.positions):
            return ""
        if math.isnan(self.chart_cursor):
            return self.read(len(self.positions) - 1)
        column = self._column_at(self.chart_cursor)
        return f"epoch {format_number(float(self.positions[column]))}: {self.read(column)}"

    def read(self, column: int) -> str:
        """Return the values of one measurement in words.

        Arguments:
            column: its number, counted from 0.
        """
        raise NotImplementedError

    def paint_content(self, painter: QPainter, area: QRectF) -> None:
        """Draw what is between the axes.

        Arguments:
            painter: paints the chart.
            area: the room between the axes.
        """
        raise NotImplementedError

    def set_axes(self, positions: np.ndarray, axis: Axis) -> None:
        """Show another range.

        Arguments:
            positions: (T,) position of each measurement, in epochs.
            axis: of the values.
        """
        self.positions, self._axis = positions, axis
        self._times = linear_axis(0.0, float(positions[-1]) if len(positions) else 1.0)
        self.setAccessibleDescription(self.reading)
        self.update()

    def set_cursor(self, position: float) -> None:
        """Move the cursor without a signal.

        Arguments:
            position: in epochs; NaN for no cursor.
        """
        if position != self.chart_cursor and not (math.isnan(position) and math.isnan(self.chart_cursor)):
            self.chart_cursor = position
            self.setAccessibleDescription(self.reading)
            self.update()

    def sizeHint(self) -> QSize:
        return QSize(40 * GRID, _LOWEST)

    def minimumSizeHint(self) -> QSize:
        return QSize(24 * GRID, _LOWEST)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setFont(small_font(self.font()))
        area = self._area()
        self._paint_axes(painter, area)
        if len(self.positions):
            painter.save()
            painter.setClipRect(area.adjusted(-1, -1, 1, 1))
            self.paint_content(painter, area)
            self._paint_cursor(painter, area)
            painter.restore()
        if self.hasFocus():
            painter.setPen(QColor(current_theme().accent))
            painter.drawRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        area, point = self._area(), event.position()
        if not area.contains(point) or not len(self.positions):
            self._move_cursor(math.nan, math.nan)
            return
        value = self._axis.value(1 - (point.y() - area.top()) / area.height())
        self._move_cursor(self._times.value((point.x() - area.left()) / area.width()), value)

    def leaveEvent(self, event: QEvent) -> None:
        self._move_cursor(math.nan, math.nan)
        super().leaveEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self._move_cursor(math.nan, math.nan)
        super().focusOutEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        last = len(self.positions) - 1
        at = last if math.isnan(self.chart_cursor) else self._column_at(self.chart_cursor)
        targets = {
            Qt.Key.Key_Left: max(at - 1, 0),
            Qt.Key.Key_Right: min(at + 1, last),
            Qt.Key.Key_Home: 0,
            Qt.Key.Key_End: last,
        }
        target = targets.get(Qt.Key(event.key()))
        if target is None or last < 0:
            super().keyPressEvent(event)
        else:
            self._move_cursor(float(self.positions[target]), math.nan)

    def _column_at(self, position: float) -> int:
        return int(nearest(self.positions, np.array([position]))[0])

    def _move_cursor(self, position: float, value: float) -> None:
        if math.isnan(position) and math.isnan(self.chart_cursor):
            return
        self.cursor_value = value
        self.set_cursor(position)
        self.cursor_moved.emit(position)

    def _area(self) -> QRectF:
        metrics = self.fontMetrics()
        widest = max((metrics.horizontalAdvance(label) for label in self._axis.labels), default=0)
        left = max(widest, 4 * GRID) + _TICK_GAP
        return QRectF(left, GRID // 2, max(self.width() - left - GRID, 1), max(self.height() - 3 * GRID, 1))

    def x_at(self, area: QRectF, positions: np.ndarray) -> np.ndarray:
        """Return the pixel of each position.

        Arguments:
            area: the room between the axes.
            positions: in epochs.
        """
        return area.left() + self._times.place(positions) * area.width()

    def y_at(self, area: QRectF, values: np.ndarray) -> np.ndarray:
        """Return the pixel of each value; NaN for those that the axis cannot show.

        Arguments:
            area: the room between the axes.
            values: on the axis of the values.
        """
        return area.bottom() - self._axis.place(values) * area.height()

    def _paint_axes(self, painter: QPainter, area: QRectF) -> None:
        theme = current_theme()
        height = painter.fontMetrics().height()
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        ticks = self.y_at(area, np.array(self._axis.ticks, np.float64)).tolist()
        for y, label in zip(ticks, self._axis.labels, strict=True):
            painter.fillRect(QRectF(area.left(), round(y), area.width(), 1), QColor(theme.track))
            painter.setPen(QColor(theme.muted))
            painter.drawText(QRectF(0, y - height / 2, area.left() - _TICK_GAP, height), int(right), label)
        middle = Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop
        places = self.x_at(area, np.array(self._times.ticks, np.float64)).tolist()
        for x, label in zip(places, self._times.labels, strict=True):
            box = QRectF(x - 5 * GRID, area.bottom() + 3, 10 * GRID, height)
            box.moveRight(min(box.right(), self.width() + 4 * GRID))
            painter.drawText(box, int(middle), label)

    def _paint_cursor(self, painter: QPainter, area: QRectF) -> None:
        if not math.isnan(self.chart_cursor):
            x = float(self.x_at(area, np.array([self.chart_cursor]))[0])
            painter.setPen(QColor(current_theme().text))
            painter.drawLine(QPointF(x, area.top()), QPointF(x, area.bottom()))
