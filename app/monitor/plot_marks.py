"""The marks of a plot: best epoch, values that are not finite, end of the run, changed settings, outliers, cursor."""

from collections.abc import Sequence

import numpy as np
import pyqtgraph
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QPen

from app.monitor.dashes import Points
from app.monitor.plot_view import PlotView, Spots
from app.widgets.theme.theme import GRID, current_theme

_MOST_CHANGES = 30
"""Number of changed settings that are marked; more lines would hide the curves."""
_BEHIND_ALPHA = 150
"""Opacity of the background of texts, so that they can be read over the curves."""


class PlotMarks:
    """Marks over the curves of a plot.

    Arguments:
        view: the plot.

    Attributes:
        best, best_label: the mark of the best epoch, and its text.
        non_finite, non_finite_label: the marks of values that are not finite, and their text.
        stop_marker: the line where the run is paused or has ended.
        cursor: the line under the mouse.
        outliers: the arrows to values beyond the border.
        changes: the lines where settings were changed.
    """

    def __init__(self, view: PlotView) -> None:
        self._view = view
        self._shown_stop_marker: tuple[float | None, str, bool] = (None, "", False)
        self._shown_changes: tuple[tuple[float, str], ...] = ()
        self.best = Spots(size=10)
        self.best_label = pyqtgraph.TextItem()
        self.non_finite = Spots(size=11, symbol="x", pen=None)
        self.non_finite_label = pyqtgraph.TextItem("not a finite number")
        self.outliers = Spots(size=9, pen=None)
        label = {"position": 0.5, "anchors": [(0.0, 0.5), (1.0, 0.5)], "movable": False}
        self.stop_marker = pyqtgraph.InfiniteLine(angle=90, movable=False, label="", labelOpts=label)
        low = {**label, "position": 0.07}
        self.cursor = pyqtgraph.InfiniteLine(angle=90, movable=False, label="", labelOpts=low)
        self.changes: list[pyqtgraph.InfiniteLine] = []
        hidden = (self.best_label, self.non_finite_label, self.stop_marker, self.cursor)
        for mark in (self.best, self.non_finite, self.outliers, *hidden):
            view.addItem(mark, ignoreBounds=True)
        for mark in hidden:
            mark.setVisible(False)

    def show_best(self, point: QPointF | None, label: str, low_is_good: bool) -> None:
        """Mark the best epoch.

        The label is above the mark for a loss and below it for a metric. There it usually covers no curve. Near the
        border of the plot, it is on the other side.

        Arguments:
            point: position and value; None for no mark.
            label: the text beside the mark. If it does not fit, only the part after its last comma is shown.
            low_is_good: True for a loss, False for a metric.
        """
        self.best.setData(*([[], []] if point is None else [[point.x()], [point.y()]]))
        self.best_label.setVisible(point is not None)
        if point is not None:
            (left, right), (bottom, top) = self._view.positions, self._view.heights
            height = (point.y() - bottom) / (top - bottom)
            above = height < 0.8 if low_is_good else height < 0.2
            if self._view.fontMetrics().horizontalAdvance(label) > self._view.pixels - 2 * GRID:
                label = label.rpartition(", ")[2]  # such as "epoch 12", if the plot is narrow
            self.best_label.setText(label)
            free_width = (right - point.x()) / (right - left) * self._view.pixels
            # At the right of the mark; if there is too little room, as far to the left as needed.
            missing = self._view.fontMetrics().horizontalAdvance(label) + 2 * GRID - free_width
            shift = min(max(missing / self.best_label.boundingRect().width(), 0.0), 1.0)
            self.best_label.setAnchor((shift, 1.25 if above else -0.25))
            self.best_label.setPos(point)

    def show_non_finite(self, positions: np.ndarray) -> None:
        """Mark the positions (`positions`) of values that are NaN or infinite, near the lower border."""
        left, right = self._view.positions
        seen = positions[(positions >= left) & (positions <= right)]
        # Draw one mark for each pixel. More of them look the same.
        _pixels, first = np.unique(np.floor((seen - left) / (right - left) * self._view.pixels), return_index=True)
        bottom, top = self._view.heights
        height = bottom + 0.05 * (top - bottom)
        self.non_finite.setData(seen[first], np.full(len(first), height))
        self.non_finite_label.setVisible(len(seen) > 0)
        if len(seen):
            self.non_finite_label.setAnchor((1.0 if seen[0] > (left + right) / 2 else 0.0, 1.2))
            self.non_finite_label.setPos(float(seen[0]), height)

    def show_stop_marker(self, position: float | None, label: str = "", serious: bool = False) -> None:
        """Mark the position at which the run is paused or has ended.

        Arguments:
            position: in the unit of the axis; None for no mark.
            label: the text of the mark, such as "paused".
            serious: True to use the colour of errors.
        """
        self._shown_stop_marker = position, label, serious
        self.stop_marker.setVisible(position is not None)
        if position is not None:
            theme = current_theme()
            color = theme.danger if serious else theme.muted
            self.stop_marker.setPen(QPen(QColor(color), 0, Qt.PenStyle.DashLine))
            self.stop_marker.label.setColor(color)
            self.stop_marker.label.setFormat(label)
            self.stop_marker.setPos(position)

    def show_changes(self, changes: Sequence[tuple[float, str]]) -> None:
        """Mark where settings were changed in the middle of the run.

        Arguments:
            changes: position and text of each change, such as (2.5, "learning rate 0.1 → 0.01").
        """
        wanted = tuple(changes)[-_MOST_CHANGES:]
        if wanted == self._shown_changes:
            return
        self._shown_changes = wanted
        for line in self.changes:
            self._view.getPlotItem().removeItem(line)
        options = {"movable": False, "anchors": [(0.0, 0.0), (1.0, 0.0)]}
        self.changes = []
        for number, (position, text) in enumerate(wanted):
            # The texts of changes that follow each other closely are below each other.
            label = {**options, "position": 0.98 - 0.1 * (number % 4)}
            line = pyqtgraph.InfiniteLine(position, angle=90, movable=False, label=text, labelOpts=label)
            self._view.addItem(line, ignoreBounds=True)
            self.changes.append(line)
        self._color_changes()

    def show_outliers(self, curves: Sequence[Points], heights: tuple[float, float]) -> None:
        """Show an arrow at the border for each place where a curve leaves the plot.

        Arguments:
            curves: the points (x, y) of curves.
            heights: the lowest and the highest value that the plot shows; infinite for no arrows.
        """
        bottom, top = heights
        left, right = self._view.positions
        width, height = self._view.pixel
        spots: dict[tuple[int, bool], tuple[float, float]] = {}
        for x, y in curves:
            out = ((y > top) | (y < bottom)) & (x >= left) & (x <= right)
            for place, value in zip(x[out], y[out], strict=True):
                above = bool(value > top)
                # One arrow for each ten pixels. More of them would look like a line.
                border = top - 5 * height if above else bottom + 5 * height
                spots.setdefault((int((place - left) / width / 10), above), (float(place), border))
        xs, ys = [spot[0] for spot in spots.values()], [spot[1] for spot in spots.values()]
        if spots or len(self.outliers.data):
            self.outliers.setData(xs, ys, symbol=["t1" if above else "t" for _, above in spots])  # up, down

    def show_cursor(self, position: float, label: str) -> None:
        """Show the line of the cursor.

        Arguments:
            position: in the unit of the axis; NaN for no line.
            label: the text beside it. If it does not fit, only the part before its first "·" is shown.
        """
        inside = bool(np.isfinite(position))
        self.cursor.setVisible(inside)
        if inside:
            left, right = self._view.positions
            room = max(position - left, right - position) / (right - left) * self._view.pixels
            if self._view.fontMetrics().horizontalAdvance(label) > room - 2 * GRID:
                label = label.partition(" ·")[0]
            self.cursor.label.setFormat(label)
            self.cursor.label.setVisible(bool(label))
            self.cursor.setPos(position)

    def apply_theme(self) -> None:
        """Use the colours of the current theme."""
        theme = current_theme()
        behind = QColor(theme.surface)
        behind.setAlpha(_BEHIND_ALPHA)
        for label in (self.best_label, self.non_finite_label, self.cursor.label):
            label.fill = pyqtgraph.mkBrush(behind)
        self.best_label.setColor(theme.warning)
        self.best.setBrush(QColor(theme.surface))
        self.non_finite_label.setColor(theme.danger)
        self.non_finite.setBrush(QColor(theme.danger))
        self.outliers.setBrush(QColor(theme.warning))
        self.cursor.setPen(QPen(QColor(theme.muted), 0, Qt.PenStyle.DotLine))
        self.cursor.label.setColor(theme.muted)
        self.show_stop_marker(*self._shown_stop_marker)
        self._color_changes()

    def _color_changes(self) -> None:
        theme = current_theme()
        for line in self.changes:
            line.setPen(QPen(QColor(theme.accent), 0, Qt.PenStyle.DashDotLine))
            line.label.setColor(theme.accent)
