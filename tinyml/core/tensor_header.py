"""The header of a safetensors file: names, types, shapes and positions of its tensors, all checked.

Layout (https://huggingface.co/docs/safetensors, 2022): eight bytes with the length of the header, little-endian; the
header, a JSON object; the values of all tensors, without gaps. The header maps each name to
`{"dtype": "F32", "shape": [2, 3], "data_offsets": [begin, end]}`, with offsets from the end of the header, and
"__metadata__" to an object of texts.
"""

import json
import math
import re
import struct
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple, NoReturn

from tinyml.core.element_types import DECODED_TYPES
from tinyml.core.json_text import unique_keys
from tinyml.core.shapes import Shape

LARGEST_HEADER = 16 * 2**20
"""In bytes; 100,000 tensors need about ten million bytes."""
LENGTH = struct.Struct("<Q")

_BITS = {
    "BOOL": 8,
    "BF16": 16,
    "C64": 64,
    "F4": 4,
    **{f"{kind}{bits}": bits for kind in "IU" for bits in (8, 16, 32, 64)},
    **{f"F{bits}": bits for bits in (16, 32, 64)},
    **dict.fromkeys(("F6_E2M3", "F6_E3M2"), 6),
    **dict.fromkeys(("F8_E4M3", "F8_E5M2", "F8_E8M0", "F8_E4M3FNUZ", "F8_E5M2FNUZ"), 8),
}
"""Size in bits of the element types of the format."""

_NUMPY_TYPES = {
    "BOOL": "bool",
    **{f"I{bits}": f"int{bits}" for bits in (8, 16, 32, 64)},
    **{f"U{bits}": f"uint{bits}" for bits in (8, 16, 32, 64)},
    **{f"F{bits}": f"float{bits}" for bits in (16, 32, 64)},
}
"""NumPy's names of the element types. NumPy does not have bfloat16 and the 8-bit floats."""
_READABLE = frozenset(_NUMPY_TYPES.values())
_WRITTEN = tuple(
    _NUMPY_TYPES[code] for code in ("U64", "I64", "F64", "F32", "U32", "I32", "F16", "U16", "I16", "I8", "U8", "BOOL")
)
"""The element types in the order in which tensors are written, as by the package safetensors: large ones first, so that
every value lies at a multiple of its size."""
_CODES = {name: code for code, name in _NUMPY_TYPES.items()}

_LARGEST_SIZE = 2**63 - 1
_MOST_AXES = 64
"""The most axes that NumPy allows."""
_LONGEST_ENTRY = 4096
_MOST_TEXTS = 100_000
_ENTRY_KEYS = {"dtype", "shape", "data_offsets"}
_MARKS = {mark: re.compile(rf"[ \t\n\r]*{mark}[ \t\n\r]*") for mark in ("{", "}", ":", ",")}
_DECODER = json.JSONDecoder(object_pairs_hook=unique_keys)


@dataclass(frozen=True, slots=True)
class TensorHeader:
    """Name, shape and element type of a tensor in a file. They are known without reading the values.

    Attributes:
        name: name of the tensor, e.g. "conv_1.weight".
        shape: shape of the tensor.
        dtype: NumPy's name of the element type ("float32"), or the name in the file if NumPy does not have the type
            ("BF16").
        note: one sentence that says why the values cannot be read; empty if only `dtype` decides.
    """

    name: str
    shape: Shape
    dtype: str
    note: str = field(default="", repr=False)

    @property
    def count(self) -> int:
        """Number of elements."""
        return math.prod(self.shape)

    @property
    def readable(self) -> bool:
        """True if the values can be read as numbers: NumPy has this element type, or float32 has all its values."""
        return not self.note and (self.dtype in _READABLE or self.dtype in DECODED_TYPES)


def element_bits(dtype: str) -> int | None:
    """Return the size of an element in bits; None if the type is unknown.

    Arguments:
        dtype: an element type, as in `TensorHeader.dtype`.

    >>> element_bits("float32"), element_bits("BF16"), element_bits("text")
    (32, 16, None)
    """
    return _BITS.get(_CODES.get(dtype, dtype))


