"""The plane of two inputs: the points of the data on a coloured map; with one input, the predictions as a curve."""

import html
from collections.abc import Sequence

import numpy as np
import pyqtgraph
from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, QTimer, Slot
from PySide6.QtGui import QColor, QResizeEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.widgets.images.colormaps import diverging_image, viridis_image
from app.widgets.map_pixels import class_pixels, image_pixels
from app.widgets.plain_text import short
from app.widgets.plot import Plot
from app.widgets.theme.class_colors import class_color, class_symbol
from app.widgets.theme.theme import GRID, current_theme

_MAP_ALPHA = 120
"""Opacity of the map where the network is certain, of 255."""
_ANY_WIDTH = 2**24 - 1
"""Qt's default for the largest width of a widget."""
_SIZES = {True: 7, False: 8}
"""Size of the training points (True) and of the other points (False), in pixels."""
_SMALL, _LESS = 260, 2
"""In a plot lower than this, all points are smaller by so much, in pixels: they would hide the map."""


class DecisionPlot(QWidget):
    """Training points are filled, the others are hollow. Classes differ in their colours and in their symbols."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Points of the data on the decision map")
        self._plane = np.zeros(2), np.ones(2)
        self._parts: list[tuple[np.ndarray, np.ndarray]] = []
        self._chosen = -1
        self._classes = True
        self._range = (0.0, 1.0)
        self._square = True
        self._width_timer = QTimer(self, singleShot=True, interval=0)
        self._width_timer.timeout.connect(self._fit)
        self._plot = Plot()
        self._plot.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._plot.setMouseEnabled(x=False, y=False)
        self._image = pyqtgraph.ImageItem(axisOrder="row-major")
        self._curve = pyqtgraph.PlotCurveItem()
        self._scatters = {
            filled: pyqtgraph.ScatterPlotItem(pxMode=True, size=_SIZES[filled]) for filled in (True, False)
        }
        self._ring = pyqtgraph.ScatterPlotItem(pxMode=True, size=16, symbol="o", brush=None)
        for item in (self._image, self._scatters[True], self._scatters[False], self._curve, self._ring):
            self._plot.addItem(item)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._plot)
        self._paint_theme()

    @property
    def pixels(self) -> np.ndarray | None:
        """The pixels of the map, `(rows, columns, 4)`; None if there is none."""
        return None if self._image.image is None else np.asarray(self._image.image)

    @property
    def curve(self) -> tuple[np.ndarray, np.ndarray]:
        """The inputs and the predictions of the curve."""
        x, y = self._curve.getData()
        return (np.zeros(0), np.zeros(0)) if x is None else (np.asarray(x), np.asarray(y))

    @property
    def point_counts(self) -> tuple[int, int]:
        """Number of filled and of hollow points."""
        return len(self._scatters[True].data), len(self._scatters[False].data)

    @property
    def mouse_area(self) -> QWidget:
        """The widget that gets the events of the mouse."""
        area: QWidget = self._plot.viewport()
        return area

    @property
    def plane(self) -> tuple[np.ndarray, np.ndarray]:
        """Lowest and highest coordinates (x, y)."""
        return self._plane

    @property
    def chosen(self) -> int:
        """Index of the chosen point, counted over all parts; -1 for none."""
        return self._chosen

    def place_of(self, index: int) -> np.ndarray:
        """Return where a point is, `(2,)`; `index` counts over all parts."""
        place: np.ndarray = np.concatenate([points for points, _ in self._parts])[index]
        return place

    def to_plane(self, position: QPointF) -> tuple[float, float]:
        """Return the place of a position of the mouse, inside the plane.

        Arguments:
            position: in the coordinates of `mouse_area`.
        """
        point = self._plot.getPlotItem().vb.mapSceneToView(self._plot.mapToScene(position.toPoint()))
        low, high = self._plane
        return float(np.clip(point.x(), low[0], high[0])), float(np.clip(point.y(), low[1], high[1]))

    def to_mouse(self, place: np.ndarray) -> QPointF:
        """Return the position of a place `(2,)` in the coordinates of `mouse_area`."""
        scene = self._plot.getPlotItem().vb.mapViewToScene(QPointF(float(place[0]), float(place[1])))
        return QPointF(self._plot.mapFromScene(scene))

    def nearest(self, position: QPointF, reach: float) -> int:
        """Return the index of the point that is nearest to a position of the mouse; -1 if none is near.

        Arguments:
            position: in the coordinates of `mouse_area`.
            reach: the largest distance, in pixels.
        """
        if not sum(self.point_counts):
            return -1
        pixel = self._plot.getPlotItem().vb.viewPixelSize()
        points = np.concatenate([points for points, _ in self._parts])
        distances = np.hypot(*((points - self.to_plane(position)) / pixel).T)
        index = int(distances.argmin())
        return index if distances[index] <= reach else -1

    def set_chosen(self, index: int) -> None:
        """Mark a point; `index` counts over all parts, -1 for none."""
        self._chosen = index
        self._paint_ring()

    def move_point(self, index: int, x: float, y: float) -> None:
        """Show a point elsewhere, until other points are shown.

        Arguments:
            index: of the point, counted over all parts.
            x, y: the new place.
        """
        for number, (points, values) in enumerate(self._parts):
            if index < len(points):
                points = points.copy()
                points[index] = x, y
                self._parts[number] = points, values
                break
            index -= len(points)
        self._paint_points()

    def show_points(
        self,
        parts: Sequence[tuple[np.ndarray, np.ndarray]],
        plane: tuple[np.ndarray, np.ndarray],
        classes: bool,
        value_range: tuple[float, float],
        axes: Sequence[str] = (),
        square: bool = True,
    ) -> None:
        """Show other points.

        Arguments:
            parts: points `(N, 2)` and their values `(N,)`, of the training and of the other examples.
            plane: lowest and highest coordinates (x, y).
            classes: True if the values are classes, False if they are numbers.
            value_range: lowest and highest number.
            axes: names of the axes; empty if they have none.
            square: True for a plane of two inputs, False for an input with its target.
        """
        self._square = square
        self._fit()
        self._parts, self._plane, self._classes, self._range = list(parts), plane, classes, value_range
        low, high = plane
        self._plot.setRange(QRectF(low[0], low[1], high[0] - low[0], high[1] - low[1]), padding=0)
        for side, name in zip(("bottom", "left"), axes or ("", ""), strict=False):
            self._plot.getAxis(side).setLabel(html.escape(short(name)))
            self._plot.getAxis(side).showLabel(bool(name))
        if self._chosen >= sum(len(points) for points, _ in self._parts):
            self._chosen = -1
        self._paint_points()

    def clear_points(self) -> None:
        """Show no points."""
        self._chosen = -1
        self._parts = [(np.zeros((0, 2)), np.zeros(0))] * 2
        self._paint_points()

    def show_scores(self, scores: np.ndarray) -> None:
        """Paint the predicted class over the plane.

        Arguments:
            scores: `(rows, columns, classes)` the class scores on a grid, the lowest y first.
        """
        self._show_pixels(class_pixels(scores, _MAP_ALPHA))

    def show_numbers(self, values: np.ndarray) -> None:
        """Paint predicted numbers over the plane, in the colours of the points.

        Arguments:
            values: `(rows, columns)` the numbers, the lowest y first.
        """
        self._show_pixels(image_pixels(viridis_image(values, *self._range)))

    def show_unit(self, values: np.ndarray) -> None:
        """Paint the output of a unit over the plane: blue below zero, orange above.

        Arguments:
            values: `(rows, columns)` the output, the lowest y first.
        """
        self._show_pixels(image_pixels(diverging_image(values, current_theme().dark)))

    def show_curve(self, x: np.ndarray, y: np.ndarray) -> None:
        """Draw predictions for one input. Those that are not finite leave a gap.

        Arguments:
            x: `(K,)` the inputs in rising order.
            y: `(K,)` the predictions.
        """
        self._image.clear()
        self._curve.setData(x=x, y=y, connect="finite", pen=pyqtgraph.mkPen(class_color(4), width=2.5))

    def clear_map(self) -> None:
        """Show the points without a map."""
        self._image.clear()
        self._curve.clear()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        # Later: another size inside this event would leave the plot in the layout with the old one.
        self._width_timer.start()

    @Slot()
    def _fit(self) -> None:
        """Keep the map about square: the room at its side is for the maps of the units. Let the points fit the map."""
        for filled, points in self._scatters.items():
            size = _SIZES[filled] - (_LESS if self.height() < _SMALL else 0)
            if points.opts["size"] != size:
                points.setSize(size)
        height = self.height() - self._plot.getAxis("bottom").height()
        width = max(height, 0) + self._plot.getAxis("left").width() + 2 * GRID
        self.setMaximumWidth(max(round(width), 20 * GRID) if self._square else _ANY_WIDTH)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.FontChange):
            self._paint_theme()

    def _show_pixels(self, pixels: np.ndarray) -> None:
        low, high = self._plane
        self._curve.clear()
        self._image.setImage(pixels, autoLevels=False)
        self._image.setRect(QRectF(low[0], low[1], high[0] - low[0], high[1] - low[1]))

    def _paint_theme(self) -> None:
        self._plot.paint_axes()
        self._paint_points()

    def _paint_points(self) -> None:
        for filled, (points, values) in zip((True, False), self._parts, strict=False):
            colors = self._colors(values)
            symbols = [class_symbol(int(value)) for value in values] if self._classes else "o"
            edge = pyqtgraph.mkPen("#ffffff", width=1)  # a point stays visible on the map of its own class
            self._scatters[filled].setData(
                x=points[:, 0],
                y=points[:, 1],
                symbol=symbols,
                brush=[pyqtgraph.mkBrush(color) for color in colors]
                if filled
                else pyqtgraph.mkBrush(current_theme().surface),
                pen=edge if filled else [pyqtgraph.mkPen(color, width=1.6) for color in colors],
            )

        self._paint_ring()

    def _paint_ring(self) -> None:
        place = self.place_of(self._chosen)[np.newaxis] if self._chosen >= 0 else np.zeros((0, 2))
        self._ring.setData(x=place[:, 0], y=place[:, 1], pen=pyqtgraph.mkPen(current_theme().text, width=2))

    def _colors(self, values: np.ndarray) -> list[QColor]:
        if self._classes:
            return [QColor(class_color(int(value))) for value in values]
        if not len(values):
            return []
        pixels = image_pixels(viridis_image(np.asarray(values)[np.newaxis], *self._range))[0]
        return [QColor(*map(int, pixel[:3])) for pixel in pixels]
