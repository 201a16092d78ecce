"""Every layer type against PyTorch: outputs, input gradients and parameter gradients, in both precisions."""

import copy
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from tests.tinyml.compare import tally
from tests.tinyml.compare.tally import LIMITS
from tests.tinyml.layers import naive
from tests.tinyml.layers.harness import Harness, make_harness, settings_of
from tinyml.layers import layer_types

torch = pytest.importorskip("torch", reason="PyTorch is not installed: make compare")

from tests.tinyml.compare.counterparts import module_for, tensors_of  # noqa: E402

INSIDES: list[dict[str, Any]] = [
    {},
    {
        "layers": [
            {"type": "Conv2D", "name": "a", "settings": {"filters": 3, "window": [3, 1], "padding": [1, 0]}},
            {"type": "GELU", "name": "b"},
            {"type": "Residual", "name": "c"},
            {"type": "Deconv2D", "name": "d", "settings": {"filters": 2, "window": [3, 3], "padding": [1, 1]}},
        ]
    },
    {"layers": [{"type": "Linear", "name": "a", "settings": {"outputs": 5}}, {"type": "Tanh", "name": "b"}]},
]
"""Settings of residual layers: the standard block, a nested block, and a block for five numbers."""

CASES = 200
"""Number of drawn cases for each layer type; each is compared in both precisions."""


@st.composite
def harnesses(draw: st.DrawFn, layer_type: str) -> dict[type[np.floating], Harness]:
    """Draw settings and an input that fits them; return the same layer with the same input in both precisions."""
    values = draw(settings_of(layer_type, spread=4) if layer_type != "Residual" else st.sampled_from(INSIDES))
    if "eps" in values and layer_type.startswith("BatchNorm"):
        # At least PyTorch's default: if all inputs are equal, a smaller eps multiplies rounding errors by a million.
        values["eps"] = max(values["eps"], 1e-5)
    maps = draw(st.tuples(st.integers(1, 4), st.integers(1, 12), st.integers(1, 12)))
    shapes = draw(st.sampled_from([(maps, maps[2:]), (maps[2:], maps), (maps[1:], maps)]))
    options: dict[str, Any] = {"examples": draw(st.integers(1, 5)), "seed": draw(st.integers(0, 2**16))}
    if layer_types()[layer_type].Settings.paired_pooling is not None:
        # A pooling whose windows do not overlap. If two values come from one pixel, PyTorch gives the gradient to both,
        # although only one was written; tests/tinyml/layers tests these cases.
        window, gap = draw(naive.pairs(1, 4)), draw(naive.pairs(0, 2))
        stride = window[0] + gap[0], window[1] + gap[1]
        options["pooling_settings"] = {"window": window, "stride": stride}
    for shape in shapes:
        found = {dtype: make_harness(layer_type, values, shape, dtype=dtype, **options) for dtype in LIMITS}
        if all(found.values()):
            break
    assume(all(found.values()))
    training, finest = draw(st.booleans()), draw(st.sampled_from([1, 16]))
    for dtype, harness in found.items():
        rng = np.random.default_rng(options["seed"])
        # Multiples of 1/16 are the same in both precisions; whole numbers give zeros and equal values in pooling.
        harness.input = (np.round(rng.normal(size=harness.input.shape) * finest) / finest).astype(dtype)
        # Layers that draw random numbers are compared in prediction: PyTorch draws other numbers.
        harness.layer.training = training and not harness.layer.generators
        for tensor in harness.layer.named_tensors.values():
            # Some layers start with weights of 1 and biases of 0, which would hide mistakes.
            tensor += rng.uniform(0, 0.5, tensor.shape)
    return found


def computed_by_tinyml(harness: Harness, weights: np.ndarray) -> dict[str, np.ndarray]:
    """Return the output, the gradients of `sum(weights · output)`, and the buffers afterwards."""
    layer = copy.deepcopy(harness.layer)
    output = layer(harness.input, *harness.switches)
    gradients = {"input": layer.backward(weights)}
    gradients |= {name: parameter.gradient for name, parameter in layer.named_parameters.items()}
    return {
        "output": output,
        **{f"gradient of {name}": gradient for name, gradient in gradients.items()},
        **layer.named_buffers,
    }


def computed_by_pytorch(harness: Harness, weights: np.ndarray) -> dict[str, np.ndarray]:
    """Return the same as `computed_by_tinyml`, computed by the PyTorch module of the layer."""
    module = module_for(harness.layer, harness.input.shape[1:])
    input = torch.tensor(harness.input, requires_grad=True)
    try:
        output = module(input, *map(torch.tensor, harness.switches))
    except ValueError as error:
        if "more than 1 value per channel" not in str(error):
            raise
        # PyTorch refuses to train on a single value for each feature; tinyml then computes as in prediction.
        output = module.eval()(input)
    (output * torch.tensor(weights)).sum().backward()
    parameters = dict(module.named_parameters())
    gradients = {"input": input.grad, **{name: parameter.grad for name, parameter in parameters.items()}}
    buffers = {name: tensor for name, tensor in tensors_of(module).items() if name not in parameters}
    return {
        "output": output.detach().numpy(),
        **{f"gradient of {name}": gradient.numpy() for name, gradient in gradients.items()},
        **{name: buffer.numpy() for name, buffer in buffers.items()},
    }


# The same cases in every run: random cases can put two float32 results on different sides of a kink.
@pytest.mark.parametrize(
    "layer_type", [name for name, layer in layer_types().items() if not layer.Settings.pytorch_exception]
)
@given(data=st.data())
@settings(max_examples=CASES, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.filter_too_much])
def test_a_layer_computes_what_pytorch_computes(layer_type: str, data: st.DataObject) -> None:
    for dtype, harness in data.draw(harnesses(layer_type)).items():
        weights = np.random.default_rng(0).normal(size=harness.forward().shape).astype(dtype)
        ours, theirs = computed_by_tinyml(harness, weights), computed_by_pytorch(harness, weights)
        if harness.layer.gradient_exception:
            # The pair of layer and loss is compared instead, in test_losses.py.
            ours, theirs = {"output": ours["output"]}, {"output": theirs["output"]}
        tally.compare(f"layer {layer_type}", ours, theirs)


class KnownMask:
    """Stands in for the random generator of a dropout layer: the numbers that PyTorch kept are large."""

    def __init__(self, kept: np.ndarray) -> None:
        self._kept = kept

    def random(self, shape: tuple[int, ...], dtype: type[np.floating]) -> np.ndarray:
        return self._kept.reshape(shape).astype(dtype)


@pytest.mark.parametrize("probability", [0.0, 0.25, 0.9])
def test_dropout_in_training_computes_what_pytorch_computes_with_the_same_mask(probability: float) -> None:
    for dtype in LIMITS:
        harness = make_harness("Dropout", {"probability": probability}, (3, 4, 5), examples=3, dtype=dtype)
        assert harness is not None
        torch.manual_seed(0)
        kept = module_for(harness.layer, (3, 4, 5))(torch.ones_like(torch.tensor(harness.input))).numpy() != 0
        harness.layer.rng = KnownMask(kept)  # type: ignore[attr-defined]
        weights = np.random.default_rng(0).normal(size=harness.input.shape).astype(dtype)
        torch.manual_seed(0)
        theirs = computed_by_pytorch(harness, weights)
        tally.compare("layer Dropout", computed_by_tinyml(harness, weights), theirs)
