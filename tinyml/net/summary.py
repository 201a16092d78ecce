"""The summary of a network: a table of its layers with output shapes, parameters and operations."""

from collections.abc import Iterable, Sequence

from tinyml.core import Shape, ShapeError, describe_shape
from tinyml.core.text_table import format_table
from tinyml.layers import Layer
from tinyml.layers.base.stack import input_shape_of, shapes_through

_UNKNOWN = "?"


def summarize(layers: Sequence[Layer], input_shape: Shape | None = None) -> str:
    """Return the table that `Sequential.summary` describes.

    Arguments:
        layers: from the input to the output.
        input_shape: shape of one example, without the batch axis; None if it is unknown.

    Raises `ShapeError`, which names the layer, if the input does not fit.

    >>> from tinyml.layers import Flatten
    >>> print(summarize([Flatten("flatten")], (2, 3, 4)).splitlines()[2])
    flatten  Flatten            24               0           0
    """
    shapes = shapes_through(layers, input_shape)
    received = [input_shape_of(layer, shape) for layer, shape in zip(layers, [input_shape, *shapes], strict=False)]
    counts = [_count(layer, shape) for layer, shape in zip(layers, received, strict=True)]
    rows = [
        (
            layer.name,
            type(layer).__name__,
            layer.settings.describe(),
            _UNKNOWN if shape is None else describe_shape(shape),
            f"{_parameters([layer]):,}",
            _UNKNOWN if count is None else f"{count:,}",
        )
        for layer, shape, count in zip(layers, shapes, counts, strict=True)
    ]
    table = format_table(("layer", "type", "settings", "output", "parameters", "operations"), rows, "<<<<>>")
    known = sum(count for count in counts if count is not None)
    at_least = "at least " if None in counts else ""
    total = f"{_parameters(layers):,} parameters, {at_least}{known:,} operations for each example"
    return f"{table}\n{total}"


def _count(layer: Layer, input_shape: Shape | None) -> int | None:
    """Return the number of operations of a layer; None if the layer or its input shape does not determine it."""
    try:
        return None if input_shape is None else layer.settings.operations(input_shape)
    except ShapeError:
        return None


def _parameters(layers: Iterable[Layer]) -> int:
    """Count the trainable numbers; shared parameters count once."""
    return sum(parameter.tensor.size for parameter in {each for layer in layers for each in layer.parameters})
