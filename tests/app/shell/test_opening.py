"""Files and folders are opened by menu, command line and drop, with the same messages."""

import struct
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QApplication, QFileDialog, QLineEdit, QMessageBox

from app.document import edits
from app.shell import run
from tests.app.drag_events import drag_enter_event
from tinyml.core.tensor_file import write_tensors
from tinyml.storage import Project, identify, save_project


@pytest.fixture
def archive(tmp_path) -> Path:
    path = tmp_path / "archive.7z"
    path.write_bytes(b"7z\xbc\xaf\x27\x1c" + bytes(20))
    return path


@pytest.fixture
def weights(tmp_path) -> Path:
    path = tmp_path / "WEIGHTS.SAFETENSORS"
    write_tensors(path, {"w": np.ones((3, 3), np.float32)})
    return path


@pytest.fixture
def project(tmp_path) -> Path:
    path = tmp_path / "project without suffix"
    save_project(path, Project())
    return path


@pytest.fixture
def data_folder(tmp_path) -> Path:
    folder = tmp_path / "letters"
    folder.mkdir()
    (folder / "images-idx3-ubyte").write_bytes(struct.pack(">4B3I", 0, 0, 8, 3, 20, 6, 6) + bytes(720))
    (folder / "labels-idx1-ubyte").write_bytes(struct.pack(">4BI", 0, 0, 8, 1, 20) + bytes([0, 1] * 10))
    return folder


def drop(widget, *paths: Path) -> bool:
    """Drop files on the native window of a widget, as the platform does. Return True if they were accepted."""
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    data.setText("\n".join(map(str, paths)))
    handle = widget.window().windowHandle()
    copy, left, none = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    place = widget.mapTo(widget.window(), widget.rect().center())
    enter = drag_enter_event(QPointF(place), data)
    dropped = QDropEvent(QPointF(place), copy, data, left, none)
    enter.setAccepted(False)
    QApplication.sendEvent(handle, enter)
    if enter.isAccepted():
        QApplication.sendEvent(handle, dropped)
    return enter.isAccepted()


def problem_of(window, dialog) -> str:
    box = dialog(window, "problem_dialog")
    text = box.text()
    box.close()
    return text


def test_a_wrong_file_gets_the_same_sentence_everywhere(qtbot, window, dialog, archive, monkeypatch, tmp_path) -> None:
    sentence = identify(archive).sentence
    before = window.document.project
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_arguments: (str(archive), ""))
    said = {}
    for command in ("open_project", "open_weights"):
        window.actions_by_name[command].trigger()
        said[command] = problem_of(window, dialog)
    for name, widget in (("canvas", window.canvas), ("models", window.models_page), ("settings", window.settings_tabs)):
        assert drop(widget, archive)
        said[f"drop on {name}"] = problem_of(window, dialog)
    monkeypatch.setattr(QFileDialog, "getOpenFileNames", lambda *_arguments: ([str(archive)], ""))
    window.models_page.choose_file()
    qtbot.waitUntil(lambda: bool(window.models_page.message.text))
    said["button in Models"] = window.models_page.message.text
    opened = run.open_window(archive, "light", tmp_path / "other.ini")
    said["command line"] = problem_of(opened, dialog)
    opened.document.undo_stack.setClean()
    opened.close()
    opened.deleteLater()
    shown = {place: text.replace("\n", " ") for place, text in said.items()}
    assert set(shown.values()) == {sentence}, shown
    assert window.document.project == before


def test_weights_and_projects_open_under_any_file_name(qtbot, window, weights, project, monkeypatch) -> None:
    assert drop(window.canvas, weights)
    qtbot.waitUntil(lambda: window.models_page.contents is not None)
    assert window.models_page.contents.path == weights
    assert drop(window.palette_view, project)
    assert window.document.path == project
    # The dialog for weights opens a project too.
    window.files.load_example("circle")
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_arguments: (str(project), ""))
    window.actions_by_name["open_weights"].trigger()
    assert window.document.path == project


def test_a_folder_of_data_becomes_the_data_and_undo_restores_the_old_data(qtbot, window, data_folder) -> None:
    before = window.document.project.data.source
    assert drop(window.canvas, data_folder)
    qtbot.waitUntil(lambda: window.document.project.data.source == str(data_folder))
    assert window.document.undo_stack.count() == 1
    qtbot.waitUntil(lambda: window.document.data is not None)
    assert window.document.data.count == 20
    window.document.undo_stack.undo()
    assert window.document.project.data.source == before


