"""Targets that are stored as an array: classes, one-hot classes, or numbers to predict."""

from collections.abc import Sequence
from typing import Literal, NamedTuple

import numpy as np

from tinyml.core import Array, DataError, describe_count
from tinyml.core.files import show_path

TargetKind = Literal["automatic", "classes", "numbers"]
MOST_CLASSES = 1000
_LONGEST_NAME = 200


class ReadTargets(NamedTuple):
    """The targets of all examples.

    Attributes:
        class_names: a name for each class; empty if the targets are numbers.
        labels: `(N,)` int64; empty if the targets are numbers.
        numbers: `(N, T)` float32; None if the targets are classes.
        form: what was recognised, in words.
    """

    class_names: tuple[str, ...]
    labels: np.ndarray
    numbers: Array | None
    form: str


def read_targets(
    values: np.ndarray, name: str, kind: TargetKind = "automatic", names: Sequence[str] | None = None
) -> ReadTargets:
    """Decide if targets are classes or numbers, and convert them.

    Whole numbers, booleans and texts along one axis are classes, unless there are more than 1000 different whole
    numbers. Two axes with one 1 in each row, else 0, are classes too (one-hot). Other numbers are numbers to predict.

    Arguments:
        values: `(N,)` or `(N, T)` numbers, booleans or texts.
        name: name of the array, for sentences.
        kind: what the user chose.
        names: names of the classes 0, 1, …, as the file has them; None if it has none.

    Raises `DataError` when the values are not finite, have more than two axes, or do not fit `kind`.

    >>> read_targets(np.array([[0, 1], [1, 0]]), "y").labels
    array([1, 0])
    """
    shown = show_path(name)
    if values.ndim == 2 and values.shape[1] == 1:
        values = values[:, 0]
    if values.ndim not in (1, 2):
        raise DataError(
            f"The targets '{shown}' have {values.ndim} axes. Save them with one number for each example, or one row of "
            "numbers."
        )
    if values.dtype.kind in "SU":
        return _text_classes(values, shown, kind)
    if values.dtype.kind == "f" and not np.isfinite(values).all():
        place = int(np.argwhere(~np.isfinite(values))[0][0])
        raise DataError(
            f"The target of example {describe_count(place)} in '{shown}' is NaN or infinite. Remove or correct it."
        )
    if kind != "numbers" and _is_one_hot(values):
        labels = values.argmax(axis=1).astype(np.int64)
        return ReadTargets(_names(range(values.shape[1]), names), labels, None, "classes (one-hot)")
    if kind == "classes" or (kind == "automatic" and values.ndim == 1 and values.dtype.kind in "iub"):
        found = _number_classes(values, shown, kind, names)
        if found is not None:
            return found
    with np.errstate(over="ignore"):
        numbers = values.astype(np.float32).reshape(len(values), -1)
    if not np.isfinite(numbers).all():
        raise DataError(f"A target in '{shown}' is too large. Save smaller numbers.")
    return ReadTargets((), np.zeros(0, np.int64), numbers, "numbers to predict")


def _text_classes(values: np.ndarray, shown: str, kind: TargetKind) -> ReadTargets:
    if kind == "numbers" or values.ndim > 1:
        raise DataError(f"The targets '{shown}' are texts, so they are one class for each example. Choose classes.")
    if values.dtype.kind == "S":
        values = np.char.decode(values, "utf-8", "replace")
    texts, labels = np.unique(values, return_inverse=True)
    _check_count(len(texts), shown)
    names = tuple(str(text)[:_LONGEST_NAME] for text in texts)
    if len(set(names)) < len(names):
        raise DataError(f"Some classes in '{shown}' differ only after {_LONGEST_NAME} letters. Save shorter names.")
    return ReadTargets(names, labels.astype(np.int64), None, "classes (texts)")


def _is_one_hot(values: np.ndarray) -> bool:
    if values.ndim != 2 or values.shape[1] < 2:
        return False
    return bool(((values == 0) | (values == 1)).all() and (values.sum(axis=1) == 1).all())


def _number_classes(
    values: np.ndarray, shown: str, kind: TargetKind, names: Sequence[str] | None
) -> ReadTargets | None:
    """Return the classes; None if there are too many and the user did not choose classes."""
    if values.ndim != 1:
        raise DataError(
            f"The targets '{shown}' have {values.shape[1]} numbers for each example, so they are no classes."
        )
    if values.dtype.kind == "b":
        return ReadTargets(_names(("False", "True"), names), values.astype(np.int64), None, "classes (booleans)")
    found, labels = np.unique(values, return_inverse=True)
    if len(found) > MOST_CLASSES and kind == "automatic":
        return None
    _check_count(len(found), shown)
    if names is not None and found[0] >= 0 and found[-1] < len(names) and bool((found == np.floor(found)).all()):
        return ReadTargets(tuple(names), values.astype(np.int64), None, "classes (whole numbers)")
    words = tuple(str(int(number)) if number == int(number) else repr(float(number)) for number in found)
    return ReadTargets(words, labels.astype(np.int64), None, "classes (whole numbers)")


def _names(default: Sequence[object], names: Sequence[str] | None) -> tuple[str, ...]:
    known = [str(name) for name in default]
    return tuple(names) if names is not None and len(names) == len(known) else tuple(known)


def _check_count(count: int, shown: str) -> None:
    if count > MOST_CLASSES:
        raise DataError(
            f"The targets '{shown}' have {describe_count(count)} different values, but {describe_count(MOST_CLASSES)} "
            "classes is the most. "
            "Choose numbers as the kind of the target."
        )
