"""Export the filters as pictures: a folder with one picture for each filter, and an index."""

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from tinyml.core import Array, describe_count, describe_shape
from tinyml.core.file_groups import write_folder
from tinyml.net import LayerInference, Sequential, infer
from tinyml.storage.exporters.base import Exporter, Preview, Progress
from tinyml.storage.exporters.report_page.html_text import number, safe, section
from tinyml.storage.exporters.report_page.style import STYLE
from tinyml.storage.model import SavedModel
from tinyml.visualize.figures.colours import signed_colours

_SIDE, _GAP = 64, 2
"""Least side of an enlarged channel, and the room between two channels, in pixels."""
_MOST_CHANNELS = 64
"""Channels of a filter that are shown; deep layers have hundreds, too many to compare by eye."""
_BETWEEN = 208
"""The grey between two channels."""


@dataclass(frozen=True)
class LayerFilters:
    """The filters of one layer.

    Attributes:
        name: of the layer, after the names of the blocks around it.
        filters: `(filters, C, h, w)` the weights.
    """

    name: str
    filters: Array

    @property
    def limit(self) -> float:
        """Absolute value that gets the full colour, the same for all filters of the layer."""
        return float(np.abs(np.nan_to_num(self.filters)).max(initial=0.0))


def find_filters(net: Sequential, about: SavedModel) -> tuple[LayerFilters, ...]:
    """Return the filters of all convolutions, and the weights of a dense layer that looks at the image itself.

    Arguments:
        net: the network.
        about: its data and its training.
    """
    tensors = net.named_tensors
    found: list[LayerFilters] = []

    def visit(inferred: LayerInference, block: str) -> None:
        name = f"{block}{inferred.specification.name}"
        for inside in inferred.inside:
            visit(inside, f"{name}.")
        weight = tensors.get(f"{name}.weight")
        if inferred.inside or weight is None or inferred.layer_type is None:
            return
        if weight.ndim == 4:
            # A transposed convolution has its filters on the second axis.
            is_transposed = inferred.layer_type.__name__ == "ConvTranspose2D"
            found.append(LayerFilters(name, weight.swapaxes(0, 1) if is_transposed else weight))
        elif weight.ndim == 2 and not found and _sees_pixels(net, name, about):
            found.append(LayerFilters(name, weight.reshape(-1, *about.input_shape)))

    for inferred in infer(about.network, about.input_shape).layers:
        visit(inferred, "")
    return tuple(found)


def _sees_pixels(net: Sequential, name: str, about: SavedModel) -> bool:
    """Return True if a dense layer gets the numbers of the image: only flattening and dropout come before it."""
    if len(about.input_shape) != 3:
        return False
    names = [layer.name for layer in net.layers]
    before = net.layers[: names.index(name)] if name in names else []
    return bool(before) and all(type(layer).__name__ in ("Flatten", "Dropout") for layer in before)