def test_a_folder_without_data_is_refused(window, dialog, tmp_path) -> None:
    before = window.document.project
    (tmp_path / "empty").mkdir()
    assert drop(window.canvas, tmp_path / "empty")
    assert "folder without data" in problem_of(window, dialog)
    assert window.document.project == before


def test_a_damaged_folder_of_data_changes_nothing(window, dialog, data_folder) -> None:
    before = window.document.project
    (data_folder / "labels-idx1-ubyte").unlink()
    assert drop(window.canvas, data_folder)
    assert "labels" in problem_of(window, dialog)
    assert window.document.project == before


def test_project_weights_and_data_are_opened_together(
    qtbot, window, dialog, weights, project, data_folder, tmp_path
) -> None:
    assert drop(window.canvas, data_folder, weights, project)
    assert window.document.path == project
    qtbot.waitUntil(lambda: window.models_page.contents is not None)
    assert window.models_page.contents.path == weights
    qtbot.waitUntil(lambda: window.document.project.data.source == str(data_folder))
    assert window.document.undo_stack.count() == 1
    assert not window.findChildren(QMessageBox)


def test_of_several_projects_the_first_is_opened_and_a_sentence_names_the_others(
    window, dialog, archive, project, tmp_path
) -> None:
    second, third = tmp_path / "second.tinyml.json", tmp_path / "third.tinyml.json"
    save_project(second, Project())
    save_project(third, Project())
    assert drop(window.canvas, archive, second, project, third)
    assert window.document.path == second
    said = problem_of(window, dialog)
    assert said.startswith("Opened second.tinyml.json. Not opened: project without suffix, third.tinyml.json, because ")
    assert identify(archive).sentence in said


def test_several_files_that_cannot_be_opened_give_one_sentence(window, dialog, archive, tmp_path) -> None:
    before = window.document.project
    other = tmp_path / "other.7z"
    other.write_bytes(archive.read_bytes())
    assert drop(window.canvas, archive, other)
    said = problem_of(window, dialog)
    assert said.startswith(identify(archive).sentence)
    assert "None of the other files" in said
    assert window.document.project == before


def test_nothing_of_a_drop_is_opened_if_the_user_keeps_the_project(
    qtbot, window, dialog, weights, project, data_folder
) -> None:
    window.document.apply(edits.insert_layer(window.document.project, 0, "ReLu"))
    changed = window.document.project
    assert drop(window.canvas, project, weights, data_folder)
    qtbot.keyClick(dialog(window, "unsaved_dialog"), Qt.Key.Key_Escape)
    assert window.document.project == changed
    assert window.models_page.contents is None
    assert window.document.path is None


def test_nothing_of_a_drop_is_opened_if_its_project_is_damaged(window, dialog, weights, tmp_path) -> None:
    before = window.document.project
    damaged = tmp_path / "damaged.tinyml.json"
    damaged.write_text("{")
    assert drop(window.canvas, weights, damaged)
    said = problem_of(window, dialog)
    assert "damaged.tinyml.json" in said
    assert said.endswith("The other files were not opened.")
    assert window.document.project == before
    assert window.models_page.contents is None


def test_a_drop_on_a_text_field_opens_the_file_and_types_nothing(qtbot, window, project) -> None:
    field = window.palette_view.findChild(QLineEdit)
    assert drop(field, project)
    assert field.text() == ""
    assert window.document.path == project


def test_the_window_of_a_page_accepts_files_too(qtbot, window, project) -> None:
    window.pages.tear_off("models")
    own = window.models_page.window()
    qtbot.waitExposed(own)
    assert own.windowHandle() is not window.windowHandle()
    assert drop(own, project)
    assert window.document.path == project


def test_dropped_text_is_ignored(window) -> None:
    data = QMimeData()
    data.setText("hello")
    event = drag_enter_event(QPointF(5, 5), data)
    event.setAccepted(False)
    QApplication.sendEvent(window.windowHandle(), event)
    assert not event.isAccepted()
    assert not window.findChildren(QMessageBox)
