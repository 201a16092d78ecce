"""Walks over messages of Protocol Buffers in a file, without reading the values that are not needed.

A message is a sequence of fields. Each starts with a key, `8 × number + wire type`, as a varint: seven bits a byte, the
lowest first, and a set upper bit if more follow. Wire types: 0 a varint, 1 eight bytes, 2 a length and so many bytes, 5
four bytes (https://protobuf.dev/programming-guides/encoding, 2008).
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tinyml.core.stamped_file import StampedFile

VARINT, FIXED64, LENGTH, FIXED32 = 0, 1, 2, 5
_BLOCK = 2**16
_MOST_FIELDS = 500_000
"""A model of 50,000 tensors has about 300,000. So many fields take about half a second."""
_MOST_TEXT = 2**24
_LONGEST_KEY = 20
"""A key and a length, or a key and a varint, have at most ten bytes each."""


class Field(NamedTuple):
    """A field of a message.

    Attributes:
        number: which field it is.
        wire: its wire type.
        value: the number, if it is a varint.
        begin, end: positions of its content in the file.
    """

    number: int
    wire: int
    value: int
    begin: int
    end: int


class MessageFile:
    """A file with a message. Fields and texts are counted, so that absurd files end soon.

    Arguments:
        file: the file.

    Attributes:
        file: the file.
    """

    def __init__(self, file: StampedFile) -> None:
        self.file = file
        self._block, self._begin = b"", 0
        self._fields = self._text = 0

    def fields(self, begin: int, end: int) -> Iterator[Field]:
        """Yield the fields of a message.

        Arguments:
            begin, end: positions of the message in the file.

        Raises `ValueError` with the reason when the bytes are no message, or there are very many fields.
        """
        position = begin
        while position < end:
            self._fields += 1
            if self._fields > _MOST_FIELDS:
                raise ValueError(f"it has more than {_MOST_FIELDS:,} fields")
            block, place = self._block_at(position, min(position + _LONGEST_KEY, end))
            origin = position - place
            key, place = _read_varint(block, place)
            number, wire = key >> 3, key & 7
            value = length = 0
            if wire == VARINT:
                value, place = _read_varint(block, place)
            elif wire == LENGTH:
                length, place = _read_varint(block, place)
            elif wire == FIXED32:
                length = 4
            elif wire == FIXED64:
                length = 8
            else:
                raise ValueError(f"a field at byte {position:,} has the unknown type {wire}")
            start = origin + place
            if number == 0 or start + length > end:
                raise ValueError(f"the field at byte {position:,} ends after its message")
            position = start + length
            yield Field(number, wire, value, start, position)

    def text(self, field: Field, longest: int = 4096) -> str:
        """Return the text of a field, cut to `longest` bytes.

        Arguments:
            field: a field with a length.
            longest: the most bytes.

        Raises `ValueError` when the field holds no text, or all texts together are very long.
        """
        if field.wire != LENGTH:
            raise ValueError(f"the field at byte {field.begin:,} should be a text")
        end = min(field.end, field.begin + longest)
        self._text += end - field.begin
        self._fields += 1  # reading a text takes as long as a field
        if self._text > _MOST_TEXT:
            raise ValueError(f"its names have more than {_MOST_TEXT:,} bytes")
        block, place = self._block_at(field.begin, end)
        text = block[place : place + end - field.begin].decode("utf-8", "replace")
        return text + ("…" if end < field.end else "")

    def message(self, field: Field) -> Iterator[Field]:
        """Yield the fields of the message that a field holds.

        Arguments:
            field: a field with a length.

        Raises `ValueError` as `fields` does.
        """
        if field.wire != LENGTH:
            raise ValueError(f"the field at byte {field.begin:,} should be a message")
        return self.fields(field.begin, field.end)

    def _block_at(self, begin: int, end: int) -> tuple[bytes, int]:
        """Return bytes of the file that hold those from `begin` to `end`, and the place of `begin` in them."""
        place = begin - self._begin
        if place < 0 or end - self._begin > len(self._block):
            self._block = bytes(self.file.read(begin, max(min(_BLOCK, self.file.size - begin), end - begin)))
            self._begin, place = begin, 0
        return self._block, place


def signed(value: int) -> int:
    """Return a varint as a signed number: negative numbers are stored as 64 bits.

    Arguments:
        value: the varint, from 0 to 2⁶⁴ - 1.

    >>> signed(2**64 - 1)
    -1
    """
    return value - 2**64 if value >= 2**63 else value


def unpack_varints(content: bytes | bytearray) -> NDArray[np.uint64]:
    """Return the numbers of varints that follow each other.

    Arguments:
        content: the bytes.

    Raises `ValueError` when the last one has no end, or one has more than ten bytes.

    >>> unpack_varints(bytes([3, 0x96, 1]))
    array([  3, 150], dtype=uint64)
    """
    codes = np.frombuffer(content, np.uint8)
    ends = np.flatnonzero(codes < 128)
    if not codes.size:
        return np.zeros(0, np.uint64)
    if not ends.size or ends[-1] != codes.size - 1:
        raise ValueError("a number has no end")
    begins = np.concatenate([[0], ends[:-1] + 1])
    lengths = ends - begins + 1
    if lengths.max() > 10:
        raise ValueError("a number has more than ten bytes")
    numbers = np.zeros(len(ends), np.uint64)
    for place in range(int(lengths.max())):
        long = lengths > place
        part = (codes[begins[long] + place] & 127).astype(np.uint64)
        numbers[long] |= part << np.uint64(7 * place)
    return numbers


def _read_varint(content: bytes, position: int) -> tuple[int, int]:
    """Return a varint and the position after it."""
    if position < len(content) and content[position] < 128:
        return content[position], position + 1
    value = shift = 0
    for place in range(position, min(position + 10, len(content))):
        code = content[place]
        value |= (code & 127) << shift
        if code < 128:
            return value & (2**64 - 1), place + 1
        shift += 7
    raise ValueError("a number has no end")
