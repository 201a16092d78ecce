"""The examples with the strongest activations of each map of a layer, as in figure 2 of Zeiler & Fergus 2014.

A dense layer has units instead of maps. The search treats a unit as a map of one row and one column. The units of the
last dense layer are the class scores.
"""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from tinyml.core import Array
from tinyml.core.validation import check_counts
from tinyml.data import Dataset
from tinyml.net import Sequential
from tinyml.visualize.chosen_layer import require_maps_or_units
from tinyml.visualize.layer_outputs import SEARCH_BATCH, LayerOutputs, diverged


@dataclass(frozen=True)
class StrongestExamples:
    """For each map of a layer, the examples with the strongest activations, strongest first.

    For a dense layer, read "unit" instead of "map".

    Attributes:
        examples: `(maps, count)` indices of the examples. If activations are equal, the lower index comes first.
        activations: `(maps, count)` the strongest activation of the map in each example.
        positions: `(maps, count, 2)` row and column of that activation in the map, the first one in scan order when
            several are equal. For a unit: (0, 0).
    """

    examples: np.ndarray
    activations: Array
    positions: np.ndarray


def strongest_examples(
    model: Sequential, inputs: Array | Dataset, layer_name: str, count: int = 9, batch_size: int = SEARCH_BATCH
) -> StrongestExamples:
    """Find the examples with the strongest activations of each map (Zeiler & Fergus 2014, figure 2).

    Formula: for map k, the `count` examples n with the largest `max over y, x of a[n, k, y, x]`, with `a` the output
    of the layer in evaluation mode. For unit k of a dense layer: the examples with the largest `a[n, k]`.

    Arguments:
        model: the network. Only its layers up to the chosen one run. Its mode (training or evaluation) does not change.
        inputs: `(N, C, H, W)` the examples, or a dataset. The bytes of a dataset are converted to floating-point
            numbers one batch at a time. The examples are not changed.
        layer_name: name of the layer with the maps or units. The last dense layer gives the class scores.
        count: number of examples for each map; all N if there are fewer.
        batch_size: examples in one forward pass. A smaller number needs less memory. The result differs only by
            rounding.

    Raises `TinymlError`, with the reason, when there is no such layer, when its output has neither maps nor units, when
    `count` or `batch_size` is less than 1, or when an activation is infinite or not a number; `DataError` when there
    are no examples; `ShapeError` when they do not fit the network.

    >>> from tinyml.layers import ReLU
    >>> images = np.array([[[[0.0, 3.0]]], [[[9.0, 1.0]]], [[[3.0, 0.0]]]])
    >>> found = strongest_examples(Sequential([ReLU("relu")]), images, "relu", count=2)
    >>> found.examples, found.activations, found.positions
    (array([[1, 0]]), array([[9., 3.]]), array([[[0, 0],
            [0, 1]]]))
    """
    [(_, found)] = deque(search_strongest(model, inputs, layer_name, count, batch_size), maxlen=1)
    return found


def search_strongest(
    model: Sequential, inputs: Array | Dataset, layer_name: str, count: int = 9, batch_size: int = SEARCH_BATCH
) -> Iterator[tuple[int, StrongestExamples]]:
    """Do the work of `strongest_examples` batch by batch, so a caller can show progress or cancel.

    Arguments:
        model, inputs, layer_name, count, batch_size: as for `strongest_examples`.

    Yields, after each batch, the number of examples done and their strongest examples. Later batches do not change
    a yielded result. To cancel, leave the loop. Between two batches, the network is in the mode (training or
    evaluation) that it had before the search.

    Raises the same errors as `strongest_examples`, at the first batch or at the batch that causes the error.

    >>> from tinyml.layers import ReLU
    >>> images = np.array([3.0, 9.0, 4.0]).reshape(3, 1, 1, 1)
    >>> steps = search_strongest(Sequential([ReLU("relu")]), images, "relu", count=2, batch_size=2)
    >>> [(done, found.examples.tolist()) for done, found in steps]
    [(2, [[1, 0]]), (3, [[1, 2]])]
    """
    check_counts(count=count)
    outputs = LayerOutputs(model, inputs, layer_name, batch_size)
    require_maps_or_units(layer_name, outputs.shape)
    found: StrongestExamples | None = None
    for start, batch in outputs:
        # A unit of a dense layer is a map of one pixel.
        activations = batch if batch.ndim == 4 else batch[:, :, np.newaxis, np.newaxis]
        maxima = _map_maxima(activations)
        _require_finite(maxima, layer_name, start)
        found = _merge_batch(found or _no_examples(maxima), maxima, activations, start, count)
        yield start + len(activations), found


