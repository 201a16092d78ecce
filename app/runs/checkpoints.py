"""Checkpoints of the active run on the disk. After a crash, the next start resumes the run from the newest one.

    runs/<identifier>/checkpoint-curves.safetensors    all batches and epochs, at least up to the checkpoint
                      checkpoint.json                  the record of the run at that moment
                      checkpoint.safetensors           where the run can continue; written last

A run that ends removes them. So a checkpoint whose owner does not live belongs to a run that was interrupted. The user
is asked once whether to resume it; the record says so. Afterwards the list of kept runs offers it. An error that leaves
the run without a newer state, such as too little memory, leaves the checkpoint too; the list offers that run at once.
"""

import contextlib
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from time import monotonic

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from app.document import Document
from app.runs.curve_files import CurveData, read_curves, write_curves
from app.runs.disk_queue import Write
from app.runs.keeper import RunKeeper
from app.runs.record import LARGEST_RECORD, RunRecord, record_from_json, record_of, record_to_json, run_from_record
from app.runs.store import CHECKPOINT, RunStore
from app.runs.store import RECORD as KEPT_RECORD
from app.training.run import Run, SessionState
from app.training.session import Session
from app.training.snapshot import Snapshot
from app.training.training_config import TrainingConfig
from tinyml.core import StorageError, TinymlError
from tinyml.core.files import path_kind, read_bounded, show_path, write_atomically
from tinyml.data import batch_count
from tinyml.learner import Checkpoint
from tinyml.storage import read_checkpoint, save_checkpoint

CURVES, RECORD = "checkpoint-curves.safetensors", "checkpoint.json"
DEFAULT_SECONDS = 30
"""Seconds from one checkpoint to the next."""


@dataclass(frozen=True)
class InterruptedRun:
    """A run whose program ended in the middle of it.

    Attributes:
        run: with its configuration, curves and weights up to the checkpoint. `Session.resume_interrupted` continues it.
        project_name: name of the project on screen at that time.
        project_path: of its file; None if it had none.
        written: when the checkpoint was written, in seconds since 1970.
    """

    run: Run
    project_name: str
    project_path: Path | None
    written: float


