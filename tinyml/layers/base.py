"""What every layer is: a settings model that knows shapes, and the machinery that computes.

A layer type is two classes in one file:

- `…Settings` (pydantic): what a user can edit. It knows, without building anything, which shape comes out, which
  parameters are needed, and how to say all that in words. Forms, validation, JSON and documentation come from it.
- the `Layer`: the arithmetic, forward and backward.
"""

import copy
import operator
from abc import ABC, abstractmethod
from collections.abc import Iterable
from numbers import Integral
from typing import Annotated, Any, ClassVar, Literal, Self, TypeVar

import numpy as np
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from tinyml.core import (
    Array,
    ChangeSettings,
    Fans,
    Initialiser,
    Pair,
    Parameter,
    SettingsError,
    Shape,
    ShapeError,
    TinymlError,
    describe_count,
    describe_pair,
    describe_shape,
    initial_bias,
    initial_weight,
    shared_generator,
)
from tinyml.core.buffers import Buffers
from tinyml.core.shapes import ignored_border, window_output_shape
from tinyml.core.validation import describe_validation_error
from tinyml.core.windows import Sliding, batch_to_front, empty_maps, lies_batch_last

Kept = TypeVar("Kept")
Model = TypeVar("Model", bound="LayerSettings")

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

    def buffer_shapes(self, input_shape: Shape) -> dict[str, Shape]:
        """Tell name and shape of each array that is saved but not trained, for an input that was accepted."""
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

    def receptive_box(self, box: Box, input_shape: Shape) -> Box:
        """Tell which input pixels decide the outputs in `box`. As here for layers that keep every pixel in place."""
        return box

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
        named_buffers: arrays by name that belong to the layer's state and are saved, but that no optimiser changes
            (running statistics). The layer changes them in place, so that whoever holds one sees its present values.
        buffers: memory for what the layer computes, lent by a training loop that lets nobody else see it; None outside
            of such a loop, where every array is a fresh one.
        overwrites: True when such a loop allows the layer to write its output over its input.
    """

    Settings: ClassVar[type[LayerSettings]]
    records_switches: ClassVar[bool] = False
    """True for a pooling layer that can tell, in `switches`, where each output came from."""
    deconvolution: str = ""
    """What `deconvolve` does, in a word or two ("unpool"); empty when a deconvnet has no way back through the layer."""
    gradient_exception: ClassVar[str] = ""
    """Why `backward` is, on purpose, not the derivative of `forward`; empty for every layer where it is."""
    in_micro_batches: bool = False
    """True when a batch may be passed through in parts, one after another or at the same time: what comes out for an
    example depends on that example alone, and no random numbers are drawn."""

    needs_output: ClassVar[bool] = True
    """False when `backward` does not read what `forward` returned, so that the next layer may write over it."""

    def __init__(self, name: str, settings: LayerSettings) -> None:
        self.name = name
        self.settings = settings
        self.training = True
        self.buffers: Buffers | None = None
        self.overwrites = False
        self.named_parameters: dict[str, Parameter] = {}
        self.named_buffers: dict[str, Array] = {}

    @abstractmethod
    def forward(self, input: Array) -> Array:
        """Compute the output for a batch; the first axis is the batch. `input` is never changed."""

    @abstractmethod
    def backward(self, in_gradient: Array) -> Array:
        """Turn the gradient with respect to the last output into the gradient with respect to its input."""

    def learn(self, in_gradient: Array) -> None:
        """Do the part of `backward` that adds to the gradients of the parameters: all that the first layer has to."""
        self.backward(in_gradient)

    def __call__(self, *arguments: Any) -> Any:
        return self.forward(*arguments)

    def twin(self) -> Self:
        """Return a layer with the same parameters that keeps its own gradients and its own memory of the last pass.

        Several twins can be at work at the same time, each on a part of a batch.
        """
        twin = copy.copy(self)
        twin.named_parameters = {}
        for name, parameter in self.named_parameters.items():
            own = twin.named_parameters[name] = Parameter(parameter.tensor, parameter.require_grad)
            for attribute, value in vars(self).items():
                if value is parameter:
                    setattr(twin, attribute, own)
        return twin

    @property
    def switches(self) -> np.ndarray:
        """Where each output of the last forward pass came from: `(N, C, H, W)`, flat position in its input plane."""
        raise TinymlError(f"Layer '{self.name}' ({type(self).__name__}) records no switches.")

    @property
    def parameters(self) -> list[Parameter]:
        """The parameters, in the order they are saved."""
        return list(self.named_parameters.values())

    @property
    def named_tensors(self) -> dict[str, Array]:
        """Everything that is saved of the layer, by name: the tensors of the parameters, then the buffers."""
        tensors = {name: parameter.tensor for name, parameter in self.named_parameters.items()}
        return {**tensors, **self.named_buffers}

    @property
    def generators(self) -> list[np.random.Generator]:
        """The generators that the layer draws from while it works; none for a layer that is not random."""
        return []

    def lent(self, name: str, shape: tuple[int, ...], dtype: Any) -> Array | None:
        """Return the lent array to write a result into; None where there is none, so that NumPy makes a fresh one."""
        return None if self.buffers is None else self.buffers.empty(name, shape, dtype)

    def lent_like(self, name: str, model: np.ndarray, dtype: Any = None) -> Array | None:
        """Do so in the shape and memory order of `model`, in its dtype or another."""
        if self.buffers is None:
            return None
        if lies_batch_last(model):
            return self.empty_maps(name, model.shape, dtype or model.dtype)
        return self.buffers.empty(name, model.shape, dtype or model.dtype)

    def empty_maps(self, name: str, shape: tuple[int, ...], dtype: Any) -> Array:
        """Return an array `(N, …)` to write into, lent or fresh, with the batch last in memory.

        Windows slide over it fastest that way.
        """
        memory = self.lent(name, (*shape[1:], shape[0]), dtype)
        return empty_maps(shape, dtype) if memory is None else batch_to_front(memory)

    def recall(self, kept: Kept | None) -> Kept:
        """Return what `forward` kept for `backward`; raises `TinymlError` when there was no forward pass."""
        if kept is None:
            raise TinymlError(f"Layer '{self.name}': call forward before backward.")
        return kept

    def accept(self, input: Array, shape: Shape) -> Array:
        """Check that an input is `(N, *shape)`, and return it in the dtype of the layer's parameters.

        Raises `ShapeError`, naming the layer and both shapes, when it is not.
        """
        if input.ndim != len(shape) + 1 or input.shape[1:] != shape:
            needed = ", ".join(["N", *map(str, shape)])
            raise ShapeError(
                f"Layer '{self.name}' needs an input of shape ({needed}) but received {input.shape}; "
                "N is the number of examples."
            )
        if not self.named_parameters:
            return input
        return input.astype(self.parameters[0].tensor.dtype, copy=False)

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
            f"A deconvnet has no way back through {type(self).__name__} ('{self.name}'). Choose a feature map below it."
        )

    def __repr__(self) -> str:
        line = self.settings.describe()
        return f"{type(self).__name__}({self.name!r}{', ' + line if line else ''})"


def generator_or_shared(rng: np.random.Generator | None) -> np.random.Generator:
    """Use the caller's generator, or the shared one when the caller gave none."""
    return shared_generator() if rng is None else rng


