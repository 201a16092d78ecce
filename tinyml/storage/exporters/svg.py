"""Export as SVG: a picture of the network for print and slides."""

from pathlib import Path

from tinyml.core.files import write_atomically
from tinyml.net import Sequential
from tinyml.storage.exporters.base import Exporter, Preview
from tinyml.storage.exporters.drawn_network import draw_model
from tinyml.storage.model import SavedModel
from tinyml.visualize.network_drawing import LIGHT, draw_png


def preview_network(net: Sequential, about: SavedModel) -> Preview:
    """Return the picture of the network.

    Arguments:
        net: the network.
        about: its data and its training.
    """
    return Preview(picture=draw_png(draw_model(about), LIGHT, "canvas"))


def export_svg(path: str | Path, net: Sequential, about: SavedModel) -> None:
    """Write the picture of a network as an SVG file.

    Arguments:
        path: the file.
        net: the network.
        about: its data and its training.

    Raises `StorageError` if the file cannot be written.
    """
    content = f'<?xml version="1.0" encoding="UTF-8"?>\n{draw_model(about).as_svg(LIGHT, "canvas")}\n'
    write_atomically(path, content.encode("utf-8"))


SVG = Exporter(
    name="svg",
    title="Picture for print and slides",
    suffix="svg",
    help="a picture of the network with shapes and parameters; browsers and drawing programs open it",
    export=export_svg,
    preview=preview_network,
)
