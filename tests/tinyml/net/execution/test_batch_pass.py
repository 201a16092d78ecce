"""A batch pass with micro-batches, threads and workspaces gives the same results as the layers one by one."""

import copy
import threading
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings

from tests.tinyml.net.stacks import random_stacks, stack
from tests.tinyml.numerical import distinct_values
from tinyml.core import ShapeError, TinymlError
from tinyml.core.threads import blas_is_held, set_thread_count, thread_count
from tinyml.layers import ReLU
from tinyml.net import NetworkSpecification, Sequential, build, infer
from tinyml.net.execution import BatchPass, plan, segments
from tinyml.net.execution.segments import MicroBatchSegment

SHAPE = (2, 6, 8)
CONV, PAIR, LINEAR = ("Conv2D", {"filters": 3}), ("Conv2D", {"filters": 2}), ("Linear", {"outputs": 4})
OVERLAPPING = ("MaxPool2D", {"window": [3, 2], "stride": [2, 1]})

NETWORKS = {
    "convolutions": stack(CONV, "ReLu", CONV, "ReLu", "MaxPool2D", "Flatten", LINEAR, "ReLu", LINEAR),
    "pooling after ReLU, twice": stack(CONV, "ReLu", "MaxPool2D", CONV, "ReLu", OVERLAPPING, "ReLu"),
    "batch normalisation and dropout": stack(
        CONV, "BatchNorm2D", "ReLu", "MaxPool2D", "Dropout", CONV, "Tanh", "Flatten", LINEAR
    ),
    "residual": stack(CONV, "ReLu", "Residual", "ReLu", "MaxPool2D", CONV, "GlobalAvgPool2D", LINEAR),
    "unpooling": stack(CONV, "MaxPool2D", CONV, "ReLu", "MaxUnpool2D", PAIR),
    "unpooling what was rectified": stack(CONV, "ReLu", "MaxPool2D", CONV, "MaxUnpool2D", PAIR),
    "deconvolution": stack(CONV, "ReLu", "Deconv2D", "ReLu", CONV, "Sigmoid"),
    "flat first": stack("Flatten", LINEAR, "ReLu", LINEAR),
    "flat last": stack(CONV, "ReLu", "Flatten"),
    "reshaped last": stack("Flatten", ("Linear", {"outputs": 12}), "Reshape"),
    "dropout last": stack(CONV, "ReLu", "Dropout"),
    "without parameters": stack("ReLu", "MaxPool2D", "Flatten", "Softmax"),
    "nothing to learn below": stack("ReLu", "MaxPool2D", "Flatten", LINEAR),
    "nothing": stack(),
}
every_network = pytest.mark.parametrize("network", NETWORKS.values(), ids=NETWORKS)


@pytest.fixture(autouse=True)
def threads_without_helpers(no_helpers: None) -> Iterator[None]:
    """Compute in this process; helpers have tests of their own. Restore the number of threads."""
    before = thread_count()
    yield
    set_thread_count(before)
    assert not blas_is_held()


