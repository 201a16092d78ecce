"""Initial weights: limits, variances, right angles, and the layers that use them."""

import math
from typing import get_args

import numpy as np
import pytest

from tinyml.core import Fans, Initialiser, initial_bias, initial_weight, uniform_fan_in
from tinyml.layers import Conv2D, ConvTranspose2D, Linear

DOUBLE = np.dtype(np.float64)
SHAPE, FANS = (200, 300), Fans(300, 200)


def draw(initialiser: Initialiser, shape: tuple[int, ...] = SHAPE, seed: int = 0) -> np.ndarray:
    return initial_weight(initialiser, np.random.default_rng(seed), shape, FANS, DOUBLE)


@pytest.mark.parametrize(
    ("initialiser", "variance"),
    [
        ("uniform", 1 / 300 / 3),
        ("glorot_uniform", 2 / 500),
        ("glorot_normal", 2 / 500),
        ("he_uniform", 2 / 300),
        ("he_normal", 2 / 300),
    ],
)
def test_weights_have_the_variance_of_the_formula(initialiser: Initialiser, variance: float) -> None:
    weight = draw(initialiser)
    assert weight.var() == pytest.approx(variance, rel=0.03)
    assert abs(weight.mean()) < 4 * math.sqrt(variance / weight.size)
    limit = math.sqrt(3 * variance)
    assert (np.abs(weight).max() <= limit) == initialiser.endswith("uniform")


@pytest.mark.parametrize("shape", [(3, 5), (5, 3), (4, 4), (6, 2, 3, 3), (20, 2, 3, 3)])
def test_orthogonal_weights_are_at_right_angles(shape: tuple[int, ...]) -> None:
    matrix = draw("orthogonal", shape).reshape(shape[0], -1)
    product = matrix @ matrix.T if len(matrix) <= matrix.shape[1] else matrix.T @ matrix
    np.testing.assert_allclose(product, np.eye(len(product)), atol=1e-12)


def test_orthogonal_weights_prefer_no_sign() -> None:
    corners = [draw("orthogonal", (2, 2), seed)[0, 0] for seed in range(400)]
    assert abs(np.mean(corners)) < 0.15


@pytest.mark.parametrize("initialiser", get_args(Initialiser))
def test_both_precisions_start_with_the_same_values_from_the_generator(initialiser: Initialiser) -> None:
    single = initial_weight(initialiser, np.random.default_rng(0), (3, 4), Fans(4, 3), np.dtype(np.float32))
    double = initial_weight(initialiser, np.random.default_rng(0), (3, 4), Fans(4, 3), DOUBLE)
    assert single.dtype == np.float32
    np.testing.assert_array_equal(single, double.astype(np.float32))
    other = initial_weight(initialiser, np.random.default_rng(1), (3, 4), Fans(4, 3), DOUBLE)
    assert (double != other).all()
    bias = initial_bias(initialiser, np.random.default_rng(0), (3,), Fans(4, 3), DOUBLE)
    assert bias.any() == (initialiser == "uniform")


def test_the_default_draws_weights_and_biases_as_in_the_seeds() -> None:
    rng = np.random.default_rng(7)
    weight = uniform_fan_in(rng, (3, 5), 5, np.dtype(np.float32))
    bias = uniform_fan_in(rng, (3,), 5, np.dtype(np.float32))
    layer = Linear("fc", 5, 3, rng=np.random.default_rng(7))
    np.testing.assert_array_equal(layer.weight.tensor, weight)
    np.testing.assert_array_equal(layer.bias.tensor, bias)


@pytest.mark.parametrize(
    ("make", "inputs", "outputs"),
    [
        (lambda **options: Linear("l", 400, 300, **options), 400, 300),
        (lambda **options: Conv2D("l", (16, 5, 5), 32, 3, 5, 1, 0, **options), 16 * 15, 32 * 15),
        (lambda **options: ConvTranspose2D("l", (16, 5, 5), 32, 4, 4, 2, **options), 16 * 4, 32 * 16),
    ],
)
def test_layers_know_the_fans_of_their_weights(make, inputs: int, outputs: int) -> None:
    glorot, he = (make(initialiser=kind, dtype=np.float64).weight.tensor for kind in ("glorot_normal", "he_normal"))
    assert glorot.var() == pytest.approx(2 / (inputs + outputs), rel=0.06)
    assert he.var() == pytest.approx(2 / inputs, rel=0.06)
