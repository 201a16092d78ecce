"""One plot of the monitor: the curves, with a title, a legend and options above them."""

import math
from functools import partial

import numpy as np
from PySide6.QtCore import QEvent, QPointF, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from app.monitor.axis_ranges import epoch_range, linear_range, log_range
from app.monitor.dashes import Points
from app.monitor.legend import LegendEntry
from app.monitor.metric_display import MetricDisplay
from app.monitor.plot_area import PlotArea, Range
from app.training.curves import MetricCurves, RunCurves
from app.training.series import Series
from app.widgets.labels import make_label, show_text
from app.widgets.theme.theme import GRID, SERIES_COLORS
from tinyml.core import describe_count
from tinyml.learner import EpochFinished

_SIDE_MARGIN = 0.01
_LOWER_MARGIN = 0.03
"""Margins as shares of the range, so that marks at the border are not cut off."""


class CurvePlot(QWidget):
    """Training and validation curves of the loss or of a metric, over the epochs.

    Arguments:
        name: "loss" or "accuracy": the attribute of `RunCurves` with the curves, and the beginning of the object
            names. `show_metric` can change the attribute.
        display: how the values are named, written and drawn.
        log_choice: True if the user may choose a logarithmic axis.

    Attributes:
        area: the drawing of the curves.
        training_legend: the entry of the training curve.
        validation_legend: the entry of the validation curve.
        log_box: the check box for a logarithmic axis.
        follow_box: the check box for showing the whole run.
        note: says how many values a logarithmic axis cannot show.

    Signals:
        follow_changed(following): True if the plot shows the whole run again, False if it stays where the user went.
    """

    follow_changed = Signal(bool)

    def __init__(
        self,
        name: str,
        display: MetricDisplay,
        log_choice: bool = True,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName(f"{name}_plot")
        self._name, self._display = name, display
        self._heading = make_label(f"{name}_title", style_class="heading")
        self._heading.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Preferred)
        self._curves = RunCurves()
        self._hovered = math.nan
        self.area = PlotArea(self)
        self.area.setObjectName(f"{name}_area")
        self.training_legend = LegendEntry("training", SERIES_COLORS["training"], Qt.PenStyle.SolidLine)
        self.validation_legend = LegendEntry("validation", SERIES_COLORS["validation"], Qt.PenStyle.DashLine)
        self.log_box = self._make_box(f"{name}_log", "log axis", "Show powers of ten at equal distances")
        self.log_box.setHidden(not log_choice)
        self.follow_box = self._make_box(f"{name}_follow", "follow", "Show the whole run as it grows (double-click, A)")
        self.follow_box.setChecked(True)
        self.note = make_label(f"{name}_note", style_class="warning", wraps=True)
        self._lay_out()
        self._show_title()
        self._redraw_timer = QTimer(self, singleShot=True, interval=0)
        self._redraw_timer.timeout.connect(self.redraw)
        self._connect()
        self._offer_menu()
        self.redraw()

    @property
    def following(self) -> bool:
        """True while the plot shows the whole run as it grows."""
        return self.follow_box.isChecked()

    @property
    def log(self) -> bool:
        """True while the axis of the values is logarithmic."""
        return self.log_box.isChecked()

    def set_curves(self, curves: RunCurves) -> None:
        """Show another run (`curves`) from its beginning, and follow it."""
        self._curves = curves
        self.follow_box.setChecked(True)
        self.redraw()

    def show_metric(self, name: str, display: MetricDisplay) -> None:
        """Show another metric.

        Arguments:
            name: the attribute of `RunCurves` with its curves.
            display: how its values are named, written and drawn.
        """
        self._name, self._display = name, display
        self._show_title()

    def set_stop_marker(self, epoch: float | None, label: str = "", serious: bool = False) -> None:
        """Mark the position at which the run is paused or has ended.

        Arguments:
            epoch: the position, in epochs; None for no mark.
            label: the text of the mark, such as "paused".
            serious: True to use the colour of errors.
        """
        self.area.show_stop_marker(epoch, label, serious)

    @Slot()
    def redraw(self) -> None:
        """Draw everything that the run has reported so far."""
        metric_curves = self._metric_curves
        if self.following:
            epochs = epoch_range(self._curves.planned_epochs, self._curves.position)
            self.area.show_range(_with_margin(epochs, _SIDE_MARGIN), self._full_heights())
        left, right = self.area.epochs
        thin = partial(self._thin, left=left, right=right, pixels=self.area.pixels)
        self.area.show_curves(thin(metric_curves.batches), thin(metric_curves.smoothed), thin(metric_curves.validation))
        self._mark_best()
        self.area.show_non_finite(
            np.concatenate([metric_curves.batches.non_finite_x, metric_curves.validation.non_finite_x])
        )
        self._show_note()
        self._show_values()
        # All of this was drawn for the new range already.
        self._redraw_timer.stop()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.FontChange) and hasattr(self, "area"):
            self.area.apply_theme()

    @property
    def _metric_curves(self) -> MetricCurves:
        metric_curves: MetricCurves = getattr(self._curves, self._name)
        return metric_curves

    def _make_box(self, object_name: str, text: str, tip: str) -> QCheckBox:
        box = QCheckBox(text)
        box.setObjectName(object_name)
        box.setToolTip(tip)
        return box

    def _show_title(self) -> None:
        title = self._display.title
        self._heading.setText(title)
        self.setAccessibleName(f"{title} over the epochs")
        self.area.setAccessibleName(f"{title} curves: arrow keys move, plus and minus zoom, A shows all")

    def _lay_out(self) -> None:
        self.note.hide()
        header = QHBoxLayout()
        header.setSpacing(GRID)
        for widget in (self._heading, self.training_legend, self.validation_legend):
            header.addWidget(widget)
        header.addStretch(1)
        header.addWidget(self.log_box)
        header.addWidget(self.follow_box)
        layout = QVBoxLayout(self)
        layout.setSpacing(GRID // 2)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addLayout(header)
        layout.addWidget(self.note)
        layout.addWidget(self.area, 1)

    def _connect(self) -> None:
        self.log_box.toggled.connect(self._on_log_toggled)
        self.follow_box.toggled.connect(self._on_follow_toggled)
        self.area.moved.connect(self._on_area_moved)
        self.area.follow_requested.connect(self._start_following)
        self.area.range_changed.connect(self._redraw_timer.start)
        self.area.hovered.connect(self._on_hovered)

    def _offer_menu(self) -> None:
        """Add the options to the context menu."""
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)
        for box in (self.follow_box, self.log_box):
            if box.isHidden():
                continue
            action = QAction(box.text().capitalize(), self)
            action.setCheckable(True)
            action.setChecked(box.isChecked())
            action.toggled.connect(box.setChecked)
            box.toggled.connect(action.setChecked)
            self.addAction(action)

    def _thin(self, series: Series, left: float, right: float, pixels: int) -> Points:
        return series.thinned(left, right, pixels, self.log)

    def _full_heights(self) -> Range:
        series = (self._metric_curves.batches, self._metric_curves.validation)
        largest = max(one.largest for one in series)
        if self.log:
            return log_range(min(one.smallest_positive for one in series), largest)
        smallest = min(one.smallest for one in series)
        if self._name == "r_squared" and largest > -1:
            # An untrained network may have an R² far below 0, which would flatten the rest of the curve.
            return _with_margin((min(max(smallest, -1.0), 0.0), 1.05), _LOWER_MARGIN, 0.0)
        heights = self._display.heights or linear_range(smallest, largest)
        return _with_margin(heights, _LOWER_MARGIN, 0.0)

    def _mark_best(self) -> None:
        best = self._curves.best_epoch
        validated = getattr(best, f"validation_{self._name}", None)
        value = validated if validated is not None else getattr(best, f"training_{self._name}", None)
        low_is_good = self._name == "loss"
        if best is None or value is None or not math.isfinite(value) or (self.log and value <= 0):
            self.area.show_best(None, "", low_is_good)
            return
        height = math.log10(value) if self.log else value
        self.area.show_best(QPointF(best.epoch, height), self._best_label(best), low_is_good)

    def _best_label(self, best: EpochFinished) -> str:
        if self._name == "loss":
            return f"best, epoch {best.epoch}"
        # The epoch is the best one by its loss, which this plot does not show.
        which = "training" if best.validation_loss is None else "validation"
        return f"lowest {which} loss, epoch {best.epoch}"

    def _show_note(self) -> None:
        hidden = (
            self._metric_curves.batches.not_positive + self._metric_curves.validation.not_positive if self.log else 0
        )
        values = describe_count(hidden, "value")
        show_text(self.note, f"{values} of zero or less cannot be shown on a log axis." if hidden else "")

    def _show_values(self) -> None:
        metric_curves = self._metric_curves
        training, validation = metric_curves.newest_training, metric_curves.newest_validation
        if math.isfinite(self._hovered):
            training = metric_curves.smoothed.value_at(self._hovered)
            validation = metric_curves.validation.value_at(self._hovered)
        place = f" (epoch {max(self._hovered, 0):.1f})" if math.isfinite(self._hovered) else ""
        self.training_legend.set_value("" if training is None else self._display.write(training) + place)
        self.validation_legend.setHidden(bool(self._curves.history) and not len(metric_curves.validation))
        self.validation_legend.set_value("" if validation is None else self._display.write(validation))
        span = self._curves.smoothing_span
        self.training_legend.setToolTip(
            f"Solid: smoothed over about {span} batches; faint: every batch" if span else ""
        )
        self.validation_legend.setToolTip("Measured after each epoch, on examples that the network is not trained on")

    @Slot(bool)
    def _on_log_toggled(self, log: bool) -> None:
        self.area.set_log(log)
        # The visible part of one axis has no meaning on the other.
        self._start_following()
        self.redraw()

    @Slot(bool)
    def _on_follow_toggled(self, following: bool) -> None:
        if following:
            self.redraw()
        self.follow_changed.emit(following)

    @Slot()
    def _on_area_moved(self) -> None:
        self.follow_box.setChecked(False)

    @Slot()
    def _start_following(self) -> None:
        self.follow_box.setChecked(True)

    @Slot(float)
    def _on_hovered(self, epoch: float) -> None:
        self._hovered = epoch
        self._show_values()


def _with_margin(whole: Range, before: float, after: float | None = None) -> Range:
    width = whole[1] - whole[0]
    return whole[0] - before * width, whole[1] + (before if after is None else after) * width
