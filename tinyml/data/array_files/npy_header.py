"""The header of an NPY file, checked: it is parsed as text, never evaluated, and no object array is accepted.

Layout (NumPy enhancement proposal 1): six magic bytes, two bytes for the version, the length of the header (two bytes,
or four from version 2 on), and a Python dictionary with the keys "descr", "fortran_order" and "shape".
"""

import math
import re
import struct
from typing import NamedTuple, Protocol

import numpy as np

from tinyml.core import DataError, Shape, describe_count
from tinyml.core.files import show_path

MAGIC = b"\x93NUMPY"
_LENGTHS = {(1, 0): struct.Struct("<H"), (2, 0): struct.Struct("<I"), (3, 0): struct.Struct("<I")}
_LONGEST = 10_000
LONGEST_START = 12 + _LONGEST
"""The most bytes before the elements of an array."""
_MOST_AXES = 32
_LARGEST_SIZE = 2**40
_ENTRY = re.compile(
    r"\s*['\"](descr|fortran_order|shape)['\"]\s*:\s*"
    r"(?:['\"]([^'\"\\]{1,20})['\"]|(True|False)|\(([0-9L,\s]*)\))\s*(?:,|(?=\}))"
)
_RECORDS = re.compile(r"['\"]descr['\"]\s*:\s*\[")
_TYPE = re.compile(r"[<>|=]?([a-zA-Z?])(\d{0,6})")
_SIZES = {"b": (1,), "i": (1, 2, 4, 8), "u": (1, 2, 4, 8), "f": (2, 4, 8)}
_LONGEST_TEXT = 10_000


class Reads(Protocol):
    """An open file of bytes."""

    def read(self, count: int, /) -> bytes | None:
        """Return at most `count` bytes."""
        ...


class NpyHeader(NamedTuple):
    """What the header of an array says.

    Attributes:
        dtype: the element type: numbers, booleans or texts.
        shape: the sizes of its axes.
        fortran: True if the first index varies fastest.
        offset: length of the header in bytes; the elements follow.
    """

    dtype: np.dtype
    shape: Shape
    fortran: bool
    offset: int

    @property
    def size(self) -> int:
        """Bytes of the elements."""
        return math.prod(self.shape) * self.dtype.itemsize


def read_npy_header(file: Reads, name: str) -> NpyHeader:
    """Read the header of an array, and nothing more.

    Arguments:
        file: a file or a member of an archive, at its beginning.
        name: its name, for sentences.

    Raises `DataError` when it is no array, holds Python objects or records, or declares an impossible shape.

    >>> import io
    >>> file = io.BytesIO()
    >>> np.save(file, np.zeros((2, 3), np.float32))
    >>> _ = file.seek(0)
    >>> read_npy_header(file, "x.npy").shape
    (2, 3)
    """
    shown = show_path(name)
    start = _read(file, 8)
    if len(start) < 8 or not start.startswith(MAGIC):
        raise DataError(f"'{shown}' is not an array of NumPy (NPY). Save it again with numpy.save or numpy.savez.")
    length_format = _LENGTHS.get((start[6], start[7]))
    if length_format is None:
        raise DataError(f"'{shown}' has version {start[6]}.{start[7]} of NPY, which is unknown. Save it with NumPy.")
    length_bytes = _read(file, length_format.size)
    length = length_format.unpack(length_bytes)[0] if len(length_bytes) == length_format.size else 0
    if length > _LONGEST:
        raise DataError(
            f"The header of '{shown}' has {describe_count(length)} bytes, so it is damaged. Save the array again."
        )
    text = _read(file, length)
    if not length or len(text) < length:
        raise DataError(f"'{shown}' is cut off in its header. Copy or save it again.")
    entries = _parse(text.decode("latin-1"), shown)
    return NpyHeader(
        _read_type(entries, shown),
        _read_shape(entries, shown),
        entries["fortran_order"][1] == "True",
        8 + length_format.size + length,
    )


def check_array_size(name: str, header: NpyHeader, size: int) -> None:
    """Compare the declared size of an array with that of its file, before memory is allocated.

    Arguments:
        name: name of the array, for sentences.
        header: its header.
        size: bytes of the header and of the elements.

    Raises `DataError` when there are more or fewer bytes than the header declares.

    >>> check_array_size("x.npy", NpyHeader(np.dtype("u1"), (2,), False, 128), 129)
    Traceback (most recent call last):
    tinyml.core.errors.DataError: 'x.npy' is shorter than its header declares (1 instead of 2 bytes), so it is ...
    """
    if header.offset + header.size != size:
        relation = "longer" if header.offset + header.size < size else "shorter"
        raise DataError(
            f"'{show_path(name)}' is {relation} than its header declares ({describe_count(size - header.offset)} "
            f"instead of {describe_count(header.size)} bytes), so it is damaged. Copy or save it again."
        )


def _read(file: Reads, count: int) -> bytes:
    content = b""
    while len(content) < count and (piece := file.read(count - len(content))):
        content += piece
    return content


def _parse(text: str, shown: str) -> dict[str, tuple[str | None, ...]]:
    """Return the three entries of the dictionary: for each key the text of its type, its truth, or its shape."""
    text = text.strip()
    if _RECORDS.search(text):
        raise DataError(
            f"'{shown}' is an array of records with several fields. Save each field as an array of numbers."
        )
    entries: dict[str, tuple[str | None, ...]] = {}
    place = 1
    while text.startswith("{") and (match := _ENTRY.match(text, place)):
        if match[1] in entries:
            break
        entries[match[1]] = match.groups()[1:]
        place = match.end()
    whole = text[place:].strip() == "}" and len(entries) == 3
    if not whole or None in (entries["descr"][0], entries["fortran_order"][1], entries["shape"][2]):
        raise DataError(f"The header of '{shown}' is damaged. Save the array again with NumPy.")
    return entries


def _read_type(entries: dict[str, tuple[str | None, ...]], shown: str) -> np.dtype:
    text = entries["descr"][0] or ""
    match = _TYPE.fullmatch(text)
    kind, size = (match[1], int(match[2] or 0)) if match else ("", 0)
    if kind == "O":
        raise DataError(
            f"'{shown}' holds Python objects, which can run programs when they are read. Save it as numbers or texts: "
            "array.astype('float32'), or array.astype(str)."
        )
    if kind in "SU" and kind and 0 < size <= _LONGEST_TEXT:
        return np.dtype(text)
    if size in _SIZES.get(kind, ()):
        return np.dtype(text)
    if kind == "?":
        return np.dtype(bool)
    raise DataError(f"'{shown}' holds elements of the type '{show_path(text)}'. Save it as numbers, booleans or texts.")


def _read_shape(entries: dict[str, tuple[str | None, ...]], shown: str) -> Shape:
    texts = [text.strip().rstrip("L") for text in (entries["shape"][2] or "").split(",")]
    texts = texts[:-1] if texts[-1] == "" else texts
    if len(texts) > _MOST_AXES or not all(text.isdecimal() and len(text) <= 13 for text in texts):
        raise DataError(f"The header of '{shown}' has an impossible shape. Save the array again with NumPy.")
    shape = tuple(map(int, texts))
    if math.prod(shape) > _LARGEST_SIZE:
        raise DataError(
            f"'{shown}' declares {describe_count(math.prod(shape))} elements, more than can be read. Use fewer "
            "examples."
        )
    return shape
