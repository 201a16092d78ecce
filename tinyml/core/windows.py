"""WindowGeometry windows over images: unrolled into the columns of a matrix, and added back to an image.

A convolution is one matrix product once every window has become a column (Chellapilla et al. 2006; seed 002, section
"Convolutional layer"). The way back, from columns to pixels, adds up what the windows say about each pixel.

Images are `(N, C, H, W)` for everyone who uses them. In memory the batch comes last, `(C, H, W, N)`: the values that a
tap of the window needs then lie in long runs, which are quick to copy, and the whole batch is a single matrix product.
NumPy's element-wise operations keep the order in memory, so it survives activations and pooling.
"""

import math
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
from numpy.lib.stride_tricks import as_strided

from tinyml.core.arrays import Array
from tinyml.core.shapes import Pair, window_output_shape
from tinyml.core.workspace import scratch

_BLOCK_SIZE = 1 << 22
"""Bytes of columns that are unrolled at a time: less and the calls cost more, more and the caches are too small."""

_UNUSED = 16
"""Numbers at the end of each row of a block that are not used."""


class WindowGeometry(NamedTuple):
    """How a window slides over an image; each pair is (rows, columns).

    Attributes:
        window: taps of the window.
        stride: pixels between two positions.
        padding: zeros added at each border.
        dilation: pixels between two taps.

    The order is that of the functions in `tinyml.core.shapes`, so `window_output_shape(size, *geometry)` works.
    """

    window: Pair
    stride: Pair = (1, 1)
    padding: Pair = (0, 0)
    dilation: Pair = (1, 1)

    @property
    def overlaps(self) -> bool:
        """Tell whether two positions of the window can share a pixel (dilated windows are taken to)."""
        return self.dilation != (1, 1) or any(s < w for s, w in zip(self.stride, self.window, strict=True))

    @property
    def transposed(self) -> "WindowGeometry":
        """The way back of a window that slides with stride 1: slid so over the outputs, it gives a position per pixel.

        The window at a pixel then covers just the outputs that the pixel had a part in, in reverse order: the output
        that saw the pixel through the last tap is seen through the first.
        """
        rows, columns = (d * (w - 1) - p for w, p, d in zip(self.window, self.padding, self.dilation, strict=True))
        return self._replace(padding=(rows, columns))


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


@lru_cache(maxsize=256)
def taps(geometry: WindowGeometry, positions: Pair) -> tuple[Tap, ...]:
    """Return the taps of a window in scan order: left to right, then down.

    Arguments:
        geometry: how the window slides.
        positions: number of its positions (rows, columns), as `window_output_shape` counts them.

    >>> [tap.columns for tap in taps(WindowGeometry(window=(1, 2), stride=(1, 3)), (1, 4))]
    [slice(0, 10, 3), slice(1, 11, 3)]
    """
    rows, columns = (
        [_pixels_met(tap, stride, dilation, count) for tap in range(window)]
        for window, stride, dilation, count in zip(
            geometry.window, geometry.stride, geometry.dilation, positions, strict=True
        )
    )
    return tuple(Tap(i, j, rows[i], columns[j]) for i in range(geometry.window[0]) for j in range(geometry.window[1]))


def im2col(images: Array, geometry: WindowGeometry) -> Array:
    """Unroll every window into a column.

    Formula: `columns[(c, i, j), (y, x, n)] = padded[n, c, y·stride + i·dilation, x·stride + j·dilation]`

    Arguments:
        images: `(N, C, H, W)`, in any memory order; not changed.
        geometry: how the window slides.

    Returns `(C·h·w, H_out·W_out·N)`: a row for each tap, a column for each position.
    Raises `ShapeError` when the window is larger than the padded image.

    >>> im2col(np.arange(9.0).reshape(1, 1, 3, 3), WindowGeometry(window=(2, 2)))
    array([[0., 1., 3., 4.],
           [1., 2., 4., 5.],
           [3., 4., 6., 7.],
           [4., 5., 7., 8.]])
    """
    positions = window_output_shape(images.shape[2:], *geometry)
    windows = _windows(_pad_batch_last(images, geometry.padding), geometry, positions)
    columns = windows.reshape(math.prod(windows.shape[:3]), math.prod(windows.shape[3:]))
    return columns if columns.flags.owndata else columns.copy()


