"""Measure the window during training: the delays of a 10 ms timer, and the speed compared with a run without a window.

Run `python -m tests.benchmarks.gui_latency` from the root of the repository. It asserts nothing.

The speed of a machine can change by a third within seconds. So the window and the run without it are there at the same
time, each in a process of its own, and train in turn, a second each; the other process is stopped meanwhile.
"""

import argparse
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from statistics import median

from app.training.dataset_cache import load_splits
from app.training.priority import reserve_processor_for_window
from tests.benchmarks.machine import busy_seconds
from tests.benchmarks.process_tree import descendants
from tests.benchmarks.settings import UnavailableError
from tests.benchmarks.tables import Table, as_markdown, as_text
from tests.benchmarks.training_window import NETWORKS, Ticks, handle_events, open_project, percentile, project_for
from tinyml.core.threads import one_blas_thread
from tinyml.learner import BatchFinished, set_up_training

_SECONDS = 20
_WINDOWS = 3
_WARM_UP = 6
"""Seconds of training before the measurement. Helper processes have started by then."""
_SLICE = 1.0
"""Seconds that one of the two processes trains before the other one does."""
_SETTLE = 0.2
"""Seconds at the start of each turn that are not measured: caches fill again, and timers that are late come at once."""


@dataclass(frozen=True)
class Bars:
    """What a network should reach: largest p99 and longest gap in milliseconds, smallest ratio of the speeds."""

    p99: float
    longest: float
    ratio: float


_BARS = {"circle": Bars(40, 100, 0.85), "w3": Bars(25, 100, 0.9), "w4": Bars(25, 100, 0.9)}


@dataclass(frozen=True)
class Turn:
    """What a process measured in one of its turns.

    Attributes:
        rate: training examples per second.
        gaps: of the timer, in milliseconds; empty without a window.
        busy: share of the time in which the window's thread used a processor. Other load hardly changes it.
        other_cores: mean number of processors that other programs used.
        helpers: number of helper processes.
    """

    rate: float
    gaps: tuple[float, ...] = ()
    busy: float = 0.0
    other_cores: float = 0.0
    helpers: int = 0


@dataclass(frozen=True)
class Measurement:
    """The window and the run without it during some seconds of training.

    Attributes:
        window, headless: their turns.
    """

    window: tuple[Turn, ...]
    headless: tuple[Turn, ...]

    @property
    def ratio(self) -> float:
        """The speed beside the window as a share of the speed without it: the median over the turns."""
        return median(ours.rate / alone.rate for ours, alone in zip(self.window, self.headless, strict=True))

    @property
    def other_cores(self) -> float:
        """Mean number of processors that other programs used."""
        return sum(turn.other_cores for turn in self.window) / len(self.window)

    def gap(self, share: float) -> float:
        """Return the gap that a `share` of the gaps, from 0 to 100, does not exceed, in milliseconds."""
        return percentile([gap for turn in self.window for gap in turn.gaps], share)


def measure(network: str, seconds: float) -> Measurement:
    """Measure the window and the same run without a window, in turn.

    Arguments:
        network: one of `NETWORKS`.
        seconds: length of the measurement, for each of the two.
    """
    command = [sys.executable, "-m", "tests.benchmarks.gui_latency", "--network", network, "--seconds", str(seconds)]
    options = "--window-once", "--headless-once"
    processes = [subprocess.Popen([*command, option], stdout=subprocess.PIPE, text=True) for option in options]
    try:
        # Each stops itself when it has warmed up. So they warm up together: this is not measured.
        for process in processes:
            _wait_until_stopped(process)
        window, headless = [], []
        for _ in range(round(seconds / _SLICE)):
            for process, turns in zip(processes, (window, headless), strict=True):
                process.send_signal(signal.SIGCONT)
                assert process.stdout is not None
                turns.append(Turn(**json.loads(process.stdout.readline())))
                _wait_until_stopped(process)
    finally:
        for process in processes:
            process.kill()
            process.wait()
    return Measurement(tuple(window), tuple(headless))


def _wait_until_stopped(process: subprocess.Popen[str]) -> None:
    _, status = os.waitpid(process.pid, os.WUNTRACED)
    if not os.WIFSTOPPED(status):
        process.returncode = os.waitstatus_to_exitcode(status)
        raise RuntimeError(f"A measured process ended with {process.returncode}.")


