"""NPZ files: archives of NumPy's arrays.

No pickle is read. An array of Python objects, or with a damaged header, is listed with the reason why it cannot be
read.
"""

import io
import struct
import zipfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tinyml.core import DataError, StorageError, describe_count
from tinyml.core.files import open_for_reading, show_path
from tinyml.core.memory import describe_bytes
from tinyml.core.stamped_file import StampedFile
from tinyml.core.tensor_header import TensorHeader
from tinyml.core.tensor_reader import TensorError, TensorFileHeader, TensorReader
from tinyml.data.array_files.npy_header import LONGEST_START, check_array_size, read_npy_header
from tinyml.storage.tensor_sources.array_reader import ArrayPlace, ArrayReader, damage_named, describe_array
from tinyml.storage.tensor_sources.base import TensorSource

_MOST_ARRAYS = 20_000
_LARGEST_DIRECTORY = 4_000_000
_LARGEST_RATIO = 1032
"""Deflate cannot make data smaller by a larger factor."""
_END = struct.Struct("<4s4H2LH")
_END_MARK = b"PK\5\6"
_END_64 = struct.Struct("<4sQ2H2L4Q")
_LOCATOR_64 = struct.Struct("<4sLQL")
_LOCATOR_64_MARK = b"PK\6\7"
_LOCAL = struct.Struct("<4s22x2H")
_LOCAL_MARK = b"PK\3\4"
_SKIP_BYTES = 2**20


class _MemberStream:
    """Unpacks one member of an archive at a time. The next piece is unpacked without starting again.

    Arguments:
        archive: the archive.
    """

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self._member, self._stream = "", io.BytesIO()
        self._position = 0

    def fill(self, target: memoryview, member: str, position: int) -> None:
        if member != self._member or position < self._position:
            self._stream.close()
            self._stream = self._archive.open(member)  # type: ignore[assignment]
            self._member, self._position = member, 0
        while self._position < position:
            skipped = self._read(min(position - self._position, _SKIP_BYTES))
            self._position += len(skipped)
        done = 0
        while done < len(target):
            piece = self._read(min(len(target) - done, _SKIP_BYTES))
            target[done : done + len(piece)] = piece
            done += len(piece)
            self._position += len(piece)

    def _read(self, count: int) -> bytes:
        piece = self._stream.read(count)
        if not piece:
            raise EOFError("it is cut off")
        return piece


def _recognises(name: str, prefix: bytes) -> bool:
    if prefix.startswith(_LOCAL_MARK):
        first = prefix[30 : 30 + int.from_bytes(prefix[26:28], "little")]
        return first.endswith(b".npy") or name.endswith(".npz")
    return prefix.startswith(_END_MARK) and name.endswith(".npz")


@contextmanager
def _open(path: str | Path, header: TensorFileHeader | None) -> Iterator[TensorReader]:
    with open_for_reading(path) as raw:
        file = StampedFile(raw, path)
        if header is not None and header.stamp != file.stamp:
            file.refuse_changed()
        with damage_named(path):
            _check_directory(file)
            archive = zipfile.ZipFile(raw)
        with archive:
            if header is None:
                with damage_named(path):
                    header = _list_members(file, archive)
            yield ArrayReader(file, header, _MemberStream(archive))


def _check_directory(file: StampedFile) -> None:
    """Refuse an archive with a huge list of members, which would be read into memory as a whole."""
    start = max(0, file.size - 2**16 - _END.size - _LOCATOR_64.size - _END_64.size)
    tail = bytes(file.read(start, file.size - start))
    place = tail.rfind(_END_MARK)
    if place < 0 or len(tail) < place + _END.size:
        raise StorageError(f"'{show_path(file.path)}' is not a whole NPZ file. Copy or save it again.")
    directory = _END.unpack_from(tail, place)[5]
    locator = place - _LOCATOR_64.size
    if locator >= _END_64.size and tail.startswith(_LOCATOR_64_MARK, locator):
        directory = _END_64.unpack_from(tail, locator - _END_64.size)[8]
    if directory > _LARGEST_DIRECTORY:
        _refuse_number(file.path)


