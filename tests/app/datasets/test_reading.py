"""Reading slow, broken and missing data: progress, cancel, try again, skip."""

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QLabel, QListWidget, QProgressBar, QPushButton

from app.datasets import preview_loader
from app.datasets.broken_files_panel import MOST_SHOWN
from app.document.edits import change_data
from app.training import dataset_cache
from tests.app.training.slow_reader import SLOW, slow_source
from tinyml.core import BrokenFilesError, DataError
from tinyml.data import describe


def find(page, kind, name):
    found = page.findChild(kind, f"data_page_{name}")
    assert found is not None, name
    return found


@pytest.fixture
def slow(monkeypatch):
    with slow_source(monkeypatch, (1, 4, 4)) as reader:
        yield reader


def test_a_slow_folder_shows_progress_and_can_be_cancelled_and_read_again(qtbot, page, document, slow) -> None:
    document.apply(change_data(document.project, source=SLOW))
    cancel, again = find(page, QPushButton, "cancel"), find(page, QPushButton, "retry")
    qtbot.waitUntil(cancel.isVisible)
    message = find(page, QLabel, "message")
    assert message.text().startswith("Reading flowers: ")
    qtbot.waitUntil(lambda: find(page, QProgressBar, "progress").value() > 0)
    ticks = []
    timer = QTimer(interval=1)
    timer.timeout.connect(lambda: ticks.append(find(page, QProgressBar, "progress").value()))
    timer.start()
    qtbot.waitUntil(lambda: len(set(ticks)) > 2)  # the window answers while the reader reads
    assert slow.started.is_set()
    timer.stop()
    cancel.click()
    qtbot.waitUntil(again.isVisible)
    assert message.text() == "Reading the data was cancelled."
    assert slow.stopped_now.wait(60)
    slow.go.set()
    with qtbot.waitSignal(page.retried):
        again.click()
    qtbot.waitUntil(lambda: page.preview is not None)
    assert len(page.preview.splits.train) == 14_000


def test_a_hidden_page_stops_reading(qtbot, page, document, slow) -> None:
    document.apply(change_data(document.project, source=SLOW))
    qtbot.waitUntil(slow.started.is_set)
    page.hide()
    assert slow.stopped_now.wait(60)
    slow.go.set()
    page.show()
    qtbot.waitUntil(lambda: page.preview is not None and page.preview.description.name == SLOW)


def test_other_data_is_shown_at_once_while_a_folder_is_read(qtbot, page, document, slow) -> None:
    document.apply(change_data(document.project, source=SLOW))
    qtbot.waitUntil(slow.started.is_set)
    document.apply(change_data(document.project, source="circle"))
    qtbot.waitUntil(lambda: page.preview is not None and page.preview.description.name == "circle")
    assert slow.stopped_now.wait(60)


@pytest.fixture
def broken(monkeypatch):
    """Digits of which some files are broken until they are ignored."""
    files = ["a/one.png", "b/\u202etwo.png", "c/<b>three</b>.png"]
    load = dataset_cache.load_choice

    def load_or_fail(choice, progress=None):
        if choice.source == "digits" and set(files) - set(choice.options.get("ignored", [])):
            raise BrokenFilesError("3 of 1 797 images cannot be read.", tuple(files))
        return load(choice.model_copy(update={"options": {}}), progress)

    monkeypatch.setattr(dataset_cache, "_cache", None)
    monkeypatch.setattr(dataset_cache, "load_choice", load_or_fail)
    description = describe("digits")
    monkeypatch.setattr(dataset_cache, "describe_choice", lambda *_: description)
    return files


def test_broken_files_are_listed_and_skipped_as_an_edit(qtbot, broken, page, document, monkeypatch) -> None:
    names = find(page, QListWidget, "broken_files")
    qtbot.waitUntil(names.isVisible)
    assert names.count() == 3
    assert "\u202e" not in names.item(1).text()
    assert names.item(2).text() == "c/<b>three</b>.png"
    assert find(page, QLabel, "broken_sentence").text() == "3 of 1 797 images cannot be read."
    opened = []
    monkeypatch.setattr(QDesktopServices, "openUrl", opened.append)
    find(page, QPushButton, "open_broken_folder").click()
    assert len(opened) == 1
    skip = find(page, QPushButton, "skip")
    assert skip.text() == "Skip these 3 files"
    monkeypatch.setattr(document, "_describe_data", lambda **_: None)
    skip.click()
    assert document.project.data.options == {"ignored": broken}
    qtbot.waitUntil(lambda: page.preview is not None)
    document.undo_stack.undo()
    assert document.project.data.options == {}
    qtbot.waitUntil(names.isVisible)


def test_many_broken_files_are_counted(page) -> None:
    panel = page._loader.panel
    panel.show_broken_files("Broken.", [f"{number}.png" for number in range(MOST_SHOWN + 5)], "/data")
    assert find(page, QListWidget, "broken_files").count() == MOST_SHOWN
    assert find(page, QLabel, "broken_more").text() == "and 5 more"
    panel.show_broken_files("Broken.", ["one.png"], "/data")
    assert find(page, QPushButton, "skip").text() == "Skip this file"


def test_data_that_cannot_be_read_offers_another_try(qtbot, page, document, monkeypatch) -> None:
    fails = [True]
    load = preview_loader.load_preview

    def load_or_fail(choice, progress):
        if fails[0]:
            raise DataError("The folder vanished.")
        return load(choice, progress)

    monkeypatch.setattr(preview_loader, "load_preview", load_or_fail)
    document.apply(change_data(document.project, source="circle"))
    again = find(page, QPushButton, "retry")
    qtbot.waitUntil(again.isVisible)
    assert find(page, QLabel, "message").text() == "The folder vanished."
    assert "drop a folder" in find(page, QLabel, "way_out").text()
    fails[0] = False
    again.click()
    qtbot.waitUntil(lambda: page.preview is not None)


def test_a_missing_folder_is_described_again(qtbot, page, document, tmp_path) -> None:
    document.apply(change_data(document.project, source=str(tmp_path / "missing")))
    again = find(page, QPushButton, "retry")
    qtbot.waitUntil(again.isVisible)
    again.click()
    assert document.data_pending
    qtbot.waitUntil(again.isVisible)
