"""The curves of one run: everything that it has reported, ready to be drawn. No Qt."""

from collections.abc import Sequence
from operator import attrgetter
from typing import Literal

import numpy as np

from app.training.epoch_table import EpochTable
from app.training.series import GrowingArray, Series, Smoother
from tinyml.data import DataDescription
from tinyml.learner import BatchFinished, EpochFinished, is_better

Metric = Literal["accuracy", "r_squared"]
"""The metric beside the loss: accuracy for classes, R² for numbers."""

_PIECE = 1 << 14
"""How many batches are smoothed at once."""


class MetricCurves:
    """The curves of the loss or of a metric.

    Arguments:
        leader: the series of the same batches that stores their positions; None if this one does.

    Attributes:
        batches: the value of each batch.
        smoothed: the same, smoothed.
        validation: the value on the validation set after each epoch.
    """

    def __init__(self, leader: Series | None = None) -> None:
        self.batches = Series(leader)
        self.smoothed = Series(leader or self.batches, np.float32)
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
        epochs: their numbers, as columns.
        best_epoch: the epoch with the lowest monitored loss (see `EpochFinished`); None before the first one.
        loss: the curves of the loss.
        accuracy: the curves of the accuracy; empty if the metric is R².
        r_squared: the curves of R²; empty if the metric is the accuracy.
        learning_rate: the learning rate of each batch; empty if the optimiser has none.
        smoothing_span: over about how many batches the curves are smoothed at first; 0 before the first batch.
        smoothing_factor: the user's choice: how many times that span is used.
    """

    def __init__(self, planned_epochs: int = 0, metric: Metric = "accuracy") -> None:
        self.planned_epochs, self.metric = planned_epochs, metric
        self.history: list[EpochFinished] = []
        self.epochs = EpochTable()
        self.best_epoch: EpochFinished | None = None
        self.loss = MetricCurves()
        self.accuracy, self.r_squared = MetricCurves(self.loss.batches), MetricCurves(self.loss.batches)
        self.learning_rate = Series(self.loss.batches, np.float32)
        self.smoothing_span, self.smoothing_factor = 0, 1.0
        self._seconds = GrowingArray(np.float32)
        self._smoothers: tuple[Smoother, Smoother] | None = None
        # While all batches are smoothed again: the new curves, which replace the others when they are complete.
        self._again: tuple[tuple[Smoother, Series], tuple[Smoother, Series]] | None = None

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
            y = _column(history, f"training_{name}")
            metric_curves.batches.extend(x, y)
            metric_curves.smoothed.extend(x, y)
        if all(epoch.learning_rate is not None for epoch in history):
            curves.learning_rate.extend(x, _column(history, "learning_rate"))
        curves._seconds.extend(np.array([epoch.seconds for epoch in history]))
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
    def seconds(self) -> np.ndarray:
        """(N,) float32: the training time after each batch, without pauses; shorter than the batches if not known."""
        return self._seconds.values

    @property
    def shown_span(self) -> int:
        """Over about how many batches the curves are smoothed; 0 before the first batch, 1 for not at all."""
        return max(round(self.smoothing_span * self.smoothing_factor), 1) if self.smoothing_span else 0

    @property
    def empty(self) -> bool:
        """True while there is nothing to draw."""
        return not len(self.loss.batches) and not self.history

    def continue_from(self, position: float, planned_epochs: int, epochs_done: int) -> None:
        """Continue the run. Batches to the right of `position` and later epochs are removed: a failure has lost them.

        Arguments:
            position: where the run continues, in epochs.
            planned_epochs: how many epochs the run takes now.
            epochs_done: how many epochs are kept. The last one may end at `position` and be still without its event.
        """
        self.planned_epochs = planned_epochs
        if position < self.position:
            self._remove_batches_after(position)
        if epochs_done < len(self.history):
            done = self.history[:epochs_done]
            self.history, self.epochs, self.best_epoch = [], EpochTable(), None
            self.loss.validation, self.measured.validation = Series(), Series()
            self.add_epochs(done)

    def _remove_batches_after(self, position: float) -> None:
        self.smooth_more(len(self.loss.batches))
        leader = self.loss.batches = self.loss.batches.up_to(position)
        self.measured.batches = self.measured.batches.up_to(position, leader)
        self.learning_rate = self.learning_rate.up_to(position, leader)
        seconds, self._seconds = self.seconds, GrowingArray(np.float32)
        self._seconds.extend(seconds[: len(leader)])
        for metric_curves in (self.loss, self.measured):
            metric_curves.smoothed = metric_curves.smoothed.up_to(position, leader)
        if self._smoothers is not None:
            self._smoothers = self._make_smoothers()
            for metric_curves, smoother in zip((self.loss, self.measured), self._smoothers, strict=True):
                smoother.smooth(metric_curves.batches.y)

    def smooth_by(self, factor: float) -> None:
        """Choose another span. `smooth_more` then smooths all batches again; the curves stay as they are until then.

        Arguments:
            factor: how many times the first span; a small one leaves the batches as they are.
        """
        if factor == self.smoothing_factor:
            return
        self.smoothing_factor = factor
        if self._smoothers is not None:
            loss, measured = self._make_smoothers()
            empty = Series(self.loss.batches, np.float32), Series(self.loss.batches, np.float32)
            self._again = (loss, empty[0]), (measured, empty[1])

    def smooth_more(self, most: int) -> int:
        """Smooth batches again after `smooth_by`, and return how many; 0 if all are smoothed.

        A million batches take a tenth of a second, too long for one step of the window.

        Arguments:
            most: the largest number of batches.
        """
        if self._again is None:
            return 0
        start = len(self._again[0][1])
        stop = min(start + most, len(self.loss.batches))
        for metric_curves, (smoother, smoothed) in zip((self.loss, self.measured), self._again, strict=True):
            x, y = metric_curves.batches.x, metric_curves.batches.y
            # In pieces that fit into the processor's cache, this takes a third of the time.
            for begin in range(start, stop, _PIECE):
                piece = slice(begin, min(begin + _PIECE, stop))
                smoothed.extend(x[piece], smoother.smooth(y[piece]))
        if stop == len(self.loss.batches):
            (loss_smoother, self.loss.smoothed), (smoother, self.measured.smoothed) = self._again
            self._smoothers, self._again = (loss_smoother, smoother), None
        return stop - start

    def _make_smoothers(self) -> tuple[Smoother, Smoother]:
        return Smoother(self.shown_span), Smoother(self.shown_span)

    def restore_batches(
        self,
        span: int,
        x: np.ndarray,
        loss: np.ndarray,
        measured: np.ndarray,
        learning_rate: np.ndarray | None = None,
        seconds: np.ndarray | None = None,
    ) -> None:
        """Add the batches of a kept run to empty curves; the next ones continue them.

        Arguments:
            span: the `smoothing_span` of the kept run.
            x: (N,) positions, in epochs.
            loss: (N,) the loss of each batch.
            measured: (N,) the metric of each batch.
            learning_rate: (N,) the learning rate of each batch; None if it is not known.
            seconds: (N,) the training time after each batch; None if it is not known. Times that do not rise, as in a
                damaged file, count as unknown.
        """
        if seconds is not None and not (np.isfinite(seconds).all() and (np.diff(seconds, prepend=0) >= 0).all()):
            seconds = None
        self.smoothing_span = span
        self._smoothers = self._make_smoothers()
        self._extend(x, (loss, measured), learning_rate, seconds)

    def add_batches(self, events: Sequence[BatchFinished], seconds: float = 0.0) -> None:
        """Add the next batches, in their order.

        Arguments:
            events: the batches.
            seconds: the training time of the run after the last of them. They share the time since the batch before.
        """
        if not events:
            return
        if self._smoothers is None:
            self.smoothing_span = choose_span(events[0].batches, self.planned_epochs)
            self._smoothers = self._make_smoothers()
        before = float(self.seconds[-1]) if len(self.seconds) else 0.0
        times = np.linspace(before, max(seconds, before), len(events) + 1)[1:]
        rates = None if events[-1].learning_rate is None else _column(events, "learning_rate")
        x = _column(events, "epoch") - 1 + _column(events, "batch") / _column(events, "batches")
        self._extend(x, (_column(events, "loss"), _column(events, self.metric)), rates, times)

    def _extend(
        self,
        x: np.ndarray,
        values: tuple[np.ndarray, np.ndarray],
        rates: np.ndarray | None,
        seconds: np.ndarray | None,
    ) -> None:
        """Add batches: their positions, loss and metric. What is not known of the first ones stays unknown."""
        known = len(self.loss.batches)
        assert self._smoothers is not None, "the callers make them"
        for metric_curves, smoother, y in zip((self.loss, self.measured), self._smoothers, values, strict=True):
            metric_curves.batches.extend(x, y)
            metric_curves.smoothed.extend(x, smoother.smooth(y))
        if rates is not None and len(self.learning_rate) == known:
            self.learning_rate.extend(x, rates)
        if seconds is not None and len(self._seconds) == known:
            self._seconds.extend(seconds)

    def add_epochs(self, events: Sequence[EpochFinished]) -> None:
        """Add the next epochs (`events`), in their order."""
        self.history.extend(events)
        self.epochs.extend(events)
        for event in events:
            if is_better(event, self.best_epoch):
                self.best_epoch = event
        for metric_curves, name in ((self.loss, "validation_loss"), (self.measured, f"validation_{self.metric}")):
            validated = [event for event in events if getattr(event, name) is not None]
            if validated:
                metric_curves.validation.extend(_column(validated, "epoch"), _column(validated, name))


def metric_for(description: DataDescription) -> Metric:
    """Return the metric that fits the targets of the data with this `description`."""
    return "accuracy" if description.has_classes else "r_squared"


def _column(events: Sequence[BatchFinished] | Sequence[EpochFinished], name: str) -> np.ndarray:
    """Return one number of each event; NaN where it is None. A fast run has ten thousand of them a second."""
    return np.array(list(map(attrgetter(name), events)), np.float64)


def choose_span(batches_per_epoch: int, planned_epochs: int) -> int:
    """Return over how many batches to smooth: a sixtieth of the run, but between 5 batches and one epoch.

    Arguments:
        batches_per_epoch: how many batches an epoch has.
        planned_epochs: how many epochs the run takes.

    >>> choose_span(20, 20), choose_span(1000, 50)
    (7, 833)
    """
    return round(min(max(batches_per_epoch * max(planned_epochs, 1) / 60, 5), max(batches_per_epoch, 5)))
