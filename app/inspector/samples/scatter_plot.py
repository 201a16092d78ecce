"""Samples that are points of a plane: a scatter plot to pick from, on the ground of what the network believes."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyqtgraph
from PySide6.QtCore import QEvent, QRectF, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QColor, QKeyEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.widgets.plain_text import short, tool_tip
from app.widgets.theme.theme import FAMILY_COLORS, GRID, current_theme

CLASS_COLORS = tuple(
    FAMILY_COLORS[family] for family in ("convolution", "regularisation", "activation", "pooling", "dense")
)
_SYMBOLS = ("o", "s", "t", "d", "star")
"""Classes differ in shape as well as in colour."""
_FAINT = 90
_ANY_WIDTH = 2**24 - 1
"""Qt's largest width of a widget, which is also its default."""
_MARGIN = 0.08


class ScatterPlot(QWidget):
    """A plane with one symbol for each sample; what is predicted wrongly has a frame in the colour of problems.

    Clicking picks the nearest point, Left and Right step through those that are shown. The ground shows the class
    that the network would predict there, the stronger the surer it is.

    Signals: picked(index): the user picked another sample.
    """

    picked = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._points: np.ndarray = np.zeros((0, 2))
        self._labels: np.ndarray = np.zeros(0, np.int64)
        self._predictions: np.ndarray | None = None
        self._shown: np.ndarray = np.zeros(0, np.intp)
        self._current = -1
        self._in_plane = True
        # Samples, filters and predictions change together: the symbols are made once for all of it.
        self._painter = QTimer(self, singleShot=True, interval=0)
        self._painter.timeout.connect(self._on_paint_timeout)
        self._outdated = False
        self._plot = pyqtgraph.PlotWidget()
        self._plot.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._plot.setMenuEnabled(False)
        self._plot.hideButtons()
        self._map_image = pyqtgraph.ImageItem(axisOrder="row-major")
        self._scatter = pyqtgraph.ScatterPlotItem(pxMode=True, size=8)
        self._ring = pyqtgraph.ScatterPlotItem(pxMode=True, size=18, symbol="o")
        self._curve = pyqtgraph.PlotCurveItem()
        for item in (self._map_image, self._scatter, self._curve, self._ring):
            self._plot.addItem(item)
        self._plot.scene().sigMouseClicked.connect(self._on_mouse_clicked)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("The samples of the test set as points")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(2, 2, 2, 2)
        layout.addWidget(self._plot)
        self._paint_theme()

    @property
    def plane(self) -> tuple[np.ndarray, np.ndarray]:
        """Lowest and highest coordinates (x, y) of the part of the plane in which there are samples, with a margin."""
        if not len(self._points):
            return np.zeros(2), np.ones(2)
        low, high = self._points.min(axis=0), self._points.max(axis=0)
        margin = _MARGIN * np.maximum(high - low, 1e-6)
        return low - margin, high + margin

    def show_samples(self, points: np.ndarray, labels: np.ndarray, class_names: Sequence[str]) -> None:
        """Show other samples: `points` (N, D), of which the first two numbers count, and their `labels` (N,).

        Without class names a point is an input and its target, which need no common scale.
        """
        self._in_plane = bool(class_names)
        self._plot.setAspectLocked(self._in_plane)
        flat = points.reshape(len(points), -1)
        self._points = np.pad(flat[:, :2], ((0, 0), (0, max(2 - flat.shape[1], 0))))
        self._labels, self._predictions = labels, None
        self._shown = np.arange(len(points))
        names = ", ".join(
            f"{short(name)} {_SYMBOL_WORDS[index % len(_SYMBOLS)]}" for index, name in enumerate(class_names)
        )
        caption = (
            f"{names}. A frame marks a wrong prediction."
            if names
            else "Across: the input. Up: the target, and as a curve what the network predicts."
        )
        self.setToolTip(tool_tip(f"{caption} Click a point to look at it."))
        low, high = self.plane
        self._plot.setRange(QRectF(low[0], low[1], high[0] - low[0], high[1] - low[1]), padding=0)
        self._limit_width()
        self._map_image.clear()
        self._curve.clear()
        self._schedule()

    def show_only(self, indices: np.ndarray) -> None:
        """Show only some of the samples."""
        self._shown = indices[indices < len(self._points)]
        self._schedule()

    def show_predictions(self, predictions: np.ndarray | None) -> None:
        """Mark the samples that are predicted wrongly."""
        self._predictions = predictions
        self._schedule()

    def set_current(self, index: int) -> None:
        """Mark the sample that is looked at."""
        if index != self._current:
            self._current = index
            self._paint_ring()

    def show_curve(self, x: np.ndarray, y: np.ndarray) -> None:
        """Draw what the network predicts, `y` (K,) for the inputs `x` (K,), where it is finite."""
        self._curve.setData(x=x, y=y, connect="finite", pen=pyqtgraph.mkPen(class_color(4), width=2))

    def show_decision_map(self, scores: np.ndarray) -> None:
        """Paint the plane: `scores` (rows, columns, classes), the lowest y first, over the part that `plane` tells."""
        predicted = scores.argmax(axis=2)
        surest = np.take_along_axis(scores, predicted[..., np.newaxis], axis=2)[..., 0]
        chance = 1 / scores.shape[2]
        colors = np.array([_rgb(class_color(index)) for index in range(scores.shape[2])], np.float64)
        strength = np.clip(np.nan_to_num((surest - chance) / (1 - chance)), 0, 1)
        pixels = np.empty((*predicted.shape, 4), np.uint8)
        pixels[..., :3] = colors[predicted]
        pixels[..., 3] = np.rint(_FAINT * strength)
        low, high = self.plane
        self._map_image.setImage(pixels, autoLevels=False)
        self._map_image.setRect(QRectF(low[0], low[1], high[0] - low[0], high[1] - low[1]))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {Qt.Key.Key_Left: -1, Qt.Key.Key_Up: -1, Qt.Key.Key_Right: 1, Qt.Key.Key_Down: 1}
        step = steps.get(Qt.Key(event.key()))
        if step is None or not len(self._shown):
            super().keyPressEvent(event)
            return
        place = int(np.searchsorted(self._shown, self._current, side="left" if step < 0 else "right"))
        place = place - 1 if step < 0 else place
        self._pick(int(self._shown[min(max(place, 0), len(self._shown) - 1)]))

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._outdated:
            self._schedule()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._limit_width()

    def _limit_width(self) -> None:
        """Be no wider than the plane is at this height: both axes have the same scale, and the rest would be empty."""
        if not self._in_plane:
            self.setMaximumWidth(_ANY_WIDTH)
            return
        low, high = self.plane
        across, up = high - low
        room = self.height() - self._plot.getAxis("bottom").height() - 2 * GRID
        width = max(room, 0) * across / up + self._plot.getAxis("left").width() + 3 * GRID
        self.setMaximumWidth(max(round(width), 20 * GRID))

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.FontChange):
            self._paint_theme()

    def focusInEvent(self, event: Any) -> None:
        super().focusInEvent(event)
        self._paint_ring()

    def focusOutEvent(self, event: Any) -> None:
        super().focusOutEvent(event)
        self._paint_ring()

    def nearest(self, x: float, y: float) -> int:
        """Return the index of the shown sample that is nearest to a point of the plane; -1 when none is shown."""
        if not len(self._shown):
            return -1
        low, high = self.plane
        scale = 1 if self._in_plane else high - low
        distances = (((self._points[self._shown] - np.array([x, y])) / scale) ** 2).sum(axis=1)
        return int(self._shown[distances.argmin()])

    def _on_mouse_clicked(self, event: Any) -> None:
        self.setFocus(Qt.FocusReason.MouseFocusReason)
        place = self._plot.getPlotItem().vb.mapSceneToView(event.scenePos())
        index = self.nearest(place.x(), place.y())
        if index >= 0:
            self._pick(index)

    def _pick(self, index: int) -> None:
        if index != self._current:
            self.set_current(index)
            self.picked.emit(index)

    def _paint_theme(self) -> None:
        theme = current_theme()
        self._plot.setBackground(theme.surface)
        for side in ("left", "bottom"):
            axis = self._plot.getAxis(side)
            axis.setPen(theme.border)
            axis.setTextPen(theme.muted)
        self._schedule()

    def _schedule(self) -> None:
        self._outdated = True
        if self.isVisible():
            self._painter.start()

    @Slot()
    def _on_paint_timeout(self) -> None:
        if not self.isVisible():
            return
        self._outdated = False
        theme, shown = current_theme(), self._shown
        plain = pyqtgraph.mkPen(theme.surface, width=1)
        wrong = pyqtgraph.mkPen(theme.danger, width=2)
        brushes = [pyqtgraph.mkBrush(class_color(index)) for index in range(int(self._labels.max(initial=0)) + 1)]
        labels = self._labels[shown]
        is_wrong = np.zeros(len(shown), bool) if self._predictions is None else self._predictions[shown] != labels
        self._scatter.setData(
            x=self._points[shown, 0],
            y=self._points[shown, 1],
            symbol=[_SYMBOLS[label % len(_SYMBOLS)] for label in labels],
            brush=[brushes[label] for label in labels],
            pen=[wrong if flag else plain for flag in is_wrong],
        )
        self._paint_ring()

    def _paint_ring(self) -> None:
        known = 0 <= self._current < len(self._points)
        self._ring.setData(
            x=self._points[[self._current], 0] if known else [],
            y=self._points[[self._current], 1] if known else [],
            brush=None,
            pen=pyqtgraph.mkPen(current_theme().text if self.hasFocus() else current_theme().accent, width=3),
        )


def class_color(index: int) -> str:
    """Return the colour of a class; they repeat after five, where the symbols tell them apart no more either."""
    return CLASS_COLORS[index % len(CLASS_COLORS)]


_SYMBOL_WORDS = ("● blue", "■ yellow", "▼ green", "◆ pink", "★ red")


def _rgb(color: str) -> tuple[int, int, int]:
    parsed = QColor(color)
    return parsed.red(), parsed.green(), parsed.blue()
