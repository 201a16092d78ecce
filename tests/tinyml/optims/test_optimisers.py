"""All optimisers of the registry, and values of some of them computed by hand."""

import gc
from inspect import signature
from pathlib import Path

import numpy as np
import pytest

from tinyml import optims
from tinyml.core import Parameter, SettingsError
from tinyml.learner import TrainingSettings
from tinyml.optims import (
    AdamOptimizer,
    AdamWOptimizer,
    Optimizer,
    RMSPropOptimizer,
    SGDOptimizer,
    clip_gradients,
    gradient_norm,
    optimizer_descriptions,
)

VALUES = TrainingSettings().model_dump()
every_optimiser = pytest.mark.parametrize("name", list(optimizer_descriptions()))


def make(name: str, lr: float = 0.01, **settings: object) -> Optimizer:
    return optimizer_descriptions()[name].make(lr, {**VALUES, **settings})


def parameter(values: list[float], gradient: list[float], dtype: type[np.floating] = np.float64) -> Parameter:
    made = Parameter(np.array(values, dtype))
    made.gradient += np.array(gradient, dtype)
    return made


@every_optimiser
def test_the_description_is_complete_and_its_settings_exist(name: str) -> None:
    description = optimizer_descriptions()[name]
    assert description.name == name
    assert description.title
    assert description.summary.endswith(".")
    assert description.formula
    assert set(description.settings) <= set(TrainingSettings.model_fields)
    assert type(make(name)) is description.optimizer
    assert repr(make(name)).startswith(f"{description.optimizer.__name__}(lr=0.01")


@every_optimiser
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_it_finds_the_minimum_in_the_dtype_of_the_tensor(name: str, dtype: type[np.floating]) -> None:
    weight = parameter([1.0, -1.0], [0.0, 0.0], dtype)
    tensor, optimizer = weight.tensor, make(name, weight_decay=0.0)
    for _ in range(500):
        weight.zero_grad()
        weight.gradient += 2 * (weight.tensor - dtype(0.5))
        before = weight.gradient.copy()
        optimizer.update(weight)
        np.testing.assert_array_equal(weight.gradient, before)
    assert weight.tensor is tensor
    assert all(memory.dtype == dtype for key, memory in optimizer.state.get(weight, {}).items() if key != "steps")
    np.testing.assert_allclose(tensor, 0.5, atol=0.02)


@every_optimiser
def test_weight_decay_shrinks_parameters(name: str) -> None:
    weight = parameter([1.0], [0.0])
    optimizer = make(name, weight_decay=0.5)
    for _ in range(20):
        optimizer.update(weight)
    assert 0 <= weight.tensor[0] < 0.95


@every_optimiser
def test_the_state_of_deleted_parameters_is_freed(name: str) -> None:
    optimizer = make(name)
    fresh = parameter([1.0], [1.0])
    optimizer.update(fresh)
    del fresh
    gc.collect()
    assert len(optimizer.state) == 0


@every_optimiser
@pytest.mark.parametrize("value", [-0.1, np.nan, np.inf, "much"])
def test_invalid_settings_are_refused(name: str, value: object) -> None:
    kind = optimizer_descriptions()[name].optimizer
    for setting in set(signature(kind).parameters) - {"nesterov"}:
        with pytest.raises(SettingsError, match=f"is {value!r} but should be"):
            kind(**{"lr": 0.1, setting: value})


def test_the_first_step_of_adam_has_the_size_of_the_learning_rate() -> None:
    weight = parameter([0.0, 0.0], [1e-3, -1e3])
    AdamOptimizer(lr=0.1).update(weight)
    np.testing.assert_allclose(weight.tensor, [-0.1, 0.1], rtol=1e-4)


def test_weight_decay_is_part_of_the_gradient_in_adam_but_not_in_adamw() -> None:
    inside, apart = parameter([1.0], [0.0]), parameter([1.0], [0.0])
    AdamOptimizer(lr=0.1, weight_decay=0.01).update(inside)
    AdamWOptimizer(lr=0.1, weight_decay=0.01).update(apart)
    assert inside.tensor[0] == pytest.approx(0.9)  # the gradient only consists of the decay
    assert apart.tensor[0] == pytest.approx(0.999)


