"""The completed epochs of a run as columns of numbers, ready to be written."""

from collections.abc import Mapping, Sequence
from dataclasses import fields
from itertools import chain
from operator import attrgetter

import numpy as np

from app.training.series import GrowingArray
from tinyml.learner import EpochFinished

_NAMES = tuple(field.name for field in fields(EpochFinished))
_read_row = attrgetter(*_NAMES)


class EpochTable:
    """A row for each epoch, a column for each field of `EpochFinished`. Adding epochs does not touch those before.

    >>> table = EpochTable()
    >>> table.extend([EpochFinished(1, 2, 0.5, None, 0.4, None, 1.0)])
    >>> columns = table.columns()
    >>> columns["training_loss"], columns["training_accuracy/known"]
    (array([0.5]), array([False]))
    """

    def __init__(self) -> None:
        self._numbers, self._known = GrowingArray(), GrowingArray(np.bool_)

    def extend(self, events: Sequence[EpochFinished]) -> None:
        """Add the next epochs (`events`), in their order."""
        values = list(chain.from_iterable(map(_read_row, events)))
        self._numbers.extend(np.array(values, np.float64))  # NaN for None
        self._known.extend(np.array([value is not None for value in values], np.bool_))

    def columns(self) -> Mapping[str, np.ndarray]:
        """Return the columns by the names of their fields, and one "name/known" for each: True where it has a number.

        They are read-only views of shape (number of epochs,); later additions do not change them.
        """
        numbers, known = (array.values.reshape(-1, len(_NAMES)) for array in (self._numbers, self._known))
        columns = dict(zip(_NAMES, numbers.T, strict=True))
        return {**columns, **{f"{name}/known": column for name, column in zip(_NAMES, known.T, strict=True)}}
