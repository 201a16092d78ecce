"""Lists of tensors: the name and the size of each tensor, as text."""

from pathlib import Path

from tinyml.core.files import write_atomically
from tinyml.net import Sequential
from tinyml.storage.exporters.base import Exporter
from tinyml.storage.model import SavedModel


def export_names(path: str | Path, net: Sequential, about: SavedModel) -> None:
    lines = [f"{name} {tensor.size}\n" for name, tensor in net.named_tensors.items()]
    write_atomically(path, "".join(lines).encode())


NAMES = Exporter(
    name="names",
    title="List of tensors",
    suffix="txt",
    help="the name and the size of each tensor",
    export=export_names,
)
