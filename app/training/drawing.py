"""Drawings of the user: ink that is placed on an image as the data place theirs.

MNIST scales the box around each digit to 20×20 pixels, keeps its proportions, and shifts its centre of mass to the
middle of 28×28 pixels (LeCun et al. 1998, "Gradient-based learning applied to document recognition", section III.A). A
network that learned such digits misreads others. Other data have other rules, so the rules are measured.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from PIL import Image

from tinyml.core import Shape
from tinyml.data import DataDescription, Dataset

RESOLUTION = 280
"""Pixels of the longer side of a drawing. The screen shows it smaller, and the network gets it smaller still."""
_MOST_IMAGES = 400
_MOST_NUMBERS = 8_000_000
"""Images and numbers that are measured at most, which takes some hundredths of a second."""
_INK = 0.2
"""Share of the way from the background to the ink at which a pixel belongs to the drawing."""
_PLAIN = 0.5
"""Share of the pixels along the edges that have the background, in data whose images have one."""
_SAME_SIZE = 0.25
"""Largest difference between the 10th and the 90th percentile of the box, as a share of it, in data with one size."""
_CENTRED = 0.05
"""Largest standard deviation of the centres, as a share of the longer side, in data that centre their images."""

Centring = Literal["mass", "box", "none"]


@dataclass(frozen=True)
class DrawingStyle:
    """How the images of a dataset are drawn, measured by `measure_style`.

    Attributes:
        name: of the data.
        shape: (C, H, W) of an image.
        low, high: the usual range of the numbers.
        background: for each channel, the number of a pixel without ink.
        ink: for each channel, the number of a pixel full of ink.
        longest: length in pixels to which the longer side of the drawing is scaled; None if the data have many sizes.
        centring: what is shifted to `center`: the centre of mass, the middle of the box, or nothing.
        center: row and column, in pixels from the upper left corner.
    """

    name: str
    shape: Shape
    low: float
    high: float
    background: tuple[float, ...]
    ink: tuple[float, ...]
    longest: float | None
    centring: Centring
    center: tuple[float, float]

    @property
    def has_colors(self) -> bool:
        """True if the user chooses the colour of the ink, False if the data know only one."""
        return self.shape[0] == 3

    @property
    def has_rule(self) -> bool:
        """True if drawings are scaled or shifted, False if they stay as they are."""
        return self.longest is not None or self.centring != "none"

    def describe(self) -> str:
        """Return what happens to a drawing, in a sentence."""
        height, width = self.shape[1:]
        size = f"scaled to {self.longest:.0f} pixels" if self.longest is not None else "not scaled"
        place = {
            "mass": "its centre of mass shifted to the middle",
            "box": "its middle shifted to the middle",
            "none": "left where it is",
        }[self.centring]
        return f"Your drawing is {size} and {place} of {width}×{height} pixels, as measured in these data."


def canvas_size(shape: Shape) -> tuple[int, int]:
    """Return height and width of a drawing with the proportions of an image.

    Arguments:
        shape: (C, H, W) of the image.

    >>> canvas_size((1, 28, 28)), canvas_size((3, 16, 32))
    ((280, 280), (140, 280))
    """
    longest = max(shape[1:])
    height, width = (max(round(RESOLUTION * length / longest), 1) for length in shape[1:])
    return height, width


def measure_style(samples: Dataset) -> DrawingStyle:
    """Measure how images are drawn.

    - background: the median along the edges. If most pixels there have other numbers, the images are photographs: then
      a drawing stays as large and where it is.
    - ink: the end of the range of the numbers (0.5 to 99.5 %) that is farther from the background.
    - longest: the median of the longer side of the box around all pixels that are closer to the ink than a fifth of the
      way, unless the boxes differ much.
    - centring: whichever differs less from image to image, the centre of mass or the middle of the box, unless both
      differ much.

    Arguments:
        samples: images `(N, C, H, W)`; the first few hundred are measured.
    """
    shape = samples.description.example_shape
    count = max(min(_MOST_IMAGES, _MOST_NUMBERS // max(int(np.prod(shape)), 1)), 10)
    images = np.nan_to_num(samples.unscaled_examples(slice(0, count)).astype(np.float32))
    background = np.median(_edges(images), axis=(0, 2))
    low, high = np.percentile(images, [0.5, 99.5], axis=(0, 2, 3))
    up = (high - background).mean() >= (background - low).mean()
    ink = high if up else low
    span = float(np.abs(ink - background).max()) or 1.0
    name = samples.description.name
    middle = (shape[1] / 2, shape[2] / 2)
    known = (float(low.min()), float(high.max()), tuple(background.tolist()), tuple(ink.tolist()))
    distances = np.abs(_edges(images) - background[:, np.newaxis]).max(axis=1)
    if np.count_nonzero(distances <= _INK * span) < _PLAIN * distances.size:
        return DrawingStyle(name, shape, *known, None, "none", middle)
    coverage = np.clip(np.abs(images - background[:, np.newaxis, np.newaxis]).max(axis=1) / span, 0, 1)
    boxes = _Boxes.measure(coverage)
    return DrawingStyle(name, shape, *known, boxes.longest, *(boxes.find_center() or ("none", middle)))


def _edges(images: np.ndarray) -> np.ndarray:
    """Return the pixels along the four edges of images `(N, C, H, W)`: `(N, C, K)`."""
    sides = (images[..., 0, :], images[..., -1, :], images[..., :, 0], images[..., :, -1])
    return np.concatenate(sides, axis=-1)


@dataclass(frozen=True)
class _Boxes:
    """The boxes and the centres of mass of images that are not empty.

    Attributes:
        sides: `(N, 2)` height and width of the boxes.
        middles: `(N, 2)` their middles.
        masses: `(N, 2)` the centres of mass.
        size: length of the longer side of an image.
    """

    sides: np.ndarray
    middles: np.ndarray
    masses: np.ndarray
    size: int

    @staticmethod
    def measure(coverage: np.ndarray) -> "_Boxes":
        """Measure images `(N, H, W)` of ink from 0 to 1."""
        coverage = coverage[np.any(coverage > _INK, axis=(1, 2))]
        first, last, mass = [], [], []
        for axis in (2, 1):
            length = coverage.shape[3 - axis]
            inked: np.ndarray = np.any(coverage > _INK, axis=axis)
            first.append(inked.argmax(axis=1))
            last.append(length - inked[:, ::-1].argmax(axis=1))
            along = coverage.sum(axis=axis)
            mass.append((along * (np.arange(length) + 0.5)).sum(axis=1) / along.sum(axis=1))
        starts, ends = np.transpose(first), np.transpose(last)
        return _Boxes(ends - starts, (starts + ends) / 2, np.transpose(mass), max(coverage.shape[1:]))

    @property
    def longest(self) -> float | None:
        """The usual length of the longer side; None if the images have many sizes."""
        if not len(self.sides):
            return None
        low, median, high = np.percentile(self.sides.max(axis=1), [10, 50, 90])
        return float(median) if high - low <= _SAME_SIZE * median else None

    def find_center(self) -> tuple[Centring, tuple[float, float]] | None:
        """Return what the images have at the same place, and that place; None if they have nothing there."""
        if not len(self.sides):
            return None
        spreads = [float(places.std(axis=0).mean()) for places in (self.masses, self.middles)]
        if min(spreads) > _CENTRED * self.size:
            return None
        centring, places = ("mass", self.masses) if spreads[0] < spreads[1] else ("box", self.middles)
        row, column = places.mean(axis=0).tolist()
        return centring, (row, column)  # type: ignore[return-value]


@dataclass(frozen=True, eq=False)
class OwnDrawing:
    """A drawing of the user.

    Attributes:
        ink: `(H, W, 4)` bytes: red, green and blue, multiplied with the last channel, which says how much ink there is.
            The drawing has the proportions of the data's images and more pixels.
        style: how the data are drawn.
    """

    ink: np.ndarray
    style: DrawingStyle

    @property
    def title(self) -> str:
        """The name in lists."""
        return "drawing"

    def encode(self, samples: Dataset) -> np.ndarray:
        """Return the image of the drawing, as the data are drawn: `(1, C, H, W)` float32, before scaling.

        Arguments:
            samples: a part of the data, which has this style.
        """
        return place_drawing(self.ink, self.style)[np.newaxis]

    def fits(self, description: DataDescription) -> bool:
        """Return True if this is the data of the style.

        Arguments:
            description: of the data.
        """
        return (description.name, description.example_shape) == (self.style.name, self.style.shape)


def place_drawing(ink: np.ndarray, style: DrawingStyle) -> np.ndarray:
    """Scale and shift a drawing as a style says, and paint it with its ink on its background.

    Arguments:
        ink: `(h, w, 4)` bytes, see `OwnDrawing`.
        style: how the data are drawn.

    Shapes: `(C, H, W)` float32.
    """
    layers = _place(ink if style.has_colors else ink[..., 3:], style)
    coverage = layers[-1]
    background = np.array(style.background, np.float32)[:, np.newaxis, np.newaxis]
    full = np.array(style.ink, np.float32)[:, np.newaxis, np.newaxis]
    if style.has_colors:
        # The brightest colour stands for the largest numbers of the data, and black for the smallest.
        colored: np.ndarray = background * (1 - coverage) + style.low * coverage + layers[:3] * (style.high - style.low)
        return colored
    painted: np.ndarray = background + coverage * (full - background)
    return painted


def _place(ink: np.ndarray, style: DrawingStyle) -> np.ndarray:
    """Return the channels of a drawing `(h, w, K)` in the size of the data: `(K, H, W)` from 0 to 1."""
    _, height, width = style.shape
    placed = np.zeros((ink.shape[2], height, width), np.float32)
    rows, columns = (np.flatnonzero(ink[..., -1].any(axis=axis)) for axis in (1, 0))
    if not len(rows):
        return placed
    top, bottom, left, right = rows[0], rows[-1] + 1, columns[0], columns[-1] + 1
    box = (bottom - top, right - left)
    scale = height / ink.shape[0] if style.longest is None else style.longest / max(box)
    scale = min(scale, height / box[0], width / box[1])
    size = [max(round(length * scale), 1) for length in box]
    small = _resize(ink[top:bottom, left:right], size[0], size[1])
    corner = [top * scale, left * scale]
    if style.centring != "none":
        inside = _center_of_mass(small[-1]) if style.centring == "mass" else (size[0] / 2, size[1] / 2)
        corner = [goal - now for goal, now in zip(style.center, inside, strict=True)]
    first, second = (
        min(max(round(float(start)), 0), room - length)
        for start, length, room in zip(corner, size, (height, width), strict=True)
    )
    placed[:, first : first + size[0], second : second + size[1]] = small
    return placed


def _resize(ink: np.ndarray, height: int, width: int) -> np.ndarray:
    """Return ink `(h, w, K)` in another size: `(K, height, width)` from 0 to 1. Each pixel is the mean of an area."""
    channels = [
        np.asarray(
            Image.fromarray(np.ascontiguousarray(ink[..., channel])).resize((width, height), Image.Resampling.BOX)
        )
        for channel in range(ink.shape[2])
    ]
    return np.stack(channels).astype(np.float32) / 255


def _center_of_mass(coverage: np.ndarray) -> tuple[float, float]:
    """Return row and column of the centre of mass of `(h, w)` ink, in pixels from the upper left corner."""
    total = max(float(coverage.sum()), 1e-9)
    rows, columns = (np.arange(length) + 0.5 for length in coverage.shape)
    return float((coverage.sum(axis=1) * rows).sum()) / total, float((coverage.sum(axis=0) * columns).sum()) / total