class ParsedHeader(NamedTuple):
    """A checked header.

    Attributes:
        tensors: an entry for each tensor, in the order of the header.
        begins: positions at which the values of the tensors begin, in bytes from the end of the header.
        texts: the metadata.
    """

    tensors: list[TensorHeader]
    begins: list[int]
    texts: dict[str, str]


def parse_header(content: bytes | bytearray, value_bytes: int) -> ParsedHeader:
    """Parse a header and check it.

    Arguments:
        content: the JSON text.
        value_bytes: number of bytes in the file after the header.

    Raises `ValueError` with the reason when the text is no JSON object, a key occurs twice, an element type is unknown,
    the size of a tensor does not fit its shape, or the tensors overlap, leave gaps, or do not end where the file ends.
    Entries are decoded one by one, so the memory is a small multiple of the size of the header.

    >>> parse_header(b'{"a": {"dtype": "U8", "shape": [2], "data_offsets": [0, 2]}}', 2).tensors
    [TensorHeader(name='a', shape=(2,), dtype='uint8')]
    """
    text = content.decode("utf-8")
    tensors: list[TensorHeader] = []
    places: list[tuple[int, int]] = []
    texts: dict[str, str] | None = None
    seen: set[str] = set()
    members = _Members(text, 0)
    for name in members:
        if name in seen:
            raise ValueError(f"'{_shorten(name)}' occurs twice")
        seen.add(name)
        if name == "__metadata__":
            texts = _read_texts(members)
        else:
            tensor, place = _check_entry(name, _decode_entry(members, name))
            tensors.append(tensor)
            places.append(place)
    if members.position != len(text):
        raise ValueError("there is something after the end of the header's JSON object")
    _check_places(tensors, places, value_bytes)
    return ParsedHeader(tensors, [begin for begin, _ in places], texts or {})


def write_header(tensors: Iterable[TensorHeader], texts: Mapping[str, str]) -> tuple[bytes, list[str]]:
    """Write the length of a header and the header, as the package safetensors does.

    Arguments:
        tensors: the entries, in any order.
        texts: the metadata; empty for none.

    Returns the bytes before the values, and the names of the tensors in the order in which their values follow.

    Raises `ValueError` with the reason when a tensor has a name or an element type that the format does not have.

    >>> content, names = write_header([TensorHeader("a", (2,), "uint8"), TensorHeader("b", (1,), "float32")], {})
    >>> content[8:51], names
    (b'{"b":{"dtype":"F32","shape":[1],"data_offse', ['b', 'a'])
    """
    entries: dict[str, Any] = {"__metadata__": dict(texts)} if texts else {}
    known = list(tensors)
    for tensor in known:
        _check_written(tensor)
    known.sort(key=lambda tensor: (_WRITTEN.index(tensor.dtype), tensor.name))
    begin = 0
    for tensor in known:
        code = _CODES[tensor.dtype]
        end = begin + tensor.count * _BITS[code] // 8
        entries[tensor.name] = {"dtype": code, "shape": list(tensor.shape), "data_offsets": [begin, end]}
        begin = end
    text = json.dumps(entries, ensure_ascii=False, separators=(",", ":")).encode()
    text += b" " * (-len(text) % LENGTH.size)
    return LENGTH.pack(len(text)) + text, [tensor.name for tensor in known]


def _check_written(tensor: TensorHeader) -> None:
    if tensor.name == "__metadata__":
        _refuse(tensor.name, "has the name of the metadata")
    if tensor.dtype not in _CODES:
        _refuse(tensor.name, f"has the element type {tensor.dtype}, which the format does not have")


