"""Curves of other runs over those of the shown run."""

import math
from collections.abc import Callable, Sequence
from typing import Literal, NamedTuple

import numpy as np
from PySide6.QtCore import Qt

from app.monitor.dashes import Points
from app.monitor.legend import LegendEntry, LegendRows
from app.monitor.plot_area import OtherCurve, PlotArea
from app.monitor.positions import PositionScale, Unit
from app.training.curves import RunCurves
from app.training.series import Series
from app.widgets.plain_text import tool_tip
from app.widgets.theme.class_colors import class_symbol
from app.widgets.theme.theme import current_theme, run_color

PlottedName = Literal["loss", "accuracy", "r_squared", "learning_rate"]
"""What a plot shows: the attribute of `RunCurves` with its curves."""
NOTHING: Points = (np.zeros(0), np.zeros(0))
"""The points of a curve that is not drawn."""
_EMPTY = Series()
_SYMBOL_DISTANCE = 90.0
"""Distance between two symbols of a curve, in pixels."""


class Plotted(NamedTuple):
    """The three curves that a plot draws of a run; a curve without points is not drawn."""

    batches: Series
    smoothed: Series
    validation: Series


class Overlay(NamedTuple):
    """Another run that is drawn over the shown one.

    Attributes:
        name: of the run.
        color: number of its colour in the list of runs (see `run_color`).
        curves: what it has reported.
    """

    name: str
    color: int
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
    """One thin curve for each other run: its validation values, dashed, or if it has none its smoothed training values.

    A curve is thinned again only if the visible part or the run has changed. Symbols tell the curves apart without
    their colours.

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
        self.legend = LegendRows()

    def set_runs(self, runs: Sequence[Overlay]) -> None:
        """Show other runs (`runs`) than before."""
        self._runs, self._drawn = tuple(runs), None
        self._entries = []
        for number, run in enumerate(self._runs):
            symbol = class_symbol(run.color)
            entry = LegendEntry(run.name, run_color(run.color), Qt.PenStyle.DashLine, keeps_name=True, symbol=symbol)
            entry.setObjectName(f"legend_overlay_{number}")
            self._entries.append(entry)
        self.legend.set_entries(self._entries)

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
        lengths = [(id(one), len(one)) for one in chosen]
        drawn = (name, unit, log, self._area.pixel, self._area.positions, lengths, current_theme())
        if drawn == self._drawn:
            return
        self._drawn = drawn
        curves = []
        for number, (run, series) in enumerate(zip(self._runs, chosen, strict=True)):
            scale = PositionScale(run.curves, unit)
            left, right = scale.to_epochs(np.array(self._area.positions))
            x, y = series.thinned(left, right, self._area.pixels, log)
            points, dashed = (scale.to_axis(x), y), series is plotted(run.curves, name).validation
            symbols = self._symbol_places(points, number / len(chosen))
            curves.append(OtherCurve(run_color(run.color), points, dashed, class_symbol(run.color), symbols))
        self.points = [curve.points for curve in curves]
        self._area.show_overlays(curves)

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
            validated = series is plotted(run.curves, name).validation
            entry.set_line(run_color(run.color), Qt.PenStyle.DashLine if validated else Qt.PenStyle.SolidLine)
            entry.setToolTip(tool_tip(f"{run.name}: {'validation' if validated else 'smoothed training'}"))
            value = series.newest
            if math.isfinite(position):
                value = series.value_at(float(PositionScale(run.curves, unit).to_epochs(np.array([position]))[0]))
            entry.set_value("" if value is None else write(value))

    def _symbol_places(self, points: Points, shift: float) -> Points:
        """Return where on a curve its symbols are: at its end, and at equal distances.

        Arguments:
            points: (x, y) of the curve.
            shift: of the symbols, as a share of their distance, so that those of curves that coincide do not.
        """
        known = np.isfinite(points[1])
        if not known.any():
            return NOTHING
        x, y = points[0][known], points[1][known]
        left, right = self._area.positions
        distance = _SYMBOL_DISTANCE * self._area.pixel[0]
        places = np.arange(left + (shift + 0.2) * distance, min(right, x[-1]), distance)
        places = np.append(places[places >= x[0]], x[-1])
        return places, np.interp(places, x, y)


def _chosen(run: Overlay, name: PlottedName) -> Series:
    shown = plotted(run.curves, name)
    return shown.validation if len(shown.validation) else shown.smoothed
