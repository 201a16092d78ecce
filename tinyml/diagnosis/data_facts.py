"""Facts about the data of a run that the diagnosis needs: classes, base rate, ranges, neighbours."""

import math
from dataclasses import dataclass, field

import numpy as np

from tinyml.data import Dataset, Splits
from tinyml.diagnosis.neighbours import Neighbours, compare_neighbours

_MOST_EXAMPLES = 2000
"""Number of examples whose inputs are measured."""
_MOST_NUMBERS = 1 << 23
"""Fewer examples are measured if they have more numbers than this together: memory stays below 200 MB."""


@dataclass(frozen=True)
class InputRange:
    """How the inputs of the network are spread, after scaling.

    Attributes:
        mean, deviation: of all numbers.
        largest, smallest: the largest and smallest standard deviation of a column that is not constant; equal for
            images, whose pixels have one unit.
        scaled: True if a scaling was fitted to the training examples.
    """

    mean: float = 0.0
    deviation: float = 1.0
    largest: float = 1.0
    smallest: float = 1.0
    scaled: bool = False


@dataclass(frozen=True)
class DataFacts:
    """Facts about the data of a run.

    Attributes:
        training, validation, test: number of examples in each part.
        class_names: a name for each class; empty if the targets are numbers.
        class_counts: how many training examples each class has.
        validation_counts: how many validation examples each class has.
        inputs: how the inputs are spread.
        neighbours: what the nearest neighbours say; None if there are too few examples.
    """

    training: int
    validation: int = 0
    test: int = 0
    class_names: tuple[str, ...] = ()
    class_counts: tuple[int, ...] = ()
    validation_counts: tuple[int, ...] = ()
    inputs: InputRange = field(default_factory=InputRange)
    neighbours: Neighbours | None = None

    @property
    def has_classes(self) -> bool:
        """True if the targets are classes."""
        return bool(self.class_names)

    @property
    def base_rate(self) -> float:
        """Share of the most frequent class of the training examples; 0 if the targets are numbers (R²)."""
        return max(self.class_counts) / sum(self.class_counts) if sum(self.class_counts) else 0.0

    @property
    def most_frequent(self) -> str:
        """Name of the most frequent class; empty if the targets are numbers."""
        return self.class_names[int(np.argmax(self.class_counts))] if self.class_names else ""

    def base_loss(self, loss: str) -> float:
        """Return the loss of answering every example with the shares of the classes.

        Formula, with the shares `p`: cross-entropy gives their entropy, `-Σ p ln p`. Binary cross-entropy gives the
        mean over the classes of `-p ln p - (1 - p) ln (1 - p)`, because each class has an output of its own.

        Arguments:
            loss: name of the loss.

        Returns infinity for another loss, and if the targets are numbers.

        >>> facts = DataFacts(100, class_names=("a", "b", "c", "d"), class_counts=(25,) * 4)
        >>> for loss in ("cross_entropy_loss", "binary_cross_entropy_with_logits_loss", "mse_loss"):
        ...     print(f"{facts.base_loss(loss):.3f}")
        1.386
        0.562
        inf
        """
        total = sum(self.class_counts)
        shares = [count / total for count in self.class_counts] if total else []
        entropy = -sum(_times_log(share) for share in shares)
        if shares and loss in ("cross_entropy_with_softmax_loss", "cross_entropy_loss"):
            return entropy
        if shares and loss == "binary_cross_entropy_with_logits_loss":
            return (entropy - sum(_times_log(1 - share) for share in shares)) / len(shares)
        return math.inf

    def base_rate_in(self, part: str) -> float:
        """Return the share of examples with the most frequent training class, in the "validation" or "test" part."""
        if part != "validation" or not sum(self.validation_counts):
            return self.base_rate
        return self.validation_counts[int(np.argmax(self.class_counts))] / sum(self.validation_counts)


def collect_data_facts(splits: Splits) -> DataFacts:
    """Measure the data of a run. Takes well under a second, also for large data: some examples stand for all.

    Arguments:
        splits: the parts, scaled, as from `prepare_splits`.

    >>> from tinyml.data import DataChoice, prepare_splits
    >>> facts = collect_data_facts(prepare_splits(DataChoice(source="circle")))
    >>> facts.class_counts, round(facts.base_rate, 2)
    ((361, 339), 0.52)
    """
    train = splits.train
    names = train.description.class_names if train.description.has_classes else ()
    return DataFacts(
        len(train),
        len(splits.validation),
        len(splits.test),
        names,
        _count(train, len(names)),
        _count(splits.validation, len(names)),
        _measure_inputs(train),
        compare_neighbours(splits),
    )


def _times_log(share: float) -> float:
    return share * math.log(share) if share > 0 else 0.0


def _count(part: Dataset, classes: int) -> tuple[int, ...]:
    return tuple(np.bincount(part.labels, minlength=classes).tolist()) if classes else ()


def _measure_inputs(train: Dataset) -> InputRange:
    size = math.prod(train.description.example_shape)
    count = min(_MOST_EXAMPLES, max(1, _MOST_NUMBERS // size))
    step = -(-len(train) // count)
    numbers = np.nan_to_num(train.examples(np.arange(0, len(train), step)).astype(np.float64))
    mean, deviation = float(numbers.mean()), float(numbers.std())
    largest = smallest = deviation
    if numbers.ndim == 2:
        deviations = numbers.std(axis=0)
        changing = deviations[deviations > 0]
        if len(changing):
            largest, smallest = float(changing.max()), float(changing.min())
    return InputRange(mean, deviation, largest, smallest, train.scaling is not None)
