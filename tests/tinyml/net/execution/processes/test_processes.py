"""Helpers give the same bits as the caller alone, end with it, and are replaced by it when they die."""

import contextlib
import copy
import errno
import os
import random
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.tinyml.net.stacks import stack
from tinyml.core.threads import set_thread_count, thread_count
from tinyml.layers import Conv2D, MaxPool2D, ReLU
from tinyml.net import Sequential, build
from tinyml.net.execution import BatchPass, plan
from tinyml.net.execution.micro_batches import MicroBatches
from tinyml.net.execution.processes import memory, process, team
from tinyml.net.execution.processes.channel import Channel
from tinyml.net.execution.processes.description import build_layer, describe_layers
from tinyml.net.execution.segments import MicroBatchSegment

KILLS = int(os.environ.get("HELPER_KILLS", "3"))
"""How often a helper is killed."""

WORKERS = 3
SHAPE = (2, 12, 8)
CONV = ("Conv2D", {"filters": 3})
NETWORKS = {
    "one segment": stack(CONV, "ReLu", "MaxPool2D", CONV, "ReLu", "Flatten", ("Linear", {"outputs": 4})),
    "two segments": stack(CONV, "ReLu", "BatchNorm2D", CONV, "MaxPool2D", "Dropout", "Flatten"),
    "the segment is the end": stack("BatchNorm2D", CONV, "ReLu", "Flatten"),
}
posix = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signals")


