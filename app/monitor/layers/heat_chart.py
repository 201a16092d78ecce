"""The histograms of a layer over the epochs, as a large heat map."""

import math

import numpy as np
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QPainter

from app.formatting import format_number, format_percentage
from app.monitor.layers.chart_axes import linear_axis
from app.monitor.layers.heat import HeatMap
from app.monitor.layers.heat_picture import heat_picture
from app.monitor.layers.time_chart import TimeChart


class HeatChart(TimeChart):
    """A heat map with axes: epochs to the right, values upwards. The stronger the colour, the more numbers."""

    def __init__(self) -> None:
        super().__init__()
        self._heat_map: HeatMap | None = None
        self._color = QColor()

    @property
    def heat_map(self) -> HeatMap | None:
        """The heat map that is shown; None if nothing was measured."""
        return self._heat_map

    def show_heat_map(self, heat_map: HeatMap | None, color: QColor) -> None:
        """Show another heat map.

        Arguments:
            heat_map: the heat map; None if nothing was measured.
            color: of the middle of its scale.
        """
        self._heat_map, self._color = heat_map, color
        if heat_map is None:
            self.set_axes(np.zeros(0), linear_axis(0.0, 1.0))
        else:
            self.set_axes(heat_map.positions, linear_axis(heat_map.low, heat_map.high))

    def read(self, column: int) -> str:
        heat_map = self._heat_map
        if heat_map is None:
            return ""
        rows = len(heat_map.shares)
        value = self.cursor_value
        if math.isnan(value):
            shares = np.nan_to_num(heat_map.shares[:, column])
            row = int(shares.argmax())
            value = heat_map.high - (row + 0.5) / rows * (heat_map.high - heat_map.low)
            return f"{format_percentage(float(shares[row]))} are near {format_number(value)}, the most"
        share = heat_map.at(float(heat_map.positions[column]), value)
        return f"{format_percentage(share)} are near {format_number(value)}"

    def paint_content(self, painter: QPainter, area: QRectF) -> None:
        if self._heat_map is not None:
            painter.drawImage(area, heat_picture(self._heat_map, self._color, max(round(area.width()), 1)))
