"""Sliding windows over images: unrolled into the columns of a matrix, and added back to an image.

A convolution is one matrix product once every window has become a column (Chellapilla et al. 2006; seed 002, section
"Convolutional layer"). The way back, from columns to pixels, adds up what the windows say about each pixel.

Images are `(N, C, H, W)` for everyone who uses them. In memory the batch comes last, `(C, H, W, N)`: the values that a
tap of the window needs then lie in long runs, which are quick to copy, and the whole batch is a single matrix product.
NumPy's element-wise operations keep the order in memory, so it survives activations and pooling.
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from tinyml.core.parameter import Array
from tinyml.core.shapes import Pair, window_output_shape


class Sliding(NamedTuple):
    """How a window slides over an image; each pair is (rows, columns).

    Attributes:
        window: taps of the window.
        stride: pixels between two positions.
        padding: zeros added at each border.
        dilation: pixels between two taps.

    The order is that of the functions in `tinyml.core.shapes`, so `window_output_shape(size, *sliding)` works.
    """

    window: Pair
    stride: Pair = (1, 1)
    padding: Pair = (0, 0)
    dilation: Pair = (1, 1)

    @property
    def overlaps(self) -> bool:
        """Tell whether two positions of the window can share a pixel (dilated windows are taken to)."""
        return self.dilation != (1, 1) or any(s < w for s, w in zip(self.stride, self.window, strict=True))


class Tap(NamedTuple):
    """One tap of a sliding window.

    Attributes:
        row, column: which tap of the window it is.
        rows, columns: the pixels of the padded image that it meets, over all positions of the window.
    """

    row: int
    column: int
    rows: slice
    columns: slice


def taps(sliding: Sliding, positions: Pair) -> Iterator[Tap]:
    """Go through the taps of a window in scan order: left to right, then down.

    Arguments:
        sliding: how the window slides.
        positions: number of its positions (rows, columns), as `window_output_shape` counts them.

    >>> [tap.columns for tap in taps(Sliding(window=(1, 2), stride=(1, 3)), (1, 4))]
    [slice(0, 10, 3), slice(1, 11, 3)]
    """
    for row in range(sliding.window[0]):
        rows = _pixels_met(row, sliding.stride[0], sliding.dilation[0], positions[0])
        for column in range(sliding.window[1]):
            columns = _pixels_met(column, sliding.stride[1], sliding.dilation[1], positions[1])
            yield Tap(row, column, rows, columns)


def im2col(images: Array, sliding: Sliding) -> Array:
    """Unroll every window into a column.

    Formula: `columns[(c, i, j), (y, x, n)] = padded[n, c, y·stride + i·dilation, x·stride + j·dilation]`

    Arguments:
        images: `(N, C, H, W)`, in any memory order; not changed.
        sliding: how the window slides.

    Returns `(C·h·w, H_out·W_out·N)`: a row for each tap, a column for each position.
    Raises `ShapeError` when the window is larger than the padded image.

    >>> im2col(np.arange(9.0).reshape(1, 1, 3, 3), Sliding(window=(2, 2)))
    array([[0., 1., 3., 4.],
           [1., 2., 4., 5.],
           [3., 4., 6., 7.],
           [4., 5., 7., 8.]])
    """
    count, channels, height, width = images.shape
    positions = window_output_shape((height, width), *sliding)
    padded = _pad_batch_last(images, sliding.padding)
    columns = np.empty((channels, *sliding.window, *positions, count), images.dtype)
    for tap in taps(sliding, positions):
        columns[:, tap.row, tap.column] = padded[:, tap.rows, tap.columns]
    return columns.reshape(channels * sliding.window[0] * sliding.window[1], positions[0] * positions[1] * count)


def col2im(columns: Array, image_shape: tuple[int, int, int, int], sliding: Sliding) -> Array:
    """Add every column back to the pixels that its window covers: the transpose of `im2col`.

    Arguments:
        columns: `(C·h·w, H_out·W_out·N)`, laid out as by `im2col`.
        image_shape: `(N, C, H, W)` of the result, without padding.
        sliding: how the window slides.

    Returns `(N, C, H, W)`; what falls on the padding is dropped.

    >>> col2im(np.ones((4, 4)), (1, 1, 3, 3), Sliding(window=(2, 2)))[0, 0]
    array([[1., 2., 1.],
           [2., 4., 2.],
           [1., 2., 1.]])
    """
    count, channels, height, width = image_shape
    positions = window_output_shape((height, width), *sliding)
    top, left = sliding.padding
    padded = np.zeros((channels, height + 2 * top, width + 2 * left, count), columns.dtype)
    by_tap = columns.reshape(channels, *sliding.window, *positions, count)
    for tap in taps(sliding, positions):
        padded[:, tap.rows, tap.columns] += by_tap[:, tap.row, tap.column]
    return padded[:, top : top + height, left : left + width].transpose(3, 0, 1, 2)


def maps_to_rows(maps: Array) -> Array:
    """Lay each map of all images out as one row: `(N, C, H, W)` becomes `(C, H·W·N)`.

    The columns are in the order in which `im2col` has them.
    """
    return maps.transpose(1, 2, 3, 0).reshape(maps.shape[1], -1 if maps.size else 0)


def rows_to_maps(rows: Array, size: Pair) -> Array:
    """Undo `maps_to_rows`: `(C, H·W·N)` becomes `(N, C, H, W)` for images of `size`; the values are not copied."""
    channels = len(rows)
    count = rows.shape[1] // (size[0] * size[1])
    return rows.reshape(channels, *size, count).transpose(3, 0, 1, 2)


def reach(span: tuple[int, int], window: int, stride: int, padding: int, dilation: int, size: int) -> tuple[int, int]:
    """Tell which pixels of one axis decide the outputs in `span`.

    Arguments:
        span: (first, last + 1) of the outputs.
        window, stride, padding, dilation: of the sliding window along this axis.
        size: length of the axis without padding.

    Returns (first, last + 1) of the pixels, clipped to the image; both are equal when only padding is seen.

    >>> reach((0, 2), window=3, stride=2, padding=1, dilation=1, size=9)
    (0, 4)
    """
    if span[0] == span[1]:
        return 0, 0
    first = span[0] * stride - padding
    end = (span[1] - 1) * stride - padding + dilation * (window - 1) + 1
    first, end = max(first, 0), min(end, size)
    return (first, end) if first < end else (0, 0)


def _pixels_met(tap: int, stride: int, dilation: int, positions: int) -> slice:
    """Return the pixels of one axis that a tap meets while the window slides along it."""
    first = tap * dilation
    return slice(first, first + stride * (positions - 1) + 1, stride)


def _pad_batch_last(images: Array, padding: Pair) -> Array:
    """Return the images as `(C, H, W, N)`, contiguous, with zeros around them."""
    batch_last = images.transpose(1, 2, 3, 0)
    if padding == (0, 0):
        return np.ascontiguousarray(batch_last)
    (top, left), (channels, height, width, count) = padding, batch_last.shape
    padded = np.zeros((channels, height + 2 * top, width + 2 * left, count), images.dtype)
    padded[:, top : top + height, left : left + width] = batch_last
    return padded
