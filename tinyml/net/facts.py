"""Facts of a network: operations, memory of the activations, receptive fields and parameters, by layer and in total.

All facts follow from shape inference. No layer is built.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from tinyml.core import Pair
from tinyml.layers.base.inference import LayerInference
from tinyml.layers.base.settings import Box, LayerSettings
from tinyml.net.specification import Inference

_NUMBER_BYTES = 4
"""Bytes of one activation: networks compute in float32."""

_NOTHING_FIRST = 2**62
"""First pixel of a unit that sees no pixel, only padding. Its end is 0."""


@dataclass(frozen=True)
class LayerFacts:
    """Facts of one layer for one example.

    Attributes:
        name: of the layer.
        parameter_count: number of trained numbers, also those of the layers inside.
        operations: number of floating-point operations of the forward pass (`LayerSettings.operations`), also those of
            the layers inside; None if it is unknown.
        activation_bytes: memory of the layer's output in float32, and of the outputs of the layers inside; None if the
            shape is unknown.
        receptive_box: the pixels of the input that can change one output of the layer: (first, last + 1) of the rows,
            then of the columns, clipped to the input. It belongs to an output with the largest receptive field; of
            several, to the one nearest to the middle. None if the examples are no images or the shape is unknown.
        inside: facts of the layers inside a block.
    """

    name: str
    parameter_count: int
    operations: int | None = None
    activation_bytes: int | None = None
    receptive_box: Box | None = None
    inside: "tuple[LayerFacts, ...]" = ()

    @property
    def receptive_field(self) -> Pair | None:
        """Rows and columns of `receptive_box`."""
        if self.receptive_box is None:
            return None
        rows, columns = (end - first for first, end in self.receptive_box)
        return rows, columns


@dataclass(frozen=True)
class NetworkFacts:
    """Facts of a network for one example.

    The receptive field of an output of a layer is the smallest rectangle of input pixels that holds every pixel that
    can change it. Here it is the largest of all outputs of the layer, clipped to the input: a layer whose windows cover
    more than a 28×28 image sees 28×28. For dilated windows at a border, the rectangle can be a few pixels too large.
    For `Reshape`, it is everything that the layers before it see.

    Attributes:
        layers: facts of each layer, in order.
        parameter_count: number of trained numbers.
        operations: sum over the layers where it is known.
        activation_bytes: sum over the layers where it is known: the memory of all outputs of layers in float32, which
            the backward pass needs.
        receptive_field: rows and columns that one output of the last maps sees, before the network turns them into a
            vector; None if no layer gives maps.
        complete: True if operations and memory of every layer are known, so that the sums are exact.
    """

    layers: tuple[LayerFacts, ...]
    parameter_count: int
    operations: int
    activation_bytes: int
    receptive_field: Pair | None
    complete: bool

    def layer(self, path: Sequence[str]) -> LayerFacts | None:
        """Return the facts of a layer; None if there is no such layer.

        Arguments:
            path: name of the layer; for a layer inside a block, after the names of the blocks around it.
        """
        found, layers = None, self.layers
        for name in path:
            found = next((layer for layer in layers if layer.name == name), None)
            layers = found.inside if found is not None else ()
        return found


def collect_facts(inference: Inference) -> NetworkFacts:
    """Return the facts of a network. They take about a millisecond for ten layers.

    Arguments:
        inference: the result of `infer`. After the first problem, only the numbers of parameters are known.

    >>> from tinyml.net.specification import LayerSpecification, NetworkSpecification, infer
    >>> conv = LayerSpecification(type="Conv2D", name="conv", settings={"filters": 4})
    >>> facts = collect_facts(infer(NetworkSpecification(layers=(conv,)), (1, 28, 28)))
    >>> facts.operations, facts.activation_bytes, facts.receptive_field
    (59584, 12544, (3, 3))
    """
    shape = inference.input_shape
    seen = _Seen.of_input(shape[1], shape[2]) if shape is not None and len(shape) == 3 else None
    layers, _ = _collect_stack(inference.layers, seen)
    return NetworkFacts(
        layers,
        sum(layer.parameter_count for layer in layers),
        sum(layer.operations or 0 for layer in layers),
        sum(layer.activation_bytes or 0 for layer in layers),
        _receptive_field_of_maps(inference.layers, layers),
        all(layer.operations is not None and layer.activation_bytes is not None for layer in layers),
    )


def _is_maps(shape: tuple[int, ...] | None) -> bool:
    return shape is not None and len(shape) == 3


def _receptive_field_of_maps(inferred_layers: Sequence[LayerInference], layers: Sequence[LayerFacts]) -> Pair | None:
    """Return the receptive field of the last layer before the first one that gives no maps."""
    found = None
    for inferred, facts in zip(inferred_layers, layers, strict=True):
        if not _is_maps(inferred.output_shape):
            break
        found = facts.receptive_field
    return found


class _Spans(NamedTuple):
    """The pixels that the outputs of a layer see along one axis of the image.

    Attributes:
        first, end: first pixel and last pixel + 1 of each position. For a few pixels, lists are faster than arrays.
    """

    first: list[int]
    end: list[int]

    def united(self) -> "_Spans":
        """Return the span of one output that depends on all positions."""
        return _Spans([min(self.first)], [max(self.end)])

    def joined(self, other: "_Spans") -> "_Spans":
        """Return the spans of outputs that depend on the same position of both."""
        return _Spans(list(map(min, self.first, other.first)), list(map(max, self.end, other.end)))

    def chosen(self, positions: Sequence[tuple[int, int]]) -> "_Spans":
        """Return the spans of outputs that depend on the positions (first, last + 1)."""
        first = [min(self.first[a:b], default=_NOTHING_FIRST) for a, b in positions]
        return _Spans(first, [max(self.end[a:b], default=0) for a, b in positions])

    def largest(self) -> tuple[int, int]:
        """Return the longest span; of several, the one nearest to the middle; (0, 0) if all see only padding."""
        lengths = [end - first for first, end in zip(self.first, self.end, strict=True)]
        middle = (len(lengths) - 1) / 2
        place = max(range(len(lengths)), key=lambda index: (lengths[index], -abs(index - middle)))
        return (self.first[place], self.end[place]) if lengths[place] > 0 else (0, 0)


class _Seen(NamedTuple):
    """The pixels of the input that each output of a layer sees: the product of its rows and its columns."""

    rows: _Spans
    columns: _Spans

    @staticmethod
    def of_input(rows: int, columns: int) -> "_Seen":
        """Return what the input sees: each pixel sees itself."""
        return _Seen(*(_Spans(list(range(size)), list(range(1, size + 1))) for size in (rows, columns)))

    def joined(self, other: "_Seen") -> "_Seen":
        """Return what outputs see that depend on the same place of both."""
        return _Seen(self.rows.joined(other.rows), self.columns.joined(other.columns))

    def through(self, settings: LayerSettings, inferred: LayerInference) -> "_Seen":
        """Return what the outputs of a layer see, if this is what its inputs see."""
        input_shape, output_shape = inferred.input_shape or (), inferred.output_shape or ()
        if settings.reads_whole_input(input_shape):
            return _Seen(self.rows.united(), self.columns.united())
        keeps_places = type(settings).receptive_field is LayerSettings.receptive_field
        if keeps_places or not _is_maps(input_shape):
            return self  # also Flatten: each number of the vector sees the same as its pixel
        boxes = [
            settings.receptive_field(((row, row + 1), (column, column + 1)), input_shape)
            for row, column in _diagonal(output_shape[1], output_shape[2])
        ]
        rows = self.rows.chosen([box[0] for box in boxes[: output_shape[1]]])
        return _Seen(rows, self.columns.chosen([box[1] for box in boxes[: output_shape[2]]]))

    def largest(self) -> Box:
        """Return the largest rectangle that an output sees; an empty one if all see only padding."""
        rows, columns = self.rows.largest(), self.columns.largest()
        return (rows, columns) if (0, 0) not in (rows, columns) else ((0, 0), (0, 0))


def _diagonal(rows: int, columns: int) -> list[Pair]:
    """Return positions in which every row and every column appears: the axes do not depend on each other."""
    return [(min(place, rows - 1), min(place, columns - 1)) for place in range(max(rows, columns))]


@dataclass
class _Stack:
    """What is known while walking through a stack of layers.

    Attributes:
        seen: what the outputs of the last layer see; None if it is unknown.
        by_name: the same for each pooling layer by its name, because an unpooling layer uses its switches.
    """

    seen: _Seen | None
    by_name: dict[str, _Seen] = field(default_factory=dict)


def _collect_stack(
    inferred_layers: Sequence[LayerInference], seen: _Seen | None
) -> tuple[tuple[LayerFacts, ...], _Seen | None]:
    """Return the facts of the layers of a stack, and what its output sees; `seen` is what its input sees."""
    stack = _Stack(seen)
    facts = tuple(_collect_layer(inferred, stack) for inferred in inferred_layers)
    return facts, stack.seen


def _collect_layer(inferred: LayerInference, stack: _Stack) -> LayerFacts:
    """Return the facts of a layer, and change what `stack` knows."""
    inside, seen_inside = _collect_stack(inferred.inside, stack.seen)
    name, parameter_count = inferred.specification.name, inferred.parameter_count
    settings, input_shape, output_shape = inferred.settings, inferred.input_shape, inferred.output_shape
    if settings is None or input_shape is None or output_shape is None:
        stack.seen = None
        return LayerFacts(name, parameter_count, inside=inside)
    if stack.seen is not None:
        if inside:
            # A block adds its input to the output of the layers inside.
            stack.seen = stack.seen.joined(seen_inside) if seen_inside is not None else None
        else:
            if inferred.paired_pooling in stack.by_name:
                stack.seen = stack.seen.joined(stack.by_name[inferred.paired_pooling])
            stack.seen = stack.seen.through(settings, inferred)
    if stack.seen is not None:
        stack.by_name[name] = stack.seen
    own_bytes = math.prod(output_shape) * _NUMBER_BYTES
    return LayerFacts(
        name,
        parameter_count,
        settings.operations(input_shape),
        own_bytes + sum(layer.activation_bytes or 0 for layer in inside),
        stack.seen.largest() if stack.seen is not None else None,
        inside,
    )
