"""The base class of all layers: forward and backward, parameters and buffers, and the memory of the last pass.

A layer type is two classes in one file:

- `…Settings` (pydantic): what a user edits. It knows the shapes, the parameters and all texts before a layer exists.
  Forms, validation, JSON and documentation come from it.
- the `Layer`: forward and backward.
"""

import copy
import math
from abc import ABCMeta, abstractmethod
from collections.abc import Callable
from typing import Any, ClassVar, Self, TypeVar

import numpy as np

from tinyml.core import Array, Parameter, SettingsError, Shape, ShapeError, TinymlError, as_floats, shared_generator
from tinyml.core.windows import batch_to_front, empty_batch_last, is_batch_last
from tinyml.core.workspace import Workspace
from tinyml.layers.base.deconvolution import Deconvolution, no_way_back
from tinyml.layers.base.settings import LayerSettings, NoSettings

Cached = TypeVar("Cached")


class LayerMeta(ABCMeta):
    """Names the parameters that the constructor of a new layer assigned to attributes."""

    def __call__(cls, *arguments: Any, **named: Any) -> Any:
        """Make a layer; raises `SettingsError` when its constructor does not call the constructor of `Layer`."""
        layer = super().__call__(*arguments, **named)
        _name_parameters(layer)
        return layer


