"""The Data page: choosing data, looking at it, and what it costs."""

import gc
import weakref
from threading import Event

import pytest
from PySide6.QtCore import QEvent, QSize, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox, QFileDialog, QLabel, QPushButton, QWidget

from app.datasets import DataPage, preview_loader
from app.datasets.class_table import ClassTable
from app.document import DATA_PENDING
from app.document.edits import change_data
from app.forms import SourceChoice
from app.widgets.entry_list import EntryList
from app.widgets.number_box import NumberBox
from tests.tinyml.data.readers.throwaway_reader import number_reader, write_table
from tinyml.core.resources import resource_path

SIZES = [(640, 400), (1024, 700), (1440, 900), (2000, 1200)]


def find(page: DataPage, kind: type, name: str):
    found = page.findChild(kind, f"data_page_{name}")
    assert found is not None, name
    return found


def text(page: DataPage, name: str) -> str:
    label = find(page, QLabel, name)
    return label.text() if label.isVisible() else ""


def choose(page: DataPage, key: str) -> None:
    """Reach an entry with the arrow keys and choose it with Enter."""
    entries = find(page, EntryList, "list")
    entries.setFocus()
    QTest.keyClick(entries, Qt.Key.Key_Home)
    for _ in range(entries.count()):
        if entries._key_of(entries.currentItem()) == key:
            break
        QTest.keyClick(entries, Qt.Key.Key_Down)
    QTest.keyClick(entries, Qt.Key.Key_Return)


def test_the_classes_are_rows_with_counts_and_examples(qtbot, page) -> None:
    qtbot.waitUntil(lambda: page.preview is not None)
    table = find(page, ClassTable, "classes")
    assert table.isVisible()
    assert [table.item(row, 0).text() for row in range(10)] == [str(digit) for digit in range(10)]
    assert sum(int(table.item(row, 1).text()) for row in range(10)) == 1797
    assert text(page, "title") == "Digits 8×8"
    assert text(page, "summary").replace("\N{NO-BREAK SPACE}", " ") == "1 797 grey images of 8×8 · 10 classes"
    assert "Alpaydin" in text(page, "about")
    qtbot.waitUntil(lambda: text(page, "facts").startswith("Balanced"))
    assert "Pixels 0 to 1" in text(page, "facts")


def test_enter_chooses_data_as_one_undo_step(qtbot, page, document) -> None:
    choose(page, "circle")
    assert document.project.data.source == "circle"
    assert document.undo_stack.undoText() == "change data source"
    assert document.undo_stack.count() == 1
    qtbot.waitUntil(lambda: page.preview is not None and page.preview.description.name == "circle")
    assert find(page, QWidget, "points").count == 700
    assert find(page, EntryList, "list").chosen_key == "circle"
    document.undo_stack.undo()
    assert find(page, EntryList, "list").chosen_key == "digits"
    qtbot.waitUntil(lambda: page.preview is not None and page.preview.description.name == "digits")
    assert not find(page, QWidget, "points").isVisible()


def test_data_that_cannot_be_read_is_a_sentence_and_changes_nothing(qtbot, page, document, tmp_path) -> None:
    missing = str(tmp_path / "missing")
    page.show_recent([missing])
    choose(page, missing)
    assert find(page, QLabel, "message").text() == DATA_PENDING
    qtbot.waitUntil(lambda: bool(text(page, "error")))
    assert "missing" in text(page, "error")
    assert document.project.data.source == "digits"
    assert document.undo_stack.count() == 0
    qtbot.waitUntil(lambda: page.preview is not None)
    choose(page, "circle")
    assert text(page, "error") == ""


def test_a_project_without_its_data_says_why_and_what_to_do(qtbot, page, document, tmp_path) -> None:
    missing = str(tmp_path / "missing")
    document.apply(change_data(document.project, source=missing))
    qtbot.waitUntil(lambda: "missing" in text(page, "message"))
    assert "Choose other data at the left" in text(page, "way_out")
    assert text(page, "title") == ""
    choose(page, "digits")
    qtbot.waitUntil(lambda: page.preview is not None)
    assert missing in page.recent


def test_a_folder_is_opened_and_remembered(qtbot, page, document, monkeypatch) -> None:
    folder = str(resource_path("data", "digits"))
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: folder)
    with qtbot.waitSignal(page.recent_changed):
        find(page, QPushButton, "open_folder").click()
    assert document.project.data.source == folder
    assert page.recent == (folder,)
    assert find(page, EntryList, "list").chosen_key == folder
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: "")
    find(page, QPushButton, "open_folder").click()
    assert document.project.data.source == folder


