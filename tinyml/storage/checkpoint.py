"""Checkpoint files: the state of a run as safetensors, with its project in the header."""

from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from tinyml.core import StorageError
from tinyml.core.tensor_file import open_tensors, write_tensors
from tinyml.core.validation import describe_validation_error
from tinyml.learner.checkpoint import Checkpoint, CheckpointState
from tinyml.storage.file_kind import require_own_format
from tinyml.storage.model import CHECKPOINT_FORMAT
from tinyml.storage.project import Project

CHECKPOINT_VERSION = 4
"""Version 2 adds the metrics of regression, version 3 the options and the preprocessing of the data, version 4 the
settings that were changed during the run, and always the weights of the best epoch. TinyML also reads older versions,
which do not have them."""


class SavedCheckpoint(NamedTuple):
    """The content of a checkpoint file.

    Attributes:
        checkpoint: the state of the run. `TrainingSetup.run(resume=checkpoint)` continues from it.
        project: network, data choice and training settings of the run.
    """

    checkpoint: Checkpoint
    project: Project


class _CheckpointFile(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    format: Literal["tinyml-checkpoint"]
    version: Annotated[int, Field(ge=1)]
    project: Project
    state: CheckpointState


def save_checkpoint(path: str | Path, checkpoint: Checkpoint, project: Project) -> None:
    """Write a checkpoint file atomically: at every moment the path holds the whole old file or the whole new file.

    Arguments:
        path: the file, usually `*.safetensors`.
        checkpoint: a result of `Learner.checkpoint`.
        project: the project of the run.

    Raises `StorageError` when the file cannot be written.

    >>> import tempfile
    >>> from tinyml.data import load, split
    >>> from tinyml.learner import set_up_training
    >>> from tinyml.storage import example_path, read_project
    >>> project = read_project(example_path("circle"))
    >>> setup = set_up_training(project.network, project.training, split(load("circle"), project.data))
    >>> first_batch = next(setup.run())
    >>> path = Path(tempfile.mkdtemp()) / "run.safetensors"
    >>> save_checkpoint(path, setup.learner.checkpoint(), project)
    >>> read_checkpoint(path).checkpoint.state.batch
    1
    """
    metadata = {
        "format": CHECKPOINT_FORMAT,
        "version": CHECKPOINT_VERSION,
        "project": project.model_dump(mode="python"),
        "state": checkpoint.state.model_dump(mode="python"),
    }
    write_tensors(path, checkpoint.tensors, metadata)


def read_checkpoint(path: str | Path) -> SavedCheckpoint:
    """Read the checkpoint file `path`. Nothing in it is executed.

    Raises `StorageError` when the file is missing, damaged, from a newer version, or not a checkpoint.
    """
    require_own_format(path)
    with open_tensors(path) as file:
        content = _read_content(file.header.metadata, path)
        tensors = {tensor.name: file.read(tensor.name) for tensor in file.header.tensors}
    return SavedCheckpoint(Checkpoint(content.state, tensors), content.project)


def _read_content(metadata: dict[str, Any], path: str | Path) -> _CheckpointFile:
    if metadata.get("format") != CHECKPOINT_FORMAT:
        raise StorageError(
            f"'{path}' is not a checkpoint of a training run, so no run can be resumed from it. Choose a checkpoint."
        )
    version = metadata.get("version")
    if isinstance(version, int) and version > CHECKPOINT_VERSION:
        raise StorageError(
            f"'{path}' was saved by a newer TinyML (file version {version}; this one reads up to "
            f"{CHECKPOINT_VERSION}). Update TinyML to resume this run."
        )
    try:
        return _CheckpointFile.model_validate(metadata)
    except ValidationError as error:
        raise StorageError(f"'{path}' has unusable metadata. {describe_validation_error(error)}") from error
