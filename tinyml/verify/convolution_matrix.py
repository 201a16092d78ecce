"""A convolution as one matrix (W* in specification 002), which shows that a convolution is a linear transformation."""

import numpy as np

from tinyml.core import Array, Pair, SettingsError, Shape, ShapeError, as_pair, describe_count, describe_shape
from tinyml.core.shapes import window_output_shape

_LARGEST = 2**26
"""Largest number of elements in a matrix: half a gigabyte in float64. The matrix explains; no layer uses it."""


def conv_as_matrix(
    filters: Array, input_shape: Shape, stride: int | Pair = 1, padding: int | Pair = 0, dilation: int | Pair = 1
) -> Array:
    """Write a convolution as a matrix: `Y* = W* X*` (specification 002, "Convolutional Layer"; Dumoulin & Visin 2016).

    Formula: `W*[(k, p, q), (c, u, v)] = w[k, c, i, j]` if the weight (i, j) of the window at (p, q) multiplies the
    pixel (u, v), that is, if `u = p·stride + i·dilation - padding`, and the same for v with q and j. All other
    elements are 0. X* and Y* are images unrolled in scan order, `image.reshape(-1)`. Law 1 of the seed gives
    `∂ℓ/∂X* = W*ᵀ ∂ℓ/∂Y*`. `ConvTranspose2D` computes the product with `W*ᵀ` for the same filters.

    Arguments:
        filters: `(K, C, h, w)`, the weight of a `Conv2D`.
        input_shape: (C, H, W) of one image.
        stride: pixels between two positions; a number or (rows, columns), at least 1.
        padding: zeros added at each border; a number or (rows, columns), at least 0.
        dilation: pixels between two neighbouring weights; a number or (rows, columns), at least 1.

    Returns `(K·H_out·W_out, C·H·W)` in the dtype of the filters: an ordinary dense array, although almost all of its
    elements are zero.

    Raises `ShapeError` when filters and input do not fit each other, `SettingsError` when a setting is out of range or
    the matrix would be too large.

    >>> conv_as_matrix(np.array([[[[1, 2], [3, 4]]]]), (1, 3, 3))
    array([[1, 2, 0, 3, 4, 0, 0, 0, 0],
           [0, 1, 2, 0, 3, 4, 0, 0, 0],
           [0, 0, 0, 1, 2, 0, 3, 4, 0],
           [0, 0, 0, 0, 1, 2, 0, 3, 4]])
    """
    stride, padding, dilation = _check(filters, input_shape, stride, padding, dilation)
    count, channels, *window = filters.shape
    _, *size = input_shape
    positions = window_output_shape((size[0], size[1]), (window[0], window[1]), stride, padding, dilation)
    if count * positions[0] * positions[1] * channels * size[0] * size[1] > _LARGEST:
        raise SettingsError(
            f"The matrix would have {describe_count(count * positions[0] * positions[1], 'row')} and "
            f"{describe_count(channels * size[0] * size[1], 'column')}. Use smaller images or fewer filters."
        )
    matrix = np.zeros((count, *positions, channels, *size), filters.dtype)
    for i, j in np.ndindex(window[0], window[1]):
        p, u = _positions_and_pixels(i, positions[0], size[0], stride[0], padding[0], dilation[0])
        q, v = _positions_and_pixels(j, positions[1], size[1], stride[1], padding[1], dilation[1])
        # Slices stand between the index arrays, so NumPy puts the axes of these first: (p, q, k, c).
        matrix[:, p[:, np.newaxis], q, :, u[:, np.newaxis], v] = filters[:, :, i, j]
    return matrix.reshape(count * positions[0] * positions[1], channels * size[0] * size[1])


def _positions_and_pixels(
    weight: int, positions: int, size: int, stride: int, padding: int, dilation: int
) -> tuple[np.ndarray, np.ndarray]:
    """Return the window positions along one axis where the weight with this index lies on a pixel, and these pixels."""
    position = np.arange(positions)
    pixel = position * stride + weight * dilation - padding
    inside = (pixel >= 0) & (pixel < size)
    return position[inside], pixel[inside]


def _check(
    filters: Array, input_shape: Shape, stride: int | Pair, padding: int | Pair, dilation: int | Pair
) -> tuple[Pair, Pair, Pair]:
    """Raise an error for invalid arguments; return stride, padding and dilation as pairs."""
    if filters.ndim != 4 or len(input_shape) != 3 or filters.shape[1] != input_shape[0] or not filters.size:
        raise ShapeError(
            f"Filters of {describe_shape(filters.shape)} do not fit an input of {describe_shape(input_shape)}: filters "
            "are (filters, channels, rows, columns), the input is (channels, rows, columns), with the same channels."
        )
    pairs = {}
    for name, value, least in (("stride", stride, 1), ("padding", padding, 0), ("dilation", dilation, 1)):
        pairs[name] = as_pair(value)
        if min(pairs[name]) < least:
            raise SettingsError(f"The {name} is {value} but should be at least {least}.")
    return pairs["stride"], pairs["padding"], pairs["dilation"]
