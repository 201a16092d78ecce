"""Every layer type against PyTorch: outputs, input gradients and parameter gradients, in both precisions."""

from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from tests.tinyml.compare import tally
from tests.tinyml.compare.tally import LIMITS
from tests.tinyml.layers.bench import Bench, make_bench, settings_of
from tinyml.layers import layer_types

torch = pytest.importorskip("torch", reason="PyTorch is not installed: make compare")

from tests.tinyml.compare.counterparts import LAYERS, NOT_COMPARED, Case  # noqa: E402

CASES = 100
"""Drawn for each layer type; each is compared in both precisions."""


def test_every_layer_type_has_a_counterpart_or_a_reason() -> None:
    known = {**LAYERS, **NOT_COMPARED}
    assert set(layer_types()) - set(known) == set(), "Add them to counterparts.py"
    assert set(known) - set(layer_types()) == set(), "Remove them from counterparts.py"
    assert not set(LAYERS) & set(NOT_COMPARED)
    assert all(reason.endswith(".") for reason in NOT_COMPARED.values())


@st.composite
def benches(draw: st.DrawFn, layer_type: str) -> dict[type[np.floating], Bench]:
    """Draw settings and an input that fits them; return the same layer with the same input in both precisions."""
    values = draw(settings_of(layer_type))
    maps = draw(st.tuples(st.integers(1, 4), st.integers(1, 12), st.integers(1, 12)))
    shapes = draw(st.sampled_from([(maps, maps[:1]), (maps[:1], maps), (maps[1:], maps)]))
    options: dict[str, Any] = {"examples": draw(st.integers(1, 5)), "seed": draw(st.integers(0, 2**16))}
    for shape in shapes:
        found = {dtype: make_bench(layer_type, values, shape, dtype=dtype, **options) for dtype in LIMITS}
        if all(found.values()):
            break
    assume(all(found.values()))
    rng = np.random.default_rng(options["seed"])
    input = rng.normal(size=found[np.float64].input.shape)
    if layer_type != "Dropout" and draw(st.booleans()):
        input = input.round()  # many equal values and zeros: ties of pooling, kinks of activations
    for dtype, bench in found.items():
        bench.input = input.astype(dtype)
    return found


def computed_by_tinyml(bench: Bench, weights: np.ndarray) -> dict[str, np.ndarray]:
    """Return the output, and the gradients of `sum(weights · output)`."""
    gradients = {f"gradient of {name}": gradient for name, gradient in bench.gradients(weights).items()}
    return {"output": bench.forward(), **gradients}


def computed_by_pytorch(layer_type: str, bench: Bench, weights: np.ndarray) -> dict[str, np.ndarray]:
    """Return the same as `computed_by_tinyml`, by PyTorch's own functions and its automatic derivatives."""
    input = torch.tensor(bench.input, requires_grad=True)
    tensors = {
        name: torch.tensor(parameter.tensor, requires_grad=True)
        for name, parameter in bench.layer.named_parameters.items()
    }
    switches = torch.tensor(bench.switches[0]) if bench.switches else None
    output = LAYERS[layer_type](Case(bench.settings, input, tensors, switches, bench.forward()))
    (output * torch.tensor(weights)).sum().backward()
    gradients = {"input": input, **tensors}
    return {
        "output": output.detach().numpy(),
        **{f"gradient of {name}": tensor.grad.numpy() for name, tensor in gradients.items()},
    }


@pytest.mark.parametrize("layer_type", [name for name in layer_types() if name not in NOT_COMPARED])
@given(data=st.data())
@settings(max_examples=CASES, deadline=None, suppress_health_check=[HealthCheck.filter_too_much])
def test_a_layer_computes_what_pytorch_computes(layer_type: str, data: st.DataObject) -> None:
    for dtype, bench in data.draw(benches(layer_type)).items():
        weights = np.random.default_rng(0).normal(size=bench.forward().shape).astype(dtype)
        ours, theirs = computed_by_tinyml(bench, weights), computed_by_pytorch(layer_type, bench, weights)
        if bench.layer.gradient_exception:
            # The pair of layer and loss is compared instead, in test_losses.py.
            ours, theirs = {"output": ours["output"]}, {"output": theirs["output"]}
        tally.compare(f"layer {layer_type}", ours, theirs)
