"""The arithmetic of the image layers as loops over every index: slow, and easy to check by eye."""

import itertools

import numpy as np
from hypothesis import strategies as st

from tinyml.core import Pair
from tinyml.core.windows import WindowGeometry


def convolution(
    images: np.ndarray, weight: np.ndarray, bias: np.ndarray | None, geometry: WindowGeometry
) -> np.ndarray:
    """Convolve with seven loops (specification 002), reading zeros outside the image."""
    (count, channels, height, width), filters = images.shape, len(weight)
    _, stride, padding, dilation = geometry
    rows, columns = output_size((height, width), geometry)
    output = np.zeros((count, filters, rows, columns))
    for n, k, p, q in np.ndindex(output.shape):
        for c, i, j in np.ndindex(channels, *geometry.window):
            row, column = p * stride[0] + i * dilation[0] - padding[0], q * stride[1] + j * dilation[1] - padding[1]
            if 0 <= row < height and 0 <= column < width:
                output[n, k, p, q] += weight[k, c, i, j] * images[n, c, row, column]
        if bias is not None:
            output[n, k, p, q] += bias[k]
    return output


def deconvolution(
    maps: np.ndarray, weight: np.ndarray, bias: np.ndarray | None, geometry: WindowGeometry
) -> np.ndarray:
    """Add the window of every value to the result, then cut off the padding."""
    count, channels, height, width = maps.shape
    window, stride, padding, dilation = geometry
    filters = weight.shape[1]
    whole = [
        (s - 1) * t + d * (w - 1) + 1 for s, t, d, w in zip((height, width), stride, dilation, window, strict=True)
    ]
    uncut = np.zeros((count, filters, *whole))
    for n, c, p, q, k, i, j in np.ndindex(count, channels, height, width, filters, *window):
        row, column = p * stride[0] + i * dilation[0], q * stride[1] + j * dilation[1]
        uncut[n, k, row, column] += weight[c, k, i, j] * maps[n, c, p, q]
    output = uncut[:, :, padding[0] : whole[0] - padding[0], padding[1] : whole[1] - padding[1]]
    return output if bias is None else output + bias[:, None, None]


def max_pooling(images: np.ndarray, window: Pair, stride: Pair) -> tuple[np.ndarray, np.ndarray]:
    """Return the maxima and their flat positions; the first in scan order of several equal ones."""
    count, channels, height, width = images.shape
    rows, columns = output_size((height, width), WindowGeometry(window, stride))
    output = np.zeros((count, channels, rows, columns))
    switches = np.zeros(output.shape, np.int64)
    for n, c, p, q in np.ndindex(output.shape):
        best = -np.inf
        for i, j in np.ndindex(*window):
            row, column = p * stride[0] + i, q * stride[1] + j
            if images[n, c, row, column] > best:
                best = images[n, c, row, column]
                switches[n, c, p, q] = row * width + column
        output[n, c, p, q] = best
    return output, switches


def max_unpooling(maps: np.ndarray, switches: np.ndarray, size: Pair, add: bool = False) -> np.ndarray:
    """Write each value to the position of its switch, in scan order; with `add`, add it instead."""
    output = np.zeros((*maps.shape[:2], *size))
    for n, c, p, q in np.ndindex(maps.shape):
        row, column = divmod(int(switches[n, c, p, q]), size[1])
        output[n, c, row, column] = maps[n, c, p, q] + (output[n, c, row, column] if add else 0)
    return output


def output_size(size: Pair, geometry: WindowGeometry) -> Pair:
    """Count the positions of a window by testing one after the other."""
    counts = []
    for pixels, window, stride, padding, dilation in zip(size, *geometry, strict=True):
        starts = itertools.count(-padding, stride)
        fits = itertools.takewhile(lambda s, end=pixels + padding, w=window, d=dilation: s + d * (w - 1) < end, starts)
        counts.append(sum(1 for _ in fits))
    return counts[0], counts[1]


def pairs(low: int, high: int) -> st.SearchStrategy[Pair]:
    return st.tuples(st.integers(low, high), st.integers(low, high))


@st.composite
def geometries(draw: st.DrawFn, padded: bool = True) -> WindowGeometry:
    """Draw windows, strides, paddings and dilations; rows and columns usually differ."""
    padding = draw(pairs(0, 2)) if padded else (0, 0)
    return WindowGeometry(draw(pairs(1, 3)), draw(pairs(1, 3)), padding, draw(pairs(1, 2)) if padded else (1, 1))


def smallest_size(geometry: WindowGeometry) -> Pair:
    """Return the smallest image that the window fits into, at least one pixel."""
    rows, columns = (
        max(1, d * (w - 1) + 1 - 2 * p)
        for w, p, d in zip(geometry.window, geometry.padding, geometry.dilation, strict=True)
    )
    return rows, columns


def average_pooling(images: np.ndarray, window: Pair, stride: Pair) -> np.ndarray:
    """Return the mean of every window."""
    rows, columns = output_size((images.shape[2], images.shape[3]), WindowGeometry(window, stride))
    output = np.zeros((*images.shape[:2], rows, columns))
    for n, c, p, q in np.ndindex(output.shape):
        seen = [images[n, c, p * stride[0] + i, q * stride[1] + j] for i, j in np.ndindex(*window)]
        output[n, c, p, q] = sum(seen) / len(seen)
    return output


def upsampling(images: np.ndarray, scale: Pair) -> np.ndarray:
    """Return images in which every pixel is a block of equal ones."""
    output = np.zeros((*images.shape[:2], images.shape[2] * scale[0], images.shape[3] * scale[1]))
    for n, c, p, q in np.ndindex(output.shape):
        output[n, c, p, q] = images[n, c, p // scale[0], q // scale[1]]
    return output


def batch_normalisation(values: np.ndarray, weight: np.ndarray, bias: np.ndarray, eps: float) -> np.ndarray:
    """Normalise each feature of `(N, features, …)` over all other axes, one after the other."""
    output = np.zeros_like(values)
    for feature in range(values.shape[1]):
        seen = values[:, feature]
        mean = sum(seen.flat) / seen.size
        variance = sum((value - mean) ** 2 for value in seen.flat) / seen.size
        output[:, feature] = weight[feature] * (seen - mean) / np.sqrt(variance + eps) + bias[feature]
    return output
