"""One plot of the monitor: the curves of the shown run and of others, with a title and a legend above them."""

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from PySide6.QtCore import QEvent, QPointF, Qt, QTimer, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from app.formatting import format_count
from app.monitor.axis_ranges import linear_range, log_range
from app.monitor.dashes import Points
from app.monitor.legend import LegendEntry
from app.monitor.metric_display import MetricDisplay
from app.monitor.overlays import NOTHING, Overlay, OverlayCurves, Plotted, PlottedName, plotted
from app.monitor.plot_area import PlotArea
from app.monitor.plot_view import Range
from app.monitor.positions import PositionScale, Unit
from app.training.curves import RunCurves
from app.training.run import SettingChange
from app.training.series import Series
from app.training.setting_text import describe_setting_change
from app.widgets.labels import make_label, show_text
from app.widgets.layouts import add_layout
from app.widgets.theme.theme import GRID, SERIES_COLORS
from tinyml.core import describe_count
from tinyml.learner import EpochFinished

_SIDE_MARGIN = 0.02
_LOWER_MARGIN = 0.03
"""Margins as shares of the range, so that marks at the border are not cut off."""
_OUTLIER = 4.0
"""A value that is so many times the largest usual one does not stretch the axis."""
_OTHER_SCALE = 10.0
"""Another run does not stretch the axis if its usual values are so many times those of the shown run."""
_FEW_POINTS = 120
"""Up to this many visible batches are drawn as points."""
_REPAINTS = (QEvent.Type.PaletteChange, QEvent.Type.FontChange, QEvent.Type.DevicePixelRatioChange)
"""Events after which everything has another colour or another size."""
_NO_LIMITS = (-math.inf, math.inf)


class _Stop(NamedTuple):
    """The mark where the run is paused or has ended."""

    epoch: float | None = None
    label: str = ""
    serious: bool = False