def im2col_blocks(images: Array, geometry: WindowGeometry) -> Iterator[tuple[slice, Array]]:
    """Unroll the windows as `im2col` does, a block of columns at a time.

    The columns are h·w times as large as the images. A block of them stays in the processor's cache until it has been
    multiplied, which is twice as fast as a way to the main memory and back.

    Arguments:
        images: `(N, C, H, W)`, in any memory order; not changed.
        geometry: how the window slides. A negative padding cuts pixels off.

    Yields which columns they are, and the columns `(C·h·w, …)`, which are valid until the next ones are asked for.
    Raises `ShapeError` when the window is larger than the padded image.

    >>> images = np.arange(9.0).reshape(1, 1, 3, 3)
    >>> [positions for positions, _ in im2col_blocks(images, WindowGeometry(window=(2, 2)))]
    [slice(0, 4, None)]
    """
    positions = window_output_shape(images.shape[2:], *geometry)
    windows = _windows(_pad_batch_last(images, geometry.padding), geometry, positions)
    for first, end, chosen, columns in _blocks(images.shape[1], len(images), positions, geometry, images.dtype):
        block = windows[:, :, :, first:end]
        columns.reshape(block.shape)[...] = block
        yield chosen, columns


def col2im(columns: Array, image_shape: tuple[int, int, int, int], geometry: WindowGeometry) -> Array:
    """Add every column back to the pixels that its window covers: the transpose of `im2col`.

    Arguments:
        columns: `(C·h·w, H_out·W_out·N)`, laid out as by `im2col`.
        image_shape: `(N, C, H, W)` of the result, without padding.
        geometry: how the window slides.

    Returns `(N, C, H, W)`; what falls on the padding is dropped.

    >>> col2im(np.ones((4, 4)), (1, 1, 3, 3), WindowGeometry(window=(2, 2)))[0, 0]
    array([[1., 2., 1.],
           [2., 4., 2.],
           [1., 2., 1.]])
    """
    count, channels, height, width = image_shape
    positions = window_output_shape((height, width), *geometry)
    top, left = geometry.padding
    padded = np.zeros((channels, height + 2 * top, width + 2 * left, count), columns.dtype)
    by_tap = columns.reshape(channels, *geometry.window, *positions, count)
    for tap in taps(geometry, positions):
        padded[:, tap.rows, tap.columns] += by_tap[:, tap.row, tap.column]
    return batch_to_front(padded[:, top : top + height, left : left + width])


def col2im_blocks(images: Array, geometry: WindowGeometry) -> Iterator[tuple[slice, Array]]:
    """Add columns back to pixels as `col2im` does, a block of columns at a time.

    Arguments:
        images: `(N, C, H, W)` where the sums are written, with the batch last in memory.
        geometry: how the window slides.

    Yields which columns are wanted, and an array `(C·h·w, …)` to write them into. They are added when the next ones are
    asked for, and the images are complete when there are no more.

    >>> images = empty_batch_last((1, 1, 3, 3), np.float64)
    >>> for positions, columns in col2im_blocks(images, WindowGeometry(window=(2, 2))):
    ...     columns[:] = 1
    >>> images[0, 0]
    array([[1., 2., 1.],
           [2., 4., 2.],
           [1., 2., 1.]])
    """
    count, channels, height, width = images.shape
    positions = window_output_shape((height, width), *geometry)
    (top, left), memory = geometry.padding, batch_to_end(images)
    padded = memory
    if geometry.padding != (0, 0):
        padded = scratch("padded", (channels, height + 2 * top, width + 2 * left, count), images.dtype)
    padded[...] = 0
    for first, end, chosen, columns in _blocks(channels, count, positions, geometry, images.dtype):
        yield chosen, columns
        by_tap = columns.reshape(channels, *geometry.window, end - first, positions[1], count)
        below = padded[:, first * geometry.stride[0] :]
        for tap in taps(geometry, (end - first, positions[1])):
            below[:, tap.rows, tap.columns] += by_tap[:, tap.row, tap.column]
    if padded is not memory:
        memory[...] = padded[:, top : top + height, left : left + width]


def empty_batch_last(shape: Sequence[int], dtype: Any) -> Array:
    """Return an array `(N, …)` with arbitrary contents, with the batch last in memory."""
    return batch_to_front(np.empty((*shape[1:], shape[0]), dtype))


