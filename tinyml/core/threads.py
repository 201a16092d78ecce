"""Threads for large computations: how many, who runs on them, and BLAS held to one thread meanwhile.

How work is cut into parts depends on sizes and the number of threads alone, never on which thread is faster, and what
the parts give is put together in their order. So the results are the same to the last bit from run to run.

BLAS, which computes matrix products, has threads of its own. Two threads that each call a BLAS of two threads hinder
each other badly, so it is held to one while ours work (`one_blas_thread`).
"""

import contextvars
import os
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

from tinyml.core.errors import SettingsError

VARIABLE = "TINYML_THREADS"
"""Environment variable with the number of threads to use."""

MOST_THREADS = 256
"""More would each get so little that they only wait for each other."""


def thread_count() -> int:
    """Tell on how many threads large computations run.

    That is what `set_thread_count` was given, or else the environment variable TINYML_THREADS, or else the number of
    processors that this process may use.

    Raises `SettingsError` when the variable is no whole number from 1 to `MOST_THREADS`.
    """
    if _pool.count is None:
        wanted = os.environ.get(VARIABLE)
        if wanted is None:
            _pool.count = _processors()
        elif wanted.isdecimal() and 1 <= int(wanted) <= MOST_THREADS:
            set_thread_count(int(wanted))
        else:
            raise SettingsError(f"{VARIABLE} is {wanted!r} but should be a whole number from 1 to {MOST_THREADS}.")
    return _pool.count or 1


def set_thread_count(count: int | None) -> None:
    """Let large computations, those of BLAS too, run on `count` threads; None for one on each processor.

    Raises `SettingsError` when it is not from 1 to `MOST_THREADS`.

    >>> set_thread_count(1)
    >>> thread_count()
    1
    >>> set_thread_count(None)
    """
    if count is not None and not 1 <= count <= MOST_THREADS:
        raise SettingsError(f"The number of threads is {count} but should be from 1 to {MOST_THREADS}.")
    with _pool.lock:
        _pool.count = count or _processors()
        _pool.close()
    _blas.set_usual(_pool.count)


def run_in_parallel(task: Callable[[int, int], None], count: int) -> None:
    """Call `task(worker, number)` for every number below `count`, on several threads; return when all are done.

    Arguments:
        task: what to do. Tasks that run at the same time have different workers, counted from 0, and may use them to
            keep apart what they write on. Within a task, this function calls one after another.
        count: how many there are.

    Raises what a task raised first; numbers that were not begun by then are left out.

    >>> squares = [0] * 4
    >>> run_in_parallel(lambda worker, number: squares.__setitem__(number, number**2), 4)
    >>> squares
    [0, 1, 4, 9]
    """
    workers = min(thread_count(), count)
    if workers < 2 or _this_thread.working:
        for number in range(count):
            task(0, number)
        return
    numbers = iter(range(count))

    def work(worker: int) -> None:
        _this_thread.working = True
        try:
            with _on_own_processor(worker):
                for number in numbers:
                    task(worker, number)
        except BaseException:
            for _ in numbers:  # so that nobody begins another one
                pass
            raise
        finally:
            _this_thread.working = False

    # Each in a copy of the caller's context, which holds what NumPy does about overflows.
    submit = _pool.executor().submit
    helpers = [submit(contextvars.copy_context().run, work, worker) for worker in range(1, workers)]
    try:
        work(0)
    finally:
        # One that waits behind somebody else's work is not needed any more; the others must end before we go on.
        faults = [helper.exception() for helper in helpers if not helper.cancel()]
    for fault in faults:
        if fault is not None:
            raise fault


@contextmanager
def one_blas_thread() -> Iterator[None]:
    """Hold BLAS to one thread, in the whole process, until the last one who asked for it is done."""
    _blas.hold()
    try:
        yield
    finally:
        _blas.release()


def blas_is_held() -> bool:
    """Tell whether somebody holds BLAS to one thread at the moment."""
    return _blas.holders > 0


def _processors() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@contextmanager
def _on_own_processor(worker: int) -> Iterator[None]:
    """Let the thread run on one processor, another one for each worker, when there are workers for all of them.

    Threads that wake each other as often as Python's do are sometimes put on the same processor by Linux, after a pause
    above all, and stay there for a tenth of a second.
    """
    if not hasattr(os, "sched_getaffinity"):
        yield
        return
    allowed = os.sched_getaffinity(0)
    if len(allowed) != thread_count():
        yield
        return
    os.sched_setaffinity(0, {sorted(allowed)[worker]})
    try:
        yield
    finally:
        if worker == 0:
            os.sched_setaffinity(0, allowed)


class _ThisThread(threading.local):
    """What is known of the thread that asks: whether it is at work on a task."""

    working = False


class _Pool:
    """The threads besides the caller's; they are made when first needed and sleep while there is nothing to do."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.count: int | None = None
        self._executor: ThreadPoolExecutor | None = None

    def executor(self) -> ThreadPoolExecutor:
        with self.lock:
            if self._executor is None:
                self._executor = ThreadPoolExecutor(max(thread_count() - 1, 1), "tinyml")
            return self._executor

    def close(self) -> None:
        """Let the threads end when nobody uses them any more: they do when the executor is forgotten."""
        self._executor = None


class _Blas:
    """The number of BLAS's own threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._libraries: list[Any] | None = None
        self._before: list[int] = []
        self.holders = 0

    def hold(self) -> None:
        with self._lock:
            if self.holders == 0:
                self._before = [library.get_num_threads() for library in self._found()]
                self._set([1] * len(self._before))
            self.holders += 1

    def release(self) -> None:
        with self._lock:
            self.holders -= 1
            if self.holders == 0:
                self._set(self._before)

    def set_usual(self, count: int) -> None:
        """Set the number of threads for the time when nobody holds BLAS to one."""
        with self._lock:
            self._before = [count] * len(self._found())
            if self.holders == 0:
                self._set(self._before)

    def _set(self, counts: list[int]) -> None:
        for library, count in zip(self._found(), counts, strict=True):
            # threadpoolctl otherwise ignores every thread but the first that set the number.
            if hasattr(library, "clear_controlling_thread"):
                library.clear_controlling_thread(force=True)
            library.set_num_threads(count)
            if hasattr(library, "clear_controlling_thread"):
                library.clear_controlling_thread(force=True)

    def _found(self) -> list[Any]:
        if self._libraries is None:
            # Takes longer to import than many a script needs, which may never come here.
            from threadpoolctl import ThreadpoolController

            self._libraries = ThreadpoolController().select(user_api="blas").lib_controllers
        return self._libraries


_this_thread, _pool, _blas = _ThisThread(), _Pool(), _Blas()
