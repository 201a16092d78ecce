"""The page History: a click or an arrow key goes to a step."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QListView

from app.document import edits


@pytest.fixture
def history(panel, document):
    """The list, after three edits."""
    for layer_type in ("Tanh", "Sigmoid", "ReLu"):
        document.apply(edits.insert_layer(document.project, 0, layer_type))
    panel.show_page(panel.history)
    return panel.findChild(QListView, "history_list")


def rows(view):
    return [view.model().index(row, 0).data() for row in range(view.model().rowCount())]


def click(qtbot, view, row):
    place = view.visualRect(view.model().index(row, 0)).center()
    qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=place)


def test_the_list_shows_all_steps_and_the_saved_one(history, document):
    assert rows(history) == ["Start (saved)", "Insert tanh_1", "Insert sigmoid_1", "Insert relu_2"]
    assert history.currentIndex().row() == 3
    document.undo_stack.undo()
    document.undo_stack.setClean()
    assert rows(history)[2] == "Insert sigmoid_1 (saved)"
    assert history.currentIndex().row() == 2


def test_a_click_goes_back_and_forward(qtbot, history, document):
    after = document.project
    click(qtbot, history, 0)
    assert document.undo_stack.index() == 0
    assert not document.modified
    click(qtbot, history, 2)
    assert document.undo_stack.index() == 2
    click(qtbot, history, 3)
    assert document.project == after


def test_arrow_keys_go_from_step_to_step(qtbot, history, document):
    history.setFocus()
    for expected in (2, 1, 0):
        qtbot.keyClick(history, Qt.Key.Key_Up)
        assert document.undo_stack.index() == expected
    qtbot.keyClick(history, Qt.Key.Key_End)
    assert document.undo_stack.index() == 3


def test_a_new_edit_replaces_the_undone_steps(qtbot, history, document):
    click(qtbot, history, 1)
    document.apply(edits.insert_layer(document.project, 0, "Dropout"))
    assert rows(history) == ["Start (saved)", "Insert tanh_1", "Insert dropout_1"]
    assert history.currentIndex().row() == 2


def test_a_merged_edit_that_changes_nothing_leaves_no_row(history, document):
    epochs = document.project.training.epochs
    document.apply(edits.change_training(document.project, epochs=epochs + 1))
    assert rows(history)[-1] == "Change epochs"
    document.apply(edits.change_training(document.project, epochs=epochs))
    assert rows(history)[-1] == "Insert relu_2"


def test_another_project_starts_another_history(history, document):
    document.replace(document.project)
    assert rows(history) == ["Start (saved)"]
    assert document.undo_stack.index() == 0


def test_names_with_invisible_characters_are_visible(history, document):
    document.apply(edits.rename_layer(document.project, "conv_1", "a\u202eb"))
    assert r"\u202e" in rows(history)[-1]
