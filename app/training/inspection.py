"""What the network makes of one sample: shared by the cards and the inspector, computed off the GUI thread."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from PySide6.QtCore import QObject, Signal, Slot

from app.document import Document
from app.jobs import BackgroundRunner, Job, LatestJob
from app.training.dataset_cache import load_splits
from app.training.session import Session
from app.training.snapshot import Snapshot, frozen_state
from tinyml.data import DataChoice, DataDescription, Dataset
from tinyml.learner import class_scores, set_up_training
from tinyml.net import Trace, record
from tinyml.storage import Project
from tinyml.visualize import reconstruct

_MOST_NUMBERS = 3
"""So many target numbers are written out; of more only the error is told."""


@dataclass(frozen=True)
class SampleTrace:
    """The network's view of one sample.

    Attributes:
        snapshot: whose weights were used.
        index: of the sample in `Inspection.samples`.
        label: its class; -1 when the targets are numbers.
        trace: the recorded forward pass, a batch of one.
        scores: `(classes,)` share of the network's belief in each class, adding up to 1; empty without classes.
        target: the numbers that the network should give; None when the targets are classes.
    """

    snapshot: Snapshot
    index: int
    label: int
    trace: Trace
    scores: np.ndarray
    target: np.ndarray | None = None

    @property
    def prediction(self) -> int:
        """The class with the highest score; -1 when the targets are numbers."""
        return int(self.scores.argmax()) if len(self.scores) else -1

    @property
    def output(self) -> np.ndarray:
        """What the network gives for the sample."""
        return np.asarray(self.trace.output[0])

    def describe_numbers(self) -> str:
        """Compare the output with the target numbers in a few words; an empty text when the targets are classes."""
        if self.target is None:
            return ""
        if self.target.size > _MOST_NUMBERS:
            return f"mean absolute error {_write(float(np.abs(self.output - self.target).mean()))}"
        target, output = (", ".join(map(_write, numbers.ravel().tolist())) for numbers in (self.target, self.output))
        return f"target {target} · predicted {output}"


class Inspection(QObject):
    """The sample that is looked at, and what the current weights make of it.

    The weights are those of the last run while they fit the network as it is now, and otherwise the fresh ones that
    training would start from.

    Attributes:
        samples: the test set of the chosen data; None until it is loaded.
        index: the sample that is looked at.
        snapshot: the weights that are looked at; None while the network has problems.
        sample_trace: what the network makes of the sample; None until it is computed.
        predictions: `(N,)` the predicted class of every sample; None until they are computed, and without classes.
        problem: why there is nothing to look at, in one sentence; empty when there is.

    Signals: samples_changed, sample_trace_changed, predictions_changed, problem_changed (each: read the attribute).
    """

    samples_changed = Signal()
    sample_trace_changed = Signal()
    predictions_changed = Signal()
    problem_changed = Signal()

    def __init__(self, document: Document, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._document, self._session = document, session
        # What the user waits for must not queue behind the loading of data or the classification of all samples.
        self._quick, self._slow = BackgroundRunner(), BackgroundRunner()
        self._samples_job = LatestJob(self._slow, self)
        self._fresh_job = LatestJob(self._slow, self)
        self._predictions_job = LatestJob(self._slow, self)
        self._sample_trace_job = LatestJob(self._quick, self)
        self._reconstruction_job = LatestJob(self._quick, self)
        self._samples_job.returned.connect(self._on_samples_loaded)
        self._fresh_job.returned.connect(self._on_fresh_weights_made)
        self._predictions_job.returned.connect(self._on_predictions_computed)
        self._sample_trace_job.returned.connect(self._on_sample_trace_computed)
        for job in (self._samples_job, self._fresh_job, self._predictions_job, self._sample_trace_job):
            job.failed.connect(self._set_problem)
        self._loaded: DataChoice | None = None
        self.samples: Dataset | None = None
        self.index = 0
        self.snapshot: Snapshot | None = None
        self.sample_trace: SampleTrace | None = None
        self.predictions: np.ndarray | None = None
        self._predicted_with: Snapshot | None = None
        self.problem = ""
        document.changed.connect(self._refresh)
        session.snapshot_changed.connect(self._refresh)
        session.state_changed.connect(self._refresh)
        self._refresh()

    def select_sample(self, index: int) -> None:
        """Look at another sample."""
        if self.samples is not None and 0 <= index < len(self.samples) and index != self.index:
            self.index = index
            self._request_view()

    def reconstruct(self, layer: str, map_index: int, position: tuple[int, int] | None = None) -> Job | None:
        """Compute which pixels made a map of a layer fire, off the GUI thread.

        Arguments:
            layer: its name.
            map_index: which of its maps, counted from 0.
            position: row and column in the map; None for its strongest activation.

        Returns the job, which returns a `Reconstruction`; None while there is no view. The next call, and a network
        that cannot be computed any more, cancel it.
        """
        if self.sample_trace is None:
            return None
        return self._reconstruction_job.start(partial(reconstruct, self.sample_trace.trace, layer, map_index, position))

    def submit(self, function: Callable[[], Any]) -> Job:
        """Compute something else about the network, off the GUI thread, after the work that waits already."""
        job = self._slow.submit(function)
        job.failed.connect(self._set_problem)
        return job

    def shutdown(self) -> None:
        """Wait for what is being computed and end the threads."""
        self._quick.shutdown()
        self._slow.shutdown()

    @Slot()
    def _refresh(self) -> None:
        """Find out which samples and which weights to look at now, and ask for what is missing."""
        project, description = self._document.project, self._document.data
        if description is None:
            self._loaded = None
            self._drop_samples(self._document.data_problem)
            return
        if self._loaded != project.data:
            self._loaded = project.data
            self._drop_samples("")
            self._samples_job.start(partial(_load_test_set, project.data))
        trained = self._session.snapshot
        if trained is not None and trained.fits(project.network, description):
            self._look_through(trained)
        elif self._document.inference.problems:
            self._look_through(None)
            first = self._document.inference.problems[0]
            self._set_problem(f"The network has a problem to solve first. {first}")
        elif self.snapshot is None or not _is_fresh(self.snapshot, project, description):
            self._look_through(None)
            self._fresh_job.start(partial(_fresh_snapshot, project, description))
        self._request_predictions()

    def _look_through(self, snapshot: Snapshot | None) -> None:
        if snapshot is self.snapshot and snapshot is not None:
            return
        self.snapshot = snapshot
        self._fresh_job.cancel()
        if snapshot is None:
            self._predictions_job.cancel()
            self._sample_trace_job.cancel()
            self._reconstruction_job.cancel()
            self.sample_trace = self.predictions = self._predicted_with = None
            self.sample_trace_changed.emit()
            self.predictions_changed.emit()
        else:
            self._set_problem("")
            self._request_view()

    def _request_view(self) -> None:
        if self.samples is None or self.snapshot is None:
            return
        # While training, snapshots come faster than pictures are made: finish one before the next.
        if self._sample_trace_job.busy and self.sample_trace is not None and self.sample_trace.index == self.index:
            return
        self._sample_trace_job.start(partial(_trace_sample, self.snapshot, self.samples, self.index))

    def _request_predictions(self) -> None:
        """Classify all samples, but not with every snapshot of a run that goes on."""
        if self.samples is None or self.snapshot is None or self._session.state.active:
            return
        if not self.samples.description.has_classes:
            return
        if self.snapshot is not self._predicted_with:
            self._predicted_with = self.snapshot
            self._predictions_job.start(partial(_predict, self.snapshot, self.samples))

    def _drop_samples(self, problem: str) -> None:
        # Not only the loading: what reads a folder that does not answer would hold up everything about other data.
        self._slow.abandon()
        self.samples, self.index = None, 0
        self._look_through(None)
        self._set_problem(problem)
        self.samples_changed.emit()

    @Slot(str)
    def _set_problem(self, problem: str) -> None:
        if problem != self.problem:
            self.problem = problem
            self.problem_changed.emit()

    @Slot(object)
    def _on_samples_loaded(self, samples: Dataset) -> None:
        self.samples, self.index = samples, 0
        self.samples_changed.emit()
        self._request_view()
        self._request_predictions()

    @Slot(object)
    def _on_fresh_weights_made(self, snapshot: Snapshot) -> None:
        self._look_through(snapshot)
        self._request_predictions()

    @Slot(object)
    def _on_sample_trace_computed(self, sample_trace: SampleTrace) -> None:
        self.sample_trace = sample_trace
        self.sample_trace_changed.emit()
        if sample_trace.snapshot is not self.snapshot or sample_trace.index != self.index:
            self._request_view()

    @Slot(object)
    def _on_predictions_computed(self, predictions: np.ndarray) -> None:
        self.predictions = predictions
        self.predictions_changed.emit()


def _write(number: float) -> str:
    return f"{number:.3g}".replace("-", "−")


def _is_fresh(snapshot: Snapshot, project: Project, description: DataDescription) -> bool:
    """Tell whether these are the weights that a run of the project would start from, seen with its loss."""
    same_start = (snapshot.training.seed, snapshot.training.loss) == (project.training.seed, project.training.loss)
    return not snapshot.trained and same_start and snapshot.fits(project.network, description)


def _load_test_set(choice: DataChoice) -> Dataset:
    return load_splits(choice).test


def _fresh_snapshot(project: Project, description: DataDescription) -> Snapshot:
    """Build the weights that a run of this project would start from."""
    net = set_up_training(project.network, project.training, load_splits(project.data)).net
    tensors = frozen_state(net)
    return Snapshot(project.network, project.data, project.training, description, tensors, trained=False)


def _trace_sample(snapshot: Snapshot, samples: Dataset, index: int) -> SampleTrace:
    place = slice(index, index + 1)
    trace = record(snapshot.make_net(), samples.examples(place))
    if not samples.description.has_classes:
        return SampleTrace(snapshot, index, -1, trace, np.zeros(0), samples.target_numbers(place)[0])
    scores = class_scores(trace.output, snapshot.training.loss, samples.class_targets)[0]
    return SampleTrace(snapshot, index, int(samples.labels[index]), trace, scores)


def _predict(snapshot: Snapshot, samples: Dataset) -> np.ndarray:
    net, size, predictions = snapshot.make_net(), snapshot.training.batch_size, []
    for start in range(0, len(samples), size):
        output = net.predict(samples.examples(slice(start, start + size)))
        predictions.append(class_scores(output, snapshot.training.loss, samples.class_targets).argmax(axis=1))
    return np.concatenate(predictions)
