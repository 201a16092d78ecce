"""Deconvnet: from one activation of a feature map back to the pixels that made it fire.

After Zeiler & Fergus 2014, "Visualizing and Understanding Convolutional Networks", section 2.1. One activation is kept
and everything else in its layer is set to zero, other maps too. Then the signal goes down, each layer in its own way:

- pooling puts values back to where the maxima were *in this forward pass* and fills up with zeros;
- ReLu rectifies the signal itself. (A gradient would instead stop where the forward input was negative, and guided
  backpropagation does both; this is neither.)
- convolution applies the same filters transposed, and never a bias.

The last step down to the pixels is not rectified: its signs tell light from dark.
"""

from dataclasses import dataclass

import numpy as np

from tinyml.core import Array, Pair, TinymlError
from tinyml.core.threads import one_blas_thread
from tinyml.layers.base import Box
from tinyml.net import Trace, TraceEntry
from tinyml.visualize.chosen_layer import find_layer, require_maps_of


@dataclass(frozen=True)
class Step:
    """One layer on the way down.

    Attributes:
        layer: name of the layer that was passed.
        operation: what was done: "unpool", "rectify", "filters transposed" or "identity".
        signal: `(C, H, W)` what came out of it, in the shape of the layer's input.
    """

    layer: str
    operation: str
    signal: Array


@dataclass(frozen=True)
class Reconstruction:
    """What made one activation fire, in pixels.

    Attributes:
        image: `(C, H, W)` in the shape of the network's input, signed; zero means "had no part in it".
        layer: name of the layer whose map was chosen.
        map_index: which of its maps, counted from 0.
        position: (row, column) in that map of the activation that was kept.
        activation: its value in the forward pass.
        kept: `(C, H, W)` of that layer: the activation, zeros everywhere else. The way down starts here.
        steps: one for each layer passed, from the chosen layer down; the last one's signal is the image.
        receptive_field: the pixels that the activation can depend on: (first, last + 1) of the rows and of the columns,
            clipped to the image.
        blank_reason: one sentence when the image is zero everywhere; empty otherwise.
    """

    image: Array
    layer: str
    map_index: int
    position: Pair
    activation: float
    kept: Array
    steps: tuple[Step, ...]
    receptive_field: Box
    blank_reason: str = ""


@one_blas_thread()  # on one example a second one is no help, and is waited for when the processors are busy
def reconstruct(
    trace: Trace, layer_name: str, map_index: int, position: Pair | None = None, example: int = 0
) -> Reconstruction:
    """Show which pixels made a feature map fire (Zeiler & Fergus 2014).

    Arguments:
        trace: a recorded forward pass (`tinyml.net.record`), usually of a single example.
        layer_name: the layer whose map is looked at.
        map_index: which of its maps, counted from 0.
        position: (row, column) of the activation to keep; by default the strongest of the map, the first one in scan
            order when several are equal.
        example: which example of the recorded batch.

    An activation that is not positive gives a blank picture with a reason: the method shows what makes a map fire, and
    it does not fire.

    Raises `TinymlError`, with the reason, when there is no such layer, map, position or example, when the layer has no
    maps, when a layer on the way down cannot be reversed (Tanh, Linear and others), or when the map holds NaN.

    >>> from tinyml.layers import Conv2D, ReLu
    >>> from tinyml.net import Sequential, record
    >>> net = Sequential([Conv2D("conv", (1, 5, 5), 2, 3, 3, 1, 0, rng=np.random.default_rng(0)), ReLu("relu")])
    >>> picture = reconstruct(record(net, np.ones((1, 1, 5, 5), np.float32)), "relu", map_index=1, position=(0, 2))
    >>> picture.image.shape, picture.receptive_field
    ((1, 5, 5), ((0, 3), (2, 5)))
    """
    passed = _way_down(trace, layer_name)
    feature_map = _feature_map(passed[0], map_index, example)
    position = _choose_position(passed[0], feature_map, map_index, position)
    activation = float(feature_map[position])
    kept = np.zeros((1, *passed[0].output.shape[1:]), passed[0].output.dtype)
    kept[(0, map_index, *position)] = max(activation, 0.0)
    steps = _carry_down(kept, passed, example)
    return Reconstruction(
        image=steps[-1].signal,
        layer=layer_name,
        map_index=map_index,
        position=position,
        activation=activation,
        kept=kept[0],
        steps=steps,
        receptive_field=_receptive_field(passed, position),
        blank_reason=_explain_blank(feature_map, activation, map_index, position, steps),
    )


