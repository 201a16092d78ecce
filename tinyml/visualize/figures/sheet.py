"""The sheet of a layer: for each map, its strongest patches beside their reconstructions.

Source: Zeiler & Fergus 2014, figure 2.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from inspect import signature

import numpy as np

from tinyml.core import Array, Pair, Shape, TinymlError, describe_shape
from tinyml.core.text_picture import GREY, HEADING, MARGIN
from tinyml.data import Dataset
from tinyml.net import Sequential, record
from tinyml.visualize.chosen_layer import find_layer
from tinyml.visualize.deconvnet import reconstruct
from tinyml.visualize.figures.colours import image_colours, signed_colours, signed_limit
from tinyml.visualize.figures.figure import Figure
from tinyml.visualize.patches import patch, patch_box
from tinyml.visualize.reconstruction import Reconstruction
from tinyml.visualize.strongest import StrongestExamples

_TILE, _TILE_GAP = 56, 3
"""Largest side of a patch, and the room between two patches, in pixels."""
_GRID_GAP, _MAP_GAP, _LABEL = 12, 28, 20
_WIDTH = 1600
"""Largest width of a sheet in pixels."""


@dataclass(frozen=True)
class StrongestPatches:
    """The strongest patches of one map, and what a method finds in them.

    Attributes:
        map_index: index of the map or unit.
        is_unit: True for a unit of a dense layer.
        examples: `(count,)` indices of the examples, strongest first.
        activations: `(count,)` of the map.
        patches: `(count, C, rows, columns)` what each activation looks at; for a unit, the whole images.
        reconstructions: in the same shape, with signs; `(0, C, rows, columns)` without a method.
        remark: where they depart from the definition of the method; empty if nowhere.
    """

    map_index: int
    is_unit: bool
    examples: np.ndarray
    activations: Array
    patches: Array
    reconstructions: Array
    remark: str = ""


def strongest_patches(
    model: Sequential,
    inputs: Array | Dataset,
    layer_name: str,
    found: StrongestExamples,
    map_index: int,
    method: Callable[..., Reconstruction] | None = reconstruct,
    progress: Callable[[float], object] | None = None,
) -> StrongestPatches:
    """Cut out the strongest patches of one map, and reconstruct them.

    The layers above the chosen one are not computed.

    Arguments:
        model: the network.
        inputs: `(N, C, H, W)` the examples that were searched, or the dataset. The patches of a dataset are those
            before scaling: pixels from 0 to 1.
        layer_name: name of the layer.
        found: the strongest examples of that layer.
        map_index: index of the map or unit.
        method: of `tinyml.visualize`, such as `guided_backprop`; None for the patches alone.
        progress: called with the finished share before each reconstruction, and as often as the method itself reports
            its progress. It raises an exception to cancel.

    Raises `TinymlError`, with the reason, if the examples are no images, if there is no such layer or map, or if the
    method cannot go through a layer.

    >>> from tinyml.layers import ReLU
    >>> from tinyml.visualize import strongest_examples
    >>> net, images = Sequential([ReLU("relu")]), np.arange(8.0).reshape(2, 1, 2, 2)
    >>> top = strongest_patches(net, images, "relu", strongest_examples(net, images, "relu"), 0)
    >>> top.examples.tolist(), top.patches.ravel().tolist(), top.reconstructions.ravel().tolist()
    ([1, 0], [7.0, 3.0], [7.0, 3.0])
    """
    if not 0 <= map_index < len(found.examples):
        raise TinymlError(f"Layer '{layer_name}' has no map {map_index}: its maps are 0 to {len(found.examples) - 1}.")
    rows = found.examples[map_index]
    batch = inputs.examples(rows) if isinstance(inputs, Dataset) else inputs[rows]
    shown = inputs.unscaled_examples(rows) if isinstance(inputs, Dataset) else batch
    if batch.ndim != 4:
        raise TinymlError(
            f"The examples have the shape {describe_shape(batch.shape[1:])}, so they are no images and have no patches."
        )
    net = Sequential(model.layers[: find_layer([layer.name for layer in model.layers], layer_name) + 1])
    positions = [(int(row), int(column)) for row, column in found.positions[map_index]]
    boxes = [patch_box(net, layer_name, batch.shape[1:], position) for position in positions]
    patches = np.stack([patch(image, box) for image, box in zip(shown, boxes, strict=True)])
    pictures = [] if method is None else _reconstruct_all(net, batch, map_index, positions, method, progress)
    return StrongestPatches(
        map_index,
        _gives_units(net, batch.shape[1:]),
        rows,
        found.activations[map_index],
        patches,
        np.stack([patch(picture.image, box) for picture, box in zip(pictures, boxes, strict=True)])
        if pictures
        else np.zeros((0, *patches.shape[1:]), patches.dtype),
        pictures[0].remark if pictures else "",
    )


def _reconstruct_all(
    net: Sequential,
    batch: Array,
    map_index: int,
    positions: list[Pair],
    method: Callable[..., Reconstruction],
    progress: Callable[[float], object] | None,
) -> list[Reconstruction]:
    """Reconstruct a map of the last layer, one example after the other: this needs the memory of one trace only."""
    reports_itself, pictures = "progress" in signature(method).parameters, []
    for number, position in enumerate(positions):

        def report(share: float, done: int = number) -> None:
            if progress is not None:
                progress((done + share) / len(positions))

        report(0.0)
        trace = record(net, batch[number : number + 1])
        reports = {"progress": report} if reports_itself else {}
        pictures.append(method(trace, net.layers[-1].name, map_index, position, **reports))
    return pictures


def _gives_units(net: Sequential, shape: Shape) -> bool:
    """Return True if a network gives one number for each unit for examples of this shape, and no maps."""
    for layer in net.layers:
        shape = layer.output_shape(shape)
    return len(shape) == 1


def draw_sheet(title: str, lines: tuple[str, ...], maps: Iterable[StrongestPatches], count: int) -> Figure:
    """Draw the sheet: the patches of each map at the left, their reconstructions at the right.

    The reconstructions of a map share one scale, with zero in the middle. The text above them says its ends.

    Arguments:
        title: of the sheet.
        lines: below the title, at most two.
        maps: one for each map, in the order of the sheet. They are drawn one by one, so that they need not be in
            memory together.
        count: number of maps, at least 1.

    Raises `TinymlError` if there are no maps.

    >>> top = StrongestPatches(3, False, np.arange(1), np.ones(1), np.zeros((1, 1, 5, 5)), np.zeros((1, 1, 5, 5)))
    >>> draw_sheet("conv_1", (), [top], 1).pixels().shape
    (295, 420, 3)
    """
    layout: _Layout | None = None
    for place, top in enumerate(maps):
        layout = layout or _Layout(title, lines, top.patches.shape[2:], count)
        layout.draw(place, top)
    if layout is None:
        raise TinymlError("There are no maps to draw.")
    return layout.figure


class _Layout:
    """Places of the maps on a sheet."""

    def __init__(self, title: str, lines: tuple[str, ...], patch_size: tuple[int, ...], count: int) -> None:
        rows, columns = patch_size
        longest = max(rows, columns)
        factor = _TILE // longest if longest <= _TILE else _TILE / longest
        self._tile = max(1, round(columns * factor)), max(1, round(rows * factor))
        side = max(self._tile)
        self._step = side + _TILE_GAP
        self._grid = 3 * self._step - _TILE_GAP
        width = 2 * self._grid + _GRID_GAP
        self._across = max(1, min(count, (_WIDTH - 2 * MARGIN + _MAP_GAP) // (width + _MAP_GAP)))
        self._right, self._down = width + _MAP_GAP, _LABEL + self._grid + _MAP_GAP
        lines_down = -(-count // self._across)
        self.figure = Figure(
            max(420, 2 * MARGIN + self._across * self._right - _MAP_GAP),
            HEADING + lines_down * self._down - _MAP_GAP + MARGIN,
            title,
            lines,
        )

    def draw(self, place: int, top: StrongestPatches) -> None:
        """Draw one map.

        Arguments:
            place: number of the map on the sheet, from 0.
            top: its strongest patches.
        """
        x = MARGIN + place % self._across * self._right
        y = HEADING + place // self._across * self._down
        limit = signed_limit(top.reconstructions)
        name, text = _label(top, limit)
        self.figure.add_text((x, y), name, 13)
        self.figure.add_text((x + 62, y + 1), text, 12, GREY, most=self._right - _MAP_GAP - 62)
        if top.activations.max(initial=0.0) <= 0:
            return
        low, high = min(0.0, float(top.patches.min())), max(1.0, float(top.patches.max()))
        for number, (image, found) in enumerate(zip(top.patches[:9], top.reconstructions[:9], strict=True)):
            at = x + number % 3 * self._step, y + _LABEL + number // 3 * self._step
            self.figure.add_picture(at, self._tile, image_colours(image, low, high))
            self.figure.add_picture((at[0] + self._grid + _GRID_GAP, at[1]), self._tile, signed_colours(found, limit))


def _label(top: StrongestPatches, limit: float) -> tuple[str, str]:
    """Return the name of a map, and its activations and scale as text."""
    name = f"{'unit' if top.is_unit else 'map'} {top.map_index}"
    if top.activations.max(initial=0.0) <= 0:
        return name, "fires for no example"
    strongest, weakest = float(top.activations[0]), float(top.activations[-1])
    numbers = f"{strongest:.3g}" if len(top.activations) == 1 else f"{strongest:.3g} to {weakest:.3g}"
    scale = f"colours: ±{limit:.2g}" if limit else "all reconstructions are zero"
    return name, f"activation {numbers} · {scale}"
