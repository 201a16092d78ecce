"""Occlusion: how much an activation falls when a window of the image is covered.

Source: Zeiler & Fergus 2014, section 4.2. It needs no derivative and no way back, so every network has it. It sees only
what one window at a time covers: where either of two places is enough, covering one of them changes nothing.
"""

from collections.abc import Callable, Iterator

import numpy as np

from tinyml.core import Array, Pair, TinymlError
from tinyml.core.threads import one_blas_thread
from tinyml.layers.base import Box
from tinyml.net import Trace
from tinyml.visualize.private_network import batch_size, private_network
from tinyml.visualize.reconstruction import Chosen, Reconstruction, choose


@one_blas_thread()
def occlusion(
    trace: Trace,
    layer_name: str,
    map_index: int,
    position: Pair | None = None,
    example: int = 0,
    whole_map: bool = False,
    size: int | Pair | None = None,
    stride: int | Pair | None = None,
    baseline: float = 0.0,
    progress: Callable[[float], object] | None = None,
) -> Reconstruction:
    """Return how much the activation falls when each window of the image is covered (Zeiler & Fergus 2014, 4.2).

    Formula: for each pixel, the mean of `a(x) - a(x with the window covered)` over the windows that hold the pixel. So
    a positive number says that the pixel's surroundings raise the activation. All channels are covered at once.

    Arguments:
        trace, layer_name, map_index, position, example, whole_map: as for `reconstruct`. With `whole_map`, a is the sum
            of the positive values of the map.
        size: rows and columns of the window; a number stands for both. By default a seventh of the shorter side.
        stride: distance between two windows; by default half of the window. A window at the end is cut off there.
        baseline: value of the covered pixels, as the network receives them.
        progress: called with the finished share after each batch of windows; it raises an exception to cancel.

    Windows outside the receptive field of the activation are not computed, because they change nothing. A fall is a
    small difference of large numbers: in float32, up to 5e-5 of the largest one was lost behind a Sigmoid, in Captum
    4e-5. In float64 both agree to 6e-8 (`make compare`).

    Raises `TinymlError` when the window is larger than the image or a number is less than 1, and the same errors as
    `gradient`.

    >>> from tinyml.layers import Conv2D
    >>> from tinyml.net import Sequential, record
    >>> net = Sequential([Conv2D("conv", (1, 2, 2), 1, 1, 2, 1, 0, bias=False)])
    >>> net.load_state_dict({"conv.weight": np.array([[[[3.0, -1.0]]]])})
    >>> occlusion(record(net, np.ones((1, 1, 2, 2), np.float32)), "conv", 0, position=(1, 0), size=1).image
    array([[[ 0.,  0.],
            [ 3., -1.]]], dtype=float32)
    """
    chosen = choose(trace, layer_name, map_index, position, example, whole_map)
    rows, columns = chosen.input.shape[2:] if chosen.input.ndim == 4 else (1, chosen.input.shape[1])
    window = _read_pair("size", size, default=(max(1, min(rows, columns) // 7),) * 2)
    step = _read_pair("stride", stride, default=(-(-window[0] // 2), -(-window[1] // 2)))
    if window[0] > rows or window[1] > columns:
        raise TinymlError(
            f"size is {window[0]}×{window[1]}, but the image has only {rows}×{columns} pixels. Choose a smaller window."
        )
    windows = list(_windows((rows, columns), window, step))
    falls = _falls(chosen, windows, baseline, progress)
    image = _mean_of_windows(windows, falls, (rows, columns))
    whole_image = np.broadcast_to(image, as_image(chosen.input).shape).reshape(chosen.input.shape)
    reason = "No window changes the activation when it is covered."
    return chosen.result("occlusion", whole_image.astype(chosen.input.dtype), chosen.weights(), (), reason)


def as_image(inputs: Array) -> Array:
    """Return inputs as images: a view.

    Arguments:
        inputs: `(N, C, H, W)`, returned as they are; or `(N, D)`, returned as one row `(N, 1, 1, D)`.
    """
    return inputs if inputs.ndim == 4 else inputs.reshape(len(inputs), 1, 1, -1)


def _read_pair(name: str, value: int | Pair | None, default: Pair) -> Pair:
    pair = default if value is None else (value, value) if isinstance(value, int) else (int(value[0]), int(value[1]))
    if min(pair) < 1:
        raise TinymlError(f"{name} is {value} but should be at least 1.")
    return pair


def _windows(image: Pair, window: Pair, stride: Pair) -> Iterator[Box]:
    """Yield windows that cover every pixel: (first, last + 1) of the rows and of the columns."""
    rows, columns = (
        [(first, min(first + size, pixels)) for first in range(0, pixels - size + step, step)]
        for pixels, size, step in zip(image, window, stride, strict=True)
    )
    for row_span in rows:
        for column_span in columns:
            yield row_span, column_span


def _falls(
    chosen: Chosen, windows: list[Box], baseline: float, progress: Callable[[float], object] | None
) -> np.ndarray:
    """Return how much the activation falls for each window."""
    field = chosen.receptive_field()
    seen = [index for index, window in enumerate(windows) if _overlap(window, field)]
    falls, net, size = np.zeros(len(windows)), private_network(chosen), batch_size(chosen)
    for start in range(0, len(seen), size):
        batch = seen[start : start + size]
        covered = _cover(chosen.input, [windows[index] for index in batch], baseline)
        # The whole sample is in the same batch. So both numbers are rounded more alike than if it passed alone.
        values = chosen.values(net.predict(covered))
        falls[batch] = np.subtract(values[0], values[1:], dtype=np.float64)
        if progress is not None:
            progress(min(start + size, len(seen)) / len(seen))
    return falls


def _cover(input: Array, windows: list[Box], baseline: float) -> Array:
    """Return the input, and a copy of it for each window, with the window covered."""
    inputs = np.repeat(input, 1 + len(windows), axis=0)
    for image, ((top, bottom), (left, right)) in zip(as_image(inputs)[1:], windows, strict=True):
        image[:, top:bottom, left:right] = baseline
    return inputs


def _overlap(window: Box, field: Box) -> bool:
    return all(a[0] < b[1] and b[0] < a[1] for a, b in zip(window, field, strict=True))


def _mean_of_windows(windows: list[Box], falls: np.ndarray, shape: Pair) -> np.ndarray:
    """Return for each pixel the mean over the windows that hold it; 0 where no window is (a stride beyond the size)."""
    total, count = np.zeros(shape), np.zeros(shape)
    for ((top, bottom), (left, right)), fall in zip(windows, falls, strict=True):
        total[top:bottom, left:right] += fall
        count[top:bottom, left:right] += 1
    return total / np.maximum(count, 1)
