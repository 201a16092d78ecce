"""What the Data page shows of a dataset: counted, chosen and painted off the GUI thread."""

from dataclasses import dataclass

import numpy as np
from PySide6.QtGui import QImage

from app.datasets.column_rows import ColumnRow, column_rows
from app.datasets.example_index import ExampleIndex
from app.datasets.example_pictures import paint_example
from app.training.dataset_cache import load_splits
from app.widgets.images.colormaps import sample_image
from tinyml.data import DataChoice, DataDescription, Dataset, ProgressCallback, Splits
from tinyml.data.analysis import DataAnalysis, analyse

MOST_CLASSES = 200
"""Largest number of classes that the page lists."""
IMAGES_PER_CLASS = 40
"""Largest number of images for one class; more do not fit beside each other."""
_MOST_STRIP_IMAGES = 1600
"""Largest number of images for all classes together, as long as each has some."""
_FEWEST_PER_CLASS = 8
_STRIP_SIZE = 96
MOST_POINTS = 3000
"""Largest number of points in a plot."""


@dataclass(frozen=True)
class ClassPreview:
    """One class.

    Attributes:
        name: of the class.
        count: number of its examples.
        images: some of its examples; empty if the examples are not images.
        numbers: the places of these examples in the whole data.
    """

    name: str
    count: int
    images: tuple[QImage, ...] = ()
    numbers: tuple[int, ...] = ()


@dataclass(frozen=True, eq=False)
class DataPreview:
    """A dataset in memory, and some of its examples.

    Attributes:
        description: of the dataset.
        splits: all examples, read-only.
        index: the list of all examples.
        classes: the first classes; empty if the targets are numbers.
        points: `(K, 2)` the examples as points of a plane: both inputs, or the input and the target number; None if
            the examples are no points.
        labels: `(K,)` the class of each point; 0 for points without classes.
    """

    description: DataDescription
    splits: Splits
    index: ExampleIndex
    classes: tuple[ClassPreview, ...] = ()
    points: np.ndarray | None = None
    labels: np.ndarray | None = None

    @property
    def views(self) -> tuple[str, ...]:
        """The names of the views that fit the data, see `app.datasets.view_switch`; the first one is the best."""
        if len(self.description.example_shape) == 3:
            return ("class", "all", "mean") if self.classes else ("all", "mean")
        if self.points is not None:
            return "points", "columns", "rows"
        return ("columns", "rows", "class") if self.classes else ("columns", "rows")


@dataclass(frozen=True, eq=False)
class DataDetails:
    """What takes longer to find out.

    Attributes:
        analysis: what was found in all examples.
        columns: one line for each column; empty for images.
        means: a caption and the mean image of each class, or of all examples; empty for other data.
    """

    analysis: DataAnalysis
    columns: tuple[ColumnRow, ...]
    means: tuple[tuple[str, QImage], ...]


def load_preview(choice: DataChoice, progress: ProgressCallback) -> DataPreview:
    """Load the chosen data and return its preview. Call this off the GUI thread.

    The classes are counted in all parts; the examples are training examples.

    Arguments:
        choice: the data and its split.
        progress: called with the share that is done, see `load_splits`.

    Raises `DataError` if the data cannot be read or split.
    """
    splits = load_splits(choice, progress)
    train, data = splits.train, splits.train.description
    is_image = len(data.example_shape) == 3
    classes = _class_previews(splits, is_image, progress)
    is_curve = data.example_shape == (1,) and data.target_shape == (1,) and data.target == "label"
    if data.example_shape == (2,) or is_curve:
        points, labels = _points(train)
        return DataPreview(data, splits, ExampleIndex(splits), classes, points, labels)
    return DataPreview(data, splits, ExampleIndex(splits), classes)


def load_details(preview: DataPreview, progress: ProgressCallback) -> DataDetails:
    """Analyse all examples of a preview. Call this off the GUI thread.

    Arguments:
        preview: of the dataset.
        progress: called from time to time with the share that is done; an exception from it stops the work.
    """
    analysis = analyse(preview.splits, progress)
    return DataDetails(analysis, _columns(analysis, preview.description), _means(analysis))


def _columns(analysis: DataAnalysis, description: DataDescription) -> tuple[ColumnRow, ...]:
    return () if analysis.images is not None else column_rows(analysis, description)


def _means(analysis: DataAnalysis) -> tuple[tuple[str, QImage], ...]:
    images = analysis.images
    if images is None:
        return ()
    if images.class_means is None:
        return (("all examples", sample_image(images.mean_image)),)
    counted = zip(analysis.class_names, images.class_means, analysis.class_counts.sum(axis=0), strict=True)
    return tuple((name, sample_image(mean)) for name, mean, count in counted if count)


def _class_previews(splits: Splits, with_images: bool, progress: ProgressCallback) -> tuple[ClassPreview, ...]:
    names = splits.train.description.class_names
    if not names:
        return ()
    counts = sum(np.bincount(part.labels, minlength=len(names)) for part in splits)
    shown = names[:MOST_CLASSES]
    most = min(max(_MOST_STRIP_IMAGES // len(shown), _FEWEST_PER_CLASS), IMAGES_PER_CLASS)
    previews = []
    for label, name in enumerate(shown):
        images, numbers = _strip(splits, label, most) if with_images else ((), ())
        previews.append(ClassPreview(name, int(np.asarray(counts)[label]), images, numbers))
        progress(1.0)
    return tuple(previews)


def _strip(splits: Splits, label: int, most: int) -> tuple[tuple[QImage, ...], tuple[int, ...]]:
    """Return the first training examples of a class, and their places in the whole data."""
    index = ExampleIndex(splits, 0, label)
    examples = [index[position] for position in range(min(len(index), most))]
    return tuple(paint_example(each, _STRIP_SIZE) for each in examples), tuple(each.number for each in examples)


def _points(part: Dataset) -> tuple[np.ndarray, np.ndarray]:
    rows = slice(0, MOST_POINTS)
    points = part.unscaled_examples(rows)
    count = len(points)
    if points.shape[1] == 1:
        points = np.concatenate([points, part.unscaled_target_numbers(rows)], axis=1)
    return points, part.labels[rows] if part.description.has_classes else np.zeros(count, np.int64)
