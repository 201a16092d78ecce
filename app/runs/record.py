"""What is kept of a run in its small file `run.json`: everything that a list of runs shows, and the whole project.

{"format": "tinyml-run", "version": 1, "identifier": "…", "number": 4, …, "project": {"format": "tinyml-project", …}}
"""

import json
import math
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, FailFast, Field, ValidationError

from app.runs.curve_files import CurveData
from app.training.run import Run, SessionState, SettingChange
from app.training.training_config import TrainingConfig
from tinyml.core import FailureKind, StorageError
from tinyml.core.json_text import read_json_object, write_json
from tinyml.core.validation import describe_validation_error
from tinyml.data import DataDescription
from tinyml.storage import Project, project_from_json, project_to_json

RECORD_FORMAT = "tinyml-run"
RECORD_VERSION = 1
LARGEST_RECORD = 8 * 2**20
"""Largest size of `run.json`, in bytes: twice that of a project file."""
_LONGEST_TITLE = 200
_LONGEST_MESSAGE = 5000

Finite = Annotated[float, Field(allow_inf_nan=False)]
Count = Annotated[int, Field(ge=0)]
KeptState = Literal["running", "finished", "stopped", "failed"]

_STATES: dict[SessionState, KeptState] = {
    SessionState.FINISHED: "finished",
    SessionState.STOPPED: "stopped",
    SessionState.FAILED: "failed",
}
_SESSION_STATES: dict[KeptState, SessionState] = {
    "running": SessionState.STOPPED,
    "finished": SessionState.FINISHED,
    "stopped": SessionState.STOPPED,
    "failed": SessionState.FAILED,
}
"""The state of a run that is read again. A run that was running when its program ended was stopped by that."""


class Results(BaseModel):
    """The newest numbers of a run. A number that is unknown, NaN or infinite is None, since JSON has only the others.

    Attributes:
        epochs: how many epochs are completed.
        batches, examples: how many were used for training.
        batches_per_epoch: number of batches in an epoch; 0 before the first one.
        seconds: training time without pauses.
        training_loss, training_metric: means over the last epoch.
        validation_loss, validation_metric: on the validation set after the last epoch.
        best_epoch: the epoch with the lowest monitored loss.
        test_loss, test_accuracy, test_r_squared: on the test set after the run.
        diverged: True if the newest loss is NaN or infinite, or if training failed because it was.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    epochs: Count = 0
    batches: Count = 0
    examples: Count = 0
    batches_per_epoch: Count = 0
    seconds: Annotated[float, Field(ge=0, allow_inf_nan=False)] = 0.0
    training_loss: Finite | None = None
    training_metric: Finite | None = None
    validation_loss: Finite | None = None
    validation_metric: Finite | None = None
    best_epoch: Count | None = None
    test_loss: Finite | None = None
    test_accuracy: Finite | None = None
    test_r_squared: Finite | None = None
    diverged: bool = False


class RunRecord(BaseModel):
    """What a list of runs shows of one run, and its project.

    Attributes:
        identifier: name of its folder.
        number, title, starred, shown, created: as those of `Run`.
        color: number of its colour in the palette of the runs.
        state: "running" until the run has ended.
        message: one sentence with the result, or with the reason of a failure.
        failure: kind of the error that ended the run; None if none did.
        project_name: name of the project on screen when the run was started.
        project_path: of its file; empty if it had none.
        project: network, data choice and training settings.
        planned_epochs: how many epochs were planned in the end.
        description: of the data, without its columns and findings.
        changes: settings that were changed in the middle of the run.
        results: the newest numbers.
        offered: True in the record of a checkpoint if the user was asked whether to resume the run.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    identifier: Annotated[str, Field(min_length=1, max_length=100)]
    number: Count = 0
    title: Annotated[str, Field(max_length=_LONGEST_TITLE)] = ""
    starred: bool = False
    shown: bool = False
    created: datetime
    color: Count = 0
    state: KeptState = "running"
    message: Annotated[str, Field(max_length=_LONGEST_MESSAGE)] = ""
    failure: FailureKind | None = None
    project_name: Annotated[str, Field(max_length=4096)] = ""
    project_path: Annotated[str, Field(max_length=4096)] = ""
    project: Project
    planned_epochs: Count = 0
    description: DataDescription
    changes: Annotated[tuple[SettingChange, ...], FailFast(), Field(max_length=100_000)] = ()
    results: Results = Results()
    offered: bool = False

    @property
    def name(self) -> str:
        """The title, or else "run" and the number."""
        return self.title or f"run {self.number}"

    @property
    def measure(self) -> float | None:
        """The result to compare runs by: the metric of the data on the test set, else of the last epoch."""
        results = self.results
        tested = results.test_accuracy if self.description.has_classes else results.test_r_squared
        known = (tested, results.validation_metric, results.training_metric)
        return next((value for value in known if value is not None), None)


