"""The settings of a layer: what a user can edit, and all that can be said of the layer before it is built."""

import math
from abc import abstractmethod
from numbers import Integral
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal

import numpy as np
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from tinyml.core import (
    ChangeSettings,
    Fix,
    Initialiser,
    InsertBefore,
    Pair,
    RemoveLayer,
    Shape,
    ShapeError,
    TinymlError,
    describe_count,
    describe_pair,
    describe_shape,
)
from tinyml.core.shapes import ignored_border, window_output_shape
from tinyml.core.windows import WindowGeometry

if TYPE_CHECKING:
    from tinyml.layers.base.layer import Layer

Family = Literal["convolution", "pooling", "dense", "activation", "regularisation", "block"]
"""Groups of the palette, and what decides a card's colour."""


Box = tuple[tuple[int, int], tuple[int, int]]
"""A rectangle of pixels: (first, last + 1) of the rows, then of the columns."""


def _expand(value: Any) -> Any:
    """Let a single number stand for both axes: 3 is read as (3, 3)."""
    if isinstance(value, Integral) and not isinstance(value, bool):
        return value, value
    if isinstance(value, list | tuple) and len(value) == 2:
        return value
    raise ValueError("one whole number, or two: rows and columns")


PositivePair = Annotated[
    tuple[Annotated[int, Field(ge=1, le=1000)], Annotated[int, Field(ge=1, le=1000)]], BeforeValidator(_expand)
]
"""(rows, columns), each at least 1; one number stands for both."""

NonNegativePair = Annotated[
    tuple[Annotated[int, Field(ge=0, le=1000)], Annotated[int, Field(ge=0, le=1000)]], BeforeValidator(_expand)
]
"""(rows, columns), each at least 0; one number stands for both."""


InitialiserSetting = Annotated[
    Initialiser, Field(title="Initialiser", description="How the weights are drawn before training starts.")
]
"""A choice among the ways of `tinyml.core.initial_weight`."""


class LayerSettings(BaseModel):
    """Settings of one layer, and all that can be said of it before it is built.

    Subclasses add pydantic fields; each has a `title` (the label in the form) and a one-sentence `description` (its
    help). The class variables say how the layer type presents itself.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    family: ClassVar[Family]
    summary: ClassVar[str]
    """A few words for the palette: what the layer does."""
    formula: ClassVar[str]
    """The formula in one line of plain Unicode text."""
    short_name: ClassVar[str]
    """Stem of automatic names: "conv" gives conv_1, conv_2, …"""
    aliases: ClassVar[tuple[str, ...]] = ()
    """Other names that people search for: "dense" for Linear."""
    paired_pooling: ClassVar[str | None] = None
    """Name of a layer type further down whose recorded switches this one needs (MaxUnpool2D needs a MaxPool2D)."""

    def output_shape(self, input_shape: Shape) -> Shape:
        """Tell the shape that comes out for `input_shape` (both without the batch axis).

        Raises `ShapeError`, with a fix where there is an obvious one, when the input does not fit.
        """
        return input_shape

    def parameter_shapes(self, input_shape: Shape) -> dict[str, Shape]:
        """Tell name and shape of each parameter for `input_shape`, which `output_shape` has accepted."""
        return {}

    def buffer_shapes(self, input_shape: Shape) -> dict[str, Shape]:
        """Tell name and shape of each array that is saved but not trained, for an input that was accepted."""
        return {}

    def operations(self, input_shape: Shape) -> int | None:
        """Count the floating-point operations of a prediction for one example, forward; None when that is unknown.

        Every addition, multiplication, comparison and function, such as tanh, is one. Products with zeros of a padding
        count too.
        """
        return None

    def describe(self) -> str:
        """Put the key settings into one short line for the layer's card; empty when there are none."""
        return ""

    def explain(self, input_shape: Shape) -> str:
        """Explain to a learner, in two or three sentences with the actual numbers, what the layer does here."""
        return ""

    def notes(self, input_shape: Shape) -> tuple[str, ...]:
        """Name what is allowed but worth knowing, such as border pixels that no window reaches."""
        return ()

    def receptive_field(self, box: Box, input_shape: Shape) -> Box:
        """Tell which input pixels decide the outputs in `box`. As here for layers that keep every pixel in place."""
        return box

    def with_paired_pooling(self, pooling: "LayerSettings", pooling_input_shape: Shape) -> "LayerSettings":
        """Take over what the paired pooling layer decides. Only called on layer types that name a `paired_pooling`."""
        return self

    @abstractmethod
    def build(self, name: str, input_shape: Shape, rng: np.random.Generator, dtype: type[np.floating]) -> "Layer":
        """Make the layer with fresh parameters drawn from `rng`."""


