"""Export as SVG: a picture of the network for print and slides."""

from pathlib import Path

from tinyml.core.files import write_atomically
from tinyml.net import Sequential
from tinyml.storage.exporters.base import Exporter, Preview
from tinyml.storage.exporters.drawn_network import draw_model
from tinyml.storage.model import SavedModel
from tinyml.visualize.network_drawing import LIGHT, draw_png
from tinyml.visualize.network_drawing.pixels import SCALE

_PREVIEW_HEIGHT = 3000
"""Pixels; the preview of a longer network has a smaller scale, so that it is made fast."""


def preview_network(net: Sequential, about: SavedModel) -> Preview:
    """Return the picture of the network.

    Arguments:
        net: the network.
        about: its data and its training.
    """
    drawing = draw_model(about)
    scale = min(SCALE, _PREVIEW_HEIGHT / drawing.height)
    return Preview(picture=draw_png(drawing, LIGHT, "canvas", max(scale, 1.0), quick=True))


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
