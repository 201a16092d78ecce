"""Own examples: images, drawings and rows that the user gives to a trained network. No part of the data holds them."""

import io
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path

import numpy as np
from PySide6.QtCore import QObject, Signal, Slot

from app.jobs import BackgroundRunner, LatestJob
from app.training.drawing import OwnDrawing
from tinyml.core import DataError, describe_count
from tinyml.core.files import open_for_reading, show_path
from tinyml.data import DataDescription, Dataset
from tinyml.data.images.opening import read_image
from tinyml.data.preprocessing import ColumnEncoding, TableEncoding

MOST_BYTES = 256 * 2**20
"""Size of the largest image file that is read."""


@dataclass(frozen=True, eq=False)
class OwnImage:
    """An image as the user gave it. It stays whole, so that other data can prepare it in another way.

    Attributes:
        title: name of the file, or where the image comes from.
        content: the image file.
    """

    title: str
    content: bytes

    @cached_property
    def size(self) -> tuple[int, int]:
        """Width and height of the image in pixels, from its header. Raises `DataError` as `encode` does."""
        with read_image(io.BytesIO(self.content), self.title) as image:
            return image.size

    def encode(self, samples: Dataset) -> np.ndarray:
        """Return the image in the size and the colours of the data: `(1, C, H, W)`, before scaling.

        Arguments:
            samples: a part of the data that the network learns.

        Raises `DataError` when the image cannot be decoded or is too large, or the data takes no images.
        """
        with read_image(io.BytesIO(self.content), self.title) as image:
            return samples.preprocessing.encode_image(image)

    def fits(self, description: DataDescription) -> bool:
        """Return True if data with this description takes images.

        Arguments:
            description: of the data.
        """
        return len(description.example_shape) == 3


@dataclass(frozen=True, eq=False)
class OwnRow:
    """A row of a table as the user typed it.

    Attributes:
        columns: the columns of the data for which it was typed.
        values: a text for each column; empty if it is missing.
    """

    columns: tuple[ColumnEncoding, ...]
    values: tuple[str, ...]

    @property
    def title(self) -> str:
        """The values in one line."""
        return ", ".join(value or "–" for value in self.values)

    def encode(self, samples: Dataset) -> np.ndarray:
        """Return the numbers of the row: `(1, D)`, before scaling.

        Arguments:
            samples: a part of the data that the network learns.

        Raises `DataError` when a text is no number.
        """
        preprocessing = samples.preprocessing
        if isinstance(preprocessing.encoding, TableEncoding):
            return preprocessing.encode_rows([self.values])
        numbers = [float(value) if value else float("nan") for value in self.values]
        return preprocessing.encode_rows([numbers]).reshape(1, *samples.description.example_shape)

    def fits(self, description: DataDescription) -> bool:
        """Return True if data with this description has the same columns.

        Arguments:
            description: of the data.
        """
        return self.columns == input_columns(description)


OwnExample = OwnImage | OwnRow | OwnDrawing


def read_image_file(path: Path) -> OwnImage:
    """Read an image file, without decoding it.

    Arguments:
        path: the file.

    Raises `DataError` when it is too large, and `StorageError` when it cannot be read.
    """
    with open_for_reading(path) as file:
        content = file.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        raise DataError(
            f"'{show_path(path)}' has more than {MOST_BYTES // 2**20} MB. Save the image in a smaller size first."
        )
    return OwnImage(path.name, content)


def input_columns(description: DataDescription) -> tuple[ColumnEncoding, ...]:
    """Return the raw columns that are inputs of vector data; empty for images.

    Arguments:
        description: of the data.
    """
    if isinstance(description.encoding, TableEncoding):
        return description.encoding.columns
    if len(description.example_shape) != 1:
        return ()
    count = description.example_shape[0]
    names = description.input_names or tuple(f"input {number}" for number in range(1, count + 1))
    return tuple(ColumnEncoding(name=name) for name in names)


def describe_image_obstacle(description: DataDescription) -> str:
    """Return one sentence that says why data takes no images, and what to do; an empty text if it takes them.

    Arguments:
        description: of the data.
    """
    shape = description.example_shape
    if len(shape) != 3:
        return (
            f"The network takes {describe_count(shape[0], 'number')}, not an image. To learn from images, drop a "
            "folder that has one folder of images for each class."
        )
    if description.encoding is None:
        return (
            f"{description.title} holds arrays, so it is unknown how an image becomes its numbers. Use a folder of "
            "images as data to try own images."
        )
    return ""


