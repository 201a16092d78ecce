"""That training asks for no large arrays once it is under way."""

import os
import sys
import threading
import tracemalloc
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType
from typing import Any

import numpy as np
import pytest

import tinyml
from tests.tinyml.net.stacks import stack
from tinyml.core.threads import run_in_parallel, set_thread_count, thread_count
from tinyml.core.workspace import Workspace
from tinyml.learner import Learner
from tinyml.net import build
from tinyml.net.execution import segments
from tinyml.optims import AdamOptimizer, Optimizer, SGDOptimizer

LARGE = 1_000_000
"""Bytes of an allocation that counts."""

NETWORK = stack(
    ("Conv2D", {"filters": 32, "padding": [0, 0]}),
    "ReLu",
    ("Conv2D", {"filters": 64, "padding": [0, 0]}),
    "ReLu",
    "MaxPool2D",
    "Flatten",
    ("Linear", {"outputs": 128}),
    "ReLu",
    ("Linear", {"outputs": 10}),
)
BATCH, WARM_UP, COUNTED = 128, 3, 2

OPTIMISERS: dict[str, Callable[[], Optimizer]] = {
    "SGD": lambda: SGDOptimizer(0.01),
    "SGD with momentum": lambda: SGDOptimizer(0.01, momentum=0.9),
    "Adam": lambda: AdamOptimizer(0.001),
}


@pytest.fixture(autouse=True)
def fair_shares(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let each thread take its part of every batch, so that none meets its first one after the warm-up."""

    def run_together(task: Callable[[int, int], None], count: int) -> None:
        everyone = threading.Barrier(thread_count() if count == thread_count() else 1)

        def wait_and_do(worker: int, number: int) -> None:
            everyone.wait(20)
            task(worker, number)

        run_in_parallel(wait_and_do, count)

    monkeypatch.setattr(segments, "run_in_parallel", run_together)
    before = thread_count()
    yield
    set_thread_count(before)


class LargeAllocations:
    """Counts allocations of at least a megabyte, line by line of the framework, those that are gone at once too.

    tracemalloc knows the bytes that are held at the moment, and the most that were held since one asked for it to be
    forgotten (NumPy tells it of the memory of arrays). Before and after every line that a thread of the framework runs,
    we ask and let it forget: a single allocation of a megabyte lifts the most that was held at least a megabyte above
    what was held before the line, even if it is given back in the same line, or if memory was given back in lines
    before. What it cannot see is a megabyte that takes the place of another one freed earlier in the same line. With
    two threads, what both do meanwhile is added up, so that it rather finds too much, and the line may be the other's.

    Attributes:
        found: how often, by file and line.
    """

    def __init__(self) -> None:
        self.found: Counter[tuple[str, int]] = Counter()
        self._folder = f"{Path(tinyml.__file__).parent}{os.sep}"
        self._held = 0
        self._lock = threading.Lock()
        self._here = threading.local()

    def __enter__(self) -> "LargeAllocations":
        self._former = sys.gettrace()
        threading.settrace(self._enter_function)
        set_thread_count(thread_count())  # so that its threads start anew, and with this
        tracemalloc.start()
        sys.settrace(self._enter_function)
        return self

    def __exit__(self, *error: object) -> None:
        sys.settrace(self._former)
        threading.settrace(self._former)  # type: ignore[arg-type]
        tracemalloc.stop()
        set_thread_count(thread_count())

    def start(self) -> None:
        """Forget what was found so far."""
        with self._lock:
            self.found.clear()
            self._held = tracemalloc.get_traced_memory()[0]
            tracemalloc.reset_peak()

    def _enter_function(self, frame: FrameType, event: str, _: Any) -> Any:
        return self._see_line if frame.f_code.co_filename.startswith(self._folder) else None

    def _see_line(self, frame: FrameType, event: str, _: Any) -> Any:
        """Look at what the line before this one did, which is the last one that this thread came by."""
        with self._lock:
            held, most = tracemalloc.get_traced_memory()
            if most - self._held >= LARGE:
                self.found[getattr(self._here, "line", ("", 0))] += 1
            tracemalloc.reset_peak()
            self._held = held
            self._here.line = frame.f_code.co_filename.removeprefix(self._folder), frame.f_lineno
        return self._see_line


def large_allocations(optimizer: Optimizer, threads: int) -> Counter[tuple[str, int]]:
    """Train for some steps, and count large allocations in steps that follow."""
    set_thread_count(threads)
    rng = np.random.default_rng(0)
    learner = Learner(
        build(NETWORK, (1, 28, 28), np.random.default_rng(0)), "cross_entropy_with_softmax_loss", optimizer
    )
    batches = [rng.random((BATCH, 1, 28, 28), np.float32) for _ in range(WARM_UP + COUNTED)]
    labels = rng.integers(0, 10, BATCH)
    with LargeAllocations() as allocations:
        for step, batch in enumerate(batches):
            if step == WARM_UP:
                allocations.start()
            learner.batch_fit(batch, labels)
        return allocations.found.copy()


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("optimiser", OPTIMISERS)
def test_no_step_asks_for_a_megabyte(optimiser: str, threads: int) -> None:
    assert large_allocations(OPTIMISERS[optimiser](), threads) == {}


@pytest.mark.parametrize("threads", [1, 2])
def test_fresh_arrays_would_be_noticed(threads: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Workspace, "empty", lambda self, name, shape, dtype, zeros=False: np.zeros(shape, dtype))
    found = large_allocations(SGDOptimizer(0.01), threads)
    assert {"windows.py", "layer.py", "conv2d.py"} & {Path(file).name for file, _ in found}
    assert sum(found.values()) >= 10 * COUNTED


@pytest.mark.parametrize("threads", [1, 2])
def test_one_array_that_is_gone_at_once_would_be_noticed(threads: int) -> None:
    class Wasteful(SGDOptimizer):
        def update(self, param: Any) -> None:
            super().update(param)
            if param.tensor.size > LARGE:
                param.add_gradient(np.zeros_like(param.tensor))

    assert sum(large_allocations(Wasteful(0.01), threads).values()) == COUNTED
