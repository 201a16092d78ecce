"""Measure tinyml and compare it with PyTorch: `make bench`, or `python -m tests.benchmarks.compare_torch --help`."""

import argparse
import dataclasses
import json
import os
import sys
import time
from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from tests.benchmarks.machine import BLAS_VARIABLES, busy_seconds, describe, processors
from tests.benchmarks.settings import Result, Settings, UnavailableError, describe_targets
from tests.benchmarks.tables import Table, as_markdown, as_text
from tests.benchmarks.workloads import WORKLOADS

RESULTS = Path(__file__).parent / "results" / "last.json"

PARTS = {
    "memory": ("tests.benchmarks.compare_processes", "measure_memory"),
    "imports": ("tests.benchmarks.compare_processes", "measure_imports"),
    "scaling": ("tests.benchmarks.parts.scaling", "measure"),
    "layers": ("tests.benchmarks.parts.layers", "measure"),
    "steps": ("tests.benchmarks.parts.steps", "measure"),
    "batches": ("tests.benchmarks.parts.batches", "measure"),
    "epochs": ("tests.benchmarks.parts.epochs", "measure"),
    "deconvnet": ("tests.benchmarks.parts.deconvnet", "measure"),
}
"""Module and function of each part, in the order of the measurements. A part is imported only when it runs.

The first parts measure other processes. Until then this process has not imported PyTorch: memory that two processes
share, such as the code of a library, counts only by half for each of them.
"""

DISTURBED = 0.03
"""If other processes use a larger share of the processors, the results are not reliable."""


def main() -> None:
    """Run the parts that the command line names."""
    arguments = _parse()
    _leave_blas_its_choice()
    if find_spec("torch") is None:
        sys.exit("PyTorch is not installed: make bench")
    networks = tuple(WORKLOADS[name] for name in arguments.networks)
    workers = tuple(sorted(set(arguments.threads)))
    settings = Settings(workers, networks, arguments.quick)
    document: dict[str, Any] = {
        "machine": describe(workers),
        "measured": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "quick": arguments.quick,
        "parts": {},
    }
    write = as_markdown if arguments.markdown else as_text
    print(write(_machine_table(document["machine"])), flush=True)
    for name in (name for name in PARTS if name in arguments.only):
        document["parts"][name] = _measure(name, settings, write)
        _save(arguments.json, document)


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", nargs="+", choices=PARTS, default=list(PARTS), metavar="PART", help=", ".join(PARTS))
    parser.add_argument("--networks", nargs="+", choices=WORKLOADS, default=list(WORKLOADS), help="default: all five")
    parser.add_argument(
        "--threads",
        type=int,
        nargs="+",
        metavar="N",
        default=_default_workers(),
        help="numbers of workers: threads of PyTorch; processes and threads of tinyml; default: 1, 2 and all",
    )
    parser.add_argument("--quick", action="store_true", help="fewer repeats and sizes")
    parser.add_argument("--markdown", action="store_true", help="print the tables in Markdown")
    parser.add_argument("--json", type=Path, default=RESULTS, metavar="FILE", help="where to write all results")
    return parser.parse_args()


def _default_workers() -> list[int]:
    return sorted({1, min(2, processors()), processors()})


def _leave_blas_its_choice() -> None:
    """Start again without the variables that make OpenBLAS choose another kernel; it reads them only at its start."""
    environment = {name: value for name, value in os.environ.items() if name not in BLAS_VARIABLES}
    if len(environment) < len(os.environ):
        os.execve(sys.executable, [sys.executable, *sys.orig_argv[1:]], environment)


def _measure(name: str, settings: Settings, write: Callable[[Table], str]) -> Any:
    """Run one part, print its tables, and return its results."""
    print(f"{name} …", file=sys.stderr, flush=True)
    start, busy = time.perf_counter(), busy_seconds()
    module, function = PARTS[name]
    try:
        result: Result = getattr(import_module(module), function)(settings)
    except UnavailableError as reason:
        print(f"{name}: skipped. {reason}\n", flush=True)
        return {"skipped": str(reason)}
    seconds = time.perf_counter() - start
    disturbed = _share_of_others(busy, seconds)
    print(f"{name}: {seconds:.0f} s", file=sys.stderr, flush=True)
    for table in result.tables:
        print(write(table), flush=True)
    if result.targets:
        print(describe_targets(result.targets) + "\n", flush=True)
    if disturbed > DISTURBED:
        print(f"Other processes used {disturbed:.0%} of the processors during this part: measure again.\n", flush=True)
    return {"used_by_others": disturbed, "figures": result.data, "targets": result.targets}


def _share_of_others(before: tuple[float, float] | None, seconds: float) -> float:
    """Return the share of all processors that other processes used; 0 if the system does not report it."""
    after = busy_seconds()
    if before is None or after is None:
        return 0.0
    everything, this = after[0] - before[0], after[1] - before[1]
    return max(everything - this, 0.0) / (seconds * (os.cpu_count() or 1))


def _machine_table(machine: dict[str, str | int]) -> Table:
    return Table("Machine", ("what", "value"), tuple((name, str(value)) for name, value in machine.items()))


def _save(path: Path, document: dict[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps(document, default=dataclasses.asdict, indent=1, ensure_ascii=False)
    path.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
