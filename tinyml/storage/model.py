"""Model files: weights as safetensors, with the network, its data and its training in the header.

One file is a whole model. Any program that reads safetensors can read the weights. Nothing in the file is executed.
"""

import math
from pathlib import Path
from typing import Annotated, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, FailFast, Field, ValidationError

from tinyml.core import Shape, StorageError, describe_shape
from tinyml.core.files import Content, write_atomically
from tinyml.core.tensor_file import TensorFileHeader, open_tensors, read_header, tensors_content
from tinyml.core.tensor_header import TensorHeader
from tinyml.core.validation import describe_validation_error
from tinyml.data.choice import DataChoice
from tinyml.data.preprocessing import FittedPreprocessing
from tinyml.layers.base.stack import all_layers, are_registered
from tinyml.learner.events import EpochFinished
from tinyml.learner.settings import TrainingSettings
from tinyml.net import NetworkSpecification, Sequential, build, infer
from tinyml.storage.file_kind import require_own_format

MODEL_FORMAT = "tinyml-model"
CHECKPOINT_FORMAT = "tinyml-checkpoint"
"""The format of `tinyml.storage.checkpoint`, whose files hold tensors too."""
MODEL_VERSION = 4
"""Version 2 has more training settings (optimiser, schedule, …), version 3 regression with its metrics, version 4 the
preprocessing. Files of older versions do not have them and can be read too."""

Finite = Annotated[float, Field(allow_inf_nan=False)]
Share = Annotated[float, Field(ge=0, le=1)]
Size = Annotated[int, Field(ge=1, le=2**31)]


class EpochSummary(BaseModel):
    """The metrics of an epoch. It has no times, so that the same run gives the same file."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    epoch: Annotated[int, Field(ge=1)]
    training_loss: Finite
    training_accuracy: Share | None = None
    validation_loss: Finite | None = None
    validation_accuracy: Share | None = None
    training_r_squared: Finite | None = None
    validation_r_squared: Finite | None = None


class SavedModel(BaseModel):
    """The content of a model file, except for the weights.

    Attributes:
        network: the network specification.
        input_shape: shape of one example, without the batch axis.
        class_names: a name for each class; empty if the targets are numbers.
        target_shape: shape of the target numbers of one example; None if the targets are classes.
        preprocessing: what turns a raw example into an input of the network; None in files of older versions.
        data: the data of the training, and its split.
        training: the settings of the run.
        history: the epochs that were done, in order.
        test_loss, test_accuracy, test_r_squared: metrics on the test examples after training; None if they were not
            computed, or if the metric does not fit the targets.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    network: NetworkSpecification
    input_shape: Annotated[tuple[Size, ...], FailFast(), Field(min_length=1, max_length=8)]
    class_names: Annotated[tuple[str, ...], FailFast(), Field(max_length=100_000)] = ()
    target_shape: Annotated[tuple[Size, ...], Field(max_length=8, fail_fast=True)] | None = None
    preprocessing: FittedPreprocessing | None = None
    data: DataChoice = Field(default_factory=DataChoice)
    training: TrainingSettings = Field(default_factory=TrainingSettings)
    history: Annotated[tuple[EpochSummary, ...], FailFast(), Field(max_length=100_000)] = ()
    test_loss: Finite | None = None
    test_accuracy: Share | None = None
    test_r_squared: Finite | None = None


class _ModelFile(SavedModel):
    format: Literal["tinyml-model"]
    version: Annotated[int, Field(ge=1)]


def summarise_history(history: tuple[EpochFinished, ...]) -> tuple[EpochSummary, ...]:
    """Return the epochs of a `history` for a model file. An infinite loss becomes None, since JSON has no infinity."""
    return tuple(
        EpochSummary(
            epoch=event.epoch,
            training_loss=event.training_loss,
            training_accuracy=event.training_accuracy,
            validation_loss=_finite(event.validation_loss),
            validation_accuracy=event.validation_accuracy,
            training_r_squared=_finite(event.training_r_squared),
            validation_r_squared=_finite(event.validation_r_squared),
        )
        for event in history
    )


def _finite(loss: float | None) -> float | None:
    return loss if loss is not None and math.isfinite(loss) else None


def save_model(path: str | Path, net: Sequential, about: SavedModel) -> None:
    """Write a model file atomically. The same arguments give the same bytes.

    Arguments:
        path: the file, usually `*.safetensors`.
        net: the network with its weights.
        about: the other content; `about.network` must describe `net`.

    Raises `StorageError` when the file cannot be written, `about` describes another network, or the network has
    layers whose class is not registered, which no file can describe.
    """
    write_atomically(path, model_content(path, net, about))


