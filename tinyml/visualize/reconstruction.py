"""What every method that maps an activation back to pixels takes and returns.

Each method has the same leading arguments: a recorded forward pass, the layer, the map, the position. `choose` checks
them and collects what the methods start from. Each method returns a `Reconstruction`.
"""

import math
from dataclasses import dataclass

import numpy as np

from tinyml.core import Array, Pair, TinymlError, describe_shape
from tinyml.layers.base import Box, Deconvolution
from tinyml.net import Trace, TraceEntry
from tinyml.visualize.chosen_layer import find_layer


@dataclass(frozen=True)
class Step:
    """One step of a method that goes back through the layers: the signal after one layer.

    Attributes:
        layer: name of the layer.
        deconvolution: the operation of this step in words.
        signal: `(C, H, W)` or `(D,)`, the result of this step, in the shape of the layer's input.
        inside: for a layer that holds layers, the steps through these, from the last one to the first. The signal of
            this step is the sum of the last of them and of the signal before.
    """

    layer: str
    deconvolution: Deconvolution
    signal: Array
    inside: "tuple[Step, ...]" = ()

    @property
    def operation(self) -> str:
        """The operation in one to three words: "unpool", "rectify", "filters transposed"."""
        return self.deconvolution.operation


@dataclass(frozen=True)
class Reconstruction:
    """What a method computed in pixels for one activation, or for a whole map.

    What a number means depends on the method. In a gradient, its sign says whether a brighter pixel raises the
    activation. In a deconvnet it does not: the numbers are the pattern that the filters hold.

    Attributes:
        image: `(C, H, W)` in the shape of the network's input, with signs; `(D,)` if the input is a vector.
        layer: name of the layer with the chosen map.
        map_index: index of the map, or of the unit of a dense layer, counted from 0.
        position: (row, column) of the chosen activation in that map, (0, 0) for a dense layer. For a whole map it is
            the strongest activation.
        activation: its value in the forward pass.
        kept: in the shape of that layer's output: what the method starts from, and zeros everywhere else. A deconvnet
            starts from the activation, the gradients start from 1.
        steps: one for each layer, from the chosen layer down; the signal of the last one is the image. Empty for
            methods that do not go back layer by layer.
        receptive_field: the pixels that the activation can depend on: (first, last + 1) of the rows and of the columns,
            clipped to the image. A vector counts as one row.
        blank_reason: one sentence that says why the image is zero everywhere; empty otherwise.
        method: name of the function that computed it, as "reconstruct" or "gradient".
        whole_map: True if all positive values of the map were kept.
        remark: sentences that say where the result departs from the definition of the method; empty if nowhere.
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
    method: str = "reconstruct"
    whole_map: bool = False
    remark: str = ""


@dataclass(frozen=True)
class Chosen:
    """The activation that a method starts from, after all checks.

    Attributes:
        entries: the recorded layers from the chosen one back to the first.
        example: index of the example in the recorded batch.
        map_index: index of the map or unit.
        position: (row, column) in the map; of the strongest activation for a whole map.
        whole_map: True if all positive values of the map are meant.
        feature_map: `(H, W)` the values of the map; `(1, 1)` for a unit.
    """

    entries: tuple[TraceEntry, ...]
    example: int
    map_index: int
    position: Pair
    whole_map: bool
    feature_map: Array

    @property
    def layer(self) -> str:
        """Name of the chosen layer."""
        return self.entries[0].layer.name

    @property
    def activation(self) -> float:
        """Value of the chosen activation."""
        return float(self.feature_map[self.position])

    @property
    def is_unit(self) -> bool:
        """True if the layer is dense."""
        return self.entries[0].output.ndim == 2

    @property
    def what(self) -> str:
        """The map or unit in words, for the start of a sentence."""
        return f"Unit {self.map_index}" if self.is_unit else f"Map {self.map_index}"

    @property
    def input(self) -> Array:
        """`(1, …)` the input of the network for this example."""
        return self.entries[-1].input[self.example : self.example + 1]

    def weights(self, output: Array | None = None) -> Array:
        """Return 1 for each kept activation and 0 everywhere else, in the shape of the layer's output.

        The sum of output times weights is what the gradients differentiate. For a whole map, it keeps the positive
        values.

        Arguments:
            output: `(N, …)` outputs of the layer for other inputs; by default the recorded one, `(1, …)`.
        """
        if output is None:
            output = self.entries[0].output[self.example : self.example + 1]
        weights = np.zeros(output.shape, output.dtype)
        kept, values = as_maps(weights)[:, self.map_index], as_maps(output)[:, self.map_index]
        if self.whole_map:
            kept[...] = values > 0
        else:
            kept[(slice(None), *self.position)] = 1
        return weights

    def values(self, output: Array) -> Array:
        """Return `(N,)` what the methods measure: the activation, or the sum of the positive values of the map.

        Arguments:
            output: `(N, …)` outputs of the layer.
        """
        maps = as_maps(output)[:, self.map_index]
        if self.whole_map:
            total: Array = np.maximum(maps, 0).sum(axis=(1, 2))
            return total
        return maps[(slice(None), *self.position)]

    def receptive_field(self) -> Box:
        """Return the pixels of the input that the chosen activation, or the whole map, can depend on."""
        rows, columns = self.feature_map.shape
        box: Box = tuple((place, place + 1) for place in self.position)  # type: ignore[assignment]  # two of them
        if self.whole_map:
            box = (0, rows), (0, columns)
        unit = self.map_index if self.is_unit else None  # the only number that it depends on, while that is so
        for entry in self.entries:
            shape = entry.input.shape[1:]
            if entry.layer.settings.reads_whole_input(shape):
                box, unit = whole(shape), None
            elif len(shape) == 1:
                box = whole(shape) if unit is None else ((0, 1), (unit, unit + 1))
            elif entry.output.ndim == 2:  # Flatten
                box = whole(shape)
                if unit is not None:
                    _, row, column = np.unravel_index(unit, shape)
                    box, unit = ((int(row), int(row) + 1), (int(column), int(column) + 1)), None
            else:
                box = entry.layer.settings.receptive_field(box, shape)
        return box

    def result(
        self, method: str, image: Array, kept: Array, steps: tuple[Step, ...], blank_reason: str, remark: str = ""
    ) -> Reconstruction:
        """Return the reconstruction of this activation.

        Arguments:
            method: name of the function.
            image: `(1, …)` what it computed.
            kept: `(1, …)` what it started from.
            steps: its steps.
            blank_reason: why the image is zero everywhere; ignored if it is not.
            remark: where the result departs from the definition of the method.
        """
        return Reconstruction(
            image=np.ascontiguousarray(image[0]),
            layer=self.layer,
            map_index=self.map_index,
            position=self.position,
            activation=self.activation,
            kept=kept[0],
            steps=steps,
            receptive_field=self.receptive_field(),
            blank_reason="" if image.any() else blank_reason,
            method=method,
            whole_map=self.whole_map,
            remark=remark,
        )


def choose(
    trace: Trace, layer_name: str, map_index: int, position: Pair | None, example: int, whole_map: bool
) -> Chosen:
    """Return the chosen activation.

    Arguments:
        trace, layer_name, map_index, position, example, whole_map: as for `reconstruct`.

    Raises `TinymlError`, with the reason, when there is no such layer, map, position or
    example, when the output of the layer is neither maps nor a vector, or when the map holds NaN or infinity.
    """
    chosen = find_layer([entry.layer.name for entry in trace.entries], layer_name)
    entries = trace.entries[chosen::-1]
    _require_maps_or_units(entries[0])
    feature_map = _feature_map(entries[0], map_index, example)
    place = _choose_position(entries[0], feature_map, map_index, None if whole_map else position)
    return Chosen(entries, example, map_index, place, whole_map, feature_map)


def as_maps(values: Array) -> Array:
    """Return outputs of a layer as maps: a view.

    Arguments:
        values: `(N, C, H, W)`, returned as they are; or `(N, D)`, returned as `(N, D, 1, 1)`.
    """
    return values if values.ndim == 4 else values.reshape(len(values), -1, 1, 1)


def whole(shape: tuple[int, ...]) -> Box:
    """Return the box of all pixels of an example; a vector counts as one row.

    Arguments:
        shape: `(C, H, W)` or `(D,)` of the example.
    """
    rows, columns = shape[1:] if len(shape) == 3 else (1, math.prod(shape))
    return (0, rows), (0, columns)


def _require_maps_or_units(entry: TraceEntry) -> None:
    shape = entry.output.shape[1:]
    if len(shape) not in (1, 3):
        raise TinymlError(
            f"The output of layer '{entry.layer.name}' has the shape {describe_shape(shape)}, so it has neither "
            "feature maps nor units. Choose another layer."
        )


def _feature_map(entry: TraceEntry, map_index: int, example: int) -> Array:
    """Return the chosen map, `(H, W)`."""
    examples, maps = entry.output.shape[:2]
    kind = "map" if entry.output.ndim == 4 else "unit"
    if not 0 <= example < examples:
        raise TinymlError(f"There is no example {example}: the recorded batch has the examples 0 to {examples - 1}.")
    if not 0 <= map_index < maps:
        raise TinymlError(f"Layer '{entry.layer.name}' has no {kind} {map_index}: its {kind}s are 0 to {maps - 1}.")
    feature_map: Array = as_maps(entry.output)[example, map_index]
    if not np.isfinite(feature_map).all():
        raise TinymlError(
            f"{kind.capitalize()} {map_index} of '{entry.layer.name}' holds values that are infinite or not a number, "
            "so training has diverged. Train again with a lower learning rate."
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
        kind = "Map" if entry.output.ndim == 4 else "Unit"
        raise TinymlError(
            f"{kind} {map_index} of '{entry.layer.name}' has no position ({row}, {column}): it has {rows} rows and "
            f"{columns} columns, counted from 0."
        )
    return row, column
