"""What the arithmetic of one activation is made of, and the function that has a rule for each layer type."""

from dataclasses import dataclass
from functools import singledispatch
from typing import NamedTuple

import numpy as np

from tinyml.core import Array, Pair, TinymlError
from tinyml.layers import Layer
from tinyml.net import Trace, TraceEntry


@dataclass(frozen=True, eq=False)
class Part:
    """The numbers that one map of the input contributes, or one vector.

    Attributes:
        source: where they come from: "map 3", or "input" for a vector.
        rows: `(h,)` the row of the input that each row of the window reads. Rows in the padding are outside of the map.
        columns: `(w,)` the same for the columns.
        inputs: `(h, w)` in float64; 0 in the padding.
        weights: `(h, w)` in float64; None for a maximum, which has no weights.
        padding: `(h, w)` True where the window reads padding.
        winner: row and column, in the window, of the number that a maximum keeps; None for sums.
    """

    source: str
    rows: np.ndarray
    columns: np.ndarray
    inputs: Array
    weights: Array | None
    padding: np.ndarray
    winner: Pair | None = None

    @property
    def products(self) -> Array:
        """`(h, w)` input times weight; the inputs themselves if there are no weights."""
        return self.inputs if self.weights is None else self.inputs * self.weights

    @property
    def total(self) -> float:
        """The sum of the products; for a maximum, the number that it keeps."""
        return float(self.products.sum()) if self.winner is None else float(self.inputs[self.winner])


@dataclass(frozen=True)
class Line:
    """One line of the arithmetic after the products.

    Attributes:
        words: what the number is: "bias".
        number: its value.
    """

    words: str
    number: float


@dataclass(frozen=True)
class Place:
    """One number in the output of one layer.

    Attributes:
        trace: the recorded forward pass.
        index: of the layer's entry in it.
        unit: `(map, row, column)`, or `(unit,)` in a vector.
        example: index of the example in the recorded batch.
    """

    trace: Trace
    index: int
    unit: tuple[int, ...]
    example: int

    @property
    def entry(self) -> TraceEntry:
        """The entry of the layer."""
        return self.trace.entries[self.index]

    @property
    def input(self) -> Array:
        """`(C, H, W)` or `(D,)` the input of the layer for the example, in float64."""
        values: Array = self.entry.input[self.example].astype(np.float64)
        return values


class Rule(NamedTuple):
    """What a rule returns; see `Arithmetic` for the attributes."""

    parts: tuple[Part, ...]
    lines: tuple[Line, ...]
    sentence: str


@singledispatch
def rule_of(layer: Layer, place: Place) -> Rule:
    """Return the parts, the lines and the sentence for one number of a layer's output.

    Arguments:
        layer: decides the rule by its type.
        place: the number.

    Raises `TinymlError` if there is no rule for this layer type.
    """
    raise TinymlError(
        f"The arithmetic of {layer.type_name} ('{layer.name}') cannot be shown, because no rule says how it computes "
        "one number. Choose another layer."
    )
