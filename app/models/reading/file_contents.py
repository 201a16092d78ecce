"""What is known about a file of tensors without reading its values."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from app.models.reading.name_tree import Part
from app.models.reading.tensor_index import TensorIndex, index_tensors
from tinyml.core import Shape, StorageError
from tinyml.core.tensor_header import TensorHeader
from tinyml.layers import find_layer_type
from tinyml.net import Inference, infer
from tinyml.storage import SavedModel, TensorFileHeader, model_from_header, open_tensors, require_kind

FileMark = tuple[int, int, int]
"""Time of the last change, size and number of a file. They change whenever it is written."""

_BUFFERS = (".running_mean", ".running_var", ".running_variance", ".num_batches_tracked")
"""Ends of the names of tensors that are no parameters, in our files and in those of PyTorch."""
_ORIGINS = {"pt": "from PyTorch", "tf": "from TensorFlow", "flax": "from Flax", "np": "from NumPy", "mlx": "from MLX"}
"""What the packages for safetensors write as "format"."""
_ORIGINS_BY_SUFFIX = {".npz": "from NumPy", ".npy": "from NumPy", ".onnx": "ONNX"}


@dataclass(frozen=True)
class LayerCard:
    """One layer of a network in a file.

    Attributes:
        name: of the layer; "input" for the input.
        type: of the layer, as in files; empty for the input.
        family: of the layer type, which decides the colour.
        shape: of its output for one example.
        part: its tensors among the sorted names; None if it has none.
    """

    name: str
    type: str
    family: str
    shape: Shape
    part: Part | None = None


@dataclass(frozen=True)
class FileContents:
    """Everything that is known about a file without reading its values.

    Attributes:
        path: the file.
        size: its size in bytes.
        mark: another one after the file was changed.
        header: names, shapes, types and metadata.
        index: the tensors, prepared for the table.
        about: everything about the model except its weights; None if the file is not a complete model file.
        obstacle: one sentence that says why the file is not a complete model file; empty if it is one.
        layers: the input and the layers of the network, in order; empty if the file is not a complete model file.
    """

    path: Path
    size: int
    mark: FileMark | None
    header: TensorFileHeader
    index: TensorIndex
    about: SavedModel | None
    obstacle: str
    layers: tuple[LayerCard, ...] = ()


@dataclass(frozen=True)
class FileFacts:
    """What the list of files says about a file.

    Attributes:
        mark: of the file; None if there is no file.
        parameters: how many parameters it has.
        accuracy: on the test examples, else of the last epoch on the validation examples; None if it is unknown.
        origin: which program wrote it, such as "from PyTorch"; empty for our own files, or if it is unknown.
        problem: one sentence that says why it cannot be read; empty if it can.
    """

    mark: FileMark | None
    parameters: int = 0
    accuracy: float | None = None
    origin: str = ""
    problem: str = ""


def mark_of(path: Path) -> FileMark | None:
    """Return the mark of the file at `path`; None if there is none."""
    try:
        status = path.stat()
    except (OSError, ValueError):  # a name that no file can have is a `ValueError`
        return None
    return status.st_mtime_ns, status.st_size, status.st_ino


def read_contents(path: Path, pause: Callable[[], None] = lambda: None) -> FileContents:
    """Read the header of a file. Raises `StorageError` if it is no readable file of tensors.

    Arguments:
        path: the file.
        pause: called every few milliseconds if possible, so that the window can handle its events.
    """
    mark = mark_of(path)
    require_kind(path, "tensors")
    with open_tensors(path) as file:
        header, size = file.header, file.size
    about, obstacle, inference = None, "", None
    order: Iterable[str] = header.places
    try:
        about = model_from_header(header, path)
        inference = infer(about.network, about.input_shape)
        order = _names_in_order(inference)
    except StorageError as error:
        obstacle = str(error)
    index = index_tensors(header.tensors, pause, order)
    layers = () if about is None or inference is None else _list_layers(about, inference, index)
    return FileContents(path, size, mark, header, index, about, obstacle, layers)


def read_facts(path: Path) -> FileFacts:
    """Read what the list says about the file at `path`. Raises nothing: a problem is one of the facts."""
    mark = mark_of(path)
    if mark is None:
        return FileFacts(None, problem=f"There is no file '{path}' any more.")
    try:
        require_kind(path, "tensors")
        with open_tensors(path) as file:
            header = file.header
    except StorageError as error:
        return FileFacts(mark, problem=str(error))
    parameters = sum(tensor.count for tensor in header.tensors if not tensor.name.endswith(_BUFFERS))
    try:
        about = model_from_header(header, path)
    except StorageError:
        return FileFacts(mark, parameters, origin=_origin(path, header))
    return FileFacts(mark, parameters, _accuracy(about))


def _origin(path: Path, header: TensorFileHeader) -> str:
    """Return which program wrote a file that is no model of ours."""
    if header.metadata:
        return "checkpoint" if "checkpoint" in str(header.metadata.get("format")) else ""
    known = _ORIGINS.get(header.foreign_metadata.get("format", ""))
    return known or _ORIGINS_BY_SUFFIX.get(path.suffix.lower(), "")


def _accuracy(about: SavedModel) -> float | None:
    if about.test_accuracy is not None or not about.history:
        return about.test_accuracy
    return about.history[-1].validation_accuracy


def _list_layers(about: SavedModel, inference: Inference, index: TensorIndex) -> tuple[LayerCard, ...]:
    ranks: dict[str, list[int]] = {}
    for header, rank in zip(index.headers, index.keys[0].tolist(), strict=True):
        ranks.setdefault(header.name.split(".")[0], []).append(int(rank))
    cards = [LayerCard("input", "", "input", about.input_shape)]
    for layer in inference.layers:
        name, type_name = layer.specification.name, layer.specification.type
        known, own = find_layer_type(type_name), ranks.get(name)
        family = known.Settings.family if known is not None else ""
        part = Part(name, min(own), max(own) + 1) if own else None
        cards.append(LayerCard(name, type_name, family, layer.output_shape or (), part))
    return tuple(cards)


def _names_in_order(inference: Inference) -> list[str]:
    """Return the names of the tensors of a network from its first to its last layer."""
    return [f"{layer.specification.name}.{name}" for layer in inference.layers for name in layer.tensor_shapes]


def bytes_of(header: TensorHeader) -> int | None:
    """Return how many bytes a tensor (`header`) takes in its file; None for a type that NumPy does not have."""
    digits = "".join(character for character in header.dtype if character.isdigit())
    return header.count * int(digits) // 8 if header.readable and digits else header.count if header.readable else None
