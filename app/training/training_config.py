"""The configuration of a run: all that the worker needs, frozen when the user presses Train."""

from dataclasses import dataclass

from app.document import DATA_PENDING, Document
from app.training.snapshot import Snapshot
from tinyml.core import TinymlError
from tinyml.data import DataDescription, batch_count
from tinyml.learner import Checkpoint, EpochFinished, TrainingSettings
from tinyml.storage import Project


@dataclass(frozen=True)
class TrainingConfig:
    """A frozen copy of the document at the start of a run, or when a run continues.

    Attributes:
        project: network, data choice and training settings.
        description: of the data.
        epochs: planned in total; more than in the settings if a run continues.
        history: the epochs finished before; empty for a new run.
        resume: the checkpoint to continue from; None for a new run.
        start: the weights to continue from if there is no checkpoint; otherwise None.
        note: one or two sentences for the user about a continued run; empty for a new run.
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
        """The training settings, with the total number of planned epochs."""
        return self.project.training.model_copy(update={"epochs": self.epochs})

    @property
    def position(self) -> float:
        """The start in epochs: 2.5 is the middle of the third epoch."""
        if self.resume is None:
            return float(len(self.history))
        state = self.resume.state
        return state.epoch - 1 + state.batch / batch_count(state.examples, state.batch_size)


def freeze_config(document: Document) -> TrainingConfig:
    """Return the configuration of a new run.

    Arguments:
        document: holds the network, the data choice and the training settings.

    Raises `TinymlError` with the first problem if the network cannot be trained.
    """
    if document.data_pending:
        raise TinymlError(f"{DATA_PENDING} Training can start after that.")
    if document.problems or document.data is None:
        first = document.problems[0]
        more = len(document.problems) - 1
        others = f" ({more} more problem{'s' if more > 1 else ''})" if more else ""
        raise TinymlError(f"The network cannot be trained yet. {first}{others}")
    return TrainingConfig(document.project, document.data, document.project.training.epochs)
