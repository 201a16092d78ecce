"""Measure the window during training: the delays of a 10 ms timer, and the speed compared with a run without a window.

Run `python -m tests.benchmarks.gui_latency` from the root of the repository. It asserts nothing.
"""

import argparse
import os
import subprocess
import sys
import time
from dataclasses import dataclass

from app.training.dataset_cache import load_splits
from app.training.priority import reserve_processor_for_window
from tests.benchmarks.machine import busy_seconds
from tests.benchmarks.settings import UnavailableError
from tests.benchmarks.tables import Table, as_markdown, as_text
from tests.benchmarks.training_window import NETWORKS, Ticks, handle_events, open_project, project_for
from tinyml.core.threads import one_blas_thread
from tinyml.learner import BatchFinished, set_up_training

_SECONDS = 60
_WINDOWS = 3
_WARM_UP = 3
"""Seconds of training before each measurement."""
_LONGEST_HEADLESS = 20
"""A run without a window is steady, so it is measured for so many seconds at most, before and after the window."""


@dataclass(frozen=True)
class Measurement:
    """The window during some seconds of training.

    Attributes:
        median, p95, p99, longest: gaps of the timer, in milliseconds.
        busy: share of the time in which the window's thread used a processor. Other load hardly changes it.
        rate: training examples per second.
        headless: the same without a window, measured before and after.
        other_cores: mean number of processors that other programs used.
    """

    median: float
    p95: float
    p99: float
    longest: float
    busy: float
    rate: float
    headless: float
    other_cores: float

    @property
    def ratio(self) -> float:
        """The speed beside the window as a share of the speed without it."""
        return self.rate / self.headless


def measure(network: str, seconds: float) -> Measurement:
    """Measure the window, and the same run without a window before and after it.

    Arguments:
        network: one of `NETWORKS`.
        seconds: length of the measurement.
    """
    before = _in_new_process("--headless-once", network, min(seconds, _LONGEST_HEADLESS))
    *of_window, other_cores = _in_new_process("--window-once", network, seconds)
    after = _in_new_process("--headless-once", network, min(seconds, _LONGEST_HEADLESS))
    return Measurement(*of_window, (before[0] + after[0]) / 2, other_cores)


def _in_new_process(option: str, network: str, seconds: float) -> list[float]:
    """Return the numbers that one of the two functions below prints in a new process."""
    command = [sys.executable, "-m", "tests.benchmarks.gui_latency", option, "--network", network]
    output = subprocess.run([*command, "--seconds", str(seconds)], check=True, stdout=subprocess.PIPE, text=True)
    return [float(number) for number in output.stdout.split()]


def watch_window(network: str, seconds: float) -> None:
    """Train beside the window, and print the gaps of a timer, its share of a processor and the examples per second."""
    with open_project(project_for(network)) as window:
        window.training.train()
        handle_events(_WARM_UP)
        ticks, busy = Ticks(), busy_seconds()
        begin, used, examples = time.perf_counter(), time.thread_time(), window.session.examples_done
        handle_events(seconds)
        passed, used = time.perf_counter() - begin, time.thread_time() - used
        examples = window.session.examples_done - examples
        now = busy_seconds()
        others = (now[0] - busy[0] - now[1] + busy[1]) / passed if now and busy else 0.0
        assert window.session.state.active, window.session.message
        gaps = [ticks.percentile(share) for share in (50, 95, 99, 100)]
        print(*gaps, used / passed, examples / passed, others)


def train_headless(network: str, seconds: float) -> None:
    """Train without a window, with as many threads as beside one, and print the examples per second."""
    project = project_for(network)
    setup = set_up_training(project.network, project.training, load_splits(project.data))
    begin, examples = time.perf_counter() + _WARM_UP, 0
    with one_blas_thread():
        for event in setup.run():
            if not isinstance(event, BatchFinished):
                continue
            passed = time.perf_counter() - begin
            examples += event.examples if passed > 0 else 0
            if passed > seconds:
                print(examples / passed)
                return


def measure_network(network: str, seconds: float, windows: int) -> Table:
    """Measure a network several times and return the table.

    Arguments:
        network: one of `NETWORKS`.
        seconds: length of a measurement.
        windows: number of measurements.
    """
    measured = [measure(network, seconds) for _ in range(windows)]
    best = min(measured, key=lambda each: each.other_cores)
    rows = [_row(str(number), each) for number, each in enumerate(measured, start=1)]
    gaps = "p50 ms", "p95 ms", "p99 ms", "longest ms"
    columns = ("window", *gaps, "busy", "examples/s", "headless", "ratio", "others")
    notes = (
        f"Quietest window: p99 {best.p99:.1f} ms, ratio {best.ratio:.2f}. Others: processors that other programs used.",
        "Busy: share of the time in which the window's thread used a processor.",
    )
    return Table(f"{network}, {seconds:g} s", columns, tuple(rows), notes)


def _row(name: str, each: Measurement) -> tuple[str, ...]:
    gaps = (f"{gap:.1f}" for gap in (each.median, each.p95, each.p99, each.longest))
    rates = f"{each.rate:,.0f}", f"{each.headless:,.0f}", f"{each.ratio:.2f}"
    return (name, *gaps, f"{each.busy:.0%}", *rates, f"{each.other_cores:.1f}")


def main() -> None:
    """Measure and print the tables."""
    parser = argparse.ArgumentParser(description="Measure the window during training.")
    parser.add_argument("--seconds", type=float, default=_SECONDS, help="length of a measurement")
    parser.add_argument("--windows", type=int, default=_WINDOWS, help="number of measurements; the best one counts")
    parser.add_argument("--network", choices=NETWORKS, help="only this network")
    parser.add_argument("--markdown", action="store_true", help="print the tables in Markdown")
    parser.add_argument("--window-once", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--headless-once", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    reserve_processor_for_window()
    if arguments.window_once or arguments.headless_once:
        once = watch_window if arguments.window_once else train_headless
        once(arguments.network, arguments.seconds)
        return
    write = as_markdown if arguments.markdown else as_text
    for network in [arguments.network] if arguments.network else NETWORKS:
        try:
            project_for(network)
        except UnavailableError as error:
            print(f"{network} is skipped: {error}.")
            continue
        print(write(measure_network(network, arguments.seconds, arguments.windows)), flush=True)
    print("Load average:", *(f"{load:.2f}" for load in os.getloadavg()))


if __name__ == "__main__":
    main()
