"""Numbers of a layer over the epochs, as lines."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen, QPolygonF

from app.formatting import format_number
from app.monitor.layers.chart_axes import Axis, axis_for, linear_axis
from app.monitor.layers.judgement import format_share
from app.monitor.layers.time_chart import TimeChart
from app.widgets.images.colormaps import NON_FINITE_COLOR
from app.widgets.theme.theme import SERIES_COLORS, current_theme

_BAND_ALPHA = 0.25


@dataclass(frozen=True, eq=False)
class Line:
    """One line of a chart.

    Attributes:
        name: what is measured, such as "dead"; empty if the chart has one line.
        values: (T,) may hold NaN and infinite numbers.
        band: (T,) half the width of the band around the line; None for no band.
    """

    name: str
    values: np.ndarray
    band: np.ndarray | None = None


class LineChart(TimeChart):
    """Lines over the epochs. Numbers that are not finite are marked at the upper border.

    Arguments:
        log: True for a logarithmic axis.
        shares: True if the values are shares, from 0 to 1.
        marks: values at which a line across the chart is drawn, such as the borders of what is usual.
    """

    def __init__(self, log: bool = False, shares: bool = False, marks: Sequence[float] = ()) -> None:
        super().__init__()
        self._log, self._shares, self._marks = log, shares, tuple(marks)
        self._lines: tuple[Line, ...] = ()

    @property
    def lines(self) -> tuple[Line, ...]:
        """The lines that are shown."""
        return self._lines

    def show_lines(self, positions: np.ndarray, lines: Sequence[Line]) -> None:
        """Show other lines.

        Arguments:
            positions: (T,) in epochs.
            lines: with T values each.
        """
        self._lines = tuple(lines)
        self.set_axes(positions, self._fitting_axis())

    def read(self, column: int) -> str:
        texts = []
        for line in self._lines:
            value = float(line.values[column])
            text = format_share(value) if self._shares else format_number(value)
            if line.band is not None:
                text = f"{text} ± {format_number(float(line.band[column]))}"
            texts.append(f"{text} {line.name}".rstrip())
        return ", ".join(texts)

    def paint_content(self, painter: QPainter, area: QRectF) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        marks = self.y_at(area, np.array(self._marks, np.float64)).tolist()
        for y in marks:
            painter.setPen(QPen(QColor(current_theme().muted), 1, Qt.PenStyle.DashLine))
            painter.drawLine(QPointF(area.left(), y), QPointF(area.right(), y))
        x = self.x_at(area, self.positions)
        styles = (Qt.PenStyle.SolidLine, Qt.PenStyle.DashLine)
        colors = (SERIES_COLORS["training"], SERIES_COLORS["validation"])
        for line, style, color in zip(self._lines, styles, colors, strict=False):
            if line.band is not None:
                self._paint_band(painter, area, x, line, QColor(color))
            self._paint_line(painter, area, x, line, QPen(QColor(color), 2, style))

    def _fitting_axis(self) -> Axis:
        if self._shares:
            return linear_axis(0.0, 1.0, 4)
        shown: list[np.ndarray] = [np.array(self._marks)]
        for line in self._lines:
            band = np.zeros(1) if line.band is None else line.band
            shown += _borders(line.values, band)
        return axis_for(np.concatenate(shown), self._log)

    def _paint_band(self, painter: QPainter, area: QRectF, x: np.ndarray, line: Line, color: QColor) -> None:
        band = line.band
        if band is None:
            return
        lower, upper = (self.y_at(area, values) for values in _borders(line.values, band))
        color.setAlphaF(_BAND_ALPHA)
        known = np.isfinite(upper) & np.isfinite(lower)
        corners = [*zip(x[known], upper[known], strict=True), *reversed([*zip(x[known], lower[known], strict=True)])]
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color)
        painter.drawPolygon(QPolygonF([QPointF(float(left), float(top)) for left, top in corners]))
        painter.setBrush(Qt.BrushStyle.NoBrush)

    def _paint_line(self, painter: QPainter, area: QRectF, x: np.ndarray, line: Line, pen: QPen) -> None:
        path, gap = QPainterPath(), True
        for left, top in zip(x.tolist(), self.y_at(area, line.values).tolist(), strict=True):
            if top != top:  # NaN: the line has a gap
                gap = True
            elif gap:
                path.moveTo(left, top)
                path.lineTo(left + 0.5, top)  # so that a single measurement is visible
                gap = False
            else:
                path.lineTo(left, top)
        painter.setPen(pen)
        painter.drawPath(path)
        painter.setPen(QPen(QColor(NON_FINITE_COLOR), 2))
        for left in x[~np.isfinite(line.values)].tolist():
            painter.drawLine(QPointF(left - 3, area.top() + 1), QPointF(left + 3, area.top() + 7))
            painter.drawLine(QPointF(left - 3, area.top() + 7), QPointF(left + 3, area.top() + 1))


def _borders(values: np.ndarray, band: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the lower and the upper border of the band around a line; NaN where both are infinite."""
    with np.errstate(invalid="ignore", over="ignore"):
        return values - band, values + band
