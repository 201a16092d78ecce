"""The histogram of a tensor, with that of another one over it."""

import numpy as np
import pyqtgraph
from numpy.typing import NDArray
from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QColor, QPen
from PySide6.QtWidgets import QWidget

from app.widgets.plot import Plot
from app.widgets.theme.theme import GRID, SERIES_COLORS, current_theme

Bars = tuple[NDArray[np.int64], NDArray[np.float64]]
"""`(bars,)` counts, and `(bars + 1,)` edges in rising order."""


class Histogram(Plot):
    """A histogram of the numbers of a tensor. A dotted line marks zero.

    Another histogram can lie over it, as an outline. Its bins are others, so its bars are scaled: equal areas stand for
    equal shares of the numbers.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("models_histogram")
        self.setAccessibleName("Histogram of the selected tensor")
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setMouseEnabled(x=False, y=False)
        self.setMinimumHeight(10 * GRID)
        self._logarithmic = False
        self._this: Bars | None = None
        self._other: Bars | None = None
        self._bars = pyqtgraph.BarGraphItem(x0=[], x1=[], height=[])
        # One line around all bars: the borders between narrow bars would fill them.
        self._outline = pyqtgraph.PlotCurveItem(stepMode="center", x=[0.0, 0.0], y=[0.0])
        self._zero = pyqtgraph.InfiniteLine(0, angle=90)
        self.addItem(self._bars)
        self.addItem(self._outline)
        self.addItem(self._zero, ignoreBounds=True)
        self.getPlotItem().getAxis("left").setStyle(tickLength=0)
        self.apply_theme()

    def show_counts(self, counts: NDArray[np.int64], edges: NDArray[np.float64], other: Bars | None = None) -> None:
        """Show other bars.

        Arguments:
            counts: `(bars,)` how many numbers each bar stands for.
            edges: `(bars + 1,)` the borders of the bars, in rising order.
            other: the bars of another tensor, to compare with; None for none.
        """
        self._this, self._other = (counts, edges), other
        self._refresh()

    @Slot(bool)
    def set_logarithmic(self, on: bool) -> None:
        """Make each bar as high as log₁₀(1 + count).

        Arguments:
            on: False for the counts themselves.
        """
        self._logarithmic = on
        self._refresh()

    def apply_theme(self) -> None:
        """Use the colours of the current theme."""
        theme = current_theme()
        self.paint_axes()
        self._bars.setOpts(brush=QColor(theme.accent), pen=QPen(QColor(theme.surface), 0))
        self._outline.setPen(QPen(QColor(SERIES_COLORS["validation"]), 0))
        self._zero.setPen(QPen(QColor(theme.muted), 0, Qt.PenStyle.DotLine))

    def _refresh(self) -> None:
        if self._this is None:
            return
        counts, edges = self._this
        heights, low, high = self._heights(counts.astype(np.float64)), float(edges[0]), float(edges[-1])
        self._bars.setOpts(x0=edges[:-1], x1=edges[1:], height=heights)
        tallest = float(heights.max(initial=0.0))
        borders, others = np.zeros(2), np.zeros(1)
        if self._other is not None:
            other_counts, other_edges = self._other
            share = counts.sum() / max(int(other_counts.sum()), 1)
            widths = (edges[1] - edges[0]) / (other_edges[1] - other_edges[0])
            others = self._heights(np.asarray(other_counts * (share * widths), np.float64))
            borders, others = np.concatenate([other_edges[:1], other_edges, other_edges[-1:]]), np.pad(others, 1)
            tallest = max(tallest, float(others.max(initial=0.0)))
            low, high = min(low, float(other_edges[0])), max(high, float(other_edges[-1]))
        self._outline.setVisible(self._other is not None)
        self._outline.setData(borders, others)
        self.getPlotItem().getViewBox().setRange(
            xRange=(low, high), yRange=(0, max(tallest, 1e-9) * 1.05), padding=0.02
        )

    def _heights(self, counts: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.log10(1 + counts) if self._logarithmic else counts
