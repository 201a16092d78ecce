"""A dataset in memory, and what can be known of one before it is loaded."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Literal, NamedTuple

import numpy as np

from tinyml.core import Array, DataError, Shape
from tinyml.data.own_arrays import read_numbers, read_targets

ProgressCallback = Callable[[float], None]
"""Told from time to time which share of the work is done, 0 to 1. Whatever it raises cancels the work."""

Target = Literal["label", "input"]
"""What a network learns to give: the label of each example, or the input itself (an autoencoder)."""

Rows = np.ndarray | slice
"""Which examples: `(K,)` indices, or a slice."""

_PART = 4096
"""Examples that are converted at a time where all of them are read."""


@dataclass(frozen=True)
class DataDescription:
    """What is known of a dataset without loading it; enough for shape inference and for the input card.

    Attributes:
        name: key of a built-in set ("digits") or the path of a folder.
        title: for people, e.g. "Digits 8×8".
        example_shape: of one example, without the batch axis: (C, H, W) or (D,).
        class_names: one name for each label 0, 1, …; empty when the targets are numbers.
        count: number of examples.
        about: one sentence: what it shows, and where it comes from.
        test_count: so many examples at the end are the set's own test part, as published with it; 0 when it has none.
        target_shape: of the numbers that a network should give for one example (regression, autoencoders); None when
            the targets are classes.
        bytes_per_number: 4 for inputs in float32, 1 for images that are kept as bytes.
        target: "input" when the target of every example is its input.
    """

    name: str
    title: str
    example_shape: Shape
    class_names: tuple[str, ...]
    count: int
    about: str = ""
    test_count: int = 0
    target_shape: Shape | None = None
    bytes_per_number: int = 4
    target: Target = "label"

    @property
    def memory(self) -> int:
        """Bytes of memory that the loaded examples need: the inputs, and the labels or the targets.

        >>> DataDescription("photos", "Photos", (1, 10, 10), ("cat", "dog"), 1000, bytes_per_number=1).memory
        108000
        """
        numbers = self.target_shape is not None and self.target == "label"
        target = 4 * math.prod(self.target_shape or ()) if numbers else 8
        return self.count * (math.prod(self.example_shape) * self.bytes_per_number + target)

    @property
    def has_classes(self) -> bool:
        """True when the targets are classes, False when they are numbers."""
        return self.target_shape is None

    def with_target(self, target: Target) -> "DataDescription":
        """Return the description of the same data with another target.

        >>> DataDescription("photos", "Photos", (1, 10, 10), ("cat", "dog"), 1000).with_target("input").target_shape
        (1, 10, 10)
        """
        if target == "label":
            return self
        return replace(self, class_names=(), target_shape=self.example_shape, target="input")


@dataclass(frozen=True)
class Dataset:
    """Examples, and what a network should give for each: a class, some numbers, or the example itself.

    The arrays are kept as they came: images of bytes stay bytes, a quarter of the memory. `examples` converts those
    that are asked for. `take` copies no examples, so the parts of a split share one array.

    Arguments:
        description: name, shape and classes.
        stored_inputs: `(M, …)` float32, or bytes.
        labels: `(N,)` int64, from 0 to the number of classes - 1; empty when there are no classes.
        class_targets: `(classes, outputs)` float32: what a network trained with `mse_loss` should give for each class;
            by default the unit vectors. The circle set uses (-1, -1) and (1, 1), as seed 003 does.
        stored_targets: `(M, …)` float32: the numbers that a network should give; None for classes and autoencoders.
        divisor: what bytes are divided by: 255 for images whose bytes stand for 0 … 1.
        rows: `(N,)` which of the stored examples belong to this dataset, in order; None for all of them.
    """

    description: DataDescription
    stored_inputs: np.ndarray
    labels: np.ndarray
    class_targets: Array = field(default_factory=lambda: np.zeros((0, 0), np.float32))
    stored_targets: Array | None = None
    divisor: int = 1
    rows: np.ndarray | None = None

    def __post_init__(self) -> None:
        if self.class_targets.size == 0:
            object.__setattr__(self, "class_targets", np.eye(len(self.description.class_names), dtype=np.float32))

    @staticmethod
    def from_arrays(
        inputs: object,
        targets: object,
        *,
        class_names: Sequence[str] | None = None,
        name: str = "arrays",
        test_count: int = 0,
    ) -> "Dataset":
        """Make a dataset of arrays, for `Learner.run`, `split`, `evaluate` and `report`.

        What the targets are decides what is learned:

        - whole numbers `(N,)` counted from 0, truth values or texts: the class of each example;
        - floats, or numbers along more than one axis: what the network should give (regression). `(N,)` becomes
          `(N, 1)`, to be compared with the outputs of `Linear("fc", …, 1)`;
        - the inputs themselves, the same object: an autoencoder.

        Arguments:
            inputs: `(N, …)` numbers; `(N,)` becomes `(N, 1)`. float32 arrays and bytes are used without a copy. Bytes
                count as the numbers 0 … 255 that they are, so scale them (in the first layer, or `inputs / 255`).
            targets: see above.
            class_names: one for each class; by default the texts themselves, sorted, or "0", "1", ….
            name: what the dataset is called.
            test_count: so many examples at the end are the set's own test part, which `split` keeps together.

        Raises `DataError` when inputs and targets do not fit together, or are no finite numbers.

        >>> data = Dataset.from_arrays([[0.0], [1.0], [2.0]], [1.0, 3.0, 5.0])
        >>> data.targets.shape, data.description.has_classes
        ((3, 1), False)
        >>> Dataset.from_arrays([[0.0], [1.0]], ["no", "yes"]).labels
        array([0, 1])
        """
        stored = read_numbers("inputs", inputs, keep_bytes=True)
        autoencoder = targets is inputs
        found = None if autoencoder else read_targets(targets, class_names)
        labels, names = found if isinstance(found, tuple) else (np.zeros(0, np.int64), ())
        numbers = found if isinstance(found, np.ndarray) else None
        count = len(stored) if autoencoder else len(labels if numbers is None else numbers)
        if count != len(stored):
            raise DataError(f"There are {len(stored)} examples but {count} targets. Give each example one.")
        if not 0 <= test_count < max(len(stored), 1):
            raise DataError(f"test_count is {test_count} but should be from 0 to {len(stored) - 1}.")
        description = DataDescription(
            name=name,
            title=name,
            example_shape=stored.shape[1:],
            class_names=names,
            count=count,
            test_count=test_count,
            target_shape=None if numbers is None else numbers.shape[1:],
            bytes_per_number=stored.itemsize,
        ).with_target("input" if autoencoder else "label")
        return Dataset(description, stored, labels, stored_targets=numbers)

    def __len__(self) -> int:
        return len(self.stored_inputs if self.rows is None else self.rows)

    @property
    def inputs(self) -> Array:
        """All inputs, `(N, …)` float32; images lie in 0 … 1. Bytes are converted at every call: see `examples`."""
        return self.examples(slice(None))

    @property
    def targets(self) -> np.ndarray:
        """What a network should give: `(N,)` labels, or `(N, …)` float32 numbers."""
        return self.labels if self.description.has_classes else self.target_numbers(slice(None))

    def examples(self, rows: Rows) -> Array:
        """Return some inputs as float32, converted if they are stored as bytes.

        Arguments:
            rows: which ones: `(K,)` indices or a slice.

        Shapes: `(K, …)`; images lie in 0 … 1.

        >>> Dataset.from_arrays(np.array([[3], [4]], np.uint8), [0, 1], name="bytes").examples(slice(1, 2))
        array([[4.]], dtype=float32)
        """
        chosen = self.stored_inputs[self._stored_rows(rows)]
        if chosen.dtype != np.uint8:
            return chosen
        converted: Array = np.divide(chosen, np.float32(self.divisor), dtype=np.float32)
        return converted

    def target_numbers(self, rows: Rows) -> Array:
        """Return the numbers that a network should give for some examples, `(K, …)` float32.

        Arguments:
            rows: as in `examples`.

        Raises `DataError` when the targets are classes.
        """
        if self.description.target == "input":
            return self.examples(rows)
        if self.stored_targets is None:
            raise DataError(f"The targets of {self.description.title} are classes, not numbers.")
        return self.stored_targets[self._stored_rows(rows)]

    @cached_property
    def target_variation(self) -> float:
        """How much the target numbers vary: Σ (y - mean y)² over examples and outputs, each with its own mean."""
        total, spread, done = np.zeros(self.description.target_shape or ()), 0.0, 0
        for start in range(0, len(self), _PART):
            part = self.target_numbers(slice(start, start + _PART)).astype(np.float64)
            mean = part.mean(axis=0)
            # What the part varies about its own mean, and what its mean is away from that of the parts before.
            spread += float(((part - mean) ** 2).sum())
            if done:
                spread += float(((mean - total / done) ** 2).sum()) * done * len(part) / (done + len(part))
            total += mean * len(part)
            done += len(part)
        return spread

    def take(self, indices: np.ndarray) -> "Dataset":
        """Return the examples at `indices`, in that order, as a dataset of its own that shares the arrays."""
        description = replace(self.description, count=len(indices), test_count=0)
        labels = self.labels[indices] if self.description.has_classes else self.labels
        rows = np.array(self._stored_rows(np.asarray(indices)))
        return replace(self, description=description, labels=labels, rows=rows)

    def with_target(self, target: Target) -> "Dataset":
        """Return the same examples with another target: "input" makes an autoencoder's, "label" changes nothing.

        >>> Dataset.from_arrays([[0.0], [1.0]], [0, 1]).with_target("input").targets.tolist()
        [[0.0], [1.0]]
        """
        if target == "label":
            return self
        description = self.description.with_target(target)
        nothing = np.zeros(0, np.int64)
        return replace(self, description=description, labels=nothing, class_targets=np.zeros((0, 0), np.float32))

    def _stored_rows(self, rows: Rows) -> Rows:
        return rows if self.rows is None else self.rows[rows]


class Splits(NamedTuple):
    """The three parts of a dataset: to learn from, to watch while learning, and to judge at the end."""

    train: Dataset
    validation: Dataset
    test: Dataset
