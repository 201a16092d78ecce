"""What a built-in dataset is: its description, known at once, and the function that makes it."""

from collections.abc import Callable
from dataclasses import dataclass

from tinyml.data.dataset import DataDescription, Dataset, ProgressCallback


@dataclass(frozen=True)
class BuiltInSet:
    """A dataset that comes with the project.

    Attributes:
        description: what it holds.
        load: makes or reads it; the same bits every time.
    """

    description: DataDescription
    load: Callable[[ProgressCallback | None], Dataset]
