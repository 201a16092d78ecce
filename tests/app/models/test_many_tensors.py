"""50 000 tensors are listed, sorted and filtered, while the window handles its events."""

import gc
import json
import struct
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QEvent, Qt, QTimer

from app.models import ModelsPage
from app.models.reading.tensor_columns import COLUMNS

COUNT = 50_000
READ = 3_000
"""How many tensors are summarised while nothing else happens."""
LONGEST_GAP = 0.1
"""Seconds of the GUI thread's own work between two ticks of a timer."""


class Gaps:
    """Measures the longest time that the GUI thread computes between two ticks of a 10 ms timer.

    It measures the processor time of this thread, so other programs on the machine do not count.
    """

    def __init__(self, parent) -> None:
        self.longest = 0.0
        self._ticks = 0
        self._last = time.thread_time()
        self._timer = QTimer(parent, interval=10, timerType=Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._on_timeout)
        self._timer.start()

    def _on_timeout(self) -> None:
        now = time.thread_time()
        self.longest = max(self.longest, now - self._last)
        self._last = now
        self._ticks += 1

    def take(self) -> float:
        """Return the longest gap since the last call."""
        longest, self.longest = self.longest, 0.0
        return longest

    def measure(self, qtbot, function: Callable[[], None]) -> float:
        """Call the function in the event loop, and return the longest gap until its result is painted."""
        ticks_at_end = []

        def call() -> None:
            function()
            ticks_at_end.append(self._ticks)

        QTimer.singleShot(0, call)
        # The first tick ends the gap of the function; the next ones end the gap of painting.
        qtbot.waitUntil(lambda: bool(ticks_at_end) and self._ticks >= ticks_at_end[0] + 4)
        return self.take()


@pytest.fixture(scope="module")
def many(tmp_path_factory) -> Path:
    """Tensors of one and two axes, not sorted by name."""
    path = tmp_path_factory.mktemp("many") / "many.safetensors"
    header, start = {}, 0
    for number in range(COUNT):
        size = 4 * (1 + number % 3)
        shape = [size // 4] if number % 2 else [1, size // 4]
        name = f"block.{number * 7919 % COUNT}.weight"
        header[name] = {"dtype": "F32", "shape": shape, "data_offsets": [start, start + size]}
        start += size
    text = json.dumps(header).encode()
    values = np.arange(start // 4, dtype=np.float32).tobytes()
    path.write_bytes(struct.pack("<Q", len(text)) + text + values)
    return path


@pytest.fixture
def view(qtbot):
    view = ModelsPage()
    view.resize(1200, 400)
    view.show()
    yield view
    view.shutdown()
    view.close()
    view.deleteLater()


@pytest.fixture
def small_heap(qapp) -> Iterator[None]:
    """Delete the widgets of earlier tests now, and hide their objects from the garbage collector: 100 ms of work."""
    qapp.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    gc.collect()
    gc.freeze()
    yield
    gc.unfreeze()


@pytest.mark.usefixtures("small_heap")
def test_the_window_responds_while_it_reads_50_000_tensors(qtbot, view, many) -> None:
    model = view.pane.table.model()
    gaps = Gaps(view)
    view.open_file(many)
    qtbot.waitUntil(lambda: view.contents is not None)
    qtbot.waitUntil(lambda: model.rowCount() == COUNT)
    found = {"open": gaps.take()}
    assert "50" in view.pane.total_label.text()
    # Sorting and filtering also work while the file is still being read.
    for column in range(len(COLUMNS)):
        for order in (Qt.SortOrder.DescendingOrder, Qt.SortOrder.AscendingOrder):
            found[f"{COLUMNS[column].title} {order.name}"] = gaps.measure(
                qtbot, partial(view.pane.table.sortByColumn, column, order)
            )
    for text, rows in (("BLOCK.12", 1 + 10 + 100 + 1000), ("block.12.", 1), ("", COUNT)):
        QTimer.singleShot(0, lambda text=text: view.pane.filter_field.setText(text))
        qtbot.waitUntil(lambda rows=rows: model.rowCount() == rows)
        found[f"filter {text}"] = gaps.take()
    known = model.known
    qtbot.waitUntil(lambda: model.known >= min(known + READ, COUNT))
    found["read"] = gaps.take()
    view.state.cancel()
    assert max(found.values()) < LONGEST_GAP, found
    assert min(found.values()) > 0, "the timer did not tick"


def test_the_selected_tensor_stays_selected_when_rows_move(qtbot, view, many) -> None:
    view.open_file(many)
    qtbot.waitUntil(lambda: view.contents is not None)
    view.state.cancel()
    model = view.pane.table.model()
    view.pane.table.selectRow(7)
    name = model.data(model.index(7, 0))
    view.pane.table.sortByColumn(0, Qt.SortOrder.DescendingOrder)
    selected = view.pane.table.selectionModel().selectedRows()
    assert [model.data(model.index(row.row(), 0)) for row in selected] == [name]
    assert selected[0].row() == COUNT - 1 - 7
    assert view.details.title.text().startswith(name)
    view.pane.filter_field.setText("no such name")
    qtbot.waitUntil(lambda: model.rowCount() == 0)
    assert view.details.title.text() == ""
