"""The tensors of an ONNX model: where the values of each are, in the model or in a file beside it.

The messages are those of onnx.proto (https://github.com/onnx/onnx, 2017).
"""

import math
from typing import NamedTuple

import numpy as np

from tinyml.core import Shape, StorageError
from tinyml.core.element_types import stored_type
from tinyml.core.stamped_file import StampedFile
from tinyml.core.tensor_header import TensorHeader
from tinyml.core.tensor_reader import TensorError
from tinyml.storage.tensor_sources.part_files import PartFiles
from tinyml.storage.tensor_sources.protobuf import LENGTH, VARINT, Field, MessageFile, signed, unpack_varints

ELEMENT_TYPES = {
    **dict(enumerate(("float32", "uint8", "int8", "uint16", "int16", "int32", "int64", "text", "bool", "float16"), 1)),
    **dict(enumerate(("float64", "uint32", "uint64", "C64", "C128", "BF16", "F8_E4M3", "F8_E4M3FNUZ"), 11)),
    **dict(enumerate(("F8_E5M2", "F8_E5M2FNUZ", "U4", "I4", "F4", "F8_E8M0", "U2", "I2"), 19)),
}
"""NumPy's names of the element types, or those of safetensors."""
_DIMS, _TYPE, _FLOATS, _WHOLE, _TEXTS, _LONG, _NAME, _RAW, _DOUBLES, _UNSIGNED, _EXTERNAL, _LOCATION = (
    *(1, 2, 4, 5, 6, 7, 8, 9),
    *(10, 11, 13, 14),
)
_VARINT_FIELDS = (_WHOLE, _LONG, _UNSIGNED)
_MOST_AXES = 64
_LARGEST_SIZE = 2**63 - 1
_MOST_VARINT_BYTES = 2**22
"""They are decoded at once; exporters store weights as bytes, and only small tensors as varints."""
_LONGEST_LOCATION = 1000


class OnnxPlace(NamedTuple):
    """Where the values of a tensor are.

    Attributes:
        part: name of the file beside the model; empty if they are in the model.
        begin: position in the file, in bytes.
        varint_end: position after the values, if they are varints; else 0.
    """

    part: str
    begin: int
    varint_end: int = 0


class OnnxTensor(NamedTuple):
    """A tensor of a model.

    Attributes:
        header: name, shape, type, and a note if it cannot be read.
        place: where its values are; None if they cannot be read.
    """

    header: TensorHeader
    place: OnnxPlace | None


class _Parts(NamedTuple):
    """The fields of a tensor."""

    name: str
    dtype: str
    shape: Shape | None
    values: dict[int, Field]
    external: dict[str, str]


def read_tensor(message: MessageFile, field: Field, parts: PartFiles, unnamed: str) -> OnnxTensor:
    """Read everything of a tensor but its values.

    Arguments:
        message: the file of the model.
        field: the field that holds the tensor.
        parts: the files beside the model.
        unnamed: the name of a tensor that has none.

    Raises `ValueError` when the message is damaged.
    """
    found = _read_parts(message, field, unnamed)
    if found.shape is None:
        header = TensorHeader(found.name, (0,), found.dtype, "Its shape is impossible.")
        return OnnxTensor(header, None)
    header = TensorHeader(found.name, found.shape, found.dtype)
    if found.dtype == "text":
        return _unreadable(header, "Texts have no statistics.")
    if not header.readable or not header.count:
        return OnnxTensor(header, OnnxPlace("", 0) if not header.count else None)
    try:
        return OnnxTensor(header, _find_values(message, header, found, parts))
    except StorageError as error:
        return _unreadable(header, str(error))


def _unreadable(header: TensorHeader, note: str) -> OnnxTensor:
    return OnnxTensor(TensorHeader(header.name, header.shape, header.dtype, note), None)


