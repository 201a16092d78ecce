"""Undo and redo name their steps, and the commands of the Edit menu are enabled when they are possible."""

import pytest
from PySide6.QtWidgets import QMainWindow

from app.document import Document, edits
from app.shell.actions import Actions
from app.shell.command_table import COMMANDS
from app.shell.edit_actions import SELECTION_COMMANDS, EditActions


@pytest.fixture
def main_window(qtbot) -> QMainWindow:
    window = QMainWindow()
    qtbot.addWidget(window)
    return window


@pytest.fixture
def document(main_window) -> Document:
    return Document(parent=main_window)


@pytest.fixture
def editing(document, main_window):
    editing = EditActions(document, main_window)
    yield editing
    editing.shutdown()


@pytest.fixture
def actions(editing, main_window) -> Actions:
    handlers = {command.name: int for command in COMMANDS if not command.is_separator}
    actions = Actions(main_window, {**handlers, "undo": editing.undo, "redo": editing.redo})
    editing.attach(actions)
    return actions


def test_dismissed_hints_can_be_shown_again(window):
    document, action = window.document, window.actions_by_name["restore_hints"]
    assert not action.isEnabled()
    document.apply(edits.insert_layer(document.project, len(document.project.network.layers), "Dropout"))
    (hint,) = document.hints
    document.dismiss(hint)
    assert document.hints == ()
    action.trigger()
    assert document.hints == (hint,)
    assert not action.isEnabled()


def test_undo_and_redo_work_and_name_the_step(document, actions) -> None:
    undo, redo = actions["undo"], actions["redo"]
    assert [(action.text(), action.isEnabled()) for action in (undo, redo)] == [("&Undo", False), ("&Redo", False)]
    document.apply(edits.insert_layer(document.project, 0, "Tanh"))
    assert (undo.text(), undo.isEnabled(), redo.isEnabled()) == ("&Undo: insert tanh_1", True, False)
    undo.trigger()
    assert document.project.network.layers == ()
    assert (undo.text(), redo.text()) == ("&Undo", "&Redo: insert tanh_1")
    redo.trigger()
    assert len(document.project.network.layers) == 1


def test_undo_and_redo_have_names_keys_icons_and_tips(actions) -> None:
    for name, keys in (("undo", "Ctrl+Z"), ("redo", "Ctrl+Shift+Z")):
        action = actions[name]
        assert action.objectName() == f"action_{name}"
        assert action.shortcut().toString() == keys
        assert not action.icon().isNull()
        assert keys in action.toolTip()


def test_an_ampersand_in_a_name_is_no_mnemonic(document, actions) -> None:
    document.apply(edits.insert_layer(document.project, 0, "Tanh"))
    document.apply(edits.rename_layer(document.project, "tanh_1", "R&D"))
    assert actions["undo"].text() == "&Undo: rename tanh_1 to R&&D"


def test_commands_for_layers_need_a_selection(document, actions) -> None:
    assert not any(actions[name].isEnabled() for name in (*SELECTION_COMMANDS, "select_all"))
    document.apply(edits.insert_layer(document.project, 0, "Tanh"))
    assert all(actions[name].isEnabled() for name in (*SELECTION_COMMANDS, "select_all"))
    document.select(())
    assert not any(actions[name].isEnabled() for name in SELECTION_COMMANDS)
    assert actions["select_all"].isEnabled()


def test_the_next_problem_needs_a_problem(document, actions) -> None:
    assert actions["next_problem"].isEnabled() == bool(document.problems)
    document.apply(edits.insert_layer(document.project, 0, "Flatten"))
    document.apply(edits.insert_layer(document.project, 1, "Linear", {"outputs": 10}))
    assert document.problems == ()
    assert not actions["next_problem"].isEnabled()


def test_unwrap_needs_one_selected_block(document, actions) -> None:
    document.apply(edits.insert_layer(document.project, 0, "Tanh"))
    assert not actions["unwrap"].isEnabled()
    document.apply(edits.wrap_layers(document.project, ["tanh_1"]))
    assert actions["unwrap"].isEnabled()
    document.select(("tanh_1",), block=("residual_1",))
    assert actions["wrap"].isEnabled()
    assert not actions["unwrap"].isEnabled()