class CurvePlot(QWidget):
    """Training and validation curves of the loss, of a metric, or of the learning rate.

    The monitor tells it which part to show and where the cursor is, because all plots share both.

    Arguments:
        name: "loss", "accuracy" or "learning_rate": the attribute of `RunCurves` with the curves, and the beginning of
            the object names. `show_metric` can change the attribute.
        display: how the values are named, written and drawn.

    Attributes:
        area: the drawing of the curves.
        training_legend: the entry of the training curve.
        validation_legend: the entry of the validation curve.
        note: says how many values a logarithmic axis cannot show.
        following: True while the plot shows the whole run as it grows.
        log: True while the axis of the values is logarithmic.

    Signals:
        moved(): the user has panned or zoomed.
        follow_requested(): the user wants to see the whole run again.
        hovered(epoch): the position of the cursor, in epochs; NaN if there is none.
    """

    moved = Signal()
    follow_requested = Signal()
    hovered = Signal(float)

    def __init__(self, name: PlottedName, display: MetricDisplay, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(f"{name}_plot")
        self._name, self._display = name, display
        self._heading = make_label(f"{name}_title", style_class="heading")
        self._heading.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Preferred)
        self._curves = RunCurves()
        self._scale = PositionScale(self._curves, "epoch")
        self._stop = _Stop()
        self._changes: tuple[tuple[float, str], ...] = ()
        self._hovered = math.nan
        self._shows_outliers = False
        self._color, self._compared = 0, False
        self.following, self.log = True, False
        self.area = PlotArea(self)
        self.area.setObjectName(f"{name}_area")
        drawn = "rate" if name == "learning_rate" else "training"
        self.training_legend = LegendEntry(drawn, SERIES_COLORS["training"], Qt.PenStyle.SolidLine)
        self.validation_legend = LegendEntry("validation", SERIES_COLORS["validation"], Qt.PenStyle.DashLine)
        self.validation_legend.setToolTip("Measured after each epoch, on examples that the network is not trained on")
        self._overlays = OverlayCurves(self.area)
        self.note = make_label(f"{name}_note", style_class="warning", wraps=True)
        self._lay_out()
        self._show_title()
        self._redraw_timer = QTimer(self, singleShot=True, interval=0)
        self._redraw_timer.timeout.connect(self.redraw)
        self._connect()
        self.redraw()

    def set_curves(self, curves: RunCurves) -> None:
        """Show another run (`curves`) from its beginning."""
        self._curves = curves
        self._scale = PositionScale(curves, self._scale.unit)
        self.redraw()

    def show_metric(self, name: PlottedName, display: MetricDisplay) -> None:
        """Show another metric.

        Arguments:
            name: the attribute of `RunCurves` with its curves.
            display: how its values are named, written and drawn.
        """
        self._name, self._display = name, display
        self._show_title()

    def set_overlays(self, overlays: Sequence[Overlay]) -> None:
        """Draw other runs (`overlays`) beside the shown one, and each run in its colour of the list."""
        self._overlays.set_runs(overlays)
        # The plot of the learning rate is low; the plots above it have the same legend.
        self._overlay_row.setVisible(bool(overlays) and self._name != "learning_rate")
        self._compared = bool(overlays)
        self._color_run()
        self.redraw()

    def set_color(self, number: int) -> None:
        """Use a colour of the list for the shown run while there are other runs beside it.

        Arguments:
            number: of the colour (see `run_color`).
        """
        if number != self._color:
            self._color = number
            self._color_run()

    def set_unit(self, unit: Unit) -> None:
        """Choose what the horizontal axis counts (`unit`)."""
        self._scale = PositionScale(self._curves, unit)
        self.area.set_unit(unit)
        self._show_cursor()
        self.redraw()

    def set_log(self, log: bool) -> None:
        """Use a logarithmic axis of the values only if `log`."""
        self.log = log
        self.area.set_log(log)
        self.redraw()

    def set_following(self, following: bool) -> None:
        """Show the whole run as it grows only if `following`; else, the visible part stays."""
        self.following = following
        self.redraw()

    def set_outliers(self, shown: bool) -> None:
        """Let single very large values stretch the axis only if `shown`; else, arrows point to them."""
        self._shows_outliers = shown
        self.redraw()

    def set_changes(self, changes: Sequence[SettingChange]) -> None:
        """Mark where settings were changed in the middle of the run (`changes`)."""
        self._changes = tuple((change.position, describe_setting_change(change)) for change in changes)
        self._place_marks()

    def set_stop_marker(self, epoch: float | None, label: str = "", serious: bool = False) -> None:
        """Mark the position at which the run is paused or has ended.

        Arguments:
            epoch: the position, in epochs; None for no mark.
            label: the text of the mark, such as "paused".
            serious: True to use the colour of errors.
        """
        self._stop = _Stop(epoch, label, serious)
        self._place_marks()

    def show_cursor(self, epoch: float) -> None:
        """Show the line of the cursor at a position (`epoch`), and the values there; NaN for none."""
        self._hovered = epoch
        self._show_cursor()
        self._show_values()

    def whole(self) -> Range:
        """Return the positions from the beginning to the end of the run, and of the longest other run."""
        end = max([self._scale.whole()[1], *self._overlays.ends(self._scale.unit)])
        return _with_margin((0.0, end), _SIDE_MARGIN)

    @Slot()
    def redraw(self) -> None:
        """Draw everything that the run has reported so far."""
        shown = plotted(self._curves, self._name)
        limits = _NO_LIMITS
        if self.following:
            heights, limits = self._full_heights(shown)
            self.area.show_range(self.whole(), heights)
            self._redraw_timer.stop()  # this is the redraw for the new range
        left, right = self._scale.to_epochs(np.array(self.area.positions))
        batches, smoothed, validation = (self._thin(series, left, right) for series in shown)
        self.area.show_curves(batches, smoothed, validation)
        self.area.show_batch_points(self._single_batches(shown.batches, left, right))
        self._overlays.draw(self._name, self._scale.unit, self.log)
        self.area.marks.show_outliers((batches, validation, *self._overlays.points), limits)
        self._mark_best()
        lost = np.concatenate([shown.batches.non_finite_x, shown.validation.non_finite_x])
        self.area.marks.show_non_finite(self._scale.to_axis(lost))
        self._place_marks()
        self._show_note(shown)
        self._show_values()

    def event(self, event: QEvent) -> bool:
        handled = super().event(event)
        if event.type() in _REPAINTS and hasattr(self, "_redraw_timer"):
            self.area.apply_theme()
            self._color_run()
            self._redraw_timer.start()
        return handled

    def _color_run(self) -> None:
        self.area.set_run(self._color if self._compared else None)
        training, validation = self.area.colors
        self.training_legend.set_line(training, Qt.PenStyle.SolidLine)
        self.validation_legend.set_line(validation, Qt.PenStyle.DashLine)

    def _show_title(self) -> None:
        title = self._display.title
        self._heading.setText(title)
        self.setAccessibleName(f"{title} curves")
        self.area.setAccessibleName(f"{title} curves: arrow keys move, plus and minus zoom, A shows all")

    def _lay_out(self) -> None:
        self.note.hide()
        header = QHBoxLayout()
        header.setSpacing(GRID)
        for widget in (self._heading, self.training_legend, self.validation_legend):
            header.addWidget(widget)
        header.addStretch(1)
        self._overlay_row = self._overlays.legend
        self._overlay_row.setObjectName(f"{self._name}_overlays")
        self._overlay_row.hide()
        layout = QVBoxLayout(self)
        layout.setSpacing(GRID // 2)
        layout.setContentsMargins(0, 0, 0, 0)
        add_layout(layout, header)
        layout.addWidget(self._overlay_row)
        layout.addWidget(self.note)
        layout.addWidget(self.area, 1)

    def _connect(self) -> None:
        self.area.moved.connect(self.moved)
        self.area.follow_requested.connect(self.follow_requested)
        self.area.range_changed.connect(self._redraw_timer.start)
        self.area.hovered.connect(self._on_hovered)

    def _thin(self, series: Series, left: float, right: float) -> Points:
        x, y = series.thinned(left, right, self.area.pixels, self.log)
        return self._scale.to_axis(x), y

    def _single_batches(self, series: Series, left: float, right: float) -> Points:
        """Return the visible batches if there are few of them."""
        x, y = series.between(left, right)
        if len(x) > _FEW_POINTS:
            return NOTHING
        if self.log:
            y = np.log10(y, out=np.full(len(y), np.nan), where=y > 0)
        return self._scale.to_axis(x), y

    def _full_heights(self, shown: Plotted) -> tuple[Range, Range]:
        """Return the heights that show the whole run, and the limits beyond which arrows point to values."""
        own = [one for one in shown if len(one)][:: 2 if len(shown.batches) else 1]
        others = self._overlays.series(self._name)
        series = own + others
        largest = max((one.largest for one in series), default=-math.inf)
        if self.log:
            return log_range(min((one.smallest_positive for one in series), default=math.inf), largest), _NO_LIMITS
        smallest = min((one.smallest for one in series), default=math.inf)
        if self._name == "r_squared" and largest > -1:
            # An untrained network may have an R² far below 0, which would flatten the rest of the curve.
            bottom = min(max(smallest, -1.0), 0.0)
            heights = _with_margin((bottom, 1.05), _LOWER_MARGIN, 0.0)
            return heights, (heights[0] if smallest < heights[0] else -math.inf, math.inf)
        if self._display.heights is not None:
            return _with_margin(self._display.heights, _LOWER_MARGIN, 0.0), _NO_LIMITS
        usual = _OUTLIER * _usual_largest(own, others)
        clips = not self._shows_outliers and 0 < usual < largest
        heights = _with_margin(linear_range(smallest, usual if clips else largest), _LOWER_MARGIN, 0.0)
        return heights, (-math.inf, heights[1] if clips else math.inf)

    def _place_marks(self) -> None:
        """Put the marks that have a position in epochs where this position is on the axis now."""
        epochs = np.array([math.nan if self._stop.epoch is None else self._stop.epoch, *(x for x, _ in self._changes)])
        places = self._scale.to_axis(epochs)
        self.area.marks.show_stop_marker(None if self._stop.epoch is None else float(places[0]), *self._stop[1:])
        # The other plots show the lines only; the same texts in each of them would hide their curves.
        texts = (text if self._name == "loss" else "" for _, text in self._changes)
        self.area.marks.show_changes([(float(place), text) for place, text in zip(places[1:], texts, strict=True)])

    def _show_cursor(self) -> None:
        """Show the line of the cursor, with the value of the batch there, which the legend does not have."""
        batch = plotted(self._curves, self._name).batches.value_at(self._hovered)
        label = self._scale.describe(self._hovered)
        if batch is not None and label:
            label += f" · this batch {self._display.write(batch)}"
        # The plot of the learning rate is low, and its legend has the value.
        shown = "" if self._name == "learning_rate" else label
        self.area.marks.show_cursor(self._place_of(self._hovered), shown)

    def _place_of(self, epoch: float) -> float:
        return float(self._scale.to_axis(np.array([epoch]))[0]) if math.isfinite(epoch) else math.nan

    def _mark_best(self) -> None:
        best = self._curves.best_epoch
        validated = getattr(best, f"validation_{self._name}", None)
        value = validated if validated is not None else getattr(best, f"training_{self._name}", None)
        low_is_good = self._name == "loss"
        if best is None or value is None or not math.isfinite(value) or (self.log and value <= 0):
            self.area.marks.show_best(None, "", low_is_good)
            return
        height = math.log10(value) if self.log else value
        self.area.marks.show_best(QPointF(self._place_of(best.epoch), height), self._best_label(best), low_is_good)

    def _best_label(self, best: EpochFinished) -> str:
        if self._name == "loss":
            return f"best, epoch {best.epoch}"
        # The epoch is the best one by its loss, which this plot does not show.
        which = "training" if best.validation_loss is None else "validation"
        return f"lowest {which} loss, epoch {best.epoch}"

    def _show_note(self, shown: Plotted) -> None:
        hidden = shown.batches.not_positive + shown.validation.not_positive if self.log else 0
        values = describe_count(hidden, "value")
        show_text(self.note, f"{values} of zero or less cannot be shown on a log axis." if hidden else "")

    def _show_values(self) -> None:
        batches, smoothed, validation = plotted(self._curves, self._name)
        newest = smoothed.newest, validation.newest
        if math.isfinite(self._hovered):
            newest = smoothed.value_at(self._hovered), validation.value_at(self._hovered)
        self.training_legend.set_value("" if newest[0] is None else self._display.write(newest[0]))
        self.validation_legend.setHidden(not len(validation) and (bool(self._curves.history) or not len(batches)))
        self.validation_legend.set_value("" if newest[1] is None else self._display.write(newest[1]))
        self._overlays.show_values(self._name, self._scale.unit, self._place_of(self._hovered), self._display.write)
        span = self._curves.shown_span
        about = f"smoothed over about {format_count(span)} batches" if span > 1 else "not smoothed"
        tip = (
            "Of the update after each batch" if self._name == "learning_rate" else f"Solid: {about}; faint: every batch"
        )
        self.training_legend.setToolTip(tip if span else "")

    @Slot(float)
    def _on_hovered(self, position: float) -> None:
        inside = math.isfinite(position)
        self.hovered.emit(float(self._scale.to_epochs(np.array([position]))[0]) if inside else math.nan)


def _usual_largest(own: Sequence[Series], others: Sequence[Series]) -> float:
    """Return the largest value that the axis must show: of the shown run, and of `others` on the same scale."""
    usual = max((one.usual_largest for one in own), default=math.inf)
    levels = [one.usual_largest for one in others]
    usual = min([usual, *levels]) if math.isinf(usual) else usual
    return max([usual, *(level for level in levels if level <= _OTHER_SCALE * usual)])


def _with_margin(whole: Range, before: float, after: float | None = None) -> Range:
    width = whole[1] - whole[0]
    return whole[0] - before * width, whole[1] + (before if after is None else after) * width
