"""Curves of other runs over those of the shown run."""

import math
from collections.abc import Callable, Sequence
from typing import Literal, NamedTuple

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from app.monitor.dashes import Points
from app.monitor.legend import LegendEntry
from app.monitor.plot_area import PlotArea
from app.monitor.positions import PositionScale, Unit
from app.training.curves import RunCurves
from app.training.series import Series
from app.widgets.plain_text import tool_tip
from app.widgets.theme.theme import GRID

PlottedName = Literal["loss", "accuracy", "r_squared", "learning_rate"]
"""What a plot shows: the attribute of `RunCurves` with its curves."""
NOTHING: Points = (np.zeros(0), np.zeros(0))
"""The points of a curve that is not drawn."""
_EMPTY = Series()


class Plotted(NamedTuple):
    """The three curves that a plot draws of a run; a curve without points is not drawn."""

    batches: Series
    smoothed: Series
    validation: Series


class Overlay(NamedTuple):
    """Another run that is drawn over the shown one."""

    name: str
    color: QColor | str
    curves: RunCurves


def plotted(curves: RunCurves, name: PlottedName) -> Plotted:
    """Return what a plot draws of a run.

    Arguments:
        curves: the run.
        name: of the plot.
    """
    if name == "learning_rate":
        return Plotted(_EMPTY, curves.learning_rate, _EMPTY)
    chosen = {"loss": curves.loss, "accuracy": curves.accuracy, "r_squared": curves.r_squared}[name]
    return Plotted(chosen.batches, chosen.smoothed, chosen.validation)


class OverlayCurves:
    """One dotted curve for each other run: its validation values, or its smoothed training values if it has none.

    A curve is thinned again only if the visible part or the run has changed.

    Arguments:
        area: the plot.

    Attributes:
        legend: the names of the runs, with their values.
        points: (x, y) of each curve, as it was drawn last.
    """

    def __init__(self, area: PlotArea) -> None:
        self._area = area
        self._runs: tuple[Overlay, ...] = ()
        self._entries: list[LegendEntry] = []
        self._drawn: object = None
        self.points: list[Points] = []
        self.legend = QWidget()
        # Many runs shorten their names rather than make the plots wider.
        self.legend.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._row = QHBoxLayout(self.legend)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(GRID)
        self._row.addStretch(1)

    def set_runs(self, runs: Sequence[Overlay]) -> None:
        """Show other runs (`runs`) than before."""
        self._runs, self._drawn = tuple(runs), None
        for entry in self._entries:
            self._row.removeWidget(entry)
            entry.deleteLater()
        self._entries = []
        for number, run in enumerate(self._runs):
            entry = LegendEntry(run.name, run.color, Qt.PenStyle.DotLine, keeps_name=True)
            entry.setObjectName(f"legend_overlay_{number}")
            entry.setToolTip(tool_tip(f"{run.name}: validation, or smoothed training without a validation set"))
            self._row.insertWidget(number, entry)
            self._entries.append(entry)

    def series(self, name: PlottedName) -> list[Series]:
        """Return the curves that the plot with this `name` draws."""
        return [series for run in self._runs if len(series := _chosen(run, name))]

    def ends(self, unit: Unit) -> list[float]:
        """Return the last position of each run in a `unit` of the axis."""
        ends = []
        for run in self._runs:
            last = np.array([run.curves.position])
            ends.append(float(PositionScale(run.curves, unit).to_axis(last)[0]))
        return ends

    def draw(self, name: PlottedName, unit: Unit, log: bool) -> None:
        """Draw the visible part of the curves.

        Arguments:
            name: of the plot.
            unit: of the horizontal axis.
            log: True for decimal logarithms of the values.
        """
        chosen = [_chosen(run, name) for run in self._runs]
        drawn = (name, unit, log, self._area.pixel, self._area.positions, [(id(one), len(one)) for one in chosen])
        if drawn == self._drawn:
            return
        self._drawn = drawn
        self.points = []
        for run, series in zip(self._runs, chosen, strict=True):
            scale = PositionScale(run.curves, unit)
            left, right = scale.to_epochs(np.array(self._area.positions))
            x, y = series.thinned(left, right, self._area.pixels, log)
            self.points.append((scale.to_axis(x), y))
        self._area.show_overlays([(run.color, points) for run, points in zip(self._runs, self.points, strict=True)])

    def show_values(self, name: PlottedName, unit: Unit, position: float, write: Callable[[float | None], str]) -> None:
        """Show the values of the other runs in the legend.

        Arguments:
            name: of the plot.
            unit: of the horizontal axis.
            position: of the cursor, in this unit; NaN for the newest values.
            write: returns a value as text.
        """
        for run, entry in zip(self._runs, self._entries, strict=True):
            series = _chosen(run, name)
            value = series.newest
            if math.isfinite(position):
                value = series.value_at(float(PositionScale(run.curves, unit).to_epochs(np.array([position]))[0]))
            entry.set_value("" if value is None else write(value))


def _chosen(run: Overlay, name: PlottedName) -> Series:
    shown = plotted(run.curves, name)
    return shown.validation if len(shown.validation) else shown.smoothed
