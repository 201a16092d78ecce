"""The weights of a convolution as pictures: one for each filter, or one for each filter and input channel."""

import numpy as np
from PySide6.QtGui import QImage

from app.formatting import format_number
from app.widgets.images.colormaps import diverging_image, rgb_image, symmetric_limit
from app.widgets.images.image_list_model import GridImage
from tinyml.layers import Conv2D, ConvTranspose2D, Layer
from tinyml.net import Trace

_KEEPING_MAPS = ("activation", "pooling", "regularisation")
"""Families of the layers that compute each of their maps from one map."""
MEAN = -1
"""The input channel that stands for the mean over all channels."""


def filter_weights(layer: Layer) -> np.ndarray | None:
    """Return the weights of a convolution, (K, C, h, w): filter, input channel, row, column; None for other layers.

    Arguments:
        layer: a layer whose weights are frozen. The weights of a transposed convolution, which are (C, K, h, w), are
            turned.
    """
    if isinstance(layer, Conv2D):
        return layer.weight.tensor
    if isinstance(layer, ConvTranspose2D):
        return layer.weight.tensor.swapaxes(0, 1)
    return None


def filters_before(trace: Trace, layer: str) -> tuple[str, np.ndarray] | None:
    """Return the convolution that made the maps of a layer, and its weights; None if there is none.

    Activations, normalisations and poolings keep the maps apart, so a map behind them still belongs to one filter.

    Arguments:
        trace: a recorded forward pass.
        layer: name of one of its layers.
    """
    names = [entry.layer.name for entry in trace.entries]
    for entry in reversed(trace.entries[: names.index(layer) + 1]):
        weights = filter_weights(entry.layer)
        if weights is not None:
            return entry.layer.name, weights
        if entry.layer.settings.family not in _KEEPING_MAPS:
            return None
    return None


def is_colored(trace: Trace, layer: str) -> bool:
    """Return True if the filters of a convolution are shown in colour: those of the first layer of colour images.

    Three maps of a deeper layer are no colours.

    Arguments:
        trace: a recorded forward pass.
        layer: name of the convolution.
    """
    first = trace.entries[0]
    return first.layer.name == layer and first.input.shape[1] == 3


def filter_pictures(
    weights: np.ndarray, colored: bool, channel: int, own_scale: bool, dark: bool
) -> tuple[GridImage, ...]:
    """Return a picture of each filter. Zero is the middle of the colours: grey in colour filters.

    Arguments:
        weights: (K, C, h, w) the weights.
        colored: True to show three input channels as red, green and blue.
        channel: otherwise: the input channel that is shown, from 0; `MEAN` for the mean over all channels.
        own_scale: True if each filter has its own scale, False if all filters share one.
        dark: True for the dark theme.
    """
    shown = weights if colored else (weights.mean(axis=1) if channel == MEAN else weights[:, channel])
    shared = None if own_scale else symmetric_limit(shown)
    return tuple(_picture(index, values, shared, colored, dark) for index, values in enumerate(shown))


def _picture(index: int, values: np.ndarray, limit: float | None, colored: bool, dark: bool) -> GridImage:
    limit = symmetric_limit(values) if limit is None else limit
    image: QImage = rgb_image(values, -limit, limit) if colored else diverging_image(values, dark, limit)
    low, high = float(values.min()), float(values.max())
    tooltip = f"filter {index}: from {format_number(low)} to {format_number(high)}"
    return GridImage(image, tooltip=tooltip, number=str(index))