def draw_parameters(
    shapes: dict[str, Shape],
    initialiser: Initialiser,
    fans: Fans,
    rng: np.random.Generator | None,
    dtype: type[np.floating],
) -> dict[str, Parameter]:
    """Make the parameters of a layer that has a "weight" and perhaps a "bias", in their order.

    Arguments:
        shapes: as the settings' `parameter_shapes` tells them.
        initialiser: how the weights are drawn.
        fans: how many numbers the weight joins.
        rng: where the numbers come from; the shared generator by default.
        dtype: of the tensors.

    >>> drawn = draw_parameters({"weight": (3, 2), "bias": (3,)}, "he_normal", Fans(2, 3), None, np.float32)
    >>> drawn["bias"].tensor
    array([0., 0., 0.], dtype=float32)
    """
    rng, kind = generator_or_shared(rng), np.dtype(dtype)
    draw = {"weight": initial_weight, "bias": initial_bias}
    return {name: Parameter(draw[name](initialiser, rng, shape, fans, kind)) for name, shape in shapes.items()}


def validate_settings(model: type[Model], layer_name: str, **values: Any) -> Model:
    """Check the arguments of a layer's constructor by its settings model.

    Raises `SettingsError`, naming the layer, the setting, its value and what is allowed.
    """
    try:
        return model.model_validate(values)
    except ValidationError as error:
        raise SettingsError(f"Layer '{layer_name}': {describe_validation_error(error, model)}") from error


