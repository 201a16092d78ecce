"""The commands on the selected layers, as the canvas offers them."""

import pytest
from PySide6.QtCore import QMimeData, Qt
from PySide6.QtGui import QGuiApplication

from app.builder.clipboard import MIME_TYPE

CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


def test_each_command_names_its_undo_step(harness) -> None:
    canvas, stack = harness.canvas, harness.document.undo_stack
    harness.click("relu_1")
    canvas.commands.duplicate()
    assert stack.undoText() == "duplicate relu_2"
    assert harness.names()[:3] == ["conv_1", "relu_1", "relu_2"]
    canvas.commands.move_up()
    assert stack.undoText() == "move relu_2"
    assert harness.names()[:3] == ["conv_1", "relu_2", "relu_1"]
    canvas.commands.move_down()
    canvas.commands.move_down()
    assert harness.names()[:4] == ["conv_1", "relu_1", "pool_1", "relu_2"]
    canvas.commands.delete()
    assert stack.undoText() == "delete relu_2"
    stack.undo()
    assert stack.redoText() == "delete relu_2"
    assert harness.document.selection == ("relu_2",)
    assert harness.shown() == harness.names()


def test_moving_beyond_the_ends_changes_nothing(harness) -> None:
    harness.click("conv_1")
    harness.canvas.commands.move_up()
    harness.click("linear_1")
    harness.canvas.commands.move_down()
    assert harness.document.undo_stack.count() == 0


def test_cut_and_paste_through_the_clipboard(harness) -> None:
    harness.click("conv_1")
    harness.click("relu_1", SHIFT)
    harness.canvas.commands.cut()
    assert harness.document.undo_stack.undoText() == "cut 2 layers"
    data = QGuiApplication.clipboard().mimeData()
    assert data.hasFormat(MIME_TYPE)
    assert '"conv_1"' in data.text()
    harness.click("linear_1")
    harness.canvas.commands.paste()
    assert harness.names() == ["pool_1", "flatten_1", "linear_1", "conv_1", "relu_1"]
    assert harness.document.project.network.layers[3].settings == {"filters": 4, "window": [3, 3], "padding": [0, 0]}
    harness.canvas.commands.paste()
    assert harness.document.selection == ("conv_2", "relu_2")


@pytest.mark.parametrize(
    "text",
    ["", "hello", "{}", "[1]", '{"format": "tinyml-layers", "version": 1, "layers": [{"type": ""}]}', "{" * 9000],
)
def test_other_text_on_the_clipboard_gives_a_message(harness, qtbot, text: str) -> None:
    data = QMimeData()
    data.setText(text)
    QGuiApplication.clipboard().setMimeData(data)
    with qtbot.waitSignal(harness.canvas.message) as heard:
        harness.canvas.commands.paste()
    assert heard.args == ["The clipboard holds no layers. Copy some cards first."]
    assert harness.document.undo_stack.count() == 0


def test_damaged_layers_on_the_clipboard_give_a_message(harness, qtbot) -> None:
    data = QMimeData()
    data.setData(MIME_TYPE, b"\xff\xfe broken")
    QGuiApplication.clipboard().setMimeData(data)
    with qtbot.waitSignal(harness.canvas.message):
        harness.canvas.commands.paste()


def test_commands_without_a_selection_give_a_message(harness, qtbot) -> None:
    for action in (harness.canvas.commands.delete, harness.canvas.commands.copy, harness.canvas.commands.move_up):
        with qtbot.waitSignal(harness.canvas.message) as heard:
            action()
        assert heard.args == ["No layer is selected. Click a card first."]
