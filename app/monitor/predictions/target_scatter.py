"""A scatter plot of predicted numbers over true ones, with the diagonal on which both are equal."""

import math

import numpy as np
import pyqtgraph
from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.monitor.predictions.plot_theme import ThemedPlot
from app.widgets.theme.theme import current_theme

_STEPS = 4
"""The limits of the axes are multiples of the targets' range divided by this, so that they rarely change."""
_ALPHA = 180


class TargetScatter(QWidget):
    """Shows a point for each example: its true number to the right, the predicted one upwards."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._limits: tuple[float, float] | None = None
        self._plot = ThemedPlot("true", "predicted")
        self._diagonal = pyqtgraph.PlotCurveItem()
        self._points = pyqtgraph.ScatterPlotItem(pxMode=True, size=7)
        for item in (self._diagonal, self._points):
            self._plot.addItem(item)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._plot)
        self._paint_theme()

    @property
    def points(self) -> tuple[np.ndarray, np.ndarray]:
        """The true and the predicted numbers that are shown."""
        true, predicted = self._points.getData()
        return np.asarray(true), np.asarray(predicted)

    def show_numbers(self, true: np.ndarray, predicted: np.ndarray) -> None:
        """Show other numbers; predictions that are not finite are left out.

        Arguments:
            true: `(K,)` the true numbers.
            predicted: `(K,)` the predicted numbers.
        """
        finite = np.isfinite(true) & np.isfinite(predicted)
        true, predicted = true[finite].astype(np.float64), predicted[finite].astype(np.float64)
        self._points.setData(x=true, y=predicted)
        if true.size:
            self._set_limits(*_limits(true, predicted))

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.FontChange):
            self._paint_theme()

    def _set_limits(self, low: float, high: float) -> None:
        if self._limits == (low, high):
            return
        self._limits = low, high
        self._diagonal.setData(x=[low, high], y=[low, high])
        self._plot.setRange(xRange=(low, high), yRange=(low, high), padding=0.02)

    def _paint_theme(self) -> None:
        theme = current_theme()
        self._diagonal.setPen(pyqtgraph.mkPen(theme.muted, width=1, style=Qt.PenStyle.DashLine))
        color = pyqtgraph.mkColor(theme.accent)
        color.setAlpha(_ALPHA)
        self._points.setBrush(pyqtgraph.mkBrush(color))
        self._points.setPen(pyqtgraph.mkPen(None))


def _limits(true: np.ndarray, predicted: np.ndarray) -> tuple[float, float]:
    """Return limits for both axes that hold all numbers and change in steps."""
    step = (float(true.max() - true.min()) or abs(float(true[0])) or 1.0) / _STEPS
    low, high = min(true.min(), predicted.min()), max(true.max(), predicted.max())
    return math.floor(float(low) / step) * step, math.ceil(float(high) / step) * step
