"""Arrays of NumPy: NPZ files with several arrays, such as Keras' `x_train`, `y_train`, `x_test`, `y_test`; NPY files.

Names decide which arrays are inputs and targets, see `tinyml.data.array_files.array_roles`; each is an option too. A
file with a test or a validation part keeps it. The targets of an NPY file are `labels.npy`, `y.npy` or `targets.npy`
beside it; `x_train.npy` belongs to `y_train.npy`. Without targets, only an autoencoder can learn the data.

Images of bytes stay bytes and are divided by 255. Other images whose numbers are above 2 and not negative are divided
by 255 too. Other numbers stay as they are.

No pickle is read: an array of Python objects is refused. Sizes are checked before memory is allocated.
"""

from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Annotated

import numpy as np
from pydantic import Field

from tinyml.core import DataError, describe_count
from tinyml.core.files import path_kind, show_path
from tinyml.core.memory import describe_bytes
from tinyml.data.array_files.array_roles import PARTS, ArrayRoles, choose_arrays
from tinyml.data.array_files.array_source import StoredArray, list_arrays
from tinyml.data.array_files.array_targets import ReadTargets, TargetKind, read_targets
from tinyml.data.array_files.image_axes import ExampleForm, ImageAxes, arrange, recognise_axes
from tinyml.data.dataset import DataDescription, Dataset
from tinyml.data.options import SourceOptions
from tinyml.data.preprocessing import ImageEncoding
from tinyml.data.readers.base import Reader, ReadRequest

_SUFFIXES = (".npz", ".npy")
_TARGET_FILES = ("labels", "y", "targets")
_LARGEST_TARGETS = 200_000_000
_PEEK = 200_000
_PIXELS = 255
_LEAST_PIXELS = 2.0
"""Images whose largest number is above this hold 0 … 255, not 0 … 1."""

_Name = Annotated[str, Field(max_length=200)]


class ArrayOptions(SourceOptions):
    """The options of arrays. An empty name is automatic."""

    inputs: Annotated[_Name, Field(title="Inputs", description="The array of the examples, such as “x_train”.")] = ""
    targets: Annotated[
        _Name, Field(title="Targets", description="The array of the classes or numbers to predict, such as “y_train”.")
    ] = ""
    target_kind: Annotated[
        TargetKind,
        Field(
            title="Kind of target",
            description="Classes, or numbers to predict. Automatic: whole numbers, booleans, texts and one-hot rows "
            "are classes.",
        ),
    ] = "automatic"
    images: Annotated[
        ImageAxes,
        Field(
            title="Axes of an image",
            description="What the axes of one example mean. Automatic: two axes are grey images; of three axes, the "
            "last one holds the channels if it has 1 or 3 places, else the first one.",
        ),
    ] = "automatic"
    validation_inputs: Annotated[
        _Name, Field(title="Validation inputs", description="The array of the validation examples, such as “x_val”.")
    ] = ""
    validation_targets: Annotated[
        _Name, Field(title="Validation targets", description="The array of their targets, such as “y_val”.")
    ] = ""
    test_inputs: Annotated[
        _Name, Field(title="Test inputs", description="The array of the test examples, such as “x_test”.")
    ] = ""
    test_targets: Annotated[
        _Name, Field(title="Test targets", description="The array of their targets, such as “y_test”.")
    ] = ""


_ARRAY_OPTIONS = (*("inputs", "targets", "validation_inputs", "validation_targets", "test_inputs", "test_targets"),)


@dataclass(frozen=True, eq=False)
class _Plan:
    """What is known before the inputs are read.

    Attributes:
        inputs: the arrays of the parts, in order.
        form: the shape of an example.
        targets: of all parts; None if there are none.
        divide: True if other numbers than bytes are divided by 255.
        description: of the data.
    """

    inputs: tuple[StoredArray, ...]
    form: ExampleForm
    targets: ReadTargets | None
    divide: bool
    description: DataDescription


