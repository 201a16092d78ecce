"""Sigmoid, LeakyReLU, ELU and GELU: values by hand, kinks, extreme numbers."""

import math

import numpy as np
import pytest

from tests.tinyml.numerical import kinks
from tinyml.core import SettingsError
from tinyml.layers import ELU, GELU, Layer, LeakyReLU, ReLU, Sigmoid, Softmax, Tanh

NUMBERS = np.array([[-3.0, -0.5, 0.0, 0.5, 3.0]])


@pytest.mark.parametrize(
    ("layer", "formula"),
    [
        (Sigmoid("s"), lambda x: 1 / (1 + math.exp(-x))),
        (LeakyReLU("l", 0.2), lambda x: x if x > 0 else 0.2 * x),
        (LeakyReLU("l", 0), lambda x: max(x, 0)),
        (LeakyReLU("l", 1), lambda x: x),
        (ELU("e", 0.5), lambda x: x if x > 0 else 0.5 * (math.exp(x) - 1)),
        (GELU("g"), lambda x: 0.5 * x * (1 + math.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)))),
    ],
    ids=lambda value: repr(value) if isinstance(value, Layer) else "formula",
)
def test_values_are_those_of_the_formula(layer: Layer, formula) -> None:
    np.testing.assert_allclose(layer(NUMBERS), [[formula(x) for x in NUMBERS[0]]], atol=1e-15)


def test_gelu_is_close_to_the_normal_distribution() -> None:
    x = np.linspace(-6, 6, 1000)
    exact = [value * 0.5 * (1 + math.erf(value / math.sqrt(2))) for value in x]
    assert np.abs(GELU("g")(x[np.newaxis])[0] - exact).max() < 5e-4


@pytest.mark.parametrize(
    "layer",
    [ReLU("r"), LeakyReLU("l", 0.2), LeakyReLU("l", 0), ELU("e"), GELU("g"), Sigmoid("s"), Tanh("t")],
    ids=repr,
)
def test_activations_say_if_they_can_die_and_where_they_saturate(layer: Layer) -> None:
    outputs = layer(np.array([[-1e3, -3.0, 3.0, 1e3]]))
    gradients = layer.backward(np.ones((1, 4)))
    assert layer.can_die == (not outputs[0, :2].any() and not gradients[0, :2].any())
    bounded = bool(abs(outputs).max() < 2)
    assert (layer.output_range is not None) == bounded
    if layer.output_range is not None:
        assert layer.output_range == (outputs[0, 0], outputs[0, 3])


@pytest.mark.parametrize(
    ("layer", "bent"),
    [
        (LeakyReLU("l", 0.2), True),
        (LeakyReLU("l", 1), False),
        (ELU("e", 0.5), True),
        (ELU("e", 1), False),
        (GELU("g"), False),
        (Sigmoid("s"), False),
        (Tanh("t"), False),
    ],
    ids=repr,
)
def test_kinks_are_found_at_zero_and_nowhere_else(layer: Layer, bent: bool) -> None:
    def gradient(input: np.ndarray) -> np.ndarray:
        return layer.backward(np.ones_like(layer(input)))

    assert kinks(gradient, NUMBERS) == ([(0, 2)] if bent else [])


def test_at_zero_the_slope_is_that_of_the_negative_side() -> None:
    for layer, slope in ((LeakyReLU("l", 0.2), 0.2), (ELU("e", 0.5), 0.5), (GELU("g"), 0.5), (Sigmoid("s"), 0.25)):
        layer(np.zeros((1, 1)))
        assert layer.backward(np.ones((1, 1))) == slope


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("layer", [Sigmoid("s"), LeakyReLU("l"), ELU("e"), GELU("g")], ids=repr)
def test_extreme_numbers_give_no_warning(layer: Layer, dtype: type[np.floating]) -> None:
    huge = np.array([[-1e30, 1e30]], dtype)
    output, gradient = layer(huge), layer.backward(np.ones((1, 2), dtype))
    lowest = {"s": 0, "l": dtype(-1e30) * dtype(0.01), "e": -1, "g": 0}[layer.name]
    np.testing.assert_allclose(output, [[lowest, 1 if layer.name == "s" else 1e30]], rtol=1e-6)
    np.testing.assert_allclose(gradient, [[{"l": 0.01}.get(layer.name, 0), 0 if layer.name == "s" else 1]], rtol=1e-6)
    assert output.dtype == gradient.dtype == dtype


def test_a_deconvnet_applies_leaky_relu_to_its_signal() -> None:
    signal = np.array([[2.0, -2.0]])
    np.testing.assert_array_equal(LeakyReLU("l", 0.1).deconvolve(signal, np.ones((1, 2)), None), [[2, -0.2]])


def test_settings_are_bounded_and_shown() -> None:
    for make in (lambda: LeakyReLU("a", 1.5), lambda: LeakyReLU("a", -0.1), lambda: ELU("a", -1)):
        with pytest.raises(SettingsError, match="Layer 'a'"):
            make()
    assert repr(LeakyReLU("a", 0.1)) == "LeakyReLU('a', slope 0.1)"
    assert repr(ELU("a", 0.5)) == "ELU('a', floor −0.5)"
    assert repr(ELU("a", 0)) == "ELU('a', floor 0)"


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(
    ("layer", "limits", "slopes"),
    [
        (ReLU("r"), (0, np.inf), (0, 1)),
        (Sigmoid("s"), (0, 1), (0, 0)),
        (Tanh("t"), (-1, 1), (0, 0)),
        (LeakyReLU("l", 0.2), (-np.inf, np.inf), (0.2, 1)),
        (LeakyReLU("l", 0), (0, np.inf), (0, 1)),
        (ELU("e", 0.5), (-0.5, np.inf), (0, 1)),
        (ELU("e", 0), (0, np.inf), (0, 1)),
        (GELU("g"), (0, np.inf), (0, 1)),
    ],
    ids=repr,
)
def test_infinite_inputs_have_the_limits(
    layer: Layer, limits: tuple[float, float], slopes: tuple[float, float], dtype: type[np.floating]
) -> None:
    with np.errstate(all="raise", under="ignore"):
        output = layer(np.array([[-np.inf, np.inf]], dtype))
        gradient = layer.backward(np.ones((1, 2), dtype))
    np.testing.assert_array_equal(output, [limits])
    np.testing.assert_allclose(gradient, [slopes], rtol=1e-6)


def test_softmax_gives_one_infinite_score_probability_1_and_two_infinite_scores_nan() -> None:
    inf = np.inf
    softmax = Softmax(eps=0)
    np.testing.assert_array_equal(
        softmax(np.array([[0.0, inf, 1.0], [0.0, 0.0, -inf], [inf, -inf, 0.0]])), [[0, 1, 0], [0.5, 0.5, 0], [1, 0, 0]]
    )
    with np.errstate(invalid="ignore"):
        assert np.isnan(softmax(np.array([[inf, inf], [-inf, -inf], [np.nan, inf]]))).any(axis=1).all()
