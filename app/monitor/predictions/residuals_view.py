"""Residuals of a regression: how far predictions lie from the truth, as a histogram and against the prediction."""

import numpy as np
import pyqtgraph
from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.formatting import format_value
from app.monitor.predictions.plot_theme import ThemedPlot
from app.widgets.labels import make_label
from app.widgets.layouts import add_layout
from app.widgets.theme.theme import GRID, SERIES_COLORS, current_theme

_BINS = 30
_MOST_POINTS = 2000
_ALPHA = 150


class ResidualsView(QWidget):
    """The histogram of predicted minus true numbers, and the residual over the prediction."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._sentence = make_label("predictions_residuals", "", wraps=True)
        self._histogram = ThemedPlot("predicted − true", "examples")
        self._histogram.setObjectName("predictions_residual_histogram")
        self._histogram.setAccessibleName("Histogram of the residuals")
        self._plot = ThemedPlot("predicted", "predicted − true")
        self._plot.setObjectName("predictions_residual_plot")
        self._plot.setAccessibleName("Residuals over the predictions")
        self._bars = pyqtgraph.BarGraphItem(x=[], height=[], width=1)
        self._points = pyqtgraph.ScatterPlotItem(pxMode=True, size=6)
        self._zero = pyqtgraph.InfiniteLine(0, angle=0)
        self._middle = pyqtgraph.InfiniteLine(0, angle=90)
        for plot, items in ((self._histogram, (self._bars, self._middle)), (self._plot, (self._zero, self._points))):
            for item in items:
                plot.addItem(item)
        plots = QHBoxLayout()
        for plot in (self._histogram, self._plot):
            plots.addWidget(plot, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(GRID // 2)
        layout.addWidget(self._sentence)
        add_layout(layout, plots, 1)
        self._paint_theme()

    @property
    def sentence(self) -> str:
        """The sentence above the plots."""
        return self._sentence.text()

    @property
    def counts(self) -> np.ndarray:
        """The heights of the histogram's bars."""
        return np.asarray(self._bars.opts["height"])

    def show_numbers(self, true: np.ndarray, predicted: np.ndarray) -> None:
        """Show other numbers; those that are not finite are left out.

        Arguments:
            true: `(K,)` the true numbers.
            predicted: `(K,)` the predicted numbers.
        """
        finite = np.isfinite(true) & np.isfinite(predicted)
        true, predicted = true[finite].astype(np.float64), predicted[finite].astype(np.float64)
        residuals = predicted - true
        self._sentence.setText(describe_residuals(residuals))
        if not residuals.size:
            self._bars.setOpts(x=[], height=[])
            self._points.clear()
            return
        limit = float(np.abs(residuals).max()) or 1.0
        counts, edges = np.histogram(residuals, _BINS, (-limit, limit))
        width = edges[1] - edges[0]
        self._bars.setOpts(x=(edges[:-1] + edges[1:]) / 2, height=counts, width=0.95 * width)
        self._histogram.setRange(xRange=(-limit, limit), yRange=(0, int(counts.max())), padding=0.03)
        shown = np.linspace(0, len(residuals) - 1, min(len(residuals), _MOST_POINTS)).round().astype(np.intp)
        self._points.setData(x=predicted[shown], y=residuals[shown])
        low, high = float(predicted.min()), float(predicted.max())
        self._plot.setRange(xRange=(low, high if high > low else low + 1), yRange=(-limit, limit), padding=0.05)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._paint_theme()

    def _paint_theme(self) -> None:
        theme = current_theme()
        self._bars.setOpts(
            brush=pyqtgraph.mkBrush(SERIES_COLORS["training"]), pen=pyqtgraph.mkPen(theme.surface, width=1)
        )
        line = pyqtgraph.mkPen(theme.text, width=1, style=Qt.PenStyle.DashLine)
        self._zero.setPen(line)
        self._middle.setPen(line)
        color = pyqtgraph.mkColor(theme.accent)
        color.setAlpha(_ALPHA)
        self._points.setBrush(pyqtgraph.mkBrush(color))
        self._points.setPen(pyqtgraph.mkPen(None))


def describe_residuals(residuals: np.ndarray) -> str:
    """Return residuals in words.

    Arguments:
        residuals: `(K,)` predicted minus true numbers, all finite.
    """
    if not residuals.size:
        return "No prediction is finite."
    mean, spread = float(residuals.mean()), float(residuals.std())
    text = (
        f"Mean {format_value(mean)}, standard deviation {format_value(spread)}, "
        f"mean absolute error {format_value(float(np.abs(residuals).mean()))}."
    )
    if len(residuals) > 1 and abs(mean) > _CERTAIN * spread / np.sqrt(len(residuals)) and abs(mean) > 0.1 * spread:
        text += f" The predictions are too {'high' if mean > 0 else 'low'} on average."
    return text


_CERTAIN = 3.0
"""A mean this many standard errors away from 0 is no accident."""