def _map_maxima(activations: Array) -> Array:
    """Return the strongest activation of each map, `(maps, N)`, NaN where a map holds NaN.

    Each step compares the first half of the rows with the second half; an odd middle row is compared with itself. So
    each step reads long contiguous pieces of memory, also if the examples are the last axis in memory. There,
    `max(axis=(2, 3))` reads pieces that are only as long as the batch, and is slower.
    """
    while activations.shape[2] > 1:
        half = (activations.shape[2] + 1) // 2
        activations = np.maximum(activations[:, :, :half], activations[:, :, -half:])
    maxima: Array = activations.max(axis=(2, 3)).T
    # _merge_batch sorts by the negated maxima. Unsigned integers cannot be negated. It reads map by map.
    return maxima.astype(np.result_type(maxima, np.float32), order="C", copy=False)


def _require_finite(maxima: Array, layer_name: str, start: int) -> None:
    """Raise `TinymlError` for the first map and example whose strongest activation is not finite."""
    is_finite = np.isfinite(maxima)
    if not is_finite.all():
        map_index, example = np.argwhere(~is_finite)[0]
        what = f"The strongest activation of map {map_index} of '{layer_name}'"
        raise diverged(what, float(maxima[map_index, example]), start + int(example))


def _no_examples(maxima: Array) -> StrongestExamples:
    """Return the result before the first batch: no examples for any map."""
    empty = np.zeros((len(maxima), 0), np.int64)
    return StrongestExamples(empty, empty.astype(maxima.dtype), empty[..., np.newaxis].repeat(2, axis=2))


def _merge_batch(
    found: StrongestExamples, maxima: Array, activations: Array, start: int, count: int
) -> StrongestExamples:
    """Merge a batch, whose first example has the index `start`, into the result so far.

    Soon few examples of a batch are stronger than those found before, and only these are sorted.
    """
    kept = found.examples.shape[1]
    # An example of this batch that is only as strong as the weakest one comes after it.
    is_candidate = maxima > found.activations[:, -1:] if kept == count else np.ones(maxima.shape, bool)
    map_index, number = np.nonzero(is_candidate)
    changed, first, row = np.unique(map_index, return_index=True, return_inverse=True)
    column = kept + np.arange(len(row)) - first[row]
    # Maps with fewer candidates than others have empty places. These are minus infinity, so they come last.
    strongest = np.full((len(changed), 1 + column.max(initial=kept)), -np.inf, maxima.dtype)
    examples, positions = np.full(strongest.shape, -1), np.zeros((*strongest.shape, 2), np.int64)
    strongest[:, :kept], strongest[row, column] = found.activations[changed], maxima[map_index, number]
    examples[:, :kept], examples[row, column] = found.examples[changed], start + number
    positions[:, :kept] = found.positions[changed]
    # Earlier examples have lower indices and come first. A stable sort keeps this order for equal activations.
    order = np.argsort(-strongest, axis=1, kind="stable")[:, :count]
    strongest, examples = (np.take_along_axis(values, order, axis=1) for values in (strongest, examples))
    positions = np.take_along_axis(positions, order[..., np.newaxis], axis=1)
    # Few examples of a batch are among the strongest, so only their positions are computed.
    row, rank = np.nonzero(examples >= start)
    positions[row, rank] = _first_maxima(activations[examples[row, rank] - start, changed[row]])
    return StrongestExamples(
        _replaced(found.examples, changed, examples),
        _replaced(found.activations, changed, strongest),
        _replaced(found.positions, changed, positions),
    )


def _replaced(before: np.ndarray, changed: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """Return a copy of `before` with other rows at the indices `changed`."""
    if len(changed) == len(before):  # always so until there are enough examples: the new rows are longer then
        return rows
    copied = before.copy()
    copied[changed] = rows
    return copied


def _first_maxima(maps: Array) -> np.ndarray:
    """Return `(K, 2)` row and column of the largest value of each of the maps `(K, H, W)`, first in scan order."""
    count, rows, columns = maps.shape
    return np.stack(np.divmod(maps.reshape(count, rows * columns).argmax(axis=1), columns), axis=1)
