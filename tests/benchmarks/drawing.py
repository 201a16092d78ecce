"""Measure how soon the prediction follows the pen on the Inspect page, at rest and during training.

Run `python -m tests.benchmarks.drawing` from the root of the repository. It asserts nothing.
"""

import os
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QEventLoop, QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from app.shell.main_window import MainWindow
from app.shell.run import open_window
from tests.benchmarks.tables import Table, as_text
from tinyml.storage import example_path

_MOVES = 60
_PAUSE = 0.04
"""Seconds between two movements of the pen, as of a quick hand."""
_SIZE = (1440, 900)


def wait_until(condition: Callable[[], bool], seconds: float = 60) -> None:
    """Handle events until something is true.

    Arguments:
        condition: called after each event.
        seconds: after this time an error is raised.
    """
    deadline = time.perf_counter() + seconds
    while not condition():
        if time.perf_counter() > deadline:
            raise TimeoutError("The window does not answer.")
        QApplication.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents, 5)


def measure(window: MainWindow, canvas: QWidget) -> tuple[list[float], list[float]]:
    """Draw one stroke, and return the milliseconds from each movement to its prediction, and those of the processor.

    Arguments:
        window: shows Inspect.
        canvas: of its drawing.
    """
    inspection, left, none = window.inspection, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier

    def answered() -> bool:
        trace, own = inspection.sample_trace, inspection.own
        return own is not None and own is not before and trace is not None and trace.sample.own is own

    before = inspection.own
    QTest.mousePress(canvas, left, none, QPoint(30, 30))
    wait_until(answered)
    waits, work = [], []
    for step in range(_MOVES):
        before, start, used = inspection.own, time.perf_counter(), time.process_time()
        QTest.mouseMove(canvas, QPoint(31 + step, 30 + 7 * step % 60))
        wait_until(answered)
        waits.append(1000 * (time.perf_counter() - start))
        work.append(1000 * (time.process_time() - used))
        pause = time.perf_counter() + _PAUSE
        wait_until(lambda pause=pause: time.perf_counter() > pause)  # type: ignore[misc]
    QTest.mouseRelease(canvas, left, none, QPoint(60, 60))
    return waits, work


def _row(name: str, waits: list[float], work: list[float]) -> tuple[str, ...]:
    ordered = sorted(waits)
    numbers = (statistics.median(ordered), ordered[int(0.95 * len(ordered))], ordered[-1], statistics.median(work))
    return (name, *(f"{number:.1f}" for number in numbers))


def main() -> None:
    """Measure the LeNet for 28×28 pixels, and print a table."""
    with tempfile.TemporaryDirectory() as folder:
        window = open_window(example_path("lenet-mnist"), theme="light", settings_file=Path(folder) / "settings.ini")
        window.resize(*_SIZE)
        window.pages.show_page("inspect")
        wait_until(lambda: window.inspection.predictions is not None)
        canvas = window.findChild(QWidget, "inspector_canvas")
        assert canvas is not None
        rows = [_row("at rest", *measure(window, canvas))]
        window.session.start()
        wait_until(lambda: window.session.batches_done > 20)
        rows.append(_row("during training", *measure(window, canvas)))
        columns = ("lenet-mnist", "median ms", "95 %", "longest", "processor ms")
        note = f"From a movement of the pen to its prediction on the page. Load: {os.getloadavg()[0]:.1f}."
        print(as_text(Table("Drawing", columns, tuple(rows), (note,))))
        window.session.shutdown()
        window.document.undo_stack.setClean()
        window.close()


if __name__ == "__main__":
    main()