@pytest.fixture(params=["small", "large"])
def splitting(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Split small batches and reuse memory for them, so that small networks test this too; or use the real limits."""
    if request.param == "small":
        split_small_batches(monkeypatch)


def split_small_batches(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(plan, "MIN_WORK_TO_SPLIT", 0)
    patch.setattr(segments, "MIN_SIZE_TO_REUSE", 0)
    patch.setattr(segments, "MICRO_BATCH_SIZE", 4)


def make(network: NetworkSpecification, dtype: type[np.floating] = np.float64) -> Sequential:
    return build(network, SHAPE, np.random.default_rng(0), dtype) if network.layers else Sequential()


def images(count: int, seed: int = 0, dtype: Any = np.float64) -> np.ndarray:
    return distinct_values((count, *SHAPE), np.random.default_rng(seed)).astype(dtype)


def gradients(net: Sequential) -> dict[str, np.ndarray]:
    return {name: parameter.gradient.copy() for name, parameter in net.named_parameters.items()}


def compare(net: Sequential, batch_pass: BatchPass, input: np.ndarray) -> np.ndarray:
    """Run a batch through a copy of the network and through `batch_pass`; return the output of `batch_pass`."""
    reference = copy.deepcopy(net)
    expected = reference(input)
    weights = np.random.default_rng(1).normal(size=expected.shape)
    reference.backward(weights)
    input.flags.writeable = weights.flags.writeable = False
    output = batch_pass.forward(net.layers, input)
    assert output.dtype == expected.dtype
    np.testing.assert_allclose(output, expected, rtol=1e-9, atol=1e-11)
    batch_pass.backward(weights)
    for name, gradient in gradients(reference).items():
        np.testing.assert_allclose(gradients(net)[name], gradient, rtol=1e-9, atol=1e-9, err_msg=name)
    for name, tensor in reference.named_tensors.items():
        np.testing.assert_allclose(net.named_tensors[name], tensor, rtol=1e-9, atol=1e-12, err_msg=name)
    assert all(layer.workspace is None for layer in net.layers)
    return output


@every_network
@pytest.mark.parametrize("trains", [True, False])
@pytest.mark.usefixtures("splitting")
def test_results_equal_those_of_the_network(network: NetworkSpecification, trains: bool) -> None:
    net, batch_pass = make(network), BatchPass()
    if not trains:
        net.eval()
    for step, count in enumerate((2, 1, 3, 100, 2, 100, 1, 37)):
        compare(net, batch_pass, images(count, seed=step))
        net.zero_grad()


@given(network=random_stacks())
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.filter_too_much])
def test_results_equal_those_of_any_network(network: NetworkSpecification) -> None:
    assume(not infer(network, SHAPE).problems)
    with pytest.MonkeyPatch.context() as patch:
        split_small_batches(patch)
        net, batch_pass = make(network), BatchPass()
        for step, count in enumerate((9, 1, 9)):
            compare(net, batch_pass, images(count, seed=step))
            net.zero_grad()


@every_network
@pytest.mark.usefixtures("splitting")
def test_predictions_equal_those_of_the_network(network: NetworkSpecification) -> None:
    net, batch_pass = make(network), BatchPass(for_training=False)
    net.eval()
    for step, count in enumerate((2, 1, 3, 100, 2, 100, 1, 0, 37)):
        input = images(count, seed=step)
        expected = copy.deepcopy(net)(input)
        np.testing.assert_allclose(batch_pass.forward(net.layers, input), expected, rtol=1e-9, atol=1e-11)
    for step in (None, 1, 5, 30):
        expected = copy.deepcopy(net)(images(61))
        np.testing.assert_allclose(net.predict(images(61), step), expected, rtol=1e-9, atol=1e-11)


@every_network
@pytest.mark.parametrize("for_training", [True, False])
@pytest.mark.usefixtures("splitting")
def test_returned_arrays_are_never_overwritten(network: NetworkSpecification, for_training: bool) -> None:
    net, batch_pass = make(network), BatchPass(for_training)
    net.eval()
    held: list[tuple[np.ndarray, np.ndarray]] = []
    for step, count in enumerate((9, 9, 1, 9, 1, 9)):
        output = batch_pass.forward(net.layers, images(count, seed=step))
        held.append((output, output.copy()))
        if for_training:
            batch_pass.backward(np.ones_like(output))
    for output, copied in held:
        np.testing.assert_array_equal(output, copied)


@pytest.mark.usefixtures("splitting")
def test_arrays_from_direct_calls_of_layers_are_never_overwritten() -> None:
    net, batch_pass = make(NETWORKS["convolutions"]), BatchPass()
    outputs = [images(9)]
    for layer in net.layers:
        outputs.append(layer(outputs[-1]))
    copies = [output.copy() for output in outputs]
    for step in range(3):
        compare(net, batch_pass, images(9, seed=step))
        net.zero_grad()
    for output, copied in zip(outputs, copies, strict=True):
        np.testing.assert_array_equal(output, copied)


@pytest.mark.usefixtures("splitting")
def test_gradients_accumulate() -> None:
    net, batch_pass = make(NETWORKS["convolutions"]), BatchPass()
    once = make(NETWORKS["convolutions"])
    for count in (9, 1, 9):
        compare(once, BatchPass(), images(count))
        weights = np.random.default_rng(1).normal(size=batch_pass.forward(net.layers, images(count)).shape)
        batch_pass.backward(weights)
        once_more = gradients(once)
        for name, gradient in gradients(net).items():
            np.testing.assert_allclose(gradient, once_more[name], rtol=1e-9, atol=1e-9)


@pytest.mark.usefixtures("splitting")
def test_layers_can_be_added_and_removed_between_passes() -> None:
    net, batch_pass = make(NETWORKS["convolutions"]), BatchPass()
    other = make(NETWORKS["convolutions"])
    changes: list[Any] = [
        lambda: net.add(ReLU("last")),
        lambda: net.layers.pop(),
        lambda: net.layers.__setitem__(0, other.layers[0]),
        lambda: net.layers.insert(1, ReLU("more")),
        lambda: net.layers.__setitem__(slice(None), other.layers),
    ]
    for change in changes:
        compare(net, batch_pass, images(9))
        change()
        net.zero_grad()
        compare(net, batch_pass, images(9))
        net.zero_grad()


@pytest.mark.usefixtures("splitting")
def test_tensors_can_be_changed_and_replaced_between_passes() -> None:
    net, batch_pass = make(NETWORKS["convolutions"]), BatchPass()
    for step in range(4):
        compare(net, batch_pass, images(9))
        net.zero_grad()
        for parameter in net.parameters:
            if step % 2:
                parameter.tensor -= 0.1
            else:
                parameter.tensor = parameter.tensor * 1.1


@pytest.mark.parametrize("dtype", [np.float64, np.uint8, np.int64])
@pytest.mark.usefixtures("splitting")
@pytest.mark.parametrize("name", ["convolutions", "flat last"])
def test_the_network_decides_the_dtype(name: str, dtype: Any) -> None:
    net = make(NETWORKS[name], np.float32)
    input = np.random.default_rng(0).integers(0, 9, (9, *SHAPE)).astype(dtype)
    expected = net(input)
    for for_training in (True, False):
        found = BatchPass(for_training).forward(net.layers, input)
        assert found.dtype == expected.dtype
        np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-4)


@pytest.mark.usefixtures("splitting")
def test_an_input_that_does_not_fit_is_refused_as_by_the_network() -> None:
    net, batch_pass = make(NETWORKS["convolutions"]), BatchPass()
    compare(net, batch_pass, images(9))
    wrong = np.ones((9, 2, 6, 9))
    with pytest.raises(ShapeError) as by_network:
        net(wrong)
    for _ in range(2):
        with pytest.raises(ShapeError) as caught:
            batch_pass.forward(net.layers, wrong)
        assert str(caught.value).partition(" but received ")[0] == str(by_network.value).partition(" but received ")[0]
    assert all(layer.workspace is None for layer in net.layers)
    net.zero_grad()
    compare(net, batch_pass, images(9))


def test_backward_needs_a_forward_pass() -> None:
    with pytest.raises(TinymlError, match="forward"):
        BatchPass().backward(np.ones((1, 1)))


@pytest.mark.usefixtures("splitting")
def test_the_number_of_threads_can_change_at_any_time() -> None:
    net, batch_pass = make(NETWORKS["convolutions"]), BatchPass()
    for before, meanwhile in ((1, 2), (2, 1), (1, 4), (4, 2)):
        for count in (3, 9):
            net.zero_grad()
            set_thread_count(before)
            output = batch_pass.forward(net.layers, images(count))
            set_thread_count(meanwhile)
            batch_pass.backward(np.ones_like(output))
            found = gradients(net)
            net.zero_grad()
            net.backward(np.ones_like(net(images(count))))
            for name, gradient in gradients(net).items():
                np.testing.assert_allclose(found[name], gradient, rtol=1e-9, atol=1e-9)


def trained(threads: int) -> tuple[list[np.ndarray], dict[str, np.ndarray]]:
    """Return outputs of a few steps, and the tensors after them, of a network that is large enough to be split."""
    set_thread_count(threads)
    network = stack(("Conv2D", {"filters": 16}), "ReLu", PAIR, "BatchNorm2D", "ReLu", "MaxPool2D", "Flatten", LINEAR)
    net, batch_pass = build(network, (1, 28, 28), np.random.default_rng(0)), BatchPass()
    rng = np.random.default_rng(1)
    outputs = []
    for count in (130, 130, 77, 130):
        outputs.append(batch_pass.forward(net.layers, rng.normal(size=(count, 1, 28, 28)).astype(np.float32)))
        batch_pass.backward(outputs[-1] / count)
        for parameter in net.parameters:
            parameter.tensor -= 0.001 * parameter.gradient
            parameter.zero_grad()
    assert any(isinstance(segment, MicroBatchSegment) for segment in batch_pass._planner.segments.values())
    return outputs, net.named_tensors


def test_the_same_number_of_threads_gives_the_same_bits() -> None:
    for threads in (1, 2, 3):
        (outputs, tensors), (again, same) = trained(threads), trained(threads)
        for first, second in zip(outputs, again, strict=True):
            np.testing.assert_array_equal(first, second)
        for name, tensor in tensors.items():
            np.testing.assert_array_equal(same[name], tensor)


def test_another_number_of_threads_only_changes_rounding() -> None:
    (outputs, tensors), (others, others_tensors) = trained(1), trained(2)
    for first, second in zip(outputs, others, strict=True):
        np.testing.assert_allclose(first, second, rtol=1e-3, atol=1e-5)
    for name, tensor in tensors.items():
        np.testing.assert_allclose(others_tensors[name], tensor, rtol=1e-3, atol=1e-5)


@pytest.mark.usefixtures("splitting")
def test_predicting_restores_the_modes() -> None:
    net = make(NETWORKS["batch normalisation and dropout"])
    net.layers[4].training = False
    modes = [layer.training for layer in net.layers]
    net.predict(images(9))
    assert [layer.training for layer in net.layers] == modes
    with pytest.raises(ShapeError):
        net.predict(np.ones((9, 1, 1, 1)))
    assert [layer.training for layer in net.layers] == modes


class Gate(ReLU):
    """Waits for two threads, so that both are at the same layer at the same time."""

    batch_separable = False

    def __init__(self, name: str, barrier: threading.Barrier) -> None:
        super().__init__(name)
        self.barrier = barrier

    def forward(self, input: np.ndarray) -> np.ndarray:
        self.barrier.wait(20)
        return input


@pytest.mark.parametrize("name", ["convolutions", "flat first", "residual"])
@pytest.mark.usefixtures("splitting")
def test_two_threads_can_predict_at_the_same_time(name: str) -> None:
    net = make(NETWORKS[name])
    net.eval()
    inputs = [images(30, seed) for seed in (0, 1)]
    expected = [net(input) for input in inputs]
    barrier = threading.Barrier(2)
    for position in range(len(net.layers), 0, -1):
        net.layers.insert(position, Gate(f"gate_{position}", barrier))
    found: dict[int, np.ndarray] = {}

    def work(number: int) -> None:
        for _ in range(3):
            found[number] = net.predict(inputs[number])

    threads = [threading.Thread(target=work, args=(number,)) for number in (0, 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for number in (0, 1):
        np.testing.assert_allclose(found[number], expected[number], rtol=1e-9, atol=1e-11)
