"""Every loss against PyTorch: its value and its gradient, in both precisions."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.tinyml.compare import tally
from tests.tinyml.compare.tally import LIMITS
from tinyml.layers import Softmax
from tinyml.losses import loss_descriptions, losses

torch = pytest.importorskip("torch", reason="PyTorch is not installed: make compare")

from tests.tinyml.compare.counterparts import LOSSES  # noqa: E402

CASES = 100


def test_every_loss_has_a_counterpart() -> None:
    assert set(LOSSES) == set(losses()), "counterparts.py should name every loss, and no other"


@st.composite
def predictions(draw: st.DrawFn, name: str) -> tuple[np.ndarray, np.ndarray]:
    """Draw the output of a network, from usual to extreme values, and its targets."""
    rng = np.random.default_rng(draw(st.integers(0, 2**16)))
    # A probability that float32 rounds to 0 has an infinite loss. The loss of scores is exact for any probability.
    scale = draw(st.sampled_from([0.1, 1.0, 3.0] if name == "cross_entropy_loss" else [0.1, 1.0, 30.0]))
    if loss_descriptions()[name].targets == "labels":
        rows, classes = draw(st.integers(1, 300)), draw(st.integers(1, 12))
        return scale * rng.normal(size=(rows, classes)), rng.integers(0, classes, rows)
    shape = draw(st.lists(st.integers(1, 6), min_size=1, max_size=4))
    truth = rng.random(shape) if draw(st.booleans()) else rng.integers(0, 2, shape).astype(float)
    predicted = scale * rng.normal(size=shape)
    return predicted.round() if draw(st.booleans()) else predicted, truth  # rounded: some are exactly right


def computed_by_tinyml(name: str, predicted: np.ndarray, truth: np.ndarray) -> tuple[float, np.ndarray]:
    """Return the loss and its gradient with respect to `predicted`, through the layer that the loss is paired with."""
    if loss_descriptions()[name].last_layer != "Softmax":
        return losses()[name](predicted, truth)
    layer = Softmax(eps=0.0)
    loss, gradient = losses()[name](layer(predicted), truth)
    return loss, layer.backward(gradient)


@pytest.mark.parametrize("name", losses())
@given(data=st.data())
@settings(max_examples=CASES, deadline=None, derandomize=True)
def test_a_loss_computes_what_pytorch_computes(name: str, data: st.DataObject) -> None:
    drawn, truth = data.draw(predictions(name))
    for dtype in LIMITS:
        predicted = drawn.astype(dtype)
        target = truth if truth.dtype.kind == "i" else truth.astype(dtype)
        loss, gradient = computed_by_tinyml(name, predicted, target)
        theirs = torch.tensor(predicted, requires_grad=True)
        value = LOSSES[name](theirs, torch.tensor(target))
        value.backward()
        tally.compare(
            f"loss {name}",
            {"loss": np.array(loss, dtype), "gradient": gradient},
            {"loss": value.detach().numpy(), "gradient": theirs.grad.numpy()},
        )