def batch_to_front(memory: Array) -> Array:
    """Look at an array `(…, N)` as `(N, …)`; nothing is copied."""
    return memory.transpose(memory.ndim - 1, *range(memory.ndim - 1))


def batch_to_end(array: Array) -> Array:
    """Look at an array `(N, …)` as `(…, N)`; nothing is copied."""
    return array.transpose(*range(1, array.ndim), 0)


def is_batch_last(array: np.ndarray) -> bool:
    """Tell whether the batch `(N, …)` is last in memory: the same number of all examples lies together."""
    return array.strides[0] == array.itemsize


def maps_to_rows(maps: Array) -> Array:
    """Lay each map of all images out as one row: `(N, C, H, W)` becomes `(C, H·W·N)`.

    The columns are in the order in which `im2col` has them. Nothing is copied when the batch is last in memory.
    """
    return maps.transpose(1, 2, 3, 0).reshape(maps.shape[1], -1 if maps.size else 0)


def rows_to_maps(rows: Array, size: Pair) -> Array:
    """Undo `maps_to_rows`: `(C, H·W·N)` becomes `(N, C, H, W)` for images of `size`; the values are not copied."""
    return batch_to_front(rows.reshape(len(rows), *size, rows.shape[1] // (size[0] * size[1])))


def input_span(
    span: tuple[int, int], window: int, stride: int, padding: int, dilation: int, size: int
) -> tuple[int, int]:
    """Tell which pixels of one axis decide the outputs in `span`.

    Arguments:
        span: (first, last + 1) of the outputs.
        window, stride, padding, dilation: of the sliding window along this axis.
        size: length of the axis without padding.

    Returns (first, last + 1) of the pixels, clipped to the image; both are equal when only padding is seen.

    >>> input_span((0, 2), window=3, stride=2, padding=1, dilation=1, size=9)
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


def _blocks(
    channels: int, count: int, positions: Pair, geometry: WindowGeometry, dtype: Any
) -> Iterator[tuple[int, int, slice, Array]]:
    """Go through the positions, some rows at a time.

    Yields (first, last + 1) of the rows, which columns they are, and scratch memory `(C·h·w, …)` for these.
    """
    rows, across = positions[0], positions[1] * count
    height = channels * math.prod(geometry.window)
    rows_in_block = min(max(_BLOCK_SIZE // max(height * across * np.dtype(dtype).itemsize, 1), 1), rows)
    for first in range(0, rows, rows_in_block):
        end = min(first + rows_in_block, rows)
        # A few unused numbers at the end of each row keep rows from lying a power of two apart, where they would push
        # each other out of the cache.
        memory = scratch("columns", (height, (end - first) * across + _UNUSED), dtype)
        yield first, end, slice(first * across, end * across), memory[:, :-_UNUSED]


def _windows(padded: Array, geometry: WindowGeometry, positions: Pair) -> Array:
    """Look at `(C, H, W, N)` as `(C, h, w, H_out, W_out, N)`: every pixel appears as often as windows cover it.

    To unroll the windows is then one copy, where one for each tap would keep threads waiting for each other.
    """
    of_map, of_row, of_column, of_example = padded.strides
    (down, right), (tap_down, tap_right) = geometry.stride, geometry.dilation
    shape = len(padded), *geometry.window, *positions, padded.shape[3]
    strides = of_map, of_row * tap_down, of_column * tap_right, of_row * down, of_column * right, of_example
    return as_strided(padded, shape, strides, writeable=False)


def _pad_batch_last(images: Array, padding: Pair) -> Array:
    """Return the images as `(C, H, W, N)`, with zeros around them, or with so much less cut off.

    They are written into this thread's scratch array, unless they are already as they should be.
    """
    memory = images.transpose(1, 2, 3, 0)
    cut = [
        slice(max(-border, 0), size - max(-border, 0)) for border, size in zip(padding, memory.shape[1:3], strict=True)
    ]
    memory = memory[:, *cut]
    top, left = (max(border, 0) for border in padding)
    if (top, left) == (0, 0) and is_batch_last(images):
        return memory
    channels, height, width, count = memory.shape
    shape = channels, height + 2 * top, width + 2 * left, count
    # Only this is written, so that the zeros around it last.
    padded = scratch(("padded", shape, padding), shape, memory.dtype, zeros=True)
    padded[:, top : top + height, left : left + width] = memory
    return padded
