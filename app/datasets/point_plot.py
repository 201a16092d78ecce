"""A plot of examples that are points: two inputs, or an input with its target number."""

from html import escape

import numpy as np
import pyqtgraph
from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.widgets.plain_text import short
from app.widgets.plot import Plot
from app.widgets.theme.class_colors import class_color, class_symbol
from app.widgets.theme.theme import GRID, current_theme
from tinyml.data import DataDescription


class PointPlot(QWidget):
    """Shows a symbol for each example; the colours and symbols are those of the classes."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("data_page_points")
        self.setAccessibleName("Examples as points")
        self._plot = Plot()
        self._plot.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._plot.setMouseEnabled(x=False, y=False)
        self._scatter = pyqtgraph.ScatterPlotItem(pxMode=True, size=8)
        self._plot.addItem(self._scatter)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._plot)
        self._points, self._labels = np.zeros((0, 2)), np.zeros(0, np.int64)
        self._paint()

    @property
    def count(self) -> int:
        """Number of points that are shown."""
        return len(self._points)

    def show_points(self, points: np.ndarray, labels: np.ndarray, in_plane: bool, description: DataDescription) -> None:
        """Show other points.

        Arguments:
            points: `(K, 2)` the points.
            labels: `(K,)` their classes.
            in_plane: True if both axes have the same scale; else the vertical axis shows the target.
            description: of the dataset; it names the axes.
        """
        self._points, self._labels = points, labels
        self._plot.setAspectLocked(in_plane)
        for side, name in zip(("bottom", "left"), _axis_names(description, in_plane), strict=True):
            # pyqtgraph shows the name as rich text.
            self._plot.setLabel(side, escape(short(name)))
        self._paint()
        self._plot.autoRange()

    def minimumSizeHint(self) -> QSize:
        return QSize(20 * GRID, 16 * GRID)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.FontChange) and hasattr(self, "_labels"):
            self._paint()

    def _paint(self) -> None:
        theme = current_theme()
        self._plot.paint_axes()
        brushes = [pyqtgraph.mkBrush(class_color(index)) for index in range(int(self._labels.max(initial=0)) + 1)]
        self._scatter.setData(
            x=self._points[:, 0],
            y=self._points[:, 1],
            symbol=[class_symbol(label) for label in self._labels.tolist()],
            brush=[brushes[label] for label in self._labels.tolist()],
            pen=pyqtgraph.mkPen(theme.surface, width=1),
        )


def _axis_names(description: DataDescription, in_plane: bool) -> tuple[str, str]:
    """Return the names of the horizontal and the vertical axis."""
    if in_plane:
        inputs = description.input_names
        return (inputs[0], inputs[1]) if len(inputs) == 2 else ("first input", "second input")
    return (description.input_names or ("input",))[0], (description.target_names or ("target",))[0]
