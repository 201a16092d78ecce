"""The curves of one run: everything that it has reported, ready to be drawn. No Qt."""

import math
from collections.abc import Sequence
from typing import Literal

import numpy as np

from app.training.series import Series, Smoother
from tinyml.data import DataDescription
from tinyml.learner import BatchFinished, EpochFinished, is_better

Metric = Literal["accuracy", "r_squared"]
"""The metric beside the loss: accuracy for classes, R² for numbers."""


class MetricCurves:
    """The curves of the loss or of a metric.

    Attributes:
        batches: the value of each batch.
        smoothed: the same, smoothed.
        validation: the value on the validation set after each epoch.
    """

    def __init__(self) -> None:
        self.batches = Series()
        self.smoothed = Series()
        self.validation = Series()

    @property
    def newest_training(self) -> float | None:
        """The smoothed value after the newest batch; None before the first one."""
        return float(self.smoothed.y[-1]) if len(self.smoothed) else None

    @property
    def newest_validation(self) -> float | None:
        """The newest value on the validation set; None if there is none."""
        return float(self.validation.y[-1]) if len(self.validation) else None


class RunCurves:
    """Everything that a run has reported so far. Positions are in epochs: 2.5 is the middle of the third epoch.

    Attributes:
        planned_epochs: how many epochs the run will take; 0 before the first run.
        metric: the metric that fits the targets of the run.
        history: the completed epochs.
        best_epoch: the epoch with the lowest monitored loss (see `EpochFinished`); None before the first one.
        loss: the curves of the loss.
        accuracy: the curves of the accuracy; empty if the metric is R².
        r_squared: the curves of R²; empty if the metric is the accuracy.
        smoothing_span: over about how many batches the curves are smoothed; 0 before the first batch.
    """

    def __init__(self, planned_epochs: int = 0, metric: Metric = "accuracy") -> None:
        self.planned_epochs, self.metric = planned_epochs, metric
        self.history: list[EpochFinished] = []
        self.best_epoch: EpochFinished | None = None
        self.loss, self.accuracy, self.r_squared = MetricCurves(), MetricCurves(), MetricCurves()
        self.smoothing_span = 0
        self._smoothers: tuple[Smoother, Smoother] | None = None

    @classmethod
    def from_history(cls, history: Sequence[EpochFinished], metric: Metric = "accuracy") -> "RunCurves":
        """Return the curves of a run of which only the epochs are known. Their means replace the batches.

        Arguments:
            history: the completed epochs.
            metric: the metric that fits the targets.
        """
        curves = cls(history[-1].epochs if history else 0, metric)
        x = np.array([float(epoch.epoch) for epoch in history])
        for metric_curves, name in ((curves.loss, "loss"), (curves.measured, metric)):
            y = np.array([_number(getattr(epoch, f"training_{name}")) for epoch in history], np.float64)
            metric_curves.batches.extend(x, y)
            metric_curves.smoothed.extend(x, y)
        curves.add_epochs(history)
        return curves

    @property
    def measured(self) -> MetricCurves:
        """The curves of the metric that fits the targets."""
        return self.r_squared if self.metric == "r_squared" else self.accuracy

    @property
    def position(self) -> float:
        """The position of the newest batch, in epochs."""
        x = self.loss.batches.x
        return float(x[-1]) if len(x) else float(len(self.history))

    @property
    def empty(self) -> bool:
        """True while there is nothing to draw."""
        return not len(self.loss.batches) and not self.history

    def continue_from(self, position: float, planned_epochs: int) -> None:
        """Continue the run. Points to the right of `position` are removed: a failure has lost those batches.

        Arguments:
            position: where the run continues, in epochs.
            planned_epochs: how many epochs the run takes now.
        """
        self.planned_epochs = planned_epochs
        if position >= self.position:
            return
        done = [epoch for epoch in self.history if epoch.epoch <= position]
        self.history, self.best_epoch = [], None
        self._smoothers = self._make_smoothers() if self._smoothers is not None else None
        for metric_curves, smoother in zip((self.loss, self.measured), self._smoothers or (None, None), strict=True):
            metric_curves.validation = Series()
            metric_curves.batches = metric_curves.batches.up_to(position)
            metric_curves.smoothed = metric_curves.smoothed.up_to(position)
            if smoother is not None:
                smoother.smooth(metric_curves.batches.y)
        self.add_epochs(done)

    def _make_smoothers(self) -> tuple[Smoother, Smoother]:
        return Smoother(self.smoothing_span), Smoother(self.smoothing_span)

    def restore_batches(self, span: int, x: np.ndarray, loss: np.ndarray, measured: np.ndarray) -> None:
        """Add the batches of a kept run to empty curves; the next ones continue them.

        Arguments:
            span: the `smoothing_span` of the kept run.
            x: (N,) positions, in epochs.
            loss: (N,) the loss of each batch.
            measured: (N,) the metric of each batch.
        """
        self.smoothing_span = span
        self._smoothers = self._make_smoothers()
        for curves, smoother, y in zip((self.loss, self.measured), self._smoothers, (loss, measured), strict=True):
            curves.batches.extend(x, y)
            curves.smoothed.extend(x, smoother.smooth(y))

    def add_batches(self, events: Sequence[BatchFinished]) -> None:
        """Add the next batches (`events`), in their order."""
        if not events:
            return
        rows = np.array(
            [
                (event.epoch - 1 + event.batch / event.batches, event.loss, _number(getattr(event, self.metric)))
                for event in events
            ]
        )
        if self._smoothers is None:
            self.smoothing_span = choose_span(events[0].batches, self.planned_epochs)
            self._smoothers = self._make_smoothers()
        x = rows[:, 0]
        all_curves = (self.loss, self.measured)
        for metric_curves, smoother, y in zip(all_curves, self._smoothers, rows[:, 1:].T, strict=True):
            metric_curves.batches.extend(x, y)
            metric_curves.smoothed.extend(x, smoother.smooth(y))

    def add_epochs(self, events: Sequence[EpochFinished]) -> None:
        """Add the next epochs (`events`), in their order."""
        self.history.extend(events)
        for event in events:
            if is_better(event, self.best_epoch):
                self.best_epoch = event
            x = np.array([float(event.epoch)])
            if event.validation_loss is not None:
                self.loss.validation.extend(x, np.array([event.validation_loss]))
            validated = getattr(event, f"validation_{self.metric}")
            if validated is not None:
                self.measured.validation.extend(x, np.array([validated]))


def metric_for(description: DataDescription) -> Metric:
    """Return the metric that fits the targets of the data with this `description`."""
    return "accuracy" if description.has_classes else "r_squared"


def _number(value: float | None) -> float:
    return math.nan if value is None else value


def choose_span(batches_per_epoch: int, planned_epochs: int) -> int:
    """Return over how many batches to smooth: a sixtieth of the run, but between 5 batches and one epoch.

    Arguments:
        batches_per_epoch: how many batches an epoch has.
        planned_epochs: how many epochs the run takes.

    >>> choose_span(20, 20), choose_span(1000, 50)
    (7, 833)
    """
    return round(min(max(batches_per_epoch * max(planned_epochs, 1) / 60, 5), max(batches_per_epoch, 5)))
