"""Checks of the arrays for `Dataset.from_arrays`: they decide if targets are classes or numbers."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from tinyml.core import Array, DataError

_MOST_EMPTY_CLASSES = 10_000
"""If more classes than this have no example, the labels are refused: they are probably numbers to predict."""


def read_numbers(what: str, values: object, keep_bytes: bool = False) -> Array:
    """Return values as an array with one axis for the examples and at least one more axis.

    Arguments:
        what: "inputs" or "targets", for error messages.
        values: an array or nested lists; `(N,)` numbers become `(N, 1)`.
        keep_bytes: True to keep unsigned bytes.

    Returns float32 (or bytes), without a copy if possible. Raises `DataError` when the values are no numbers, or not
    finite.

    >>> read_numbers("targets", [1, 2, 3]).shape
    (3, 1)
    """
    array = _as_array(what, values)
    if array.ndim < 1:
        raise DataError(f"The {what} are a single value. Give an array whose first axis counts the examples.")
    if array.dtype.kind not in "fiub":
        raise DataError(f"The {what} should be numbers, but they are {array.dtype}.")
    if keep_bytes and array.dtype == np.uint8:
        numbers: Array = array
    else:
        with np.errstate(over="ignore"):  # a number that is too large for float32 counts as infinite
            numbers = array.astype(np.float32, copy=False)
        _require_finite(what, numbers)
    return numbers[:, np.newaxis] if numbers.ndim == 1 else numbers


def read_targets(targets: object, class_names: Sequence[str] | None) -> tuple[np.ndarray, tuple[str, ...]] | Array:
    """Return labels `(N,)` and the names of their classes, or target numbers.

    Whole numbers, booleans and texts along one axis are classes; all other values are numbers. Whole numbers are labels
    from 0 on. Texts become labels in the order of `class_names`, or in sorted order if there are no class names.

    Arguments:
        targets: an array or a list, one entry for each example.
        class_names: a name for each class; None to take the names from the targets.

    Raises `DataError` when the targets are neither classes nor numbers, or do not fit the names.

    >>> read_targets(["cat", "dog", "cat"], None)
    (array([0, 1, 0]), ('cat', 'dog'))
    """
    array = _as_array("targets", targets)
    if array.ndim == 1 and len(array):
        if array.dtype.kind in "US":
            return _labels_of_texts(array.astype(str), class_names)
        if array.dtype.kind == "b":
            return array.astype(np.int64), _checked_names(class_names or ("False", "True"), 1)
        if array.dtype.kind in "iu":
            return _labels_of_integers(array, class_names)
    if class_names is not None:
        raise DataError(
            "There are class names, but the targets are not classes. Give one whole number or text for each example, "
            "or leave out class_names."
        )
    return read_numbers("targets", targets)


def _as_array(what: str, values: object) -> np.ndarray[Any, Any]:
    try:
        return np.asarray(values)
    except ValueError as error:
        raise DataError(
            f"The {what} are not one array: their rows have different lengths. Give rows of one length."
        ) from error


def _require_finite(what: str, numbers: Array) -> None:
    finite = np.isfinite(numbers)
    if not finite.all():
        example = int(np.argwhere(~finite)[0][0])
        raise DataError(
            f"The {what} of example {example} hold a number that is NaN, infinite or too large for float32. "
            "Remove or correct this example."
        )


def _labels_of_texts(texts: np.ndarray, class_names: Sequence[str] | None) -> tuple[np.ndarray, tuple[str, ...]]:
    found, labels = np.unique(texts, return_inverse=True)
    if class_names is None:
        return labels.astype(np.int64), tuple(found.tolist())
    names = _checked_names(class_names, 0)
    for text in found.tolist():
        if text not in names:
            raise DataError(f"The target '{text}' is not among the class names: {', '.join(names)}.")
    return np.array([names.index(text) for text in found.tolist()], np.int64)[labels], names


def _labels_of_integers(labels: np.ndarray, class_names: Sequence[str] | None) -> tuple[np.ndarray, tuple[str, ...]]:
    low, high = int(labels.min()), int(labels.max())
    if low < 0 or high >= len(labels) + _MOST_EMPTY_CLASSES:
        wrong = low if low < 0 else high
        raise DataError(
            f"The targets are whole numbers, so they are labels from 0 on, but one of them is {wrong}. "
            "For other names of classes give texts (targets.astype(str)), for numbers to predict give floats "
            "(targets.astype('float32'))."
        )
    names = class_names or tuple(str(label) for label in range(high + 1))
    return labels.astype(np.int64), _checked_names(names, high)


def _checked_names(class_names: Sequence[str], largest_label: int) -> tuple[str, ...]:
    names = tuple(str(name) for name in class_names)
    if len(names) <= largest_label:
        raise DataError(f"There are {len(names)} class names, but the labels go up to {largest_label}.")
    if len(set(names)) < len(names):
        raise DataError(f"Two classes have the same name: {', '.join(names)}.")
    return names