def row_of(samples: Dataset, index: int) -> OwnRow:
    """Return a sample of vector data as the row of texts that it comes from.

    Arguments:
        samples: a part of the data.
        index: index of the sample.
    """
    columns = input_columns(samples.description)
    numbers = samples.unscaled_examples(slice(index, index + 1))[0].ravel()
    values, place = [], 0
    for column in columns:
        part = numbers[place : place + column.width]
        values.append(_text_of(part, column))
        place += column.width
    return OwnRow(columns, tuple(values))


def _text_of(numbers: np.ndarray, column: ColumnEncoding) -> str:
    if column.categories:
        return column.categories[int(numbers.argmax())] if numbers.any() else ""
    # The shortest text that stands for this number, such as 0.1.
    return "" if np.isnan(numbers[0]) else np.format_float_positional(numbers[0], trim="-")


class OwnExamples(QObject):
    """The own examples of this session, the newest last. Images are read and decoded in the background.

    Arguments:
        runner: reads and decodes the images.

    Attributes:
        examples: all of them.

    Signals:
        changed(): `examples` changed.
        image_read(example): an image is read, and it is the newest example now.
        failed(sentence): an image cannot be read or decoded, or the data takes no images.
        notice(sentence): examples were dropped, because they do not fit other data.
    """

    changed = Signal()
    image_read = Signal(object)
    failed = Signal(str)
    notice = Signal(str)

    def __init__(self, runner: BackgroundRunner, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._job = LatestJob(runner, self)
        self._job.returned.connect(self._on_job_returned)
        self._job.failed.connect(self.failed)
        self._samples: Dataset | None = None
        self._problem = ""
        self._waiting: Callable[[], OwnImage] | None = None
        self.examples: tuple[OwnExample, ...] = ()

    @property
    def image_obstacle(self) -> str:
        """One sentence that says why the network can take no image, and what to do; empty if it can, or soon will."""
        return self._problem if self._samples is None else describe_image_obstacle(self._samples.description)

    def use(self, samples: Dataset | None, problem: str = "") -> None:
        """Prepare examples for other data from now on. Those that do not fit it are dropped.

        Arguments:
            samples: a part of the data; None until it is loaded.
            problem: why it cannot be loaded; empty if it is being loaded.
        """
        self._job.cancel()
        self._samples, self._problem = samples, problem
        if samples is None:
            return
        self._keep_fitting(samples.description)
        if self._waiting is not None:
            waiting, self._waiting = self._waiting, None
            self.read_image(waiting)

    def read_image(self, read: Callable[[], OwnImage]) -> None:
        """Read an image and check that it can be decoded. `image_read` or `failed` answers.

        Arguments:
            read: returns the image. Another thread calls it, as soon as the data is loaded.
        """
        if self.image_obstacle:
            self.failed.emit(self.image_obstacle)
        elif self._samples is None:
            self._waiting = read
        else:
            self._job.start(partial(_read, read, self._samples))

    def add(self, example: OwnExample) -> None:
        """Add an example.

        Arguments:
            example: the new one.
        """
        self.examples = (*self.examples, example)
        self.changed.emit()

    def replace(self, old: OwnExample, new: OwnExample) -> None:
        """Put an example in the place of another one.

        Arguments:
            old: the example to replace.
            new: the example in its place.
        """
        self.examples = tuple(new if example is old else example for example in self.examples)
        self.changed.emit()

    def remove(self, example: OwnExample) -> None:
        """Remove an example.

        Arguments:
            example: the example to remove.
        """
        self.examples = tuple(other for other in self.examples if other is not example)
        self.changed.emit()

    def _keep_fitting(self, description: DataDescription) -> None:
        """Drop the examples that do not fit the data, and say so."""
        kept = tuple(example for example in self.examples if example.fits(description))
        dropped = len(self.examples) - len(kept)
        if dropped:
            self.examples = kept
            self.changed.emit()
            one = dropped == 1
            self.notice.emit(
                f"{describe_count(dropped, 'own example')} {'was' if one else 'were'} dropped, because "
                f"{'it does' if one else 'they do'} not fit the new data."
            )

    @Slot(object)
    def _on_job_returned(self, example: OwnImage) -> None:
        self.add(example)
        self.image_read.emit(example)


def _read(read: Callable[[], OwnImage], samples: Dataset) -> OwnImage:
    example = read()
    example.encode(samples)
    return example
