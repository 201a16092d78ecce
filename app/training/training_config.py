"""The configuration of a run: everything the worker needs, frozen at the moment the user pressed Train."""

from dataclasses import dataclass

from app.document import DATA_PENDING, Document
from app.training.snapshot import Snapshot
from tinyml.core import TinymlError
from tinyml.data import DataDescription, batch_count
from tinyml.learner import Checkpoint, EpochFinished, TrainingSettings
from tinyml.storage import Project


@dataclass(frozen=True)
class TrainingConfig:
    """A frozen copy of what the document held when the run was started or continued.

    Attributes:
        project: network, data choice and training settings.
        description: of the data.
        epochs: planned in all; more than the settings say when a run is continued.
        history: the epochs that were done before; empty for a new run.
        resume: where to continue from, with the optimiser's state; None for a new run.
        start: the weights to continue from when there is no such state; else None.
        note: what is special about it, in a sentence or two for the user.
    """

    project: Project
    description: DataDescription
    epochs: int
    history: tuple[EpochFinished, ...] = ()
    resume: Checkpoint | None = None
    start: Snapshot | None = None
    note: str = ""

    @property
    def training(self) -> TrainingSettings:
        """The training settings, with the epochs that are planned in all."""
        return self.project.training.model_copy(update={"epochs": self.epochs})

    @property
    def position(self) -> float:
        """Where it begins, in epochs: 2.5 is the middle of the third."""
        if self.resume is None:
            return float(len(self.history))
        state = self.resume.state
        return state.epoch - 1 + state.batch / batch_count(state.examples, state.batch_size)


def freeze_config(document: Document) -> TrainingConfig:
    """Freeze the document into the configuration of a new run.

    Raises `TinymlError` with the first problem when it cannot be trained.
    """
    if document.data_pending:
        raise TinymlError(f"{DATA_PENDING} Training can start when it is known.")
    if document.problems or document.data is None:
        first = document.problems[0]
        more = len(document.problems) - 1
        others = f" ({more} more problem{'s' if more > 1 else ''})" if more else ""
        raise TinymlError(f"The network cannot be trained yet. {first}{others}")
    return TrainingConfig(document.project, document.data, document.project.training.epochs)
