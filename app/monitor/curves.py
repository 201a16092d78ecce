"""The curves of one run: everything that was reported, ready to be drawn. No Qt."""

import math
from collections.abc import Sequence
from typing import Literal

import numpy as np

from app.monitor.series import Series, Smoother
from tinyml.data import DataDescription
from tinyml.learner import BatchFinished, EpochFinished

Metric = Literal["accuracy", "r_squared"]
"""What is drawn beside the loss: the accuracy for classes, R² for numbers."""


class MetricCurves:
    """The loss or a metric: each batch, the same smoothed, and the validation after each epoch."""

    def __init__(self) -> None:
        self.batches = Series()
        self.smoothed = Series()
        self.validation = Series()

    @property
    def newest_training(self) -> float | None:
        """The smoothed value after the newest batch; None before the first."""
        return float(self.smoothed.y[-1]) if len(self.smoothed) else None

    @property
    def newest_validation(self) -> float | None:
        """The newest value of the validation set; None when there is none."""
        return float(self.validation.y[-1]) if len(self.validation) else None


class RunCurves:
    """What a run has reported so far.

    Attributes:
        planned_epochs: how many epochs the run will take; 0 before the first run.
        metric: which metric fits the targets of the run.
        history: the epochs that are done.
        best_epoch: the one with the lowest validation loss, or training loss when there is no validation set.
        loss, accuracy, r_squared: the curves. Those of the metric that does not fit stay empty. Positions are in
            epochs: 2.5 is the middle of the third.
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
        """Return what is left of a run when only its epochs are known: their means stand for the batches."""
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
        """The curves of the metric that fits."""
        return self.r_squared if self.metric == "r_squared" else self.accuracy

    @property
    def position(self) -> float:
        """How far the run is, in epochs."""
        x = self.loss.batches.x
        return float(x[-1]) if len(x) else float(len(self.history))

    @property
    def empty(self) -> bool:
        """True while there is nothing to draw."""
        return not len(self.loss.batches) and not self.history

    def go_on(self, position: float, planned_epochs: int) -> None:
        """Continue the run at a position, in epochs; what was learned after it was lost with a failure."""
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

    def add_batches(self, events: Sequence[BatchFinished]) -> None:
        """Take in batches, in their order."""
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
        """Take in epochs, in their order."""
        self.history.extend(events)
        for event in events:
            loss = monitored_loss(event)
            if math.isfinite(loss) and (self.best_epoch is None or loss < monitored_loss(self.best_epoch)):
                self.best_epoch = event
            x = np.array([float(event.epoch)])
            if event.validation_loss is not None:
                self.loss.validation.extend(x, np.array([event.validation_loss]))
            validated = getattr(event, f"validation_{self.metric}")
            if validated is not None:
                self.measured.validation.extend(x, np.array([validated]))


def metric_for(description: DataDescription) -> Metric:
    """Return the metric that fits the targets of some data."""
    return "accuracy" if description.has_classes else "r_squared"


def _number(value: float | None) -> float:
    return math.nan if value is None else value


def monitored_loss(epoch: EpochFinished) -> float:
    """Return the loss that an epoch is judged by: on the validation set if there is one."""
    return epoch.training_loss if epoch.validation_loss is None else epoch.validation_loss


def choose_span(batches_per_epoch: int, planned_epochs: int) -> int:
    """Choose over how many batches to smooth: a sixtieth of the run, but between 5 batches and one epoch.

    >>> choose_span(20, 20), choose_span(1000, 50)
    (7, 833)
    """
    return round(min(max(batches_per_epoch * max(planned_epochs, 1) / 60, 5), max(batches_per_epoch, 5)))
