"""The histogram of a tensor."""

import numpy as np
import pyqtgraph
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPen
from PySide6.QtWidgets import QWidget

from app.widgets.plot import Plot
from app.widgets.theme.theme import GRID, current_theme


class Histogram(Plot):
    """A histogram of the numbers of a tensor. A dotted line marks zero."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("models_histogram")
        self.setAccessibleName("Histogram of the selected tensor")
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setMouseEnabled(x=False, y=False)
        self.setMinimumHeight(10 * GRID)
        self._bars = pyqtgraph.BarGraphItem(x0=[], x1=[], height=[])
        self._zero = pyqtgraph.InfiniteLine(0, angle=90)
        self.addItem(self._bars)
        self.addItem(self._zero, ignoreBounds=True)
        self.getPlotItem().getAxis("left").setStyle(tickLength=0)
        self.apply_theme()

    def show_counts(self, counts: np.ndarray, edges: np.ndarray) -> None:
        """Show other bars.

        Arguments:
            counts: `(bars,)` how many numbers each bar stands for.
            edges: `(bars + 1,)` the borders of the bars, in rising order.
        """
        self._bars.setOpts(x0=edges[:-1], x1=edges[1:], height=counts)
        tallest = max(int(counts.max(initial=0)), 1)
        self.getPlotItem().getViewBox().setRange(
            xRange=(float(edges[0]), float(edges[-1])), yRange=(0, tallest * 1.05), padding=0.02
        )

    def apply_theme(self) -> None:
        """Use the colours of the current theme."""
        theme = current_theme()
        self.paint_axes()
        self._bars.setOpts(brush=QColor(theme.accent), pen=QPen(QColor(theme.surface), 0))
        self._zero.setPen(QPen(QColor(theme.muted), 0, Qt.PenStyle.DotLine))
