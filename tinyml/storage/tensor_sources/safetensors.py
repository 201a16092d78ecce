"""Safetensors files of any program: TinyML's, PyTorch's, and those of a hub."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from tinyml.core.files import open_for_reading, path_kind, show_path
from tinyml.core.tensor_file import SafetensorsReader
from tinyml.core.tensor_header import LARGEST_HEADER
from tinyml.core.tensor_reader import TensorFileHeader, TensorReader
from tinyml.storage.tensor_sources.base import TensorSource

_LONGEST_HEADER = 8 * LARGEST_HEADER
"""A longer header is no header. Between this and `LARGEST_HEADER` it is one that is too long."""
_SHARD = re.compile(r"(.+)-(\d{5})-of-(\d{5})(\.safetensors)", re.IGNORECASE)


def _recognises(_name: str, prefix: bytes) -> bool:
    return prefix[8:9] == b"{" and 2 <= int.from_bytes(prefix[:8], "little") <= _LONGEST_HEADER


@contextmanager
def _open(path: str | Path, header: TensorFileHeader | None = None) -> Iterator[TensorReader]:
    with open_for_reading(path) as file:
        reader = SafetensorsReader(file, path, header)
        if header is None:
            reader.header = replace(reader.header, notes=_notes(Path(path)))
        yield reader


def _notes(path: Path) -> tuple[str, ...]:
    """Say so if the file is one of the files of a larger model."""
    match = _SHARD.fullmatch(path.name)
    if match is None:
        return ()
    index = f"{match[1]}{match[4]}.index.json"
    remedy = f"Open '{show_path(index)}' beside it to see all." if path_kind(path.with_name(index)) == "a file" else ""
    return (f"This file is part {int(match[2])} of {int(match[3])} of a model. {remedy}".strip(),)


SAFETENSORS = TensorSource(
    name="safetensors",
    title="safetensors",
    patterns=("*.safetensors",),
    recognises=_recognises,
    open=_open,
)
