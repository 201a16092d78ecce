"""A network on paper: typed layers with settings and no input sizes. Shapes flow through it, or problems come back.

The file format, the builder and the command line all use `NetworkSpecification`. `infer` tells for every layer what
goes in, what comes out and what is wrong; `build` makes the network.
"""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from tinyml.core import (
    AppendLayers,
    ChangeSettings,
    Fix,
    Problem,
    RemoveLayer,
    Shape,
    ShapeError,
    SpecificationError,
    TinymlError,
    describe_shape,
)
from tinyml.core.suggestions import did_you_mean
from tinyml.core.validation import describe_validation_error
from tinyml.layers import Layer, LayerSettings, layer_types
from tinyml.net.sequential import Sequential


class LayerSpecification(BaseModel):
    """One layer on paper. An unknown `type` and its settings are kept word for word, so that no file loses anything."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    type: str = Field(min_length=1, max_length=100)
    name: str = Field(min_length=1, max_length=100)
    settings: dict[str, Any] = Field(default_factory=dict)

    @field_validator("settings")
    @classmethod
    def _as_in_a_file(cls, settings: dict[str, Any]) -> dict[str, Any]:
        """Turn tuples into lists, as JSON does, so that a network equals itself after saving and opening."""
        return {name: list(value) if isinstance(value, tuple) else value for name, value in settings.items()}


class NetworkSpecification(BaseModel):
    """A stack of layers on paper, from the input to the loss."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    layers: tuple[LayerSpecification, ...] = Field(default=(), max_length=1000)


@dataclass(frozen=True)
class LayerPlan:
    """What shape inference knows of one layer.

    Attributes:
        specification: the layer on paper.
        layer_type: its class, or None when the type is unknown.
        settings: its validated settings, or None when they are impossible.
        input_shape: what it receives, or None when a layer before it has a problem.
        output_shape: what it gives, or None when that is unknown.
        parameter_shapes: name and shape of each parameter; empty while shapes are unknown.
        buffer_shapes: name and shape of each array that is saved but not trained; empty while shapes are unknown.
        notes: what is allowed but worth knowing, one sentence each.
        partner: name of the layer whose switches this one uses; empty for most layers.
        problem: what is wrong with it, if anything.
    """

    specification: LayerSpecification
    layer_type: type[Layer] | None = None
    settings: LayerSettings | None = None
    input_shape: Shape | None = None
    output_shape: Shape | None = None
    parameter_shapes: dict[str, Shape] = field(default_factory=dict)
    buffer_shapes: dict[str, Shape] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    partner: str = ""
    problem: Problem | None = None

    @property
    def parameter_count(self) -> int:
        """Number of trainable numbers in the layer."""
        return sum(int(np.prod(shape)) for shape in self.parameter_shapes.values())

    @property
    def tensor_shapes(self) -> dict[str, Shape]:
        """Name and shape of everything that is saved of the layer: parameters, then buffers."""
        return {**self.parameter_shapes, **self.buffer_shapes}


@dataclass(frozen=True)
class Inference:
    """The network with all its shapes, or with its problems.

    Attributes:
        layers: one plan for each layer of the specification, in order.
        output_shape: what comes out at the end, or None when a problem hides it.
        problems: all problems, in order of the layers.
    """

    layers: tuple[LayerPlan, ...]
    output_shape: Shape | None
    problems: tuple[Problem, ...]

    @property
    def parameter_count(self) -> int:
        """Number of trainable numbers in the network, as far as shapes are known."""
        return sum(plan.parameter_count for plan in self.layers)


def infer(specification: NetworkSpecification, input_shape: Shape | None, class_count: int | None = None) -> Inference:
    """Let shapes flow from the input through the stack.

    Arguments:
        specification: the network on paper.
        input_shape: of one example, without the batch axis: `(C, H, W)` or `(D,)`; None when the data is unknown.
        class_count: numbers that the loss needs from the last layer; None to leave the output free.

    Never raises for a faulty network: each fault is a `Problem` in the result. Shapes behind the first fault are
    unknown, but types and settings are checked all the way down.

    >>> network = NetworkSpecification(layers=(LayerSpecification(type="Linear", name="fc"),))
    >>> infer(network, (784,)).output_shape
    (64,)
    >>> infer(network, (1, 28, 28)).problems[0].sentence
    'Linear needs a vector but receives 1×28×28.'
    """
    plans: list[LayerPlan] = []
    shape = input_shape
    partners: list[LayerPlan] = []
    names: set[str] = set()
    for index, layer in enumerate(specification.layers):
        plan = _plan_layer(index, layer, shape, partners, names)
        names.add(layer.name)
        if plan.layer_type is not None and plan.layer_type.records_switches:
            partners.append(plan)
        shape = plan.output_shape
        plans.append(plan)
    problems = [plan.problem for plan in plans if plan.problem is not None]
    if not plans:
        problems.append(Problem(-1, "", "The network has no layers yet. Add one from the palette."))
    elif shape is not None and class_count is not None:
        problems.extend(_check_output(plans, shape, class_count))
    return Inference(tuple(plans), shape, tuple(problems))