class _Members:
    """Iterates over the keys of a JSON object. The caller reads each value and moves `position` behind it."""

    def __init__(self, text: str, position: int) -> None:
        self.text, self.position = text, position

    def __iter__(self) -> Iterator[str]:
        self.expect("{")
        if self._next_is("}"):
            return
        while True:
            key = self.read_text()
            self.expect(":")
            yield key
            if self._next_is("}"):
                return
            self.expect(",")

    def expect(self, mark: str) -> None:
        if not self._next_is(mark):
            raise ValueError(f"its header is no JSON object: '{mark}' is missing at character {self.position}")

    def read_text(self) -> str:
        if self.text[self.position : self.position + 1] != '"':
            raise ValueError(f"its header is no JSON object of texts: no text at character {self.position}")
        text: str
        text, self.position = _DECODER.raw_decode(self.text, self.position)
        if not text.isascii():
            text.encode("utf-8")  # escapes can stand for characters that do not exist
        return text

    def _next_is(self, mark: str) -> bool:
        """Return True if `mark` comes next, and move behind it and the space around it."""
        found = _MARKS[mark].match(self.text, self.position)
        if found is None:
            return False
        self.position = found.end()
        return True


def _read_texts(members: _Members) -> dict[str, str]:
    texts: dict[str, str] = {}
    inner = _Members(members.text, members.position)
    for key in inner:
        if key in texts:
            raise ValueError(f"the metadata '{_shorten(key)}' occurs twice")
        if len(texts) == _MOST_TEXTS:
            raise ValueError(f"it has more than {_MOST_TEXTS:,} entries of metadata")
        texts[key] = inner.read_text()
    members.position = inner.position
    return texts


def _decode_entry(members: _Members, name: str) -> Any:
    """Decode the entry of one tensor. It holds no other objects, so it ends at the first brace."""
    end = members.text.find("}", members.position, members.position + _LONGEST_ENTRY) + 1
    if not end:
        raise ValueError(f"the entry of tensor '{_shorten(name)}' has no end")
    entry, length = _DECODER.raw_decode(members.text[members.position : end])
    members.position += length
    return entry


def _check_entry(name: str, entry: Any) -> tuple[TensorHeader, tuple[int, int]]:
    if not isinstance(entry, dict) or entry.keys() != _ENTRY_KEYS:
        _refuse(name, "should have dtype, shape and data_offsets, and nothing else")
    dtype, shape, offsets = entry["dtype"], entry["shape"], entry["data_offsets"]
    if not isinstance(dtype, str) or dtype not in _BITS:
        _refuse(name, f"has the unknown element type {_shorten(repr(dtype))}")
    if not _are_sizes(shape) or len(shape) > _MOST_AXES:
        _refuse(name, f"has a shape that is no list of up to {_MOST_AXES} sizes")
    if not _are_sizes(offsets) or len(offsets) != 2 or offsets[0] > offsets[1]:
        _refuse(name, "has data_offsets that are no begin and end")
    begin, end = offsets
    # Python's integers do not overflow, and their number and size are bounded.
    if math.prod(shape) * _BITS[dtype] != (end - begin) * 8:
        _refuse(name, f"has {end - begin:,} bytes, which is not the size of its shape")
    return TensorHeader(name, tuple(shape), _NUMPY_TYPES.get(dtype, dtype)), (begin, end)


def _are_sizes(values: Any) -> bool:
    return isinstance(values, list) and all(type(value) is int and 0 <= value <= _LARGEST_SIZE for value in values)


def _check_places(tensors: list[TensorHeader], places: list[tuple[int, int]], value_bytes: int) -> None:
    """Refuse tensors that overlap, leave gaps, or do not end with the file. They may have any order."""
    end = 0
    for index in sorted(range(len(places)), key=places.__getitem__):
        begin, next_end = places[index]
        if begin != end:
            _refuse(tensors[index].name, f"{'overlaps' if begin < end else 'leaves a gap behind'} another tensor")
        end = next_end
    if end != value_bytes:
        raise ValueError(f"its header declares {end:,} bytes of values, but {value_bytes:,} are there")


def _refuse(name: str, reason: str) -> NoReturn:
    raise ValueError(f"tensor '{_shorten(name)}' {reason}")


def _shorten(text: str) -> str:
    return text if len(text) <= 80 else f"{text[:60]}…"
