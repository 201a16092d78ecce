import os

import pytest
from PySide6.QtCore import QLockFile
from PySide6.QtWidgets import QMessageBox, QPushButton, QWidget

from app.document import Document, edits
from app.shell.recovery import Recovery
from tinyml.storage import read_project


@pytest.fixture
def open_window(qtbot, monkeypatch):
    """Return a function that makes the document and the recovery of one running program.

    All are shut down at the end.
    """
    monkeypatch.setattr("app.shell.recovery.DELAY_MS", 20)
    opened = []

    def open_one(folder):
        window = QWidget()
        qtbot.addWidget(window)
        document = Document(parent=window)
        recovery = Recovery(document, folder, window)
        opened.append(recovery)
        return window, document, recovery

    yield open_one
    for recovery in opened:
        recovery.shutdown()


def leave_behind(folder, project):
    """Make the copy of a crashed program: no program holds its lock."""
    from tinyml.storage import save_project

    folder.mkdir(parents=True, exist_ok=True)
    copy = folder / "unsaved-1.tinyml.json"
    save_project(copy, project)
    return copy


def answer(qtbot, window, name):
    qtbot.waitUntil(lambda: window.findChild(QMessageBox, "recovery_dialog") is not None)
    dialog = window.findChild(QMessageBox, "recovery_dialog")
    dialog.findChild(QPushButton, name).click()


def test_unsaved_changes_are_copied_and_the_copy_is_deleted_at_the_end(qtbot, open_window, tmp_path):
    _, document, recovery = open_window(tmp_path / "recovery")
    document.apply(edits.insert_layer(document.project, 0, "ReLu"))
    copies = (tmp_path / "recovery").glob
    qtbot.waitUntil(lambda: bool(list(copies("*.tinyml.json"))))
    assert read_project(next(copies("*.tinyml.json"))) == document.project
    recovery.shutdown()
    assert list((tmp_path / "recovery").iterdir()) == []


def test_a_saved_project_needs_no_copy(qtbot, open_window, tmp_path):
    _, document, _ = open_window(tmp_path / "recovery")
    document.apply(edits.insert_layer(document.project, 0, "ReLu"))
    qtbot.waitUntil(lambda: bool(list((tmp_path / "recovery").glob("*.tinyml.json"))))
    document.save(tmp_path / "network.tinyml.json")
    qtbot.waitUntil(lambda: not list((tmp_path / "recovery").glob("*.tinyml.json")))


def test_the_copy_of_a_crashed_program_is_restored_as_unsaved_changes(qtbot, open_window, tmp_path):
    left = edits.insert_layer(Document().project, 0, "Tanh").project
    copy = leave_behind(tmp_path / "recovery", left)
    window, document, recovery = open_window(tmp_path / "recovery")
    recovery.offer()
    answer(qtbot, window, "answer_restore")
    qtbot.waitUntil(lambda: document.project == left)
    assert document.modified
    # The old copy is deleted only after the new one is written.
    qtbot.waitUntil(lambda: not copy.exists())
    assert [read_project(kept) for kept in copy.parent.glob("*.tinyml.json")] == [left]


def test_the_newest_copy_is_offered_first_and_to_one_window_only(qtbot, open_window, tmp_path):
    folder = tmp_path / "recovery"
    old = leave_behind(folder, edits.insert_layer(Document().project, 0, "Tanh").project)
    old = old.rename(folder / "unsaved-9.tinyml.json")
    os.utime(old, (1, 1))
    new = edits.insert_layer(Document().project, 0, "ReLu").project
    leave_behind(folder, new)
    first, document, recovery = open_window(folder)
    second, _, other_recovery = open_window(folder)
    recovery.offer()
    other_recovery.offer()
    assert "1970" in second.findChild(QMessageBox, "recovery_dialog").text()
    answer(qtbot, first, "answer_restore")
    qtbot.waitUntil(lambda: document.project == new)


