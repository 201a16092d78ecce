"""All kept runs of the user: the list, changes of it, and the way back to a kept run."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal, Slot

from app.document import Document
from app.runs.disk_queue import DiskQueue, Write
from app.runs.loaded_curves import LoadedCurves
from app.runs.record import KeptRun, clean_title
from app.runs.run_saver import RunSaver
from app.runs.store import RunStore
from app.training.run import Run
from app.training.session import Session

_FACTS = ("title", "starred", "shown")
"""What the user decides about a run, also while it is written."""


class RunKeeper(QObject):
    """Has all kept runs: the list of them, what the user changes about them, and the way back to them.

    All files are read and written in a background thread.

    Arguments:
        session: its runs are kept.
        document: its name is kept with each run.
        folder: of the kept runs; made with the first run.

    Attributes:
        kept: all kept runs by their identifiers, as the list shows them.
        saver: saves the runs of the session.
        curves: reads the curves of the runs that are drawn.
        ready: True as soon as the folder has been read once.

    Signals:
        changed(): `kept` changed.
        overlays_changed(): other runs are drawn beside the shown one, or the curves of one of them were read.
        failed(sentence): a command of the user failed.
        first_read(): the folder has been read for the first time.
    """

    changed = Signal()
    overlays_changed = Signal()
    failed = Signal(str)
    first_read = Signal()

    def __init__(self, session: Session, document: Document, folder: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session, self._store = session, RunStore(folder)
        self._queue = DiskQueue()
        self._changes = 0
        self._deleted: list[tuple[KeptRun, ...]] = []
        self._wanted = ""
        self.kept: dict[str, KeptRun] = {}
        self.ready = False
        self.saver = RunSaver(session, document, self._store, self._queue, self)
        self.curves = LoadedCurves(session, self._store, self._queue, self)
        self.saver.began.connect(self._on_began)
        self.saver.numbered.connect(self.changed)
        self.saver.saved.connect(self._on_saved)
        self.curves.changed.connect(self.overlays_changed)
        self.curves.failed.connect(self.failed)

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
            load = partial(self._store.load, identifier)
            self.submit(load, partial(self._show_loaded, identifier, then), self.reload)

    def _show_loaded(self, identifier: str, then: Callable[[Run], object] | None, run: Run) -> None:
        # Another run may have been chosen, or started, while this one was read.
        if self._wanted == identifier or then is not None:
            self._show(run, then)

    def _show(self, run: Run, then: Callable[[Run], object] | None) -> None:
        self._session.show_run(run)
        if then is not None:
            then(run)

    # ------------------------------------------------------------------------------------------------------- changes

    def change(self, identifier: str, **changes: Any) -> None:
        """Change facts about a run that the user decides: `title`, `starred`, `shown`.

        Arguments:
            identifier: of the run.
            changes: the new values by their names.
        """
        if "title" in changes:
            changes["title"] = clean_title(changes["title"])
        self.curves.change(identifier, **changes)
        kept = self.kept.get(identifier)
        if kept is None or kept.record is None:
            self.changed.emit()
            return
        self.kept[identifier] = replace(kept, record=kept.record.model_copy(update=changes))
        self.changed.emit()
        self.overlays_changed.emit()
        if identifier != self._trained:
            self._changes += 1
            write = Write(partial(self._store.change, identifier, **changes))
            self.submit(write, partial(self._take_one, self._changes), self.reload)

    def delete(self, identifiers: Iterable[str]) -> None:
        """Delete runs; `undo_delete` brings them back. A run that is being trained stays.

        Arguments:
            identifiers: of the runs.
        """
        trained = self._trained
        runs = tuple(self.kept[name] for name in identifiers if name in self.kept and name != trained)
        if not runs:
            return
        self._deleted.append(runs)
        self._changes += 1
        for run in runs:
            del self.kept[run.identifier]
            self.curves.forget(run.identifier)
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

    # ------------------------------------------------------------------------------------------- the run of the session

    def is_safe(self, run: Run) -> bool:
        """Return True if nothing is lost when a run leaves the memory: it is kept, or the user has deleted it.

        Arguments:
            run: of the session; it has ended.
        """
        return self.saver.has_kept(run) or self.is_deleted(run.identifier)

    def shutdown(self) -> None:
        """Write the last state of the run, and remove deleted runs for good. Call it after the session has ended."""
        self.saver.shutdown()
        self._queue.shutdown()
        self._store.empty_deleted()

    @property
    def _trained(self) -> str:
        """The identifier of the run that is trained; empty if there is none."""
        return self.saver.active.identifier if self.saver.active is not None else ""

    def _number_active(self) -> None:
        """Count the runs of the user, not those since the start of the window, until the store knows the number."""
        run = self.saver.active
        if run is not None and run.identifier not in self.kept:
            numbers = [kept.record.number for kept in self.kept.values() if kept.record is not None]
            run.number = max([run.number, *(number + 1 for number in numbers)])

    @Slot(object)
    def _on_began(self, run: Run) -> None:
        self.curves.forget(run.identifier)
        # A deleted run that continues is kept again, so nothing is left to bring back.
        remaining = (tuple(kept for kept in runs if kept.identifier != run.identifier) for runs in self._deleted)
        self._deleted = [runs for runs in remaining if runs]
        self._number_active()

    @Slot(object)
    def _on_saved(self, kept: KeptRun) -> None:
        if self.is_deleted(kept.identifier):
            return
        self._changes += 1
        before, self.kept[kept.identifier] = self.kept.get(kept.identifier), kept
        # The user may have renamed or starred the run while it was written.
        known = self.curves.find(kept.identifier) or (before.record if before is not None else None)
        facts = {name: getattr(known, name) for name in _FACTS} if known is not None else {}
        if kept.record is not None and any(getattr(kept.record, name) != value for name, value in facts.items()):
            self.change(kept.identifier, **facts)
        elif before != kept:
            self.changed.emit()
