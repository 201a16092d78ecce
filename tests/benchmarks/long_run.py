"""Measure what a long run costs the window: its memory, and the time of a refresh at the beginning and at the end.

Run `python -m tests.benchmarks.long_run` from the root of the repository. It trains the circle network for a million
batches, which takes about three minutes, on the page Train. It asserts nothing.
"""

import argparse
import gc
import os
import statistics
import time

from PySide6.QtWidgets import QApplication

from app.shell.main_window import MainWindow
from app.training import SessionState
from tests.benchmarks.tables import Table, as_markdown, as_text
from tests.benchmarks.training_window import handle_events, open_project, project_for
from tests.benchmarks.window import resident_megabytes, wait_until

_BATCHES = 1_000_000
_FIRST = 10_000
"""Batches before the first measurement: by then, all parts of the window and of the worker are in memory."""
_PARTS = 10
_REPEATS = 15


def measure(window: MainWindow) -> tuple[float, float, float]:
    """Pause, and return the memory in MB and the median and longest time of a refresh with its paint, in ms."""
    window.session.pause()
    wait_until(lambda: window.session.state is SessionState.PAUSED)
    handle_events(0.5)
    gc.collect()
    seconds = []
    for _ in range(_REPEATS):
        begin = time.perf_counter()
        window.train_page.monitor.refresh()
        QApplication.processEvents()
        seconds.append(time.perf_counter() - begin)
    memory = resident_megabytes()
    window.session.resume()
    return memory, 1000 * statistics.median(seconds), 1000 * max(seconds)


def train_for_long(batches: int) -> Table:
    """Train so many batches of the circle network beside the window, and return the measurements.

    Arguments:
        batches: number of batches.
    """
    rows: list[tuple[str, ...]] = []
    with open_project(project_for("circle")) as window:
        window.training.train()
        goals = [_FIRST, *(_FIRST + number * (batches - _FIRST) // _PARTS for number in range(1, _PARTS + 1))]
        begin, before = time.perf_counter(), 0.0
        for goal in goals:
            while window.session.batches_done < goal:
                handle_events(0.2)
            memory, median, longest = measure(window)
            before = before or memory
            done, passed = window.session.batches_done, time.perf_counter() - begin
            numbers = f"{memory:.0f}", f"{memory - before:+.1f}", f"{median:.1f}", f"{longest:.1f}", f"{passed:.0f}"
            rows.append((f"{done:,}", f"{len(window.session.history):,}", *numbers))
    columns = ("batches", "epochs", "memory MB", "growth MB", "refresh ms", "longest ms", "seconds")
    note = "Refresh: all curves and numbers with their paint, while the run is paused; median and longest."
    return Table(f"{batches:,} batches of the circle network", columns, tuple(rows), (note,))


def main() -> None:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(description="Measure a long run beside the window.")
    parser.add_argument("--batches", type=int, default=_BATCHES, help="number of batches")
    parser.add_argument("--markdown", action="store_true", help="print the table in Markdown")
    arguments = parser.parse_args()
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    write = as_markdown if arguments.markdown else as_text
    print(write(train_for_long(arguments.batches)))


if __name__ == "__main__":
    main()
