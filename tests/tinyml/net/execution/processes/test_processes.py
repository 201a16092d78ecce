"""Helpers give the same bits as the caller alone, end with it, and are replaced by it when they die."""

import copy
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.tinyml.net.stacks import stack
from tinyml.core.threads import set_thread_count, thread_count
from tinyml.layers import Conv2D, MaxPool2D, ReLU
from tinyml.net import Sequential, build
from tinyml.net.execution import BatchPass, plan
from tinyml.net.execution.processes import team
from tinyml.net.execution.processes.remote import describe_layers
from tinyml.net.execution.segments import MicroBatchSegment

ROOT, PROGRAM = Path(__file__).parents[5], Path(__file__).with_name("program.py")
KILLS = int(os.environ.get("HELPER_KILLS", "3"))
"""How often each kind of process is killed."""

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


def run_program(*arguments: str, by: str = "file") -> list[str]:
    command = {"file": [str(PROGRAM)], "-c": ["-c", PROGRAM.read_text()], "standard input": ["-"]}[by]
    text = PROGRAM.read_text() if by == "standard input" else None
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, *command, *arguments], input=text, env=environment, capture_output=True, text=True, check=True
    )
    return done.stdout.splitlines()


def is_running(process: int) -> bool:
    try:
        state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="needs /proc")
@pytest.mark.parametrize("by", ["file", "-c", "standard input"])
def test_a_program_without_a_main_guard_uses_helpers_and_leaves_none(by: str) -> None:
    _, alone = run_program("5", "alone")
    processes, helped = run_program("5", by=by)
    assert len(processes.split()) == WORKERS - 1
    assert helped == alone
    wait_until_ended([int(process) for process in processes.split()])


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="needs /proc")
def test_helpers_end_when_their_program_is_killed() -> None:
    for seed in range(KILLS):
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        with subprocess.Popen([sys.executable, PROGRAM, "0"], env=environment, stdout=subprocess.PIPE) as program:
            assert program.stdout is not None
            processes = [int(process) for process in program.stdout.readline().split()]
            assert len(processes) == WORKERS - 1
            assert all(map(is_running, processes))
            time.sleep(random.Random(seed).uniform(0, 0.3))
            program.send_signal(signal.SIGKILL)
        wait_until_ended(processes)


def wait_until_ended(processes: list[int]) -> None:
    end = time.monotonic() + 20
    while any(map(is_running, processes)) and time.monotonic() < end:
        time.sleep(0.02)
    assert not any(map(is_running, processes))