def test_discarding_deletes_the_copy_and_keeps_the_document(qtbot, open_window, tmp_path):
    copy = leave_behind(tmp_path / "recovery", edits.insert_layer(Document().project, 0, "Tanh").project)
    window, document, recovery = open_window(tmp_path / "recovery")
    before = document.project
    recovery.offer()
    answer(qtbot, window, "answer_discard")
    qtbot.waitUntil(lambda: not copy.exists())
    assert document.project == before


def test_the_copy_of_a_running_program_is_not_offered(qtbot, open_window, tmp_path, monkeypatch):
    folder = tmp_path / "recovery"
    _, other_document, _ = open_window(folder)
    other_document.apply(edits.insert_layer(other_document.project, 0, "ReLu"))
    qtbot.waitUntil(lambda: bool(list(folder.glob("*.tinyml.json"))))
    monkeypatch.setattr("os.getpid", lambda: 1)
    window, _, recovery = open_window(folder)
    recovery.offer()
    assert window.findChild(QMessageBox) is None
    assert len(list(folder.glob("*.tinyml.json"))) == 1


@pytest.mark.parametrize("content", ["{", '{"format": "tinyml-project", "version": 99}'])
def test_an_unreadable_copy_is_kept(open_window, tmp_path, content):
    folder = tmp_path / "recovery"
    folder.mkdir()
    copy = folder / "unsaved-1.tinyml.json"
    copy.write_text(content)
    window, _, recovery = open_window(folder)
    recovery.offer()
    assert window.findChild(QMessageBox) is None
    assert copy.read_text() == content


def test_the_copy_of_a_crashed_program_with_the_same_process_id_is_offered(qtbot, open_window, tmp_path, monkeypatch):
    left = edits.insert_layer(Document().project, 0, "Tanh").project
    copy = leave_behind(tmp_path / "recovery", left)
    copy.rename(copy.with_name(f"unsaved-{os.getpid()}.tinyml.json"))
    window, document, recovery = open_window(tmp_path / "recovery")
    recovery.offer()
    answer(qtbot, window, "answer_restore")
    qtbot.waitUntil(lambda: document.project == left)


def test_a_folder_that_cannot_be_created_is_reported_and_blocks_nothing(open_window, tmp_path):
    (tmp_path / "file").write_text("")
    _, document, recovery = open_window(tmp_path / "file" / "recovery")
    assert "Save often" in recovery.problem
    recovery.offer()
    document.apply(edits.insert_layer(document.project, 0, "ReLu"))


def crash(qtbot, recovery, folder):
    """Let a program write its copy and end without closing its window."""
    qtbot.waitUntil(lambda: bool(list(folder.glob("unsaved-*.tinyml.json"))))
    recovery._timer.stop()
    recovery._runner.shutdown(10.0)
    for copy in list(recovery._locks):
        recovery._release(copy)
    return next(folder.glob("unsaved-*.tinyml.json"))


@pytest.fixture
def crashed(qtbot, open_window, tmp_path):
    """Save a project, change it, and crash; return (file, project with the changes, recovery folder)."""
    folder, file = tmp_path / "recovery", tmp_path / "mine.tinyml.json"
    _, document, recovery = open_window(folder)
    document.apply(edits.insert_layer(document.project, 0, "Linear"))
    document.apply(edits.rename_layer(document.project, "linear_1", "my layer"))
    document.save(file)
    document.apply(edits.insert_layer(document.project, 1, "Tanh"))
    crash(qtbot, recovery, folder)
    return file, document.project, folder


def restore(qtbot, window, recovery):
    recovery.offer()
    qtbot.waitUntil(lambda: window.findChild(QMessageBox, "recovery_dialog") is not None)
    question = window.findChild(QMessageBox, "recovery_dialog").text()
    answer(qtbot, window, "answer_restore")
    return question


