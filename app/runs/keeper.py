"""Keeps the runs of a session on the disk while they are trained, and reads kept runs again."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from time import perf_counter
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from app.document import Document
from app.runs.curve_files import CurveData
from app.runs.disk_queue import DiskQueue, Write
from app.runs.record import KeptRun, RunRecord, clean_title, record_of
from app.runs.store import RunStore
from app.training.run import Run
from app.training.session import Session
from app.training.snapshot import Snapshot
from tinyml.core import StorageError

FIRST_SAVE_MS = 1000
"""Milliseconds from the start of a run to its first save."""
SAVE_MS = 10_000
"""Milliseconds between two saves of a run that is trained."""
_FACTS = ("title", "starred", "shown")
"""What the user decides about a run, also while it is written."""
_REST = 20
"""A save that takes long is followed by a pause this many times as long, so it costs training at most 5 %."""


@dataclass(frozen=True, eq=False)
class _Save:
    """What one save writes. The last save of a run lets other windows change it again."""

    record: RunRecord
    curves: CurveData
    snapshot: Snapshot | None
    last: bool


class RunKeeper(QObject):
    """Writes the run of a session to its folder: after its start, every ten seconds, and when it ends.

    All files are read and written in a background thread. When the disk is full or the folder cannot be written,
    `problem` says so once, and training continues.

    Arguments:
        session: its runs are kept.
        document: its name is kept with each run.
        folder: of the kept runs; made with the first run.

    Attributes:
        kept: all kept runs by their identifiers, as the list shows them.
        problem: one sentence that says why the newest save failed; empty if it did not.
        ready: True as soon as the folder has been read once.

    Signals:
        changed(): `kept` changed.
        overlays_changed(): other runs are drawn beside the shown one, or the curves of one of them were read.
        problem_changed(): `problem` changed.
        failed(sentence): a command of the user failed.
        first_read(): the folder has been read for the first time.
    """

    changed = Signal()
    overlays_changed = Signal()
    problem_changed = Signal()
    failed = Signal(str)
    first_read = Signal()

    def __init__(self, session: Session, document: Document, folder: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session, self._document, self._store = session, document, RunStore(folder)
        self._queue = DiskQueue()
        self._saves = self._changes = 0
        self._active: Run | None = None
        self._project_name = ""
        self._foreign: Snapshot | None = None
        self._saved_snapshot: Snapshot | None = None
        self._loaded: dict[str, Run] = {}
        self._loading: set[str] = set()
        self._unreadable: set[str] = set()
        self._deleted: list[tuple[KeptRun, ...]] = []
        self._wanted = ""
        self._save_began = 0.0
        self.kept: dict[str, KeptRun] = {}
        self.problem = ""
        self.ready = False
        self._timer = QTimer(self, singleShot=True)
        self._timer.timeout.connect(self._on_timeout)
        session.started.connect(self._on_started)
        session.continued.connect(self._on_continued)
        session.state_changed.connect(self._on_state_changed)

    # ------------------------------------------------------------------------------------------------------- reading

    @property
    def folder(self) -> Path:
        """The folder of all kept runs."""
        return self._store.folder

    @property
    def size(self) -> int:
        """The size of all kept runs in bytes, as far as they are known."""
        return sum(run.size for run in self.kept.values())

    def reload(self) -> None:
        """Read the folder again: another window may have added or changed runs."""
        self.submit(partial(self._store.read_all, dict(self.kept)), partial(self._take_all, self._changes))

    def _take_all(self, changes: int, kept: dict[str, KeptRun]) -> None:
        if changes != self._changes:
            self.reload()  # what was read is older than what the user has done since
            return
        first, self.ready = not self.ready, True
        if kept != self.kept or first:
            self.kept = kept
            self._number_active()
            self.changed.emit()
            self.overlays_changed.emit()
        if first:
            self.first_read.emit()

    def show(self, identifier: str, then: Callable[[Run], object] | None = None) -> None:
        """Show a kept run in the session, with its weights. While a run is active, only `then` is called.

        Arguments:
            identifier: of the run.
            then: called with the run as soon as it is read; None for nothing more.
        """
        self._wanted = identifier
        mine = next((run for run in self._session.runs if run.identifier == identifier), None)
        if mine is not None:
            self._show(mine, then)
        else:
            self.submit(partial(self._store.load, identifier), partial(self._show_loaded, identifier, then))

    def _show_loaded(self, identifier: str, then: Callable[[Run], object] | None, run: Run) -> None:
        # Another run may have been chosen, or started, while this one was read.
        if self._wanted == identifier or then is not None:
            self._show(run, then)

    def _show(self, run: Run, then: Callable[[Run], object] | None) -> None:
        self._session.show_run(run)
        if then is not None:
            then(run)

    def load_curves(self, identifiers: Iterable[str]) -> None:
        """Read the curves of some runs in the background; `overlays_changed` follows.

        Arguments:
            identifiers: of the runs. Those in memory, those being read and those that cannot be read are left out.
        """
        for identifier in identifiers:
            if self.run_in_memory(identifier) is None and identifier not in self._loading | self._unreadable:
                self._loading.add(identifier)
                job = self._queue.submit(partial(self._store.load, identifier, with_weights=False))
                job.returned.connect(self._on_curves_returned)
                job.failed.connect(partial(self._give_up, identifier))

    def run_in_memory(self, identifier: str) -> Run | None:
        """Return a run whose curves are in memory; None if they must be read first.

        Arguments:
            identifier: of the run.
        """
        mine = (run for run in self._session.runs if run.identifier == identifier)
        return next(mine, None) or self._loaded.get(identifier)

    @Slot(object)
    def _on_curves_returned(self, run: Run) -> None:
        self._loading.discard(run.identifier)
        self._loaded[run.identifier] = run
        self._forget_hidden()
        self.overlays_changed.emit()

    def _forget_hidden(self) -> None:
        """Keep only curves in memory that are drawn: a million batches take some 40 MB."""
        kept = self.kept
        drawn = {name for name, run in kept.items() if run.record is not None and run.record.shown}
        self._loaded = {name: run for name, run in self._loaded.items() if name in drawn}

    def _give_up(self, identifier: str, sentence: str) -> None:
        self._loading.discard(identifier)
        self._unreadable.add(identifier)
        self.failed.emit(sentence)

    # ------------------------------------------------------------------------------------------------------- changes

    def change(self, identifier: str, **changes: Any) -> None:
        """Change facts about a run that the user decides: `title`, `starred`, `shown`.

        Arguments:
            identifier: of the run.
            changes: the new values by their names.
        """
        if "title" in changes:
            changes["title"] = clean_title(changes["title"])
        for run in (*self._session.runs, *self._loaded.values()):
            if run.identifier == identifier:
                for name, value in changes.items():
                    setattr(run, name, value)
        kept = self.kept.get(identifier)
        if kept is None or kept.record is None:
            self.changed.emit()
            return
        self.kept[identifier] = replace(kept, record=kept.record.model_copy(update=changes))
        self._forget_hidden()
        self.changed.emit()
        self.overlays_changed.emit()
        if self._active is None or self._active.identifier != identifier:
            self._changes += 1
            write = Write(partial(self._store.change, identifier, **changes))
            self.submit(write, partial(self._take_one, self._changes), self.reload)

    def delete(self, identifiers: Iterable[str]) -> None:
        """Delete runs; `undo_delete` brings them back. A run that is being trained stays.

        Arguments:
            identifiers: of the runs.
        """
        active = self._active.identifier if self._active is not None else ""
        runs = tuple(self.kept[name] for name in identifiers if name in self.kept and name != active)
        if not runs:
            return
        self._deleted.append(runs)
        self._changes += 1
        for run in runs:
            del self.kept[run.identifier]
            self._loaded.pop(run.identifier, None)
            self.submit(Write(partial(self._store.delete, run.identifier)), otherwise=self.reload)
        self.changed.emit()
        self.overlays_changed.emit()

    def is_deleted(self, identifier: str) -> bool:
        """Return True if the user has deleted a run that may still be in memory.

        Arguments:
            identifier: of the run.
        """
        return any(run.identifier == identifier for runs in self._deleted for run in runs)

    @property
    def last_deleted(self) -> tuple[KeptRun, ...]:
        """What `undo_delete` would bring back; empty if there is nothing."""
        return self._deleted[-1] if self._deleted else ()

    def undo_delete(self) -> None:
        """Bring back the runs of the last deletion."""
        if not self._deleted:
            return
        self._changes += 1
        for run in self._deleted.pop():
            self.kept[run.identifier] = run
            self.submit(Write(partial(self._store.restore, run.identifier)), otherwise=self.reload)
        self.changed.emit()
        self.overlays_changed.emit()

    @property
    def store(self) -> RunStore:
        """The store, for functions that `submit` runs."""
        return self._store

    def _take_one(self, changes: int, kept: KeptRun) -> None:
        if changes == self._changes and kept.identifier in self.kept and self.kept[kept.identifier] != kept:
            self.kept[kept.identifier] = kept
            self.changed.emit()

    def submit(
        self,
        function: Callable[[], Any],
        then: Callable[[Any], object] | None = None,
        otherwise: Callable[[], object] | None = None,
    ) -> None:
        """Run a function that reads or writes files in the background. If it fails, `failed` is emitted.

        Arguments:
            function: called without arguments; it may use `store`.
            then: called with its result; None for nothing more.
            otherwise: called after a failure; None for nothing more.
        """
        job = self._queue.submit(function)
        if then is not None:
            job.returned.connect(then)
        job.failed.connect(self.failed)
        if otherwise is not None:
            job.failed.connect(lambda _sentence: otherwise())

    # -------------------------------------------------------------------------------------------------------- saving

    def shutdown(self) -> None:
        """Write the last state of the run, and remove deleted runs for good. Call it after the session has ended."""
        self._timer.stop()
        self._queue.shutdown()
        self._store.empty_deleted()

    @Slot()
    def _on_started(self) -> None:
        run = self._session.run
        # Until its first epoch or pause, a new run has the weights of the run before it.
        self._foreign = run.snapshot
        self._begin(run)
        self._number_active()

    @Slot()
    def _on_continued(self) -> None:
        self._foreign = None
        self._begin(self._session.run)

    def _begin(self, run: Run) -> None:
        self._active, self._saved_snapshot = run, None
        self._project_name = self._document.name
        self._loaded.pop(run.identifier, None)
        # A deleted run that continues is kept again, so nothing is left to bring back.
        remaining = (tuple(kept for kept in runs if kept.identifier != run.identifier) for runs in self._deleted)
        self._deleted = [runs for runs in remaining if runs]
        self._timer.start(FIRST_SAVE_MS)

    def _number_active(self) -> None:
        """Count the runs of the user, not those since the start of the window."""
        run = self._active
        if run is not None and run.identifier not in self.kept:
            numbers = [kept.record.number for kept in self.kept.values() if kept.record is not None]
            run.number = max([run.number, *(number + 1 for number in numbers)])

    @Slot()
    def _on_timeout(self) -> None:
        run = self._active
        if run is None:
            return
        if run.learned and not self._saves:
            self._save(run, last=False)
        self._timer.start(SAVE_MS if run.learned else FIRST_SAVE_MS)

    @Slot()
    def _on_state_changed(self) -> None:
        run = self._active
        if run is None or run.state.active:
            return
        self._timer.stop()
        self._active = None
        if run.learned:
            self._save(run, last=True)

    def _save(self, run: Run, last: bool) -> None:
        if run.config is None:
            return
        snapshot = run.best or (run.snapshot if run.snapshot is not self._foreign else None)
        changed = snapshot if snapshot is not self._saved_snapshot else None
        self._saved_snapshot = snapshot
        record = record_of(run, run.config, self._project_name)
        save = _Save(record, CurveData.of(run.curves, run.layer_history), changed, last)
        self._saves += 1
        self._save_began = perf_counter()
        job = self._queue.submit(Write(partial(self._write, save)))
        job.returned.connect(self._on_save_returned)
        job.failed.connect(self._on_save_failed)

    def _write(self, save: _Save) -> KeptRun:
        """Write one save; a background thread calls this, and `shutdown` for a save that had to wait."""
        identifier = save.record.identifier
        if not self._store.claim(identifier):
            raise StorageError("Another window trains this run too, so this window does not keep it.")
        try:
            return self._store.write(save.record, save.curves, save.snapshot)
        finally:
            if save.last:
                self._store.release(identifier)

    @Slot(object)
    def _on_save_returned(self, kept: KeptRun) -> None:
        self._saves -= 1
        self._set_problem("")
        if self._timer.isActive():
            self._timer.start(max(SAVE_MS, round(_REST * 1000 * (perf_counter() - self._save_began))))
        if self.is_deleted(kept.identifier):
            return
        self._changes += 1
        before, self.kept[kept.identifier] = self.kept.get(kept.identifier), kept
        # The user may have renamed or starred the run while it was written.
        known = self.run_in_memory(kept.identifier) or (before.record if before is not None else None)
        facts = {name: getattr(known, name) for name in _FACTS} if known is not None else {}
        if any(getattr(kept.record, name) != value for name, value in facts.items()):
            self.change(kept.identifier, **facts)
        elif before != kept:
            self.changed.emit()

    @Slot(str)
    def _on_save_failed(self, sentence: str) -> None:
        self._saves -= 1
        self._saved_snapshot = None
        self._set_problem(f"This run is not kept: {sentence[0].lower()}{sentence[1:]}")

    def _set_problem(self, sentence: str) -> None:
        if sentence != self.problem:
            self.problem = sentence
            self.problem_changed.emit()
