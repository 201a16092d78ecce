"""A scatter plot of samples that are points of a plane, on the decision map of the network."""

import html
from collections.abc import Sequence
from typing import Any

import numpy as np
import pyqtgraph
from PySide6.QtCore import QEvent, QRectF, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QKeyEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.widgets.images.colormaps import diverging_image
from app.widgets.map_pixels import class_pixels, image_pixels
from app.widgets.plain_text import short, tool_tip
from app.widgets.plot import Plot
from app.widgets.theme.class_colors import class_color, class_symbol
from app.widgets.theme.theme import GRID, current_theme

_ANY_WIDTH = 2**24 - 1
"""Qt's default for the largest width of a widget."""
_MARGIN = 0.08
"""Free space around the samples, as a fraction of their extent."""


class ScatterPlot(QWidget):
    """Shows a symbol for each sample. A sample with a wrong prediction has a frame in the colour of errors.

    A click picks the nearest sample. The arrow keys step through the samples. The colour of the background is the
    predicted class at each point, and it is stronger where the score is higher.

    Signals:
        picked(index): the user picked another sample.
        shown(): the plot became visible.
    """

    picked = Signal(int)
    shown = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._points: np.ndarray = np.zeros((0, 2))
        self._labels: np.ndarray = np.zeros(0, np.int64)
        self._predictions: np.ndarray | None = None
        self._shown: np.ndarray = np.zeros(0, np.intp)
        self._current = -1
        self._own: np.ndarray | None = None
        self._in_plane = True
        # Samples, filters and predictions change together. The timer paints the symbols once for all changes.
        self._paint_timer = QTimer(self, singleShot=True, interval=0)
        self._paint_timer.timeout.connect(self._on_paint_timer_timeout)
        self._outdated = False
        self._plot = Plot()
        self._plot.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._map_image = pyqtgraph.ImageItem(axisOrder="row-major")
        self._scatter = pyqtgraph.ScatterPlotItem(pxMode=True, size=8)
        self._ring = pyqtgraph.ScatterPlotItem(pxMode=True, size=18, symbol="o")
        self._curve = pyqtgraph.PlotCurveItem()
        for item in (self._map_image, self._scatter, self._curve, self._ring):
            self._plot.addItem(item)
        self._plot.scene().sigMouseClicked.connect(self._on_mouse_clicked)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("Samples of the test set as points")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(2, 2, 2, 2)
        layout.addWidget(self._plot)
        self._paint_theme()

    @property
    def plane(self) -> tuple[np.ndarray, np.ndarray]:
        """Lowest and highest coordinates (x, y) of the samples, with a margin."""
        if not len(self._points):
            return np.zeros(2), np.ones(2)
        low, high = self._points.min(axis=0), self._points.max(axis=0)
        margin = _MARGIN * np.maximum(high - low, 1e-6)
        return low - margin, high + margin

    def show_samples(
        self, points: np.ndarray, labels: np.ndarray, class_names: Sequence[str], axes: Sequence[str] = ()
    ) -> None:
        """Show other samples.

        Arguments:
            points: (N, D) the samples. The first two coordinates are shown.
            labels: (N,) their classes.
            class_names: names of the classes. Without names a point is an input with its target, and the axes have
                their own scales.
            axes: names of the two axes; empty if they have none.
        """
        for side, name in zip(("bottom", "left"), axes or ("", ""), strict=False):
            self._plot.getAxis(side).setLabel(html.escape(short(name)))
            self._plot.getAxis(side).showLabel(bool(name))
        self._in_plane = bool(class_names)
        flat = points.reshape(len(points), -1)
        # The first two columns of a table have different units.
        self._plot.setAspectLocked(self._in_plane and flat.shape[1] == 2)
        self._points = np.pad(flat[:, :2], ((0, 0), (0, max(2 - flat.shape[1], 0))))
        self._labels, self._predictions = labels, None
        self._shown = np.arange(len(points))
        names = ", ".join(
            f"{short(name)} {_SYMBOL_NAMES[index % len(_SYMBOL_NAMES)]}" for index, name in enumerate(class_names)
        )
        caption = (
            f"{names}. A frame marks a wrong prediction."
            if names
            else "Horizontal: the input. Vertical: the target, and the prediction as a curve."
        )
        self.setToolTip(tool_tip(f"{caption} Click a point to inspect it."))
        low, high = self.plane
        self._plot.setRange(QRectF(low[0], low[1], high[0] - low[0], high[1] - low[1]), padding=0)
        self._limit_width()
        self._map_image.clear()
        self._curve.clear()
        self._schedule_paint()

    def show_only(self, indices: np.ndarray) -> None:
        """Show only some of the samples.

        Arguments:
            indices: of the samples to show.
        """
        self._shown = indices[indices < len(self._points)]
        self._schedule_paint()

    def show_predictions(self, predictions: np.ndarray | None) -> None:
        """Mark the samples with a wrong prediction.

        Arguments:
            predictions: (N,) the predicted class of each sample; None while they are unknown.
        """
        self._predictions = predictions
        self._schedule_paint()

    def set_current(self, index: int) -> None:
        """Mark the chosen sample.

        Arguments:
            index: index of the sample.
        """
        if index != self._current:
            self._current = index
            self._paint_ring()

    def set_own(self, point: np.ndarray | None) -> None:
        """Mark an own example instead of a sample.

        Arguments:
            point: (2,) its place; None if a sample is chosen.
        """
        if point is not None or self._own is not None:
            self._own = point
            self._paint_ring()

    def show_curve(self, x: np.ndarray, y: np.ndarray) -> None:
        """Draw the finite predictions for samples of one number.

        Arguments:
            x: (K,) the inputs in rising order.
            y: (K,) the predictions.
        """
        self._curve.setData(x=x, y=y, connect="finite", pen=pyqtgraph.mkPen(class_color(4), width=2))

    def show_decision_map(self, scores: np.ndarray) -> None:
        """Paint the predicted classes over `plane`.

        Arguments:
            scores: (rows, columns, classes) the class scores on a grid, the lowest y first.
        """
        self._show_pixels(class_pixels(scores))

    def show_unit_map(self, values: np.ndarray) -> None:
        """Paint the output of a unit over `plane`: blue below zero, orange above.

        Arguments:
            values: (rows, columns) the output on a grid, the lowest y first.
        """
        self._show_pixels(image_pixels(diverging_image(values, current_theme().dark)))

    def _show_pixels(self, pixels: np.ndarray) -> None:
        low, high = self.plane
        self._map_image.setImage(pixels, autoLevels=False)
        self._map_image.setRect(QRectF(low[0], low[1], high[0] - low[0], high[1] - low[1]))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {Qt.Key.Key_Left: -1, Qt.Key.Key_Up: -1, Qt.Key.Key_Right: 1, Qt.Key.Key_Down: 1}
        step = steps.get(Qt.Key(event.key()))
        if step is None or not len(self._shown):
            super().keyPressEvent(event)
            return
        position = int(np.searchsorted(self._shown, self._current, side="left" if step < 0 else "right"))
        position = position - 1 if step < 0 else position
        self._pick(int(self._shown[min(max(position, 0), len(self._shown) - 1)]))

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._outdated:
            self._schedule_paint()
        self.shown.emit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._limit_width()

    def _limit_width(self) -> None:
        """Limit the width to that of the plane at this height. The axes have one scale, so more would stay empty."""
        if not self._in_plane:
            self.setMaximumWidth(_ANY_WIDTH)
            return
        low, high = self.plane
        plane_width, plane_height = high - low
        available = self.height() - self._plot.getAxis("bottom").height() - 2 * GRID
        width = max(available, 0) * plane_width / plane_height + self._plot.getAxis("left").width() + 3 * GRID
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
        """Return the index of the shown sample that is nearest to a point; -1 if no sample is shown.

        Arguments:
            x, y: the point of the plane.
        """
        if not len(self._shown):
            return -1
        low, high = self.plane
        scale = 1 if self._in_plane else high - low
        distances = (((self._points[self._shown] - np.array([x, y])) / scale) ** 2).sum(axis=1)
        return int(self._shown[distances.argmin()])

    def _on_mouse_clicked(self, event: Any) -> None:
        self.setFocus(Qt.FocusReason.MouseFocusReason)
        point = self._plot.getPlotItem().vb.mapSceneToView(event.scenePos())
        index = self.nearest(point.x(), point.y())
        if index >= 0:
            self._pick(index)

    def _pick(self, index: int) -> None:
        if index != self._current:
            self.set_current(index)
            self.picked.emit(index)

    def _paint_theme(self) -> None:
        self._plot.paint_axes()
        self._schedule_paint()

    def _schedule_paint(self) -> None:
        self._outdated = True
        if self.isVisible():
            self._paint_timer.start()

    @Slot()
    def _on_paint_timer_timeout(self) -> None:
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
            symbol=[class_symbol(label) for label in labels],
            brush=[brushes[label] for label in labels],
            pen=[wrong if flag else plain for flag in is_wrong],
        )
        self._paint_ring()

    def _paint_ring(self) -> None:
        marked = self._points[[self._current]] if 0 <= self._current < len(self._points) else np.zeros((0, 2))
        if self._own is not None:
            marked = self._own[np.newaxis]
        self._ring.setData(
            x=marked[:, 0],
            y=marked[:, 1],
            brush=None,
            pen=pyqtgraph.mkPen(current_theme().text if self.hasFocus() else current_theme().accent, width=3),
        )


_SYMBOL_NAMES = ("● blue", "■ yellow", "▼ green", "◆ pink", "★ red")
