"""Measure the window: frame times of the canvas, changes of the page, start, and memory at rest.

Run `python -m tests.benchmarks.window` from the root of the repository. It asserts nothing.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from itertools import permutations
from pathlib import Path

from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.shell.main_window import MainWindow
from app.shell.run import open_window
from tests.benchmarks.tables import Table, as_markdown, as_text
from tinyml.net import LayerSpecification, NetworkSpecification
from tinyml.storage import Project

_FRAME = 1 / 60
_MOST_FRAMES = 240
_STARTS = 5
_REPEATS = 5
_PAGES = ("data", "build", "train", "inspect", "models")
_SIZE = (1440, 900)


@dataclass
class Frames:
    """Collects the time that the window is busy in each frame.

    Attributes:
        seconds: one number for each frame.
    """

    seconds: list[float]

    def show(self, action: Callable[[], object]) -> None:
        """Do something that changes the window, and let it paint until the next frame is due.

        Arguments:
            action: for example a movement of the mouse.
        """
        begin = now = time.perf_counter()
        action()
        QApplication.processEvents()
        busy = time.perf_counter() - now
        while time.perf_counter() < begin + _FRAME:
            time.sleep(0.001)
            now = time.perf_counter()
            QApplication.processEvents()
            busy += time.perf_counter() - now
        self.seconds.append(busy)

    def row(self, *what: str) -> tuple[str, ...]:
        """Return a row of the table.

        Arguments:
            what: the first cells.
        """
        ordered = sorted(self.seconds)
        late = ordered[int(0.95 * (len(ordered) - 1))]
        numbers = (statistics.median(ordered), late, ordered[-1])
        return (*what, str(len(ordered)), *(f"{1000 * number:.1f}" for number in numbers))


def wait_until(condition: Callable[[], bool], seconds: float = 60) -> None:
    """Handle events until something is true.

    Arguments:
        condition: called again and again.
        seconds: after this time an error is raised.
    """
    end = time.perf_counter() + seconds
    while not condition():
        if time.perf_counter() > end:
            raise TimeoutError("the window did not become ready")
        QApplication.processEvents()
        time.sleep(0.002)


def settle(seconds: float = 0.5) -> None:
    """Let the window finish what it has begun.

    Arguments:
        seconds: how long events are handled.
    """
    end = time.perf_counter() + seconds
    wait_until(lambda: time.perf_counter() > end)


def show_network(window: MainWindow, layers: int) -> None:
    """Show a network for the digits, with live activations on its cards.

    Arguments:
        window: the window.
        layers: number of layers.
    """
    pairs = (("Conv2D", {"filters": 8, "window": [3, 3], "padding": [1, 1]}), ("ReLu", {}))
    body = [
        LayerSpecification(type=pairs[number % 2][0], name=f"layer_{number}", settings=pairs[number % 2][1])
        for number in range(layers - 2)
    ]
    head = [
        LayerSpecification(type="Flatten", name="flatten_1"),
        LayerSpecification(type="Linear", name="linear_1", settings={"outputs": 10}),
    ]
    window.document.replace(Project(network=NetworkSpecification(layers=(*body, *head))))
    cards = window.canvas.card_stack.cards
    wait_until(lambda: len(cards) > 0 and all(card.activations is not None for card in window.canvas.card_stack.cards))
    settle()


def measure_scrolling(window: MainWindow) -> Frames:
    """Scroll from the top to the bottom.

    Arguments:
        window: shows the network.
    """
    bar, frames = window.canvas.verticalScrollBar(), Frames([])
    bar.setValue(0)
    settle()
    count = min(_MOST_FRAMES, max(bar.maximum() // 40, 30))
    for number in range(1, count + 1):
        frames.show(lambda number=number: bar.setValue(bar.maximum() * number // count))  # type: ignore[misc]
    return frames


def measure_dragging(window: MainWindow) -> Frames:
    """Drag a card from the top over all others, and back to its place.

    Arguments:
        window: shows the network.
    """
    canvas, frames = window.canvas, Frames([])
    viewport, bar = canvas.viewport(), canvas.verticalScrollBar()
    bar.setValue(0)
    settle()
    card = canvas.card_stack.cards[1]
    start = card.mapTo(viewport, card.rect().center())
    QTest.mousePress(card, Qt.MouseButton.LeftButton, pos=card.rect().center())
    bottom = viewport.height() - 3
    for number in range(_MOST_FRAMES):
        y = min(start.y() + 8 * (number + 1), bottom)
        frames.show(lambda y=y: QTest.mouseMove(viewport, QPoint(start.x(), y)))  # type: ignore[misc]
        if y == bottom and bar.value() == bar.maximum():
            break
    QTest.keyClick(viewport, Qt.Key.Key_Escape)
    QTest.mouseRelease(viewport, Qt.MouseButton.LeftButton, pos=QPoint(start.x(), bottom))
    settle()
    return frames


def measure_canvas(window: MainWindow) -> Table:
    """Measure the frames of scrolling and dragging.

    Arguments:
        window: the window.
    """
    rows = []
    window.pages.show_page("build")
    for layers in (60, 200):
        show_network(window, layers)
        for zoom in (1.0, 0.5):
            window.canvas.zoom.set_factor(zoom)
            settle()
            percent = f"{round(100 * zoom)} %"
            rows.append(measure_scrolling(window).row(f"scroll {layers} layers", percent))
            rows.append(measure_dragging(window).row(f"drag in {layers} layers", percent))
    window.canvas.zoom.show_actual_size()
    columns = ("canvas", "zoom", "frames", "median ms", "p95 ms", "longest ms")
    notes = ("Time that the window is busy in a frame of 1/60 s, with live activations.",)
    return Table("Frames", columns, tuple(rows), notes)


def measure_pages(window: MainWindow) -> Table:
    """Measure the change from each page to each other one, until it is painted.

    Arguments:
        window: the window.
    """
    rows = []
    for before, after in permutations(_PAGES, 2):
        seconds = []
        for _ in range(_REPEATS):
            window.pages.show_page(before)
            settle(0.1)
            begin = time.perf_counter()
            window.pages.show_page(after)
            QApplication.processEvents()
            seconds.append(time.perf_counter() - begin)
        rows.append((f"{before} → {after}", f"{1000 * statistics.median(seconds):.1f}", f"{1000 * max(seconds):.1f}"))
    return Table("Changes of the page", ("pages", "median ms", "longest ms"), tuple(rows))


def start_once() -> None:
    """Open the window, and print when it was ready and how much memory it holds at rest, in MB. For a new process."""
    with tempfile.TemporaryDirectory() as folder:
        window = open_window(settings_file=Path(folder) / "settings.ini")
        window.resize(*_SIZE)
        QApplication.processEvents()
        ready = time.time()
        settle(2)
        print(ready, resident_megabytes())
        window.close()


def resident_megabytes() -> float:
    """Return the memory that this process holds now, in MB; 0 where the system does not tell."""
    status = Path("/proc/self/status")
    lines = status.read_text().splitlines() if status.exists() else []
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS:")), 0.0)


def measure_start() -> Table:
    """Measure the time from the start of a new process to the first usable window, and the memory at rest."""
    seconds, megabytes = [], []
    for _ in range(_STARTS):
        begin = time.time()
        command = [sys.executable, "-m", "tests.benchmarks.window", "--start-once"]
        output = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
        seconds.append(float(output[0]) - begin)
        megabytes.append(float(output[1]))
    rows = (
        ("start to the first usable window, s", f"{statistics.median(seconds):.2f}", f"{max(seconds):.2f}"),
        ("memory at rest, MB", f"{statistics.median(megabytes):.0f}", f"{max(megabytes):.0f}"),
    )
    return Table("New process", ("measurement", "median", "largest"), rows)


def main() -> None:
    """Measure and print the tables."""
    parser = argparse.ArgumentParser(description="Measure the window.")
    parser.add_argument("--markdown", action="store_true", help="print the tables in Markdown")
    parser.add_argument("--start-once", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    if arguments.start_once:
        start_once()
        return
    write = as_markdown if arguments.markdown else as_text
    print(write(measure_start()))
    with tempfile.TemporaryDirectory() as folder:
        window = open_window(settings_file=Path(folder) / "settings.ini")
        window.resize(*_SIZE)
        settle(2)
        print(write(measure_canvas(window)))
        print(write(measure_pages(window)))
        window.close()


if __name__ == "__main__":
    main()