def _refuse_number(path: str | Path) -> None:
    raise StorageError(
        f"'{show_path(path)}' holds too many arrays. At most {describe_count(_MOST_ARRAYS)} can be shown; save it as "
        "safetensors."
    )


def _list_members(file: StampedFile, archive: zipfile.ZipFile) -> TensorFileHeader:
    members = [info for info in archive.infolist() if not info.is_dir()]
    arrays = [info for info in members if info.filename.endswith(".npy")]
    shown = show_path(file.path)
    if len(arrays) > _MOST_ARRAYS:
        _refuse_number(file.path)
    twice = [name for name, count in Counter(info.filename for info in arrays).items() if count > 1]
    if twice:
        raise StorageError(
            f"'{shown}' holds two arrays with the name '{show_path(twice[0])}'. Save each array once, with numpy.savez."
        )
    encrypted = [info.filename for info in arrays if info.flag_bits & 1]
    if encrypted:
        raise StorageError(f"'{shown}' is encrypted ('{show_path(encrypted[0])}'). Save the arrays without a password.")
    found = [_describe_member(file, archive, info) for info in arrays]
    places = {tensor.name: (tensor, place) for tensor, place in found}
    tensors = tuple(sorted((tensor for tensor, _ in found), key=lambda tensor: tensor.name))
    others = len(members) - len(arrays)
    notes = (f"{describe_count(others)} of its members are no arrays and are not shown.",) if others else ()
    return TensorFileHeader(tensors, {}, {}, places, file.stamp, "npz", notes)


def _describe_member(
    file: StampedFile, archive: zipfile.ZipFile, info: zipfile.ZipInfo
) -> tuple[TensorHeader, ArrayPlace | None]:
    """Return the entry of a member, and where its elements are; None if they cannot be read."""
    name = info.filename.removesuffix(".npy")
    try:
        with damage_named(name, TensorError):
            return _read_member_header(file, archive, info, name)
    except (DataError, TensorError) as error:
        file.check_unchanged()
        return TensorHeader(name, (0,), "unknown", str(error)), None


def _read_member_header(
    file: StampedFile, archive: zipfile.ZipFile, info: zipfile.ZipInfo, name: str
) -> tuple[TensorHeader, ArrayPlace]:
    shown = show_path(name)
    if info.compress_type == zipfile.ZIP_STORED:
        begin = _content_begin(file, info)
        header = read_npy_header(io.BytesIO(file.read(begin, min(info.file_size, LONGEST_START))), name)
        place = ArrayPlace(header, begin + header.offset, info.filename)
    elif info.compress_type == zipfile.ZIP_DEFLATED:
        if info.file_size > max(info.compress_size, 1) * _LARGEST_RATIO:
            raise TensorError(
                f"'{shown}' declares {describe_bytes(info.file_size)}, which its "
                f"{describe_bytes(info.compress_size)} cannot hold. Save the arrays again."
            )
        with archive.open(info) as content:
            header = read_npy_header(content, name)
        place = ArrayPlace(header, None, info.filename)
    else:
        raise TensorError(f"'{shown}' is compressed in an unusual way. Save it with numpy.savez.")
    check_array_size(name, header, info.file_size)
    return describe_array(name, header, compressed=place.begin is None), place


def _content_begin(file: StampedFile, info: zipfile.ZipInfo) -> int:
    """Return the position at which the bytes of a member that is not compressed begin."""
    content = file.read(info.header_offset, _LOCAL.size) if info.header_offset + _LOCAL.size <= file.size else b""
    mark, name_length, extra_length = _LOCAL.unpack(content) if content else (b"", 0, 0)
    begin: int = info.header_offset + _LOCAL.size + name_length + extra_length
    if mark != _LOCAL_MARK or info.file_size != info.compress_size or begin + info.file_size > file.size:
        raise zipfile.BadZipFile("its list of members does not fit its content")
    return begin


NPZ = TensorSource("npz", "a NumPy archive", ("*.npz",), _recognises, _open)
