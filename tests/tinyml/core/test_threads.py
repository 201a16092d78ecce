"""Threads: their number, the parallel loop, and the limit for the threads of BLAS."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator

import numpy as np
import pytest
from threadpoolctl import threadpool_info

from tinyml.core import SettingsError
from tinyml.core.threads import (
    VARIABLE,
    blas_is_held,
    one_blas_thread,
    reserve_processors,
    run_in_parallel,
    set_thread_count,
    thread_count,
)

TIMEOUT = 60
"""Longest time that a test waits for another thread, in seconds."""


@pytest.fixture(autouse=True)
def restore_thread_count(no_helpers: None) -> Iterator[None]:
    before = thread_count()
    yield
    set_thread_count(before)


def blas_threads() -> set[int]:
    return {library["num_threads"] for library in threadpool_info() if library["user_api"] == "blas"}


has_blas = pytest.mark.skipif(not blas_threads(), reason="the number of threads of this NumPy's BLAS cannot be set")
has_affinity = pytest.mark.skipif(
    not hasattr(os, "sched_getaffinity"), reason="this system does not let threads choose their processors"
)


def in_fresh_process(code: str, **environment: str) -> str:
    """Run code in a new Python process with further environment variables; return its output."""
    kept = {name: value for name, value in os.environ.items() if name != VARIABLE}
    program = f"from tinyml.core.threads import *\nfrom tinyml.core import SettingsError\n{code}"
    run = subprocess.run(
        [sys.executable, "-c", program], env={**kept, **environment}, capture_output=True, text=True, check=True
    )
    return run.stdout.strip()


def test_the_count_is_what_was_set() -> None:
    for count in (1, 3, 2):
        set_thread_count(count)
        assert thread_count() == count


def test_the_count_is_that_of_the_processors_by_default() -> None:
    set_thread_count(7)
    set_thread_count(None)
    processors = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    assert thread_count() == processors


@pytest.mark.parametrize("count", [0, -2, 257])
def test_an_invalid_number_of_threads_is_refused_and_changes_nothing(count: int) -> None:
    set_thread_count(2)
    with pytest.raises(SettingsError, match=f"^The number of threads is {count} but should be from 1 to 256.$"):
        set_thread_count(count)
    assert thread_count() == 2


@has_blas
def test_blas_has_as_many_threads() -> None:
    for count in (1, 2):
        set_thread_count(count)
        assert blas_threads() == {count}


def test_the_variable_decides_before_anything_is_set() -> None:
    assert in_fresh_process("print(thread_count())", **{VARIABLE: "3"}) == "3"
    assert in_fresh_process("set_thread_count(2); print(thread_count())", **{VARIABLE: "3"}) == "2"


@pytest.mark.parametrize("text", ["0", "-1", "two", "1.5", ""])
def test_an_invalid_variable_is_refused_by_name(text: str) -> None:
    code = "try:\n    thread_count()\nexcept SettingsError as error:\n    print(error)"
    sentence = f"{VARIABLE} is {text!r} but should be a whole number from 1 to 256."
    assert in_fresh_process(code, **{VARIABLE: text}) == sentence


@pytest.mark.parametrize("threads", [1, 2, 4])
@pytest.mark.parametrize("count", [0, 1, 2, 3, 100])
def test_every_task_is_called_once(threads: int, count: int) -> None:
    set_thread_count(threads)
    done: list[int] = []
    run_in_parallel(lambda _, number: done.append(number), count)
    assert sorted(done) == list(range(count))


def test_tasks_run_at_the_same_time() -> None:
    set_thread_count(3)
    all_are_here = threading.Barrier(3)
    workers: list[int] = []

    def task(worker: int, number: int) -> None:
        workers.append(worker)
        all_are_here.wait(TIMEOUT)

    run_in_parallel(task, 3)
    assert sorted(workers) == [0, 1, 2]


def test_no_two_tasks_have_the_same_worker_while_they_run() -> None:
    set_thread_count(3)
    lock = threading.Lock()
    at_work: set[int] = set()
    clashes = []

    def task(worker: int, number: int) -> None:
        with lock:
            if worker in at_work or not 0 <= worker < 3:
                clashes.append((worker, number))
            at_work.add(worker)
        time.sleep(0.002)
        with lock:
            at_work.discard(worker)

    run_in_parallel(task, 30)
    assert not clashes


def test_a_loop_inside_a_task_runs_on_one_thread() -> None:
    set_thread_count(2)
    both_are_here = threading.Barrier(2)
    inner: dict[int, list[tuple[int, int, int]]] = {0: [], 1: []}

    def task(_: int, outer: int) -> None:
        both_are_here.wait(TIMEOUT)
        run_in_parallel(lambda worker, number: inner[outer].append((threading.get_ident(), worker, number)), 5)
        assert {thread for thread, _, _ in inner[outer]} == {threading.get_ident()}

    run_in_parallel(task, 2)
    for calls in inner.values():
        assert [(worker, number) for _, worker, number in calls] == [(0, number) for number in range(5)]


def test_after_a_nested_loop_several_threads_run_again() -> None:
    set_thread_count(2)
    test_a_loop_inside_a_task_runs_on_one_thread()
    both_are_here = threading.Barrier(2)
    run_in_parallel(lambda *_: both_are_here.wait(TIMEOUT), 2)


@pytest.mark.parametrize("culprit", [0, 1])
def test_an_error_is_raised_and_no_further_task_starts(culprit: int) -> None:
    set_thread_count(2)
    both_are_here, raised = threading.Barrier(2), threading.Event()
    begun: list[int] = []
    ended: list[int] = []

    def task(worker: int, number: int) -> None:
        begun.append(number)
        both_are_here.wait(TIMEOUT)
        if worker == culprit:
            raised.set()
            raise KeyError("the culprit")
        assert raised.wait(TIMEOUT)
        time.sleep(0.5)
        ended.append(number)

    with pytest.raises(KeyError, match="the culprit"):
        run_in_parallel(task, 10)
    assert sorted(begun) == [0, 1]
    assert len(ended) == 1  # the other task was completed
    test_tasks_run_at_the_same_time()


def test_an_error_ends_a_single_thread_at_once() -> None:
    set_thread_count(1)
    begun: list[int] = []

    def task(_: int, number: int) -> None:
        begun.append(number)
        if number == 2:
            raise KeyError

    with pytest.raises(KeyError):
        run_in_parallel(task, 10)
    assert begun == [0, 1, 2]


@pytest.mark.parametrize("what", ["ignore", "raise"])
def test_all_threads_use_the_callers_setting_for_overflows(what: str) -> None:
    set_thread_count(2)
    both_are_here = threading.Barrier(2)
    seen: list[str] = []

    def task(*_: int) -> None:
        both_are_here.wait(TIMEOUT)
        seen.append(np.geterr()["over"])

    with np.errstate(over=what):
        run_in_parallel(task, 2)
    assert seen == [what, what]


def test_several_callers_share_the_threads() -> None:
    set_thread_count(2)
    done: list[list[int]] = [[] for _ in range(4)]

    def call(caller: int) -> None:
        for _ in range(20):
            run_in_parallel(lambda _, number: done[caller].append(number), 5)

    callers = [threading.Thread(target=call, args=(caller,)) for caller in range(4)]
    for each in callers:
        each.start()
    for each in callers:
        each.join(TIMEOUT)
    assert [sorted(numbers) for numbers in done] == [sorted([*range(5)] * 20)] * 4


@has_affinity
def test_the_caller_can_run_on_all_its_processors_afterwards() -> None:
    set_thread_count(None)
    before = os.sched_getaffinity(0)
    run_in_parallel(lambda *_: None, 8)
    assert os.sched_getaffinity(0) == before
    with pytest.raises(ZeroDivisionError):
        run_in_parallel(lambda _, number: 1 // (number - 1), 8)
    assert os.sched_getaffinity(0) == before


@has_affinity
@pytest.mark.skipif(thread_count() < 2, reason="there is one processor")
def test_threads_that_run_at_the_same_time_use_different_processors() -> None:
    set_thread_count(None)
    all_are_here = threading.Barrier(thread_count())
    places: list[frozenset[int]] = []

    def task(*_: int) -> None:
        all_are_here.wait(TIMEOUT)
        places.append(frozenset(os.sched_getaffinity(0)))

    run_in_parallel(task, thread_count())
    assert len(set(places)) == thread_count()
    assert {len(place) for place in places} == {1}


def test_reserved_processors_are_left_alone() -> None:
    set_thread_count(3)
    workers: list[int] = []
    pair = threading.Barrier(2)

    def task(worker: int, _: int) -> None:
        pair.wait(TIMEOUT)
        workers.append(worker)

    with reserve_processors(1):
        run_in_parallel(task, 12)
    assert set(workers) == {0, 1}
    with reserve_processors(3):
        run_in_parallel(lambda worker, _: workers.append(worker), 4)
    assert workers[-4:] == [0] * 4
    all_are_here = threading.Barrier(3)
    run_in_parallel(lambda *_: all_are_here.wait(TIMEOUT), 3)


@has_blas
def test_blas_is_limited_to_one_thread_until_the_last_context_ends() -> None:
    set_thread_count(2)
    assert not blas_is_held()
    with one_blas_thread():
        with one_blas_thread():
            assert blas_threads() == {1}
        assert blas_threads() == {1}
        assert blas_is_held()
    assert blas_threads() == {2}
    assert not blas_is_held()


@has_blas
def test_blas_is_limited_until_the_contexts_of_both_threads_end() -> None:
    set_thread_count(2)
    first_holds, second_holds, first_is_done = threading.Event(), threading.Event(), threading.Event()
    seen: dict[str, set[int]] = {}

    def first() -> None:
        with one_blas_thread():
            first_holds.set()
            second_holds.wait(TIMEOUT)
        seen["after the first"] = blas_threads()
        first_is_done.set()

    thread = threading.Thread(target=first)
    thread.start()
    first_holds.wait(TIMEOUT)
    with one_blas_thread():
        second_holds.set()
        first_is_done.wait(TIMEOUT)
        seen["in the second"] = blas_threads()
    thread.join(TIMEOUT)
    assert seen == {"after the first": {1}, "in the second": {1}}
    assert blas_threads() == {2}


@has_blas
def test_the_limit_of_blas_ends_after_an_error() -> None:
    set_thread_count(2)
    with pytest.raises(KeyError), one_blas_thread():
        raise KeyError
    assert blas_threads() == {2}


@has_blas
def test_a_count_set_during_a_limit_applies_afterwards() -> None:
    set_thread_count(1)
    with one_blas_thread():
        set_thread_count(2)
        assert blas_threads() == {1}
    assert blas_threads() == {2}
