"""The network's output for one sample, computed off the GUI thread. The layer cards and the inspector show it."""

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
from PySide6.QtCore import QObject, Signal, Slot

from app.document import Document
from app.jobs import BackgroundRunner, Job, LatestJob
from app.training.dataset_cache import READING_CANCELLED, Part
from app.training.epoch_choice import EpochChoice
from app.training.initial_weights import is_initial, make_initial_snapshot
from app.training.own_examples import OwnExample, OwnExamples
from app.training.sample_predictions import SamplePredictions
from app.training.sample_reader import SampleReader
from app.training.sample_trace import (
    SampleTrace,
    SoundLayers,
    find_sound_layers,
    trace_sample,
    trace_sound_layers,
)
from app.training.session import Session
from app.training.snapshot import Snapshot
from tinyml.data import DataChoice, Dataset


class Inspection(QObject):
    """The chosen sample, and the network's output for it with the current weights.

    These are the weights of the last run, if they fit the network as it is now. Otherwise they are the initial weights
    that training would start from.

    Arguments:
        document: the network and the data.
        session: its newest snapshot holds the trained weights.

    Attributes:
        samples: the `part` of the chosen data; None until it is loaded.
        index: index of the chosen sample, or of the last one before an own example was chosen.
        own: the chosen own example; None while one of the samples is chosen.
        own_examples: all own examples of this session.
        epochs: the choice between the newest weights of the run and those after one of its epochs.
        snapshot: the current weights; None while the network has problems.
        sample_trace: the recorded forward pass of the sample; None until it is computed.
        predictions: `(N,)` the predicted class of every sample; None until they are computed, and if there are no
            classes.
        partial_trace: the forward pass of the sample through the layers before the first problem; None if the network
            has no problem, or no such layer.
        problem: one sentence that says why the network cannot run; empty if it can.
        quick_jobs: runs the jobs that the user waits for. Loading data or predicting all samples does not delay them.
        slow_jobs: runs the jobs that take long. Reading other samples cancels all of them.
        picture_jobs: runs the jobs that need many passes through the network for a picture. They delay no others.

    Signals: samples_changed(), sample_trace_changed(), predictions_changed(), problem_changed(),
    reading_changed(reading), training_changed(). Each is named after the attribute that changed.
    """

    samples_changed = Signal()
    sample_trace_changed = Signal()
    predictions_changed = Signal()
    problem_changed = Signal()
    reading_changed = Signal(str)
    training_changed = Signal()

    def __init__(self, document: Document, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._document, self._session = document, session
        self.quick_jobs, self.picture_jobs, self.slow_jobs = BackgroundRunner(), BackgroundRunner(), BackgroundRunner()
        self._reader = SampleReader(self.slow_jobs, self)
        self._initial_weights_job = LatestJob(self.slow_jobs, self)
        self._predictor = SamplePredictions(self.slow_jobs, self)
        self._predictor.predicted.connect(self._on_predictor_predicted)
        self._predictor.failed.connect(self._set_problem)
        self._sample_trace_job = LatestJob(self.quick_jobs, self)
        self._partial_trace_job = LatestJob(self.quick_jobs, self)
        self._reader.text_changed.connect(self.reading_changed)
        self._reader.loaded.connect(self._on_reader_loaded)
        self._reader.failed.connect(self._on_reader_failed)
        self._initial_weights_job.returned.connect(self._on_initial_weights_made)
        self._sample_trace_job.returned.connect(self._on_sample_trace_computed)
        self._partial_trace_job.returned.connect(self._on_partial_trace_computed)
        for job in (
            self._initial_weights_job,
            self._sample_trace_job,
            self._partial_trace_job,
        ):
            job.failed.connect(self._set_problem)
        self._active = True
        self.own_examples = OwnExamples(self.quick_jobs, self)
        self.own_examples.image_read.connect(self.select_own)
        self.own_examples.changed.connect(self._on_own_examples_changed)
        self.samples: Dataset | None = None
        self.index = 0
        self.own: OwnExample | None = None
        self.snapshot: Snapshot | None = None
        self.sample_trace: SampleTrace | None = None
        self.partial_trace: SampleTrace | None = None
        self._partial_request: tuple[SoundLayers, int | OwnExample] | None = None
        self.predictions: np.ndarray | None = None
        self.problem = ""
        self.epochs = EpochChoice(session, self)
        self.epochs.changed.connect(self._refresh)
        self.epochs.rested.connect(self._request_predictions)
        document.changed.connect(self._refresh)
        session.snapshot_changed.connect(self._refresh)
        session.state_changed.connect(self._refresh)
        session.state_changed.connect(self.training_changed)
        self._refresh()

    def set_active(self, active: bool) -> None:
        """Compute the output of the network, or wait until somebody looks at it.

        Arguments:
            active: True while a view of the inspection is visible.
        """
        if active != self._active:
            self._active = active
            self._refresh()
            shown = self.sample_trace
            if shown is None or shown.snapshot is not self.snapshot or not self._shows_chosen(shown):
                self._request_sample_trace()

    @property
    def part(self) -> Part:
        """The part of the chosen data that the samples are: the test set, until `inspect_example` needs another one."""
        return self._reader.part

    @property
    def choice(self) -> DataChoice | None:
        """The data of the samples; None while their description is being read."""
        return self._reader.choice

    @property
    def training(self) -> bool:
        """True while a run trains."""
        return self._session.state.active

    @property
    def reading(self) -> str:
        """One line that says how far the reading of the samples is; empty when nothing is read."""
        return self._reader.text

    @property
    def visible_trace(self) -> SampleTrace | None:
        """The recorded forward pass of the sample: the whole one, else the one up to the first problem."""
        return self.sample_trace or self.partial_trace

    @property
    def shows_nothing(self) -> bool:
        """True if there is no forward pass to show because of a problem, and none is being computed."""
        return bool(self.problem) and self.visible_trace is None and not self._partial_trace_job.busy

    def select_sample(self, index: int) -> None:
        """Choose another sample. An index that does not exist changes nothing.

        Arguments:
            index: index of the sample in `samples`.
        """
        if self.samples is not None and 0 <= index < len(self.samples) and (index != self.index or self.own):
            self.index, self.own = index, None
            self._request_chosen()

    @Slot(str, int)
    def inspect_example(self, part: Part, index: int) -> None:
        """Choose an example of a part of the data, which becomes the samples. An index that does not exist is ignored.

        Arguments:
            part: the part.
            index: index of the example in this part.
        """
        if part == self.part and self.samples is not None:
            self.select_sample(index)
            return
        self._reader.want(self._document.project.data, part, index)
        self._refresh()

    @Slot(object)
    def select_own(self, example: OwnExample) -> None:
        """Choose an own example, and add it to them if it is a new one.

        Arguments:
            example: the example. One that does not fit the data changes nothing.
        """
        if self.samples is None or not example.fits(self.samples.description) or example is self.own:
            return
        self.own = example
        if example not in self.own_examples.examples:
            self.own_examples.add(example)
        self._request_chosen()

    def replace_own(self, example: OwnExample) -> None:
        """Put an example in the place of the chosen own example, and choose it. Without one, add it.

        Arguments:
            example: the example.
        """
        before, self.own = self.own, example
        if before is None:
            self.own_examples.add(example)
        else:
            self.own_examples.replace(before, example)
        self._request_chosen()

    def submit(self, function: Callable[[], Any]) -> Job:
        """Run a slow function off the GUI thread, after the slow jobs that wait already.

        Arguments:
            function: called without arguments.

        Returns the job. If the function fails, `problem` says why.
        """
        job = self.slow_jobs.submit(function)
        job.failed.connect(self._set_problem)
        return job

    def shutdown(self) -> None:
        """Cancel the jobs, wait for those that run and end the threads."""
        self._predictor.cancel()
        self.quick_jobs.shutdown()
        self.picture_jobs.shutdown()
        self.slow_jobs.shutdown()

    @Slot()
    def retry(self) -> None:
        """Read the samples again, if they could not be read before."""
        if self.samples is None and not self._reader.busy:
            self._reader.forget()
            self._refresh()

    @Slot()
    def _refresh(self) -> None:
        """Find the samples and the weights to use now, and request those that are missing."""
        project, description = self._document.project, self._document.data
        if description is None:
            self._reader.forget()
            self._drop_samples(self._document.data_problem)
            return
        # A run reads the data again that the user did not want to wait for before.
        again = self._session.state.active and self.problem == READING_CANCELLED and not self._reader.busy
        if self._reader.choice != project.data or again:
            self._reader.aim(project.data)
            self._drop_samples("")
            self._reader.start(description)
        trained = self.epochs.snapshot
        if trained is not None and trained.fits(project.network, description):
            self._use_weights(trained)
        elif self._document.inference.problems:
            self._use_weights(None)
            first = self._document.inference.problems[0]
            self._request_partial_trace()
            self._set_problem(f"The network has a problem to solve first. {first}")
        elif self.snapshot is None or not is_initial(self.snapshot, project, description):
            self._use_weights(None)
            if not self._active or self._reader.unreadable:
                return
            self._initial_weights_job.start_with_progress(partial(make_initial_snapshot, project, description))
        self._request_predictions()

    def _use_weights(self, snapshot: Snapshot | None) -> None:
        if snapshot is self.snapshot and snapshot is not None:
            return
        self.snapshot = snapshot
        self._initial_weights_job.cancel()
        if not self._document.inference.problems or snapshot is not None:
            self._drop_partial_trace()
        if snapshot is None:
            self._predictor.cancel()
            self._sample_trace_job.cancel()
            self.sample_trace = self.predictions = None
            self.sample_trace_changed.emit()
            self.predictions_changed.emit()
        else:
            self._set_problem("")
            self._request_sample_trace()

    def _request_sample_trace(self) -> None:
        if self.samples is None or self.snapshot is None or not self._active:
            return
        # During training, snapshots arrive faster than forward passes end: finish one before the next.
        if self._sample_trace_job.busy and self.sample_trace is not None and self._shows_chosen(self.sample_trace):
            return
        self._sample_trace_job.start(partial(trace_sample, self.snapshot, self.samples, self._chosen))

    def _request_chosen(self) -> None:
        """Record the forward pass of another sample."""
        self._request_sample_trace()
        self._request_partial_trace()

    @property
    def _chosen(self) -> int | OwnExample:
        return self.index if self.own is None else self.own

    def _shows_chosen(self, sample_trace: SampleTrace) -> bool:
        """Return True if this is the forward pass of the chosen sample or own example."""
        return sample_trace.sample.own is self.own and (self.own is not None or sample_trace.index == self.index)

    def _request_partial_trace(self) -> None:
        """Record the sample in the layers before the first problem, if the network has one."""
        inference, description = self._document.inference, self._document.data
        if not self._active or self.samples is None or self.snapshot is not None:
            return
        if description is None or not inference.problems:
            return
        layers = find_sound_layers(self._document.project, description, inference, self._session.snapshot)
        if layers is None:
            self._drop_partial_trace()
        elif (layers, self._chosen) != self._partial_request and not self._partial_trace_job.busy:
            self._partial_request = layers, self._chosen
            self._partial_trace_job.start(partial(trace_sound_layers, layers, self.samples, self._chosen))

    def _drop_partial_trace(self) -> None:
        self._partial_trace_job.cancel()
        self.partial_trace = self._partial_request = None

    @Slot()
    def _request_predictions(self) -> None:
        """Predict all samples. They wait for the end of a run, and while the user moves through the epochs."""
        if self.samples is None or self.snapshot is None or self._session.state.active or not self._active:
            return
        if not self.samples.description.has_classes or self.epochs.moving:
            return
        self._predictor.request(self.snapshot, self.samples)

    def _drop_samples(self, problem: str) -> None:
        # Abandon all slow jobs: one that reads a folder without an answer would delay the jobs for other data.
        self.slow_jobs.abandon()
        self.own_examples.use(None, problem)
        self.samples, self.index, self.own = None, 0, None
        self._drop_partial_trace()
        self._use_weights(None)
        self._set_problem(problem)
        self.samples_changed.emit()

    @Slot(str)
    def _set_problem(self, problem: str) -> None:
        if problem != self.problem:
            self.problem = problem
            self.problem_changed.emit()

    @Slot(str)
    def _on_reader_failed(self, sentence: str) -> None:
        self.own_examples.use(None, sentence)
        # The initial weights need the same data. They must not start to read it again.
        self._initial_weights_job.cancel()
        self._set_problem(sentence)

    @Slot(object, int)
    def _on_reader_loaded(self, samples: Dataset, index: int) -> None:
        self.samples, self.index = samples, index
        self.own_examples.use(samples)
        self.samples_changed.emit()
        self._request_sample_trace()
        self._request_partial_trace()
        self._request_predictions()

    @Slot()
    def _on_own_examples_changed(self) -> None:
        """Return to the samples if the chosen own example was removed."""
        if self.own is not None and self.own not in self.own_examples.examples:
            self.own = None
            self._request_chosen()

    @Slot(object)
    def _on_initial_weights_made(self, snapshot: Snapshot) -> None:
        self._use_weights(snapshot)
        self._request_predictions()

    @Slot(object)
    def _on_sample_trace_computed(self, sample_trace: SampleTrace) -> None:
        self.sample_trace = sample_trace
        self.sample_trace_changed.emit()
        if sample_trace.snapshot is not self.snapshot or not self._shows_chosen(sample_trace):
            self._request_sample_trace()

    @Slot(object)
    def _on_partial_trace_computed(self, partial_trace: SampleTrace) -> None:
        self.partial_trace = partial_trace
        self.sample_trace_changed.emit()
        self._request_partial_trace()  # the network or the sample may have changed meanwhile

    @Slot(object)
    def _on_predictor_predicted(self, predictions: np.ndarray) -> None:
        self.predictions = predictions
        self.predictions_changed.emit()
