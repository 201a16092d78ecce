"""One plot: axes, curves and marks. It only draws what it is given, and does not use the training run."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pyqtgraph
from PySide6.QtCore import QEvent, QRectF, Qt, Signal, Slot
from PySide6.QtGui import (
    QBrush,
    QColor,
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QWidget

from app.monitor.dashes import Points, cut_into_dashes
from app.monitor.plot_marks import PlotMarks
from app.monitor.plot_view import PlotView, Range, Spots
from app.widgets.theme.class_colors import class_symbol
from app.widgets.theme.theme import GRID, SERIES_COLORS, current_theme, run_color

_PAN = {
    Qt.Key.Key_Left: (-0.1, 0.0),
    Qt.Key.Key_Right: (0.1, 0.0),
    Qt.Key.Key_Up: (0.0, 0.1),
    Qt.Key.Key_Down: (0.0, -0.1),
}
_CURSOR = {Qt.Key.Key_Left: -0.01, Qt.Key.Key_Right: 0.01}
_ZOOM = {Qt.Key.Key_Plus: 0.8, Qt.Key.Key_Equal: 0.8, Qt.Key.Key_Minus: 1.25}
_LOG_NUMBERS = (1, 2, 5, 10)
_MAX_MARKERS = 60
"""Largest number of epochs with a marker each. More markers would hide the curve."""


class OtherCurve(NamedTuple):
    """The curve of another run.

    Attributes:
        color: of the run.
        points: (x, y) of the curve. A NaN makes a gap.
        dashed: False for a solid line.
        symbol: pyqtgraph's name of the symbol of the run.
        symbol_places: (x, y) where symbols are on the curve.
    """

    color: QColor
    points: Points
    dashed: bool
    symbol: str
    symbol_places: Points


class _ValueAxis(pyqtgraph.AxisItem):
    """The axis of the values. It shows the number at its end, although half of this number is outside of the axis.

    Its grid lies behind the curves, so Qt paints the axis again with each new point. It keeps a picture for that: to
    write the same numbers again takes longer than to draw all curves.
    """

    def __init__(self, orientation: str) -> None:
        super().__init__(orientation)
        self.keep_picture(True)

    def keep_picture(self, keep: bool) -> None:
        """Paint the axis with its kept picture, which has the resolution of the screen, only if `keep`."""
        self.setCacheMode(self.CacheMode.DeviceCoordinateCache if keep else self.CacheMode.NoCache)

    def tickStrings(self, values: Sequence[float], scale: float, spacing: float) -> list[str]:
        """Return the numbers of the ticks; on a log axis over more than a decade, only 1, 2 and 5 in each decade."""
        strings: list[str] = super().tickStrings(values, scale, spacing)
        if not self.logMode or abs(self.range[1] - self.range[0]) < 1:
            return strings
        mantissas = (round(10 ** (value % 1)) for value in values)
        return [text if mantissa in _LOG_NUMBERS else "" for text, mantissa in zip(strings, mantissas, strict=True)]

    def boundingRect(self) -> QRectF:
        rect: QRectF = super().boundingRect()
        return rect.adjusted(0, -GRID, 0, GRID)


class PlotArea(PlotView):
    """Curves of the loss or of a metric, over epochs, batches or seconds.

    A drag pans. The wheel zooms along the epochs, and with Ctrl along the values. The arrow keys pan; + and - zoom;
    Shift with an arrow key moves the cursor. A double-click, A or Home shows the whole run again.

    Signals:
        moved(): the user panned or zoomed.
        follow_requested(): the user wants to see the whole run again.
        range_changed(): the visible part or the size of the plot has changed. Call `show_curves` with new points.
        hovered(position): the position under the mouse, in the unit of the axis; NaN if it is outside of the plot.

    Attributes:
        marks: the marks over the curves.
    """

    moved = Signal()
    follow_requested = Signal()
    range_changed = Signal()
    hovered = Signal(float)

    def __init__(self, parent: QWidget | None = None) -> None:
        self._value_axis, self._unit = _ValueAxis("left"), "epoch"
        super().__init__(parent, axisItems={"left": self._value_axis})
        self.setMinimumSize(120, 110)
        plot = self.getPlotItem()
        self._log = False
        self._overlays: list[pyqtgraph.PlotCurveItem] = []
        self._run: int | None = None
        self._others: tuple[OtherCurve, ...] = ()
        self._picture_scale = 0.0
        self._add_curves()
        self.marks = PlotMarks(self)
        plot.showGrid(x=False, y=True, alpha=0.25)
        self._value_axis.setStyle(tickLength=0, autoReduceTextSpace=False, hideOverlappingLabels=False)
        plot.getAxis("bottom").setStyle(tickLength=4, hideOverlappingLabels=False)
        plot.getAxis("bottom").enableAutoSIPrefix(False)  # else it counts 0.3 seconds as "300 (x0.001)"
        # Half of the last number below the axis lies outside the plot.
        plot.layout.setContentsMargins(0, GRID // 2, 2 * GRID, 0)
        self._view.sigRangeChangedManually.connect(self._emit_moved)
        self._view.sigRangeChanged.connect(self._on_range_changed)
        self._view.sigResized.connect(self._on_range_changed)
        self.apply_theme()

    def set_log(self, log: bool) -> None:
        """Label the axis of the values as powers of ten if `log`. The curves must then have decimal logarithms."""
        self._log = log
        self._value_axis.setLogMode(False, log)

    def set_unit(self, unit: str) -> None:
        """Name the unit of the horizontal axis (`unit`)."""
        self._unit = unit
        self._label_positions()

    def show_range(self, positions: Range, heights: Range) -> None:
        """Show these ranges of the two axes. If they are visible already, do nothing.

        Arguments:
            positions: the first and the last position.
            heights: the lowest and the highest value; exponents of 10 on the log axis.
        """
        if positions != self.positions or heights != self.heights:
            self._view.setRange(xRange=positions, yRange=heights, padding=0, disableAutoRange=True)

    def show_curves(self, batches: Points, smoothed: Points, validation: Points) -> None:
        """Replace the points (x, y) of the three curves. A NaN makes a gap in the line.

        Arguments:
            batches: the value of each batch.
            smoothed: the smoothed values of the batches.
            validation: the value on the validation set after each epoch.
        """
        for curve, (x, y) in ((self._batches, batches), (self._smoothed, smoothed)):
            connect = "all" if np.isfinite(y).all() else "finite"
            curve.setData(x, y, connect=connect)
        self._validation.setData(*cut_into_dashes(validation, self.pixel), connect="pairs")
        few = len(validation[0]) <= _MAX_MARKERS
        self._epoch_markers.setData(*_finite(validation) if few else ([], []))

    def show_batch_points(self, points: Points) -> None:
        """Show single batches as `points` (x, y), or none if there are no points."""
        if len(points[0]) or len(self._batch_points.data):
            self._batch_points.setData(*_finite(points))

    def show_overlays(self, overlays: Sequence[OtherCurve]) -> None:
        """Draw the curves of other runs (`overlays`), thin, with symbols, below those of the shown run."""
        self._others = tuple(overlays)
        while len(self._overlays) > len(overlays):
            self.getPlotItem().removeItem(self._overlays.pop())
        while len(self._overlays) < len(overlays):
            curve = pyqtgraph.PlotCurveItem(antialias=True)
            curve.setSegmentedLineMode("on")
            curve.setZValue(-1)
            self._overlays.append(curve)
            self.addItem(curve, ignoreBounds=True)
        places, symbols, brushes = [(np.zeros(0), np.zeros(0))], [], []
        for curve, (color, points, dashed, symbol, symbol_places) in zip(self._overlays, overlays, strict=True):
            curve.setPen(self._pen(color, 1.3))
            if dashed:
                curve.setData(*cut_into_dashes(points, self.pixel), connect="pairs")
            else:
                curve.setData(*points, connect="finite")
            places.append(symbol_places)
            symbols += [symbol] * len(symbol_places[0])
            brushes += [QBrush(color)] * len(symbol_places[0])
        x, y = (np.concatenate(each) for each in zip(*places, strict=True))
        if len(x) or len(self._overlay_symbols.data):
            self._overlay_symbols.setData(x, y, symbol=symbols, brush=brushes)

    def apply_theme(self) -> None:
        """Use the colours of the current theme."""
        self.paint_axes()
        self._label_positions()
        self._color_curves()
        self.marks.apply_theme()

    @property
    def colors(self) -> tuple[QColor, QColor]:
        """The colours of the training curve and of the validation curve."""
        if self._run is not None:
            return run_color(self._run), run_color(self._run)
        return QColor(SERIES_COLORS["training"]), QColor(SERIES_COLORS["validation"])

    def set_run(self, number: int | None) -> None:
        """Draw the shown run in its colour of the list, with its symbol, so that it can be compared with others.

        Arguments:
            number: of the colour (see `run_color`); None for the colours of training and validation.
        """
        if number != self._run:
            self._run = number
            self._color_curves()

    def _color_curves(self) -> None:
        training, validation = self.colors
        # An opaque, pale colour. Where transparent lines overlap, they would have the full colour.
        self._batches.setPen(QPen(_mix(training, QColor(current_theme().surface), 0.4), 0))
        self._batch_points.setBrush(training)
        self._smoothed.setPen(self._pen(training, 2.0))
        dashes = self._pen(validation, 2.0)
        dashes.setCapStyle(Qt.PenCapStyle.FlatCap)
        self._validation.setPen(dashes)
        self._epoch_markers.setSymbol("o" if self._run is None else class_symbol(self._run))
        self._epoch_markers.setSize(5 if self._run is None else 8)
        self._epoch_markers.setBrush(validation)
        self.marks.best.setPen(pyqtgraph.mkPen(validation, width=2))
        for curve, other in zip(self._overlays, self._others, strict=True):
            curve.setPen(self._pen(other.color, 1.3))

    def _pen(self, color: QColor, width: float) -> QPen:
        """Return the pen for a line. The width of pyqtgraph's pens counts in the dots of a fine screen, not in pixels.

        Arguments:
            color: of the line.
            width: in pixels.
        """
        pen: QPen = pyqtgraph.mkPen(color, width=width * (self._picture_scale or self.devicePixelRatioF()))
        return pen

    def set_saving_picture(self, scale: float) -> None:
        """While a picture is saved, paint everything in its resolution and no border for the keyboard focus.

        Arguments:
            scale: dots of the picture for each pixel; before it is painted. 0 after it.
        """
        saving = scale > 0
        self._picture_scale = scale
        self._color_curves()
        self._value_axis.keep_picture(not saving)
        self.setCacheMode(self.CacheModeFlag.CacheNone if saving else self.CacheModeFlag.CacheBackground)
        for item in self.getPlotItem().items:
            if isinstance(item, pyqtgraph.ScatterPlotItem):
                item.setExportMode(saving, {"antialias": True})  # else it copies small pictures of its marks

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self.hasFocus() and not self._picture_scale:
            painter = QPainter(self.viewport())
            painter.setPen(QPen(QColor(current_theme().accent), 1, Qt.PenStyle.DotLine))
            painter.drawRect(self.viewport().rect().adjusted(0, 0, -1, -1))

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.viewport().update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.viewport().update()

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        super().resizeEvent(event)
        plot = self.getPlotItem()
        # The constructor of pyqtgraph calls this with None, before the plot exists.
        if plot is not None:
            self._label_positions()

    def _label_positions(self) -> None:
        """Name the unit below the axis; if the plot is low, leave it out, so that the curves are higher."""
        axis = self.getPlotItem().getAxis("bottom")
        axis.setLabel(self._unit, color=current_theme().muted)
        axis.showLabel(self.height() > 25 * GRID)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self._request_follow()
        event.accept()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)
        scene = self.mapToScene(event.position().toPoint())
        inside = self._view.sceneBoundingRect().contains(scene)
        self.hovered.emit(self._view.mapSceneToView(scene).x() if inside else np.nan)

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self.hovered.emit(np.nan)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom along the epochs, and with Ctrl along the values. Over an axis, zoom along this axis."""
        scene = self.mapToScene(event.position().toPoint())
        if not self._view.sceneBoundingRect().contains(scene):
            super().wheelEvent(event)
            return
        factor = 1.02 ** (-event.angleDelta().y() / 8)
        center = self._view.mapSceneToView(scene)
        along_values = event.modifiers() & Qt.KeyboardModifier.ControlModifier
        self._view.scaleBy(x=None if along_values else factor, y=factor if along_values else None, center=center)
        self._emit_moved()
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        (left, right), (bottom, top) = self._view.viewRange()
        if key in _CURSOR and event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            cursor = self.marks.cursor
            place = cursor.value() if cursor.isVisible() else (left + right) / 2
            self.hovered.emit(min(max(place + _CURSOR[key] * (right - left), left), right))
        elif key in _PAN:
            across, up = _PAN[key]
            self._view.translateBy(x=across * (right - left), y=up * (top - bottom))
            self._emit_moved()
        elif key in _ZOOM:
            self._view.scaleBy(x=_ZOOM[key], y=_ZOOM[key])
            self._emit_moved()
        elif key in (Qt.Key.Key_A, Qt.Key.Key_Home):
            self._request_follow()
        else:
            event.ignore()

    def _add_curves(self) -> None:
        self._batches = pyqtgraph.PlotCurveItem(antialias=False)
        self._smoothed = pyqtgraph.PlotCurveItem(antialias=True)
        self._validation = pyqtgraph.PlotCurveItem(antialias=True)
        for wide in (self._smoothed, self._validation):
            # Line by line. As one path, a wide line that goes up and down takes Qt up to fifty times as long.
            wide.setSegmentedLineMode("on")
        self._epoch_markers = Spots(size=5, pen=None)
        self._overlay_symbols = Spots(size=8, pen=None)
        self._overlay_symbols.setZValue(-0.5)
        self._batch_points = Spots(size=4, pen=None)
        curves = (self._batches, self._batch_points, self._smoothed, self._validation)
        for item in (*curves, self._epoch_markers, self._overlay_symbols):
            self.addItem(item, ignoreBounds=True)

    def _request_follow(self) -> None:
        self.follow_requested.emit()

    @Slot()
    def _emit_moved(self, *_axes: object) -> None:
        self.moved.emit()

    @Slot()
    def _on_range_changed(self, *_ranges: object) -> None:
        self.range_changed.emit()


def _mix(front: QColor, back: QColor, share: float) -> QColor:
    parts = ((front.red(), back.red()), (front.green(), back.green()), (front.blue(), back.blue()))
    red, green, blue = (round(share * one + (1 - share) * other) for one, other in parts)
    return QColor(red, green, blue)


def _finite(points: Points) -> Sequence[np.ndarray]:
    x, y = points
    finite = np.isfinite(y)
    return x[finite], y[finite]
