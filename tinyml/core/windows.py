"""Sliding windows over images: unroll them into the columns of a matrix, and add columns back to an image.

If each window is a column, a convolution is one matrix product (Chellapilla et al. 2006; specification 002, section
"Convolutional layer"). The opposite direction adds the values of all windows at each pixel.

The axes of images are always `(N, C, H, W)`. In memory the batch axis comes last, `(C, H, W, N)`. So the values for a
tap of the window are in long runs, which are fast to copy, and the whole batch is one matrix product. Element-wise
operations of NumPy keep the memory order, so activations and pooling keep it too.
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
"""Bytes of columns in a block. Smaller blocks need more calls; larger blocks do not fit into the cache."""

_UNUSED = 16
"""Number of unused elements at the end of each row of a block."""


class WindowGeometry(NamedTuple):
    """How a window slides over an image; each pair is (rows, columns).

    Attributes:
        window: number of taps.
        stride: distance of two positions in pixels.
        padding: number of zeros at each border.
        dilation: distance of two taps in pixels.

    The order is that of the functions in `tinyml.core.shapes`, so `window_output_shape(size, *geometry)` works.
    """

    window: Pair
    stride: Pair = (1, 1)
    padding: Pair = (0, 0)
    dilation: Pair = (1, 1)

    @property
    def overlaps(self) -> bool:
        """True if two positions of the window can share a pixel. Dilated windows always count as overlapping."""
        return self.dilation != (1, 1) or any(s < w for s, w in zip(self.stride, self.window, strict=True))

    @property
    def same_padding(self) -> Pair | None:
        """The padding with which the output has as many rows and columns as the input; None if there is none.

        There is one if the stride is 1 and the dilated window has an odd number of rows and columns.

        >>> WindowGeometry((5, 3)).same_padding, WindowGeometry((2, 2)).same_padding
        ((2, 1), None)
        """
        reach = [dilation * (taps - 1) for taps, dilation in zip(self.window, self.dilation, strict=True)]
        if self.stride != (1, 1) or any(pixels % 2 for pixels in reach):
            return None
        return reach[0] // 2, reach[1] // 2

    @property
    def transposed(self) -> "WindowGeometry":
        """Geometry of the transposed window, for stride 1. It slides over the outputs and has one position per pixel.

        At a pixel it covers the outputs that depend on this pixel, in reverse order: its first tap covers the output
        that used the pixel with the last tap.
        """
        rows, columns = (d * (w - 1) - p for w, p, d in zip(self.window, self.padding, self.dilation, strict=True))
        return self._replace(padding=(rows, columns))


class Tap(NamedTuple):
    """One tap of a sliding window.

    Attributes:
        row, column: position of the tap in the window.
        rows, columns: pixels of the padded image that the tap covers, over all positions of the window.
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


def im2col_blocks(images: Array, geometry: WindowGeometry, row_of_ones: bool = False) -> Iterator[tuple[slice, Array]]:
    """Unroll the windows as `im2col` does, a block of columns at a time.

    The columns are h·w times as large as the images. A block of columns stays in the cache until it is multiplied. This
    is twice as fast as writing it to main memory and reading it again.

    Arguments:
        images: `(N, C, H, W)`, in any memory order; not changed.
        geometry: how the window slides. A negative padding cuts pixels off.
        row_of_ones: True adds a last row of ones, so that a product with `[W b]` adds a constant `b` for each column.

    Yields a slice that selects the columns, and the columns `(C·h·w, …)`, or `(C·h·w + 1, …)` with the row of ones.
    They are valid until the next block.
    Raises `ShapeError` when the window is larger than the padded image.

    >>> images = np.arange(9.0).reshape(1, 1, 3, 3)
    >>> [positions for positions, _ in im2col_blocks(images, WindowGeometry(window=(2, 2)))]
    [slice(0, 4, None)]
    """
    positions = window_output_shape(images.shape[2:], *geometry)
    windows = _windows(_pad_batch_last(images, geometry.padding), geometry, positions)
    taps = images.shape[1] * math.prod(geometry.window)
    for first, end, chosen, columns in _blocks(taps + row_of_ones, len(images), positions, images.dtype):
        block = windows[:, :, :, first:end]
        columns[:taps].reshape(block.shape)[...] = block
        columns[taps:] = 1
        yield chosen, columns