def validate_input_dim(layer_name: str, input_dim: int | Iterable[int]) -> Shape:
    """Read the `input_dim` of a layer's constructor as a shape.

    Raises `SettingsError`, naming the layer, when a size is not a whole number of at least 1.
    """
    try:
        sizes = input_dim if isinstance(input_dim, Iterable) else (input_dim,)
        shape = tuple(operator.index(size) for size in sizes)
    except TypeError:
        shape = ()
    if not shape or min(shape) < 1:
        raise SettingsError(
            f"Layer '{layer_name}': input_dim is {input_dim!r} but should be whole numbers, each at least 1."
        )
    return shape


def require_maps(layer_type: str, input_shape: Shape) -> tuple[int, int, int]:
    """Return channels, height and width; raises `ShapeError` when the input is no stack of maps."""
    if len(input_shape) != 3:
        received = f"a vector of {input_shape[0]} numbers" if len(input_shape) == 1 else describe_shape(input_shape)
        raise ShapeError(f"{layer_type} needs maps (channels × rows × columns) but receives {received}.")
    channels, height, width = input_shape
    return channels, height, width


def require_fit(size: Pair, sliding: Sliding) -> Pair:
    """Count the positions of a window.

    Raises `ShapeError`, with the largest fitting window as its fix, when the window is larger than the padded input.
    """
    try:
        return window_output_shape(size, *sliding)
    except ShapeError as error:
        fitting = [
            min(window, (pixels + 2 * padding - 1) // dilation + 1)
            for pixels, window, padding, dilation in zip(
                size, sliding.window, sliding.padding, sliding.dilation, strict=True
            )
        ]
        fix = ChangeSettings(f"Set window to {describe_shape(tuple(fitting))}", {"window": fitting})
        raise ShapeError(str(error), fix) from error


def describe_sliding(sliding: Sliding, *, with_padding: bool = True) -> str:
    """Write a sliding window for a layer's card, e.g. "5×5 · stride 1 · padding 0"."""
    words = [describe_shape(sliding.window), f"stride {describe_pair(sliding.stride)}"]
    if with_padding:
        words.append(f"padding {describe_pair(sliding.padding)}")
    if sliding.dilation != (1, 1):
        words.append(f"dilation {describe_pair(sliding.dilation)}")
    return " · ".join(words)


def describe_parameters(product: str, weights: int, biases: int) -> str:
    """Write the sum of a layer's parameters, e.g. "16 × (8 × 5 × 5) weights + 16 biases = 3 216 parameters." """
    plus = f" + {describe_count(biases, 'bias')}" if biases else ""
    return f"{product} weights{plus} = {describe_count(weights + biases, 'parameter')}."


def describe_unseen(size: Pair, sliding: Sliding) -> tuple[str, ...]:
    """Say which pixels no window reaches, in words for `LayerSettings.notes`; nothing when all are seen."""
    sentences: list[str] = []
    ignored = [
        f"the last {describe_count(count, axis) if count > 1 else axis}"
        for count, axis in zip(ignored_border(size, *sliding), ("row", "column"), strict=True)
        if count
    ]
    if ignored:
        are, them = ("is", "it") if ignored in (["the last row"], ["the last column"]) else ("are", "them")
        subject = " and ".join(ignored).capitalize()
        sentences.append(f"{subject} of the input {are} ignored: no window reaches {them}.")
    if sliding.dilation == (1, 1) and any(s > w for s, w in zip(sliding.stride, sliding.window, strict=True)):
        sentences.append("The stride is larger than the window, so pixels between two positions are never looked at.")
    return tuple(sentences)


__all__ = [
    "Box",
    "Family",
    "InitialiserSetting",
    "Layer",
    "LayerSettings",
    "NonNegativePair",
    "PositivePair",
    "describe_parameters",
    "describe_sliding",
    "describe_unseen",
    "draw_parameters",
    "generator_or_shared",
    "require_fit",
    "require_maps",
    "validate_input_dim",
    "validate_settings",
]
