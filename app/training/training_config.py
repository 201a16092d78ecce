"""The configuration of a run: all that the worker needs, frozen when the user presses Train."""

from dataclasses import dataclass, replace

from pydantic import ValidationError

from app.document import DATA_PENDING, Document
from app.training.snapshot import Snapshot
from tinyml.core import SettingsError, TinymlError
from tinyml.core.validation import describe_validation_error
from tinyml.data import DataDescription, batch_count
from tinyml.learner import Checkpoint, EpochFinished, SettingChange, TrainingSettings
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
        sweep: True for a run of a sweep. Its failure is a result of the sweep.
    """

    project: Project
    description: DataDescription
    epochs: int
    history: tuple[EpochFinished, ...] = ()
    resume: Checkpoint | None = None
    start: Snapshot | None = None
    note: str = ""
    sweep: bool = False

    def with_change(self, change: SettingChange) -> "TrainingConfig":
        """Return the configuration after a setting was changed in the middle of the run.

        The learning rate stays that of the start: the change of the rate is in the checkpoints of the run.

        Arguments:
            change: of the number of epochs, of early stopping, or of the learning rate.
        """
        if change.name == "epochs":
            return replace(self, epochs=int(change.after))
        if change.name == "early_stopping":
            training = self.project.training.model_copy(update={change.name: change.after})
            return replace(self, project=self.project.model_copy(update={"training": training}))
        return self

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


def check_value(name: str, value: float) -> None:
    """Check a new value of a training setting.

    Arguments:
        name: field of `TrainingSettings`.
        value: the value.

    Raises `SettingsError` with a sentence if it is not allowed.

    >>> check_value("learning_rate", -1.0)
    Traceback (most recent call last):
    tinyml.core.errors.SettingsError: 'learning_rate' is -1.0 but should be greater than 0.
    """
    try:
        TrainingSettings.model_validate({name: value})
    except ValidationError as error:
        raise SettingsError(describe_validation_error(error)) from error