def _way_down(trace: Trace, layer_name: str) -> tuple[TraceEntry, ...]:
    """Return the entries from the chosen layer down to the first one, or say why there is no way down."""
    chosen = find_layer([entry.layer.name for entry in trace.entries], layer_name)
    passed = trace.entries[chosen::-1]
    require_maps_of(layer_name, passed[0].output.shape[1:])
    for entry in passed:
        if not entry.layer.deconvolution:
            raise TinymlError(
                f"A deconvnet has no way back through {type(entry.layer).__name__} ('{entry.layer.name}'). "
                "Choose a feature map below it; a network of Conv2D, ReLu and MaxPool2D has a way back from every map."
            )
    return passed


def _feature_map(entry: TraceEntry, map_index: int, example: int) -> Array:
    """Return the chosen map, `(H, W)`."""
    examples, maps = entry.output.shape[:2]
    if not 0 <= example < examples:
        raise TinymlError(f"There is no example {example}: the recorded batch has the examples 0 to {examples - 1}.")
    if not 0 <= map_index < maps:
        raise TinymlError(f"Layer '{entry.layer.name}' has no map {map_index}: its maps are 0 to {maps - 1}.")
    feature_map: Array = entry.output[example, map_index]
    if not np.isfinite(feature_map).all():
        raise TinymlError(
            f"Map {map_index} of '{entry.layer.name}' holds values that are infinite or not a number, so training has "
            "diverged. Train again with a lower learning rate."
        )
    return feature_map


def _choose_position(entry: TraceEntry, feature_map: Array, map_index: int, position: Pair | None) -> Pair:
    """Check the chosen position, or find the strongest activation."""
    rows, columns = feature_map.shape
    if position is None:
        row, column = divmod(int(feature_map.argmax()), columns)
    else:
        row, column = int(position[0]), int(position[1])
    if not (0 <= row < rows and 0 <= column < columns):
        raise TinymlError(
            f"Map {map_index} of '{entry.layer.name}' has no position ({row}, {column}): it has {rows} rows and "
            f"{columns} columns, counted from 0."
        )
    return row, column


def _carry_down(kept: Array, passed: tuple[TraceEntry, ...], example: int) -> tuple[Step, ...]:
    """Let every layer carry the signal from its output to its input."""
    steps: list[Step] = []
    signal = kept
    one = slice(example, example + 1)
    for entry in passed:
        switches = None if entry.switches is None else entry.switches[one]
        signal = entry.layer.deconvolve(signal, entry.input[one], switches)
        steps.append(Step(entry.layer.name, entry.layer.deconvolution, np.ascontiguousarray(signal[0])))
    return tuple(steps)


def _receptive_field(passed: tuple[TraceEntry, ...], position: Pair) -> Box:
    """Follow one output down to the pixels it can depend on."""
    row, column = position
    box: Box = (row, row + 1), (column, column + 1)
    for entry in passed:
        box = entry.layer.settings.receptive_box(box, entry.input.shape[1:])
    return box


def _explain_blank(
    feature_map: Array, activation: float, map_index: int, position: Pair, steps: tuple[Step, ...]
) -> str:
    """Say why the image is zero everywhere; nothing when it is not."""
    if steps[-1].signal.any():
        return ""
    if feature_map.max() <= 0:
        return f"Map {map_index} does not fire for this sample: none of its values is positive."
    if activation <= 0:
        return (
            f"The activation at row {position[0]}, column {position[1]} is {activation:.3g}, not positive, so nothing "
            "made it fire."
        )
    end = next(step for step in steps if not step.signal.any())
    if end.operation == "rectify":
        return f"Nothing is left below '{end.layer}': every value that reached it was negative and was rectified away."
    return f"Nothing is left below '{end.layer}' ({end.operation}): its weights pass none of the signal on."
