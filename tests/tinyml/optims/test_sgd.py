"""Stochastic gradient descent: values computed by hand, and no state for deleted parameters."""

import gc

import numpy as np
import pytest

from tinyml.core import Parameter, SettingsError
from tinyml.optims import SGDOptimizer


def parameter(value: float, gradient: float, dtype: type[np.floating] = np.float64) -> Parameter:
    made = Parameter(np.array([value], dtype))
    made.gradient += dtype(gradient)
    return made


def test_goes_down_the_gradient() -> None:
    weight = parameter(1.0, 4.0)
    optimizer = SGDOptimizer(0.5)
    optimizer.update(weight)
    optimizer.update(weight)
    assert weight.tensor[0] == -3
    assert weight.gradient[0] == 4
    assert len(optimizer.state) == 0


def test_momentum_as_pytorch_defines_it() -> None:
    weight = parameter(0.0, 1.0)
    optimizer = SGDOptimizer(lr=0.1, momentum=0.5)
    positions = []
    for _ in range(3):
        optimizer.update(weight)
        positions.append(float(weight.tensor[0]))
    assert positions == pytest.approx([-0.1, -0.25, -0.425])  # velocities 1, 1.5, 1.75


def test_the_velocity_is_not_the_gradient_array() -> None:
    weight = parameter(0.0, 1.0)
    optimizer = SGDOptimizer(0.1, 0.9)
    optimizer.update(weight)
    weight.zero_grad()
    optimizer.update(weight)
    assert weight.tensor[0] == pytest.approx(-0.19)


def test_changes_the_tensor_in_place_and_keeps_its_dtype() -> None:
    weight = parameter(1.0, 1.0, np.float32)
    tensor = weight.tensor
    optimizer = SGDOptimizer(0.1, 0.9)
    for _ in range(2):
        optimizer.update(weight)
    assert weight.tensor is tensor
    assert tensor.dtype == optimizer.state[weight]["velocity"].dtype == np.float32


def test_the_state_of_deleted_parameters_is_freed() -> None:
    optimizer = SGDOptimizer(0.1, 0.9)
    for _ in range(50):  # new parameters tend to get the addresses of old ones
        fresh = parameter(0.0, 1.0)
        optimizer.update(fresh)
        assert fresh.tensor[0] == pytest.approx(-0.1)
        del fresh
    gc.collect()
    assert len(optimizer.state) == 0


@pytest.mark.parametrize("lr", [0, -0.1, np.nan, np.inf, "fast", None, True])
def test_invalid_learning_rates_are_refused(lr: object) -> None:
    with pytest.raises(SettingsError, match=r"learning rate is .* but should be a number greater than 0"):
        SGDOptimizer(lr)  # type: ignore[arg-type]


@pytest.mark.parametrize("momentum", [-0.1, 1, 2.0, np.nan, "much", True])
def test_invalid_momenta_are_refused(momentum: object) -> None:
    with pytest.raises(SettingsError, match=r"momentum is .* at least 0 and less than 1"):
        SGDOptimizer(0.1, momentum)  # type: ignore[arg-type]


def test_numpy_numbers_are_accepted_and_repr_shows_the_settings() -> None:
    assert repr(SGDOptimizer(np.float32(0.5), np.float64(0.9))) == "SGDOptimizer(lr=0.5, momentum=0.9)"
    assert repr(SGDOptimizer(1)) == "SGDOptimizer(lr=1, momentum=0)"