def _read_parts(message: MessageFile, field: Field, unnamed: str) -> _Parts:
    name, code, sizes = unnamed, 0, list[int]()
    values: dict[int, Field] = {}
    external: dict[str, str] = {}
    outside = False
    for inner in message.message(field):
        if inner.number == _DIMS and len(sizes) <= _MOST_AXES:
            sizes += _read_sizes(message, inner)
        elif inner.number == _TYPE:
            code = inner.value
        elif inner.number == _NAME:
            name = message.text(inner) or unnamed
        elif inner.number == _LOCATION:
            outside = inner.value == 1
        elif inner.number == _EXTERNAL:
            pair = {each.number: message.text(each, _LONGEST_LOCATION) for each in message.message(inner)}
            external[pair.get(1, "")] = pair.get(2, "")
        elif inner.number in (_FLOATS, _WHOLE, _TEXTS, _LONG, _RAW, _DOUBLES, _UNSIGNED) and inner.wire == LENGTH:
            # The last one counts for bytes. Several packed parts of numbers would have to be joined.
            values[inner.number] = inner
    possible = len(sizes) <= _MOST_AXES and all(0 <= size <= _LARGEST_SIZE for size in sizes)
    shape = tuple(sizes) if possible and math.prod(sizes) <= _LARGEST_SIZE else None
    return _Parts(name, ELEMENT_TYPES.get(code, f"type {code}"), shape, values, external if outside else {})


def _read_sizes(message: MessageFile, field: Field) -> list[int]:
    if field.wire == VARINT:
        return [signed(field.value)]
    if field.wire != LENGTH or field.end - field.begin > 10 * _MOST_AXES:
        raise ValueError("a tensor has an impossible shape")
    content = message.file.read(field.begin, field.end - field.begin)
    return [signed(int(size)) for size in unpack_varints(content)]


def _find_values(message: MessageFile, header: TensorHeader, found: _Parts, parts: PartFiles) -> OnnxPlace:
    """Return the place of the values. Raises `TensorError` with the reason when they are not whole."""
    expected = header.count * stored_type(header.dtype).itemsize
    if found.external:
        return _find_outside(expected, found.external, parts)
    number = _RAW if _RAW in found.values else _typed_field(header.dtype)
    field = found.values.get(number)
    if field is None:
        raise TensorError("Its values are missing in the model.")
    size = field.end - field.begin
    if number not in _VARINT_FIELDS:
        if size != expected:
            raise TensorError(f"Its values have {size:,} bytes, but its shape needs {expected:,}.")
        return OnnxPlace("", field.begin)
    if size > _MOST_VARINT_BYTES:
        raise TensorError("Its values are stored as single numbers, and there are too many. Save them as raw data.")
    content = np.frombuffer(message.file.read(field.begin, size), np.uint8)
    count = int(np.count_nonzero(content < 128))
    if count != header.count:
        raise TensorError(f"It has {count:,} values, but its shape needs {header.count:,}.")
    return OnnxPlace("", field.begin, field.end)


def _typed_field(dtype: str) -> int:
    fields = {"float32": _FLOATS, "float64": _DOUBLES, "int64": _LONG, "uint32": _UNSIGNED, "uint64": _UNSIGNED}
    return fields.get(dtype, _WHOLE)


def _find_outside(expected: int, external: dict[str, str], parts: PartFiles) -> OnnxPlace:
    """Return the place of values in a file beside the model."""
    location = external.get("location", "")
    texts = external.get("offset", "0"), external.get("length", str(expected))
    if not all(text.isascii() and text.isdecimal() and len(text) < 19 for text in texts):
        raise TensorError("The place of its values in another file is damaged.")
    offset, length = map(int, texts)
    if length != expected:
        raise TensorError(f"Its values have {length:,} bytes, but its shape needs {expected:,}.")
    file = parts.file(location)
    if offset + length > file.size:
        raise TensorError(f"Its values lie behind the end of '{location}'. Copy or download this file again.")
    return OnnxPlace(location, offset)


def read_varints(file: StampedFile, place: OnnxPlace, dtype: str) -> np.ndarray:
    """Return all values of a tensor that are stored as varints, in the type `stored_type(dtype)`.

    Arguments:
        file: the file of the model.
        place: where the values are.
        dtype: the element type.

    Raises `TensorError` when they are damaged.
    """
    try:
        numbers = unpack_varints(file.read(place.begin, place.varint_end - place.begin))
    except ValueError as error:
        raise TensorError(f"Its values are damaged: {error}.") from error
    stored = stored_type(dtype)
    # Types that are no whole numbers are stored as their bits.
    return numbers.astype(f"<u{stored.itemsize}").view(stored)