def build(
    specification: NetworkSpecification,
    input_shape: Shape,
    rng: np.random.Generator | None = None,
    dtype: type[np.floating] = np.float32,
) -> Sequential:
    """Make the network that the specification describes.

    Arguments:
        specification: the network on paper.
        input_shape: of one example, without the batch axis.
        rng: source of the initial parameters and of dropout; a fresh one by default.
        dtype: of the parameters.

    Raises `SpecificationError`, with one problem for each faulty layer, when it cannot be built.

    >>> network = NetworkSpecification(layers=(LayerSpecification(type="Linear", name="fc"),))
    >>> build(network, (784,))(np.zeros((2, 784), np.float32)).shape
    (2, 64)
    """
    inference = infer(specification, input_shape)
    if inference.problems:
        raise SpecificationError(inference.problems)
    rng = rng or np.random.default_rng()
    layers = [
        plan.settings.build(plan.specification.name, plan.input_shape, rng, dtype)
        for plan in inference.layers
        if plan.settings is not None and plan.input_shape is not None
    ]
    return Sequential(layers)


def read_settings(layer: LayerSpecification) -> LayerSettings:
    """Validate the settings of one layer.

    Raises `TinymlError` with one sentence that names the setting, its value and what is allowed.
    """
    layer_type = layer_types().get(layer.type)
    if layer_type is None:
        raise TinymlError(
            f"This version has no layer type '{layer.type}'.{did_you_mean(layer.type, layer_types())} "
            "It is kept as it is; remove it to train the network."
        )
    try:
        return layer_type.Settings.model_validate(layer.settings)
    except ValidationError as error:
        raise TinymlError(describe_validation_error(error, layer_type.Settings)) from error


def _plan_layer(
    index: int, layer: LayerSpecification, shape: Shape | None, partners: list[LayerPlan], names: set[str]
) -> LayerPlan:
    """Find out what can be known of one layer; takes its partner off the list of those that still wait for one."""

    def faulty(sentence: str, fix: Fix | None = None) -> LayerPlan:
        return LayerPlan(layer, input_shape=shape, problem=Problem(index, layer.name, sentence, fix), **known)

    known: dict[str, Any] = {"layer_type": layer_types().get(layer.type)}
    try:
        settings = read_settings(layer)
    except TinymlError as error:
        return faulty(str(error))
    known["settings"] = settings
    if layer.name in names:
        return faulty(f"Another layer is called '{layer.name}' too. Give one of them another name.")
    if settings.partner is not None:
        if not partners:
            needs = f"{layer.type} undoes a {settings.partner}, but no {settings.partner} before it is left to undo."
            return faulty(needs, RemoveLayer())
        partner = partners.pop()
        known["partner"] = partner.specification.name
        if partner.settings is not None and partner.input_shape is not None and partner.problem is None:
            settings = known["settings"] = settings.paired_with(partner.settings, partner.input_shape)
    if shape is None:
        return LayerPlan(layer, **known)
    try:
        output_shape = settings.output_shape(shape)
    except ShapeError as error:
        return faulty(str(error), error.fix)
    return LayerPlan(
        layer,
        input_shape=shape,
        output_shape=output_shape,
        parameter_shapes=settings.parameter_shapes(shape),
        buffer_shapes=settings.buffer_shapes(shape),
        notes=settings.notes(shape),
        **known,
    )


def _check_output(plans: list[LayerPlan], shape: Shape, class_count: int) -> list[Problem]:
    """Compare what comes out at the end with what the loss needs."""
    if shape == (class_count,):
        return []
    last = len(plans) - 1
    ends_with = f"The network ends with {describe_shape(shape)}"
    if len(shape) != 1:
        score: tuple[tuple[str, dict[str, Any]], ...] = (("Flatten", {}), ("Linear", {"outputs": class_count}))
        fix: Fix = AppendLayers(f"Add Flatten and Linear with {class_count} outputs", score)
        sentence = f"{ends_with} but the loss needs a vector of {class_count} numbers, one for each class."
        return [Problem(last, plans[last].specification.name, sentence, fix)]
    sentence = f"{ends_with} numbers but the loss needs {class_count}, one for each class."
    for index in range(last, -1, -1):
        plan = plans[index]
        if (
            plan.layer_type is not None
            and plan.output_shape == shape
            and "outputs" in plan.layer_type.Settings.model_fields
        ):
            fix = ChangeSettings(f"Set outputs to {class_count}", {"outputs": class_count})
            return [Problem(index, plan.specification.name, sentence, fix)]
    fix = AppendLayers(f"Add Linear with {class_count} outputs", (("Linear", {"outputs": class_count}),))
    return [Problem(last, plans[last].specification.name, sentence, fix)]
