"""The table of a network: its layers with their shapes, parameters and operations, as text."""

from collections.abc import Iterable, Sequence

from tinyml.core import Shape, ShapeError, describe_shape
from tinyml.layers import Layer
from tinyml.layers.base.stack import input_shape_of, shapes_through

_SIDES = "<<<<>>"
_UNKNOWN = "?"


def summarize(layers: Sequence[Layer], input_shape: Shape | None = None) -> str:
    """Return the table that `Sequential.summary` describes.

    Arguments:
        layers: from the input upwards.
        input_shape: of one example, without the batch axis; None when it is unknown.

    Raises `ShapeError`, naming the layer, when the input does not fit.

    >>> from tinyml.layers import Flatten
    >>> print(summarize([Flatten("flatten")], (2, 3, 4)).splitlines()[2])
    flatten  Flatten            24               0           0
    """
    shapes = shapes_through(layers, input_shape)
    received = [input_shape_of(layer, shape) for layer, shape in zip(layers, [input_shape, *shapes], strict=False)]
    counts = [_count(layer, shape) for layer, shape in zip(layers, received, strict=True)]
    rows = [("layer", "type", "settings", "output", "parameters", "operations")]
    for layer, shape, count in zip(layers, shapes, counts, strict=True):
        rows.append(
            (
                layer.name,
                type(layer).__name__,
                layer.settings.describe(),
                _UNKNOWN if shape is None else describe_shape(shape),
                f"{_parameters([layer]):,}",
                _UNKNOWN if count is None else f"{count:,}",
            )
        )
    known = sum(count for count in counts if count is not None)
    more = " and those that are not known" if None in counts else ""
    total = f"{_parameters(layers):,} parameters, {known:,} operations{more} for each example"
    return "\n".join([*_align(rows), total])


def _count(layer: Layer, input_shape: Shape | None) -> int | None:
    """Return the operations of a layer; None when it does not tell them, or its input is unknown."""
    try:
        return None if input_shape is None else layer.settings.operations(input_shape)
    except ShapeError:
        return None


def _parameters(layers: Iterable[Layer]) -> int:
    """Count the trainable numbers, those that layers share once."""
    return sum(parameter.tensor.size for parameter in {each for layer in layers for each in layer.parameters})


def _align(rows: Sequence[tuple[str, ...]]) -> list[str]:
    widths = [max(len(row[column]) for row in rows) for column in range(len(_SIDES))]
    lines = [
        "  ".join(f"{cell:{side}{width}}" for cell, side, width in zip(row, _SIDES, widths, strict=True)).rstrip()
        for row in rows
    ]
    return [lines[0], "-" * len(lines[0]), *lines[1:]]
