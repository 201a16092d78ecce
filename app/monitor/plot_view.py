"""The visible part of a plot in numbers, and marks of single points in it."""

import pyqtgraph
from PySide6.QtWidgets import QWidget

from app.widgets.plot import Plot

Range = tuple[float, float]


class Spots(pyqtgraph.ScatterPlotItem):
    """Marks of single points. Without points it is hidden, because pyqtgraph takes long to paint nothing.

    Arguments: those of pyqtgraph.
    """

    def setData(self, *args: object, **options: object) -> None:
        """Replace the points; see pyqtgraph."""
        super().setData(*args, **options)
        self.setVisible(len(self.data) > 0)


class PlotView(Plot):
    """A plot that knows which part of the curves is visible.

    Arguments:
        parent: the parent widget.
        options: those of `Plot`.
    """

    def __init__(self, parent: QWidget | None = None, **options: object) -> None:
        super().__init__(parent, **options)
        self._view = self.getPlotItem().getViewBox()

    @property
    def pixels(self) -> int:
        """The width of the plot without its axis, in pixels."""
        return max(int(self._view.width()), 1)

    @property
    def positions(self) -> Range:
        """The first and the last visible position, in the unit of the axis."""
        left, right = self._view.viewRange()[0]
        return float(left), float(right)

    @property
    def heights(self) -> Range:
        """The lowest and the highest visible value; exponents of 10 on the log axis."""
        bottom, top = self._view.viewRange()[1]
        return float(bottom), float(top)

    @property
    def pixel(self) -> tuple[float, float]:
        """Width and height of a pixel, in positions and values."""
        (left, right), (bottom, top) = self.positions, self.heights
        return (right - left) / self.pixels, (top - bottom) / max(self._view.height(), 1)
