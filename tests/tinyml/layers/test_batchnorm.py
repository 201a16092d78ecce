"""BatchNorm1D and BatchNorm2D: statistics by loops, running statistics, the modes."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.tinyml.layers import naive
from tinyml.core import InsertBefore, SettingsError, ShapeError
from tinyml.layers import BatchNorm1D, BatchNorm2D, layer_types
from tinyml.layers.batchnorm import BatchNorm, BatchNorm1DSettings, BatchNorm2DSettings


def make(shape: tuple[int, ...], **options: Any) -> BatchNorm:
    """Make the batch normalisation for the shape of one example, with random weights and biases."""
    options = {"dtype": np.float64, **options}
    layer = BatchNorm1D("b", shape[0], **options) if len(shape) == 1 else BatchNorm2D("b", shape, **options)
    rng = np.random.default_rng(0)
    layer.weight.tensor[...] = rng.normal(size=shape[0])
    layer.bias.tensor[...] = rng.normal(size=shape[0])
    return layer


shapes = st.one_of(st.tuples(st.integers(1, 3)), st.tuples(st.integers(1, 3), st.integers(1, 3), st.integers(1, 3)))


@given(shape=shapes, examples=st.integers(2, 5), eps=st.sampled_from([1e-5, 0.1]))
@settings(max_examples=50, deadline=None)
def test_training_normalises_over_the_batch(shape: tuple[int, ...], examples: int, eps: float) -> None:
    input = 3 + 2 * np.random.default_rng(1).normal(size=(examples, *shape))
    layer = make(shape, eps=eps)
    expected = naive.batch_normalisation(input, layer.weight.tensor, layer.bias.tensor, eps)
    np.testing.assert_allclose(layer(input), expected, rtol=1e-9, atol=1e-9)


@given(shape=shapes, momentum=st.sampled_from([0.0, 0.1, 1.0]))
@settings(max_examples=30, deadline=None)
def test_running_statistics_follow_and_prediction_uses_them(shape: tuple[int, ...], momentum: float) -> None:
    rng = np.random.default_rng(2)
    layer, axes = make(shape, momentum=momentum), (0, *range(2, len(shape) + 1))
    mean, variance = np.zeros(shape[0]), np.ones(shape[0])
    for _ in range(3):
        batch = rng.normal(size=(4, *shape)) * 5 + 1
        layer(batch)
        mean = (1 - momentum) * mean + momentum * batch.mean(axis=axes)
        variance = (1 - momentum) * variance + momentum * batch.var(axis=axes, ddof=1)
    np.testing.assert_allclose(layer.named_buffers["running_mean"], mean)
    np.testing.assert_allclose(layer.named_buffers["running_var"], variance)
    layer.training = False
    batch = rng.normal(size=(3, *shape))
    along = (-1, *[1] * (len(shape) - 1))
    scale = (layer.weight.tensor / np.sqrt(variance + layer.eps)).reshape(along)
    expected = (batch - mean.reshape(along)) * scale + layer.bias.tensor.reshape(along)
    np.testing.assert_allclose(layer(batch), expected)
    # In prediction it is linear in its input, and does not change the statistics.
    np.testing.assert_allclose(layer.backward(np.ones_like(batch)), np.broadcast_to(scale, batch.shape))
    np.testing.assert_allclose(layer.named_buffers["running_mean"], mean)


def test_a_single_value_is_normalised_by_the_running_statistics_and_does_not_change_them() -> None:
    layer = make((2,))
    layer(np.array([[1.0, 2.0], [3.0, 8.0]]))
    before = {name: buffer.copy() for name, buffer in layer.named_buffers.items()}
    trained = layer(np.array([[1.0, 5.0]]))
    for name, buffer in layer.named_buffers.items():
        np.testing.assert_array_equal(buffer, before[name])
    layer.training = False
    np.testing.assert_array_equal(layer(np.array([[1.0, 5.0]])), trained)


def test_buffers_are_changed_in_place() -> None:
    layer = make((2, 3, 3))
    held = layer.named_buffers["running_mean"]
    layer(np.random.default_rng(0).normal(size=(4, 2, 3, 3)))
    assert held is layer.named_buffers["running_mean"] is layer.running_mean
    assert held.any()


def test_the_gradient_of_a_constant_shift_is_zero() -> None:
    layer = make((3, 2, 2))
    layer(np.random.default_rng(0).normal(size=(4, 3, 2, 2)))
    np.testing.assert_allclose(layer.backward(np.ones((4, 3, 2, 2))), 0, atol=1e-12)


def test_a_deconvnet_scales_the_signal_as_prediction_scales_the_maps() -> None:
    layer = make((2, 3, 3))
    layer(np.random.default_rng(0).normal(size=(4, 2, 3, 3)))
    layer.training = False
    rng = np.random.default_rng(1)
    signal, input = rng.normal(size=(2, 1, 2, 3, 3))
    linear_part = layer(input) - layer(np.zeros_like(input))
    assert np.sum(layer.deconvolve(signal, input, None) * input) == pytest.approx(np.sum(signal * linear_part))


def test_shapes_settings_and_texts() -> None:
    assert "BatchNorm" not in layer_types()
    with pytest.raises(ShapeError, match="receives 3×4×4") as caught:
        BatchNorm1DSettings().output_shape((3, 4, 4))
    assert caught.value.fix == InsertBefore("Flatten", {})
    with pytest.raises(SettingsError, match="Epsilon is 0"):
        BatchNorm2D("b", (3, 4, 4), eps=0)
    assert "2 × 3 = 6 parameters." in BatchNorm2DSettings().explain((3, 4, 4)).replace("\xa0", " ")
    assert BatchNorm2DSettings().explain((1, 4, 4)).startswith("The map is")
    assert BatchNorm2DSettings().buffer_shapes((3, 4, 4)) == {"running_mean": (3,), "running_var": (3,)}
