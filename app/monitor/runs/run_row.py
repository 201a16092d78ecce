"""What one row of the list of runs says. No widgets."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from app.formatting import UNKNOWN
from app.monitor.metric_display import LOSS_DISPLAY, METRIC_DISPLAYS
from app.runs import KeptRun, RunRecord
from app.training.differences import describe_differences

_INTERRUPTED, _RESUMABLE = "interrupted by a crash", "can be resumed"
_ELSEWHERE = "trained in another window"


@dataclass(frozen=True)
class RunRow:
    """One run in the list.

    Attributes:
        kept: the run.
        before: the record of the run before it; None for the first one.
        active: True if this window trains the run now.
        drawn: True if its curves are drawn: it is the run of the page, or it is shown beside it.
    """

    kept: KeptRun
    before: RunRecord | None = None
    active: bool = False
    drawn: bool = False

    @property
    def identifier(self) -> str:
        """The identifier of the run."""
        return self.kept.identifier

    @property
    def record(self) -> RunRecord | None:
        """What is known of the run; None if it cannot be read."""
        return self.kept.record

    @property
    def name(self) -> str:
        """The name of the run; the beginning of its identifier if it cannot be read."""
        return self.record.name if self.record is not None else self.identifier[:8]

    @property
    def state(self) -> str:
        """A word beside the name; empty for a run that has ended."""
        return "running" if self.active else ""

    @property
    def result(self) -> str:
        """The final result: the metric on the test set, or else the newest one."""
        record = self.record
        if record is None or record.results.diverged:
            return UNKNOWN
        if record.measure is None:
            validated = record.results.validation_loss
            return LOSS_DISPLAY.write(record.results.training_loss if validated is None else validated)
        return METRIC_DISPLAYS["accuracy" if record.description.has_classes else "r_squared"].write(record.measure)

    def line(self) -> str:
        """Return how the run ended if it did not finish, and what differs from the run before."""
        record = self.record
        if record is None:
            return "cannot be read"
        if self.before is None:
            words = record.project.training.describe_optimizer()
        else:
            words = describe_differences(self.before.project, record.project)
        ends = {"failed": "diverged" if record.results.diverged else "failed", "stopped": "stopped"}
        end = ends.get(record.state, "")
        if self.kept.elsewhere or self.kept.interrupted:
            end = _ELSEWHERE if self.kept.elsewhere else _INTERRUPTED
        if self.kept.resumable and not self.active:
            end = _RESUMABLE
        return " · ".join(part for part in ("" if self.active else end, words) if part)

    def tooltip(self) -> str:
        """Return more about the run: its project, its time, and its message."""
        record = self.record
        if record is None:
            return self.kept.problem
        created = record.created.astimezone().strftime("%d %B %Y, %H:%M")
        epochs = f"{record.results.epochs} of {record.planned_epochs} epochs"
        return "\n".join(part for part in (f"{record.project_name}, {created}", epochs, record.message) if part)


def make_rows(kept: Mapping[str, KeptRun], active: str, drawn: Iterable[str]) -> tuple[RunRow, ...]:
    """Return the rows of the list: the running run, then the others, the newest first, then those that are damaged.

    Arguments:
        kept: the runs by their identifiers.
        active: the identifier of the run that this window trains; empty for none.
        drawn: identifiers of the runs whose curves are drawn.
    """
    readable = [(run.record.created, run.record.number, run) for run in kept.values() if run.record is not None]
    readable.sort(key=lambda each: each[:2])
    shown = set(drawn)
    rows, before = [], None
    for _, _, run in readable:
        rows.append(RunRow(run, before, run.identifier == active, run.identifier in shown))
        before = run.record
    rows.reverse()
    rows.sort(key=lambda row: not row.active)
    damaged = sorted(name for name, run in kept.items() if run.record is None)
    return (*rows, *(RunRow(kept[name]) for name in damaged))
