"""Scaling: brings the numbers of the inputs to a common size, with numbers from the training examples."""

from collections.abc import Iterable
from functools import cached_property
from typing import Annotated

import numpy as np
from pydantic import BaseModel, ConfigDict, FailFast, Field

from tinyml.core import Array
from tinyml.data.preprocessing.settings import ScaleRule

_Finite = Annotated[float, Field(allow_inf_nan=False)]
_Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]
_MOST = 1_000_000


class Scaling(BaseModel):
    """Fills missing numbers and scales the others: x -> (x - offset) / scale.

    There is one number for each channel of an image, or for each number of a vector: the axis after the batch axis.

    Attributes:
        offset, scale: see the formula.
        fill: the number that stands for a missing one (NaN), before scaling; empty if no number is missing.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    offset: Annotated[tuple[_Finite, ...], FailFast(), Field(min_length=1, max_length=_MOST)]
    scale: Annotated[tuple[_Positive, ...], FailFast(), Field(min_length=1, max_length=_MOST)]
    fill: Annotated[tuple[_Finite, ...], FailFast(), Field(max_length=_MOST)] = ()

    def apply(self, numbers: Array) -> Array:
        """Return scaled numbers.

        Arguments:
            numbers: `(N, K, …)` float32 with as many numbers or channels K as this scaling; it stays as it is.

        Shapes: as the argument.

        >>> Scaling(offset=(1.0, 0.0), scale=(2.0, 1.0)).apply(np.array([[5.0, 3.0]], np.float32))
        array([[2., 3.]], dtype=float32)
        """
        offset, scale, fill = (self._along(values, numbers.ndim) for values in self._arrays)
        if len(self.fill):
            numbers = np.where(np.isnan(numbers), fill, numbers)
        scaled: Array = (numbers - offset) / scale
        return scaled

    def undo(self, scaled: Array) -> Array:
        """Return the numbers in the units of the data, as they were before `apply`.

        Arguments:
            scaled: `(N, K, …)`.

        >>> Scaling(offset=(1.0,), scale=(2.0,)).undo(np.array([[2.0]], np.float32))
        array([[5.]], dtype=float32)
        """
        offset, scale, _ = (self._along(values, scaled.ndim) for values in self._arrays)
        numbers: Array = scaled * scale + offset
        return numbers

    @cached_property
    def _arrays(self) -> tuple[Array, Array, Array]:
        return (
            np.array(self.offset, np.float32),
            np.array(self.scale, np.float32),
            np.array(self.fill, np.float32),
        )

    def _along(self, values: Array, axes: int) -> Array:
        """Return `values` in a shape that broadcasts along the axis after the batch axis."""
        return values.reshape(1, -1, *[1] * (axes - 2)) if len(values) else values


def fit_scaling(
    rule: ScaleRule, parts: Iterable[Array], unchanged: Iterable[int] = (), always_fill: bool = False
) -> Scaling | None:
    """Compute the scaling of training examples.

    Formula: "standardise" has the mean as offset and the standard deviation as scale; "unit" has the minimum as offset
    and the range as scale. A scale of 0 (a constant) becomes 1. Missing numbers (NaN) do not count; they are filled
    with the mean.

    Arguments:
        rule: how to scale.
        parts: the training examples, in chunks `(N, K, …)`.
        unchanged: positions along the axis K that are not scaled, such as the columns of categories.
        always_fill: True if other examples may miss a number, also if these ones miss none.

    Returns None if nothing would change.

    >>> fit_scaling("standardise", [np.array([[1.0], [3.0]], np.float32)])
    Scaling(offset=(2.0,), scale=(1.0,), fill=())
    """
    counts: np.ndarray | float = 0.0
    total: np.ndarray | float = 0.0
    squares: np.ndarray | float = 0.0
    low: np.ndarray | float = np.inf
    high: np.ndarray | float = -np.inf
    missing = always_fill
    for part in parts:
        numbers = part.astype(np.float64).reshape(len(part), part.shape[1], -1)
        known = ~np.isnan(numbers)
        missing = missing or not known.all()
        filled = np.where(known, numbers, 0.0)
        counts = counts + known.sum(axis=(0, 2))
        total = total + filled.sum(axis=(0, 2))
        squares = squares + (filled**2).sum(axis=(0, 2))
        low = np.minimum(low, np.where(known, numbers, np.inf).min(axis=(0, 2), initial=np.inf))
        high = np.maximum(high, np.where(known, numbers, -np.inf).max(axis=(0, 2), initial=-np.inf))
    if rule == "none" and not missing:
        return None
    some = np.maximum(counts, 1)
    mean = np.asarray(total / some)
    # For a constant, rounding would leave a tiny deviation, and any other number would become huge.
    deviation = np.where(high > low, np.sqrt(np.maximum(squares / some - mean**2, 0)), 0)
    if rule == "standardise":
        offset, scale = mean.copy(), deviation
    elif rule == "unit":
        offset, scale = np.where(np.isfinite(low), low, 0.0), np.where(np.isfinite(high), high, 0.0) - low
    else:
        offset, scale = np.zeros_like(mean), np.ones_like(mean)
    scale = np.where(np.isfinite(scale) & (scale > 1e-12), scale, 1.0)
    chosen = list(unchanged)
    offset[chosen], scale[chosen] = 0.0, 1.0
    fill = tuple(float(value) for value in mean) if missing else ()
    return Scaling(offset=tuple(map(float, offset)), scale=tuple(map(float, scale)), fill=fill)
