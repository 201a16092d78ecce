"""The search for the strongest examples, and the nine patches of one map with their reconstructions.

All functions here run in a background thread.
"""

from dataclasses import dataclass, replace

import numpy as np

from app.inspector.part_computation import Key, PartResult
from app.inspector.target import Method
from app.widgets.images.colormaps import symmetric_limit
from tinyml.core import Array, TinymlError, describe_count
from tinyml.data import Dataset, ProgressCallback
from tinyml.net import Sequential
from tinyml.visualize import StrongestExamples, search_strongest
from tinyml.visualize.figures import strongest_patches
from tinyml.visualize.layer_outputs import SEARCH_BATCH

COUNT = 9
"""Examples for each map, as in the paper."""
_BATCH_OPERATIONS = 2e9
"""Floating-point operations of one batch of the search: less than 200 ms on a slow computer, so Cancel acts soon."""
_LONGEST_SIDE = 128
"""Patches with more rows or columns lose some, since they are painted small."""


@dataclass(frozen=True, eq=False)
class MapBlock:
    """The strongest examples of one map, strongest first.

    Attributes:
        map_index: index of the map or unit.
        examples: (K,) their indices in the part.
        activations: (K,) the strongest activation in each of them.
        positions: (K, 2) row and column of that activation.
        labels: (K,) their classes; empty if the data has none.
        patches: K arrays (C, h, w): what the activation looks at, cut out of the image before scaling. Empty if the
            examples are no images, or if the map is dead.
        reconstructions: K arrays (C, h, w) of the same places; empty if there are none.
        sentence: why something is missing; empty if nothing is.
    """

    map_index: int
    examples: np.ndarray
    activations: Array
    positions: np.ndarray
    labels: np.ndarray
    patches: tuple[Array, ...] = ()
    reconstructions: tuple[Array, ...] = ()
    sentence: str = ""

    @property
    def limit(self) -> float:
        """The number with the full colour in all reconstructions: the one farthest from zero; 0 if there is none."""
        return max((symmetric_limit(array) for array in self.reconstructions), default=0.0)

    @property
    def nbytes(self) -> int:
        """Memory of the patches and reconstructions."""
        return sum(array.nbytes for array in (*self.patches, *self.reconstructions))


def find_strongest(key: Key, samples: Dataset, progress: ProgressCallback) -> StrongestExamples:
    """Return the strongest examples of all maps of a layer: one pass through the part.

    Arguments:
        key: weights and layer.
        samples: the examples of the part.
        progress: gets the share of the examples that are done, after each batch.

    Raises `TinymlError` as `search_strongest` does.
    """
    net = key.make_net_to_layer()
    size = _batch_size(net, key.layer, samples)
    found: StrongestExamples | None = None
    for done, found in search_strongest(net, samples, key.layer, COUNT, size):  # noqa: B007 (the last one is the result)
        progress(done / len(samples))
    assert found is not None  # there are examples, so there is a batch
    return found


def make_block(
    result: PartResult, map_index: int, method: Method, shows_pixels: bool, progress: ProgressCallback
) -> MapBlock:
    """Return patches and reconstructions of one map.

    Arguments:
        result: what `find_strongest` returned, with its examples.
        map_index: index of the map or unit.
        method: how the pixels are reconstructed.
        shows_pixels: False for examples that are no images: they have no patches.
        progress: called before each reconstruction, and during a slow one, so that the work can be cancelled.

    Raises `TinymlError` when the memory is too small.
    """
    found: StrongestExamples = result.value
    samples = result.samples
    examples, activations = found.examples[map_index], found.activations[map_index]
    labels = samples.labels[examples] if samples.description.has_classes else np.zeros(0, np.int64)
    block = MapBlock(map_index, examples, activations, found.positions[map_index], labels)
    if not activations.any():
        nothing = MapBlock(map_index, examples[:0], activations[:0], block.positions[:0], labels[:0])
        return replace(nothing, sentence=_describe_dead(result, map_index))
    if not shows_pixels:
        return block
    try:
        return _with_pictures(block, result, method, progress)
    except MemoryError as error:
        raise TinymlError(
            f"The memory is too small for the patches of '{result.key.layer}'. Close other programs, or choose another "
            "layer."
        ) from error


def _with_pictures(block: MapBlock, result: PartResult, method: Method, progress: ProgressCallback) -> MapBlock:
    """Add the patches and their reconstructions, or the reason why the method refuses the layer."""
    net, key, sentence = result.key.make_net_to_layer(), result.key, ""
    choice = net, result.samples, key.layer, result.value, block.map_index
    try:
        top = strongest_patches(*choice, method.function, progress)
    except TinymlError as error:
        top, sentence = strongest_patches(*choice, None), str(error)
    patches, reconstructions = (tuple(map(_thin, arrays)) for arrays in (top.patches, top.reconstructions))
    return replace(block, patches=patches, reconstructions=reconstructions, sentence=sentence)


def _describe_dead(result: PartResult, map_index: int) -> str:
    count = describe_count(len(result.samples), f"{result.key.part} example")
    shape = result.samples.description.example_shape
    for layer in result.key.make_net_to_layer().layers:
        shape = layer.output_shape(shape)
        if layer.name == result.key.layer:
            break
    thing = "Map" if len(shape) == 3 else "Unit"
    return f"{thing} {map_index} is dead: none of the {count} activates it."


def _batch_size(net: Sequential, layer_name: str, samples: Dataset) -> int:
    """Return how many examples pass through the network together: few if one of them needs much work."""
    operations, shape = 0, samples.description.example_shape
    for layer in net.layers:
        operations += layer.settings.operations(shape) or 0
        shape = layer.output_shape(shape)
        if layer.name == layer_name:
            break
    return int(min(max(_BATCH_OPERATIONS // max(operations, 1), 1), SEARCH_BATCH))


def _thin(image: Array) -> Array:
    """Return a copy of an image with fewer rows and columns, if it is large."""
    step = -(-max(image.shape[1:]) // _LONGEST_SIDE)
    return np.ascontiguousarray(image[:, ::step, ::step])
