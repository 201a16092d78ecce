"""The machine that runs the benchmark: its description and its limits."""

import os
import platform
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

import numpy as np
from threadpoolctl import threadpool_info, threadpool_limits

from tests.benchmarks.process_tree import descendants, processor_seconds

BLAS_VARIABLES = ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE")
"""Environment variables that make OpenBLAS choose kernels for another machine; a fair comparison removes them."""

_MATRIX = 3072
"""Rows and columns of the matrices in the timed product. A larger product is not faster."""
_COPIED_NUMBERS = 32 << 20
"""Number of float32 numbers in the timed copy; a cache cannot hold them."""


@dataclass(frozen=True)
class Limits:
    """The highest rates of this machine with a number of threads.

    Attributes:
        threads: number of threads.
        operations: floating-point operations per second in one large float32 matrix product.
        bytes: bytes per second in the copy of a large array, read and written bytes together.
    """

    threads: int
    operations: float
    bytes: float


def measure_limits(threads: int, repeats: int = 9) -> Limits:
    """Measure the rates of BLAS and of memory with a number of threads; the best of the repeats counts."""
    rng = np.random.default_rng(0)
    left, right = rng.random((2, _MATRIX, _MATRIX), np.float32)
    product = np.empty_like(left)
    with threadpool_limits(threads, "blas"):
        seconds = _best(lambda: np.matmul(left, right, out=product), repeats)
    operations = 2 * _MATRIX**3 / seconds
    source, target = np.ones(_COPIED_NUMBERS, np.float32), np.zeros(_COPIED_NUMBERS, np.float32)
    parts = list(zip(np.array_split(target, threads), np.array_split(source, threads), strict=True))
    with ThreadPoolExecutor(threads) as pool:
        seconds = _best(lambda: list(pool.map(lambda part: np.copyto(*part), parts)), repeats)
    return Limits(threads, operations, 2 * source.nbytes / seconds)


def processors() -> int:
    """Count the processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def busy_seconds() -> tuple[float, float] | None:
    """Return the processor seconds of the whole machine since its start, and those of this process and its children.

    Return None if the system does not report the numbers.
    """
    try:
        line = Path("/proc/stat").read_text(encoding="utf-8").splitlines()[0]
    except OSError:
        return None
    user, nice, system, _, _, interrupt, soft_interrupt, steal = (int(ticks) for ticks in line.split()[1:9])
    everything = (user + nice + system + interrupt + soft_interrupt + steal) / os.sysconf("SC_CLK_TCK")
    running = sum(map(processor_seconds, descendants(os.getpid())))  # os.times has those that have ended
    return everything, sum(os.times()[:4]) + running


def describe(workers: Sequence[int]) -> dict[str, str | int]:
    """Describe the machine, the libraries and the numbers of workers."""
    description: dict[str, str | int] = {
        "processor": _processor_name(),
        "processors": processors(),
        "memory": _memory(),
        "system": f"{platform.system()} {platform.machine()}",
        "workers": ", ".join(map(str, workers)),
        "BLAS": _blas(),
        "Python": platform.python_version(),
    }
    for package in ("numpy", "torch"):
        try:
            description[package] = metadata.version(package)
        except metadata.PackageNotFoundError:
            description[package] = "not installed"
    return description


def _best(action: Callable[[], object], repeats: int) -> float:
    action()
    seconds = []
    for _ in range(repeats):
        start = time.perf_counter()
        action()
        seconds.append(time.perf_counter() - start)
    return min(seconds)


def _processor_name() -> str:
    """Return the model of the processor, or its architecture if the system does not report the model."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()


def _memory() -> str:
    if not hasattr(os, "sysconf") or "SC_PHYS_PAGES" not in os.sysconf_names:
        return "unknown"
    return f"{os.sysconf('SC_PHYS_PAGES') * os.sysconf('SC_PAGE_SIZE') / 2**30:.0f} GiB"


def _blas() -> str:
    """Return the name of NumPy's BLAS library and of its kernel for this processor."""
    return ", ".join(
        f"{library['internal_api']} {library['version']} ({library.get('architecture', 'kernel unknown')} kernel)"
        for library in threadpool_info()
        if library["user_api"] == "blas"
    )