@dataclass(frozen=True)
class KeptRun:
    """A folder of the store.

    Attributes:
        identifier: name of the folder.
        record: what `run.json` says; None if it cannot be read.
        problem: one sentence that says why it cannot be read; empty if it can.
        size: of all its files, in bytes.
        elsewhere: True if another window trains this run now.
        interrupted: True if the program ended in the middle of the run, by a crash.
        resumable: True if it has left a checkpoint, from which the run can be resumed.
        stamp: changes when `run.json` changes.
    """

    identifier: str
    record: RunRecord | None
    problem: str = ""
    size: int = 0
    elsewhere: bool = False
    interrupted: bool = False
    resumable: bool = False
    stamp: tuple[int, int] = (0, 0)


def record_of(run: Run, config: TrainingConfig, project_name: str) -> RunRecord:
    """Return the record of a run as it is now.

    Arguments:
        run: the run.
        config: its configuration.
        project_name: name of the project on screen.
    """
    # Facts about the data that only forms show would make most of the file.
    description = replace(config.description, columns=(), findings=(), recognised=(), option_choices=())
    return RunRecord(
        identifier=run.identifier,
        number=run.number,
        title=clean_title(run.title),
        starred=run.starred,
        shown=run.shown,
        created=run.created,
        color=run.color,
        state=_STATES.get(run.state, "running"),
        message=run.message[:_LONGEST_MESSAGE],
        failure=run.failure,
        project_name=project_name,
        project=config.project,
        planned_epochs=config.epochs,
        description=description,
        changes=tuple(run.changes),
        results=_results_of(run),
    )


def run_from_record(record: RunRecord, config: TrainingConfig, data: CurveData) -> Run:
    """Return a run that has ended, without weights.

    Arguments:
        record: the facts about the run.
        config: its configuration.
        data: its curves.

    Raises `StorageError` if the layer statistics among the curves are damaged.
    """
    results = record.results
    run = Run(
        config,
        _SESSION_STATES[record.state],
        test_loss=results.test_loss,
        test_accuracy=results.test_accuracy,
        test_r_squared=results.test_r_squared,
        message=record.message,
        failure=record.failure,
        batches_done=results.batches,
        examples_done=results.examples,
        batches_per_epoch=results.batches_per_epoch,
        identifier=record.identifier,
        number=record.number,
        title=record.title,
        starred=record.starred,
        shown=record.shown,
        created=record.created,
        curves=data.make_curves(),
        layer_history=data.make_layer_history(),
        changes=list(record.changes),
    )
    run.stopwatch.add(results.seconds)
    return run


def clean_title(title: str) -> str:
    """Return a `title` that the user typed, without spaces around it, and not too long for the record."""
    return title.strip()[:_LONGEST_TITLE]


def _results_of(run: Run) -> Results:
    last = run.history[-1] if run.history else None
    metric = run.curves.metric
    best = run.best_epoch
    losses = run.curves.loss.batches.y
    finite_end = not len(losses) or math.isfinite(losses[-1])
    return Results(
        epochs=len(run.history),
        batches=run.batches_done,
        examples=run.examples_done,
        batches_per_epoch=run.batches_per_epoch,
        seconds=run.stopwatch.seconds,
        training_loss=_finite(getattr(last, "training_loss", None)),
        training_metric=_finite(getattr(last, f"training_{metric}", None)),
        validation_loss=_finite(getattr(last, "validation_loss", None)),
        validation_metric=_finite(getattr(last, f"validation_{metric}", None)),
        best_epoch=best.epoch if best is not None else None,
        test_loss=_finite(run.test_loss),
        test_accuracy=_finite(run.test_accuracy),
        test_r_squared=_finite(run.test_r_squared),
        diverged=not finite_end or (run.state is SessionState.FAILED and run.failure in ("divergence", "first_batch")),
    )


def _finite(value: float | None) -> float | None:
    return float(value) if value is not None and math.isfinite(value) else None


def record_to_json(record: RunRecord) -> str:
    """Return the text of `run.json`.

    Arguments:
        record: the record.

    Raises `StorageError` if a setting is NaN or infinite, which JSON does not have.
    """
    content = {
        "format": RECORD_FORMAT,
        "version": RECORD_VERSION,
        **record.model_dump(mode="json", exclude={"project"}),
    }
    content["project"] = json.loads(project_to_json(record.project, record.name))
    return write_json(content, record.name, indent=1) + "\n"


def record_from_json(text: str | bytes, source: str) -> RunRecord:
    """Return the record of the text of `run.json`. Projects of older versions are migrated.

    Arguments:
        text: the content of the file.
        source: name of the file in error messages.

    Raises `StorageError`, with the remedy, if the text is damaged or from a newer version.
    """
    content = read_json_object(text, source)
    version = content.get("version")
    if content.get("format") != RECORD_FORMAT or not isinstance(version, int) or isinstance(version, bool):
        raise StorageError(f"'{source}' does not describe a run of TinyML Studio. Delete this run.")
    if version > RECORD_VERSION:
        raise StorageError(
            f"'{source}' was written by a newer TinyML Studio (file version {version}; this one reads up to "
            f"{RECORD_VERSION}). Update TinyML Studio to use this run."
        )
    project = project_from_json(write_json(content.get("project"), source), source)
    values = {key: value for key, value in content.items() if key not in ("format", "version", "project")}
    try:
        return RunRecord.model_validate({**values, "project": project})
    except ValidationError as error:
        raise StorageError(f"'{source}' cannot be read. {describe_validation_error(error)}") from error
