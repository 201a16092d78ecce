"""A vector as a bar chart: what a layer without feature maps makes of the sample."""

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QHelpEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPalette, QPen
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from app.widgets.formatting import format_number
from app.widgets.images.colormaps import NON_FINITE_COLOR, finite_range
from app.widgets.plain_text import short, tool_tip
from app.widgets.theme.theme import GRID, current_theme, family_color

_WIDEST_BAR = 6 * GRID


class BarChart(QWidget):
    """Signed numbers as bars on a common zero line. Clicking, or the arrow keys, read one of them out.

    With more numbers than pixels a bar spans the smallest and the largest of those it stands for: no spike is lost.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._values: np.ndarray = np.zeros(0)
        self._names: tuple[str, ...] = ()
        self._current = -1
        self._color = family_color("dense")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    @property
    def values(self) -> np.ndarray:
        """The numbers that are shown."""
        return self._values

    @property
    def color(self) -> QColor:
        """The colour of the bars."""
        return self._color

    @property
    def current(self) -> int:
        """The number that is read out, counted from 0; -1 for none."""
        return self._current

    def show_values(self, values: np.ndarray, names: Sequence[str] = (), color: QColor | None = None) -> None:
        """Show other numbers; `names`, one for each, are written under the bars; `color` is that of their layer."""
        self._color = color or family_color("dense")
        self._values, self._names = values, tuple(map(short, names))
        if self._current >= len(values):
            self._current = -1
        low, high = finite_range(values)
        self.setAccessibleDescription(f"{len(values)} numbers from {format_number(low)} to {format_number(high)}")
        self.update()

    def describe(self, index: int) -> str:
        """Read one number out: "number 12: 0.83"."""
        label = self._names[index] if self._names else f"number {index + 1}"
        return f"{label}: {format_number(float(self._values[index]))}"

    def sizeHint(self) -> QSize:
        return QSize(40 * GRID, 20 * GRID)

    def minimumSizeHint(self) -> QSize:
        return QSize(16 * GRID, 8 * GRID)

    def paintEvent(self, event: QPaintEvent) -> None:
        if not len(self._values):
            return
        painter = QPainter(self)
        place = self._place()
        low, high = self._scale()
        zero = place.bottom() + low / (high - low) * place.height()
        self._paint_bars(painter, place, zero, high - low)
        self._paint_words(painter, place, zero)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._read_out(self._index_at(event.position()))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        last = len(self._values) - 1
        targets = {
            Qt.Key.Key_Left: max(self._current - 1, 0),
            Qt.Key.Key_Right: min(self._current + 1, last),
            Qt.Key.Key_Home: 0,
            Qt.Key.Key_End: last,
        }
        target = targets.get(Qt.Key(event.key()))
        if target is None or last < 0:
            super().keyPressEvent(event)
        else:
            self._read_out(target)

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            index = self._index_at(QPointF(event.pos()))
            QToolTip.showText(event.globalPos(), tool_tip(self.describe(index)) if index >= 0 else "", self)
            return True
        return super().event(event)

    def _read_out(self, index: int) -> None:
        if index != self._current:
            self._current = index
            self.update()

    def _index_at(self, point: QPointF) -> int:
        place = self._place()
        if not len(self._values) or not place.left() <= point.x() < place.right():
            return -1
        return int((point.x() - place.left()) / place.width() * len(self._values))

    def _place(self) -> QRectF:
        line = self.fontMetrics().height()
        return QRectF(self.rect()).adjusted(GRID / 2, line + GRID / 2, -GRID / 2, -(line if self._names else GRID / 2))

    def _scale(self) -> tuple[float, float]:
        low, high = finite_range(self._values)
        low, high = min(low, 0.0), max(high, 0.0)
        return (low, high) if high > low else (0.0, 1.0)

    def _paint_bars(self, painter: QPainter, place: QRectF, zero: float, span: float) -> None:
        theme = current_theme()
        count = min(len(self._values), max(int(place.width()), 1))
        starts = np.arange(count) * len(self._values) // count
        lowest = np.minimum.reduceat(self._values, starts)
        highest = np.maximum.reduceat(self._values, starts)
        width = place.width() / count
        gap = 0.0 if width < 3 else max(min(width * 0.2, GRID / 2), width - _WIDEST_BAR)
        bar_color, read_color = self._color, QColor(theme.accent)
        for index in range(count):
            low, high = float(lowest[index]), float(highest[index])
            left = place.left() + index * width + gap / 2
            if not (np.isfinite(low) and np.isfinite(high)):
                whole = QRectF(left, place.top(), max(width - gap, 1), place.height())
                painter.fillRect(whole, QColor(NON_FINITE_COLOR))
                continue
            top = zero - max(high, 0.0) / span * place.height()
            bottom = zero - min(low, 0.0) / span * place.height()
            is_read = count == len(self._values) and index == self._current
            bar = QRectF(left, top, max(width - gap, 1), max(bottom - top, 1))
            painter.fillRect(bar, read_color if is_read else bar_color)

    def _paint_words(self, painter: QPainter, place: QRectF, zero: float) -> None:
        theme = current_theme()
        painter.setPen(QPen(QColor(theme.border)))
        painter.drawLine(QPointF(place.left(), zero), QPointF(place.right(), zero))
        line = self.fontMetrics().height()
        painter.setPen(self.palette().color(QPalette.ColorRole.WindowText))
        low, high = finite_range(self._values)
        caption = f"from {format_number(low)} to {format_number(high)}"
        if self._current >= 0:
            caption = self.describe(self._current) + " · " + caption
        painter.drawText(QRectF(place.left(), 0, place.width(), line), Qt.AlignmentFlag.AlignVCenter, caption)
        painter.setPen(QColor(theme.muted))
        width = place.width() / max(len(self._names), 1)
        for index, name in enumerate(self._names):
            below = QRectF(place.left() + index * width, place.bottom(), width, line)
            text = self.fontMetrics().elidedText(name, Qt.TextElideMode.ElideRight, int(width) - 2)
            painter.drawText(below, Qt.AlignmentFlag.AlignCenter, text)
        if self.hasFocus():
            painter.setPen(QPen(QColor(theme.accent), 1.0, Qt.PenStyle.DotLine))
            painter.drawRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5))
