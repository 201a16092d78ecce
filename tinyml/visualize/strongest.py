"""The examples that make each map of a layer fire most, as in figure 2 of Zeiler & Fergus 2014, which shows nine."""

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from tinyml.core import Array, DataError, Shape, TinymlError
from tinyml.data import Dataset
from tinyml.net import Sequential
from tinyml.visualize.chosen_layer import find_layer, require_maps_of

SEARCH_BATCH = 128
"""Examples at a time: enough for a fast forward pass, few enough to hold what a layer gives and to stop soon."""


@dataclass(frozen=True)
class StrongestExamples:
    """For every map of a layer, the examples that fire it most, from the strongest down.

    Attributes:
        examples: `(maps, count)` which examples; of equal activations the one with the lower number stands first.
        activations: `(maps, count)` the strongest activation that the map has in each.
        positions: `(maps, count, 2)` row and column of that activation in the map, the first one in scan order when
            several are equal.
    """

    examples: np.ndarray
    activations: Array
    positions: np.ndarray


def strongest_examples(
    model: Sequential, inputs: Array | Dataset, layer_name: str, count: int = 9, batch_size: int = SEARCH_BATCH
) -> StrongestExamples:
    """Find the examples that fire each map of a layer most (Zeiler & Fergus 2014, figure 2).

    Formula: for map k, the `count` examples n with the largest `max over y, x of a[n, k, y, x]`, `a` being what the
    layer gives in evaluation mode.

    Arguments:
        model: the network; only its layers up to the chosen one run, and its training mode is put back.
        inputs: `(N, C, H, W)` the examples, or a dataset of them, whose bytes are converted batch by batch; they are
            never changed.
        layer_name: the layer whose maps are looked at.
        count: how many examples for each map; all N when there are fewer.
        batch_size: examples at a time. It bounds the memory, and changes the result only as far as a sum rounds
            differently in batches of another size.

    Raises `TinymlError`, with the reason, when there is no such layer, when it gives no maps, when `count` or
    `batch_size` is less than 1, or when an activation is infinite or not a number; `DataError` when there are no
    examples; `ShapeError` when they do not fit the network.

    >>> from tinyml.layers import ReLu
    >>> images = np.array([[[[0.0, 3.0]]], [[[9.0, 1.0]]], [[[3.0, 0.0]]]])
    >>> found = strongest_examples(Sequential([ReLu("relu")]), images, "relu", count=2)
    >>> found.examples, found.activations, found.positions
    (array([[1, 0]]), array([[9., 3.]]), array([[[0, 0],
            [0, 1]]]))
    """
    [(_, found)] = deque(search_strongest(model, inputs, layer_name, count, batch_size), maxlen=1)
    return found


def search_strongest(
    model: Sequential, inputs: Array | Dataset, layer_name: str, count: int = 9, batch_size: int = SEARCH_BATCH
) -> Iterator[tuple[int, StrongestExamples]]:
    """Do the work of `strongest_examples` batch by batch, for those who show how far it is or want to cancel.

    Arguments:
        model, inputs, layer_name, count, batch_size: as for `strongest_examples`.

    Yields, after each batch, how many examples are done and the strongest of them, which are not changed later. To
    cancel, leave the loop: between two batches the network is in the mode in which its owner left it.

    Raises what `strongest_examples` raises, when the first batch is asked for or when a batch holds what is refused.

    >>> from tinyml.layers import ReLu
    >>> images = np.array([3.0, 9.0, 4.0]).reshape(3, 1, 1, 1)
    >>> steps = search_strongest(Sequential([ReLu("relu")]), images, "relu", count=2, batch_size=2)
    >>> [(done, found.examples.tolist()) for done, found in steps]
    [(2, [[1, 0]]), (3, [[1, 2]])]
    """
    for name, value in (("count", count), ("batch_size", batch_size)):
        if value < 1:
            raise TinymlError(f"{name} is {value} but should be at least 1.")
    if not len(inputs):
        raise DataError("There are no examples to search.")
    take: Callable[[slice], Array]
    if isinstance(inputs, Dataset):
        shape, take = inputs.description.example_shape, inputs.examples
    else:
        shape, take = inputs.shape[1:], inputs.__getitem__
    below = _layers_up_to(model, layer_name, shape)
    found: StrongestExamples | None = None
    for start in range(0, len(inputs), batch_size):
        activations = _activations(below, take(slice(start, start + batch_size)))
        maxima = _map_maxima(activations)
        _require_finite(maxima, layer_name, start)
        found = _admit(found or _nobody(maxima), maxima, activations, start, count)
        yield start + len(activations), found