def test_adam_counts_the_steps_of_each_parameter() -> None:
    optimizer = AdamOptimizer(lr=0.1)
    first, second = parameter([0.0], [1.0]), parameter([0.0], [1.0])
    for _ in range(5):
        optimizer.update(first)
    optimizer.update(second)
    assert second.tensor[0] == pytest.approx(-0.1)


def test_nesterov_by_hand() -> None:
    weight = parameter([0.0], [1.0])
    optimizer = SGDOptimizer(lr=0.1, momentum=0.5, nesterov=True)
    optimizer.update(weight)  # velocity 1: step 1 + 0.5 · 1
    assert weight.tensor[0] == pytest.approx(-0.15)
    optimizer.update(weight)  # velocity 1.5: step 1 + 0.5 · 1.5
    assert weight.tensor[0] == pytest.approx(-0.325)
    plain = parameter([0.0], [1.0])
    SGDOptimizer(lr=0.1, nesterov=True).update(plain)
    assert plain.tensor[0] == pytest.approx(-0.1)


def test_rmsprop_with_momentum_by_hand() -> None:
    weight = parameter([0.0], [2.0])
    optimizer = RMSPropOptimizer(lr=0.1, smoothing=0.75, momentum=0.5)
    optimizer.update(weight)  # √(0.25 · 4) = 1: step 2
    assert weight.tensor[0] == pytest.approx(-0.2)
    optimizer.update(weight)  # √(0.75 + 1) = 1.3229: step 1.5119 + 0.5 · 2
    assert weight.tensor[0] == pytest.approx(-0.2 - 0.1 * (2 / 1.75**0.5 + 1))


def test_clipping_scales_all_trainable_parameters_together() -> None:
    first, second, frozen = parameter([0.0, 0.0], [3.0, 0.0]), parameter([0.0], [-4.0]), parameter([0.0], [100.0])
    frozen.require_grad = False
    assert clip_gradients([first, second, frozen], max_norm=2.5) == 5.0
    np.testing.assert_allclose([*first.gradient, *second.gradient], [1.5, 0.0, -2.0], rtol=1e-6)
    assert frozen.gradient[0] == 100
    before = first.gradient.copy()
    clip_gradients([first, second], max_norm=10.0)
    np.testing.assert_array_equal(first.gradient, before)
    assert gradient_norm([]) == 0.0


def test_the_norm_of_float32_gradients_does_not_overflow() -> None:
    assert gradient_norm([parameter([0.0, 0.0], [3e30, 4e30], np.float32)]) == pytest.approx(5e30)


@pytest.mark.parametrize("limit", [0, -1.0, np.nan, np.inf, "none"])
def test_invalid_limits_are_refused(limit: object) -> None:
    with pytest.raises(SettingsError, match="largest gradient norm"):
        clip_gradients([], limit)  # type: ignore[arg-type]


def test_an_optimiser_is_found_as_soon_as_its_file_is_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "sign_descent.py").write_text(
        "import numpy as np\n"
        "from tinyml.optims.base import Optimizer, OptimizerDescription\n"
        "class SignDescent(Optimizer):\n"
        "    def update(self, param):\n"
        "        param.tensor -= self.lr * np.sign(param.gradient)\n"
        "DESCRIPTION = OptimizerDescription('sign_descent', SignDescent, 'Sign', 'Steps alike.', 'sign ∇', (),\n"
        "    lambda lr, settings: SignDescent(lr))\n"
    )
    monkeypatch.setattr(optims, "__path__", [*optims.__path__, str(tmp_path)])
    optimizer_descriptions.cache_clear()
    try:
        assert TrainingSettings(optimizer="sign_descent").optimizer == "sign_descent"
        weight = parameter([0.0], [7.0])
        make("sign_descent", lr=0.5).update(weight)
        assert weight.tensor[0] == -0.5
    finally:
        optimizer_descriptions.cache_clear()
