"""Sanity checks of pictures: the same network with random weights, and how similar two pictures are.

Source: Adebayo et al. 2018, "Sanity Checks for Saliency Maps". A picture that hardly changes when the weights become
random shows the input and the architecture, not what the network has learned.
"""

import copy
from collections.abc import Iterator, Sequence

import numpy as np

from tinyml.core import Array, TinymlError, describe_shape
from tinyml.layers import Layer
from tinyml.layers.base import Box
from tinyml.layers.base.stack import all_layers, are_registered
from tinyml.net import Sequential
from tinyml.visualize.chosen_layer import find_layer

_OWN_NUMBERS = 2018
"""Part of every seed. Without it, the first layer would get the numbers that a training with this seed starts from: for
NumPy, the seeds [0, 0] and 0 are the same."""


def randomise(net: Sequential, layers: Sequence[str] | None = None, seed: int = 0) -> Sequential:
    """Return a copy of a network with fresh initial weights in some layers.

    The weights are drawn as for a new layer with the same settings, and running statistics start again. They depend on
    the seed and on the place of the layer only, not on which other layers are randomised.

    Arguments:
        net: the network. It does not change, and the copy shares no tensor with it.
        layers: names of the layers; None for all. A layer without parameters stays as it is. A Residual is one layer.
        seed: another one gives other weights.

    Raises `TinymlError` when there is no such layer, or when a layer with parameters has no settings to draw them from.

    >>> from tinyml.layers import Linear, ReLU
    >>> net = Sequential([Linear("fc_1", 4, 8), ReLU("relu"), Linear("fc_2", 8, 3)])
    >>> random = randomise(net, ["fc_2"])
    >>> [bool((random[name].weight.tensor == net[name].weight.tensor).all()) for name in ("fc_1", "fc_2")]
    [True, False]
    """
    names = [layer.name for layer in net.layers]
    chosen = set(range(len(names))) if layers is None else {find_layer(names, name) for name in layers}
    return Sequential(
        [
            _fresh(layer, np.random.default_rng([_OWN_NUMBERS, seed, index])) if index in chosen else _copied(layer)
            for index, layer in enumerate(net.layers)
        ]
    )


def cascade(net: Sequential, downwards: bool = True, seed: int = 0) -> Iterator[tuple[tuple[str, ...], Sequential]]:
    """Randomise the layers one after the other, and keep those before random (Adebayo et al. 2018, section 4.1).

    Arguments:
        net: the network. It does not change.
        downwards: True starts at the output, False at the input.
        seed: as for `randomise`; a layer has the same random weights in every step.

    Yields, for each layer with parameters, the names randomised so far, and a copy of the network. In the last one all
    layers are random.

    Raises the errors of `randomise`.

    >>> from tinyml.layers import Linear, ReLU
    >>> net = Sequential([Linear("fc_1", 4, 8), ReLU("relu"), Linear("fc_2", 8, 3)])
    >>> [names for names, _ in cascade(net)]
    [('fc_2',), ('fc_2', 'fc_1')]
    """
    names = [layer.name for layer in net.layers if layer.named_tensors]
    if downwards:
        names.reverse()
    for count in range(1, len(names) + 1):
        done = tuple(names[:count])
        yield done, randomise(net, done, seed)


def rank_correlation(first: Array, second: Array) -> float:
    """Return how similar two pictures are: Spearman's rank correlation of their absolute values.

    Formula: Pearson's correlation of the ranks of |first| and |second|; equal values share the mean of their ranks. 1
    means the same order of the pixels, 0 no relation. The sign of a pixel and the scale of a picture play no role.

    Arguments:
        first, second: two arrays of the same shape.

    A picture that is multiplied by the input, or that covers parts of it, is zero where the input is blank, whatever
    the weights are. So the correlation stays high for it: compare pictures of one method only.

    Returns NaN if one of them has the same absolute value everywhere, as a blank picture, because it has no order.

    Raises `TinymlError` when the shapes differ, or when a number is infinite or not a number.

    >>> rank_correlation(np.array([1.0, -2.0, 3.0]), np.array([0.1, 0.5, -7.0]))
    1.0
    """
    if first.shape != second.shape:
        raise TinymlError(
            f"The pictures have the shapes {describe_shape(first.shape)} and {describe_shape(second.shape)}, but only "
            "pictures of the same shape can be compared."
        )
    if not (np.isfinite(first).all() and np.isfinite(second).all()):
        raise TinymlError("A picture holds values that are infinite or not a number, so it has no order of pixels.")
    ranks = [_ranks(np.abs(picture).ravel()) for picture in (first, second)]
    centred = [values - values.mean() for values in ranks]
    scale = float(np.sqrt((centred[0] @ centred[0]) * (centred[1] @ centred[1])))
    return float(np.clip(centred[0] @ centred[1] / scale, -1, 1)) if scale > 0 else float("nan")


def picture_similarity(first: Array, second: Array, box: Box, both_blank: bool = True) -> float:
    """Return the rank correlation of two pictures inside of a receptive field.

    Outside of it both are zero, which would make any two pictures alike.

    Arguments:
        first, second: `(C, H, W)` the pictures; of a vector `(D,)`, all numbers are compared.
        box: the receptive field: (first, last + 1) of the rows and of the columns.
        both_blank: False leaves out the pixels that are zero in both pictures. A method that multiplies by the input
            has them wherever the input is blank: two unrelated pictures of a digit then reach 0.9 and more.

    Returns NaN as `rank_correlation` does, and if no pixel is left.

    >>> first, second = np.array([[[1.0, 2.0, 0.0]]]), np.array([[[3.0, 4.0, 9.0]]])
    >>> picture_similarity(first, second, ((0, 1), (0, 2)))
    1.0
    """
    if first.ndim == 3:
        rows, columns = (slice(*span) for span in box)
        first, second = first[:, rows, columns], second[:, rows, columns]
    if not both_blank:
        kept = (first != 0) | (second != 0)
        first, second = first[kept], second[kept]
    return rank_correlation(first, second) if first.size else float("nan")


def _ranks(values: Array) -> np.ndarray:
    """Return the rank of each value, counted from 0; equal values share the mean of their ranks."""
    _, group, counts = np.unique(values, return_inverse=True, return_counts=True)
    last: np.ndarray = np.cumsum(counts) - 1
    return (last - (counts - 1) / 2)[group.ravel()]


def _fresh(layer: Layer, rng: np.random.Generator) -> Layer:
    """Return a new layer with the same name and settings."""
    if not layer.named_tensors:
        return _copied(layer)
    own = next((each for each in all_layers([layer]) if not are_registered([each])), None)
    if own is not None:
        raise TinymlError(
            f"Layer '{own.name}' ({type(own).__name__}) is of a type of your own, so nothing says how its initial "
            "weights are drawn. Randomise other layers."
        )
    fresh = type(layer).from_settings(layer.name, layer.settings, layer.input_dim, rng, layer.dtype.type)  # type: ignore[attr-defined]  # every layer with settings and parameters has it
    fresh.training = layer.training
    return fresh


def _copied(layer: Layer) -> Layer:
    """Return a copy of a layer with its own tensors, which writes to no memory of a running training."""
    duplicate = copy.deepcopy(layer)
    for each in all_layers([duplicate]):
        each.workspace, each.inplace = None, False
    return duplicate