def test_restored_changes_keep_the_file_and_the_names_of_their_project(qtbot, open_window, crashed):
    file, project, folder = crashed
    window, document, recovery = open_window(folder)
    question = restore(qtbot, window, recovery)
    qtbot.waitUntil(lambda: document.project == project)
    assert "the unsaved changes to mine.tinyml.json from" in question
    assert "no longer exists" not in question
    assert "has changed since" not in question
    assert (document.path, document.name) == (file, "mine.tinyml.json")
    assert document.modified
    assert [layer.name for layer in document.project.network.layers] == ["my layer", "tanh_1"]
    document.undo_stack.undo()
    assert document.project == read_project(file)
    assert not document.modified, "undo restores the content of the file"
    document.undo_stack.redo()
    document.save()
    assert read_project(file) == project


def test_a_missing_file_is_reported_and_written_again(qtbot, open_window, crashed):
    file, project, folder = crashed
    file.unlink()
    window, document, recovery = open_window(folder)
    assert f"The file '{file}' no longer exists" in restore(qtbot, window, recovery)
    qtbot.waitUntil(lambda: document.project == project)
    assert document.path == file
    assert document.modified
    document.undo_stack.undo()
    assert document.modified, "no file has this project"
    document.undo_stack.redo()
    document.save()
    assert read_project(file) == project


@pytest.mark.parametrize("content", [None, "{"])
def test_a_changed_file_is_reported(qtbot, open_window, crashed, content):
    file, project, folder = crashed
    text = file.read_text()
    file.write_text(text.replace("my layer", "other layer") if content is None else content)
    window, document, recovery = open_window(folder)
    assert f"The file '{file}' has changed since then. Save replaces it" in restore(qtbot, window, recovery)
    qtbot.waitUntil(lambda: document.project == project)
    assert document.path == file
    assert document.modified


def test_a_project_without_a_file_keeps_its_title(qtbot, open_window, tmp_path):
    folder = tmp_path / "recovery"
    _, document, recovery = open_window(folder)
    document.forget_file("LeNet on digits (example)")
    document.apply(edits.insert_layer(document.project, 0, "Tanh"))
    crash(qtbot, recovery, folder)
    window, document, recovery = open_window(folder)
    assert "to LeNet on digits (example) from" in restore(qtbot, window, recovery)
    qtbot.waitUntil(lambda: document.modified)
    assert (document.path, document.name) == (None, "LeNet on digits (example)")


@pytest.mark.parametrize(
    "content", ["", "{", "[]", '{"path": 3}', '{"path": "", "title": ""}', '{"path": null}', "x" * 100_000]
)
def test_a_damaged_origin_loses_only_the_file_name(qtbot, open_window, crashed, content):
    _, project, folder = crashed
    (origin,) = folder.glob("*.origin.json")
    origin.write_text(content)
    window, document, recovery = open_window(folder)
    restore(qtbot, window, recovery)
    qtbot.waitUntil(lambda: document.project == project)
    assert document.path is None
    recovery.shutdown()
    assert not list(folder.glob("*.json"))


def test_leftovers_of_killed_programs_are_removed_at_the_start(open_window, tmp_path):
    folder = tmp_path / "recovery"
    copy = leave_behind(folder, Document().project)
    (folder / ".unsaved-2.tinyml.json.0123abcd.tmp").write_text("half")
    (folder / "unsaved-1.tinyml.lock").write_text("4194305\npython\nelsewhere\n")
    dead = QLockFile(str(folder / "unsaved-3.tinyml.lock"))
    assert dead.tryLock(0)
    content = (folder / "unsaved-3.tinyml.lock").read_text().splitlines()
    dead.unlock()
    (folder / "unsaved-3.tinyml.lock").write_text("\n".join(["4194305", *content[1:]]) + "\n")
    _, _, recovery = open_window(folder)
    own = {recovery._copy.with_suffix(".lock")}
    assert set(folder.iterdir()) == {copy, folder / "unsaved-1.tinyml.lock"} | own


def test_the_lock_of_a_running_program_stays(open_window, tmp_path):
    folder = tmp_path / "recovery"
    _, _, first = open_window(folder)
    _, _, second = open_window(folder)
    assert {path.name for path in folder.iterdir()} == {
        recovery._copy.with_suffix(".lock").name for recovery in (first, second)
    }
