"""Export as PNG: a picture of the network in pixels."""

from pathlib import Path

from tinyml.core.files import write_atomically
from tinyml.net import Sequential
from tinyml.storage.exporters.base import Exporter
from tinyml.storage.exporters.drawn_network import draw_model
from tinyml.storage.exporters.svg import preview_network
from tinyml.storage.model import SavedModel
from tinyml.visualize.network_drawing import LIGHT, draw_png


def export_png(path: str | Path, net: Sequential, about: SavedModel) -> None:
    """Write the picture of a network as a PNG file.

    Arguments:
        path: the file.
        net: the network.
        about: its data and its training.

    Raises `StorageError` if the file cannot be written.
    """
    write_atomically(path, draw_png(draw_model(about), LIGHT, "canvas"))


PNG = Exporter(
    name="png",
    title="Picture in pixels",
    suffix="png",
    help="the same picture as svg, in pixels for programs that know no SVG",
    export=export_png,
    preview=preview_network,
)
