"""The statistics of layers, compared with plain loops over small networks."""

import math
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from tinyml.core import Array, TinymlError
from tinyml.core.threads import set_thread_count
from tinyml.data import describe
from tinyml.layers import (
    BatchNorm2D,
    Conv2D,
    Dropout,
    Flatten,
    Layer,
    LeakyReLU,
    Linear,
    MaxPool2D,
    ReLU,
    Residual,
    Sigmoid,
    Tanh,
)
from tinyml.layers.base.stack import all_layers, inner_layers
from tinyml.learner import Learner
from tinyml.learner.layer_measurement import MAX_SAMPLED, sample_evenly
from tinyml.learner.layer_stats import Histogram, LayerStats
from tinyml.learner.silent_units import SilentUnits
from tinyml.net import Sequential, build
from tinyml.net.execution import plan
from tinyml.optims import AdamOptimizer, SGDOptimizer
from tinyml.storage import read_project


@pytest.fixture(params=["whole batch", "micro-batches"])
def execution(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    if request.param == "micro-batches":
        monkeypatch.setattr(plan, "MIN_WORK_TO_SPLIT", 0)
        set_thread_count(3)
    yield request.param
    set_thread_count(None)


def measure(net: Sequential, inputs: Array, targets: Array, **arguments: object) -> dict[str, LayerStats]:
    learner = Learner(net, "mse", SGDOptimizer(0.1), **arguments)  # type: ignore[arg-type]
    learner.batch_fit(inputs, targets, measure=True)
    return {stats.layer: stats for stats in learner.layer_stats}


def outputs_of(layers: list[Layer], value: Array, path: str = "") -> dict[str, Array]:
    """Return the output of every layer by its path: one layer after the other, as in the formulas."""
    outputs = {}
    for layer in layers:
        inside = outputs_of(inner_layers(layer), value, f"{path}{layer.name}/")
        value = layer.forward(value)
        outputs.update({path + layer.name: value, **inside})
    return outputs


def dead_share(output: Array) -> float:
    units = output.shape[1]
    return sum(all(number == 0 for number in output[:, unit].ravel()) for unit in range(units)) / units


def counts_of(values: Array, intervals: int) -> tuple[int, ...]:
    numbers = [float(number) for number in values.ravel() if math.isfinite(number)]
    low, high = min(numbers), max(numbers)
    counts = [0] * intervals
    for number in numbers:
        counts[min(int((number - low) / (high - low) * intervals), intervals - 1)] += 1
    return tuple(counts)


def convolutions(seed: int = 0) -> Sequential:
    rng = np.random.default_rng(seed)
    layers: list[Layer] = [
        Conv2D("conv_1", (1, 9, 9), 6, 3, 3, 1, 0, rng=rng),
        ReLU("relu_1"),
        MaxPool2D("pool_1", (6, 7, 7), (2, 2), 2),
        Conv2D("conv_2", (6, 3, 3), 4, 3, 3, 1, 1, rng=rng),
        Tanh("tanh_1"),
        Flatten("flatten_1"),
        Linear("fc_1", 36, 3, rng=rng),
        Sigmoid("sigmoid_1"),
    ]
    net = Sequential(layers)
    net.named_parameters["conv_1.bias"].tensor[2] = -100  # this map is dead, but not for want of a maximum
    net.named_parameters["fc_1.bias"].tensor[:] = [8, 0, -8]
    return net


def batch(count: int = 10) -> tuple[Array, Array]:
    rng = np.random.default_rng(1)
    return rng.normal(size=(count, 1, 9, 9)).astype(np.float32), rng.random((count, 3)).astype(np.float32)


@pytest.mark.usefixtures("execution")
def test_activations_are_those_of_the_layers_in_the_order_of_the_network() -> None:
    net, (inputs, targets) = convolutions(), batch()
    expected = outputs_of(convolutions().layers, inputs)
    measured = measure(net, inputs, targets)
    assert list(measured) == [layer.name for layer in net.layers]
    for name, output in expected.items():
        stats = measured[name]
        assert stats.activation_mean == pytest.approx(float(output.astype(float).mean()), rel=1e-4, abs=1e-6)
        assert stats.activation_deviation == pytest.approx(float(output.astype(float).std()), rel=1e-4)
        assert stats.activations is not None
        assert sum(stats.activations.counts) == output.size
        assert (stats.activations.low, stats.activations.high) == pytest.approx((output.min(), output.max()), rel=1e-4)


@pytest.mark.usefixtures("execution")
def test_dead_units_of_maps_are_the_maps() -> None:
    inputs, targets = batch()
    expected = dead_share(outputs_of(convolutions().layers, inputs)["relu_1"])
    measured = measure(convolutions(), inputs, targets)
    assert measured["relu_1"].dead == pytest.approx(expected)
    assert expected == pytest.approx(1 / 6)
    assert all(stats.dead is None for name, stats in measured.items() if name != "relu_1")


@pytest.mark.usefixtures("execution")
def test_a_unit_that_lives_for_one_example_is_not_dead() -> None:
    net = Sequential([Linear("fc", 3, 3, bias=False), ReLU("relu"), LeakyReLU("leaky"), Dropout("drop", 0.5)])
    net.named_parameters["fc.weight"].tensor[:] = np.diag([1, -1, -1])
    inputs = np.abs(np.random.default_rng(0).normal(size=(40, 3))).astype(np.float32)
    inputs[39, 1] = -1e-30
    measured = measure(net, inputs, np.zeros((40, 3), np.float32))
    assert measured["relu"].dead == pytest.approx(1 / 3)
    assert measured["leaky"].dead is measured["drop"].dead is None


def test_a_unit_is_dead_after_enough_silent_examples_and_alive_after_one() -> None:
    net = Sequential([Linear("fc", 1, 2, bias=False), ReLU("relu")])
    net.parameters[0].tensor[:] = [[1], [-1]]
    learner = Learner(net, "mse", SGDOptimizer(1e-9))

    def dead(sign: float, examples: int) -> float | None:
        inputs = np.full((examples, 1), sign, np.float32)
        learner.batch_fit(inputs, np.zeros((examples, 2), np.float32), measure=True)
        return learner.layer_stats[1].dead

    assert dead(1, 32) == 0.5  # nothing else is known yet
    assert dead(-1, 32) == 0  # each unit was alive once
    assert dead(1, 100) == 0
    assert dead(1, 99) == 0  # the second unit was 0 for 199 examples
    assert dead(1, 1) == 0.5
    assert dead(-1, 1) == 0
    learner.release_memory()
    assert dead(1, 32) == 0.5


def test_a_layer_without_any_life_is_dead_at_once() -> None:
    units = SilentUnits()
    assert units.add("relu", np.array([True, True, False]), 400) == pytest.approx(1 / 3)
    assert units.add("relu", np.array([False, False, False]), 66) == pytest.approx(1 / 3)  # this may be chance
    assert units.add("relu", np.array([False, False, False]), 67) == 1
    assert units.add("relu", np.array([False, True, False]), 10) == pytest.approx(1 / 3)


def test_another_number_of_units_begins_again() -> None:
    units = SilentUnits()
    assert units.add("relu", np.array([True, True]), 400) == 0
    assert units.add("relu", np.array([False, False, True, True]), 10) == 0.5


@pytest.mark.usefixtures("execution")
def test_saturation_is_counted_within_one_percent_of_the_range() -> None:
    net = Sequential([Linear("fc", 1, 1, bias=False), Tanh("tanh"), Sigmoid("sigmoid")])
    net.parameters[0].tensor[:] = 1
    inputs = np.linspace(-4, 4, 41, dtype=np.float32)[:, None]
    expected = sum(abs(math.tanh(float(number))) > 0.98 for number in inputs[:, 0]) / 41
    measured = measure(net, inputs, np.zeros((41, 1), np.float32))
    assert 0 < expected < 1
    assert measured["tanh"].saturated == pytest.approx(expected)
    assert (measured["sigmoid"].saturated, measured["fc"].saturated) == (0, None)
    net = Sequential([Linear("fc", 1, 1, bias=False), Sigmoid("sigmoid")])
    net.parameters[0].tensor[:] = 2
    expected = sum(not 0.01 <= 1 / (1 + math.exp(-2 * float(number))) <= 0.99 for number in inputs[:, 0]) / 41
    assert measure(net, inputs, np.zeros((41, 1), np.float32))["sigmoid"].saturated == pytest.approx(expected)


@pytest.mark.usefixtures("execution")
def test_weights_gradients_and_updates_are_those_of_the_parameters() -> None:
    inputs, targets = batch()
    net, by_hand = convolutions(), convolutions()
    learner = Learner(by_hand, "mse", SGDOptimizer(0.1))
    loss_gradient = learner.loss(by_hand.forward(inputs), targets)[1]
    by_hand.backward(loss_gradient)
    measured = measure(net, inputs, targets, clip_norm=1e-3)
    for layer in by_hand.layers:
        stats = measured[layer.name]
        if not layer.parameters:
            assert (stats.gradient_norm, stats.update_ratio, stats.weights, stats.gradients) == (None, None, None, None)
            continue
        weight = layer.named_parameters["weight"]
        norm = math.sqrt(sum(float(number) ** 2 for each in layer.parameters for number in each.gradient.ravel()))
        assert stats.gradient_norm == pytest.approx(norm, rel=1e-4)
        assert stats.weights is not None
        assert stats.weights.counts == counts_of(weight.tensor, len(stats.weights.counts))
        assert stats.gradients is not None
        assert sum(stats.gradients.counts) == weight.tensor.size
        assert stats.gradients.low == pytest.approx(weight.gradient.min(), rel=1e-3)
        size = math.sqrt(sum(float(number) ** 2 for each in layer.parameters for number in each.tensor.ravel()))
        change = math.sqrt(
            sum(
                float(((own.tensor - old.tensor).astype(float) ** 2).sum())
                for own, old in zip(net[layer.name].parameters, layer.parameters, strict=True)
            )
        )
        assert stats.update_ratio == pytest.approx(change / size, rel=1e-3)


def test_layers_inside_blocks_are_measured_under_their_paths() -> None:
    def make() -> Sequential:
        rng = np.random.default_rng(3)
        inner = Residual("inner", 4, [Linear("fc", 4, 4, rng=rng), ReLU("relu")])
        outer = Residual("outer", 4, [Linear("fc", 4, 4, rng=rng), inner, Tanh("tanh")])
        return Sequential([Linear("first", 2, 4, rng=rng), outer])

    inputs = np.random.default_rng(4).normal(size=(6, 2)).astype(np.float32)
    expected, net = outputs_of(make().layers, inputs), make()
    measured = measure(net, inputs, np.zeros((6, 4), np.float32))
    paths = ["first", "outer", "outer/fc", "outer/inner", "outer/inner/fc", "outer/inner/relu", "outer/tanh"]
    assert list(measured) == paths
    assert [stats.activation_mean for stats in measured.values()] == pytest.approx(
        [float(expected[path].mean()) for path in paths], rel=1e-5
    )
    assert measured["outer/inner/relu"].dead == dead_share(expected["outer/inner/relu"])
    assert measured["outer/tanh"].saturated is not None
    with_gradient = [path for path, stats in measured.items() if stats.gradient_norm is not None]
    assert with_gradient == ["first", "outer/fc", "outer/inner/fc"]  # each parameter counts once
    assert all(layer.observe_inside is None for layer in net.layers)


def test_frozen_parameters_have_weights_but_no_gradient() -> None:
    net = Sequential([BatchNorm2D("norm", (2, 3, 3))])
    for parameter in net.parameters:
        parameter.require_grad = False
    inputs = np.random.default_rng(0).normal(size=(5, 2, 3, 3)).astype(np.float32)
    stats = measure(net, inputs, np.zeros_like(inputs))["norm"]
    assert stats.weights == Histogram(1.0, 1.0, (2, *[0] * 23))
    assert (stats.gradient_norm, stats.update_ratio, stats.gradients) == (None, None, None)


def test_a_step_with_a_loss_that_is_not_finite_has_no_statistics() -> None:
    net = Sequential([Linear("fc", 1, 1)])
    assert measure(net, np.full((2, 1), np.nan, np.float32), np.zeros((2, 1), np.float32)) == {}


def test_an_output_that_is_not_finite_shows_in_the_mean_and_is_left_out_of_the_histogram() -> None:
    class Spoiled(Layer):
        """Its first output is NaN, but nothing depends on it."""

        def forward(self, input: Array) -> Array:
            return np.concatenate([np.full((len(input), 1), np.nan, input.dtype), input], axis=1)

        def backward(self, in_gradient: Array) -> Array:
            return in_gradient[:, 1:]

    class Repaired(Layer):
        def forward(self, input: Array) -> Array:
            return input[:, 1:]

        def backward(self, in_gradient: Array) -> Array:
            return np.concatenate([np.zeros((len(in_gradient), 1), in_gradient.dtype), in_gradient], axis=1)

    net = Sequential([Spoiled("spoiled"), Repaired("repaired"), Linear("fc", 2, 1)])
    inputs = np.array([[0, 1], [2, 4]], np.float32)
    stats = measure(net, inputs, np.zeros((2, 1), np.float32))["spoiled"]
    assert math.isnan(stats.activation_mean or 0)
    assert stats.activations is not None
    assert (stats.activations.low, stats.activations.high, sum(stats.activations.counts)) == (0, 4, 4)


def test_norms_of_huge_and_tiny_gradients_neither_overflow_nor_vanish() -> None:
    for size in (1e25, 1e-25):
        net = Sequential([Linear("fc", 2, 1, bias=False)])
        learner = Learner(net, lambda output, _: (1.0, np.ones_like(output)), SGDOptimizer(1e-30))
        learner.batch_fit(np.array([[3, 4]], np.float32) * np.float32(size), np.zeros((1, 1)), measure=True)
        assert learner.layer_stats[0].gradient_norm == pytest.approx(5 * size)


def test_histograms_leave_out_what_is_not_finite() -> None:
    values = np.random.default_rng(0).normal(size=1000)
    spoiled = np.concatenate([values, [np.nan, np.inf, -np.inf]])
    histogram = Histogram.of(spoiled)
    assert histogram is not None
    assert histogram == Histogram(float(values.min()), float(values.max()), counts_of(values, 24))
    assert histogram.counts == tuple(np.histogram(values, 24)[0].tolist())
    assert Histogram.of(np.array([np.nan, np.inf])) is None
    assert Histogram.of(np.zeros(0)) is None


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_histograms_of_extreme_numbers(dtype: type[np.floating]) -> None:
    largest, smallest = np.finfo(dtype).max, np.finfo(dtype).tiny
    histogram = Histogram.of(np.array([-largest, 0, largest], dtype), intervals=3)
    assert histogram == Histogram(float(-largest), float(largest), (1, 1, 1))
    histogram = Histogram.of(np.array([0, smallest], dtype), intervals=2)
    assert histogram == Histogram(0.0, float(smallest), (1, 1))


def test_samples_are_spread_over_all_axes() -> None:
    large = np.zeros((64, 8, 16, 16), np.float32)
    large[:] = np.arange(64).reshape(-1, 1, 1, 1)
    for array in (large, np.ascontiguousarray(large.transpose(1, 2, 3, 0)).transpose(3, 0, 1, 2)):
        sample = sample_evenly(array, 4096)
        assert 3500 <= len(sample) <= 4096
        assert np.shares_memory(sample, array)  # a view: no copy of a large array
        counts = np.bincount(sample.astype(int), minlength=64)
        assert counts.min() > 0.9 * counts.mean()


@pytest.mark.usefixtures("execution")
def test_a_large_layer_is_sampled_and_its_dead_units_are_still_exact() -> None:
    rng = np.random.default_rng(0)
    net = Sequential([Linear("fc", 2, 1000, rng=rng), ReLU("relu")])
    net.named_parameters["fc.bias"].tensor[:] = -50
    inputs = rng.normal(size=(100, 2)).astype(np.float32)
    inputs[77] = 200  # the only example for which units live
    output = outputs_of(net.layers, inputs)["relu"]
    stats = measure(net, inputs, np.zeros((100, 1000), np.float32))["relu"]
    assert stats.activations is not None
    assert MAX_SAMPLED / 2 < sum(stats.activations.counts) < MAX_SAMPLED * 1.1
    assert stats.dead == pytest.approx(dead_share(output))
    assert 0.1 < stats.dead < 0.9


@pytest.mark.usefixtures("execution")
def test_measuring_changes_no_bit_of_the_training() -> None:
    def train(every: int | None) -> tuple[list[bytes], list[float]]:
        net = convolutions()
        learner = Learner(net, "mse", SGDOptimizer(0.1, momentum=0.9), clip_norm=0.5)
        losses = []
        for step in range(6):
            inputs, targets = batch(10 if step % 2 else 7)
            losses.append(learner.batch_fit(inputs, targets, measure=every is not None and step % every == 0)[0])
        return [parameter.tensor.tobytes() for parameter in net.parameters], losses

    assert train(None) == train(1) == train(4)


RESOURCES = Path(__file__).parents[3] / "resources"
NETWORKS = sorted([*(RESOURCES / "networks").glob("*.tinyml.json"), *(RESOURCES / "templates").glob("*.tinyml.json")])


def train_network(path: Path, measure: bool) -> tuple[list[bytes], tuple[LayerStats, ...], int]:
    project = read_project(path)
    try:
        shape = describe(project.data.source).example_shape
    except TinymlError:  # a public set that is not downloaded: all of them are images
        shape = (1, 28, 28)
    net = build(project.network, shape, np.random.default_rng(0))
    learner = Learner(net, lambda output, _: (float((output**2).mean()), 2 * output / output.size), AdamOptimizer(0.01))
    net.train()
    for step in range(3):
        inputs = np.random.default_rng(step).random((6, *shape), np.float32)
        learner.batch_fit(inputs, np.zeros(6), measure)
    bits = [tensor.tobytes() for tensor in net.named_tensors.values()]
    return bits, learner.layer_stats, len(list(all_layers(net.layers)))


@pytest.mark.usefixtures("execution")
@pytest.mark.parametrize("path", NETWORKS, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_every_network_of_the_program_is_measured_and_learns_the_same_bits(path: Path) -> None:
    bits, stats, count = train_network(path, measure=True)
    assert bits == train_network(path, measure=False)[0]
    assert len({each.layer for each in stats}) == len(stats) == count
    assert all(each.activations is not None and each.activation_mean is not None for each in stats)
    assert any(each.gradient_norm for each in stats)
    for each in stats:
        assert (each.gradient_norm is None) == (each.update_ratio is None)
        assert each.gradients is None or each.weights is not None
