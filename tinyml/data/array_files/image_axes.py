"""The axes of an array of examples: images in grey or colour, or vectors of numbers."""

from typing import Literal, NamedTuple

import numpy as np

from tinyml.core import DataError, Shape

ImageAxes = Literal["automatic", "grey", "channels last", "channels first", "no images"]

_WORDS = {
    "grey": "grey images (height, width)",
    "channels last": "images (height, width, channels)",
    "channels first": "images (channels, height, width)",
    "no images": "vectors of numbers",
}


class ExampleForm(NamedTuple):
    """How the stored axes of one example become its shape.

    Attributes:
        axes: the rule.
        shape: shape of one example: (C, H, W) or (D,).
    """

    axes: ImageAxes
    shape: Shape

    @property
    def words(self) -> str:
        """The rule in words."""
        return _WORDS[self.axes]


def recognise_axes(stored: Shape, chosen: ImageAxes, name: str) -> ExampleForm:
    """Decide what the axes of an array mean.

    - `(N,)` and `(N, D)` are vectors.
    - `(N, H, W)` are grey images.
    - `(N, a, b, c)` are images. The channels are the last axis if it has 1 or 3 places; else the first one if it has 1
      or 3; else the smaller one of both.

    Arguments:
        stored: shape of the array, with the axis of the examples.
        chosen: the rule that the user chose.
        name: name of the array, for sentences.

    Raises `DataError` when there are more axes, or the rule does not fit.

    >>> recognise_axes((100, 32, 32, 3), "automatic", "x").shape
    (3, 32, 32)
    """
    example = stored[1:]
    if chosen == "no images" or (chosen == "automatic" and len(example) < 2):
        return ExampleForm("no images", (int(np.prod(example, dtype=np.int64)),))
    if len(example) > 3:
        raise DataError(
            f"The examples in '{name}' have {len(example)} axes, but images have two or three. Choose “no images”, or "
            "save the array with fewer axes."
        )
    if chosen == "automatic":
        chosen = "grey" if len(example) == 2 else _channels_place(example)
    if len(example) != (2 if chosen == "grey" else 3):
        raise DataError(
            f"The examples in '{name}' have the shape {example}, which are no {_WORDS[chosen]}. Choose other axes."
        )
    if chosen == "grey":
        return ExampleForm(chosen, (1, *example))
    if chosen == "channels last":
        return ExampleForm(chosen, (example[2], example[0], example[1]))
    return ExampleForm(chosen, example)


def arrange(values: np.ndarray, form: ExampleForm) -> np.ndarray:
    """Return examples with the axes of their form.

    Arguments:
        values: `(N, …)` as they are stored.
        form: the form.

    Shapes: `(N, C, H, W)` or `(N, D)`. The result can share memory with `values`.
    """
    if form.axes == "channels last":
        values = np.ascontiguousarray(np.moveaxis(values, -1, 1))
    return values.reshape(len(values), *form.shape)


def _channels_place(example: Shape) -> ImageAxes:
    first, _middle, last = example
    if last in (1, 3):
        return "channels last"
    if first in (1, 3) or first < last:
        return "channels first"
    return "channels last"
