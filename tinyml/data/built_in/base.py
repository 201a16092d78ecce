"""What a built-in set is: a description, and a function that loads it."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from tinyml.data.dataset import DataDescription, Dataset, ProgressCallback
from tinyml.data.options import SourceOptions


@dataclass(frozen=True)
class BuiltInSet:
    """A dataset that comes with TinyML.

    Attributes:
        description: of the data with the default options, without loading it.
        load: returns the dataset: the same options give the same bits. Its arguments are the options, an instance of
            `options`, and a progress callback or None.
        options: the options that a user can set, such as the noise; by default none. An option named `count` is the
            number of examples.
        describe_with: returns the description for some options; None if they change no more than the count.
    """

    description: DataDescription
    load: Callable[[Any, ProgressCallback | None], Dataset]
    options: type[SourceOptions] = SourceOptions
    describe_with: Callable[[Any], DataDescription] | None = None

    def describe(self, options: SourceOptions) -> DataDescription:
        """Return the description with these options.

        Arguments:
            options: an instance of `options`.
        """
        if self.describe_with is not None:
            return self.describe_with(options)
        return replace(self.description, count=getattr(options, "count", self.description.count))
