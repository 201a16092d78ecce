"""Patches: the part of an image that one activation looks at."""

import numpy as np

from tinyml.core import Array, Pair, Shape
from tinyml.layers.base import Box, LayerSettings
from tinyml.net import Sequential
from tinyml.visualize.chosen_layer import find_layer
from tinyml.visualize.reconstruction import whole

_FAR = 720_720
"""Far from any border. It can be divided by every stride and every scale up to 16."""


def patch_box(model: Sequential, layer_name: str, input_shape: Shape, position: Pair) -> Box:
    """Return the rows and columns of the image that the activation at `position` looks at.

    This is the receptive field as it would be without the borders of the image. So it has the same size for all
    positions of a layer, and it can go over a border. `Reconstruction.receptive_field` is the part inside the image.

    Arguments:
        model: the network.
        layer_name: name of a layer of the network.
        input_shape: `(C, H, W)` of one example.
        position: (row, column) in a map of that layer. For a unit of a dense layer it does not matter: the box is
            the whole image. A vector counts as one row.

    Returns (first, last + 1) of the rows, then of the columns.

    Raises `TinymlError` if there is no such layer, `ShapeError` if the examples do not fit the network.

    >>> from tinyml.layers import Conv2D
    >>> net = Sequential([Conv2D("conv", (1, 8, 8), 1, 3, 3, stride=2, padding=1)])
    >>> patch_box(net, "conv", (1, 8, 8), (0, 3))
    ((-1, 2), (5, 8))
    """
    chosen = find_layer([layer.name for layer in model.layers], layer_name)
    layers, shapes = model.layers[: chosen + 1], [input_shape]
    for layer in layers:
        shapes.append(layer.output_shape(shapes[-1]))
    below = list(zip(layers, shapes, strict=False))
    if any(len(shape) != 3 for shape in shapes) or any(
        layer.settings.reads_whole_input(shape) for layer, shape in below
    ):
        return whole(input_shape)
    box: Box = _moved(((0, 1), (0, 1)), position)
    for layer, shape in reversed(below):
        box = _box_without_borders(layer.settings, box, shape[0])
    return box


def patch(image: Array, box: Box, fill: float = 0.0) -> Array:
    """Cut a box out of an image.

    Arguments:
        image: `(C, H, W)`.
        box: rows and columns, as `patch_box` returns them.
        fill: the value of pixels outside the image. The default is what a convolution reads there (its padding).

    Returns a new array `(C, rows, columns)` of the size of the box.

    >>> patch(np.array([[[1, 2], [3, 4]]]), ((-1, 1), (0, 3))).tolist()
    [[[0, 0, 0], [1, 2, 0]]]
    """
    sizes = [end - first for first, end in box]
    cut = np.full((len(image), *sizes), fill, image.dtype)
    inside = [(max(first, 0), min(end, size)) for (first, end), size in zip(box, image.shape[1:], strict=True)]
    if all(first < end for first, end in inside):
        source = [slice(*span) for span in inside]
        target = [slice(first - start, end - start) for (first, end), (start, _) in zip(inside, box, strict=True)]
        cut[:, *target] = image[:, *source]
    return cut


def _box_without_borders(settings: LayerSettings, box: Box, channels: int) -> Box:
    """Return the input pixels of a layer that the outputs in `box` depend on, as if the input had no borders.

    `LayerSettings.receptive_field` clips its result to the input. So the box is moved to the middle of a huge input,
    and the result is moved back. How far to move it back follows from another move of the same distance.
    """
    huge = (channels, 64 * _FAR, 64 * _FAR)
    rows, columns = settings.receptive_field(_moved(box, (2 * _FAR, 2 * _FAR)), huge)
    again = settings.receptive_field(_moved(box, (3 * _FAR, 3 * _FAR)), huge)
    steps = again[0][0] - rows[0], again[1][0] - columns[0]
    return _moved((rows, columns), (-2 * steps[0], -2 * steps[1]))


def _moved(box: Box, by: Pair) -> Box:
    rows, columns = ((first + distance, end + distance) for (first, end), distance in zip(box, by, strict=True))
    return rows, columns
