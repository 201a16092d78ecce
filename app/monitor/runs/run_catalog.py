"""All runs that the list shows, and those of them that are drawn beside the run of the page."""

from collections.abc import Collection

from app.document import Document
from app.runs import KeptRun, RunKeeper, RunRecord
from app.runs.record import record_of
from app.training import Run, Session, SessionState
from app.training.curves import RunCurves
from app.widgets.plain_text import short


class RunCatalog:
    """The kept runs, and those in memory that are not written yet.

    Arguments:
        document: its name is that of the project of a new run.
        session: has the runs in memory.
        keeper: has the kept runs.
    """

    def __init__(self, document: Document, session: Session, keeper: RunKeeper) -> None:
        self._document, self._session, self._keeper = document, session, keeper

    @property
    def current(self) -> str:
        """The identifier of the run of the page."""
        return self._session.run.identifier

    @property
    def active(self) -> str:
        """The identifier of the run that is trained; empty if there is none."""
        return self.current if self._session.state.active else ""

    def runs(self) -> dict[str, KeptRun]:
        """Return all runs by their identifiers."""
        runs = dict(self._keeper.kept)
        for run in self._session.runs:
            live = run.identifier == self.active
            worth_keeping = run.learned or live or run.state is SessionState.FAILED
            if run.config is None or not worth_keeping or self._keeper.is_deleted(run.identifier):
                continue
            if live or run.identifier not in runs:
                known = runs.get(run.identifier)
                size = known.size if known is not None else 0
                runs[run.identifier] = KeptRun(run.identifier, self._record(run, known), size=size)
        return runs

    def records(self) -> list[RunRecord]:
        """Return the records of all runs that can be read, the newest first."""
        records = [run.record for run in self.runs().values() if run.record is not None]
        return sorted(records, key=lambda record: record.created, reverse=True)

    def drawn(self, compared: Collection[str]) -> list[RunRecord]:
        """Return the runs that are drawn beside the run of the page, the newest first.

        Arguments:
            compared: identifiers of runs that are drawn while they are selected; the others are drawn always.
        """
        shown = (each for each in self.records() if each.shown or each.identifier in compared)
        return [record for record in shown if record.identifier != self.current]

    def overlays(self, compared: Collection[str], read: bool) -> list[tuple[str, int, RunCurves]]:
        """Return name, number of the colour and curves of each run of `drawn` that is in memory.

        Arguments:
            compared: see `drawn`.
            read: True to read the others; `RunKeeper.overlays_changed` follows.
        """
        drawn = self.drawn(compared)
        if read:
            self._keeper.curves.draw(record.identifier for record in drawn)
        runs = ((each, self._keeper.curves.find(each.identifier)) for each in drawn)
        return [(short(each.name), each.color, run.curves) for each, run in runs if run is not None]

    def _record(self, run: Run, known: KeptRun | None) -> RunRecord:
        assert run.config is not None, "checked by the caller"
        before = known.record if known is not None else None
        return record_of(run, run.config, before.project_name if before is not None else self._document.name)
