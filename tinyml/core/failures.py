"""The kinds of errors that end a run. The rules of the diagnosis compare them, not the words of a message."""

from dataclasses import dataclass
from typing import Literal

from tinyml.core.errors import DataError, DivergedError, TinymlError

FailureKind = Literal["divergence", "first_batch", "data", "memory", "project", "unexpected"]
"""The loss is no longer finite; it was not from the first batch, before any step; the data cannot be used; the memory
is full; the project, a file or a setting does not fit; an error of the program."""


@dataclass(frozen=True)
class Failure:
    """Why a run failed.

    Attributes:
        kind: of the error.
        sentence: one or two sentences for the user, with the culprit and the remedy.
    """

    kind: FailureKind
    sentence: str


def failure_kind(error: Exception) -> FailureKind:
    """Return the kind of an `error` that ended a run.

    >>> failure_kind(DataError("'a.csv' has no rows.")), failure_kind(MemoryError()), failure_kind(KeyError("fc_1"))
    ('data', 'memory', 'unexpected')
    """
    match error:
        case DivergedError():
            return "first_batch" if error.before_first_step else "divergence"
        case DataError():
            return "data"
        case MemoryError():
            return "memory"
        case TinymlError():
            return "project"
        case _:
            return "unexpected"
