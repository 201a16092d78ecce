"""What a built-in set is: a description, and a function that loads it."""

from collections.abc import Callable
from dataclasses import dataclass

from tinyml.data.dataset import DataDescription, Dataset, ProgressCallback


@dataclass(frozen=True)
class BuiltInSet:
    """A dataset that comes with TinyML.

    Attributes:
        description: of the data, without loading it.
        load: returns the dataset, with the same bits every time. Its argument is a progress callback or None.
    """

    description: DataDescription
    load: Callable[[ProgressCallback | None], Dataset]
