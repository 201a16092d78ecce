"""One plot: axes, curves and marks. It only draws what it is given, and does not use the training run."""

from collections.abc import Sequence

import numpy as np
import pyqtgraph
from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal, Slot
from PySide6.QtGui import (
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
from app.widgets.plot import Plot
from app.widgets.theme.theme import GRID, SERIES_COLORS, current_theme

Range = tuple[float, float]

_PAN = {
    Qt.Key.Key_Left: (-0.1, 0.0),
    Qt.Key.Key_Right: (0.1, 0.0),
    Qt.Key.Key_Up: (0.0, 0.1),
    Qt.Key.Key_Down: (0.0, -0.1),
}
_ZOOM = {Qt.Key.Key_Plus: 0.8, Qt.Key.Key_Equal: 0.8, Qt.Key.Key_Minus: 1.25}
_MAX_MARKERS = 60
"""Largest number of epochs with a marker each. More markers would hide the curve."""


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

    def boundingRect(self) -> QRectF:
        rect: QRectF = super().boundingRect()
        return rect.adjusted(0, -GRID, 0, GRID)


class PlotArea(Plot):
    """Curves of the loss or of a metric, over the epochs.

    A drag pans. The wheel zooms along the epochs, and with Ctrl along the values. The arrow keys pan; + and - zoom.
    A double-click, A or Home shows the whole run again.

    Signals:
        moved(): the user panned or zoomed.
        follow_requested(): the user wants to see the whole run again.
        range_changed(): the visible part or the size of the plot has changed. Call `show_curves` with new points.
        hovered(epoch): the position under the mouse, in epochs; NaN if the mouse is outside of the plot.
    """

    moved = Signal()
    follow_requested = Signal()
    range_changed = Signal()
    hovered = Signal(float)

    def __init__(self, parent: QWidget | None = None) -> None:
        self._value_axis = _ValueAxis("left")
        super().__init__(parent, axisItems={"left": self._value_axis})
        self.setMinimumSize(120, 80)
        plot = self.getPlotItem()
        self._view = plot.getViewBox()
        self._log = False
        self._shown_stop_marker: tuple[float | None, str, bool] = (None, "", False)
        self._saving_picture = False
        self._add_curves()
        self._add_marks()
        plot.showGrid(x=False, y=True, alpha=0.25)
        self._value_axis.setStyle(tickLength=0, autoReduceTextSpace=False, hideOverlappingLabels=False)
        plot.getAxis("bottom").setStyle(tickLength=4, hideOverlappingLabels=False)
        # Half of the last number below the axis lies outside the plot.
        plot.layout.setContentsMargins(0, GRID // 2, 2 * GRID, 0)
        self._view.sigRangeChangedManually.connect(self._emit_moved)
        self._view.sigRangeChanged.connect(self._on_range_changed)
        self._view.sigResized.connect(self._on_range_changed)
        self.apply_theme()

    @property
    def pixels(self) -> int:
        """The width of the plot without its axis, in pixels."""
        return max(int(self._view.width()), 1)

    @property
    def epochs(self) -> Range:
        """The first and the last visible epoch."""
        left, right = self._view.viewRange()[0]
        return float(left), float(right)

    @property
    def heights(self) -> Range:
        """The lowest and the highest visible value; exponents of 10 on the log axis."""
        bottom, top = self._view.viewRange()[1]
        return float(bottom), float(top)

    @property
    def _pixel(self) -> tuple[float, float]:
        """Width and height of a pixel, in epochs and values."""
        (left, right), (bottom, top) = self.epochs, self.heights
        return (right - left) / self.pixels, (top - bottom) / max(self._view.height(), 1)

    def set_log(self, log: bool) -> None:
        """Label the axis of the values as powers of ten if `log`. The curves must then have decimal logarithms."""
        self._log = log
        self._value_axis.setLogMode(False, log)

    def show_range(self, epochs: Range, heights: Range) -> None:
        """Show these ranges of the two axes. If they are visible already, do nothing.

        Arguments:
            epochs: the first and the last epoch.
            heights: the lowest and the highest value; exponents of 10 on the log axis.
        """
        if epochs != self.epochs or heights != self.heights:
            self._view.setRange(xRange=epochs, yRange=heights, padding=0, disableAutoRange=True)

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
        self._validation.setData(*cut_into_dashes(validation, self._pixel), connect="pairs")
        few = len(validation[0]) <= _MAX_MARKERS
        self._epoch_markers.setData(*_finite(validation) if few else ([], []))

    def show_best(self, point: QPointF | None, label: str, low_is_good: bool) -> None:
        """Mark the best epoch.

        The label is above the mark for a loss and below it for a metric. There it usually covers no curve. Near the
        border of the plot, it is on the other side.

        Arguments:
            point: epoch and value; None for no mark.
            label: the text beside the mark.
            low_is_good: True for a loss, False for a metric.
        """
        self._best.setData(*([[], []] if point is None else [[point.x()], [point.y()]]))
        self._best_label.setVisible(point is not None)
        if point is not None:
            (left, right), (bottom, top) = self.epochs, self.heights
            height = (point.y() - bottom) / (top - bottom)
            above = height < 0.8 if low_is_good else height < 0.2
            self._best_label.setText(label)
            free_width = (right - point.x()) / (right - left) * self.pixels
            # At the right of the mark; if there is too little room, as far to the left as needed.
            missing = self.fontMetrics().horizontalAdvance(label) + 2 * GRID - free_width
            shift = min(max(missing / self._best_label.boundingRect().width(), 0.0), 1.0)
            self._best_label.setAnchor((shift, 1.25 if above else -0.25))
            self._best_label.setPos(point)

    def show_non_finite(self, epochs: np.ndarray) -> None:
        """Mark the positions (`epochs`) of values that are NaN or infinite, near the lower border."""
        left, right = self.epochs
        seen = epochs[(epochs >= left) & (epochs <= right)] if len(epochs) else epochs
        # Draw one mark for each pixel. More of them look the same.
        _pixels, first = np.unique(np.floor((seen - left) / (right - left) * self.pixels), return_index=True)
        bottom, top = self.heights
        height = bottom + 0.05 * (top - bottom)
        self._non_finite.setData(seen[first], np.full(len(first), height))
        self._non_finite_label.setVisible(len(seen) > 0)
        if len(seen):
            self._non_finite_label.setAnchor((1.0 if seen[0] > (left + right) / 2 else 0.0, 1.2))
            self._non_finite_label.setPos(float(seen[0]), height)

    def show_stop_marker(self, epoch: float | None, label: str = "", serious: bool = False) -> None:
        """Mark the position at which the run is paused or has ended.

        Arguments:
            epoch: the position, in epochs; None for no mark.
            label: the text of the mark, such as "paused".
            serious: True to use the colour of errors.
        """
        self._shown_stop_marker = epoch, label, serious
        self._stop_marker.setVisible(epoch is not None)
        if epoch is not None:
            theme = current_theme()
            color = theme.danger if serious else theme.muted
            self._stop_marker.setPen(QPen(QColor(color), 0, Qt.PenStyle.DashLine))
            self._stop_marker.label.setColor(color)
            self._stop_marker.label.setFormat(label)
            self._stop_marker.setPos(epoch)

    def apply_theme(self) -> None:
        """Use the colours of the current theme."""
        theme = current_theme()
        self.setBackground(theme.surface)
        plot = self.getPlotItem()
        for side in ("left", "bottom"):
            axis = plot.getAxis(side)
            axis.setPen(QPen(QColor(theme.border), 0))
            axis.setTextPen(QColor(theme.muted))
            axis.setTickFont(self.font())
        plot.getAxis("bottom").setLabel("epoch", color=theme.muted)
        # An opaque, pale colour. Where transparent lines overlap, they would have the full colour.
        self._batches.setPen(QPen(_mix(SERIES_COLORS["training"], theme.surface, 0.4), 0))
        self._best_label.setColor(theme.warning)
        self._non_finite_label.setColor(theme.danger)
        self._non_finite.setBrush(QColor(theme.danger))
        self._best.setBrush(QColor(theme.surface))
        self._cursor.setPen(QPen(QColor(theme.muted), 0, Qt.PenStyle.DotLine))
        self.show_stop_marker(*self._shown_stop_marker)

    def set_saving_picture(self, saving: bool) -> None:
        """While a picture is saved, paint numbers in its resolution and no border for the keyboard focus.

        Arguments:
            saving: True before the picture is painted, False after it.
        """
        self._saving_picture = saving
        self._value_axis.keep_picture(not saving)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self.hasFocus() and not self._saving_picture:
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
            # If the plot is low, hide the label of the axis, so that the curves are higher.
            plot.getAxis("bottom").showLabel(self.height() > 25 * GRID)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self._request_follow()
        event.accept()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)
        scene = self.mapToScene(event.position().toPoint())
        inside = self._view.sceneBoundingRect().contains(scene)
        self._show_cursor(self._view.mapSceneToView(scene).x() if inside else np.nan)

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._show_cursor(np.nan)

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
        if key in _PAN:
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
        training, validation = QColor(SERIES_COLORS["training"]), QColor(SERIES_COLORS["validation"])
        dashes = pyqtgraph.mkPen(validation, width=2)
        dashes.setCapStyle(Qt.PenCapStyle.FlatCap)
        self._batches = pyqtgraph.PlotCurveItem(antialias=False)
        self._smoothed = pyqtgraph.PlotCurveItem(pen=pyqtgraph.mkPen(training, width=2), antialias=True)
        self._validation = pyqtgraph.PlotCurveItem(pen=dashes, antialias=True)
        for wide in (self._smoothed, self._validation):
            # Line by line. As one path, a wide line that goes up and down takes Qt up to fifty times as long.
            wide.setSegmentedLineMode("on")
        self._epoch_markers = pyqtgraph.ScatterPlotItem(size=5, pen=None, brush=validation)
        for curve in (self._batches, self._smoothed, self._validation, self._epoch_markers):
            self.addItem(curve, ignoreBounds=True)

    def _add_marks(self) -> None:
        self._best = pyqtgraph.ScatterPlotItem(size=10, pen=pyqtgraph.mkPen(SERIES_COLORS["validation"], width=2))
        self._best_label = pyqtgraph.TextItem()
        self._non_finite = pyqtgraph.ScatterPlotItem(size=11, symbol="x", pen=None)
        self._non_finite_label = pyqtgraph.TextItem("not a finite number")
        label = {"position": 0.5, "anchors": [(0.0, 0.5), (1.0, 0.5)], "movable": False}
        self._stop_marker = pyqtgraph.InfiniteLine(angle=90, movable=False, label="", labelOpts=label)
        self._cursor = pyqtgraph.InfiniteLine(angle=90, movable=False)
        for mark in (
            self._best,
            self._best_label,
            self._non_finite,
            self._non_finite_label,
            self._stop_marker,
            self._cursor,
        ):
            self.addItem(mark, ignoreBounds=True)
        for hidden in (self._best_label, self._non_finite_label, self._stop_marker, self._cursor):
            hidden.setVisible(False)

    def _show_cursor(self, epoch: float) -> None:
        inside = bool(np.isfinite(epoch))
        self._cursor.setVisible(inside)
        if inside:
            self._cursor.setPos(epoch)
        self.hovered.emit(epoch)

    def _request_follow(self) -> None:
        self.follow_requested.emit()

    @Slot()
    def _emit_moved(self, *_axes: object) -> None:
        self.moved.emit()

    @Slot()
    def _on_range_changed(self, *_ranges: object) -> None:
        self.range_changed.emit()


def _mix(color: str, background: str, share: float) -> QColor:
    front, back = QColor(color), QColor(background)
    parts = ((front.red(), back.red()), (front.green(), back.green()), (front.blue(), back.blue()))
    red, green, blue = (round(share * one + (1 - share) * other) for one, other in parts)
    return QColor(red, green, blue)


def _finite(points: Points) -> Sequence[np.ndarray]:
    x, y = points
    finite = np.isfinite(y)
    return x[finite], y[finite]