def test_a_file_is_opened(qtbot, document, tmp_path, monkeypatch) -> None:
    folder = tmp_path / "readers"
    folder.mkdir()
    with number_reader(folder):
        table = str(write_table(tmp_path / "table.numbers"))
        page = DataPage(document)
        qtbot.addWidget(page)
        page.show()
        monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (table, ""))
        find(page, QPushButton, "open_file").click()
        qtbot.waitUntil(lambda: page.preview is not None and page.preview.description.name == table)
        assert find(page, QWidget, "points").count == 42
        page.shutdown()


def test_the_split_is_edited_at_the_right_without_reading_again(qtbot, page, document) -> None:
    qtbot.waitUntil(lambda: page.preview is not None)
    before = page.preview
    box = page.findChild(NumberBox, "data_page_form_test")
    box.setFocus()
    box.selectAll()
    QTest.keyClicks(box, "0.5")
    assert page.commit() == ""
    assert document.project.data.test == 0.5
    assert page.preview is before
    box.selectAll()
    QTest.keyClicks(box, "7")
    assert "at most 0.5" in page.commit()


def test_another_target_shows_other_examples(page, use) -> None:
    use("digits", target="input")
    assert not find(page, ClassTable, "classes").isVisible()
    assert find(page, QWidget, "all").isVisible()
    assert find(page, QWidget, "all").count == 1797


def test_a_hidden_page_reads_nothing_and_is_up_to_date_when_shown(qtbot, page, document, monkeypatch) -> None:
    qtbot.waitUntil(lambda: page.preview is not None)
    read = []
    load = preview_loader.load_preview
    monkeypatch.setattr(
        preview_loader, "load_preview", lambda choice, report: read.append(choice.source) or load(choice, report)
    )
    page.hide()
    for source in ("circle", "sine"):
        document.apply(change_data(document.project, source=source))
    QApplication.processEvents()
    assert read == []
    assert page.preview.description.name == "digits"
    assert not any(timer.isActive() for timer in page.findChildren(QTimer))
    page.show()
    assert find(page, QLabel, "title").text() == "Noisy sine"
    qtbot.waitUntil(lambda: page.preview is not None and page.preview.description.name == "sine")
    assert read == ["sine"]
    page.hide()
    page.show()
    assert read == ["sine"]


def test_data_that_does_not_answer_delays_no_other_data(qtbot, page, document, monkeypatch) -> None:
    answer, load = Event(), preview_loader.load_preview

    def load_or_wait(choice, report):
        if choice.source == "circle":
            assert answer.wait(60)
        return load(choice, report)

    monkeypatch.setattr(preview_loader, "load_preview", load_or_wait)
    document.apply(change_data(document.project, source="circle"))
    assert find(page, QLabel, "message").text() == DATA_PENDING
    document.apply(change_data(document.project, source="sine"))
    qtbot.waitUntil(lambda: page.preview is not None and page.preview.description.name == "sine")
    answer.set()


def test_a_recent_list_of_the_last_session_is_shown(page, document) -> None:
    page.show_recent(["/data/a", "/data/b", "/data/a"])
    assert [entry.key for entry in find(page, EntryList, "list").entries][-2:] == ["/data/a", "/data/b"]
    assert page.recent == ("/data/a", "/data/b")


@pytest.mark.parametrize("size", SIZES)
def test_every_size_is_usable(qtbot, page, size) -> None:
    qtbot.waitUntil(lambda: page.preview is not None)
    page.resize(*size)
    QApplication.processEvents()
    assert page.size() == QSize(*size)
    table = find(page, ClassTable, "classes")
    assert table.viewport().height() >= 3 * table.rowHeight(0)
    assert table.columnWidth(2) >= 2 * table.rowHeight(0)  # at least two examples
    for part in (find(page, QWidget, "sources"), find(page, QWidget, "preview"), find(page, QWidget, "right")):
        if part.isVisible():
            assert part.width() >= part.minimumSizeHint().width(), part.objectName()
            assert part.height() >= part.minimumSizeHint().height(), part.objectName()


def test_every_control_has_a_name_and_names_are_unique(qtbot, page) -> None:
    qtbot.waitUntil(lambda: page.preview is not None)
    names = []
    for widget in page.findChildren(QWidget):
        if widget.focusPolicy() & Qt.FocusPolicy.TabFocus and widget.objectName().startswith("data_page"):
            names.append(widget.objectName())
            assert widget.accessibleName() or widget.property("text"), widget.objectName()
    assert {"data_page_list", "data_page_open_folder", "data_page_classes", "data_page_form_test"} <= set(names)
    assert len(names) == len(set(names))
    assert not find(page, QComboBox, "form_source").isVisible()


def test_a_dropped_page_is_deleted(qtbot, document) -> None:
    page = DataPage(document)
    page.show()
    qtbot.waitUntil(lambda shown=page: shown.preview is not None)
    page.shutdown()
    page.close()
    page.deleteLater()
    reference = weakref.ref(page)
    del page
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    gc.collect()
    assert reference() is None
    SourceChoice.of(document).choose("circle")
    assert document.project.data.source == "circle"
