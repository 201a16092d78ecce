"""Measure the Models page: how long the window does not answer, and the memory of the process, while it shows files.

Run `python -m tests.benchmarks.models_page` from the root of the repository. It makes two files of 3 GB
(`--gigabytes`), of 600 and of 50 000 tensors, and opens each pair in a new process, with the whole window. Every row of
the table is something that a user does. It asserts nothing.
"""

import argparse
import json
import os
import struct
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PySide6.QtCore import Qt, QTimer

from app.shell.garbage_collection import GarbageCollection
from app.shell.main_window import MainWindow
from app.shell.run import open_window
from tests.benchmarks.tables import Table, as_markdown, as_text
from tests.benchmarks.window import settle, wait_until

ROOT = Path(__file__).parents[2]
_SIZE = (1440, 900)
_LONGEST_WAIT = 300
_KINDS = ("large", "600", "50000")
_PATTERN = np.random.default_rng(0).normal(size=2**20).astype("<f4")
_SHAPES = {
    "matrix.weight": (1024, 4096),
    "filters.weight": (512, 512, 3, 3),
    "slices.weight": (64, 256, 256),
    "bias": (1024,),
}
"""Beside the large matrices, one tensor for each kind of picture; the first is the largest that is decomposed."""


class Gaps:
    """Measures the longest time between two ticks of a 10 ms timer in the event loop."""

    def __init__(self) -> None:
        self._longest, self._last = 0.0, time.perf_counter()
        self._timer = QTimer(interval=10, timerType=Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._on_timeout)
        self._timer.start()

    def _on_timeout(self) -> None:
        now = time.perf_counter()
        self._longest, self._last = max(self._longest, now - self._last), now

    def take(self) -> float:
        """Return the longest gap since the last call, in seconds."""
        longest, self._longest = self._longest, 0.0
        return longest