def _layers_up_to(model: Sequential, layer_name: str, input_shape: Shape) -> Sequential:
    """Return the network up to the chosen layer, or say why there are no maps to look at."""
    chosen = find_layer([layer.name for layer in model.layers], layer_name)
    below = Sequential(model.layers[: chosen + 1])
    require_maps_of(layer_name, below.output_shape(input_shape))
    return below


def _activations(below: Sequential, batch: Array) -> Array:
    """Compute what the last layer of `below` gives for a batch in evaluation mode: `(N, maps, H, W)`."""
    with np.errstate(all="ignore"):  # a network that diverged is told of in a sentence, not in warnings
        return below.predict(batch)


def _map_maxima(activations: Array) -> Array:
    """Return the strongest activation of each map, `(maps, N)`, NaN where a map holds NaN.

    Rows are folded onto each other, the lower half onto the upper one, the middle row onto itself when their number is
    odd: every step is one pass over long runs of memory, in whatever order the axes lie. `max(axis=(2, 3))` works in
    runs as short as the batch.
    """
    while activations.shape[2] > 1:
        half = (activations.shape[2] + 1) // 2
        activations = np.maximum(activations[:, :, :half], activations[:, :, -half:])
    maxima: Array = activations.max(axis=(2, 3)).T
    # The search negates them, which unsigned numbers would not survive.
    return maxima.astype(np.result_type(maxima, np.float32), copy=False)


def _require_finite(maxima: Array, layer_name: str, start: int) -> None:
    """Raise `TinymlError` for the first map and example whose strongest activation is no number to compare."""
    faulty = np.argwhere(~np.isfinite(maxima))
    if len(faulty):
        map_index, example = faulty[0]
        raise TinymlError(
            f"The strongest activation of map {map_index} of '{layer_name}' is {maxima[map_index, example]} for "
            f"example {start + example}. Unless the example itself holds such a value, training has diverged: train "
            "again with a lower learning rate."
        )


def _nobody(maxima: Array) -> StrongestExamples:
    """Return the list of every map as it is before the first batch: empty."""
    empty = np.zeros((len(maxima), 0), np.int64)
    return StrongestExamples(empty, empty.astype(maxima.dtype), empty[..., np.newaxis].repeat(2, axis=2))


def _admit(found: StrongestExamples, maxima: Array, activations: Array, start: int, count: int) -> StrongestExamples:
    """Let the examples of a batch, the first of which is number `start`, compete with those found so far."""
    candidates = np.broadcast_to(np.arange(start, start + maxima.shape[1]), maxima.shape)
    examples = np.concatenate([found.examples, candidates], axis=1)
    strongest = np.concatenate([found.activations, maxima], axis=1)
    positions = np.concatenate([found.positions, np.zeros((*maxima.shape, 2), np.int64)], axis=1)
    # Those found before have lower numbers and stand in front, so that a stable order keeps them there on ties.
    order = np.argsort(-strongest, axis=1, kind="stable")[:, :count]
    examples = np.take_along_axis(examples, order, axis=1)
    positions = np.take_along_axis(positions, order[..., np.newaxis], axis=1)
    # Few examples of a batch get in: looking for the place in their maps alone costs next to nothing.
    map_index, rank = np.nonzero(examples >= start)
    maps = activations[examples[map_index, rank] - start, map_index]
    positions[map_index, rank] = _first_maxima(maps)
    return StrongestExamples(examples, np.take_along_axis(strongest, order, axis=1), positions)


def _first_maxima(maps: Array) -> np.ndarray:
    """Return `(K, 2)` row and column of the largest value of each of the maps `(K, H, W)`, first in scan order."""
    count, rows, columns = maps.shape
    return np.stack(np.divmod(maps.reshape(count, rows * columns).argmax(axis=1), columns), axis=1)
