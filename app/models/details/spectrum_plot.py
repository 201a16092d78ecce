"""The plot of singular values."""

import numpy as np
import pyqtgraph
from numpy.typing import NDArray
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPen
from PySide6.QtWidgets import QWidget

from app.widgets.plot import Plot
from app.widgets.theme.theme import GRID, current_theme


class SpectrumPlot(Plot):
    """Singular values from the largest to the smallest one, on a logarithmic scale. Zeros are left out."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("models_spectrum")
        self.setAccessibleName("Singular values of the selected tensor")
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setMouseEnabled(x=False, y=False)
        self.setMinimumHeight(12 * GRID)
        self.getPlotItem().setLogMode(x=False, y=True)
        self._curve = pyqtgraph.PlotDataItem()
        self.addItem(self._curve)
        self.apply_theme()

    def show_values(self, values: NDArray[np.float64]) -> None:
        """Show other singular values.

        Arguments:
            values: `(k,)` the singular values, the largest first.
        """
        positive = values[values > 0]
        self._curve.setData(np.arange(1, len(positive) + 1), positive)
        self.setAccessibleDescription(f"{len(values)} singular values")

    def apply_theme(self) -> None:
        """Use the colours of the current theme."""
        self.paint_axes()
        self._curve.setPen(QPen(QColor(current_theme().accent), 0))
