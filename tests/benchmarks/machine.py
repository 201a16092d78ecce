"""The machine that is measured on: what it is, and the most that it can do."""

import os
import platform
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

import numpy as np
from threadpoolctl import threadpool_info, threadpool_limits

BLAS_VARIABLES = ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE")
"""Environment variables that make OpenBLAS take the machine for another one: to be unset for a fair comparison."""

_MATRIX = 3072
"""Rows and columns of the matrices whose product is timed: large enough that a larger one is no quicker."""
_COPIED_NUMBERS = 32 << 20
"""float32 numbers that are copied to find out how fast memory is: far more than a cache holds."""


@dataclass(frozen=True)
class Limits:
    """The most that a number of threads can do here.

    Attributes:
        threads: how many they are.
        operations: floating-point operations per second of one large float32 matrix product.
        bytes: bytes per second, read and written ones together, of copying a large array.
    """

    threads: int
    operations: float
    bytes: float


def measure_limits(threads: int, repeats: int = 9) -> Limits:
    """Measure how fast BLAS multiplies and how fast memory is, with so many threads; the best of the repeats counts."""
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
    """Return the seconds that all processors worked since they were started, and those of them for this process.

    Processes that this one started count as this one as soon as they have ended. None where the system does not tell.
    """
    try:
        line = Path("/proc/stat").read_text(encoding="utf-8").splitlines()[0]
    except OSError:
        return None
    user, nice, system, _, _, interrupt, soft_interrupt, steal = (int(ticks) for ticks in line.split()[1:9])
    everything = (user + nice + system + interrupt + soft_interrupt + steal) / os.sysconf("SC_CLK_TCK")
    return everything, sum(os.times()[:4])


def describe(threads: int) -> dict[str, str | int]:
    """Say what the figures were measured on and with."""
    description: dict[str, str | int] = {
        "processor": _processor_name(),
        "processors": processors(),
        "memory": _memory(),
        "system": f"{platform.system()} {platform.machine()}",
        "threads": threads,
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
    """Return the model of the processor, as far as the system tells it."""
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
    """Name the library that NumPy multiplies with, and the kernel it chose for this processor."""
    return ", ".join(
        f"{library['internal_api']} {library['version']} ({library.get('architecture', 'kernel unknown')} kernel)"
        for library in threadpool_info()
        if library["user_api"] == "blas"
    )