def col2im(columns: Array, image_shape: tuple[int, int, int, int], geometry: WindowGeometry) -> Array:
    """Add every column back to the pixels that its window covers: the transpose of `im2col`.

    Arguments:
        columns: `(C·h·w, H_out·W_out·N)`, in the order of `im2col`.
        image_shape: `(N, C, H, W)` of the result, without padding.
        geometry: how the window slides.

    Returns `(N, C, H, W)`; values on the padding are dropped.

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
        images: `(N, C, H, W)` array for the sums, with the batch last in memory.
        geometry: how the window slides.

    Yields a slice that selects the columns, and an array `(C·h·w, …)` to write them into. They are added before the
    next block. After the last block the images are complete.

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
    for first, end, chosen, columns in _blocks(channels * math.prod(geometry.window), count, positions, images.dtype):
        yield chosen, columns
        by_tap = columns.reshape(channels, *geometry.window, end - first, positions[1], count)
        below = padded[:, first * geometry.stride[0] :]
        for tap in taps(geometry, (end - first, positions[1])):
            below[:, tap.rows, tap.columns] += by_tap[:, tap.row, tap.column]
    if padded is not memory:
        memory[...] = padded[:, top : top + height, left : left + width]


def empty_batch_last(shape: Sequence[int], dtype: Any) -> Array:
    """Return an array of a shape `(N, …)` and a dtype, with arbitrary contents and the batch last in memory."""
    return batch_to_front(np.empty((*shape[1:], shape[0]), dtype))


def batch_to_front(memory: Array) -> Array:
    """Return a view `(N, …)` of the memory of an array `(…, N)`."""
    return memory.transpose(memory.ndim - 1, *range(memory.ndim - 1))


def batch_to_end(array: Array) -> Array:
    """Return a view `(…, N)` of an array `(N, …)`."""
    return array.transpose(*range(1, array.ndim), 0)


def is_batch_last(array: np.ndarray) -> bool:
    """Return True if the batch axis of an array `(N, …)` is last in memory."""
    return array.strides[0] == array.itemsize


def maps_to_rows(maps: Array) -> Array:
    """Return the maps of all images with one row for each channel: `(N, C, H, W)` becomes `(C, H·W·N)`.

    The columns have the order of `im2col`. If the batch is last in memory, nothing is copied.
    """
    return maps.transpose(1, 2, 3, 0).reshape(maps.shape[1], -1 if maps.size else 0)


def rows_to_maps(rows: Array, size: Pair) -> Array:
    """Undo `maps_to_rows`: `(C, H·W·N)` becomes `(N, C, H, W)` for images of `size`; the values are not copied."""
    return batch_to_front(rows.reshape(len(rows), *size, rows.shape[1] // (size[0] * size[1])))


def input_span(
    span: tuple[int, int], window: int, stride: int, padding: int, dilation: int, size: int
) -> tuple[int, int]:
    """Return the pixels of one axis that the outputs in `span` depend on.

    Arguments:
        span: (first, last + 1) of the outputs.
        window, stride, padding, dilation: geometry of the window along this axis.
        size: length of the axis without padding.

    Returns (first, last + 1) of the pixels, clipped to the image; (0, 0) if the outputs depend only on padding.

    >>> input_span((0, 2), window=3, stride=2, padding=1, dilation=1, size=9)
    (0, 4)
    """
    if span[0] == span[1]:
        return 0, 0
    first = span[0] * stride - padding
    end = (span[1] - 1) * stride - padding + dilation * (window - 1) + 1
    first, end = max(first, 0), min(end, size)
    return (first, end) if first < end else (0, 0)


def transposed_input_span(
    span: tuple[int, int], window: int, stride: int, padding: int, dilation: int, size: int
) -> tuple[int, int]:
    """Return the pixels of one axis that the outputs in `span` of a transposed convolution depend on.

    Arguments:
        span: (first, last + 1) of the outputs.
        window, stride, padding, dilation: geometry of the window along this axis.
        size: length of the input's axis.

    Returns (first, last + 1) of the pixels; (0, 0) if no window reaches these outputs.

    >>> transposed_input_span((3, 4), window=3, stride=2, padding=0, dilation=1, size=9)
    (1, 2)
    """
    places = [
        (output + padding - tap * dilation) // stride
        for output in range(*span)
        for tap in range(window)
        if (output + padding - tap * dilation) % stride == 0
    ]
    inside = [place for place in places if 0 <= place < size]
    return (min(inside), max(inside) + 1) if inside else (0, 0)


def _pixels_met(tap: int, stride: int, dilation: int, positions: int) -> slice:
    """Return the pixels of one axis that a tap covers while the window slides along it."""
    first = tap * dilation
    return slice(first, first + stride * (positions - 1) + 1, stride)


def _blocks(height: int, count: int, positions: Pair, dtype: Any) -> Iterator[tuple[int, int, slice, Array]]:
    """Split the positions of the window into blocks of rows.

    Yields (first, last + 1) of the rows, a slice that selects their columns, and scratch memory `(height, …)` for them.
    """
    rows, across = positions[0], positions[1] * count
    rows_in_block = min(max(_BLOCK_SIZE // max(height * across * np.dtype(dtype).itemsize, 1), 1), rows)
    for first in range(0, rows, rows_in_block):
        end = min(first + rows_in_block, rows)
        # The unused elements make the distance of two rows different from a power of two. Rows at such a distance
        # would replace each other in the cache.
        memory = scratch("columns", (height, (end - first) * across + _UNUSED), dtype)
        yield first, end, slice(first * across, end * across), memory[:, :-_UNUSED]


def _windows(padded: Array, geometry: WindowGeometry, positions: Pair) -> Array:
    """Return a view `(C, h, w, H_out, W_out, N)` of `(C, H, W, N)`: a pixel appears once for each window on it.

    So one copy unrolls all windows. One copy for each tap would make threads wait for each other.
    """
    of_map, of_row, of_column, of_example = padded.strides
    (down, right), (tap_down, tap_right) = geometry.stride, geometry.dilation
    shape = len(padded), *geometry.window, *positions, padded.shape[3]
    strides = of_map, of_row * tap_down, of_column * tap_right, of_row * down, of_column * right, of_example
    return as_strided(padded, shape, strides, writeable=False)


def _pad_batch_last(images: Array, padding: Pair) -> Array:
    """Return the images as `(C, H, W, N)`, with zeros around them; a negative padding cuts pixels off.

    The result is in the scratch memory of this thread, unless the images already have this form.
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
    # Only the inside is written, so the zeros around it stay.
    padded = scratch(("padded", shape, padding), shape, memory.dtype, zeros=True)
    padded[:, top : top + height, left : left + width] = memory
    return padded
