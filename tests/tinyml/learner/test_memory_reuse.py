"""After its first steps, training allocates no large arrays."""

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
"""Smallest allocation that counts, in bytes."""

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
def run_all_threads(no_helpers: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Give each thread a part of every batch, so that each has its first part during the warm-up."""

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
    """Counts allocations of at least a megabyte for each line of the framework, also those that are freed at once.

    tracemalloc knows the current size of all allocations and their peak since the last reset (NumPy reports its arrays
    to it). This class reads both, and resets the peak, before and after every line of the framework. An allocation of a
    megabyte raises the peak by at least a megabyte, also if it is freed in the same line. One case is not found: an
    allocation that replaces memory freed earlier in the same line. With two threads, the allocations of both are added,
    so the count may be too high, and the line may belong to the other thread.

    Attributes:
        found: the number of allocations, by file and line.
    """

    def __init__(self) -> None:
        self.found: Counter[tuple[str, int]] = Counter()
        self._folder = f"{Path(tinyml.__file__).parent}{os.sep}"
        self._held = 0
        self._lock = threading.Lock()
        self._here = threading.local()

    def __enter__(self) -> "LargeAllocations":
        self._previous_trace = sys.gettrace()
        threading.settrace(self._enter_function)
        set_thread_count(thread_count())  # new threads, so that they are traced too
        tracemalloc.start()
        sys.settrace(self._enter_function)
        return self

    def __exit__(self, *error: object) -> None:
        sys.settrace(self._previous_trace)
        threading.settrace(self._previous_trace)  # type: ignore[arg-type]
        tracemalloc.stop()
        set_thread_count(thread_count())

    def start(self) -> None:
        """Reset the counts."""
        with self._lock:
            self.found.clear()
            self._held = tracemalloc.get_traced_memory()[0]
            tracemalloc.reset_peak()

    def _enter_function(self, frame: FrameType, event: str, _: Any) -> Any:
        return self._check_line if frame.f_code.co_filename.startswith(self._folder) else None

    def _check_line(self, frame: FrameType, event: str, _: Any) -> Any:
        """Check the allocations of the previous line of this thread."""
        with self._lock:
            held, peak = tracemalloc.get_traced_memory()
            if peak - self._held >= LARGE:
                self.found[getattr(self._here, "line", ("", 0))] += 1
            tracemalloc.reset_peak()
            self._held = held
            self._here.line = frame.f_code.co_filename.removeprefix(self._folder), frame.f_lineno
        return self._check_line


def large_allocations(optimizer: Optimizer, threads: int) -> Counter[tuple[str, int]]:
    """Train for some steps, and count large allocations in the steps after them."""
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
def test_no_step_allocates_a_megabyte(optimiser: str, threads: int) -> None:
    assert large_allocations(OPTIMISERS[optimiser](), threads) == {}


@pytest.mark.parametrize("threads", [1, 2])
def test_the_check_finds_fresh_arrays(threads: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Workspace, "empty", lambda self, name, shape, dtype, zeros=False: np.zeros(shape, dtype))
    found = large_allocations(SGDOptimizer(0.01), threads)
    assert {"windows.py", "layer.py", "conv2d.py"} & {Path(file).name for file, _ in found}
    assert sum(found.values()) >= 10 * COUNTED


@pytest.mark.parametrize("threads", [1, 2])
def test_the_check_finds_an_array_that_is_freed_at_once(threads: int) -> None:
    class Wasteful(SGDOptimizer):
        def update(self, param: Any) -> None:
            super().update(param)
            if param.tensor.size > LARGE:
                param.add_gradient(np.zeros_like(param.tensor))

    assert sum(large_allocations(Wasteful(0.01), threads).values()) == COUNTED