class UnknownShapeError(ShapeError):
    """A layer does not say which shape it gives."""


class NoSettings(LayerSettings):
    """Stands for the settings of a layer that has none, such as one that is defined outside of this package."""

    family = "block"
    summary = "a layer without settings"
    formula = ""
    short_name = "layer"

    def output_shape(self, input_shape: Shape) -> Shape:
        raise UnknownShapeError(
            "It does not say which shape it gives. Define its method output_shape(self, input_shape)."
        )

    def build(self, name: str, input_shape: Shape, rng: np.random.Generator, dtype: type[np.floating]) -> "Layer":
        raise TinymlError(f"Layer '{name}' has no settings to build it from. Call the constructor of its class.")


def require_maps(layer_type: str, input_shape: Shape, fix: Fix | None = None) -> tuple[int, int, int]:
    """Return channels, height and width.

    Arguments:
        layer_type: what the refusal calls the layer.
        input_shape: of one example, without the batch axis.
        fix: of the refusal; None for the one below.

    Raises `ShapeError` when the input is no stack of maps. Its fix is `fix`, or else a Reshape to square maps; where
    the numbers fill none, the layer is removed.

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
    """Return the side of the largest square maps that so many numbers fill, at most 1000.

    >>> largest_square_side(784), largest_square_side(128), largest_square_side(10)
    (28, 8, 1)
    """
    return next(side for side in range(min(math.isqrt(numbers), 1000), 0, -1) if numbers % (side * side) == 0)


def require_fit(size: Pair, geometry: WindowGeometry) -> Pair:
    """Count the positions of a window.

    Raises `ShapeError` when the window is larger than the padded input, with the largest fitting window as its fix. For
    a single pixel that would be a window that does nothing: there the layer is better removed.

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
    """Write a sliding window for a layer's card.

    >>> describe_window(WindowGeometry((5, 5)))
    '5×5 · stride 1 · padding 0'
    """
    words = [describe_shape(geometry.window), f"stride {describe_pair(geometry.stride)}"]
    if with_padding:
        words.append(f"padding {describe_pair(geometry.padding)}")
    if geometry.dilation != (1, 1):
        words.append(f"dilation {describe_pair(geometry.dilation)}")
    return " · ".join(words)


def describe_parameters(product: str, weights: int, biases: int) -> str:
    """Write the sum of a layer's parameters.

    Arguments:
        product: how many weights there are, as a product.
        weights, biases: how many there are.

    >>> describe_parameters("2 × (3 × 5)", 30, 2)
    '2 × (3 × 5) weights + 2 biases = 32 parameters.'
    """
    plus = f" + {describe_count(biases, 'bias')}" if biases else ""
    return f"{product} weights{plus} = {describe_count(weights + biases, 'parameter')}."


def describe_ignored_pixels(size: Pair, geometry: WindowGeometry) -> tuple[str, ...]:
    """Say which pixels no window reaches, in words for `LayerSettings.notes`; nothing when all are seen.

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
        sentences.append("The stride is larger than the window, so pixels between two positions are never looked at.")
    return tuple(sentences)
