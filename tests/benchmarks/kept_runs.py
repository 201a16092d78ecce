"""Measure the list of the kept runs: how long the Train page needs to open with many of them.

Run `python -m tests.benchmarks.kept_runs` from the root of the repository. It asserts nothing.
"""

import argparse
import os
import shutil
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import numpy as np
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from app.document import Document
from app.document.edits import change_training
from app.runs import RunStore
from app.runs.curve_files import CurveData
from app.runs.record import record_of
from app.shell.application import create_application
from app.shell.run import open_window
from app.training import Run, SessionState
from app.training.curves import RunCurves, metric_for
from app.training.training_config import freeze_config
from tests.benchmarks.tables import Table, as_text
from tinyml.learner import EpochFinished
from tinyml.storage import open_project

_TICK_MS = 1


def make_runs(folder: Path, count: int, batches: int) -> None:
    """Keep runs that no training made, each with other settings.

    Arguments:
        folder: of the runs.
        count: number of runs.
        batches: of each run.
    """
    document, store = Document(open_project("lenet-digits")), RunStore(folder)
    x = np.arange(1, batches + 1) / 50
    for number in range(1, count + 1):
        document.apply(change_training(document.project, learning_rate=number / 1000, seed=number % 7))
        config = freeze_config(document)
        curves = RunCurves(config.epochs, metric_for(config.description))
        curves.restore_batches(10, x, np.exp(-x / number), np.minimum(x / 20, 1))
        created = datetime.now(UTC) - timedelta(minutes=count - number)
        run = Run(config, SessionState.FINISHED, number=number, curves=curves, batches_done=batches, created=created)
        run.add_epochs([EpochFinished(epoch, 20, 0.5, 0.9, 0.6, 0.8, epoch * 1.0, 0.1) for epoch in range(1, 21)])
        run.shown = number > count - 3
        store.write(record_of(run, config, "lenet-digits"), CurveData.of(curves))


def wait_until(done: Callable[[], bool], seconds: float = 30.0) -> float:
    """Process events until a condition holds, and return the longest time between two ticks of a timer, in seconds.

    Arguments:
        done: the condition.
        seconds: give up after this time.

    Raises `TimeoutError` if the condition does not hold in time.
    """
    ticks = [time.perf_counter()]
    timer = QTimer(interval=_TICK_MS)
    timer.timeout.connect(lambda: ticks.append(time.perf_counter()))
    timer.start()
    end = ticks[0] + seconds
    while not done():
        QApplication.processEvents()
        if time.perf_counter() > end:
            raise TimeoutError("the runs did not appear")
    timer.stop()
    ticks.append(time.perf_counter())
    return max(after - before for before, after in pairwise(ticks))


def measure(folder: Path, count: int) -> list[tuple[str, str]]:
    """Open the window with kept runs, and return the rows of the table.

    Arguments:
        folder: of the settings and the runs.
        count: number of kept runs.
    """
    start = time.perf_counter()
    kept = RunStore(folder / "runs").read_all()
    read = time.perf_counter() - start
    assert len(kept) == count
    window = open_window(theme="light", settings_file=folder / "settings.ini")
    window.resize(1440, 900)
    window.pages.show_page("data")
    wait_until(lambda: window.keeper.ready)
    panel = window.train_page.runs
    assert panel is not None
    start = time.perf_counter()
    window.pages.show_page("train")
    panel.grab()
    opened = time.perf_counter() - start
    gap = wait_until(lambda: len(panel.rows) == count and len(panel.shown_runs()) == min(count, 3))
    shown = time.perf_counter() - start
    start = time.perf_counter()
    panel.list.select((panel.rows[count // 2].identifier,))
    choosing = wait_until(lambda: window.session.run.identifier == panel.list.selected[0])
    chosen = time.perf_counter() - start
    window.close()
    window.deleteLater()
    return [
        ("read all records, one thread, window closed", f"{1000 * read:.0f} ms"),
        ("open the page, until the list is painted", f"{1000 * opened:.0f} ms"),
        ("… until the curves of three more runs are there", f"{1000 * shown:.0f} ms"),
        ("longest time without an answer while they are read", f"{1000 * gap:.0f} ms"),
        ("choose another run, until its curves are there", f"{1000 * chosen:.0f} ms"),
        ("longest time without an answer meanwhile", f"{1000 * choosing:.0f} ms"),
    ]


def main() -> None:
    """Make the runs, measure, and print one table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=200)
    parser.add_argument("--batches", type=int, default=1000)
    arguments = parser.parse_args()
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    create_application()
    folder = Path(tempfile.mkdtemp())
    try:
        make_runs(folder / "runs", arguments.runs, arguments.batches)
        rows = measure(folder, arguments.runs)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    title = f"{arguments.runs} kept runs of {arguments.batches} batches"
    load = f"Load of the machine: {os.getloadavg()[0]:.1f}." if hasattr(os, "getloadavg") else ""
    print(as_text(Table(title, ("what", "time"), tuple(rows), (load,))))


if __name__ == "__main__":
    main()
