"""Threads for large computations: their number, a parallel loop, and a limit for the threads of BLAS.

How work is cut into parts only depends on sizes and on the number of threads, not on the speed of a thread. The results
of the parts are joined in their order. So the result of a run is the same to the bit each time.

BLAS, the library that computes matrix products, has its own threads. If several threads call a BLAS with several
threads, they slow each other down. So BLAS may only use one thread while ours run (`one_blas_thread`).
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
"""Name of the environment variable with the number of threads."""

MOST_THREADS = 256
"""Largest number of threads. With more, each thread has so little work that it mostly waits."""


def thread_count() -> int:
    """Return the number of threads for large computations.

    This is the number from `set_thread_count`, or else from the environment variable TINYML_THREADS, or else the number
    of processors that this process may use.

    Raises `SettingsError` if the variable is not a whole number from 1 to `MOST_THREADS`.
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
    """Set the number of threads for large computations, also for those of BLAS.

    Arguments:
        count: from 1 to `MOST_THREADS`; None for one thread on each processor.

    Raises `SettingsError` if the number is out of range.

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
        task: the function to call. Calls at the same time have different workers, counted from 0, so a task can have
            memory for each worker. If a task calls this function itself, that loop runs on one thread.
        count: the number of calls.

    Raises the first error of a task. Tasks that have not started by then are not called.

    >>> squares = [0] * 4
    >>> run_in_parallel(lambda worker, number: squares.__setitem__(number, number**2), 4)
    >>> squares
    [0, 1, 4, 9]
    """
    workers = min(thread_count() - _pool.reserved, count)
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
            for _ in numbers:  # no other worker starts a further task
                pass
            raise
        finally:
            _this_thread.working = False

    # Each one runs in a copy of the caller's context, which contains NumPy's setting for overflows.
    submit = _pool.executor().submit
    helpers = [submit(contextvars.copy_context().run, work, worker) for worker in range(1, workers)]
    try:
        work(0)
    finally:
        # Cancel helpers that have not started; wait for the others.
        faults = [helper.exception() for helper in helpers if not helper.cancel()]
    for fault in faults:
        if fault is not None:
            raise fault


@contextmanager
def reserve_processors(count: int) -> Iterator[None]:
    """Let `run_in_parallel` use so many threads less, in the whole process, because other programs need processors.

    If two threads need the same processor, one of them can be stopped while it holds Python's lock, and then all wait.

    Arguments:
        count: number of processors.
    """
    _pool.reserve(count)
    try:
        yield
    finally:
        _pool.reserve(-count)


@contextmanager
def one_blas_thread() -> Iterator[None]:
    """Limit BLAS to one thread, in the whole process, until the last of these contexts ends."""
    _blas.hold()
    try:
        yield
    finally:
        _blas.release()


def blas_is_held() -> bool:
    """Return True if BLAS is limited to one thread at the moment."""
    return _blas.holders > 0


def _processors() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@contextmanager
def _on_own_processor(worker: int) -> Iterator[None]:
    """Run the thread on one processor, a different one for each worker, if there are as many workers as processors.

    Python's threads wake each other often. Without this limit, Linux sometimes puts two of them on the same processor,
    mostly after a pause, and leaves them there for a tenth of a second.
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
    """Data of each thread: True in `working` while the thread runs a task."""

    working = False


class _Pool:
    """The threads apart from the caller's. They start at the first use and sleep while there is no task.

    Attributes:
        lock: of all attributes.
        count: number of threads with the caller's; None before somebody asks for it.
        reserved: number of threads that are not used at the moment.
    """

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.count: int | None = None
        self.reserved = 0
        self._executor: ThreadPoolExecutor | None = None

    def executor(self) -> ThreadPoolExecutor:
        with self.lock:
            if self._executor is None:
                self._executor = ThreadPoolExecutor(max(thread_count() - 1, 1), "tinyml")
            return self._executor

    def reserve(self, count: int) -> None:
        with self.lock:
            self.reserved += count

    def close(self) -> None:
        """Forget the executor. Its threads end when their current tasks are done."""
        self._executor = None


class _Blas:
    """The number of threads that BLAS uses.

    Attributes:
        holders: the number of contexts that limit BLAS to one thread now.
    """

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
        """Set the number of threads for the time without a limit."""
        with self._lock:
            self._before = [count] * len(self._found())
            if self.holders == 0:
                self._set(self._before)

    def _set(self, counts: list[int]) -> None:
        for library, count in zip(self._found(), counts, strict=True):
            # Without this, threadpoolctl only accepts numbers from the first thread that set one.
            if hasattr(library, "clear_controlling_thread"):
                library.clear_controlling_thread(force=True)
            library.set_num_threads(count)
            if hasattr(library, "clear_controlling_thread"):
                library.clear_controlling_thread(force=True)

    def _found(self) -> list[Any]:
        if self._libraries is None:
            # Imported here, because the import is slow and many scripts do not need it.
            from threadpoolctl import ThreadpoolController

            self._libraries = ThreadpoolController().select(user_api="blas").lib_controllers
        return self._libraries


_this_thread, _pool, _blas = _ThisThread(), _Pool(), _Blas()
