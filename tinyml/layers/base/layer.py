"""What every layer is: a settings model that knows shapes, and the machinery that computes.

A layer type is two classes in one file:

- `…Settings` (pydantic): what a user can edit. It knows, without building anything, which shape comes out, which
  parameters are needed, and how to say all that in words. Forms, validation, JSON and documentation come from it.
- the `Layer`: the arithmetic, forward and backward.
"""

import copy
import math
import operator
from abc import ABCMeta, abstractmethod
from collections.abc import Iterable
from typing import Any, ClassVar, Self, TypeVar

import numpy as np
from pydantic import ValidationError

from tinyml.core import (
    Array,
    Fans,
    Initialiser,
    Parameter,
    SettingsError,
    Shape,
    ShapeError,
    TinymlError,
    as_floats,
    initial_bias,
    initial_weight,
    shared_generator,
)
from tinyml.core.validation import describe_validation_error
from tinyml.core.windows import batch_to_front, empty_batch_last, is_batch_last
from tinyml.core.workspace import Workspace
from tinyml.layers.base.settings import LayerSettings, NoSettings

Cached = TypeVar("Cached")
Model = TypeVar("Model", bound=LayerSettings)


class LayerMeta(ABCMeta):
    """Lets a new layer know all the parameters that its constructor made."""

    def __call__(cls, *arguments: Any, **named: Any) -> Any:
        """Make a layer; raises `SettingsError` when its constructor does not call that of `Layer`."""
        layer = super().__call__(*arguments, **named)
        # Those of this package name their parameters themselves. Once somebody looks at the attributes of an object,
        # Python finds each of them more slowly, which is 3 % of a short training step.
        if cls.__module__.startswith("tinyml."):
            return layer
        if "named_parameters" not in vars(layer):
            raise SettingsError(f"{cls.__name__}.__init__ should first call super().__init__(name).")
        known = layer.named_parameters
        for attribute, value in vars(layer).items():
            if isinstance(value, Parameter) and not any(value is parameter for parameter in known.values()):
                known[attribute] = value
        return layer