class CheckpointKeeper(QObject):
    """Has a checkpoint of the active run written every so many seconds or epochs, in the background.

    The worker only copies its state between two batches. If writing fails, training continues, and the last checkpoint
    stays as it was.

    Arguments:
        session: its active run is saved.
        keeper: writes to the folders of the runs.
        document: its name is saved with the run.
        parent: the parent object.

    Attributes:
        problem: one sentence that says why the newest checkpoint could not be written; empty if it could.
        keeps_at_end: True to leave the checkpoint of a run that ends now, because the program is interrupted.

    Signals:
        written(): a checkpoint was written.
        problem_changed(): `problem` changed.
        intervals_changed(): `seconds` or `epochs` changed.
    """

    written = Signal()
    problem_changed = Signal()
    intervals_changed = Signal()

    def __init__(self, session: Session, keeper: RunKeeper, document: Document, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session, self._keeper, self._document = session, keeper, document
        self.seconds, self.epochs = DEFAULT_SECONDS, 0
        self.problem = ""
        self.keeps_at_end = False
        self._active: Run | None = None
        self._began_with = self._epochs_saved = 0
        self._changes_before = self._changes_saved = 0
        self._under_way = self._wants_first = False
        self._written_at: float | None = None
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._on_timeout)
        session.started.connect(self._begin)
        session.continued.connect(self._begin)
        session.state_changed.connect(self._on_state_changed)
        session.epochs_finished.connect(self._on_epochs_finished)
        session.setting_changed.connect(self._on_setting_changed)
        session.checkpoint_taken.connect(self._on_checkpoint_taken)

    def set_intervals(self, seconds: int, epochs: int) -> None:
        """Decide how often checkpoints are written.

        Arguments:
            seconds: from one checkpoint to the next; 0 for none because of the time.
            epochs: from one checkpoint to the next; 0 for none because of the epochs.
        """
        if (seconds, epochs) != (self.seconds, self.epochs):
            self.seconds, self.epochs = seconds, epochs
            if self._active is not None:
                self._start_timer()
            self.intervals_changed.emit()

    @property
    def age(self) -> float | None:
        """Seconds since the newest checkpoint of the active run was written; None if there is none."""
        return None if self._written_at is None or self._active is None else monotonic() - self._written_at

    @Slot()
    def _begin(self) -> None:
        self._active, self._written_at = self._session.run, None
        self._began_with, self._epochs_saved = self._active.batches_done, len(self._active.history)
        config = self._active.config
        # Weights that start without a checkpoint have none of the changes that the run knows from before.
        self._changes_before = 0 if config is not None and config.resume is not None else len(self._active.changes)
        self._changes_saved = len(self._active.changes)
        self._under_way, self._wants_first = False, bool(self.seconds or self.epochs)
        self._start_timer()

    def _start_timer(self) -> None:
        if self.seconds:
            self._timer.start(self.seconds * 1000)
        else:
            self._timer.stop()

    @Slot()
    def _on_timeout(self) -> None:
        self._request()

    @Slot()
    def _on_epochs_finished(self) -> None:
        run = self._active
        if run is not None and self.epochs and len(run.history) - self._epochs_saved >= self.epochs:
            self._request()

    @Slot()
    def _on_setting_changed(self) -> None:
        """Save a change soon: the user would have to make it again after a crash, at another batch."""
        if self._session.pending:
            self._request_automatically()
        else:
            self._save_changes()

    def _save_changes(self) -> None:
        run = self._active
        if run is not None and len(run.changes) > self._changes_saved:
            self._request_automatically()

    def _request_automatically(self) -> None:
        if self._active is not None and (self.seconds or self.epochs):
            self._request()

    def _request(self) -> None:
        """Ask for a checkpoint, unless the one before it is not yet taken and written."""
        if not self._under_way:
            self._under_way = True
            self._session.request_checkpoint()

    @Slot(object)
    def _on_checkpoint_taken(self, checkpoint: Checkpoint) -> None:
        run = self._active
        if run is None or run.config is None:
            return
        self._under_way, self._epochs_saved = True, checkpoint.state.epoch - 1
        self._changes_saved = self._changes_before + len(checkpoint.state.changes)
        path = self._document.path
        place = str(path.absolute()) if path is not None else ""
        record = record_of(run, run.config, self._document.name).model_copy(update={"project_path": place})
        write = partial(_write, self._keeper.store, record, CurveData.of(run.curves, run.layer_history), checkpoint)
        self._keeper.submit(Write(write), partial(self._take_result, run))

    def _take_result(self, run: Run, problem: str) -> None:
        if run is self._active:
            self._under_way = False
            if not problem:
                self._written_at = monotonic()
            self._on_epochs_finished()  # those that ended while it was written
            self._save_changes()
        if problem != self.problem:
            self.problem = problem
            self.problem_changed.emit()
        if not problem:
            self.written.emit()

    @Slot()
    def _on_state_changed(self) -> None:
        run = self._active
        if run is None:
            return
        if run.state.active:
            if self._wants_first:
                self._wants_first = False
                self._request()  # the worker takes it after its first batch
            return
        self._timer.stop()
        self._active = self._written_at = None
        failed = run.state is SessionState.FAILED
        # A run that could not be resumed, for example because its data are away, can be resumed another time.
        unable = failed and run.batches_done == self._began_with
        if failed and run.config is not None and run.checkpoint is run.config.resume:
            keep = Write(partial(_keep, self._keeper.store, run.identifier))
            self._keeper.submit(keep, partial(self._take_kept, run.identifier))
        elif not (unable or self.keeps_at_end):
            self.discard(run)

    def _take_kept(self, identifier: str, kept: bool) -> None:
        if kept:
            self._session.mark_interrupted(identifier, True)
            self._keeper.reload()

    def discard(self, run: Run) -> None:
        """Remove the checkpoint of a run that is not active.

        Arguments:
            run: such as one that the user does not want to resume.
        """
        self._session.mark_interrupted(run.identifier, False)
        self._keeper.submit(Write(partial(_remove, self._keeper.store, run.identifier)), _ignore)


def find_interrupted(store: RunStore) -> InterruptedRun | None:
    """Return the run that was interrupted last, and note that the user is asked about it.

    Runs that a living window trains are left out, those that cannot be read, and those that were offered before. If the
    program crashed before the run was kept, it is kept now, so that the list shows it.

    Arguments:
        store: the folders of all runs.
    """
    found = [path for path in store.folder.glob(f"*/{CHECKPOINT}") if path_kind(path) == "a file"]
    for path in sorted(found, key=_last_written, reverse=True):
        identifier = path.parent.name
        if identifier.startswith("."):
            continue
        try:
            if not store.claim(identifier):
                continue
            record = _read_record(path.parent)
            if not record.offered:
                interrupted = read_interrupted(path.parent)
                _note_offer(store, record, interrupted.run)
                return interrupted
        except TinymlError:
            pass  # a newer version may be able to read it
        finally:
            store.release(identifier)
    return None