def _end_turn(turn: Turn | None = None) -> None:
    """Print what a turn has measured, and stop this process until its next turn."""
    if turn is not None:
        print(json.dumps(vars(turn)), flush=True)
    os.kill(os.getpid(), signal.SIGSTOP)


def watch_window(network: str) -> None:
    """Train beside the window, in turns, until this process is killed."""
    with open_project(project_for(network)) as window:
        session = window.session
        window.training.train()
        ticks = Ticks()
        handle_events(_WARM_UP)
        _end_turn()
        while session.state.active:
            handle_events(_SETTLE)
            ticks.restart()
            busy = busy_seconds()
            begin, used, done = time.perf_counter(), time.thread_time(), session.examples_done
            handle_events(_SLICE)
            passed, used, now = time.perf_counter() - begin, time.thread_time() - used, busy_seconds()
            others = (now[0] - busy[0] - now[1] + busy[1]) / passed if now and busy else 0.0
            rate, helpers = (session.examples_done - done) / passed, len(descendants(os.getpid()))
            _end_turn(Turn(rate, tuple(ticks.gaps), used / passed, others, helpers))
        raise AssertionError(session.message)


def train_headless(network: str) -> None:
    """Train without a window, with as many workers as beside one, in turns, until this process is killed."""
    with one_blas_thread():
        batches = _batches(network)
        _train_for(batches, _WARM_UP)
        _end_turn()
        while True:
            _train_for(batches, _SETTLE)
            _end_turn(Turn(_train_for(batches, _SLICE)))


def _batches(network: str) -> Iterator[BatchFinished]:
    project = project_for(network)
    setup = set_up_training(project.network, project.training, load_splits(project.data))
    return (event for event in setup.run() if isinstance(event, BatchFinished))


def _train_for(batches: Iterator[BatchFinished], seconds: float) -> float:
    """Train for so many seconds, and return the examples per second."""
    begin, examples = time.perf_counter(), 0
    for event in batches:
        examples += event.examples
        passed = time.perf_counter() - begin
        if passed > seconds:
            return examples / passed
    raise AssertionError("The run has too few epochs.")


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
    columns = ("window", *gaps, "busy", "examples/s", "headless", "ratio", "helpers", "others")
    notes = (
        f"Quietest window: {_compare(best, _BARS.get(network))}",
        "Busy: share of the time in which the window's thread used a processor. Others: processors of other programs.",
    )
    return Table(f"{network}, {seconds:g} s", columns, tuple(rows), notes)


def _compare(measured: Measurement, bars: Bars | None) -> str:
    """Return a sentence with the numbers of a measurement, and with what they should be."""
    p99, longest, ratio = measured.gap(99), measured.gap(100), measured.ratio
    if bars is None:
        return f"p99 {p99:.1f} ms, longest {longest:.0f} ms, ratio {ratio:.2f}."
    reached = p99 <= bars.p99 and longest <= bars.longest and ratio >= bars.ratio
    return (
        f"p99 {p99:.1f} ms (at most {bars.p99:g}), longest {longest:.0f} ms (at most {bars.longest:g}), "
        f"ratio {ratio:.2f} (at least {bars.ratio:g}): {'reached' if reached else 'missed'}."
    )


def _row(name: str, each: Measurement) -> tuple[str, ...]:
    gaps = (f"{each.gap(share):.1f}" for share in (50, 95, 99, 100))
    rates = (f"{median(turn.rate for turn in turns):,.0f}" for turns in (each.window, each.headless))
    busy, helpers = median(turn.busy for turn in each.window), max(turn.helpers for turn in each.window)
    return (name, *gaps, f"{busy:.0%}", *rates, f"{each.ratio:.2f}", str(helpers), f"{each.other_cores:.1f}")


def main() -> None:
    """Measure and print the tables."""
    parser = argparse.ArgumentParser(description="Measure the window during training.")
    parser.add_argument(
        "--seconds", type=float, default=_SECONDS, help="length of a measurement, with and without the window"
    )
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
        once(arguments.network)
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
