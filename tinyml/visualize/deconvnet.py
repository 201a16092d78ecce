"""Deconvnet: map one activation of a feature map back to the pixels that caused it.

Source: Zeiler & Fergus 2014, "Visualizing and Understanding Convolutional Networks", section 2.1. The method keeps one
activation and sets all other values of the layer to zero, in the other maps too. Then it passes the signal back through
the layers:

- pooling puts each value at the position of its maximum *in this forward pass* (the switches), and zeros elsewhere;
- ReLU rectifies the signal itself: it sets negative values of the signal to zero. (Backpropagation sets
  the signal to zero where the input of the forward pass is negative. Guided backpropagation applies both rules.)
- convolution applies the same filters transposed, without bias.

The signal that reaches the pixels is not rectified, so it has signs: a positive number stands for a brighter
pixel, a negative number for a darker one.
"""

from dataclasses import dataclass

import numpy as np

from tinyml.core import Array, Pair, TinymlError
from tinyml.core.threads import one_blas_thread
from tinyml.layers.base import Box, Deconvolution
from tinyml.net import Trace, TraceEntry
from tinyml.visualize.chosen_layer import find_layer, require_maps_of


@dataclass(frozen=True)
class Step:
    """One step of the deconvnet: the signal after one layer.

    Attributes:
        layer: name of the layer.
        deconvolution: the operation of this step in words, from the layer (`Layer.deconvolution`).
        signal: `(C, H, W)`, the result of this step, in the shape of the layer's input.
    """

    layer: str
    deconvolution: Deconvolution
    signal: Array

    @property
    def operation(self) -> str:
        """The operation in one to three words: "unpool", "rectify", "filters transposed"."""
        return self.deconvolution.operation


@dataclass(frozen=True)
class Reconstruction:
    """The pixels that caused one activation.

    Attributes:
        image: `(C, H, W)` in the shape of the network's input, with signs. Zero means that no signal reached the pixel.
        layer: name of the layer with the chosen map.
        map_index: index of the map, counted from 0.
        position: (row, column) of the kept activation in that map.
        activation: its value in the forward pass.
        kept: `(C, H, W)` of that layer: the kept activation, and zeros everywhere else. The first step starts here.
        steps: one for each layer, from the chosen layer down. The signal of the last one is the image.
        receptive_field: the pixels that the activation can depend on: (first, last + 1) of the rows and of the columns,
            clipped to the image.
        blank_reason: one sentence that says why the image is zero everywhere; empty otherwise.
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


@one_blas_thread()  # One example is too little work for two threads; on a busy processor, one waits for the other.
def reconstruct(
    trace: Trace, layer_name: str, map_index: int, position: Pair | None = None, example: int = 0
) -> Reconstruction:
    """Return the pixels that caused an activation of a feature map (Zeiler & Fergus 2014).

    Arguments:
        trace: a recorded forward pass (`tinyml.net.record`), usually of a single example.
        layer_name: name of the layer with the map.
        map_index: index of the map, counted from 0.
        position: (row, column) of the activation to keep; the default is the strongest of the map, and the first in
            scan order when several are equal.
        example: index of the example in the recorded batch.

    An activation that is not positive gives a blank image with a reason, because the map does not fire there.

    Raises `TinymlError`, with the reason, when there is no such layer, map, position or example, when the layer has no
    maps, when a deconvnet cannot go back through one of the layers up to the map (Tanh, Linear and others), or when the
    map holds NaN.

    >>> from tinyml.layers import Conv2D, ReLU
    >>> from tinyml.net import Sequential, record
    >>> net = Sequential([Conv2D("conv", (1, 5, 5), 2, 3, 3, 1, 0, rng=np.random.default_rng(0)), ReLU("relu")])
    >>> picture = reconstruct(record(net, np.ones((1, 1, 5, 5), np.float32)), "relu", map_index=1, position=(0, 2))
    >>> picture.image.shape, picture.receptive_field
    ((1, 5, 5), ((0, 3), (2, 5)))
    """
    entries = _entries_to_input(trace, layer_name)
    feature_map = _feature_map(entries[0], map_index, example)
    position = _choose_position(entries[0], feature_map, map_index, position)
    activation = float(feature_map[position])
    kept = np.zeros((1, *entries[0].output.shape[1:]), entries[0].output.dtype)
    kept[(0, map_index, *position)] = max(activation, 0.0)
    steps = _go_back(kept, entries, example)
    return Reconstruction(
        image=steps[-1].signal,
        layer=layer_name,
        map_index=map_index,
        position=position,
        activation=activation,
        kept=kept[0],
        steps=steps,
        receptive_field=_receptive_field(entries, position),
        blank_reason=_explain_blank(feature_map, activation, map_index, position, steps),
    )


def _entries_to_input(trace: Trace, layer_name: str) -> tuple[TraceEntry, ...]:
    """Return the entries from the chosen layer back to the first one.

    Raises `TinymlError` if a deconvnet cannot go back through one of the layers.
    """
    chosen = find_layer([entry.layer.name for entry in trace.entries], layer_name)
    entries = trace.entries[chosen::-1]
    require_maps_of(layer_name, entries[0].output.shape[1:])
    for entry in entries:
        if not entry.layer.deconvolution:
            raise TinymlError(
                f"A deconvnet cannot go back through {type(entry.layer).__name__} ('{entry.layer.name}'). "
                "Choose a feature map before it. In a network of only Conv2D, ReLU and MaxPool2D, any map is possible."
            )
    return entries


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
    """Return the chosen position after a check, or the position of the strongest activation."""
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


def _go_back(kept: Array, entries: tuple[TraceEntry, ...], example: int) -> tuple[Step, ...]:
    """Pass the signal from the output to the input of each layer; return all steps."""
    steps: list[Step] = []
    signal = kept
    one = slice(example, example + 1)
    for entry in entries:
        deconvolution = entry.layer.deconvolution
        assert deconvolution is not None  # _entries_to_input checks it
        switches = None if entry.switches is None else entry.switches[one]
        signal = entry.layer.deconvolve(signal, entry.input[one], switches)
        steps.append(Step(entry.layer.name, deconvolution, np.ascontiguousarray(signal[0])))
    return tuple(steps)


def _receptive_field(entries: tuple[TraceEntry, ...], position: Pair) -> Box:
    """Return the pixels that the activation at `position` can depend on."""
    row, column = position
    box: Box = (row, row + 1), (column, column + 1)
    for entry in entries:
        box = entry.layer.settings.receptive_field(box, entry.input.shape[1:])
    return box


def _explain_blank(
    feature_map: Array, activation: float, map_index: int, position: Pair, steps: tuple[Step, ...]
) -> str:
    """Return one sentence that says why the image is zero everywhere; empty if it is not."""
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
    return f"After '{end.layer}' ({end.operation}) the signal is zero: {end.deconvolution.blank_reason}."
