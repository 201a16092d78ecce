"""The plot of a sweep: the final result of each run over the value of the setting."""

from collections.abc import Sequence

import pyqtgraph
from PySide6.QtCore import QEvent, QSize
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QWidget

from app.widgets.plot import Plot
from app.widgets.theme.theme import GRID, current_theme, run_color

_LOG_FROM = 20.0
"""The axis of the values is logarithmic if the largest is this many times the smallest."""


class SweepPlot(Plot):
    """One point for each run that has a result, in the colour of the run, joined by lines."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("sweep_plot")
        self.setAccessibleName("Final result of each run of the sweep")
        self.setMouseEnabled(x=False, y=False)
        self._curve = self.plot([], [], symbol="o", symbolSize=10, symbolPen=None)
        self._colors: list[int] = []
        for side in ("bottom", "left"):
            # "Accuracy (x0.001)" would be hard to read.
            self.getPlotItem().getAxis(side).enableAutoSIPrefix(False)
        self._apply_theme()

    @property
    def points(self) -> list[tuple[float, float]]:
        """The value and the result of each point, from left to right."""
        x, y = self._curve.getOriginalDataset()
        return [] if x is None else list(zip(map(float, x), map(float, y), strict=True))

    def show_points(self, points: Sequence[tuple[float, float, int]], values: str, results: str) -> None:
        """Show other points.

        Arguments:
            points: value of the setting, result of the run, and number of the colour of the run.
            values: title of the axis of the values.
            results: title of the axis of the results.
        """
        points = sorted(points)
        x = [point[0] for point in points]
        log = bool(x) and x[0] > 0 and x[-1] / x[0] >= _LOG_FROM
        self._colors = [point[2] for point in points]
        self._curve.setData(x, [point[1] for point in points], symbolBrush=self._brushes())
        self.getPlotItem().setLogMode(x=log, y=False)
        self.setLabel("bottom", values)
        self.setLabel("left", results)
        self.getPlotItem().autoRange()

    def minimumSizeHint(self) -> QSize:
        return QSize(32 * GRID, 20 * GRID)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        # Qt sends this event also while the plot is being made.
        if event.type() == QEvent.Type.PaletteChange and self.getPlotItem() is not None:
            self._apply_theme()

    def _brushes(self) -> list[QColor]:
        return [run_color(color) for color in self._colors]

    def _apply_theme(self) -> None:
        self.paint_axes()
        self._curve.setPen(pyqtgraph.mkPen(current_theme().muted, width=1.5))
        x, y = self._curve.getOriginalDataset()
        if x is not None:
            self._curve.setData(x, y, symbolBrush=self._brushes())
