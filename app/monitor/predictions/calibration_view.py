"""The reliability diagram: how often predictions are correct, by how sure the network is of them."""

import numpy as np
import pyqtgraph
from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.formatting import format_percentage
from app.monitor.predictions.plot_theme import ThemedPlot
from app.widgets.labels import make_label
from app.widgets.layouts import add_layout
from app.widgets.theme.theme import GRID, SERIES_COLORS, current_theme
from tinyml.core import describe_count
from tinyml.learner import Calibration

_SMALL_ERROR = 0.02
"""Below this error, the scores are called right."""


class CalibrationView(QWidget):
    """Bars for the accuracy in each bin, a mark for the mean score, the diagonal, and the counts beside them."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shown: Calibration | None = None
        self._sentence = make_label("predictions_calibration", "", wraps=True)
        self._diagram = ThemedPlot("score of the predicted class", "share that is correct")
        self._diagram.setObjectName("predictions_reliability")
        self._diagram.setAccessibleName("Reliability diagram: share of correct predictions by score")
        self._diagram.setToolTip(
            "Bars: share of correct predictions. Diamonds: their mean score. Dashed: both are equal."
        )
        self._counts = ThemedPlot("score of the predicted class", "examples")
        self._counts.setObjectName("predictions_score_counts")
        self._counts.setAccessibleName("Number of predictions by score")
        self._bars = pyqtgraph.BarGraphItem(x=[], height=[], width=0.1)
        self._count_bars = pyqtgraph.BarGraphItem(x=[], height=[], width=0.1)
        self._diagonal = pyqtgraph.PlotCurveItem(x=[0, 1], y=[0, 1])
        self._marks = pyqtgraph.ScatterPlotItem(pxMode=True, size=9, symbol="d")
        for item in (self._bars, self._diagonal, self._marks):
            self._diagram.addItem(item)
        self._counts.addItem(self._count_bars)
        self._diagram.setRange(xRange=(0, 1), yRange=(0, 1), padding=0.02)
        self._counts.setXRange(0, 1, padding=0.02)
        plots = QHBoxLayout()
        plots.addWidget(self._diagram, 3)
        plots.addWidget(self._counts, 2)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(GRID // 2)
        layout.addWidget(self._sentence)
        add_layout(layout, plots, 1)
        self._paint_theme()

    @property
    def sentence(self) -> str:
        """The sentence above the diagram."""
        return self._sentence.text()

    @property
    def heights(self) -> np.ndarray:
        """The heights of the bars: the share of correct predictions in each bin that holds any."""
        return np.asarray(self._bars.opts["height"])

    def show_calibration(self, found: Calibration | None) -> None:
        """Show another calibration.

        Arguments:
            found: the calibration; None if the scores are no probabilities.
        """
        self._shown = found
        if found is None:
            self._sentence.setText(
                "The outputs of this network are no probabilities, so they cannot be compared with the accuracy. "
                "Train with a cross-entropy loss on scores, or add a Softmax layer."
            )
            for bars in (self._bars, self._count_bars):
                bars.setOpts(x=[], height=[])
            self._marks.clear()
            return
        self._sentence.setText(describe_calibration(found))
        filled = found.counts > 0
        centers, width = (found.edges[:-1] + found.edges[1:]) / 2, found.edges[1] - found.edges[0]
        self._bars.setOpts(x=centers[filled], height=found.accuracy[filled], width=0.92 * width)
        self._marks.setData(x=found.confidence[filled], y=found.accuracy[filled])
        self._count_bars.setOpts(x=centers, height=found.counts, width=0.92 * width)
        self._counts.setYRange(0, max(int(found.counts.max()), 1), padding=0.05)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._paint_theme()

    def _paint_theme(self) -> None:
        theme = current_theme()
        for bars, color in ((self._bars, SERIES_COLORS["training"]), (self._count_bars, theme.muted)):
            bars.setOpts(brush=pyqtgraph.mkBrush(color), pen=pyqtgraph.mkPen(theme.surface))
        self._diagonal.setPen(pyqtgraph.mkPen(theme.text, width=1, style=Qt.PenStyle.DashLine))
        self._marks.setBrush(pyqtgraph.mkBrush(SERIES_COLORS["validation"]))
        self._marks.setPen(pyqtgraph.mkPen(theme.surface))


def describe_calibration(found: Calibration) -> str:
    """Return a calibration in words.

    Arguments:
        found: the calibration.
    """
    error, excess = format_percentage(found.error), found.overconfidence
    hits = float(np.nansum(found.accuracy * found.counts) / found.counts.sum())
    sure = hits + excess
    text = (
        f"Expected calibration error {error}: on average the network gives its prediction a score of "
        f"{format_percentage(sure)}, and {format_percentage(hits)} of the predictions are correct, "
    )
    if found.error < _SMALL_ERROR:
        text += "so its scores can be read as probabilities."
    elif abs(excess) < found.error / 2:
        text += "but at some scores it is too sure and at others not sure enough: bars off the dashed line."
    elif excess > 0:
        text += "so it is too sure of itself: most bars end below the dashed line."
    else:
        text += "so it is less sure than it could be: most bars end above the dashed line."
    if found.skipped:
        text += f" {describe_count(found.skipped, 'score')} that are not finite are left out."
    return text
