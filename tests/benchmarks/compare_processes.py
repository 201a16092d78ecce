"""Memory of an epoch and time of an import, each framework in a separate process."""

import json
import statistics
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.benchmarks.one_epoch import BATCH, IMAGES
from tests.benchmarks.settings import Result, Settings, UnavailableError
from tests.benchmarks.tables import NOTHING, Table, reached
from tests.benchmarks.timing import Timing, summarise

ROOT = Path(__file__).parents[2]
LONGEST_IMPORT = 0.35
"""Longest time of `import tinyml` in seconds, on a machine where `import torch` takes more than one second."""
IMPORTS = {
    "tinyml": "import tinyml",
    "tinyml, everything for training": "import tinyml.data, tinyml.layers, tinyml.learner, tinyml.net, tinyml.optims",
    "PyTorch": "import torch",
}


def measure_memory(settings: Settings) -> Result:
    """Train W3 for one epoch in new processes, in turn, and compare the peaks of their memory."""
    runs: dict[str, list[dict[str, Any]]] = {"ours": [], "pytorch": []}
    for _ in range(1 if settings.quick else 3):
        for framework, results in runs.items():
            print(f"  an epoch of {framework}", file=sys.stderr, flush=True)
            results.append(_train_elsewhere(framework, settings.threads))
    peaks = {framework: statistics.median(run["peak_bytes"] for run in results) for framework, results in runs.items()}
    before = {name: statistics.median(run["before_bytes"] for run in results) for name, results in runs.items()}
    table = Table(
        f"Peak memory of an epoch of W3, batch {BATCH}, {IMAGES:,} images ({runs['ours'][0]['data']})",
        ("framework", "peak MiB", "of which Python and the images", "bar", "reached"),
        (
            (
                *("ours", _mebibytes(peaks["ours"]), _mebibytes(before["ours"])),
                *(_mebibytes(peaks["pytorch"]), reached(peaks["ours"], peaks["pytorch"], at_most=True)),
            ),
            ("PyTorch", _mebibytes(peaks["pytorch"]), _mebibytes(before["pytorch"]), NOTHING, NOTHING),
        ),
        (f"Separate processes that import one framework each, {settings.threads} threads.",),
    )
    return Result(runs, (table,))


def measure_imports(settings: Settings) -> Result:
    """Time imports in new processes, in turn. The first one does not count, because it fills the file cache."""
    samples: dict[str, list[float]] = {name: [] for name in IMPORTS}
    for number in range(3 if settings.quick else 8):
        for name, statement in IMPORTS.items():
            seconds = _import_elsewhere(statement)
            if number:
                samples[name].append(seconds)
    timings = {name: summarise(seconds) for name, seconds in samples.items()}
    table = Table(
        "Import in a fresh process",
        ("what", "seconds", "bar", "reached"),
        tuple(_import_cells(name, timing) for name, timing in timings.items()),
        (f"The target applies if PyTorch takes more than a second; here it takes {timings['PyTorch'].median:.2f} s.",),
    )
    return Result(timings, (table,))


def _import_cells(name: str, timing: Timing) -> tuple[str, ...]:
    seconds = f"{timing.median:.3f} ({timing.lower:.3f}–{timing.upper:.3f})"
    if name == "PyTorch":
        return name, seconds, NOTHING, NOTHING
    return name, seconds, f"{LONGEST_IMPORT}", reached(timing.median, LONGEST_IMPORT, at_most=True)


def _train_elsewhere(framework: str, threads: int) -> dict[str, Any]:
    command = [sys.executable, "-m", "tests.benchmarks.one_epoch", framework, "--threads", str(threads)]
    result: dict[str, Any] = json.loads(_run(command))
    return result


def _import_elsewhere(statement: str) -> float:
    code = f"import time; start = time.perf_counter(); {statement}; print(time.perf_counter() - start)"
    return float(_run([sys.executable, "-c", code]))


def _run(command: list[str]) -> str:
    process = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if process.returncode != 0:
        raise UnavailableError(
            f"{' '.join(command[1:3])} failed: {(process.stderr.strip() or 'no message').splitlines()[-1]}"
        )
    return process.stdout


def _mebibytes(count: float) -> str:
    return f"{count / 2**20:.0f}"
