"""A project file that another program changes while it is open."""

import pytest
from PySide6.QtCore import QFileSystemWatcher
from PySide6.QtWidgets import QApplication, QMessageBox, QPushButton

from app.document import edits
from app.shell.file_watch import DIALOG
from tinyml.net import LayerSpecification, NetworkSpecification
from tinyml.storage import Project, read_project, save_project


def network_of(*types):
    layers = tuple(LayerSpecification(type=each, name=f"layer_{number}") for number, each in enumerate(types))
    return Project(network=NetworkSpecification(layers=layers))


MINE, THEIRS = network_of("Flatten", "Linear"), network_of("Flatten", "ReLu", "Linear")


@pytest.fixture
def path(tmp_path):
    folder = tmp_path / "projects"
    folder.mkdir()
    path = folder / "net.tinyml.json"
    save_project(path, MINE)
    return path


@pytest.fixture
def opened(window, path):
    window.files.open_path(path)
    assert window.document.project == MINE
    return window


@pytest.fixture
def read_count(opened, qtbot):
    """Return a function that waits until the file was read once more."""
    count = [0]

    def on_returned(_state):
        count[0] += 1

    opened.files._watch._job.returned.connect(on_returned)

    def wait_for(reads):
        qtbot.waitUntil(lambda: count[0] >= reads)
        QApplication.processEvents()

    return wait_for


@pytest.fixture
def question(qtbot):
    """Return a function that waits for the question about the file, and returns it."""

    def wait_for(window):
        qtbot.waitUntil(lambda: len(dialogs(window)) == 1)
        return dialogs(window)[0]

    return wait_for


def press(box, name):
    box.findChild(QPushButton, name).click()


def refuse(box):
    box.button(QMessageBox.StandardButton.Cancel).click()


def dialogs(window):
    return [box for box in window.findChildren(QMessageBox, DIALOG) if box.isVisible()]


def replace_atomically(path, project):
    other = path.with_name("other.tmp")
    save_project(other, project)
    other.replace(path)


@pytest.mark.parametrize(
    "write", [save_project, replace_atomically, lambda path, project: write_in_place(path, project)]
)
def test_reload_is_an_edit_that_undo_takes_back(opened, path, question, write):
    write(path, THEIRS)
    box = question(opened)
    assert "net.tinyml.json" in box.text()
    assert opened.document.modified
    assert opened.document.project == MINE
    press(box, "answer_reload")
    assert opened.document.project == THEIRS
    assert not opened.document.modified
    assert opened.document.undo_stack.undoText() == "reload net.tinyml.json"
    opened.document.undo_stack.undo()
    assert opened.document.project == MINE
    assert opened.document.modified


def write_in_place(path, project):
    """Overwrite the bytes of the same file, as simple editors do."""
    other = path.with_name("copy.tmp")
    save_project(other, project)
    path.write_bytes(other.read_bytes())
    other.unlink()


def test_unsaved_changes_survive_a_reload(opened, path, question):
    opened.document.apply(edits.insert_layer(opened.document.project, 0, "Tanh"))
    changed = opened.document.project
    save_project(path, THEIRS)
    press(question(opened), "answer_reload")
    assert opened.document.project == THEIRS
    opened.document.undo_stack.undo()
    assert opened.document.project == changed


def test_keep_mine_leaves_the_file_alone_until_the_next_save(opened, path, question):
    save_project(path, THEIRS)
    refuse(question(opened))
    assert opened.document.project == MINE
    assert opened.document.modified
    assert read_project(path) == THEIRS
    assert opened.files.save_to(path)
    assert read_project(path) == MINE
    assert not opened.document.modified


def test_a_second_change_replaces_the_question_about_the_first(qtbot, opened, path, question):
    save_project(path, THEIRS)
    first = question(opened)
    last = network_of("Tanh")
    save_project(path, last)
    qtbot.waitUntil(lambda: first not in dialogs(opened))
    press(question(opened), "answer_reload")
    assert opened.document.project == last


def test_the_file_is_watched_after_it_was_replaced(opened, path, question):
    replace_atomically(path, THEIRS)
    press(question(opened), "answer_reload")
    write_in_place(path, MINE)
    press(question(opened), "answer_reload")
    assert opened.document.project == MINE


def test_own_saves_and_equal_content_raise_no_question(opened, path, read_count):
    opened.document.apply(edits.insert_layer(opened.document.project, 0, "Tanh"))
    assert opened.files.save_to(path)
    read_count(1)
    assert dialogs(opened) == []
    assert not opened.document.modified
    # The same project in other bytes.
    path.write_text(path.read_text() + "\n\n")
    read_count(2)
    assert dialogs(opened) == []
    assert not opened.document.modified


def test_a_deleted_file_can_be_saved_again(opened, path, question):
    path.unlink()
    box = question(opened)
    assert "deleted" in box.text()
    assert opened.document.modified
    press(box, "answer_save")
    assert read_project(path) == MINE
    assert not opened.document.modified


def test_a_file_that_comes_back_as_it_was_needs_no_answer(qtbot, opened, path, question):
    content = path.read_bytes()
    path.unlink()
    question(opened)
    path.write_bytes(content)
    qtbot.waitUntil(lambda: dialogs(opened) == [])
    assert not opened.document.modified


@pytest.mark.parametrize("content", [b"{", b"\0\1", b'{"format": "tinyml-project", "version": 99}'])
def test_a_file_that_becomes_unreadable_changes_nothing(opened, path, question, content):
    path.write_bytes(content)
    box = question(opened)
    assert "cannot be opened" in box.text()
    refuse(box)
    assert opened.document.project == MINE
    assert opened.document.modified
    assert path.read_bytes() == content


def test_another_project_is_watched_after_save_as(opened, path, read_count, question, tmp_path):
    other = tmp_path / "other.tinyml.json"
    assert opened.files.save_to(other)
    watcher = opened.findChild(QFileSystemWatcher)
    assert watcher.files() == [str(other)]
    save_project(other, THEIRS)
    press(question(opened), "answer_reload")
    assert opened.document.project == THEIRS
    assert read_project(path) == MINE


def test_a_project_without_a_file_and_a_closed_window_watch_nothing(opened, path):
    watcher = opened.findChild(QFileSystemWatcher)
    opened.files.load_example("circle")
    assert watcher.files() == watcher.directories() == []
    opened.files.open_path(path)
    assert watcher.files() == [str(path)]
    opened.close()
    assert watcher.files() == watcher.directories() == []
    assert not opened.files._watch._timer.isActive()


def test_a_document_that_is_saved_while_the_file_is_read_raises_no_question(opened, path, read_count):
    """The file changes many times in a row, each time by a save of this window."""
    for number in range(6):
        opened.document.apply(edits.change_training(opened.document.project, epochs=number + 2))
        assert opened.files.save_to(path)
        read_count(number + 1)
        assert dialogs(opened) == []


def test_a_link_follows_its_file_also_after_it_was_deleted(window, path, question, tmp_path):
    link = tmp_path / "link.tinyml.json"
    link.symlink_to(path)
    window.files.open_path(link)
    replace_atomically(path, THEIRS)
    refuse(question(window))
    path.unlink()
    refuse(question(window))
    save_project(path, network_of("Flatten", "Tanh", "Linear"))
    assert "changed" in question(window).text()
