"""Pictures of a tensor: one of a matrix, many of the filters of a convolution."""

import math
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from app.formatting import format_number
from app.models.reading.slices import LONGEST_SIDE, Axes, last_axes, place_in, read_slice
from app.widgets.images.colormaps import diverging_image, symmetric_limit
from app.widgets.images.image_list_model import GridImage
from app.widgets.plain_text import short
from tinyml.core import Shape, StorageError, describe_shape
from tinyml.data import ProgressCallback
from tinyml.storage import TensorFileHeader, TensorReader, open_tensors

_MOST_PICTURES = 4096
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
        positions: the index of each picture in the other axes of the tensor; empty tuples for a matrix.
        axes: the axes of the rows and the columns; None for the last two.
    """

    name: str
    images: tuple[GridImage, ...] = ()
    image_size: int = 48
    explanation: str = ""
    values: np.ndarray | None = None
    positions: tuple[tuple[int, ...], ...] = ()
    axes: Axes | None = None

    def describe_cell(self, index: int, row: int, column: int) -> str:
        """Describe one number with its place: "conv_1.weight[3, 0, 2, 1] = −0.123".

        Arguments:
            index: the picture.
            row, column: the pixel.
        """
        if self.values is None:
            return ""
        position = self.positions[index]
        axes = self.axes or (len(position), len(position) + 1)
        place = ", ".join(map(str, place_in(position, axes, row, column)))
        number = format_number(float(self.values[index, row, column]), 6, trailing_zeros=False)
        return f"{short(self.name)}[{place}] = {number}"


@dataclass(frozen=True)
class PictureRequest:
    """Which pictures of a tensor are wanted.

    Attributes:
        name: of the tensor.
        dark: True for the colours of the dark theme.
        index: of one slice, in all axes but the two that it shows; None for all pictures of a matrix or of filters.
        source: "this" file, the "other" one, or the "difference" this - other.
        axes: the axes of the rows and the columns of the slice; None for the last two.
    """

    name: str
    dark: bool
    index: tuple[int, ...] | None = None
    source: str = "this"
    axes: Axes | None = None


FileAndHeader = tuple[Path, TensorFileHeader | None]
"""A file, and its header if it was read before."""


def paint_tensor(path: Path, name: str, dark: bool, header: TensorFileHeader | None = None) -> TensorPictures:
    """Read one tensor and paint it.

    Arguments:
        path: the file.
        name: the name of the tensor.
        dark: True for the colours of the dark theme.
        header: the header of the file, if it was read before.

    Raises `StorageError` with a reason if the tensor cannot be read.
    """
    return paint(PictureRequest(name, dark), (path, header))


def paint(
    request: PictureRequest,
    this: FileAndHeader,
    other: FileAndHeader | None = None,
    progress: ProgressCallback | None = None,
) -> TensorPictures:
    """Read one tensor, or the difference of two, and paint it.

    Arguments:
        request: which pictures are wanted.
        this: the shown file.
        other: the file that it is compared with; None if there is none.
        progress: called while a slice is read, for each file with its share, 0 to 1; what it raises ends the reading.

    Raises `StorageError` with a reason if a tensor cannot be read, or if two tensors have no difference.
    """
    sources = {"this": (this,), "other": (other or this,), "difference": (this, other or this)}[request.source]
    read = [_read_seen(request, *source, progress) for source in sources]
    shape, seen = read[0]
    if seen is None:
        return TensorPictures(request.name, explanation=_explain_missing(shape))
    if len(read) > 1:
        if read[1][0] != shape or read[1][1] is None:
            raise StorageError(f"The shapes differ ({describe_shape(shape)} and {describe_shape(read[1][0])}).")
        with np.errstate(all="ignore"):
            seen = seen.astype(np.float64) - read[1][1].astype(np.float64)
    if request.index is not None:
        return paint_slice(request.name, seen[0], shape, request.index, request.dark, request.axes)
    if len(shape) == 2:
        return paint_matrix(request.name, seen[0], shape, request.dark)
    return paint_filters(request.name, seen, shape, request.dark)


def _read_seen(
    request: PictureRequest, path: Path, header: TensorFileHeader | None, progress: ProgressCallback | None
) -> tuple[Shape, np.ndarray | None]:
    """Return the shape of a tensor, and the numbers that are visible; None if it has no pictures."""
    with open_tensors(path, header) as file:
        if request.name not in file.header.places:
            raise StorageError(f"'{path.name}' has no tensor '{request.name}'.")
        shape = file.header.places[request.name][0].shape
        if not math.prod(shape) or len(shape) < 2 or (request.index is None and len(shape) not in (2, 4)):
            return shape, None
        if request.index is not None:
            axes = request.axes or last_axes(shape)
            return shape, read_slice(file, request.name, shape, request.index, axes, progress)
        return shape, _read_beginning(file, request.name, shape)


def _read_beginning(file: TensorReader, name: str, shape: Shape) -> np.ndarray:
    """Read the visible part of a matrix or of filters, as `(pictures, rows, columns)`."""
    *leading, rows, columns = shape
    height, width = min(rows, LONGEST_SIDE), min(columns, LONGEST_SIDE)
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


def paint_slice(
    name: str, seen: np.ndarray, shape: Shape, index: tuple[int, ...], dark: bool, axes: Axes | None = None
) -> TensorPictures:
    """Paint one slice along two axes.

    Arguments:
        name: the name of the tensor.
        seen: `(rows, columns)` the visible numbers: the upper left corner.
        shape: the shape of the whole tensor.
        index: of the slice, in all axes but the two that it shows.
        dark: True for the colours of the dark theme.
        axes: the axes of its rows and columns; None for the last two.
    """
    chosen = axes or last_axes(shape)
    painted = paint_matrix(name, seen, (shape[chosen[0]], shape[chosen[1]]), dark)
    place = ", ".join(map(str, place_in(index, chosen, ":", ":")))
    turned = f" Rows are axis {chosen[0]}, columns axis {chosen[1]}." if chosen[0] > chosen[1] else ""
    return replace(painted, explanation=f"[{place}]: {painted.explanation}{turned}", positions=(index,), axes=chosen)


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
    return f"Tensors with {len(shape)} axes are shown in slices."
