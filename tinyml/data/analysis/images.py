"""What images look like on average, and which of them are empty."""

from dataclasses import dataclass

import numpy as np

from tinyml.core import Array, describe_count
from tinyml.data.analysis.finding import Finding, number
from tinyml.data.analysis.parts import Chunk
from tinyml.data.dataset import DataDescription

_MOST_NUMBERS = 16_000_000
"""Mean images of all classes together have at most this many numbers (64 MB); otherwise they are left out."""
_LARGE = 10.0
"""Pixels larger than this should be scaled."""
MOST_EXAMPLES = 10
"""Number of images of one colour that are named."""


@dataclass(frozen=True)
class ImageSummary:
    """Facts about all images of a dataset, before scaling: the pixels of pictures are from 0 to 1.

    Attributes:
        minimum, maximum: smallest and largest pixel.
        mean, deviation: of all pixels.
        channel_means, channel_deviations: of each channel, `(C,)`.
        mean_image: `(C, H, W)` float32.
        class_means: `(classes, C, H, W)` float32, 0 for a class without examples; None if there are no classes, or so
            many that these images would be too large.
        constant: number of images of a single colour.
        constant_examples: positions of at most ten of them in the whole data, from 0.
    """

    minimum: float
    maximum: float
    mean: float
    deviation: float
    channel_means: Array
    channel_deviations: Array
    mean_image: Array
    class_means: Array | None
    constant: int
    constant_examples: tuple[int, ...]


class ImageStatistics:
    """Collects an `ImageSummary`, chunk by chunk.

    Arguments:
        description: of the images, `(C, H, W)`.
        divisor: bytes are divided by this number.

    >>> from tinyml.data.analysis.parts import chunks
    >>> from tinyml.data.dataset import Dataset
    >>> data = Dataset.from_arrays(np.array([[[[0.0, 0.5]]], [[[1.0, 1.0]]]], np.float32), [0, 1])
    >>> statistics = ImageStatistics(data.description, data.divisor)
    >>> for chunk in chunks([data], print):
    ...     statistics.add(chunk)
    1.0
    >>> statistics.summary().mean, statistics.summary().constant_examples
    (0.625, (1,))
    """

    def __init__(self, description: DataDescription, divisor: int) -> None:
        self._shape, self._divisor = description.example_shape, divisor
        pixels, classes = int(np.prod(self._shape)), len(description.class_names)
        self._groups = classes if description.has_classes and 0 < classes * pixels <= _MOST_NUMBERS else 0
        self._total, self._squares = np.zeros(pixels), np.zeros(pixels)
        self._class_totals, self._class_counts = np.zeros((self._groups, pixels)), np.zeros(self._groups)
        self._low, self._high = np.inf, -np.inf
        self._count = self._constant = 0
        self._constant_examples: list[int] = []

    def add(self, chunk: Chunk) -> None:
        """Add some images.

        Arguments:
            chunk: the images.
        """
        count = len(chunk.stored)
        flat = chunk.stored.reshape(count, -1)
        self._find_constant(chunk)
        # Sums of bytes and of their squares are exact in float32 up to 2²⁴, and float32 is twice as fast.
        exact = flat.dtype == np.uint8 and count * 255**2 < 2**24
        numbers: Array = flat.astype(np.float32 if exact else np.float64)
        if self._groups:
            present, inverse = np.unique(chunk.labels, return_inverse=True)
            members = np.zeros((len(present), count), numbers.dtype)
            members[inverse, np.arange(count)] = 1
            sums: np.ndarray = members @ numbers
            self._class_totals[present] += sums
            self._class_counts[present] += members.sum(axis=1)
            self._total += sums.sum(axis=0, dtype=np.float64)
        else:
            self._total += numbers.sum(axis=0, dtype=np.float64)
        np.square(numbers, out=numbers)
        self._squares += np.ones(count, numbers.dtype) @ numbers
        self._count += count

    def summary(self) -> ImageSummary:
        """Return what was found."""
        count, divisor = max(1, self._count), self._divisor
        channels = self._shape[0]
        means = (self._total / count).reshape(channels, -1)
        squares = (self._squares / count).reshape(channels, -1)
        channel_means = means.mean(axis=1)
        channel_deviations = np.sqrt(np.maximum(squares.mean(axis=1) - channel_means**2, 0))
        mean = means.mean()
        class_means = None
        if self._groups:
            per_class = self._class_totals / np.maximum(self._class_counts, 1)[:, np.newaxis]
            class_means = (per_class / divisor).astype(np.float32).reshape(-1, *self._shape)
        return ImageSummary(
            minimum=float(self._low / divisor) if self._count else 0.0,
            maximum=float(self._high / divisor) if self._count else 0.0,
            mean=float(mean / divisor),
            deviation=float(np.sqrt(max(squares.mean() - mean**2, 0)) / divisor),
            channel_means=channel_means / divisor,
            channel_deviations=channel_deviations / divisor,
            mean_image=(means / divisor).astype(np.float32).reshape(self._shape),
            class_means=class_means,
            constant=self._constant,
            constant_examples=tuple(sorted(self._constant_examples)[:MOST_EXAMPLES]),
        )

    def _find_constant(self, chunk: Chunk) -> None:
        planes = chunk.stored.reshape(len(chunk.stored), self._shape[0], -1)
        low, high = planes.min(axis=2), planes.max(axis=2)
        self._low, self._high = min(self._low, float(low.min())), max(self._high, float(high.max()))
        constant = np.flatnonzero((low == high).all(axis=1))
        self._constant += len(constant)
        self._constant_examples += chunk.positions[constant].tolist()


def image_findings(images: ImageSummary, are_scaled: bool) -> list[Finding]:
    """Return sentences about images.

    Arguments:
        images: what was found.
        are_scaled: True if the preprocessing scales the pixels.
    """
    mean = f"{images.mean:.2f}" if images.maximum <= 1 else number(images.mean)
    found = [Finding("pixels", f"Pixels {number(images.minimum)} to {number(images.maximum)}, mean {mean}.")]
    if not are_scaled and max(abs(images.minimum), abs(images.maximum)) > _LARGE:
        sentence = (
            f"The pixels go up to {number(images.maximum)}. Training works better from 0 to 1: choose Unit as scale."
        )
        found.append(Finding("not_scaled", sentence, "warning"))
    if images.constant:
        which = f"number {images.constant_examples[0]}"
        has = "has" if images.constant == 1 else "have"
        sentence = (
            f"{describe_count(images.constant, 'image')} {has} a single colour (such as {which}). "
            "Look if files are empty."
        )
        found.append(Finding("constant_images", sentence, "warning"))
    return found
