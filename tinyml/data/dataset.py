"""A dataset in memory, and its description, which needs no loading."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Literal, NamedTuple

import numpy as np

from tinyml.core import Array, DataError, Shape
from tinyml.data.columns import ColumnInfo
from tinyml.data.from_arrays import read_numbers, read_targets
from tinyml.data.preprocessing import Encoding, FittedPreprocessing, Scaling
from tinyml.data.preprocessing.settings import ScaleRule

ProgressCallback = Callable[[float], None]
"""Called from time to time with the share of the work that is done, from 0 to 1. An exception cancels the work."""

Target = Literal["label", "input"]
"""What a network learns to predict: the label of each example, or the input itself (an autoencoder)."""

Rows = np.ndarray | slice
"""A choice of examples: indices `(K,)`, or a slice."""

_CHUNK = 4096
"""Number of examples that are converted together when all examples are read."""


@dataclass(frozen=True)
class DataDescription:
    """The facts about a dataset that are known without loading it. Shape inference needs no more.

    Attributes:
        name: where the data comes from: the name of a built-in set ("digits"), or the path of a file or folder.
        title: name on the screen, e.g. "Digits 8×8".
        example_shape: shape of one example, without the batch axis: (C, H, W) or (D,).
        class_names: a name for each label 0, 1, …; empty if the targets are numbers.
        count: number of examples.
        about: one sentence about its content and its source.
        test_count: number of examples at the end that are the fixed test part; 0 if `split` chooses the test examples.
        validation_count: number of examples before those that are the fixed validation part; 0 if `split` chooses it.
        target_shape: shape of the target numbers of one example (regression, autoencoders); None if the targets are
            classes.
        bytes_per_number: 4 for inputs in float32, 1 for images that are stored as bytes.
        stamp: text that changes when a file in the folder changes; empty if the data is one file or has no files.
        on_disk: True if the inputs are kept in a temporary file, because they need more memory than is free.
        target: "input" if the target of every example is its input, else "label".
        has_labels: False if the data has no labels, so that only an autoencoder can learn it.
        encoding: how a raw example is stored; None if there is no raw form, such as for drawn points.
        default_scale: what "automatic" means for the scale of the inputs.
        default_scale_targets: what "automatic" means for the scale of the target numbers.
        input_names: names of the numbers of an input vector; empty if they have none.
        target_names: names of the target numbers; empty if they have none.
        columns: all columns of a table, the unused ones too; empty for other data.
        recognised: what "automatic" options of the source mean here, in words: pairs of option and words.
        option_choices: values of an option that these data offer, such as the names of arrays: pairs of option and
            values.
        findings: sentences that the user should know about these data.
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
    validation_count: int = 0
    has_labels: bool = True
    encoding: Encoding | None = None
    default_scale: ScaleRule = "none"
    default_scale_targets: Literal["standardise", "none"] = "none"
    input_names: tuple[str, ...] = ()
    target_names: tuple[str, ...] = ()
    columns: tuple[ColumnInfo, ...] = ()
    recognised: tuple[tuple[str, str], ...] = ()
    option_choices: tuple[tuple[str, tuple[str, ...]], ...] = ()
    findings: tuple[str, ...] = ()
    stamp: str = ""
    on_disk: bool = False

    @property
    def memory(self) -> int:
        """Memory of the loaded examples in bytes: inputs that are not on the disk, and labels or target numbers.

        >>> DataDescription("photos", "Photos", (1, 10, 10), ("cat", "dog"), 1000, bytes_per_number=1).memory
        108000
        """
        numbers = self.target_shape is not None and self.target == "label"
        target = 4 * math.prod(self.target_shape or ()) if numbers else 8
        inputs = 0 if self.on_disk else math.prod(self.example_shape) * self.bytes_per_number
        return self.count * (inputs + target)

    @property
    def has_classes(self) -> bool:
        """True if the targets are classes, False if they are numbers."""
        return self.target_shape is None

    def with_target(self, target: Target) -> "DataDescription":
        """Return the description with another `target`: "input" for an autoencoder, "label" for no change.

        >>> DataDescription("photos", "Photos", (1, 10, 10), ("cat", "dog"), 1000).with_target("input").target_shape
        (1, 10, 10)
        """
        if target == "label":
            return self
        return replace(self, class_names=(), target_shape=self.example_shape, target="input")


