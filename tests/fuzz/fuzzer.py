"""Reads damaged files with every function that reads files, and records faults."""

import collections
import contextlib
import os
import random
import shutil
import signal
import tempfile
import time
import tracemalloc
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.fuzz.kind import Kind, damaged
from tests.fuzz.kinds import kinds
from tests.special_files import SPECIAL, make_special
from tinyml.core import TinymlError
from tinyml.data.cache_folder import CACHE_VARIABLE

MOST_SECONDS = 1.0
"""Longest processor time of one call, in seconds. It does not depend on other programs."""
MOST_BYTES = 150e6
"""Most memory of one call, in bytes."""
_PATIENCE_SECONDS = 60
"""A call that takes longer waits for something that never comes."""
_SHARE_SPECIAL = 0.02
"""Share of the files that are special: folders, pipes, sockets."""
_MAKEABLE = [kind for kind in SPECIAL if kind != "device"]
"""Not every system lets a test make device nodes; the tests of special paths try them."""


@dataclass
class Report:
    """The result of a run.

    Attributes:
        files, calls: number of files and of calls.
        refused: number of calls that raised a `TinymlError`, as they should.
        seconds: processor time of the longest call.
        peak: most bytes that a call needed.
        faults: a sentence for each call that went wrong.
        kinds: number of files of each kind.
    """

    files: int = 0
    calls: int = 0
    refused: int = 0
    seconds: float = 0.0
    peak: int = 0
    faults: list[str] = field(default_factory=list)
    kinds: collections.Counter[str] = field(default_factory=collections.Counter)

    def __str__(self) -> str:
        text = (
            f"{self.files:,} files, {self.calls:,} calls: {self.refused:,} refused, "
            f"{len(self.faults):,} went wrong; "
            f"at most {self.seconds:.3f} s and {self.peak / 1e6:.1f} MB a call"
        )
        return "\n".join([text, *self.faults])


class _WaitingError(BaseException):
    """A call did not return."""


def fuzz(seed: int, numbers: range, keep: Path | None = None, only: Collection[str] = ()) -> Report:
    """Make damaged files, and read them.

    Arguments:
        seed: with the number of a file, it decides the content of the file.
        numbers: the numbers of the files; a single number repeats a fault.
        keep: a folder for copies of the files that cause a fault.
        only: names of the kinds to use; empty for all.

    Returns the report.
    """
    report = Report()
    tracemalloc.start()
    try:
        with tempfile.TemporaryDirectory() as folder, _cache_in(folder):
            for number in numbers:
                place = Path(folder, str(number))
                place.mkdir()
                faults = len(report.faults)
                _try_file(place, number, random.Random(f"{seed}/{number}"), report, only or kinds())
                if keep is not None and len(report.faults) > faults:
                    shutil.copytree(place, keep / f"{seed}-{number}")
                shutil.rmtree(place)
    finally:
        tracemalloc.stop()
    return report


@contextmanager
def _cache_in(folder: str) -> Iterator[None]:
    """Let the readers of images keep their cache in a folder that is removed."""
    before = os.environ.get(CACHE_VARIABLE)
    os.environ[CACHE_VARIABLE] = str(Path(folder, "cache"))
    try:
        yield
    finally:
        os.environ.pop(CACHE_VARIABLE)
        if before is not None:
            os.environ[CACHE_VARIABLE] = before


def _try_file(folder: Path, number: int, rng: random.Random, report: Report, names: Collection[str]) -> None:
    name = rng.choice(sorted(names))
    kind: Kind = kinds()[name]
    path = kind.write(folder, None)
    special = rng.choice(_MAKEABLE) if os.name == "posix" and rng.random() < _SHARE_SPECIAL else ""
    if special:
        make_special(special, path)
    else:
        path.write_bytes(damaged(kind, rng))
    report.files += 1
    report.kinds[special or name] += 1
    for reader, function in kind.readers.items():
        fault = _try_call(lambda function=function: function(path), report)
        if fault:
            report.faults.append(f"file {number} ({special or name}), {reader}: {fault}")


def _try_call(call: Callable[[], object], report: Report) -> str:
    """Make one call; return its fault, or an empty string."""
    report.calls += 1
    tracemalloc.reset_peak()
    before, started = tracemalloc.get_traced_memory()[0], time.process_time()
    fault = ""
    try:
        with _patience():
            call()
    except TinymlError as error:
        report.refused += 1
        fault = "" if 0 < len(str(error)) < 30_000 and "\n" not in str(error).strip() else "is not a sentence"
    except _WaitingError:
        fault = f"did not return within {_PATIENCE_SECONDS} s"
    except Exception as error:  # noqa: BLE001 (the fuzzer looks for every exception)
        fault = f"raised {type(error).__name__}: {str(error)[:300]}"
    seconds, peak = time.process_time() - started, tracemalloc.get_traced_memory()[1] - before
    if not fault and seconds > MOST_SECONDS:
        seconds = _seconds_alone(call)
    report.seconds, report.peak = max(report.seconds, seconds), max(report.peak, peak)
    if seconds > MOST_SECONDS:
        fault = fault or f"took {seconds:.2f} s"
    if peak > MOST_BYTES:
        fault = fault or f"took {peak / 1e6:.0f} MB"
    return fault


def _seconds_alone(call: Callable[[], object]) -> float:
    """Measure a call again without `tracemalloc`, which makes it three times as slow."""
    tracing = tracemalloc.is_tracing()
    tracemalloc.stop()
    started = time.process_time()
    with contextlib.suppress(TinymlError), _patience():
        call()
    seconds = time.process_time() - started
    if tracing:
        tracemalloc.start()
    return seconds


@contextmanager
def _patience() -> Iterator[None]:
    """Interrupt a call that waits too long, if the system can."""
    if not hasattr(signal, "setitimer"):
        yield
        return

    def interrupt(_number: int, _frame: object) -> None:
        raise _WaitingError

    previous = signal.signal(signal.SIGALRM, interrupt)
    signal.setitimer(signal.ITIMER_REAL, _PATIENCE_SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, previous)
