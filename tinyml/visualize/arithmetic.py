"""The arithmetic of one activation, number by number: window times weights, products, sum, bias.

`arithmetic_of` answers where a number in a recorded forward pass comes from. How each layer type computes is in
`tinyml.visualize.arithmetic_rules`. For a drawing of the same idea, see Wang et al. 2020, "CNN Explainer".
"""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from tinyml.core import Pair, TinymlError, describe_count, describe_shape
from tinyml.net import Trace, TraceEntry
from tinyml.visualize.arithmetic_parts import Line, Part, Place
from tinyml.visualize.arithmetic_rules import rule_of
from tinyml.visualize.chosen_layer import find_layer


@dataclass(frozen=True, eq=False)
class Arithmetic:
    """Where one activation comes from.

    Attributes:
        layer: name of the layer.
        map_index: index of the map, or of the unit of a vector.
        position: (row, column) in the map; (0, 0) for a unit.
        of_vector: True if the layer gives a vector.
        formula: of the layer: "y = W x + b".
        sentence: in words, what the layer does to get this number.
        parts: the windows with their weights, one for each map that the layer reads; empty if it reads one number.
        lines: what happens to their sum, or to the one number. The number of the last line is the activation.
        value: the activation in the recorded forward pass. Rounding is all that `lines` can differ by.
    """

    layer: str
    map_index: int
    position: Pair
    of_vector: bool
    formula: str
    sentence: str
    parts: tuple[Part, ...]
    lines: tuple[Line, ...]
    value: float

    @property
    def computed(self) -> float:
        """The activation as computed from the parts and lines, in float64."""
        return self.lines[-1].number

    @property
    def place(self) -> str:
        """Which number it is, in words: "map 3, row 0, column 2" or "unit 3"."""
        if self.of_vector:
            return f"unit {self.map_index}"
        return f"map {self.map_index}, row {self.position[0]}, column {self.position[1]}"


def arithmetic_of(
    trace: Trace, layer_name: str, map_index: int, position: Pair | None = None, example: int = 0
) -> Arithmetic:
    """Return the arithmetic of one activation of a recorded forward pass, in float64.

    Arguments:
        trace: a recorded forward pass (`tinyml.net.record`), usually of a single example.
        layer_name: name of the layer.
        map_index: index of the map, or of the unit if the layer gives a vector.
        position: (row, column) in the map, (0, 0) for a unit; by default the strongest activation of the map.
        example: index of the example in the recorded batch.

    Raises `TinymlError`, with the reason, when there is no such layer, map, position or example, or no rule for the
    type of the layer.

    >>> from tinyml.layers import Linear
    >>> from tinyml.net import Sequential, record
    >>> net = Sequential([Linear("fc", 2, 1)])
    >>> net["fc"].weight.tensor[:], net["fc"].bias.tensor[:] = [[2.0, -1.0]], 0.5
    >>> found = arithmetic_of(record(net, np.array([[3.0, 4.0]])), "fc", 0)
    >>> found.parts[0].products, [(line.words, line.number) for line in found.lines]
    (array([[ 6., -4.]]), [('sum of 2 products', 2.0), ('bias', 0.5), ('activation', 2.5)])
    """
    index = find_layer([entry.layer.name for entry in trace.entries], layer_name)
    entry = trace.entries[index]
    unit = _find_unit(entry, map_index, position, example)
    parts, lines, sentence = rule_of(entry.layer, Place(trace, index, unit, example))
    of_vector = len(unit) == 1
    return Arithmetic(
        layer=layer_name,
        map_index=map_index,
        position=(0, 0) if of_vector else (unit[1], unit[2]),
        of_vector=of_vector,
        formula=entry.layer.settings.formula,
        sentence=sentence,
        parts=parts,
        lines=lines,
        value=float(entry.output[(example, *unit)]),
    )


def _find_unit(entry: TraceEntry, map_index: int, position: Pair | None, example: int) -> tuple[int, ...]:
    """Return the index of the activation in the layer's output, after a check."""
    examples, *shape = entry.output.shape
    name = entry.layer.name
    if len(shape) not in (1, 3):
        raise TinymlError(f"The output of '{name}' is {describe_shape(tuple(shape))}, neither maps nor a vector.")
    kind = "map" if len(shape) == 3 else "unit"
    if not 0 <= example < examples:
        raise TinymlError(f"There is no example {example}: the recorded batch has the examples 0 to {examples - 1}.")
    if not 0 <= map_index < shape[0]:
        raise TinymlError(f"Layer '{name}' has no {kind} {map_index}: it has the {kind}s 0 to {shape[0] - 1}.")
    rows, columns = shape[1:] or (1, 1)
    if position is None:
        feature_map = entry.output[example, map_index]
        position = divmod(int(np.argmax(feature_map)), columns)
    row, column = position
    if not (0 <= row < rows and 0 <= column < columns):
        raise TinymlError(
            f"{kind.capitalize()} {map_index} of '{name}' has no position ({row}, {column}): it has "
            f"{describe_count(rows, 'row')} and {describe_count(columns, 'column')}, counted from 0."
        )
    return (map_index, row, column) if kind == "map" else (map_index,)


