"""Memory of an epoch and time of an import, each framework in a separate process."""

import json
import statistics
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.benchmarks.one_epoch import BATCH, IMAGES
from tests.benchmarks.process_tree import SAMPLED_EVERY, PeakMemory, memory_is_measured
from tests.benchmarks.settings import Result, Settings, Target, UnavailableError
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
    """Train W3 for one epoch in new processes, in turn, and compare the peaks of their memory, helpers included."""
    if not memory_is_measured():
        raise UnavailableError("The memory is not measured: this system has no /proc/PID/smaps_rollup.")
    runs: dict[str, list[dict[str, Any]]] = {"ours": [], "pytorch": []}
    for _ in range(1 if settings.quick else 3):
        for framework, results in runs.items():
            print(f"  an epoch of {framework}", file=sys.stderr, flush=True)
            results.append(_train_elsewhere(framework, settings.most_workers))
    medians = {
        framework: {name: statistics.median(run[name] for run in results) for name in results[0] if name != "data"}
        for framework, results in runs.items()
    }
    bar = medians["pytorch"]["peak_bytes"]
    target = Target("MiB of W3", medians["ours"]["peak_bytes"] / 2**20, bar / 2**20, at_most=True)
    table = Table(
        f"Peak memory of an epoch of W3, batch {BATCH}, {IMAGES:,} images ({runs['ours'][0]['data']}), "
        f"workers: {settings.most_workers}",
        ("framework", "peak MiB", "of which Python and the images", "processes", "bar", "reached"),
        (
            (*_memory_cells("ours", medians["ours"]), _mebibytes(bar), "yes" if target.is_reached else "no"),
            (*_memory_cells("PyTorch", medians["pytorch"]), NOTHING, NOTHING),
        ),
        (
            "Separate processes that import one framework each. The largest sum of the proportional set sizes of the "
            f"process and its helpers, every {SAMPLED_EVERY * 1e3:.0f} ms.",
        ),
    )
    return Result(runs, (table,), (target,))


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
    targets = tuple(
        Target(f"import of {name}", timing.median, LONGEST_IMPORT, at_most=True)
        for name, timing in timings.items()
        if name != "PyTorch"
    )
    return Result(timings, (table,), targets)


def _import_cells(name: str, timing: Timing) -> tuple[str, ...]:
    seconds = f"{timing.median:.3f} ({timing.lower:.3f}–{timing.upper:.3f})"
    if name == "PyTorch":
        return name, seconds, NOTHING, NOTHING
    return name, seconds, f"{LONGEST_IMPORT}", reached(timing.median, LONGEST_IMPORT, at_most=True)


def _memory_cells(name: str, figures: dict[str, float]) -> tuple[str, ...]:
    sizes = _mebibytes(figures["peak_bytes"]), _mebibytes(figures["before_bytes"])
    return (name, *sizes, f"{figures['processes']:.0f}")


def _train_elsewhere(framework: str, workers: int) -> dict[str, Any]:
    command = [sys.executable, "-m", "tests.benchmarks.one_epoch", framework, "--threads", str(workers)]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    memory = PeakMemory(process.pid)
    output, errors = process.communicate()
    memory.stop()
    _require_success(process.returncode, command, errors)
    return {**json.loads(output), "peak_bytes": memory.peak, "processes": memory.processes, "samples": memory.samples}


def _import_elsewhere(statement: str) -> float:
    code = f"import time; start = time.perf_counter(); {statement}; print(time.perf_counter() - start)"
    return float(_run([sys.executable, "-c", code]))


def _run(command: list[str]) -> str:
    process = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    _require_success(process.returncode, command, process.stderr)
    return process.stdout


def _require_success(code: int, command: list[str], errors: str) -> None:
    if code != 0:
        raise UnavailableError(f"{' '.join(command[1:3])} failed: {(errors.strip() or 'no message').splitlines()[-1]}")


def _mebibytes(count: float) -> str:
    return f"{count / 2**20:.0f}"
