"""The curves of kept runs that are drawn beside the run of the page."""

from collections.abc import Iterable
from functools import partial

from PySide6.QtCore import QObject, Signal, Slot

from app.runs.disk_queue import DiskQueue
from app.runs.store import RunStore
from app.training.run import Run
from app.training.session import Session


class LoadedCurves(QObject):
    """Reads curves in the background, and keeps those in memory that are drawn: a million batches take 42 MB.

    Arguments:
        session: its runs are in memory already.
        store: the folders of all runs.
        queue: reads them.
        parent: the parent object.

    Signals:
        changed(): the curves of a run were read.
        failed(sentence): those of a run cannot be read. They are not tried again.
    """

    changed = Signal()
    failed = Signal(str)

    def __init__(self, session: Session, store: RunStore, queue: DiskQueue, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session, self._store, self._queue = session, store, queue
        self._drawn: frozenset[str] = frozenset()
        self._loaded: dict[str, Run] = {}
        self._loading: set[str] = set()
        self._unreadable: set[str] = set()

    def draw(self, identifiers: Iterable[str]) -> None:
        """Read the curves of the runs to draw, unless they are in memory; `changed` follows. Drop all others.

        Arguments:
            identifiers: of the runs.
        """
        self._drawn = frozenset(identifiers)
        self._drop_others()
        for identifier in self._drawn - self._loading - self._unreadable:
            if self.find(identifier) is None:
                self._loading.add(identifier)
                job = self._queue.submit(partial(self._store.load, identifier, with_weights=False))
                job.returned.connect(self._on_returned)
                job.failed.connect(partial(self._give_up, identifier))

    def find(self, identifier: str) -> Run | None:
        """Return a run whose curves are in memory; None if they must be read first.

        Arguments:
            identifier: of the run.
        """
        mine = (run for run in self._session.runs if run.identifier == identifier)
        return next(mine, None) or self._loaded.get(identifier)

    def change(self, identifier: str, **facts: object) -> None:
        """Change facts about a run in memory.

        Arguments:
            identifier: of the run.
            facts: new values of attributes of `Run`, by name.
        """
        for run in (*self._session.runs, *self._loaded.values()):
            if run.identifier == identifier:
                for name, value in facts.items():
                    setattr(run, name, value)

    def forget(self, identifier: str) -> None:
        """Drop the curves of a run that is deleted, or trained again.

        Arguments:
            identifier: of the run.
        """
        self._loaded.pop(identifier, None)

    def _drop_others(self) -> None:
        self._loaded = {name: run for name, run in self._loaded.items() if name in self._drawn}

    @Slot(object)
    def _on_returned(self, run: Run) -> None:
        self._loading.discard(run.identifier)
        self._loaded[run.identifier] = run
        self._drop_others()
        self.changed.emit()

    def _give_up(self, identifier: str, sentence: str) -> None:
        self._loading.discard(identifier)
        self._unreadable.add(identifier)
        self.failed.emit(sentence)
