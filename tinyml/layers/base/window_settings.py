"""Settings of layers that slide a window over maps: checks, words, and the receptive field."""

import math
from abc import abstractmethod

from tinyml.core import (
    ChangeSettings,
    Fix,
    InsertBefore,
    Pair,
    RemoveLayer,
    Shape,
    ShapeError,
    describe_count,
    describe_pair,
    describe_shape,
)
from tinyml.core.shapes import ignored_border, window_output_shape
from tinyml.core.windows import WindowGeometry, input_span
from tinyml.layers.base.settings import Box, LayerSettings


class WindowSettings(LayerSettings):
    """Settings of a layer that slides a window over maps and gives one value for each position."""

    @property
    @abstractmethod
    def geometry(self) -> WindowGeometry:
        """How the window slides."""

    def notes(self, input_shape: Shape) -> tuple[str, ...]:
        return describe_ignored_pixels((input_shape[1], input_shape[2]), self.geometry)

    def receptive_field(self, box: Box, input_shape: Shape) -> Box:
        rows, columns = (
            input_span(span, *axis) for span, *axis in zip(box, *self.geometry, input_shape[1:], strict=True)
        )
        return rows, columns


def require_maps(layer_type: str, input_shape: Shape, fix: Fix | None = None) -> tuple[int, int, int]:
    """Return channels, height and width.

    Arguments:
        layer_type: name of the layer type for the error message.
        input_shape: of one example, without the batch axis.
        fix: of the error; None for the default below.

    Raises `ShapeError` when the input is not a stack of maps. The default fix is a Reshape to square maps, or to remove
    the layer if the numbers do not fill square maps.

    >>> require_maps("Conv2D", (3, 8, 8))
    (3, 8, 8)
    """
    if len(input_shape) != 3:
        received = f"a vector of {input_shape[0]} numbers" if len(input_shape) == 1 else describe_shape(input_shape)
        side = largest_square_side(math.prod(input_shape))
        maps: Fix = InsertBefore("Reshape", {"size": (side, side)}) if side > 1 else RemoveLayer()
        raise ShapeError(f"{layer_type} needs maps (channels × rows × columns) but receives {received}.", fix or maps)
    channels, height, width = input_shape
    return channels, height, width


def largest_square_side(numbers: int) -> int:
    """Return the side of the largest square maps, at most 1000, that this many numbers fill without a rest.

    >>> largest_square_side(784), largest_square_side(128), largest_square_side(10)
    (28, 8, 1)
    """
    return next(side for side in range(min(math.isqrt(numbers), 1000), 0, -1) if numbers % (side * side) == 0)


def require_fit(size: Pair, geometry: WindowGeometry) -> Pair:
    """Return the number of positions of a window: (rows, columns).

    Arguments:
        size: rows and columns of the input.
        geometry: how the window slides.

    Raises `ShapeError` when the window is larger than the padded input. The fix is the largest window that fits. If
    this is a single pixel, which would do nothing, the fix is to remove the layer.

    >>> require_fit((8, 8), WindowGeometry((3, 3)))
    (6, 6)
    """
    try:
        return window_output_shape(size, *geometry)
    except ShapeError as error:
        fitting = [
            min(window, (pixels + 2 * padding - 1) // dilation + 1)
            for pixels, window, padding, dilation in zip(
                size, geometry.window, geometry.padding, geometry.dilation, strict=True
            )
        ]
        smaller = ChangeSettings(f"Set window to {describe_shape(tuple(fitting))}", {"window": fitting})
        raise ShapeError(str(error), RemoveLayer() if fitting == [1, 1] else smaller) from error


def describe_window(geometry: WindowGeometry, *, with_padding: bool = True) -> str:
    """Describe a sliding window in one line for a layer's card.

    Arguments:
        geometry: how the window slides.
        with_padding: False leaves out the padding.

    >>> describe_window(WindowGeometry((5, 5)))
    '5×5 · stride 1 · padding 0'
    """
    words = [describe_shape(geometry.window), f"stride {describe_pair(geometry.stride)}"]
    if with_padding:
        words.append(f"padding {describe_pair(geometry.padding)}")
    if geometry.dilation != (1, 1):
        words.append(f"dilation {describe_pair(geometry.dilation)}")
    return " · ".join(words)


def describe_ignored_pixels(size: Pair, geometry: WindowGeometry) -> tuple[str, ...]:
    """Return sentences about the pixels that no window covers, for `LayerSettings.notes`; empty if there are none.

    Arguments:
        size: rows and columns of the input.
        geometry: how the window slides.

    >>> describe_ignored_pixels((5, 4), WindowGeometry((2, 2), (2, 2)))
    ('The last row of the input is ignored: no window reaches it.',)
    """
    sentences: list[str] = []
    ignored = [
        f"the last {describe_count(count, axis) if count > 1 else axis}"
        for count, axis in zip(ignored_border(size, *geometry), ("row", "column"), strict=True)
        if count
    ]
    if ignored:
        are, them = ("is", "it") if ignored in (["the last row"], ["the last column"]) else ("are", "them")
        subject = " and ".join(ignored).capitalize()
        sentences.append(f"{subject} of the input {are} ignored: no window reaches {them}.")
    if geometry.dilation == (1, 1) and any(s > w for s, w in zip(geometry.stride, geometry.window, strict=True)):
        sentences.append("The stride is larger than the window, so the pixels between two positions are ignored.")
    return tuple(sentences)