def is_array_file(path: Path) -> bool:
    """Return True if the name of the file at `path` ends with ".npz" or ".npy"."""
    return path.suffix.lower() in _SUFFIXES and path_kind(path) == "a file"


def describe_arrays(request: ReadRequest) -> DataDescription:
    """Describe a file of arrays. It reads the headers and the targets.

    Arguments:
        request: the file and its `ArrayOptions`.

    Raises `DataError` when the file is damaged, or its arrays do not fit together.
    """
    return _plan(request).description


def load_arrays(request: ReadRequest) -> Dataset:
    """Load a file of arrays.

    Arguments:
        request: the file and its `ArrayOptions`.

    Shapes: inputs `(N, C, H, W)` or `(N, D)` as bytes or float32; labels `(N,)` or targets `(N, T)`.

    Raises `DataError`, as `describe_arrays` does, and when an input is not finite.
    """
    plan = _plan(request)
    as_bytes = plan.description.bytes_per_number == 1
    stored = np.empty((plan.description.count, *plan.form.shape), np.uint8 if as_bytes else np.float32)
    done = 0
    for array in plan.inputs:
        start = done
        for block in array.blocks():
            values = block if as_bytes else _as_floats(block, done - start, array.name)
            if plan.divide:
                values /= np.float32(_PIXELS)
            stored[done : done + len(block)] = arrange(values, plan.form)
            done += len(block)
            request.progress(done / len(stored))
    targets = plan.targets or ReadTargets((), np.zeros(0, np.int64), None, "")
    return Dataset(
        plan.description,
        stored,
        targets.labels,
        stored_targets=targets.numbers,
        divisor=_PIXELS if as_bytes else 1,
    )


def _as_floats(block: np.ndarray, first: int, name: str) -> np.ndarray:
    """Return numbers as float32. `first` is the index of the first example, for the sentence if one is not finite."""
    with np.errstate(over="ignore", invalid="ignore"):
        values = block.astype(np.float32)
    finite = np.isfinite(values)
    if not finite.all():
        example = first + int(np.argwhere(~finite)[0][0])
        raise DataError(
            f"Example {describe_count(example)} of '{show_path(name)}' holds a number that is NaN, infinite or too "
            "large for "
            "float32. Remove or correct it."
        )
    return values


def _plan(request: ReadRequest) -> _Plan:
    options = request.options if isinstance(request.options, ArrayOptions) else ArrayOptions()
    files = (request.path, *_beside(request.path))
    return _make_plan(request.path, tuple(_stamp(path) for path in files), options)


def _stamp(path: Path) -> tuple[str, int, int]:
    """Return name, time and size of a file, which change when the file changes."""
    try:
        status = path.stat()
    except OSError:
        return path.name, 0, 0
    return path.name, status.st_mtime_ns, status.st_size


def _beside(path: Path) -> tuple[Path, ...]:
    """Return the files that may hold the targets of an NPY file."""
    if path.suffix.lower() != ".npy":
        return ()
    stem = path.stem
    renamed = f"y{stem[1:]}" if stem[:2].casefold() in ("x", "x_") else stem.replace("images", "labels")
    names = dict.fromkeys((renamed, f"{stem}_labels", *_TARGET_FILES))
    found = (path.with_name(f"{name}{path.suffix}") for name in names if name != stem)
    return tuple(other for other in found if path_kind(other) == "a file")


