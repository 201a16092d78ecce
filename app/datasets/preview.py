"""What the Data page shows of a dataset: counted, chosen and painted off the GUI thread."""

from dataclasses import dataclass

import numpy as np
from PySide6.QtGui import QImage

from app.datasets.sentences import describe_balance, describe_values
from app.formatting import format_number
from app.training.dataset_cache import load_splits
from app.widgets.images.colormaps import sample_image
from tinyml.data import DataChoice, DataDescription, Dataset, Splits

MOST_CLASSES = 200
"""Largest number of classes that the page lists."""
IMAGES_PER_CLASS = 40
"""Largest number of images for one class; more do not fit beside each other."""
MOST_IMAGES = 300
"""Largest number of images without classes."""
MOST_POINTS = 3000
"""Largest number of points in a plot."""
MOST_ROWS = 100
"""Largest number of examples in a table."""
MOST_COLUMNS = 24
"""Largest number of inputs of one example in a table."""


@dataclass(frozen=True)
class ClassPreview:
    """One class.

    Attributes:
        name: of the class.
        count: number of its examples.
        images: some of its examples; empty if the examples are not images.
    """

    name: str
    count: int
    images: tuple[QImage, ...] = ()


@dataclass(frozen=True, eq=False)
class DataPreview:
    """The facts about a dataset that need its examples, and some of the examples.

    Attributes:
        description: of the dataset.
        facts: sentences about the numbers and the classes.
        classes: the first classes; empty if the targets are numbers.
        images: some examples; empty if they are not images, or if `classes` holds them.
        points: `(K, 2)` the examples as points of a plane: both inputs, or the input and the target number; None if
            the examples are no points.
        labels: `(K,)` the class of each point; 0 for points without classes.
        columns: headings of the table of the first examples; empty if images or points are shown instead.
        rows: the texts of the table.
    """

    description: DataDescription
    facts: str
    classes: tuple[ClassPreview, ...] = ()
    images: tuple[QImage, ...] = ()
    points: np.ndarray | None = None
    labels: np.ndarray | None = None
    columns: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()


def load_preview(choice: DataChoice) -> DataPreview:
    """Load the chosen data and return its preview. Call this off the GUI thread.

    The classes are counted in all parts; the examples are training examples.

    Arguments:
        choice: the data and its split.

    Raises `DataError` if the data cannot be read or split.
    """
    splits = load_splits(choice)
    train, data = splits.train, splits.train.description
    counts = _count_classes(splits)
    facts = " ".join(part for part in (_describe_numbers(train), describe_balance(counts)) if part)
    is_image = len(data.example_shape) == 3
    classes = _class_previews(train, counts, with_images=is_image)
    if is_image:
        chosen = slice(0, MOST_IMAGES) if not classes else slice(0, 0)
        return DataPreview(data, facts, classes, _images(train.examples(chosen)))
    is_curve = data.example_shape == (1,) and data.target_shape == (1,) and data.target == "label"
    if data.example_shape == (2,) or is_curve:
        points, labels = _points(train)
        return DataPreview(data, facts, classes, points=points, labels=labels)
    columns, rows = _table(train)
    return DataPreview(data, facts, classes, columns=columns, rows=rows)


def _count_classes(splits: Splits) -> np.ndarray:
    """Return the number of examples of each class in all parts."""
    names = splits.train.description.class_names
    counts = np.zeros(len(names), np.int64)
    for part in splits:
        if names:
            counts += np.bincount(part.labels, minlength=len(names))
    return counts


def _describe_numbers(part: Dataset) -> str:
    # The parts of a split share the stored examples, so these are the numbers of all parts.
    stored = part.stored_inputs
    low, high, mean = (float(value) / part.divisor for value in (stored.min(), stored.max(), stored.mean(dtype=float)))
    return describe_values(low, high, mean)


def _class_previews(part: Dataset, counts: np.ndarray, with_images: bool) -> tuple[ClassPreview, ...]:
    names = part.description.class_names[:MOST_CLASSES]
    previews = []
    for index, name in enumerate(names):
        members = np.flatnonzero(part.labels == index)[:IMAGES_PER_CLASS] if with_images else np.zeros(0, np.intp)
        previews.append(ClassPreview(name, int(counts[index]), _images(part.examples(members))))
    return tuple(previews)


def _images(examples: np.ndarray) -> tuple[QImage, ...]:
    return tuple(sample_image(example) for example in examples)


def _points(part: Dataset) -> tuple[np.ndarray, np.ndarray]:
    rows = slice(0, MOST_POINTS)
    points = part.examples(rows)
    count = len(points)
    if points.shape[1] == 1:
        points = np.concatenate([points, part.target_numbers(rows)], axis=1)
    return points, part.labels[rows] if part.description.has_classes else np.zeros(count, np.int64)


def _table(part: Dataset) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]:
    """Return the headings and the rows of the first examples: their inputs, then their targets."""
    chosen = slice(0, MOST_ROWS)
    inputs = part.examples(chosen)
    inputs = inputs.reshape(len(inputs), -1)[:, :MOST_COLUMNS]
    columns = [f"input {index + 1}" for index in range(inputs.shape[1])]
    targets: list[tuple[str, ...]] = [()] * len(inputs)
    if part.description.has_classes:
        columns.append("class")
        targets = [(part.description.class_names[label],) for label in part.labels[chosen].tolist()]
    elif part.description.target == "label":
        numbers = part.target_numbers(chosen)
        numbers = numbers.reshape(len(numbers), -1)[:, :MOST_COLUMNS]
        columns.extend(f"target {index + 1}" for index in range(numbers.shape[1]))
        targets = [_texts(row) for row in numbers]
    return tuple(columns), tuple(_texts(row) + target for row, target in zip(inputs, targets, strict=True))


def _texts(numbers: np.ndarray) -> tuple[str, ...]:
    return tuple(format_number(float(number)) for number in numbers)