def model_content(path: str | Path, net: Sequential, about: SavedModel) -> Content:
    """Return what `save_model` writes, for a model file that is written together with other files.

    Arguments:
        path: the file, for messages.
        net, about: as for `save_model`.

    Raises `StorageError` as `save_model` does.
    """
    for layer in all_layers(net):
        if not are_registered([layer]):
            raise StorageError(
                f"Could not save '{path}': no file can describe the layer '{layer.name}', since its type "
                f"'{type(layer).__name__}' is your own. Save only the weights: net.export(path)."
            )
    tensors = net.named_tensors
    expected = _expected_shapes(about, str(path))
    if expected != {name: tensor.shape for name, tensor in tensors.items()}:
        raise StorageError(f"Could not save '{path}': `about` describes another network. Pass the one of this network.")
    metadata = {"format": MODEL_FORMAT, "version": MODEL_VERSION, **about.model_dump(mode="python")}
    return tensors_content(path, tensors, metadata)


def read_model(path: str | Path) -> SavedModel:
    """Read the model file `path`, but not the weights.

    Raises `StorageError` when the file is missing, damaged, from a newer version, or holds only weights.
    """
    require_own_format(path)
    return model_from_header(read_header(path), path)


def load_model(path: str | Path) -> tuple[Sequential, SavedModel]:
    """Build the network of the model file `path` with its weights, in evaluation mode.

    The network computes in float64 if all weights are float64, else in float32.

    Raises `StorageError` as `read_model` does, and when weights and network do not fit together. This is checked before
    memory is allocated.
    """
    require_own_format(path)
    with open_tensors(path) as file:
        tensors = file.header.tensors
        about = model_from_header(file.header, path)
        _check_tensors(path, tensors, _expected_shapes(about, str(path)))
        in_double = bool(tensors) and all(tensor.dtype == "float64" for tensor in tensors)
        net = build(about.network, about.input_shape, np.random.default_rng(0), np.float64 if in_double else np.float32)
        net.set_tensors({tensor.name: file.read(tensor.name) for tensor in tensors}, f"'{path}'")
    net.eval()
    return net, about


def load_into(path: str | Path, net: Sequential) -> None:
    """Copy the weights of the safetensors file `path` into the network `net`.

    Raises `StorageError`, and changes nothing, when the file cannot be read or its tensors do not fit `net`.
    """
    require_own_format(path)
    expected = {name: tensor.shape for name, tensor in net.named_tensors.items()}
    with open_tensors(path) as file:
        _check_tensors(path, file.header.tensors, expected)
        net.set_tensors({name: file.read(name) for name in expected}, f"'{path}'")


def model_from_header(header: TensorFileHeader, path: str | Path) -> SavedModel:
    """Return the content of a model file from its header.

    Arguments:
        header: the header of the file.
        path: the file, for error messages.

    Raises `StorageError` as `read_model` does.
    """
    metadata = header.metadata
    if metadata.get("format") == CHECKPOINT_FORMAT:
        raise StorageError(
            f"'{path}' is a checkpoint of a training run, not a finished model. "
            "Finish the run with 'tinyml train --resume', and save its model with '--save'."
        )
    if metadata.get("format") != MODEL_FORMAT:
        raise StorageError(f"'{path}' holds tensors, but no network, so it is no whole model. Choose a model file.")
    version = metadata.get("version")
    if isinstance(version, int) and version > MODEL_VERSION:
        raise StorageError(
            f"'{path}' was saved by a newer TinyML (file version {version}; this one reads up to {MODEL_VERSION}). "
            "Update TinyML to open it."
        )
    try:
        content = _ModelFile.model_validate(metadata)
    except ValidationError as error:
        raise StorageError(f"'{path}' has unusable metadata. {describe_validation_error(error)}") from error
    return SavedModel.model_validate({name: getattr(content, name) for name in SavedModel.model_fields})


def _expected_shapes(about: SavedModel, source: str) -> dict[str, Shape]:
    """Return the shapes of the tensors that the specification asks for, by name."""
    inference = infer(about.network, about.input_shape)
    if inference.problems:
        raise StorageError(f"'{source}' describes a network that cannot be built: {inference.problems[0]}")
    return {
        f"{plan.specification.name}.{name}": shape
        for plan in inference.layers
        for name, shape in plan.tensor_shapes.items()
    }


def _check_tensors(path: str | Path, found: tuple[TensorHeader, ...], expected: dict[str, Shape]) -> None:
    """Compare the tensors of a file with those of a network, before any tensor is read."""
    shapes = {tensor.name: tensor.shape for tensor in found}
    for name in sorted(shapes.keys() | expected.keys()):
        if name not in shapes:
            raise StorageError(f"'{path}' has no tensor '{name}', so it belongs to another network.")
        if name not in expected:
            raise StorageError(f"'{path}' has the unknown tensor '{name}', so it belongs to another network.")
        if shapes[name] != expected[name]:
            raise StorageError(
                f"'{path}' holds '{name}' as {describe_shape(shapes[name])}, "
                f"but this network needs {describe_shape(expected[name])}."
            )
