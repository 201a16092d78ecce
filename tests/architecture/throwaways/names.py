"""Lists of tensors: the name of the data, and the name and the size of each tensor, as text."""

from pathlib import Path

from tinyml.core.files import write_atomically
from tinyml.net import Sequential
from tinyml.storage.exporters.base import Exporter
from tinyml.storage.model import SavedModel


def export_names(path: str | Path, net: Sequential, about: SavedModel) -> None:
    lines = [f"{name} {tensor.size}" for name, tensor in net.named_tensors.items()]
    write_atomically(path, "\n".join([about.data.source, *lines, ""]).encode())


NAMES = Exporter(
    name="a-names",
    title="List of tensors",
    suffix="txt",
    help="names and 100 % of the sizes",
    export=export_names,
)
