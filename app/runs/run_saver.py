"""Saves the run of a session in the folder of the kept runs while it is trained."""

from dataclasses import dataclass
from functools import partial
from time import perf_counter

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from app.document import Document
from app.runs.curve_files import CurveData
from app.runs.disk_queue import DiskQueue, Write
from app.runs.record import KeptRun, RunRecord, record_of
from app.runs.store import RunStore
from app.runs.weight_files import RunWeights
from app.training.run import Run, SessionState
from app.training.session import Session
from app.training.snapshot import Snapshot
from tinyml.core import StorageError
from tinyml.learner import Checkpoint

FIRST_SAVE_MS = 1000
"""Milliseconds from the start of a run to its first save."""
SAVE_MS = 10_000
"""Milliseconds between two saves of a run that is trained."""
_REST = 20
"""A save that takes long is followed by a pause this many times as long, so it costs training at most 5 %."""


@dataclass(frozen=True, eq=False)
class _Save:
    """What one save writes. The last save of a run lets other windows change it again."""

    record: RunRecord
    curves: CurveData
    weights: RunWeights | None
    end: Checkpoint | None
    last: bool


class RunSaver(QObject):
    """Writes the run of a session to its folder: after its start, every ten seconds, and when it ends.

    A run without a batch is not kept, unless it failed: its reason is worth knowing. When the disk is full or the
    folder cannot be written, `problem` says so once, and training continues.

    Arguments:
        session: its runs are saved.
        document: its name is kept with each run.
        store: the folders of all runs.
        queue: writes the files in the background.
        parent: the parent object.

    Attributes:
        active: the run that is trained; None while there is none.
        problem: one sentence that says why the newest save failed; empty if it did not.

    Signals:
        began(run): a run starts, or continues.
        numbered(): a new run has got its number.
        saved(kept): a save of a run was written.
        problem_changed(): `problem` changed.
    """

    began = Signal(object)
    numbered = Signal()
    saved = Signal(object)
    problem_changed = Signal()

    def __init__(
        self, session: Session, document: Document, store: RunStore, queue: DiskQueue, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._session, self._document, self._store, self._queue = session, document, store, queue
        self._saves = 0
        self._project_name = ""
        self._foreign: Snapshot | None = None
        self._saved_best: Snapshot | None = None
        self._failed: set[str] = set()
        self._save_began = 0.0
        self.active: Run | None = None
        self.problem = ""
        self._timer = QTimer(self, singleShot=True)
        self._timer.timeout.connect(self._on_timeout)
        session.started.connect(self._on_started)
        session.continued.connect(self._on_continued)
        session.state_changed.connect(self._on_state_changed)

    def has_kept(self, run: Run) -> bool:
        """Return True if the folder holds a run that has ended, or will hold it as soon as its last save is written.

        Arguments:
            run: of the session.
        """
        return run.config is not None and run.identifier not in self._failed

    def shutdown(self) -> None:
        """Save no more. Call it after the session has ended: the last state of its run is in the queue."""
        self._timer.stop()

    @Slot()
    def _on_started(self) -> None:
        run = self._session.run
        # Until its first epoch or pause, a new run has the weights of the run before it.
        self._foreign = run.snapshot
        self._begin(run)
        job = self._queue.submit(Write(partial(self._store.take_number, run.identifier, run.number)))
        job.returned.connect(partial(self._take_number, run))

    @Slot()
    def _on_continued(self) -> None:
        self._foreign = None
        self._begin(self._session.run)

    def _begin(self, run: Run) -> None:
        self.active, self._saved_best = run, None
        self._project_name = self._document.name
        self.began.emit(run)
        self._timer.start(FIRST_SAVE_MS)

    def _take_number(self, run: Run, number: int) -> None:
        if number != run.number:
            run.number = number
            self.numbered.emit()

    @Slot()
    def _on_timeout(self) -> None:
        run = self.active
        if run is None:
            return
        if run.learned and not self._saves:
            self._save(run, last=False)
        self._timer.start(SAVE_MS if run.learned else FIRST_SAVE_MS)

    @Slot()
    def _on_state_changed(self) -> None:
        run = self.active
        if run is None or run.state.active:
            return
        self._timer.stop()
        self.active = None
        if run.learned or run.state is SessionState.FAILED:
            self._save(run, last=True)

    def _save(self, run: Run, last: bool) -> None:
        if run.config is None:
            return
        weights = RunWeights.of(run, self._foreign, last)
        if weights is not None and not last and weights.best is self._saved_best:
            weights = None
        else:
            self._saved_best = weights.best if weights is not None else None
        record = record_of(run, run.config, self._project_name)
        curves = CurveData.of(run.curves, run.layer_history)
        self._saves += 1
        self._save_began = perf_counter()
        save = _Save(record, curves, weights, run.checkpoint if last else None, last)
        job = self._queue.submit(Write(partial(self._write, save)))
        job.returned.connect(self._on_returned)
        job.failed.connect(partial(self._give_up, run.identifier))

    def _write(self, save: _Save) -> KeptRun:
        """Write one save; a background thread calls this, and `DiskQueue.shutdown` for a save that had to wait."""
        store, identifier = self._store, save.record.identifier
        if not store.claim(identifier):
            raise StorageError("Another window trains this run too, so this window does not keep it.")
        try:
            return store.write(save.record, save.curves, save.weights, save.end)
        finally:
            if save.last:
                store.release(identifier)

    @Slot(object)
    def _on_returned(self, kept: KeptRun) -> None:
        self._saves -= 1
        self._failed.discard(kept.identifier)
        self._set_problem("")
        if self._timer.isActive():
            self._timer.start(max(SAVE_MS, round(_REST * 1000 * (perf_counter() - self._save_began))))
        self.saved.emit(kept)

    def _give_up(self, identifier: str, sentence: str) -> None:
        self._saves -= 1
        self._saved_best = None
        self._failed.add(identifier)
        self._set_problem(f"This run is not kept: {sentence[0].lower()}{sentence[1:]}")

    def _set_problem(self, sentence: str) -> None:
        if sentence != self.problem:
            self.problem = sentence
            self.problem_changed.emit()