@dataclass(frozen=True)
class Dataset:
    """Examples with their targets: a class, some numbers, or the example itself.

    Images of bytes stay bytes, which need a quarter of the memory. `examples` converts only the chosen examples. `take`
    copies no examples, so the parts of a split share one array. In the shapes below, M counts the stored examples and
    N the examples of this dataset.

    Arguments:
        description: name, shape, classes and more.
        stored_inputs: `(M, …)` float32, or bytes.
        labels: `(N,)` int64, from 0 to the number of classes - 1; empty if there are no classes.
        class_targets: `(classes, outputs)` float32: the target of each class for a loss that compares numbers, such as
            `mse_loss`; by default the unit vectors. The circle set uses (-1, -1) and (1, 1), as specification 003 does.
        stored_targets: `(M, …)` float32: the target numbers; None for classes and autoencoders.
        divisor: bytes are divided by this number: 255 for images whose bytes stand for 0 … 1.
        rows: `(N,)` indices of the stored examples that belong to this dataset, in order; None for all of them.
        scaling: scales the inputs; None if they are not scaled.
        target_scaling: scales the target numbers; None if they are not scaled.
        stored_names: a name for each of the M stored examples, such as its file; empty if they have none.
    """

    description: DataDescription
    stored_inputs: np.ndarray
    labels: np.ndarray
    class_targets: Array = field(default_factory=lambda: np.zeros((0, 0), np.float32))
    stored_targets: Array | None = None
    divisor: int = 1
    rows: np.ndarray | None = None
    scaling: Scaling | None = None
    target_scaling: Scaling | None = None
    stored_names: tuple[str, ...] = ()

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
        """Make a dataset from arrays, for `Learner.run`, `split`, `evaluate` and `report`.

        The targets decide what the network learns:

        - whole numbers `(N,)` from 0 on, booleans or texts: the class of each example;
        - floats, or numbers along more than one axis: regression. `(N,)` becomes `(N, 1)`, the shape of the output of
          `Linear("fc", …, 1)`;
        - the same object as the inputs: an autoencoder.

        Arguments:
            inputs: `(N, …)` numbers; `(N,)` becomes `(N, 1)`. float32 arrays and bytes are used without a copy. Bytes
                are the numbers 0 … 255, so scale them (in the first layer, or `inputs / 255`).
            targets: see above.
            class_names: a name for each class; by default the sorted texts, or "0", "1", ….
            name: name of the dataset.
            test_count: number of examples at the end that `split` uses as the test part.

        Raises `DataError` when inputs and targets do not fit together or are not finite, or another argument is wrong.

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
            raise DataError(f"There are {len(stored)} examples but {count} targets. Give one target for each example.")
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
        """All inputs, `(N, …)` float32. Each access converts bytes again, see `examples`."""
        return self.examples(slice(None))

    @property
    def targets(self) -> np.ndarray:
        """The targets: labels `(N,)`, or float32 numbers `(N, …)`."""
        return self.labels if self.description.has_classes else self.target_numbers(slice(None))

    def examples(self, rows: Rows) -> Array:
        """Return the inputs of some examples as the network gets them: float32, scaled.

        Arguments:
            rows: indices `(K,)` or a slice.

        Shapes: `(K, …)`.

        >>> Dataset.from_arrays(np.array([[3], [4]], np.uint8), [0, 1], name="bytes").examples(slice(1, 2))
        array([[4.]], dtype=float32)
        """
        return self.scale(self.unscaled_examples(rows))

    def unscaled_examples(self, rows: Rows) -> Array:
        """Return the inputs of some examples before scaling: images in 0 … 1, numbers in the units of the data.

        Bytes are divided by `divisor`. Missing numbers are NaN.

        Arguments:
            rows: as in `examples`.

        Shapes: `(K, …)` float32.
        """
        chosen = self.stored_inputs[self._stored_rows(rows)]
        if chosen.dtype != np.uint8:
            return chosen
        converted: Array = np.divide(chosen, np.float32(self.divisor), dtype=np.float32)
        return converted

    def scale(self, inputs: Array) -> Array:
        """Return inputs after scaling.

        Arguments:
            inputs: `(K, …)` inputs before scaling, see `unscaled_examples`.
        """
        return inputs if self.scaling is None else self.scaling.apply(inputs)

    @property
    def preprocessing(self) -> FittedPreprocessing:
        """Everything that turns a raw example into an input of the network. A model file stores it."""
        description = self.description
        units = np.array_equal(self.class_targets, np.eye(len(self.class_targets)))
        return FittedPreprocessing(
            encoding=description.encoding,
            scaling=self.scaling,
            target_scaling=self.target_scaling,
            input_names=description.input_names,
            target_names=description.target_names,
            class_targets=() if units else tuple(tuple(map(float, target)) for target in self.class_targets),
        )

    def target_numbers(self, rows: Rows) -> Array:
        """Return the target numbers of some examples, scaled.

        Arguments:
            rows: as in `examples`.

        Shapes: `(K, …)` float32. Raises `DataError` when the targets are classes.
        """
        if self.description.target == "input":
            return self.examples(rows)
        numbers = self.unscaled_target_numbers(rows)
        return numbers if self.target_scaling is None else self.target_scaling.apply(numbers)

    def unscaled_target_numbers(self, rows: Rows) -> Array:
        """Return the target numbers of some examples in the units of the data.

        Arguments:
            rows: as in `examples`.

        Shapes: `(K, …)` float32. Raises `DataError` when the targets are classes.
        """
        if self.description.target == "input":
            return self.unscaled_examples(rows)
        if self.stored_targets is None:
            raise DataError(f"The targets of {self.description.title} are classes, not numbers.")
        return self.stored_targets[self._stored_rows(rows)]

    @cached_property
    def target_variation(self) -> float:
        """Total sum of squares of the target numbers for R²: Σ (y - mean y)², with one mean for each output."""
        total, spread, done = np.zeros(self.description.target_shape or ()), 0.0, 0
        for start in range(0, len(self), _CHUNK):
            part = self.target_numbers(slice(start, start + _CHUNK)).astype(np.float64)
            mean = part.mean(axis=0)
            # Add the variation inside this chunk, then the variation between its mean and the mean of those before.
            spread += float(((part - mean) ** 2).sum())
            if done:
                spread += float(((mean - total / done) ** 2).sum()) * done * len(part) / (done + len(part))
            total += mean * len(part)
            done += len(part)
        return spread

    def name_of(self, index: int) -> str:
        """Return the name of an example, such as its file; an empty text if it has none.

        Arguments:
            index: of the example, from 0.

        >>> Dataset.from_arrays([[0.0], [1.0]], [0, 1]).name_of(0)
        ''
        """
        return self.stored_names[index if self.rows is None else int(self.rows[index])] if self.stored_names else ""

    def take(self, indices: np.ndarray) -> "Dataset":
        """Return the examples at `indices`, in that order, as a dataset that shares the arrays."""
        description = replace(self.description, count=len(indices), test_count=0, validation_count=0)
        labels = self.labels[indices] if self.description.has_classes else self.labels
        rows = np.array(self._stored_rows(np.asarray(indices)))
        return replace(self, description=description, labels=labels, rows=rows)

    def with_target(self, target: Target) -> "Dataset":
        """Return the same examples with another `target`: "input" for an autoencoder, "label" for no change.

        >>> Dataset.from_arrays([[0.0], [1.0]], [0, 1]).with_target("input").targets.tolist()
        [[0.0], [1.0]]
        """
        if target == "label":
            return self
        description = self.description.with_target(target)
        no_labels = np.zeros(0, np.int64)
        return replace(self, description=description, labels=no_labels, class_targets=np.zeros((0, 0), np.float32))

    def _stored_rows(self, rows: Rows) -> Rows:
        return rows if self.rows is None else self.rows[rows]


class Splits(NamedTuple):
    """The three parts of a dataset.

    Attributes:
        train: the examples for training.
        validation: the examples for an evaluation after each epoch; may be empty.
        test: the examples for the evaluation after the training.
    """

    train: Dataset
    validation: Dataset
    test: Dataset
