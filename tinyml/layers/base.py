"""What every layer is: a settings model that knows shapes, and the machinery that computes.

A layer type is two classes in one file:

- `…Settings` (pydantic): what a user can edit. It knows, without building anything, which shape comes out, which
  parameters are needed, and how to say all that in words. Forms, validation, JSON and documentation come from it.
- the `Layer`: the arithmetic, forward and backward.
"""

from abc import ABC, abstractmethod
from typing import Annotated, Any, ClassVar, Literal, TypeVar

import numpy as np
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from tinyml.core import Array, Parameter, Shape, ShapeError, TinymlError, shared_generator

Kept = TypeVar("Kept")

Family = Literal["convolution", "pooling", "dense", "activation", "regularisation"]
"""Groups of the palette, and what decides a card's colour."""


def _expand(value: Any) -> Any:
    """Let a single number stand for both axes: 3 is read as (3, 3)."""
    return (value, value) if isinstance(value, int) and not isinstance(value, bool) else value


PositivePair = Annotated[tuple[Annotated[int, Field(ge=1)], Annotated[int, Field(ge=1)]], BeforeValidator(_expand)]
"""(rows, columns), each at least 1; one number stands for both."""

NonNegativePair = Annotated[tuple[Annotated[int, Field(ge=0)], Annotated[int, Field(ge=0)]], BeforeValidator(_expand)]
"""(rows, columns), each at least 0; one number stands for both."""


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
    partner: ClassVar[str | None] = None
    """Name of a layer type further down whose recorded switches this one needs (MaxUnpool2D needs a MaxPool2D)."""

    def output_shape(self, input_shape: Shape) -> Shape:
        """Tell the shape that comes out for `input_shape` (both without the batch axis).

        Raises `ShapeError`, with a fix where there is an obvious one, when the input does not fit.
        """
        return input_shape

    def parameter_shapes(self, input_shape: Shape) -> dict[str, Shape]:
        """Tell name and shape of each parameter for `input_shape`, which `output_shape` has accepted."""
        return {}

    def describe(self) -> str:
        """Put the key settings into one short line for the layer's card; empty when there are none."""
        return ""

    def explain(self, input_shape: Shape) -> str:
        """Explain to a learner, in two or three sentences with the actual numbers, what the layer does here."""
        return ""

    def notes(self, input_shape: Shape) -> tuple[str, ...]:
        """Name what is allowed but worth knowing, such as border pixels that no window reaches."""
        return ()

    def paired_with(self, partner: "LayerSettings", partner_input_shape: Shape) -> "LayerSettings":
        """Take over what the partner layer decides. Only called on layer types that name a `partner`."""
        return self

    @abstractmethod
    def build(self, name: str, input_shape: Shape, rng: np.random.Generator, dtype: type[np.floating]) -> "Layer":
        """Make the layer with fresh parameters drawn from `rng`."""


class Layer(ABC):
    """One step of a network (seeds 000 and 004).

    A subclass computes `forward`, keeps what `backward` will need, and in `backward` adds to the gradients of its
    parameters and returns the gradient with respect to its input. Gradients accumulate until `zero_grad`.

    Arguments:
        name: how the layer is called in messages, files and on screen.
        settings: the validated settings; `layer.settings.build(...)` makes an equal layer with fresh parameters.

    Attributes:
        training: True while training, False for prediction; set by `Sequential.train()` and `.eval()`.
        named_parameters: the parameters by name, in the order they are saved ("weight", "bias").
    """

    Settings: ClassVar[type[LayerSettings]]
    records_switches: ClassVar[bool] = False
    """True for a pooling layer that keeps, in `switches`, where each output came from."""
    switches: np.ndarray
    """Only on layers that record them: (N, C, H, W), flat position in the input plane of each output."""

    def __init__(self, name: str, settings: LayerSettings) -> None:
        self.name = name
        self.settings = settings
        self.training = True
        self.named_parameters: dict[str, Parameter] = {}

    @abstractmethod
    def forward(self, input: Array) -> Array:
        """Compute the output for a batch; the first axis is the batch. `input` is never changed."""

    @abstractmethod
    def backward(self, in_gradient: Array) -> Array:
        """Turn the gradient with respect to the last output into the gradient with respect to its input."""

    def __call__(self, *arguments: Any) -> Array:
        return self.forward(*arguments)

    @property
    def parameters(self) -> list[Parameter]:
        """The parameters, in the order they are saved."""
        return list(self.named_parameters.values())

    def recall(self, kept: Kept | None) -> Kept:
        """Return what `forward` kept for `backward`; raises `TinymlError` when there was no forward pass."""
        if kept is None:
            raise TinymlError(f"Layer '{self.name}': call forward before backward.")
        return kept

    def build_param(self, tensor: Array) -> Parameter:
        """Wrap a tensor as a parameter (kept for layers written for the original tinyml)."""
        return Parameter(tensor)

    def zero_grad(self) -> None:
        """Forget the accumulated gradients of all parameters."""
        for parameter in self.named_parameters.values():
            parameter.zero_grad()

    def output_shape(self, input_shape: Shape) -> Shape:
        """Tell the shape that comes out for `input_shape`, both without the batch axis.

        Raises `ShapeError`, naming the layer, when the input does not fit.
        """
        try:
            return self.settings.output_shape(input_shape)
        except ShapeError as error:
            raise ShapeError(f"Layer '{self.name}': {error}", error.fix) from error

    def deconvolve(self, signal: Array, recorded_input: Array, switches: np.ndarray | None) -> Array:
        """Carry a signal from the layer's output back to its input, as a deconvnet does (Zeiler & Fergus 2014).

        Arguments:
            signal: (N, …) in the shape of the layer's output.
            recorded_input: (N, …) what the layer received in the recorded forward pass.
            switches: where each pooled value came from in that pass; None for layers without switches.

        Raises `TinymlError` when no such way back is defined for this kind of layer.
        """
        raise TinymlError(
            f"A deconvnet has no way back through {type(self).__name__} ('{self.name}'). "
            "Choose a feature map below it; Conv2D, ReLu, MaxPool2D and Dropout can be reversed."
        )

    def __repr__(self) -> str:
        line = self.settings.describe()
        return f"{type(self).__name__}({self.name!r}{', ' + line if line else ''})"


def generator_or_shared(rng: np.random.Generator | None) -> np.random.Generator:
    """Use the caller's generator, or the shared one when the caller gave none."""
    return shared_generator() if rng is None else rng


__all__ = [
    "Family",
    "Layer",
    "LayerSettings",
    "NonNegativePair",
    "PositivePair",
    "generator_or_shared",
]
