"""The type of all arrays that the framework computes with, and conversions to it."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinyml.core.errors import DataError

Array = NDArray[np.floating]
"""An array of floating-point numbers: float32 by default, or the precision that the caller chose."""


def as_floats(values: Any, what: str, dtype: Any = np.float32) -> Array:
    """Return values as an array of floating-point numbers.

    An array of floating-point numbers is returned unchanged, in any precision.

    Arguments:
        values: an array, a list, a number, …
        what: name of the values in error messages: "The input".
        dtype: dtype of the result for whole numbers, booleans and lists.

    Raises `DataError` if the values are not real numbers or are lists of different lengths.

    >>> as_floats([[True, False]], "The input")
    array([[1., 0.]], dtype=float32)
    """
    if isinstance(values, np.ndarray) and values.dtype.kind == "f":
        return values
    array = as_array(values, what)
    if array.dtype.kind not in "fiub":
        raise DataError(f"{what} should be made of real numbers, but it is made of {_describe_kind(array)}.")
    return array.astype(dtype)


def as_array(values: Any, what: str) -> np.ndarray:
    """Return values as an array of the dtype that NumPy chooses.

    Arguments:
        values: an array, a list, a number, …
        what: name of the values in error messages.

    Raises `DataError` if the values are lists of different lengths.

    >>> as_array([0, 1, 1], "The labels").shape
    (3,)
    """
    if isinstance(values, np.ndarray):
        return values
    try:
        return np.asarray(values)
    except (ValueError, TypeError) as error:
        raise DataError(f"{what} should be an array, but it is made of lists of different lengths.") from error


def as_examples(values: Any, what: str) -> np.ndarray:
    """Return values as an array whose first axis is the batch axis.

    Arguments:
        values: an array, a list, …
        what: name of the values in error messages.

    Raises `DataError` if there is no axis, or if the values are lists of different lengths.

    >>> as_examples([[0, 1], [1, 1]], "The data").shape
    (2, 2)
    """
    array = as_array(values, what)
    if not array.ndim:
        raise DataError(f"{what} should be an array with an axis for the examples, but it is {values!r:.60}.")
    return array


def _describe_kind(array: np.ndarray) -> str:
    return {"U": "text", "S": "text", "O": "Python objects", "c": "complex numbers"}.get(
        array.dtype.kind, str(array.dtype)
    )
