"""Layers without windows: values by hand, randomness, numerical range."""

import numpy as np
import pytest

from tests.tinyml.numerical import kinks
from tinyml.core import ChangeSettings, SettingsError, ShapeError
from tinyml.layers import Dropout, Flatten, Linear, ReLU, Softmax, Tanh
from tinyml.layers.dropout import DropoutSettings
from tinyml.layers.linear import LinearSettings
from tinyml.layers.softmax import SoftmaxSettings


def test_linear_computes_weighted_sums() -> None:
    layer = Linear("fc", 2, 3)
    layer.weight.tensor[...] = [[1, 2], [3, 4], [5, 6]]
    layer.bias.tensor[...] = [10, 20, 30]
    np.testing.assert_array_equal(layer(np.array([[1, 1], [0, 2]], np.float32)), [[13, 27, 41], [14, 28, 42]])


def test_linear_explains_itself() -> None:
    assert LinearSettings(outputs=10).explain((784,)).replace("\xa0", " ") == (
        "Each of the 10 outputs is a weighted sum of all 784 inputs plus a constant. "
        "10 × 784 weights + 10 biases = 7 850 parameters."
    )
    assert LinearSettings(outputs=1, bias=False).describe() == "1 output · no bias"
    assert "4 parameters." in LinearSettings(outputs=1, bias=False).explain((4,))


def test_linear_refuses_maps_with_a_fix_that_flattens_them() -> None:
    with pytest.raises(ShapeError, match="receives 16×7×7") as caught:
        LinearSettings().output_shape((16, 7, 7))
    assert caught.value.fix.label == "Insert Flatten"


@pytest.mark.parametrize("arguments", [(0, 5), (5, 0), (5, 2.5)])
def test_linear_refuses_impossible_sizes(arguments: tuple[int, int]) -> None:
    with pytest.raises(SettingsError, match="Layer 'fc'"):
        Linear("fc", *arguments)


def test_relu_has_gradient_zero_at_zero() -> None:
    layer = ReLU("r")
    np.testing.assert_array_equal(layer(np.array([[-1.0, 0.0, 2.0]])), [[0, 0, 2]])
    np.testing.assert_array_equal(layer.backward(np.array([[5.0, 5.0, 5.0]])), [[0, 0, 5]])


def test_zero_is_the_kink_of_relu() -> None:
    layer = ReLU("r")

    def gradient(input: np.ndarray) -> np.ndarray:
        return layer.backward(np.ones_like(layer(input)))

    assert kinks(gradient, np.array([[-1.0, 0.0, 2.0]])) == [(0, 1)]


def test_a_deconvnet_rectifies_the_signal_at_relu() -> None:
    recorded = np.array([[-1.0, 3.0, -1.0, 3.0]])
    signal = np.array([[2.0, 2.0, -2.0, -2.0]])
    np.testing.assert_array_equal(ReLU("r").deconvolve(signal, recorded, None), [[2, 2, 0, 0]])


def test_tanh_saturates_without_a_warning() -> None:
    layer = Tanh("t")
    np.testing.assert_array_equal(layer(np.array([[-1e30, 0.0, 1e30]])), [[-1, 0, 1]])
    np.testing.assert_array_equal(layer.backward(np.ones((1, 3))), [[0, 1, 0]])


def test_flatten_writes_map_after_map_in_any_memory_order() -> None:
    image = np.arange(24.0).reshape(2, 3, 2, 2)
    batch_last = image.transpose(1, 2, 3, 0).copy().transpose(3, 0, 1, 2)
    for same in (image, batch_last):
        layer = Flatten("f")
        np.testing.assert_array_equal(layer(same), np.arange(24.0).reshape(2, 12))
        gradient = layer.backward(np.arange(24.0).reshape(2, 12))
        np.testing.assert_array_equal(gradient, image)
        assert gradient.strides == same.strides


def test_dropout_drops_the_given_share_and_keeps_the_mean() -> None:
    layer = Dropout("d", 0.3, rng=np.random.default_rng(0))
    output = layer(np.ones((100, 1000), np.float32))
    values = np.unique(output)
    np.testing.assert_allclose(values, [0, 1 / 0.7], rtol=1e-6)
    assert (output == 0).mean() == pytest.approx(0.3, abs=0.01)
    assert output.mean() == pytest.approx(1, abs=0.01)
    np.testing.assert_array_equal(layer.backward(np.ones_like(output)), output)


def test_dropout_is_the_identity_in_evaluation_and_draws_nothing() -> None:
    layer = Dropout("d", 0.3, rng=np.random.default_rng(0))
    layer.training = False
    before = layer.rng.bit_generator.state
    input = np.arange(6.0).reshape(2, 3)
    np.testing.assert_array_equal(layer(input), input)
    np.testing.assert_array_equal(layer.backward(input), input)
    assert layer.rng.bit_generator.state == before


def test_dropout_drops_different_numbers_in_every_batch() -> None:
    layer = Dropout("d", 0.5, rng=np.random.default_rng(0))
    ones = np.ones((1, 1000))
    assert (layer(ones) != layer(ones)).any()


@pytest.mark.parametrize("probability", [-0.1, 1, 1.5, np.nan, "half"])
def test_dropout_refuses_impossible_probabilities(probability: object) -> None:
    with pytest.raises(SettingsError, match="Layer 'd': Probability is"):
        Dropout("d", probability)  # type: ignore[arg-type]


def test_texts_of_dropout() -> None:
    assert DropoutSettings().describe() == "drops 50 %"
    assert "multiplies the rest by 1.33" in DropoutSettings(probability=0.25).explain((4,))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_softmax_of_extreme_scores_is_finite(dtype: type[np.floating]) -> None:
    scores = np.array([[1e4, 0, -1e4], [-1e30, -1e30, -1e30], [3, 3, 3]], dtype)
    probabilities = Softmax()(scores)
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, rtol=1e-6)
    np.testing.assert_allclose(probabilities[1:], 1 / 3, rtol=1e-6)
    assert probabilities.min() == dtype(1e-10)


def test_softmax_works_along_its_axis() -> None:
    scores = np.random.default_rng(0).normal(size=(2, 3, 4, 5))
    for axis in (1, 2, 3):
        np.testing.assert_allclose(Softmax("s", axis)(scores).sum(axis=axis), 1, rtol=1e-12)


def test_softmax_refuses_an_axis_that_does_not_exist() -> None:
    with pytest.raises(ShapeError, match=r"axis 2, but its input 10 has the axes 1 to 1") as caught:
        SoftmaxSettings(axis=2).output_shape((10,))
    assert caught.value.fix == ChangeSettings("Set axis to 1", {"axis": 1})
    with pytest.raises(SettingsError, match="Axis is 0 but should be at least 1"):
        Softmax(axis=0)