def claim_interrupted(store: RunStore, identifier: str) -> InterruptedRun:
    """Return an interrupted run, and become its owner, so that no other window resumes it too.

    Arguments:
        store: the folders of all runs.
        identifier: of the run.

    Raises `StorageError` if another window trains the run, or if its checkpoint cannot be read.
    """
    if not store.claim(identifier):
        raise StorageError("Another window has resumed this run. Follow it there.")
    try:
        return read_interrupted(store.folder / identifier)
    except TinymlError:
        store.release(identifier)
        raise


def _note_offer(store: RunStore, record: RunRecord, run: Run) -> None:
    folder = store.folder / record.identifier
    try:
        if path_kind(folder / KEPT_RECORD) is None:
            store.write(record, CurveData.of(run.curves, run.layer_history))
        _note_offered(folder, record)
    except StorageError:
        pass  # on a full disk, the next start asks again


def _note_offered(folder: Path, record: RunRecord) -> None:
    write_atomically(folder / RECORD, record_to_json(record.model_copy(update={"offered": True})).encode())


def _read_record(folder: Path) -> RunRecord:
    return record_from_json(read_bounded(folder / RECORD, LARGEST_RECORD), show_path(folder / RECORD))


def read_interrupted(folder: Path) -> InterruptedRun:
    """Read the checkpoint in the folder of a run.

    Arguments:
        folder: of the run.

    Raises `StorageError` if a file is missing or damaged, or if the files do not belong together.
    """
    saved = read_checkpoint(folder / CHECKPOINT)
    record = _read_record(folder)
    data = read_curves(folder / CURVES)
    checkpoint, state = saved.checkpoint, saved.checkpoint.state
    history = data.history[: state.epoch - 1]
    if record.identifier != folder.name or len(history) != state.epoch - 1:
        raise StorageError(f"The files of the checkpoint in '{show_path(folder)}' do not belong together. Delete them.")
    batches = batch_count(state.examples, state.batch_size)
    config = TrainingConfig(record.project, record.description, state.epochs, history, checkpoint)
    weights = {
        name.removeprefix("model/"): tensor for name, tensor in checkpoint.tensors.items() if name.startswith("model/")
    }
    run = run_from_record(record, config, data)
    # The record and the curves may be newer than the checkpoint.
    run.state, run.message, run.changes = SessionState.STOPPED, "", list(state.changes)
    run.curves.continue_from(config.position, config.epochs, len(config.history))
    run.layer_history.continue_from(config.position)
    run.batches_per_epoch, run.batches_done = batches, (state.epoch - 1) * batches + state.batch
    run.examples_done = (state.epoch - 1) * state.examples + min(state.batch * state.batch_size, state.examples)
    run.checkpoint, project = checkpoint, record.project
    run.snapshot = Snapshot(project.network, project.data, config.training, record.description, weights, history)
    path = Path(record.project_path) if record.project_path else None
    return InterruptedRun(run, record.project_name, path, _last_written(folder / CHECKPOINT))


def _write(store: RunStore, record: RunRecord, curves: CurveData, checkpoint: Checkpoint) -> str:
    """Write a checkpoint; return one sentence that says why it could not be written, or an empty text."""
    folder = store.folder / record.identifier
    try:
        if not store.claim(record.identifier):
            return "Another window trains this run too, so this window writes no checkpoints of it."
        write_curves(folder / CURVES, curves)
        write_atomically(folder / RECORD, record_to_json(store.numbered(record)).encode())
        save_checkpoint(folder / CHECKPOINT, checkpoint, record.project)
    except StorageError as error:
        return f"No checkpoint could be written, but training continues: {error}"
    return ""


def _keep(store: RunStore, identifier: str) -> bool:
    """Leave the checkpoint of a run that failed to the list of runs, without a question; return False without one."""
    folder = store.folder / identifier
    if path_kind(folder / CHECKPOINT) != "a file":
        return False
    with contextlib.suppress(TinymlError):  # on a full disk, the next start asks
        _note_offered(folder, _read_record(folder))
    return True


def _remove(store: RunStore, identifier: str) -> None:
    folder = store.folder / identifier
    if path_kind(folder / CHECKPOINT) is None:
        return
    try:
        if not store.claim(identifier):
            return  # another window has resumed the run
        # The checkpoint first: without it, the other two are no run to resume.
        for name in (CHECKPOINT, RECORD, CURVES):
            (folder / name).unlink(missing_ok=True)
    except (OSError, StorageError):
        pass  # the folder was deleted or made unreadable
    finally:
        store.release(identifier)


def _ignore(_result: object) -> None:
    """Do nothing with the result of a job."""


def _last_written(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:  # another program has just deleted the file
        return 0.0