class Measurement:
    """Uses the Models page as a user does, and collects a row for each action.

    Arguments:
        window: with the Models page visible.

    Attributes:
        rows: action, seconds, longest gap in seconds, and memory at its peak so far in bytes.
    """

    def __init__(self, window: MainWindow) -> None:
        self.page = window.models_page
        self.rows: list[tuple[str, float, float, float]] = []
        self._gaps = Gaps()

    def act(self, name: str, action: Callable[[], object], done: Callable[[], bool] = lambda: True) -> None:
        """Do something in the event loop, and wait for its end.

        Arguments:
            name: of the action.
            action: starts it.
            done: True when its result is shown.
        """
        settle(0.1)
        self._gaps.take()
        begin = time.perf_counter()
        QTimer.singleShot(0, action)
        settle(0.02)
        wait_until(done, _LONGEST_WAIT)
        seconds = time.perf_counter() - begin
        settle(0.2)
        self.rows.append((name, seconds, self._gaps.take(), _peak()))

    def show_file(self, path: Path, other: Path) -> None:
        """Open a file, and do everything that the page offers.

        Arguments:
            path: of the file to show.
            other: of the file to compare it with.
        """
        page, state = self.page, self.page.state
        self.act("list", lambda: page.open_files((path, other)), lambda: page.contents is not None)
        self.act("statistics of everything", lambda: None, lambda: not state.busy)
        self._scroll("scroll", page.pane.table)
        self._sort_and_filter()
        self._show_views("")
        self.act("compare", lambda: state.compare_with(other), self._is_compared)
        self._scroll("scroll the comparison", page.compare_pane.table)
        for source in ("other", "difference"):
            self._show_views(source)

    def _is_compared(self) -> bool:
        comparison = self.page.state.comparison
        return comparison.other is not None and not comparison.busy

    def _scroll(self, name: str, table: object) -> None:
        bar = table.verticalScrollBar()  # type: ignore[attr-defined]

        def scroll() -> None:
            for place in range(20):
                QTimer.singleShot(20 * place, lambda place=place: bar.setValue(bar.maximum() * place // 19))

        self.act(name, scroll)
        settle(0.4)
        name, seconds, gap, peak = self.rows.pop()
        self.rows.append((name, seconds, max(gap, self._gaps.take()), peak))

    def _sort_and_filter(self) -> None:
        pane = self.page.pane
        for column in (0, 5):
            self.act(f"sort by column {column}", lambda c=column: pane.table.sortByColumn(c, Qt.SortOrder(1)))
        for text in ("weight", "w", ""):
            self.act(f"filter '{text}'", lambda text=text: pane.filter_field.setText(text))

    def _show_views(self, source: str) -> None:
        """Show every tensor that has pictures of its own kind, in every view."""
        page, details, reader = self.page, self.page.details, self.page.state.reader

        def ready() -> bool:
            return not (reader._picture_job.busy or reader._spectrum_job.busy)

        contents = page.contents
        assert contents is not None
        names = [name for name in ("layers.0.weight", *_SHAPES) if name in contents.header.places]
        for name in names or [contents.header.tensors[-1].name]:
            self.act(f"{source} {name}", lambda name=name: page.state.select(name), ready)
            for view in details.views.offered:

                def show(view: str = view) -> None:
                    details.views.choose(view)
                    if source in details.sources.offered:
                        details.sources.choose(source)

                self.act(f"{source} {name}, {view}", show, ready)


def measure(kind: str, folder: Path) -> list[tuple[str, float, float, float]]:
    """Show the files of one kind in a window, and return the rows. For a new process.

    Arguments:
        kind: one of large, 600 and 50000.
        folder: with the files.
    """
    with tempfile.TemporaryDirectory() as settings:
        window = open_window(settings_file=Path(settings) / "settings.ini")
        garbage = GarbageCollection(window)
        window.resize(*_SIZE)
        window.pages.show_page("models")
        settle(1)
        measurement = Measurement(window)
        measurement.act("nothing", lambda: None)
        measurement.show_file(folder / f"{kind}-a.safetensors", folder / f"{kind}-b.safetensors")
        window.document.undo_stack.setClean()
        window.close()
        garbage.close()
    return measurement.rows


def make_files(kind: str, folder: Path, size: int) -> None:
    """Write the two files of a kind.

    Arguments:
        kind: one of large, 600 and 50000.
        folder: gets the files.
        size: bytes of a large file.
    """
    if kind == "large":
        shapes: dict[str, tuple[int, ...]] = dict(_SHAPES)
        shapes |= {f"layers.{number}.weight": (size // 4096 // 20, 1024) for number in range(20)}
    else:
        shapes = {f"model.layers.{place // 10}.part_{place % 10}.weight": (8, 8) for place in range(int(kind))}
    for letter, factor in (("a", 1.0), ("b", 1.25)):
        _write(folder / f"{kind}-{letter}.safetensors", shapes, _PATTERN * np.float32(factor))


def _write(path: Path, shapes: dict[str, tuple[int, ...]], pattern: np.ndarray) -> None:
    header, start = {}, 0
    for name, shape in shapes.items():
        end = start + 4 * int(np.prod(shape))
        header[name] = {"dtype": "F32", "shape": list(shape), "data_offsets": [start, end]}
        start = end
    text = json.dumps(header).encode()
    with path.open("wb") as file:
        file.write(struct.pack("<Q", len(text)) + text)
        while start > 0:
            file.write(pattern[: min(start // 4, pattern.size)].tobytes())
            start -= 4 * min(start // 4, pattern.size)


def _peak() -> float:
    """Return the peak memory of this process in bytes; 0 where the system does not tell."""
    if sys.platform == "win32":
        return 0.0
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


def main() -> None:
    """Make the files, measure each kind in a new process, and print a table."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.models_page", description=__doc__)
    parser.add_argument("--gigabytes", type=float, default=3.0, help="size of the large files (%(default)s)")
    parser.add_argument("--folder", type=Path, help="where the files are made; they are deleted at the end")
    parser.add_argument("--only", nargs="+", choices=_KINDS, default=_KINDS, metavar="KIND")
    parser.add_argument("--markdown", action="store_true", help="print the tables in Markdown")
    parser.add_argument("--measure", nargs=2, metavar=("KIND", "FOLDER"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    if options.measure:
        print(json.dumps(measure(options.measure[0], Path(options.measure[1]))))
        return
    print(f"load of the machine: {os.getloadavg()[0]:.1f}", file=sys.stderr)
    for kind in options.only:
        with tempfile.TemporaryDirectory(dir=options.folder) as folder:
            make_files(kind, Path(folder), int(options.gigabytes * 1e9))
            command = [sys.executable, "-m", "tests.benchmarks.models_page", "--measure", kind, folder]
            done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)
        found = json.loads(done.stdout)
        rest = found[0][-1]  # nothing is open
        rows = tuple(
            (
                name.strip(),
                f"{seconds:.2f} s",
                f"{1000 * gap:.0f} ms",
                f"{peak / 1e6:.0f} MB",
                f"{(peak - rest) / 1e6:.0f} MB",
            )
            for name, seconds, gap, peak in found
        )
        table = Table(
            f"Models page: {kind}",
            ("action", "time", "longest gap", "peak memory so far", "of this, for the files"),
            rows,
        )
        print((as_markdown if options.markdown else as_text)(table), flush=True)


if __name__ == "__main__":
    main()