class Layer(metaclass=LayerMeta):
    """One step of a network (seeds 000 and 004).

    A subclass computes `forward`, keeps what `backward` will need, and in `backward` adds to the gradients of its
    parameters and returns the gradient with respect to its input. Gradients accumulate until `zero_grad`. That is all
    that a layer needs to work in a network: those of this package have settings too, so that forms, files and shape
    inference know them.

    A parameter that the constructor assigns to an attribute (`self.weight = self.build_param(array)`) is one of
    `named_parameters`, under the name of the attribute.

    Arguments:
        name: how the layer is called in messages, files and on screen.
        settings: the validated settings; `layer.settings.build(...)` makes an equal layer with fresh parameters. None
            for a layer of your own that has none.

    Attributes:
        training: True while training, False for prediction; set by `Sequential.train()` and `.eval()`.
        named_parameters: the parameters by name, in the order they are saved ("weight", "bias").
        named_buffers: arrays by name that belong to the layer's state and are saved, but that no optimiser changes
            (running statistics). The layer changes them in place, so that whoever holds one sees its present values.
        workspace: memory for what the layer computes, set by a training loop that lets nobody else see it; None outside
            of such a loop, where every array is a fresh one.
        inplace: True when such a loop allows the layer to write its output over its input.

    Raises `SettingsError` when the name is not text, or empty.

    >>> class Square(Layer):
    ...     def forward(self, input):
    ...         self.input = input
    ...         return input * input
    ...
    ...     def backward(self, in_gradient):
    ...         return 2 * self.input * in_gradient
    >>> square = Square("square")
    >>> square([[1, 2, 3]]), square.backward(np.ones((1, 3)))
    (array([[1., 4., 9.]], dtype=float32), array([[2., 4., 6.]]))
    """

    Settings: ClassVar[type[LayerSettings]]
    type_name: ClassVar[str] = "Layer"
    """Name of the type in files; that of the class, unless the class says otherwise. People see that of the class."""
    records_switches: ClassVar[bool] = False
    """True for a pooling layer that can tell, in `switches`, where each output came from."""
    deconvolution: str = ""
    """What `deconvolve` does, in a word or two ("unpool"); empty when a deconvnet has no way back through the layer."""
    gradient_exception: ClassVar[str] = ""
    """Why `backward` is, on purpose, not the derivative of `forward`; empty for every layer where it is."""
    batch_separable: bool = False
    """True when a batch may be passed through in parts, one after another or at the same time: what comes out for an
    example depends on that example alone, and no random numbers are drawn."""

    backward_uses_output: ClassVar[bool] = True
    """False when `backward` does not read what `forward` returned, so that the next layer may write over it."""

    commutes_with_maximum: ClassVar[bool] = False
    """True for an element-wise function f with `f(max(a, b)) = max(f(a), f(b))` that has the derivative 0 wherever it
    gives different inputs the same output. Such a layer can run after a layer with `selects_maximum` instead of before
    it: outputs and gradients are the same to the bit, and the layer computes fewer numbers."""

    selects_maximum: ClassVar[bool] = False
    """True when each output is the maximum of some inputs, and its gradient goes to that input alone (max pooling)."""

    def __init_subclass__(cls, **named: Any) -> None:
        super().__init_subclass__(**named)
        if "type_name" not in vars(cls):
            cls.type_name = cls.__name__

    def __init__(self, name: str, settings: LayerSettings | None = None) -> None:
        self.name = _read_name(type(self).__name__, name)
        self.settings: LayerSettings = NoSettings() if settings is None else settings
        self.training = True
        self.workspace: Workspace | None = None
        self.inplace = False
        self.named_parameters: dict[str, Parameter] = {}
        self.named_buffers: dict[str, Array] = {}

    @abstractmethod
    def forward(self, input: Array) -> Array:
        """Compute the output for a batch; the first axis is the batch. `input` is never changed."""

    @abstractmethod
    def backward(self, in_gradient: Array) -> Array:
        """Turn the gradient with respect to the last output into the gradient with respect to its input."""

    def accumulate_parameter_gradients(self, in_gradient: Array) -> None:
        """Do the part of `backward` that adds to the gradients of the parameters: all that the first layer has to."""
        self.backward(in_gradient)

    def __call__(self, input: Any, *arguments: Any) -> Any:
        """Call `forward` with the input as floating-point numbers: lists and whole numbers are converted."""
        return self.forward(as_floats(input, f"The input of layer '{self.name}'", self.dtype), *arguments)

    @property
    def dtype(self) -> np.dtype:
        """The dtype that the layer computes in: that of its parameters; float32 when there are none."""
        for parameter in self.named_parameters.values():
            return parameter.tensor.dtype
        return np.dtype(np.float32)

    def replica(self) -> Self:
        """Return a layer with the same parameters that keeps its own gradients and its own memory of the last pass.

        Several replicas can be at work at the same time, each on a part of a batch.
        """
        replica = copy.copy(self)
        replica.named_parameters = {}
        for name, parameter in self.named_parameters.items():
            own = replica.named_parameters[name] = Parameter(parameter.tensor, parameter.require_grad)
            for attribute, value in vars(self).items():
                if value is parameter:
                    setattr(replica, attribute, own)
        return replica

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

    def workspace_array(self, name: str, shape: tuple[int, ...], dtype: Any) -> Array | None:
        """Return an array of the workspace to write a result into; None without one: then NumPy makes a fresh array."""
        return None if self.workspace is None else self.workspace.empty(name, shape, dtype)

    def workspace_array_like(self, name: str, model: np.ndarray, dtype: Any = None) -> Array | None:
        """Do so in the shape and memory order of `model`, in its dtype or another."""
        if self.workspace is None:
            return None
        if is_batch_last(model):
            return self.workspace_maps(name, model.shape, dtype or model.dtype)
        return self.workspace.empty(name, model.shape, dtype or model.dtype)

    def workspace_maps(self, name: str, shape: tuple[int, ...], dtype: Any) -> Array:
        """Return an array `(N, …)` to write into, of the workspace or fresh, with the batch last in memory.

        Windows slide over it fastest that way.
        """
        memory = self.workspace_array(name, (*shape[1:], shape[0]), dtype)
        return empty_batch_last(shape, dtype) if memory is None else batch_to_front(memory)

    def require_cached(self, cached: Cached | None) -> Cached:
        """Return what `forward` cached for `backward`; raises `TinymlError` when there was no forward pass."""
        if cached is None:
            raise TinymlError(f"Layer '{self.name}': call forward before backward.")
        return cached

    def validate_input(self, input: Array, shape: Shape) -> Array:
        """Check that an input is `(N, *shape)`, and return it in the dtype of the layer's parameters.

        Raises `ShapeError`, naming the layer and both shapes, when it is not.
        """
        if input.ndim != len(shape) + 1 or input.shape[1:] != shape:
            needed = ", ".join(["N", *map(str, shape)])
            raise ShapeError(
                f"Layer '{self.name}' needs an input of shape ({needed}) but received {input.shape}; "
                f"N is the number of examples.{_shape_hint(input.shape, shape)}"
            )
        for parameter in self.named_parameters.values():
            dtype = parameter.tensor.dtype
            return input if input.dtype is dtype else input.astype(dtype, copy=False)
        return input

    def build_param(self, tensor: Array) -> Parameter:
        """Make a parameter of a tensor. Assign it to an attribute of the layer, which names it."""
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
            raise type(error)(f"Layer '{self.name}': {error}", error.fix) from error

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


