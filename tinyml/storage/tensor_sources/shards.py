"""Safetensors in several files, as hubs split large models: an index in JSON says which file holds each tensor."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple, NoReturn

import numpy as np

from tinyml.core import StorageError, describe_count
from tinyml.core.element_types import stored_type
from tinyml.core.files import open_for_reading, show_path
from tinyml.core.json_text import read_json_object
from tinyml.core.stamped_file import StampedFile
from tinyml.core.tensor_file import read_safetensors_header
from tinyml.core.tensor_header import TensorHeader
from tinyml.core.tensor_reader import TensorFileHeader, TensorReader
from tinyml.storage.tensor_sources.base import TensorSource
from tinyml.storage.tensor_sources.part_files import PartFiles

_LARGEST_INDEX = 16 * 2**20
"""In bytes; 90,000 tensors need about nine million bytes."""
_MOST_TENSORS = 200_000
_MOST_SHARDS = 1000
_LONGEST_TEXT = 10_000


class _Place(NamedTuple):
    """Where the values of a tensor are.

    Attributes:
        shard: name of the file.
        begin: position in it, in bytes.
    """

    shard: str
    begin: int


class _ShardsReader(TensorReader):
    def __init__(self, index: StampedFile, header: TensorFileHeader, parts: PartFiles) -> None:
        super().__init__(index.path, header, sum(header.stamp[::2]))
        self._index, self._parts = index, parts

    def _read_stored(self, tensor: TensorHeader, place: _Place, start: int, stop: int) -> np.ndarray:
        elements = np.empty(stop - start, stored_type(tensor.dtype))
        self._parts.file(place.shard).fill(elements.view(np.uint8).data, place.begin + start * elements.itemsize)
        self._index.check_unchanged()
        return elements


def _recognises(name: str, prefix: bytes) -> bool:
    if not prefix.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"{"):
        return False
    return name.endswith(".index.json") or (b'"weight_map"' in prefix and b'"tinyml-project"' not in prefix)


@contextmanager
def _open(path: str | Path, header: TensorFileHeader | None) -> Iterator[TensorReader]:
    with open_for_reading(path) as raw:
        index = StampedFile(raw, path)
        if header is not None and header.stamp[:2] != index.stamp:
            index.refuse_changed()
        known = (header.parts, header.stamp[2:]) if header is not None else ((), ())
        with PartFiles(path, *known) as parts:
            yield _ShardsReader(index, header or _read_header(index, parts), parts)


def _read_header(index: StampedFile, parts: PartFiles) -> TensorFileHeader:
    weight_map, texts = _read_index(index)
    places: dict[str, tuple[TensorHeader, _Place]] = {}
    left_out = 0
    for shard in sorted(set(weight_map.values())):
        found = read_safetensors_header(parts.file(shard))
        for name, (tensor, begin) in found.places.items():
            if name in places:
                _refuse(index, f"tensor '{show_path(name)}' is in '{places[name][1].shard}' and in '{shard}'")
            if name not in weight_map:
                left_out += 1
            elif weight_map[name] != shard:
                _refuse(
                    index,
                    f"it says that tensor '{show_path(name)}' is in '{show_path(weight_map[name])}', but it is in "
                    f"'{show_path(shard)}'",
                )
            else:
                places[name] = tensor, _Place(shard, begin)
        texts = {**found.foreign_metadata, **texts}
    missing = next((name for name in weight_map if name not in places), None)
    if missing is not None:
        _refuse(index, f"'{show_path(weight_map[missing])}' does not hold tensor '{show_path(missing)}'")
    tensors = tuple(sorted((tensor for tensor, _ in places.values()), key=lambda tensor: tensor.name))
    notes = [f"The tensors are in {describe_count(len(parts.stamps))} files."]
    if left_out:
        notes.append(f"Tensors in these files that are not in the index, and not shown: {describe_count(left_out)}.")
    stamp = (*index.stamp, *parts.flat_stamps)
    return TensorFileHeader(tensors, {}, texts, places, stamp, "shards", tuple(notes), tuple(parts.stamps))


def _read_index(index: StampedFile) -> tuple[dict[str, str], dict[str, str]]:
    """Return the file of each tensor, and the metadata as texts."""
    if index.size > _LARGEST_INDEX:
        _refuse(index, f"it has {describe_count(index.size)} bytes, more than {describe_count(_LARGEST_INDEX)}")
    content = bytes(index.read(0, index.size))
    found = read_json_object(content, show_path(index.path), most_keys=_MOST_TENSORS)
    weight_map = found.get("weight_map")
    if not isinstance(weight_map, dict) or not all(isinstance(shard, str) for shard in weight_map.values()):
        _refuse(index, "it has no 'weight_map' that names the file of each tensor")
    shards = set(weight_map.values())
    if len(shards) > _MOST_SHARDS:
        _refuse(index, f"it names {describe_count(len(shards))} files, more than {describe_count(_MOST_SHARDS)}")
    pickled = next((shard for shard in sorted(shards) if shard.lower().endswith((".bin", ".pt", ".pth"))), None)
    if pickled is not None:
        raise StorageError(
            f"'{show_path(index.path)}' is the index of PyTorch files ('{show_path(pickled)}'), which can run any code "
            "when they are read, so they are never opened. Look for the same model as safetensors."
        )
    return weight_map, _texts(found.get("metadata"))


def _texts(metadata: Any) -> dict[str, str]:
    if not isinstance(metadata, Mapping):
        return {}
    return {
        str(key): str(value)[:_LONGEST_TEXT]
        for key, value in metadata.items()
        if isinstance(value, str | int | float | bool)
    }


def _refuse(index: StampedFile, reason: str) -> NoReturn:
    raise StorageError(
        f"'{show_path(index.path)}' does not fit its files: {reason}. Copy or download all files again, or open one of "
        "them alone."
    )


SHARDS = TensorSource(
    name="shards",
    title="safetensors in several files",
    patterns=("*.safetensors.index.json",),
    recognises=_recognises,
    open=_open,
)