class Layer(metaclass=LayerMeta):
    """One step of a network (specifications 000 and 004).

    A subclass defines `forward` and `backward`. `forward` computes the output and keeps what `backward` needs.
    `backward` adds to the gradients of the parameters and returns the input gradient. Gradients accumulate until
    `zero_grad`. These two methods are enough for a layer in a network. The layers of this package also have settings,
    so forms, files and shape inference know them.

    A parameter that the constructor assigns to an attribute (`self.weight = self.build_param(array)`) becomes one of
    `named_parameters`, under the name of the attribute.

    A layer with settings has two ways in: its constructor, which validates its arguments, and `from_settings`. Both
    call `build` once.

    Arguments:
        name: of the layer in messages, files and on screen.
        settings: the validated settings; None for a layer without settings.
        input_shape: shape of one example; empty for a layer that accepts any shape.
        rng: random generator for the parameters and for random layers; the shared generator by default.
        dtype: of the parameters.

    Attributes:
        training: True during training, False for prediction; set by `Sequential.train()` and `.eval()`.
        named_parameters: the parameters by name, in the order of files ("weight", "bias").
        named_buffers: saved arrays by name that are not trained (running statistics). The layer changes them in place,
            so a reference to one always shows the current values.
        workspace: arrays that are used again in every step. Only a training loop sets it, and only while it runs. None
            otherwise: then every array is a fresh one.
        inplace: True when the layer may write its output over its input.

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
    """Name of the type in files: the name of the class by default. The window always shows the name of the class."""
    records_switches: ClassVar[bool] = False
    """True for a pooling layer with `switches`: the input pixel of each output."""
    deconvolution: Deconvolution | None = None
    """What `deconvolve` does, in words; None when a deconvnet cannot pass through the layer."""
    gradient_exception: ClassVar[str] = ""
    """Why `backward` is, on purpose, not the derivative of `forward`; empty for every layer where it is."""
    batch_separable: bool = False
    """True when parts of a batch can pass through separately, even at the same time: the output of an example depends
    on this example alone, and the layer draws no random numbers."""

    backward_uses_output: ClassVar[bool] = True
    """False when `backward` does not read what `forward` returned, so the next layer may write over it."""

    commutes_with_maximum: ClassVar[bool] = False
    """True for an element-wise function f with `f(max(a, b)) = max(f(a), f(b))` that has the derivative 0 wherever it
    gives different inputs the same output. Such a layer can run after a layer with `selects_maximum` instead of before
    it: outputs and gradients are the same to the bit, and the layer computes fewer numbers."""

    selects_maximum: ClassVar[bool] = False
    """True when each output is the maximum of some inputs, and its gradient goes to that input alone (max pooling)."""

    can_die: bool = False
    """True for an activation whose units pass no gradient while their output is 0, as ReLU. A unit that is 0 for every
    example no longer learns."""

    output_range: ClassVar[tuple[float, float] | None] = None
    """The ends of the range of a squashing activation, such as (0, 1) for Sigmoid. Near them it is saturated: it passes
    almost no gradient. None for all others."""

    observe_inside: Callable[["Layer", Array], None] | None = None
    """Only for layers that hold layers: their `forward` calls it, if it is not None, with each layer inside and its
    output. It is set while a step of the training is measured."""

    def __init_subclass__(cls, **named: Any) -> None:
        super().__init_subclass__(**named)
        if "type_name" not in vars(cls):
            cls.type_name = cls.__name__

    def __init__(
        self,
        name: str,
        settings: LayerSettings | None = None,
        input_shape: Shape = (),
        rng: np.random.Generator | None = None,
        dtype: type[np.floating] = np.float32,
    ) -> None:
        self.name = _check_name(type(self).__name__, name)
        self.settings: LayerSettings = NoSettings() if settings is None else settings
        self.training = True
        self.workspace: Workspace | None = None
        self.inplace = False
        self.named_parameters: dict[str, Parameter] = {}
        self.named_buffers: dict[str, Array] = {}
        if settings is not None:
            self.build(input_shape, shared_generator() if rng is None else rng, dtype)

    @classmethod
    def from_settings(
        cls,
        name: str,
        settings: LayerSettings,
        input_shape: Shape,
        rng: np.random.Generator,
        dtype: type[np.floating] = np.float32,
    ) -> Self:
        """Make a layer from settings that are already validated.

        Arguments:
            name: of the layer.
            settings: of the class `Settings` of this layer type.
            input_shape: of one example; `settings.output_shape` accepts it.
            rng: random generator for the parameters.
            dtype: of the parameters.

        Raises `TinymlError` for a layer without settings.
        """
        if isinstance(settings, NoSettings):
            raise TinymlError(f"Layer '{name}' has no settings to make it from. Call the constructor of its class.")
        layer = cls.__new__(cls)
        # Not the constructor of the subclass: this would unpack the settings and validate them again.
        Layer.__init__(layer, name, settings, input_shape, rng, dtype)
        _name_parameters(layer)
        return layer

    def build(self, input_shape: Shape, rng: np.random.Generator, dtype: type[np.floating]) -> None:
        """Prepare a new layer with settings: make its parameters. Both ways to make a layer call it once.

        Arguments:
            input_shape: of one example; empty when the layer was made by hand and accepts any shape.
            rng: random generator.
            dtype: of the parameters.
        """

    @abstractmethod
    def forward(self, input: Array) -> Array:
        """Return the output for a batch; the first axis is the batch. `input` is never changed."""

    @abstractmethod
    def backward(self, in_gradient: Array) -> Array:
        """Add to the gradients of the parameters, and return the input gradient.

        Arguments:
            in_gradient: gradient of the loss with respect to the last output, in its shape.
        """

    def accumulate_parameter_gradients(self, in_gradient: Array) -> None:
        """Add to the gradients of the parameters without an input gradient, which the first layer does not need."""
        self.backward(in_gradient)

    def __call__(self, input: Any, *arguments: Any) -> Any:
        """Call `forward` with the input as floating-point numbers: lists and whole numbers are converted."""
        return self.forward(as_floats(input, f"The input of layer '{self.name}'", self.dtype), *arguments)

    @property
    def dtype(self) -> np.dtype:
        """The dtype of the parameters; float32 without parameters."""
        for parameter in self.named_parameters.values():
            return parameter.tensor.dtype
        return np.dtype(np.float32)

    def replica(self) -> Self:
        """Return a layer that shares the parameters, with its own gradients and its own memory of the last pass.

        Several replicas can run at the same time, each on a part of a batch.
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
        """The input pixel of each output of the last forward pass: `(N, C, H, W)`, flat position in its input plane."""
        raise TinymlError(f"Layer '{self.name}' ({type(self).__name__}) records no switches.")

    @property
    def parameters(self) -> list[Parameter]:
        """The parameters, in the order of files."""
        return list(self.named_parameters.values())

    @property
    def named_tensors(self) -> dict[str, Array]:
        """Everything that files save of the layer, by name: the tensors of the parameters, then the buffers."""
        tensors = {name: parameter.tensor for name, parameter in self.named_parameters.items()}
        return {**tensors, **self.named_buffers}

    @property
    def generators(self) -> list[np.random.Generator]:
        """The random generators that the layer uses in `forward`; empty for a layer that is not random."""
        return []

    def workspace_array(self, name: str, shape: tuple[int, ...], dtype: Any) -> Array | None:
        """Return an array of the workspace for a result. Without a workspace return None: NumPy makes a fresh array.

        Arguments:
            name: of the array in the workspace of this layer; a different one for each array.
            shape: of the array.
            dtype: of the array.
        """
        return None if self.workspace is None else self.workspace.empty(name, shape, dtype)

    def workspace_array_like(self, name: str, model: np.ndarray, dtype: Any = None) -> Array | None:
        """Return the same as `workspace_array`, in the shape and memory order of another array.

        Arguments:
            name: of the array in the workspace of this layer.
            model: the other array.
            dtype: of the array; that of `model` by default.
        """
        if self.workspace is None:
            return None
        if is_batch_last(model):
            return self.workspace_maps(name, model.shape, dtype or model.dtype)
        return self.workspace.empty(name, model.shape, dtype or model.dtype)

    def workspace_maps(self, name: str, shape: tuple[int, ...], dtype: Any) -> Array:
        """Return an array `(N, …)` for a result, from the workspace or fresh, with the batch last in memory.

        Windows slide fastest over this memory order.

        Arguments:
            name: of the array in the workspace of this layer.
            shape: (N, …) of the array.
            dtype: of the array.
        """
        memory = self.workspace_array(name, (*shape[1:], shape[0]), dtype)
        return empty_batch_last(shape, dtype) if memory is None else batch_to_front(memory)

    def require_cached(self, cached: Cached | None) -> Cached:
        """Return `cached`, which `forward` kept for `backward`; raises `TinymlError` if it is None: no forward pass."""
        if cached is None:
            raise TinymlError(f"Layer '{self.name}': call forward before backward.")
        return cached

    def validate_input(self, input: Array, shape: Shape) -> Array:
        """Check that an input is `(N, *shape)`, and return it in the dtype of the layer's parameters.

        Raises `ShapeError`, with the name of the layer and both shapes, when it is not.
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
        """Make a parameter from a tensor. The attribute that you assign it to gives it its name."""
        return Parameter(tensor)

    def zero_grad(self) -> None:
        """Set the gradients of all parameters to zero."""
        for parameter in self.named_parameters.values():
            parameter.zero_grad()

    def output_shape(self, input_shape: Shape) -> Shape:
        """Return the shape of the output for `input_shape`, both without the batch axis.

        Raises `ShapeError`, with the name of the layer, when the input does not fit.
        """
        try:
            return self.settings.output_shape(input_shape)
        except ShapeError as error:
            raise type(error)(f"Layer '{self.name}': {error}", error.fix) from error

    def deconvolve(self, signal: Array, recorded_input: Array, switches: np.ndarray | None) -> Array:
        """Carry a signal from the layer's output back to its input, as a deconvnet does (Zeiler & Fergus 2014).

        Arguments:
            signal: (N, …) in the shape of the layer's output.
            recorded_input: (N, …) the layer's input in the recorded forward pass.
            switches: the input pixel of each pooled value in that pass; None for layers without switches.

        The default is the input gradient, which is right for a layer that is linear in evaluation: it applies the same
        weights transposed, without the bias.

        Raises `TinymlError` when a deconvnet cannot go back through this kind of layer.
        """
        if self.deconvolution is None:
            raise TinymlError(no_way_back(type(self).__name__, self.name))
        return self.input_gradient(signal, recorded_input, switches)

    def input_gradient(self, signal: Array, recorded_input: Array, switches: np.ndarray | None) -> Array:
        """Return `∂ℓ/∂x` of a recorded pass in evaluation mode, without any change of the layer or its gradients.

        The default runs a replica; a layer that can do it with less work overrides it.

        Arguments:
            signal, recorded_input, switches: as for `deconvolve`; the signal is `∂ℓ/∂y`.
        """
        replica = self.replica()
        replica.training, replica.workspace, replica.inplace = False, None, False
        replica.forward(recorded_input)
        return replica.backward(signal)

    def guided_gradient(self, signal: Array, recorded_input: Array, switches: np.ndarray | None) -> Array:
        """Return what guided backpropagation passes back (Springenberg et al. 2015); the gradient except at rectifiers.

        Arguments:
            signal, recorded_input, switches: as for `deconvolve`.
        """
        return self.input_gradient(signal, recorded_input, switches)

    def __repr__(self) -> str:
        line = self.settings.describe()
        return f"{type(self).__name__}({self.name!r}{', ' + line if line else ''})"


def _name_parameters(layer: Layer) -> None:
    """Add the parameters among a layer's attributes to its `named_parameters`."""
    layer_type = type(layer)
    # The layers of this package name their parameters themselves. After `vars(layer)`, Python finds the attributes of
    # the object more slowly: this costs 3 % of a short training step.
    if layer_type.__module__.startswith("tinyml."):
        return
    if "named_parameters" not in vars(layer):
        raise SettingsError(f"{layer_type.__name__}.__init__ should first call super().__init__(name).")
    known = layer.named_parameters
    for attribute, value in vars(layer).items():
        if isinstance(value, Parameter) and not any(value is parameter for parameter in known.values()):
            known[attribute] = value


def _check_name(layer_type: str, name: Any) -> str:
    if not isinstance(name, str) or not name:
        raise SettingsError(f"The name of a {layer_type} is {name!r} but should be text, such as 'fc_1'.")
    return name


def _shape_hint(received: Shape, needed: Shape) -> str:
    """Return how to change an input to the shape `(N, *needed)`; empty when the intention is not clear."""
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