def _read_name(layer_type: str, name: Any) -> str:
    if not isinstance(name, str) or not name:
        raise SettingsError(f"The name of a {layer_type} is {name!r} but should be text, such as 'fc_1'.")
    return name


def generator_or_shared(rng: np.random.Generator | None) -> np.random.Generator:
    """Use the caller's generator, or the shared one when the caller gave none.

    >>> generator_or_shared(None) is shared_generator()
    True
    """
    return shared_generator() if rng is None else rng


def initialise_parameters(
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

    >>> drawn = initialise_parameters({"weight": (3, 2), "bias": (3,)}, "he_normal", Fans(2, 3), None, np.float32)
    >>> drawn["bias"].tensor
    array([0., 0., 0.], dtype=float32)
    """
    rng, kind = generator_or_shared(rng), np.dtype(dtype)
    draw = {"weight": initial_weight, "bias": initial_bias}
    return {name: Parameter(draw[name](initialiser, rng, shape, fans, kind)) for name, shape in shapes.items()}


def _shape_hint(received: Shape, needed: Shape) -> str:
    """Say how an input that lies otherwise becomes `(N, *needed)`; nothing when that is not to be guessed."""
    if received == needed:
        return " This is one example: use input[np.newaxis]."
    if len(needed) == 3:
        channels, height, width = needed
        if received[1:] == (height, width, channels):
            return " The channels come last here: use input.transpose(0, 3, 1, 2)."
        if channels == 1 and received[1:] == (height, width):
            return " Add the axis of the channels: use input[:, np.newaxis]."
    if len(received) > 1 and math.prod(received[1:]) == math.prod(needed):
        if len(needed) == 1:
            return " Put a Flatten layer in front of it."
        return f" Use input.reshape(-1, {', '.join(map(str, needed))})."
    return ""


def validate_settings(model: type[Model], layer_name: str, **values: Any) -> Model:
    """Check the arguments of a layer's constructor by its settings model.

    Arguments:
        model: the settings model.
        layer_name: what a refusal calls the layer.
        values: of the settings, by name.

    Raises `SettingsError`, naming the layer, the setting, its value and what is allowed.

    >>> validate_settings(NoSettings, "own")
    NoSettings()
    """
    try:
        return model.model_validate(values)
    except ValidationError as error:
        raise SettingsError(f"Layer '{layer_name}': {describe_validation_error(error, model)}") from error


def validate_input_dim(layer_name: str, input_dim: int | Iterable[int]) -> Shape:
    """Read the `input_dim` of a layer's constructor as a shape.

    Raises `SettingsError`, naming the layer, when a size is not a whole number of at least 1.

    >>> validate_input_dim("fc", 64), validate_input_dim("conv", [3, 8, 8])
    ((64,), (3, 8, 8))
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
