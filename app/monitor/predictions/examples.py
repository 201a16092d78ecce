"""Which examples of the data of a run are predicted: a part of the data, or some examples spread over it."""

from dataclasses import dataclass
from weakref import ReferenceType, ref

import numpy as np

from app.training.dataset_cache import Part, load_part
from app.widgets.images.thumbnails import thumbnails
from tinyml.core import describe_count
from tinyml.data import DataChoice, Dataset


@dataclass(frozen=True, eq=False)
class ChosenExamples:
    """Examples at equal distances in a part of the data. They are not kept in memory when other data is loaded.

    Attributes:
        choice: the data.
        part: the part of the data.
        rows: `(K,)` indices of the examples in the part.
        count: number of examples in the whole part.
        source: the part, while it is in memory.
    """

    choice: DataChoice
    part: Part
    rows: np.ndarray
    count: int
    source: ReferenceType[Dataset]

    def load(self) -> Dataset:
        """Return the examples; call this off the GUI thread. Raises `DataError` if the data cannot be read."""
        part = self.source()
        return (load_part(self.choice, self.part) if part is None else part).take(self.rows)

    def describe(self) -> str:
        """Return which examples these are, such as "1 000 of 5 000 validation examples"."""
        everything = describe_count(self.count, f"{self.part} example")
        return everything if len(self.rows) == self.count else f"{describe_count(len(self.rows))} of {everything}"


def choose_examples(choice: DataChoice, part: Part, most: int | None) -> ChosenExamples:
    """Choose examples of a part of the data; call this off the GUI thread.

    Arguments:
        choice: the data.
        part: the part.
        most: the largest number of examples; None for all of them.

    Raises `DataError` if the data cannot be read.
    """
    source = load_part(choice, part)
    count = len(source) if most is None else min(len(source), most)
    rows = np.linspace(0, max(len(source) - 1, 0), count).round().astype(np.intp)
    return ChosenExamples(choice, part, rows, len(source), ref(source))


def load_inputs(examples: ChosenExamples, places: np.ndarray) -> np.ndarray:
    """Return the inputs of some examples as people read them: small images in 0 … 1, or numbers in their units.

    Arguments:
        examples: the examples.
        places: `(K,)` which of them.
    """
    return small_inputs(examples.load(), places)


def small_inputs(dataset: Dataset, places: np.ndarray) -> np.ndarray:
    """Return some inputs before scaling, `(K, …)`. Large images lose rows and columns: they become thumbnails.

    Arguments:
        dataset: the examples.
        places: `(K,)` which of them.
    """
    inputs = np.asarray(dataset.unscaled_examples(places))
    return thumbnails(inputs).copy()  # a view would keep all examples in memory
