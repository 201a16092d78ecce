"""Pictures of a tensor: one of a matrix, many of the filters of a convolution."""

import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from app.formatting import format_number
from app.widgets.images.colormaps import diverging_image, symmetric_limit
from app.widgets.images.image_list_model import GridImage
from app.widgets.plain_text import short
from tinyml.core import Shape, StorageError
from tinyml.storage import TensorFileHeader, TensorReader, open_tensors

_MOST_PICTURES = 4096
_LONGEST_SIDE = 2048
_MOST_NUMBERS = 2048 * 2048
"""Numbers of all pictures together. No more are read, even of a larger tensor."""


@dataclass(frozen=True)
class TensorPictures:
    """Pictures of one tensor.

    Attributes:
        name: the name of the tensor.
        images: the pictures, all on one scale: blue below zero, orange above, the background at zero.
        image_size: about how many pixels of the screen the longer side of each takes.
        explanation: what the pictures show, and what they leave out, in words.
        values: `(pictures, H, W)` the numbers that the pixels show; None without pictures.
        positions: the index of each picture in the leading axes of the tensor; empty tuples for a matrix.
    """

    name: str
    images: tuple[GridImage, ...] = ()
    image_size: int = 48
    explanation: str = ""
    values: np.ndarray | None = None
    positions: tuple[tuple[int, ...], ...] = ()

    def describe_cell(self, index: int, row: int, column: int) -> str:
        """Describe one number with its place: "conv_1.weight[3, 0, 2, 1] = −0.123".

        Arguments:
            index: the picture.
            row, column: the pixel.
        """
        if self.values is None:
            return ""
        place = ", ".join(str(number) for number in (*self.positions[index], row, column))
        number = format_number(float(self.values[index, row, column]), 6, trailing_zeros=False)
        return f"{short(self.name)}[{place}] = {number}"


def paint_tensor(path: Path, name: str, dark: bool, header: TensorFileHeader | None = None) -> TensorPictures:
    """Read one tensor and paint it.

    Arguments:
        path: the file.
        name: the name of the tensor.
        dark: True for the colours of the dark theme.
        header: the header of the file, if it was read before.

    Raises `StorageError` with a reason if the tensor cannot be read.
    """
    with open_tensors(path, header) as file:
        if name not in file.header.places:
            raise StorageError(f"'{path.name}' no longer has a tensor '{name}'. Open the file again.")
        shape = file.header.places[name][0].shape
        if len(shape) not in (2, 4) or not math.prod(shape):
            return TensorPictures(name, explanation=_explain_missing(shape))
        seen = _read_beginning(file, name, shape)
    if len(shape) == 2:
        return paint_matrix(name, seen[0], shape, dark)
    return paint_filters(name, seen, shape, dark)


def _read_beginning(file: TensorReader, name: str, shape: Shape) -> np.ndarray:
    """Read the visible part of a matrix or of filters, as `(pictures, rows, columns)`."""
    *leading, rows, columns = shape
    height, width = min(rows, _LONGEST_SIDE), min(columns, _LONGEST_SIDE)
    number = min(math.prod(leading), _MOST_PICTURES, max(1, _MOST_NUMBERS // (height * width)))
    if (height, width) == (rows, columns):
        return file.read_range(name, 0, number * rows * columns).reshape(number, rows, columns)
    starts = [(picture * rows + row) * columns for picture in range(number) for row in range(height)]
    return np.stack([file.read_range(name, start, start + width) for start in starts]).reshape(number, height, width)


def paint_matrix(name: str, seen: np.ndarray, shape: Shape, dark: bool) -> TensorPictures:
    """Paint a matrix as one picture.

    Arguments:
        name: the name of the tensor.
        seen: `(rows, columns)` the visible numbers: the upper left corner.
        shape: the shape of the whole tensor.
        dark: True for the colours of the dark theme.
    """
    rows, columns = shape
    limit = symmetric_limit(seen)
    explanation = f"{rows} rows × {columns} columns. Blue is negative, orange positive, up to ±{format_number(limit)}."
    explanation += _explain_non_finite(seen)
    if seen.shape != shape:
        explanation += f" Only the first {seen.shape[0]} × {seen.shape[1]} are shown."
    image = diverging_image(seen, dark, limit)
    size = min(max(max(seen.shape) * 4, 160), 640)
    return TensorPictures(name, (GridImage(image),), size, explanation, seen[None], ((),))


def paint_filters(name: str, seen: np.ndarray, shape: Shape, dark: bool) -> TensorPictures:
    """Paint `(a, b, rows, columns)` numbers as a × b pictures: for Conv2D a filter and its channel.

    Arguments:
        name: the name of the tensor.
        seen: `(pictures, rows, columns)` the visible numbers: the first pictures, and the upper left corner of each.
        shape: the shape of the whole tensor.
        dark: True for the colours of the dark theme.
    """
    first, second, rows, columns = shape
    limit, shown_name = symmetric_limit(seen), short(name)
    positions = tuple(divmod(index, second) for index in range(len(seen)))
    images = tuple(
        GridImage(
            diverging_image(plane, dark, limit),
            f"{outer}" if second == 1 else f"{outer}, {inner}",
            f"{shown_name}[{outer}, {inner}]: "
            f"from {format_number(float(plane.min()), 4)} to {format_number(float(plane.max()), 4)}",
        )
        for plane, (outer, inner) in zip(seen, positions, strict=True)
    )
    explanation = (
        f"{first} × {second} pictures of {rows}×{columns}, on one scale: "
        f"blue is negative, orange positive, up to ±{format_number(limit)}."
    )
    explanation += _explain_non_finite(seen)
    if first * second > len(seen):
        explanation += f" Only the first {len(seen)} are shown."
    if seen.shape[1:] != (rows, columns):
        explanation += f" Of each, only the first {seen.shape[1]} × {seen.shape[2]} numbers are shown."
    return TensorPictures(name, images, 40, explanation, seen, positions)


def _explain_non_finite(values: np.ndarray) -> str:
    return "" if np.isfinite(values).all() else " Pink is NaN or infinite."


def _explain_missing(shape: tuple[int, ...]) -> str:
    if 0 in shape:
        return "The tensor is empty."
    if len(shape) < 2:
        return "A vector has no picture, only a histogram." if shape else "A single number."
    return f"Tensors with {len(shape)} axes have no picture. Matrices (2) and convolution weights (4) have."
