"""Reading slow data in the whole window: the status bar, Stop, Cancel and Try again."""

import pytest
from PySide6.QtWidgets import QLabel, QPushButton

from app.document.edits import change_data
from app.training import SessionState
from tests.app.training.slow_reader import SLOW, slow_source


@pytest.fixture
def slow(monkeypatch):
    with slow_source(monkeypatch, (1, 28, 28), classes=10) as reader:
        yield reader


def test_the_window_reads_once_says_how_far_and_stops_for_all(qtbot, window, slow) -> None:
    message = window.status.findChild(QLabel, "status_message")
    window.files.load_example("lenet-digits")
    qtbot.waitUntil(lambda: window.inspection.samples is not None)
    window.document.apply(change_data(window.document.project, source=SLOW))
    qtbot.waitUntil(lambda: message.text().startswith("Reading flowers: "))
    window.pages.show_page("data")
    cancel, again = (window.data_page.findChild(QPushButton, f"data_page_{name}") for name in ("cancel", "retry"))
    qtbot.waitUntil(cancel.isVisible)
    cancel.click()
    qtbot.waitUntil(again.isVisible)
    qtbot.waitUntil(lambda: "cancelled" in window.inspection.problem)
    assert slow.stopped_now.wait(60)
    assert "Reading" not in message.text()
    reads = slow.reads
    again.click()
    qtbot.waitUntil(lambda: slow.reads == reads + 1 and slow.started.is_set())
    window.session.start()
    qtbot.waitUntil(lambda: window.session.reading is not None)
    window.session.stop()
    qtbot.waitUntil(lambda: window.session.state is SessionState.STOPPED)
    assert not slow.stopped_now.is_set()  # the inspection still waits for the data
    slow.go.set()
    window.pages.show_page("data")  # Train was shown when the run started
    qtbot.waitUntil(lambda: window.data_page.preview is not None)
    qtbot.waitUntil(lambda: window.inspection.samples is not None)
    assert slow.reads == reads + 1