@pytest.fixture(autouse=True)
def small_batches_with_helpers(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Share small batches, start helpers at once, and leave none behind."""
    before = thread_count()
    team.end_team()
    set_thread_count(WORKERS)
    monkeypatch.setattr(plan, "MIN_WORK_TO_SPLIT", 0)
    monkeypatch.setattr(team, "START_AFTER", 0.0)
    monkeypatch.setattr(team._state, "failures", 0)
    yield
    started = [] if team._state.team is None else list(team._state.team.helpers)
    team.end_team()
    assert all(helper.process.returncode is not None for helper in started)
    set_thread_count(before)


def wait_for_team() -> "team.Team":
    team.count_work(1.0)
    current = team._state.team
    assert current is not None
    end = time.monotonic() + 60
    while not current.is_ready and time.monotonic() < end:
        time.sleep(0.01)
    assert current.is_ready
    return current


def images(count: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(count, *SHAPE)).astype(np.float32)


def train(name: str, during: Any = lambda step, batch_pass: None) -> list[np.ndarray]:
    """Return the outputs of some steps, then the tensors after them."""
    net, batch_pass = build(NETWORKS[name], SHAPE, np.random.default_rng(0)), BatchPass()
    found = []
    for step, count in enumerate((40, 40, 7, 40, 2, 40)):
        found.append(batch_pass.forward(net.layers, images(count, step)))
        during(step, batch_pass)
        batch_pass.backward(np.cos(found[-1]) / count)
        for parameter in net.parameters:
            parameter.tensor -= 0.1 * parameter.gradient
            parameter.zero_grad()
    net.eval()
    found.append(net.predict(images(50)))
    return [*found, *(tensor.copy() for tensor in net.named_tensors.values())]


def shared(batch_pass: BatchPass) -> int:
    """Return how many micro-batches of the last forward pass helpers hold."""
    segments = batch_pass._planner.segments.values()
    return sum(len(segment._elsewhere) for segment in segments if isinstance(segment, MicroBatchSegment))


def train_alone(name: str) -> list[np.ndarray]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(team, "START_AFTER", 1e9)
        assert team._state.team is None
        return train(name)


def assert_same(found: list[np.ndarray], expected: list[np.ndarray]) -> None:
    for one, other in zip(found, expected, strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("name", NETWORKS)
def test_helpers_give_the_same_bits(name: str) -> None:
    expected = train_alone(name)
    wait_for_team()
    counts: list[int] = []
    assert_same(train(name, lambda _, batch_pass: counts.append(shared(batch_pass))), expected)
    assert min(counts[0], counts[1], counts[3]) >= WORKERS - 1


@posix
@pytest.mark.parametrize("when", ["before a step", "between forward and backward"])
@pytest.mark.parametrize("name", NETWORKS)
def test_a_helper_that_dies_changes_no_bit(name: str, when: str) -> None:
    expected = train_alone(name)
    helper = wait_for_team().helpers[1]

    def kill(step: int, _: BatchPass) -> None:
        if step == 1:
            helper.process.kill()
            helper.process.wait()

    if when == "before a step":
        kill(1, BatchPass())
        assert_same(train(name), expected)
    else:
        assert_same(train(name, kill), expected)
    assert team._state.failures == 1


@posix
def test_a_helper_that_is_killed_at_a_random_moment_changes_no_bit() -> None:
    expected = train_alone("two segments")
    for seed in range(KILLS):
        team._state.failures = 0
        helper = random.Random(seed).choice(wait_for_team().helpers)
        timer = threading.Timer(random.Random(seed).uniform(0, 0.05), helper.process.kill)
        timer.start()
        assert_same(train("two segments"), expected)
        timer.join()
        helper.process.wait()
        team.end_team()


def test_too_many_failures_end_the_use_of_helpers() -> None:
    team._state.failures = team.MOST_FAILURES
    team.count_work(1000.0)
    assert team._state.team is None


def test_a_busy_team_is_not_waited_for_in_prediction() -> None:
    net = build(NETWORKS["one segment"], SHAPE, np.random.default_rng(0))
    net.eval()
    expected = net.predict(images(40))
    wait_for_team()
    with team._state.lending:
        np.testing.assert_array_equal(net.predict(images(40)), expected)
    np.testing.assert_array_equal(net.predict(images(40)), expected)


def test_a_used_network_can_be_copied() -> None:
    net = build(NETWORKS["one segment"], SHAPE, np.random.default_rng(0))
    wait_for_team()
    expected = net.predict(images(40))
    np.testing.assert_array_equal(copy.deepcopy(net).predict(images(40)), expected)


class Own(ReLU):
    """A layer type of a user."""

    type_name = "Own"


def test_a_layer_that_helpers_cannot_know_is_computed_here() -> None:
    assert describe_layers([Own("own")], SHAPE) is None
    assert describe_layers([MaxPool2D("pool", SHAPE, 2, 2, return_index=True)], SHAPE) is None
    changed = ReLU("relu")
    changed.forward = lambda input: input  # type: ignore[method-assign]
    assert describe_layers([changed], SHAPE) is None
    assert describe_layers([ReLU("relu"), MaxPool2D("pool", SHAPE, 2, 2)], SHAPE) is not None
    wait_for_team()
    net = Sequential([Conv2D("conv", SHAPE, 3, 3, 3, 1, 1), Own("own")])
    np.testing.assert_allclose(net.predict(images(40)), net(images(40)), rtol=1e-5, atol=1e-6)


def test_small_networks_start_no_helpers() -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(plan, "MIN_WORK_TO_SPLIT", 1_200_000_000)
        train("one segment")
    assert team._state.team is None


def test_memory_is_given_back_with_the_pass() -> None:
    current = wait_for_team()
    batch_pass, net = BatchPass(), build(NETWORKS["one segment"], SHAPE, np.random.default_rng(0))
    batch_pass.forward(net.layers, images(40))
    assert all(helper.known for helper in current.helpers)
    del batch_pass
    assert not any(helper.known for helper in current.helpers)


def test_processors_are_reserved_while_helpers_start(monkeypatch: pytest.MonkeyPatch) -> None:
    events: list[str] = []

    @contextlib.contextmanager
    def reserve(count: int) -> Iterator[None]:
        events.append(f"reserve {count}")
        yield
        events.append("release")

    class StartingHelper(team.Helper):
        def __init__(self) -> None:
            events.append("start")
            super().__init__()

    monkeypatch.setattr(team, "reserve_processors", reserve)
    monkeypatch.setattr(team, "Helper", StartingHelper)
    wait_for_team()
    assert events == [f"reserve {WORKERS // 2}", *["start"] * (WORKERS - 1), "release"]


def refuse(*_: Any, **__: Any) -> Any:
    raise OSError(errno.EMFILE, "Too many open files")


@pytest.mark.parametrize("what", ["sockets", "processes", "threads"])
def test_a_refused_team_is_done_without(what: str, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = train_alone("one segment")
    if what == "threads":
        monkeypatch.setattr(team, "threading", type("NoThreads", (), {"Thread": staticmethod(no_thread)}))
    else:
        owner, name = (socket, "socketpair") if what == "sockets" else (team.subprocess, "Popen")
        monkeypatch.setattr(owner, name, refuse)
    assert_same(train("one segment"), expected)


def test_an_unexpected_error_at_the_start_leaves_no_team_that_starts_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> Any:
        raise MemoryError

    monkeypatch.setattr(team, "Helper", fail)
    team.count_work(1.0)
    end = time.monotonic() + 60
    started = team._state.team
    assert started is not None
    while started.is_usable and time.monotonic() < end:
        time.sleep(0.01)
    assert not started.is_usable


def test_entries_of_the_module_path_that_are_no_strings_are_ignored(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "path", [*sys.path, Path("folder"), b"folder"])
    wait_for_team()


def test_a_segment_that_helpers_cannot_compute_starts_none() -> None:
    net, batch_pass = build(NETWORKS["one segment"], SHAPE, np.random.default_rng(0)), BatchPass()
    for parameter in net.parameters:
        parameter.tensor = np.asfortranarray(parameter.tensor)
    for _ in range(3):
        batch_pass.backward(np.ones_like(batch_pass.forward(net.layers, images(40))))
    assert team._state.team is None


def test_a_backward_pass_that_failed_leaves_nothing_in_the_next_gradient(monkeypatch: pytest.MonkeyPatch) -> None:
    def gradients() -> list[np.ndarray]:
        micro_batches.prepare([0], 1)
        output = micro_batches.forward(0, 0, images(4))
        micro_batches.backward(0, 0, np.ones_like(output))
        return [gradient.copy() for gradient in micro_batches.gradients(0)]

    net = build(stack(CONV, "ReLu", ("Conv2D", {"filters": 3, "padding": (1, 1)})), SHAPE, np.random.default_rng(0))
    micro_batches = MicroBatches(net.layers, for_training=True, first_trainable=0)
    expected = gradients()
    first = micro_batches.replicas(0)[0]
    with monkeypatch.context() as patch:
        patch.setattr(first, "accumulate_parameter_gradients", fail_with_memory_error)
        with pytest.raises(MemoryError):
            gradients()
    assert_same(gradients(), expected)


def fail_with_memory_error(_: np.ndarray) -> None:
    raise MemoryError


def no_thread(**_: Any) -> Any:
    raise RuntimeError("can't start new thread")


@posix
def test_refused_shared_memory_is_done_without(monkeypatch: pytest.MonkeyPatch) -> None:
    expected = train_alone("one segment")
    wait_for_team()
    monkeypatch.setattr(memory, "_anonymous_file", refuse)
    counts: list[int] = []
    assert_same(train("one segment", lambda _, batch_pass: counts.append(shared(batch_pass))), expected)
    assert not any(counts)


@posix
def test_shared_memory_can_be_a_file_without_a_name(monkeypatch: pytest.MonkeyPatch) -> None:
    expected = train_alone("one segment")
    wait_for_team()
    monkeypatch.delattr(os, "memfd_create", raising=False)
    counts: list[int] = []
    assert_same(train("one segment", lambda _, batch_pass: counts.append(shared(batch_pass))), expected)
    assert max(counts) >= WORKERS - 1


@posix
def test_a_helper_without_the_memory_fails_instead_of_computing_with_zeros() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        helper = process.Helper(Channel(theirs))
        with pytest.raises(IndexError):
            helper.answer(["memory", 0, 8, ""])


def test_several_trainings_share_the_team() -> None:
    names = ["one segment", "two segments"]
    expected = [train_alone(name) for name in names]
    wait_for_team()
    found: dict[str, list[np.ndarray]] = {}
    threads = [threading.Thread(target=lambda name=name: found.update({name: train(name)})) for name in names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    for name, one in zip(names, expected, strict=True):
        assert_same(found[name], one)


def test_the_number_of_workers_can_change_during_a_run() -> None:
    def change(step: int, _: BatchPass) -> None:
        set_thread_count([WORKERS, 2, 4, 1, WORKERS, WORKERS][step])

    def changed(run: Callable[..., list[np.ndarray]]) -> list[np.ndarray]:
        set_thread_count(WORKERS)
        return run("one segment", change)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(team, "START_AFTER", 1e9)
        expected = changed(train)
    set_thread_count(WORKERS)
    wait_for_team()
    assert_same(changed(train), expected)


@posix
def test_no_ended_process_stays_in_the_system(monkeypatch: pytest.MonkeyPatch) -> None:
    helpers = wait_for_team().helpers
    monkeypatch.setattr(team, "IDLE_SECONDS", 0.0)
    for helper in helpers:
        connection = helper.channel._connection
        assert isinstance(connection, socket.socket)
        connection.shutdown(socket.SHUT_WR)  # as after a long time without work
    small = build(stack(("Linear", {"outputs": 2})), (3,), np.random.default_rng(0))
    end = time.monotonic() + 60
    while any(helper.process.returncode is None for helper in helpers) and time.monotonic() < end:
        small.predict(np.zeros((1, 3), np.float32))
        time.sleep(0.01)
    assert [helper.process.returncode for helper in helpers].count(0) >= 1
    assert team._state.team is None
    assert team._state.failures == 0


def test_a_large_layer_is_described_without_drawing_its_weights(monkeypatch: pytest.MonkeyPatch) -> None:
    layer = Conv2D("conv", SHAPE, 3, 3, 3, 1, 1, initialiser="orthogonal")
    monkeypatch.setattr(np.linalg, "qr", refuse)
    described = describe_layers([layer], SHAPE)
    assert described is not None
    assert described[0]["settings"]["initialiser"] == "orthogonal"
    assert build_layer(described[0], np.dtype(np.float64)).parameters[0].tensor.dtype == np.float64


def test_a_helper_keeps_no_memory_for_the_micro_batches_of_larger_batches() -> None:
    net = build(NETWORKS["one segment"], SHAPE, np.random.default_rng(0))
    described = describe_layers(net.layers[:1], SHAPE)
    share = process.Share({"layers": described, "dtype": "<f4", "for_training": True, "first_trainable": 0})
    for numbers in (range(4, 8), range(1, 2)):
        layout = memory.Layout()
        layout.add("input", (40, *SHAPE), np.dtype(np.float32))
        layout.add("output", (40, 3, *SHAPE[1:]), np.dtype(np.float32))
        for index, parameter in enumerate(net.layers[0].parameters):
            layout.add_like(f"parameter {index}", parameter.tensor)
        share.memory = memory.SharedMemory(layout.size)
        share.read_batch(layout.places, [(number, 5 * number, 5 * number + 5) for number in numbers], True)
        share.forward()
    assert len(share._micro_batches._replicas) == 4