def draw_filter(channels: Array, limit: float) -> np.ndarray:
    """Return the picture of one filter, `(H, W, 3)` bytes: its channels in a grid, blue below zero, orange above.

    Arguments:
        channels: `(C, h, w)` the weights.
        limit: absolute value that gets the full colour; zero is nearly white.

    >>> draw_filter(np.zeros((1, 3, 3)), 1.0).shape
    (66, 66, 3)
    """
    shown = channels[:_MOST_CHANNELS]
    height, width = shown.shape[1:]
    factor = max(-(-_SIDE // max(height, width)), 1)
    across = max(round(len(shown) ** 0.5 + 0.49), 1)
    down = -(-len(shown) // across)
    tall, wide = height * factor + _GAP, width * factor + _GAP
    picture = np.full((down * tall - _GAP, across * wide - _GAP, 3), _BETWEEN, np.uint8)
    for place, channel in enumerate(shown):
        top, left = place // across * tall, place % across * wide
        colours = signed_colours(channel[np.newaxis], limit)
        large = colours.repeat(factor, axis=0).repeat(factor, axis=1)
        picture[top : top + height * factor, left : left + width * factor] = large
    return picture


def find_obstacles(net: Sequential, about: SavedModel) -> tuple[str, ...]:
    """Return a sentence if there are no filters.

    Arguments:
        net: the network.
        about: its data and its training.
    """
    if find_filters(net, about):
        return ()
    return ("The network has no filters: none of its layers is a convolution, and none gets the pixels of an image.",)


def export_filters(
    path: str | Path, net: Sequential, about: SavedModel, progress: Progress = lambda _share: None
) -> None:
    """Write a folder with a PNG for each filter, and an index for a browser.

    Arguments:
        path: the folder; it must be new or empty.
        net: the network.
        about: its data and its training.
        progress: told how far the pictures are.

    Raises `StorageError` if the folder cannot be written.
    """
    write_folder(path, _files(find_filters(net, about), Path(path).name, progress))


def _files(layers: tuple[LayerFilters, ...], title: str, progress: Progress) -> Iterator[tuple[str, bytes]]:
    count, done = sum(len(layer.filters) for layer in layers), 0
    for place, layer in enumerate(layers):
        limit = layer.limit
        for index, channels in enumerate(layer.filters):
            progress(done / count)
            yield _file_name(place, layer, index), _as_png(draw_filter(channels, limit))
            done += 1
    yield "index.html", _index(layers, title).encode("utf-8")
    progress(1.0)


def _file_name(place: int, layer: LayerFilters, index: int) -> str:
    """Return the name of a picture. Other characters than letters and digits of a layer's name become "_"."""
    name = re.sub(r"[^A-Za-z0-9_-]", "_", layer.name)[:40]
    return f"{place:02}-{name}-{index:0{len(str(len(layer.filters) - 1))}}.png"


def _index(layers: tuple[LayerFilters, ...], title: str) -> str:
    sections = []
    for place, layer in enumerate(layers):
        count, channels = layer.filters.shape[:2]
        words = f"{describe_count(count, 'filter')} of {describe_shape(layer.filters.shape[1:])}"
        words += f" · colours ±{number(layer.limit)}"
        if channels > _MOST_CHANNELS:
            words += f" · the first {_MOST_CHANNELS} channels of each"
        tiles = "".join(
            f'<div class="tile"><img src="{_file_name(place, layer, index)}" alt="filter {index}">{index}</div>'
            for index in range(count)
        )
        size = "tiles large" if channels > 1 else "tiles"
        sections.append(section(layer.name, f'<div class="{size}">{tiles}</div>', words))
    lead = "Each picture is a filter with its channels. Blue is below zero, orange above; zero is nearly white."
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; img-src 'self' file:; "
        "style-src 'unsafe-inline'\">\n"
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{safe(title)}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<main>\n"
        f'<header><h1>{safe(title)}</h1><p class="lead">{lead}</p></header>\n'
        + "\n".join(sections)
        + "\n</main>\n</body>\n</html>\n"
    )


def _as_png(colours: np.ndarray) -> bytes:
    content = io.BytesIO()
    Image.fromarray(colours).save(content, "PNG", optimize=True)
    return content.getvalue()


def preview_filters(net: Sequential, about: SavedModel) -> Preview:
    """Return the filters of the first layer in one picture.

    Arguments:
        net: the network.
        about: its data and its training.
    """
    layer = find_filters(net, about)[0]
    pictures = [draw_filter(channels, layer.limit) for channels in layer.filters[:64]]
    height, width = pictures[0].shape[:2]
    across = max(min(len(pictures), 700 // (width + 8)), 1)
    down = -(-len(pictures) // across)
    sheet = np.full((down * (height + 8) + 8, across * (width + 8) + 8, 3), 255, np.uint8)
    for place, picture in enumerate(pictures):
        top, left = 8 + place // across * (height + 8), 8 + place % across * (width + 8)
        sheet[top : top + height, left : left + width] = picture
    return Preview(picture=_as_png(sheet))


FILTERS = Exporter(
    name="filters",
    title="Pictures of the filters",
    suffix="",
    help="a folder with a picture of each filter, enlarged without smoothing, and an index for a browser",
    export=export_filters,
    obstacles=find_obstacles,
    preview=preview_filters,
)
