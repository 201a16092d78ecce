"""The points of an embedding: one symbol for each example, in the colour and shape of its class."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyqtgraph
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QFontMetricsF, QKeyEvent, QMouseEvent

from app.widgets.plot import Plot
from app.widgets.theme.class_colors import class_color, class_symbol
from app.widgets.theme.theme import GRID, current_theme

_NEAR = 12
"""A click chooses the nearest point that is at most this many pixels away."""
_ZOOM = {Qt.Key.Key_Plus: 0.8, Qt.Key.Key_Minus: 1.25}
_STEPS = {Qt.Key.Key_Left: -1, Qt.Key.Key_Up: -1, Qt.Key.Key_Right: 1, Qt.Key.Key_Down: 1}


class EmbeddingPlot(Plot):
    """Points that can be zoomed and panned. A frame in the colour of errors marks a wrong prediction.

    A click picks the nearest point. The arrow keys step through the drawn examples in order, + and − zoom, and Home or
    a double click shows all points again.

    Signals:
        picked(index): the user picked a point.
        hovered(index): the mouse is near this point; -1 if it is near none.
    """

    picked = Signal(int)
    hovered = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName("Embedding: one point for each example")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._points: np.ndarray = np.zeros((0, 2))
        self._indices: np.ndarray = np.zeros(0, np.intp)
        self._labels: np.ndarray = np.zeros(0, np.int64)
        self._wrong: np.ndarray = np.zeros(0, bool)
        self._current = self._hovered = -1
        self._names: dict[str, Sequence[str]] = {}
        self._items: list[pyqtgraph.ScatterPlotItem] = []
        self._frames = pyqtgraph.ScatterPlotItem(size=10, symbol="o", brush=None, useCache=False)
        self._ring = pyqtgraph.ScatterPlotItem(size=18, symbol="o", brush=None, useCache=False)
        for item in (self._frames, self._ring):
            item.setZValue(2)
            self.addItem(item)
        self.scene().sigMouseClicked.connect(self._on_mouse_clicked)
        self.getPlotItem().vb.sigResized.connect(self._on_resized)
        self.paint_axes()

    def sizeHint(self) -> QSize:
        return QSize(60 * GRID, 36 * GRID)

    def show_points(
        self, points: np.ndarray, indices: np.ndarray, labels: np.ndarray, wrong: np.ndarray, keep_range: bool
    ) -> None:
        """Show other points.

        Arguments:
            points: (K, 2) where they are.
            indices: (K,) which examples they are, in rising order.
            labels: (K,) their classes.
            wrong: (K,) True for a wrong prediction.
            keep_range: True to keep what the user has zoomed to.
        """
        self._points, self._indices, self._labels, self._wrong = points, indices, labels, wrong
        self._paint()
        if not keep_range:
            self.show_all()

    def label_axes(self, horizontal: Sequence[str], vertical: Sequence[str]) -> None:
        """Name the axes by the first text that fits: texts for `horizontal` and `vertical`, the longest one first."""
        self._names = {"bottom": horizontal, "left": vertical}
        self._fit_names()

    def set_current(self, index: int) -> None:
        """Mark the chosen example (`index`); -1 for none."""
        self._current = index
        self._paint_ring()

    def show_all(self) -> None:
        """Show all points."""
        if len(self._points):
            low, high = self._points.min(axis=0), self._points.max(axis=0)
            width, height = np.maximum(high - low, 1e-6)
            self.setRange(QRectF(low[0], low[1], width, height), padding=0.05)

    def place_of(self, index: int) -> QPointF:
        """Return where an example (`index`) is painted, in coordinates of the plot."""
        x, y = self._points[int(np.searchsorted(self._indices, index))]
        return QPointF(self.mapFromScene(self.getPlotItem().vb.mapViewToScene(QPointF(x, y))))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        if key in _STEPS and len(self._indices):
            place = int(np.searchsorted(self._indices, max(self._current, 0))) + _STEPS[key]
            self.picked.emit(int(self._indices[min(max(place, 0), len(self._indices) - 1)]))
        elif key in _ZOOM:
            self.getPlotItem().vb.scaleBy((_ZOOM[key], _ZOOM[key]))
        elif key == Qt.Key.Key_Home:
            self.show_all()
        else:
            super().keyPressEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.show_all()
        event.accept()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)
        self._set_hovered(self._nearest(self.mapToScene(event.position().toPoint())))

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._set_hovered(-1)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        changed = event.type() in (QEvent.Type.PaletteChange, QEvent.Type.FontChange)
        if changed and self.getPlotItem() is not None:  # pyqtgraph's constructor makes it after the first event
            self.paint_axes()
            self._paint()

    def _fit_names(self) -> None:
        """Name each axis by the first of its texts that is not longer than the axis; by the last one if all are."""
        box = self.getPlotItem().vb
        for side, texts in self._names.items():
            axis, room = self.getPlotItem().getAxis(side), box.width() if side == "bottom" else box.height()
            metrics = QFontMetricsF(axis.label.font())
            text = next((text for text in texts if metrics.horizontalAdvance(text) <= room), texts[-1])
            if text != axis.labelText:
                axis.setLabel(text, color=current_theme().muted)

    @Slot(object)
    def _on_resized(self, _box: object) -> None:
        self._fit_names()

    def _on_mouse_clicked(self, event: Any) -> None:
        index = self._nearest(event.scenePos())
        if index >= 0 and event.button() == Qt.MouseButton.LeftButton:
            self.picked.emit(index)

    def _set_hovered(self, index: int) -> None:
        if index != self._hovered:
            self._hovered = index
            self.hovered.emit(index)

    def _nearest(self, scene: QPointF) -> int:
        """Return the example whose point is nearest to a place of the scene, or -1 if none is near."""
        if not len(self._points):
            return -1
        box = self.getPlotItem().vb
        place, (width, height) = box.mapSceneToView(scene), box.viewPixelSize()
        away = (self._points - np.array([place.x(), place.y()])) / np.array([width, height])
        distances = (away**2).sum(axis=1)
        nearest = int(distances.argmin())
        return int(self._indices[nearest]) if distances[nearest] <= _NEAR**2 else -1

    def _paint(self) -> None:
        """Paint one item for each class: pyqtgraph takes much longer for one item with many symbols."""
        for item in self._items:
            self.removeItem(item)
        edge = pyqtgraph.mkPen(current_theme().surface, width=0.5)
        self._items = []
        for label in np.unique(self._labels).tolist():
            of_class = self._points[self._labels == label]
            item = pyqtgraph.ScatterPlotItem(
                x=of_class[:, 0],
                y=of_class[:, 1],
                size=7,
                # Its cache of symbols can take the address of a deleted layout item for that item, and paint nothing.
                useCache=False,
                symbol=class_symbol(label),
                brush=pyqtgraph.mkBrush(class_color(label)),
                pen=edge,
            )
            self.addItem(item)
            self._items.append(item)
        wrong = self._points[self._wrong]
        self._frames.setData(x=wrong[:, 0], y=wrong[:, 1], pen=pyqtgraph.mkPen(current_theme().danger, width=1.5))
        self._paint_ring()

    def _paint_ring(self) -> None:
        marked = self._points[self._indices == self._current]
        self._ring.setData(x=marked[:, 0], y=marked[:, 1], pen=pyqtgraph.mkPen(current_theme().text, width=2.5))