@lru_cache(maxsize=2)
def _make_plan(path: Path, _stamps: tuple[tuple[str, int, int], ...], options: ArrayOptions) -> _Plan:
    """Plan how to read a file. `_stamps` makes a changed file another entry of the cache."""
    arrays, chosen = _find_arrays(path, options)
    shapes = {name: array.header.shape for name, array in arrays.items()}
    roles = choose_arrays(shapes, chosen)
    inputs = tuple(arrays[roles.inputs[part]] for part in PARTS if part in roles.inputs)
    _check_inputs(inputs)
    form = recognise_axes(inputs[0].header.shape, options.images, inputs[0].name)
    targets = _read_targets(arrays, roles, options.target_kind)
    as_bytes = all(array.header.dtype == np.uint8 for array in inputs)
    low, high = (0.0, 0.0) if as_bytes else _range(inputs[0])
    divide = form.axes != "no images" and low >= 0 and high > _LEAST_PIXELS
    description = _describe(path, arrays, roles, form, targets, as_bytes, divide)
    # Of other numbers, such as -1 to 1, it is unknown which are black and white in an image file.
    are_pixels = low >= 0 and high <= (_PIXELS if divide else 1)
    if form.shape[0] in (1, 3) and form.axes != "no images" and are_pixels:
        description = replace(description, encoding=_image_encoding(form))
    return _Plan(inputs, form, targets, divide, description)


def _find_arrays(path: Path, options: ArrayOptions) -> tuple[dict[str, StoredArray], dict[str, str]]:
    """Return all arrays, and the names of those that the user or the name of an NPY file chooses."""
    arrays = list_arrays(path)
    chosen = {option: name for option in _ARRAY_OPTIONS if (name := getattr(options, option))}
    if path.suffix.lower() == ".npy":
        chosen.setdefault("inputs", path.stem)
        count = arrays[path.stem].header.shape[:1]
        for other in _beside(path):
            found = list_arrays(other)
            if found[other.stem].header.shape[:1] == count:
                arrays.update(found)
                chosen.setdefault("targets", other.stem)
    return arrays, chosen


def _check_inputs(inputs: tuple[StoredArray, ...]) -> None:
    first = inputs[0].header.shape
    for array in inputs:
        name, shape = show_path(array.name), array.header.shape
        if array.header.dtype.kind in "SU":
            raise DataError(f"The inputs '{name}' are texts. Choose an array of numbers.")
        if not shape or 0 in shape:
            raise DataError(f"The inputs '{name}' have the shape {shape}, so they are empty. Choose another array.")
        if shape[1:] != first[1:]:
            raise DataError(
                f"The inputs '{show_path(inputs[0].name)}' and '{name}' have examples of different shapes: {first[1:]} "
                f"and {shape[1:]}. Save examples of one shape."
            )


def _read_targets(arrays: dict[str, StoredArray], roles: ArrayRoles, kind: TargetKind) -> ReadTargets | None:
    """Read the targets of all parts together, so that they have the same classes."""
    parts = []
    for part, name in roles.targets.items():
        header, inputs = arrays[name].header, arrays[roles.inputs[part]]
        count = inputs.header.shape[0]
        if header.shape[:1] != (count,):
            there = f"{describe_count(header.shape[0])} targets" if header.shape else "a single target"
            raise DataError(
                f"'{show_path(inputs.name)}' holds {describe_count(count)} examples, but '{show_path(name)}' {there}. "
                "Choose arrays "
                "that belong together."
            )
        if header.size > _LARGEST_TARGETS:
            raise DataError(
                f"The targets '{show_path(name)}' have {describe_bytes(header.size)}, but "
                f"{describe_bytes(_LARGEST_TARGETS)} is the most. Choose another array as targets."
            )
        parts.append(arrays[name].read())
    if not parts:
        return None
    name = roles.targets["train"]
    if len({part.shape[1:] for part in parts}) > 1 or len({part.dtype.kind in "SU" for part in parts}) > 1:
        raise DataError(f"The targets '{show_path(name)}' and those of the other parts have different forms. Save one.")
    return read_targets(np.concatenate(parts), name, kind, _class_names(arrays, roles))