def largest_products(arithmetic: Arithmetic, count: int) -> tuple[list[tuple[int, int, int]], float]:
    """Return the products that are farthest from zero, and the sum of all others.

    Arguments:
        arithmetic: a sum with parts.
        count: how many products to return; all if there are fewer.

    Returns a list of (index of the part, row and column in its window), largest absolute product first and in scan
    order if equal, and the sum of the other products.

    >>> from tinyml.layers import AvgPool2D
    >>> from tinyml.net import Sequential, record
    >>> from tinyml.visualize import arithmetic_of
    >>> net = Sequential([AvgPool2D("pool", (1, 1, 2), (1, 2), 1)])
    >>> found = arithmetic_of(record(net, np.array([[[[1.0, 3.0]]]])), "pool", 0)
    >>> largest_products(found, 1)
    ([(0, 0, 1)], 0.5)
    """
    places = [
        (part, row, column)
        for part, each in enumerate(arithmetic.parts)
        for row, column in np.ndindex(each.inputs.shape)
    ]
    products = np.concatenate([part.products.ravel() for part in arithmetic.parts] or [np.zeros(0)])
    order = np.argsort(-np.abs(products), kind="stable")
    return [places[index] for index in order[:count]], float(products[order[count:]].sum())


def arithmetic_csv(arithmetic: Arithmetic) -> str:
    """Return all numbers as CSV with a header: one row for each product, then one for each line.

    Arguments:
        arithmetic: what to write. Numbers have all their digits, with a point.

    >>> from tinyml.layers import AvgPool2D
    >>> from tinyml.net import Sequential, record
    >>> from tinyml.visualize import arithmetic_of
    >>> net = Sequential([AvgPool2D("pool", (1, 1, 2), (1, 2), 1)])
    >>> found = arithmetic_of(record(net, np.array([[[[1.0, 3.0]]]])), "pool", 0)
    >>> print(arithmetic_csv(found), end="")
    term,row,column,input,weight,product
    map 0,0,0,1.0,0.5,0.5
    map 0,0,1,3.0,0.5,1.5
    sum of 2 products,,,,,2.0
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("term", "row", "column", "input", "weight", "product"))
    for part in arithmetic.parts:
        for row, column in np.ndindex(part.inputs.shape):
            weight = "" if part.weights is None else repr(float(part.weights[row, column]))
            place = ("padding", "") if part.padding[row, column] else (int(part.rows[row]), int(part.columns[column]))
            numbers = repr(float(part.inputs[row, column])), weight, repr(float(part.products[row, column]))
            writer.writerow((part.source, *place, *numbers))
    for line in arithmetic.lines:
        writer.writerow((line.words, "", "", "", "", repr(line.number)))
    return text.getvalue()


def arithmetic_text(arithmetic: Arithmetic) -> str:
    """Return the arithmetic as plain text: what it is, the sum of each part, and the lines.

    Arguments:
        arithmetic: what to write. Numbers have six significant digits.

    >>> from tinyml.layers import AvgPool2D
    >>> from tinyml.net import Sequential, record
    >>> from tinyml.visualize import arithmetic_of
    >>> net = Sequential([AvgPool2D("pool", (1, 1, 2), (1, 2), 1)])
    >>> found = arithmetic_of(record(net, np.array([[[[1.0, 3.0]]]])), "pool", 0)
    >>> print(arithmetic_text(found))
    pool, map 0, row 0, column 0: y = mean x over each window
    The mean: each of the 2 numbers has the weight 1/2.
    map 0: sum of the products 2
      1×0.5  3×0.5
    sum of 2 products: 2
    """
    return "\n".join(_text_lines(arithmetic))


def _text_lines(arithmetic: Arithmetic) -> Iterator[str]:
    yield f"{arithmetic.layer}, {arithmetic.place}: {arithmetic.formula}"
    yield arithmetic.sentence
    for part in arithmetic.parts:
        what = "sum of the products" if part.winner is None else "largest number"
        yield f"{part.source}: {what} {part.total:.6g}"
        for inputs, weights in zip(part.inputs, part.inputs if part.weights is None else part.weights, strict=True):
            if part.weights is None:
                yield "  " + "  ".join(f"{number:.6g}" for number in inputs)
            else:
                yield "  " + "  ".join(f"{x:.6g}×{w:.6g}" for x, w in zip(inputs, weights, strict=True))
    for line in arithmetic.lines:
        yield f"{line.words}: {line.number:.6g}"
