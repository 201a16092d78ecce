"""Residual: adds its input to the output of the layers inside."""

import copy
import math
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from tinyml.core import (
    Array,
    ChangeSettings,
    Fix,
    Problem,
    RemoveLayer,
    Shape,
    ShapeError,
    describe_count,
    describe_shape,
)
from tinyml.layers.base import (
    Box,
    Deconvolution,
    Layer,
    PyTorchModule,
    validate_input_dim,
    validate_settings,
)
from tinyml.layers.base.blocks import USE_STANDARD_BLOCK, BlockSettings
from tinyml.layers.base.inference import LayerInference, infer_stack
from tinyml.layers.base.registry import display_name
from tinyml.layers.base.specification import LayerSpecification, apply_fix
from tinyml.layers.base.stack import (
    are_registered,
    build_stack,
    check_layers,
    copies_to_run,
    forward_through,
    shapes_through,
    switches_for,
)

_DECONVOLUTION = Deconvolution(
    "both ways", "{layer} passes the signal around the layers inside and through them, and adds up both."
)

_PYTORCH_DEFINITION = '''class Residual({base}):
    """Adds the input to the output of the modules inside."""

    def forward(self, input):
        return input + super().forward(input)
'''


class ResidualSettings(BlockSettings):
    """Settings of `Residual`: the stack inside it."""

    family = "block"
    summary = "adds its input to its layers' output"
    formula = "y = x + F(x)"
    short_name = "residual"
    pytorch_block = _PYTORCH_DEFINITION
    aliases = ("skip connection", "shortcut", "resnet block")
    adds_input = True

    def standard_layers(self, input_shape: Shape) -> tuple[LayerSpecification, ...]:
        return _standard_block(input_shape)

    def output_shape(self, input_shape: Shape) -> Shape:
        inferred_layers = self.inferred_inside(input_shape)
        for inferred in inferred_layers:
            if inferred.problem is not None:
                raise ShapeError(f"Inside, {inferred.problem}", self._fix_inside(inferred.problem, input_shape))
        if inferred_layers[-1].output_shape != input_shape:
            raise ShapeError(
                f"The layers inside turn {describe_shape(input_shape)} into "
                f"{describe_shape(inferred_layers[-1].output_shape or ())}, but their output is added to the input and "
                "must have its shape.",
                self._fix_shape(input_shape),
            )
        return input_shape

    def _fix_shape(self, input_shape: Shape) -> Fix:
        """Return one changed setting inside after which the output has the shape of the input, if there is one."""
        sizes = {"filters": input_shape[0], "outputs": input_shape[0]}
        for index, inferred in reversed(list(enumerate(self.inferred_inside(input_shape)))):
            window = getattr(inferred.settings, "window", (1, 1))
            changes: dict[str, Any] = {**sizes, "padding": [(length - 1) // 2 for length in window]}
            for setting, value in changes.items():
                if inferred.layer_type is None or setting not in inferred.layer_type.Settings.model_fields:
                    continue
                words = describe_shape(tuple(value)) if isinstance(value, list) else value
                change = ChangeSettings(f"Set {setting} of {inferred.specification.name} to {words}", {setting: value})
                fixed = self._fix_inside(Problem(index, "", "", change), input_shape)
                if isinstance(fixed, ChangeSettings) and fixed is not USE_STANDARD_BLOCK:
                    return ChangeSettings(change.label, fixed.settings)
        return USE_STANDARD_BLOCK

    def _fix_inside(self, problem: Problem, input_shape: Shape) -> Fix | None:
        """Return the fix of a problem inside, as a change of this layer's settings."""
        if not self.layers:
            # The standard block has no settings to change: a fix must change what this layer reads, or remove it.
            return RemoveLayer() if isinstance(problem.fix, ChangeSettings) else problem.fix
        if problem.fix is not None:
            fixed = apply_fix(self.layers, problem)
            inferred_layers = infer_stack(fixed, input_shape)
            if inferred_layers and inferred_layers[-1].output_shape == input_shape:
                inside = [layer.model_dump() for layer in fixed]
                return ChangeSettings(f"{problem.fix.label} (inside, {problem.layer})", {"layers": inside})
        return USE_STANDARD_BLOCK

    def parameter_shapes(self, input_shape: Shape) -> dict[str, Shape]:
        return {
            f"{inferred.specification.name}.{name}": shape
            for inferred in self.inferred_inside(input_shape)
            for name, shape in inferred.parameter_shapes.items()
        }

    def buffer_shapes(self, input_shape: Shape) -> dict[str, Shape]:
        return {
            f"{inferred.specification.name}.{name}": shape
            for inferred in self.inferred_inside(input_shape)
            for name, shape in inferred.buffer_shapes.items()
        }

    def operations(self, input_shape: Shape) -> int | None:
        total = math.prod(input_shape)
        for inferred in self.inferred_inside(input_shape):
            if inferred.settings is None or inferred.input_shape is None:
                return None
            inside = inferred.settings.operations(inferred.input_shape)
            if inside is None:
                return None
            total += inside
        return total

    def describe(self) -> str:
        return f"x + {' → '.join(layer.name for layer in self.layers) or 'standard block'}"

    def explain(self, input_shape: Shape) -> str:
        inferred_layers = self.inferred_inside(input_shape)
        inside = " → ".join(_describe(inferred) for inferred in inferred_layers)
        parameters = describe_count(sum(inferred.parameter_count for inferred in inferred_layers), "parameter")
        return (
            f"Sends its input through {inside}, and adds the result to the input itself. Signals and gradients can "
            f"pass unchanged, so a network can have many such layers. {parameters}."
        )

    def notes(self, input_shape: Shape) -> tuple[str, ...]:
        return tuple(
            f"Inside, {inferred.specification.name}: {note}"
            for inferred in self.inferred_inside(input_shape)
            for note in inferred.notes
        )

    def receptive_field(self, box: Box, input_shape: Shape) -> Box:
        inside = box
        for inferred in reversed(self.inferred_inside(input_shape)):
            if inferred.settings is not None and inferred.input_shape is not None:
                inside = inferred.settings.receptive_field(inside, inferred.input_shape)
        if any(first == end for first, end in inside):
            return box  # the layers inside read only padding
        rows, columns = ((min(a[0], b[0]), max(a[1], b[1])) for a, b in zip(box, inside, strict=True))
        return rows, columns

    def pytorch(self, input_shape: Shape) -> PyTorchModule | None:
        modules: list[str] = []
        definitions = [_PYTORCH_DEFINITION.format(base="nn.Sequential")]
        for inferred in self.inferred_inside(input_shape):
            name, settings = inferred.specification.name, inferred.settings
            # nn.Sequential passes no switches from one module to another, and its names have no dots.
            if settings is None or inferred.input_shape is None or settings.paired_pooling or "." in name:
                return None
            module = settings.pytorch(inferred.input_shape)
            if module is None:
                return None
            modules.append(f"({name!r}, {module.expression})")
            definitions += module.definitions
        return PyTorchModule(f"Residual(OrderedDict([{', '.join(modules)}]))", tuple(dict.fromkeys(definitions)))


class Residual(Layer):
    """A stack of layers with a connection around it (He et al. 2016, "Deep Residual Learning for Image Recognition").

    Formula: `y = x + F(x)`, with F the layers inside; `∂ℓ/∂x = ∇ + F'(∇)`: the gradient passes both ways and adds up.

    Outside it is one layer: a recorded pass, a deconvnet and the report of a diverged loss name this layer and not the
    layers inside. Its tensors have names as in a network: "conv_1.weight".

    A deconvnet passes its signal both ways and adds up, because the sum is linear. It can do this if it can pass every
    layer inside.

    Arguments:
        name: name of the layer.
        input_dim: of one example: (C, H, W) or (D,).
        layers: the layers inside, in order; their output has the shape of the input. By default the standard block. For
            maps: Conv2D without bias, BatchNorm2D, ReLU, Conv2D, with as many filters as input maps. For a vector:
            Linear, ReLU, Linear.
        dtype: of the parameters of the standard block.
        rng: random generator for its initial values; the shared generator by default.

    Shapes: input and output `(N, *input_dim)`.

    Raises `SettingsError` when layers are nested too deeply, two of them have the same name, or one appears twice;
    `ShapeError` when the layers inside change the shape or when the input is not `(N, *input_dim)`.

    >>> residual = Residual("residual_1", (8, 14, 14))
    >>> residual(np.zeros((2, 8, 14, 14), np.float32)).shape, list(residual.named_parameters)[:2]
    ((2, 8, 14, 14), ['conv_1.weight', 'batchnorm_1.weight'])
    """

    Settings = ResidualSettings
    settings: ResidualSettings
    layers: Sequence[Layer] = ()

    def __init__(
        self,
        name: str,
        input_dim: int | Sequence[int],
        layers: Iterable[Layer] = (),
        dtype: type[np.floating] = np.float32,
        rng: np.random.Generator | None = None,
    ) -> None:
        self.layers = list(layers)
        check_layers(self.layers)
        settings = validate_settings(ResidualSettings, name, layers=tuple(map(_specification_of, self.layers)))
        super().__init__(name, settings, validate_input_dim(name, input_dim), rng, dtype)

    def build(self, input_shape: Shape, rng: np.random.Generator, dtype: type[np.floating]) -> None:
        self.input_dim = input_shape
        if not self.layers:
            self.layers = build_stack(self.settings.inferred_inside(input_shape), rng, dtype)
        self.output_shape(input_shape)
        for layer in self.layers:
            self.named_parameters.update({f"{layer.name}.{key}": each for key, each in layer.named_parameters.items()})
            self.named_buffers.update({f"{layer.name}.{key}": each for key, each in layer.named_buffers.items()})
        self.deconvolution = _DECONVOLUTION if all(layer.deconvolution for layer in self.layers) else None
        self._ran = False

    def output_shape(self, input_shape: Shape) -> Shape:
        if are_registered(self.layers):
            return super().output_shape(input_shape)
        # The settings do not know a user's own layers, but these layers may know their shapes.
        self._check_inside(input_shape, shapes_through(self.layers, input_shape)[-1] or input_shape)
        return input_shape

    @property
    def training(self) -> bool:
        """True during training. Assigning it sets every layer inside too."""
        return self._training

    @training.setter
    def training(self, training: bool) -> None:
        self._training = training
        for layer in self.layers:
            layer.training = training

    @property
    def generators(self) -> list[np.random.Generator]:
        return [generator for layer in self.layers for generator in layer.generators]

    def forward(self, input: Array) -> Array:
        input = self.validate_input(input, self.input_dim)
        value, pending_pools = input, list[Layer]()
        for layer in self.layers:
            value = forward_through(layer, value, pending_pools)
            if self.observe_inside is not None:
                self.observe_inside(layer, value)
        self._check_inside(input.shape, value.shape)
        self._ran = True
        return input + value

    def _check_inside(self, input_shape: Shape, output_shape: Shape) -> None:
        """Raise `ShapeError` when the layers inside change the shape."""
        if output_shape != input_shape:
            raise ShapeError(
                f"Layer '{self.name}': the layers inside turn {input_shape} into {output_shape}, but their output is "
                "added to the input and must have its shape."
            )

    def backward(self, in_gradient: Array) -> Array:
        self.require_cached(self._ran or None)
        gradient = in_gradient
        for layer in reversed(self.layers):
            gradient = layer.backward(gradient)
        return in_gradient + gradient

    def deconvolve(self, signal: Array, recorded_input: Array, switches: np.ndarray | None) -> Array:
        """Add the signal itself to the signal that passes back through the layers inside."""
        if not self.deconvolution:
            return super().deconvolve(signal, recorded_input, switches)
        result = signal
        for layer, input, inner_switches in self.passed_inside(recorded_input):
            result = layer.deconvolve(result, input, inner_switches)
        return signal + result

    def input_gradient(self, signal: Array, recorded_input: Array, switches: np.ndarray | None) -> Array:
        """Add the gradient itself to the gradient that passes back through the layers inside."""
        result = signal
        for layer, input, inner_switches in self.passed_inside(recorded_input):
            result = layer.input_gradient(result, input, inner_switches)
        return signal + result

    def guided_gradient(self, signal: Array, recorded_input: Array, switches: np.ndarray | None) -> Array:
        """Add the gradient itself to what guided backpropagation passes back through the layers inside."""
        result = signal
        for layer, input, inner_switches in self.passed_inside(recorded_input):
            result = layer.guided_gradient(result, input, inner_switches)
        return signal + result

    def passed_inside(self, recorded_input: Array) -> list[tuple[Layer, Array, np.ndarray | None]]:
        """Return the layers inside, from the last one to the first, each with its input and its switches.

        Copies that share the weights compute them again: the network may run at the same time.

        Arguments:
            recorded_input: `(N, …)` the input of this layer in a recorded pass.
        """
        value, pending_pools = recorded_input, list[Layer]()
        passed: list[tuple[Layer, Array, np.ndarray | None]] = []
        for layer in copies_to_run(self.layers):
            used = switches_for(layer, pending_pools)
            output = forward_through(layer, value, pending_pools)
            passed.append((layer, value, layer.switches if layer.records_switches else used))
            value = output
        return passed[::-1]

    def __copy__(self) -> "Residual":
        """Copy the layers inside too: the copy then has its own memory of the last pass."""
        replica = object.__new__(type(self))
        replica.__dict__.update(self.__dict__, layers=[copy.copy(layer) for layer in self.layers])
        return replica


def _standard_block(input_shape: Shape) -> tuple[LayerSpecification, ...]:
    """Return the default layers inside, which keep the shape of any input."""
    if len(input_shape) == 3:
        filters = {"filters": input_shape[0], "window": (3, 3), "padding": (1, 1)}
        # No bias: the batch normalisation after it would cancel it.
        first = [_specification("Conv2D", "conv_1", {**filters, "bias": False})]
        first.append(_specification("BatchNorm2D", "batchnorm_1", {}))
        last = _specification("Conv2D", "conv_2", filters)
    else:
        outputs = {"outputs": input_shape[0]}
        first, last = [_specification("Linear", "linear_1", outputs)], _specification("Linear", "linear_2", outputs)
    return (*first, _specification("ReLu", "relu_1", {}), last)


def _specification(kind: str, name: str, settings: dict[str, Any]) -> LayerSpecification:
    return LayerSpecification(type=kind, name=name, settings=settings)


def _specification_of(layer: Layer) -> LayerSpecification:
    return _specification(layer.type_name, layer.name, layer.settings.model_dump(mode="json"))


def _describe(inferred: LayerInference) -> str:
    words = inferred.settings.describe() if inferred.settings is not None else ""
    return display_name(inferred.specification.type) + (f" ({words})" if words else "")
