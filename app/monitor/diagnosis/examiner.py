"""The examiner: gathers the evidence of the shown run, and compares it with the rules in the background."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

import numpy as np
from PySide6.QtCore import QObject, Signal, Slot

from app.document import Document
from app.jobs import BackgroundRunner, LatestJob
from app.training import Run, Session, SessionState
from app.training.dataset_cache import load_splits
from tinyml.core import Failure, TinymlError
from tinyml.core.threads import one_blas_thread
from tinyml.data import DataChoice, Splits
from tinyml.diagnosis import (
    DataFacts,
    Evidence,
    NetworkLayer,
    Probe,
    Report,
    collect_data_facts,
    diagnose,
    is_worth_probing,
    network_layers,
    probe_layers,
    thin_history,
)
from tinyml.learner import EpochFinished, Evaluation, TrainingSettings
from tinyml.learner.layer_stats import LayerStats
from tinyml.net import NetworkSpecification, infer

_KEPT_FACTS = 16
"""Facts about so many different data are kept."""


@dataclass(frozen=True)
class Examination:
    """Everything that the background needs: copies, so that the run can continue meanwhile.

    Attributes:
        network: the network of the run.
        training: its settings, with the planned epochs.
        example_shape, target_shape, classes: of its data.
        data: the choice of its data, if they are in memory; else None.
        facts: facts about its data; None if they are not known yet.
        history: the completed epochs.
        measurements: the newest measurements of the layers.
        weights: the newest weights, if they should be probed; else None.
        finished, failure, test: see `Evidence`.
    """

    network: NetworkSpecification
    training: TrainingSettings
    example_shape: tuple[int, ...]
    target_shape: tuple[int, ...] | None
    classes: int
    data: DataChoice | None
    facts: DataFacts | None
    history: tuple[EpochFinished, ...]
    measurements: tuple[tuple[LayerStats, ...], ...]
    finished: bool
    failure: Failure | None
    test: Evaluation | None
    weights: Mapping[str, np.ndarray] | None = None


@dataclass(frozen=True)
class Examined:
    """The result of an examination.

    Attributes:
        report: the diagnoses.
        facts: facts about the data; None if they are still unknown.
        probe: of the newest weights; None if they were not probed.
    """

    report: Report
    facts: DataFacts | None
    probe: Probe | None = None


class Examiner(QObject):
    """Diagnoses the shown run, off the GUI thread. One examination runs at a time.

    Arguments:
        document: its data are in memory, so facts about them can be collected.
        session: reports the run that is shown.

    Signals:
        reported(run, report): the diagnosis of a run is there.
        probed(run, probe): the probe that the diagnosis has used; None if there was none.
    """

    reported = Signal(object, object)
    probed = Signal(object, object)

    def __init__(self, document: Document, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._document, self._session = document, session
        self._facts: dict[str, DataFacts] = {}
        self._again = False
        self._run: Run | None = None
        self._key = ""
        self._background = BackgroundRunner()
        self._job = LatestJob(self._background, self)
        self._job.returned.connect(self._on_job_returned)
        self._job.failed.connect(self._on_job_failed)

    @Slot()
    def examine(self) -> None:
        """Examine the shown run; while an examination runs, as soon as it is done."""
        if self._job.busy:
            self._again = True
            return
        run = self._session.run
        examination = self._prepare(run)
        if examination is not None:
            self._run = run
            self._job.start(partial(carry_out, examination))

    def shutdown(self) -> None:
        """End the thread."""
        self._background.shutdown()

    def _prepare(self, run: Run) -> Examination | None:
        """Return copies of what is known of a run; None if nothing can be said of it."""
        config = run.config
        if config is None or run.state is SessionState.READY:
            return None
        choice = config.project.data
        self._key = choice.model_dump_json(exclude={"expected"})
        facts = self._facts.get(self._key)
        # Other data would replace those in memory. While the worker reads, nothing has been trained yet.
        has_data = bool(run.batches_done) or run.failure == "first_batch"
        readable = has_data and (run.state.active or choice == self._document.project.data)
        description = config.description.with_target(choice.target)
        return Examination(
            config.project.network,
            config.training,
            description.example_shape,
            description.target_shape,
            len(description.class_names),
            choice if readable else None,
            facts,
            tuple(run.history),
            run.layer_history.recent,
            run.state is SessionState.FINISHED,
            Failure(run.failure or "unexpected", run.message) if run.state is SessionState.FAILED else None,
            _test_result(run),
            _weights_to_probe(run) if readable else None,
        )

    @Slot(object)
    def _on_job_returned(self, examined: Examined) -> None:
        if examined.facts is not None:
            self._facts[self._key] = examined.facts
            while len(self._facts) > _KEPT_FACTS:
                del self._facts[next(iter(self._facts))]
        if self._run is self._session.run:
            self.reported.emit(self._run, examined.report)
            self.probed.emit(self._run, examined.probe)
        self._go_on()

    @Slot(str)
    def _on_job_failed(self, _sentence: str) -> None:
        self._go_on()

    def _go_on(self) -> None:
        if self._again:
            self._again = False
            self.examine()


def carry_out(examination: Examination) -> Examined:
    """Compare the evidence of a run with the rules. Called in the background.

    Arguments:
        examination: everything that is known.
    """
    facts, probe = examination.facts, None
    try:
        if examination.data is not None and (facts is None or examination.weights is not None):
            splits = load_splits(examination.data)
            facts = facts or collect_data_facts(splits)
            probe = _probe(examination, splits)
    except TinymlError:
        pass  # the run itself says what is wrong with its data; the other rules still apply
    evidence = Evidence(
        thin_history(examination.history),
        examination.training,
        _layers(examination),
        facts,
        examination.measurements,
        examination.finished,
        examination.failure,
        examination.test,
        probe,
    )
    return Examined(diagnose(evidence), facts, probe)


def _probe(examination: Examination, splits: Splits) -> Probe | None:
    if examination.weights is None:
        return None
    with one_blas_thread():
        return probe_layers(examination.network, examination.training, splits, examination.weights)


def _weights_to_probe(run: Run) -> Mapping[str, np.ndarray] | None:
    """Return the newest weights of a run that has ended or learns little: only then are its layers to blame."""
    last = run.history[-1] if run.history else None
    if last is None or run.snapshot is None or run.snapshot.history[-1:] != (last,):
        return None
    return run.snapshot.tensors if is_worth_probing(last, not run.state.active) else None


def _layers(examination: Examination) -> tuple[NetworkLayer, ...]:
    inference = infer(examination.network, examination.example_shape, examination.classes, examination.target_shape)
    return network_layers(inference)


def _test_result(run: Run) -> Evaluation | None:
    if run.test_loss is None:
        return None
    return Evaluation(run.test_loss, run.test_accuracy, run.test_r_squared)
