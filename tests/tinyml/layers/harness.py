"""A layer of any type for tests: made from its settings, with an input that fits."""

import copy
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from hypothesis import assume
from hypothesis import strategies as st

from tests.tinyml.numerical import (
    PASS,
    Numbers,
    directional_derivative,
    distinct_values,
    kinks,
    numerical_gradient,
)
from tinyml.core import Shape
from tinyml.layers import Layer, LayerSettings, layer_types
from tinyml.layers.base.stack import build_stack
from tinyml.net import LayerSpecification, NetworkSpecification, infer

MAPS, VECTOR = (2, 6, 5), (7,)


@dataclass
class Harness:
    """A layer with an input for it.

    `switches` is empty but for layers that undo a pooling. Every run uses a copy, so that dropout drops the same
    numbers each time and nothing is left over from the run before.
    """

    settings: LayerSettings
    layer: Layer
    input: Numbers
    switches: tuple[np.ndarray, ...]

    def forward(self, input: np.ndarray | None = None) -> np.ndarray:
        output: np.ndarray = copy.deepcopy(self.layer)(self.input if input is None else input, *self.switches)
        return output

    def gradients(self, weights: np.ndarray, input: np.ndarray | None = None) -> dict[str, np.ndarray]:
        """Run forward and backward; return the gradient of `sum(weights · output)` for the input and each parameter."""
        layer = copy.deepcopy(self.layer)
        layer(self.input if input is None else input, *self.switches)
        input_gradient = layer.backward(weights)
        parameters = {name: parameter.gradient for name, parameter in layer.named_parameters.items()}
        return {"input": input_gradient, **parameters}


def make_harness(
    layer_type: str,
    settings: dict[str, Any],
    input_shape: Shape,
    examples: int = 2,
    dtype: type[np.floating] = np.float64,
    seed: int = 0,
    pooling_settings: dict[str, Any] | None = None,
) -> Harness | None:
    """Build a layer with shape inference, after its pooling if it needs one; None when the input does not fit."""
    rng = np.random.default_rng(seed)
    paired_pooling = layer_types()[layer_type].Settings.paired_pooling
    types = (
        [(layer_type, settings)]
        if paired_pooling is None
        else [(paired_pooling, pooling_settings or {}), (layer_type, settings)]
    )
    stack = tuple(LayerSpecification(type=kind, name=f"the_{kind}", settings=values) for kind, values in types)
    inference = infer(NetworkSpecification(layers=stack), input_shape)
    if inference.problems:
        return None
    value: np.ndarray = distinct_values((examples, *input_shape), rng).astype(dtype)
    switches: tuple[np.ndarray, ...] = ()
    for inferred in inference.layers:
        assert inferred.settings is not None
        assert inferred.input_shape is not None
        (layer,) = build_stack([inferred], rng, dtype)
        if inferred is inference.layers[-1]:
            return Harness(inferred.settings, layer, value, switches)
        value, switches = layer(value), (layer.switches,)
    raise AssertionError("unreachable: the stack is never empty")


def default_harness(layer_type: str, **options: Any) -> Harness:
    """Make a harness for a layer with its default settings: with maps if it accepts them, else with a vector."""
    for shape in (MAPS, VECTOR):
        harness = make_harness(layer_type, {}, shape, **options)
        if harness is not None:
            return harness
    raise AssertionError(f"{layer_type} with its default settings accepts neither {MAPS} nor {VECTOR}")


@st.composite
def harnesses(draw: st.DrawFn, layer_type: str) -> Harness:
    """Draw settings within their bounds, and an input that fits."""
    settings = draw(settings_of(layer_type))
    channels, height, width = draw(st.tuples(st.integers(1, 2), st.integers(2, 6), st.integers(2, 6)))
    examples, seed = draw(st.integers(1, 2)), draw(st.integers(0, 100))
    for shape in ((channels, height, width), (height,)):
        harness = make_harness(layer_type, settings, shape, examples=examples, seed=seed)
        if harness is not None:
            return harness
    assume(False)
    raise AssertionError("unreachable: the example was given up")


@st.composite
def settings_of(draw: st.DrawFn, layer_type: str, spread: int = 2) -> dict[str, Any]:
    """Draw a value for some of the settings, as the JSON schema allows it and at most `spread` above the smallest."""
    properties = layer_types()[layer_type].Settings.model_json_schema().get("properties", {})
    open_to_user = {
        name: rule for name, rule in properties.items() if not (rule.get("from_pooling") or rule.get("not_in_form"))
    }
    return {name: draw(_values(rule, spread)) for name, rule in open_to_user.items() if draw(st.booleans())}


def _values(rule: dict[str, Any], spread: int) -> st.SearchStrategy[Any]:
    match rule.get("type"):
        case "boolean":
            return st.booleans()
        case "integer":
            low = rule["minimum"]
            return st.integers(low, min(low + spread, rule["maximum"]))
        case "number":
            low = rule["minimum"]
            high = rule.get("maximum", rule.get("exclusiveMaximum"))
            return st.sampled_from([low, low + (high - low) / 4, low + (high - low) / 2])
        case "string":
            return st.sampled_from(rule["enum"])
        case "array":
            return st.tuples(*(_values(item, spread) for item in rule["prefixItems"])).map(list)
        case _:
            raise AssertionError(f"No way is known to draw values for the setting {rule}")


def check_gradients(harness: Harness) -> None:
    """Compare `backward` with numerical differentiation: the input and every parameter, by element and by direction."""
    rng = np.random.default_rng(0)
    weights = rng.normal(size=harness.forward().shape)
    analytic = harness.gradients(weights)
    assert kinks(lambda input: harness.gradients(weights, input)["input"], harness.input) == []
    for name, function, at in _functions(harness, weights):
        assert analytic[name].shape == at.shape
        # Relative to the gradient of the output if it is larger: in batch normalisation most of it cancels.
        size = max(float(np.linalg.norm(analytic[name])), float(np.linalg.norm(weights)))
        assert np.linalg.norm(analytic[name] - numerical_gradient(function, at)) <= PASS * size, name
        direction = rng.normal(size=at.shape)
        direction /= np.linalg.norm(direction)
        along = directional_derivative(function, at, direction, step=1e-5)
        assert abs(along - float((analytic[name] * direction).sum())) <= PASS * size, name


def _functions(harness: Harness, weights: np.ndarray) -> Iterator[tuple[str, Any, Numbers]]:
    """Yield, for the input and each parameter, its name, `sum(weights · output)` as a function of it, and its value."""
    yield "input", lambda input: float((weights * harness.forward(input)).sum()), harness.input
    for name, parameter in harness.layer.named_parameters.items():
        tensor = parameter.tensor

        def of_parameter(values: Numbers, tensor: np.ndarray = tensor) -> float:
            kept = tensor.copy()
            tensor[...] = values
            try:
                return float((weights * harness.forward()).sum())
            finally:
                tensor[...] = kept

        yield name, of_parameter, tensor.copy()
