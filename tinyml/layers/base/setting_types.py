"""Types of settings that several layers have: pairs of numbers, and the choice of an initialiser."""

from numbers import Integral
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from tinyml.core import Initialiser


def _expand(value: Any) -> Any:
    """Read one number as the same number for both axes: 3 becomes (3, 3)."""
    if isinstance(value, Integral) and not isinstance(value, bool):
        return value, value
    if isinstance(value, list | tuple) and len(value) == 2:
        return value
    raise ValueError("one whole number, or two: rows and columns")


PositivePair = Annotated[
    tuple[Annotated[int, Field(ge=1, le=1000)], Annotated[int, Field(ge=1, le=1000)]], BeforeValidator(_expand)
]
"""(rows, columns), each at least 1; one number stands for both."""

NonNegativePair = Annotated[
    tuple[Annotated[int, Field(ge=0, le=1000)], Annotated[int, Field(ge=0, le=1000)]], BeforeValidator(_expand)
]
"""(rows, columns), each at least 0; one number stands for both."""

PIXELS: dict[str, Any] = {"unit": "px"}
"""Marks a setting as a number of pixels (`json_schema_extra`), so that the form shows the unit."""

InitialiserSetting = Annotated[
    Initialiser, Field(title="Initialiser", description="How the weights are drawn before training starts.")
]
"""One of the initialisers of `tinyml.core.initial_weight`."""