def _class_names(arrays: dict[str, StoredArray], roles: ArrayRoles) -> tuple[str, ...] | None:
    """Return the names of the classes that the file has as an array of texts; None if it has none."""
    array = arrays[roles.class_names] if roles.class_names else None
    if array is None or array.header.dtype.kind not in "SU" or len(array.header.shape) != 1:
        return None
    if array.header.size > _LARGEST_TARGETS or not 0 < array.header.shape[0] <= 1000:
        return None
    texts = array.read()
    texts = np.char.decode(texts, "utf-8", "replace") if texts.dtype.kind == "S" else texts
    names = tuple(str(text)[:200] for text in texts)
    return names if len(set(names)) == len(names) else None


def _range(array: StoredArray) -> tuple[float, float]:
    """Return the smallest and the largest of the first numbers."""
    start = array.read_start(_PEEK)
    with np.errstate(invalid="ignore"):
        return float(start.min()), float(start.max())


def _describe(
    path: Path,
    arrays: dict[str, StoredArray],
    roles: ArrayRoles,
    form: ExampleForm,
    targets: ReadTargets | None,
    as_bytes: bool,
    divide: bool,
) -> DataDescription:
    counts = {part: arrays[name].header.shape[0] for part, name in roles.inputs.items()}
    images = form.axes != "no images"
    numbers = targets.numbers if targets is not None else None
    findings = [*roles.findings]
    if targets is None:
        findings.append("There are no targets, so only an autoencoder can learn these data.")
    names = tuple(arrays)
    return DataDescription(
        name=str(path),
        title=show_path(path.name),
        example_shape=form.shape,
        class_names=targets.class_names if targets is not None else (),
        count=sum(counts.values()),
        about=f"{describe_count(sum(counts.values()))} examples from {show_path(path)}: {form.words}.",
        test_count=counts.get("test", 0),
        validation_count=counts.get("validation", 0),
        target_shape=None if numbers is None else numbers.shape[1:],
        bytes_per_number=1 if as_bytes else 4,
        has_labels=targets is not None,
        default_scale="unit" if images or as_bytes else "standardise",
        default_scale_targets="none" if numbers is None else "standardise",
        recognised=_recognised(arrays, roles, form, targets, divide),
        option_choices=tuple((option, names) for option in _ARRAY_OPTIONS),
        findings=tuple(findings),
    )


def _image_encoding(form: ExampleForm) -> ImageEncoding:
    return ImageEncoding(height=form.shape[1], width=form.shape[2], channels=1 if form.shape[0] == 1 else 3)


def _recognised(
    arrays: dict[str, StoredArray],
    roles: ArrayRoles,
    form: ExampleForm,
    targets: ReadTargets | None,
    divide: bool,
) -> tuple[tuple[str, str], ...]:
    words = []
    for part in PARTS:
        prefix = "" if part == "train" else f"{part}_"
        for option, found in (("inputs", roles.inputs), ("targets", roles.targets)):
            if part in found:
                words.append((f"{prefix}{option}", _describe_array(arrays[found[part]])))
            elif part == "train":
                words.append((option, "none"))
    scale = ", divided by 255" if divide else ""
    return (*words, ("images", f"{form.words}{scale}"), ("target_kind", targets.form if targets else "none"))


def _describe_array(array: StoredArray) -> str:
    kinds = {"f": "floats", "i": "whole numbers", "u": "whole numbers", "b": "booleans"}
    kind = "bytes" if array.header.dtype == np.uint8 else kinds.get(array.header.dtype.kind, "texts")
    return f"'{show_path(array.name)}', {' × '.join(describe_count(size) for size in array.header.shape)} {kind}"


ARRAYS = Reader(
    name="arrays",
    title="NumPy arrays",
    source="an NPZ or NPY file",
    help="Arrays of NumPy: examples along the first axis, and their classes or numbers to predict, such as x_train and "
    "y_train.",
    recognises=is_array_file,
    describe=describe_arrays,
    load=load_arrays,
    options=ArrayOptions,
    suffixes=_SUFFIXES,
)
