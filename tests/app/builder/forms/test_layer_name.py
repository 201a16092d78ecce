"""The name of a layer in its form: renaming, and names that are typed but not applied."""

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QLineEdit, QWidget

from app.document import Document
from app.document.edits import insert_layer, rename_layer
from app.widgets.number_box import NumberBox
from tests.app.builder.forms.form_driver import find, names_of, type_number
from tinyml.core import TinymlError


def wait_for_rename(form: QWidget, qtbot) -> None:
    """Wait until the form has applied, or dropped, the name of a layer that it no longer shows."""
    timer = find(form, QTimer, "rename_timer")
    qtbot.waitUntil(lambda: not timer.isActive())


def type_name(form: QWidget, text: str) -> None:
    name = find(form, QLineEdit, "layer_name")
    name.setFocus()
    name.selectAll()
    QTest.keyClicks(name, text)


def refusal(document: Document, name: str) -> str:
    """Return the sentence with which the edit refuses a name for relu_1."""
    with pytest.raises(TinymlError) as refused:
        rename_layer(document.project, "relu_1", name)
    return str(refused.value)


def test_enter_renames_and_an_impossible_name_gets_an_error(form, document) -> None:
    document.select(("relu_1",))
    name, error = find(form, QLineEdit, "layer_name"), find(form, QLabel, "layer_name_error")
    name.setFocus()
    name.selectAll()
    QTest.keyClicks(name, "pool_1")
    assert error.text() == refusal(document, "pool_1")
    assert "'pool_1'" in error.text()
    assert "Choose " in error.text()
    QTest.keyClick(name, Qt.Key.Key_Return)
    assert document.undo_stack.count() == 0
    name.selectAll()
    QTest.keyClick(name, Qt.Key.Key_Delete)
    assert error.text() == refusal(document, "")
    assert "needs a name" in error.text()
    QTest.keyClicks(name, "kink")
    assert not error.isVisible()
    assert document.undo_stack.count() == 0
    QTest.keyClick(name, Qt.Key.Key_Return)
    assert document.selection == ("kink",)
    assert document.undo_stack.undoText() == "rename relu_1 to kink"
    document.undo_stack.undo()
    assert name.text() == "relu_1"


@pytest.mark.parametrize("selection", [("pool_1",), (), ("conv_1", "pool_1")])
def test_a_typed_name_is_applied_when_another_layer_is_selected(form, qtbot, document, selection) -> None:
    document.select(("relu_1",))
    type_name(form, "edges")
    document.select(selection)
    qtbot.waitUntil(lambda: names_of(document)[1] == "edges")
    assert document.selection == selection
    assert document.undo_stack.count() == 1
    document.select(("pool_1",))
    assert find(form, QLineEdit, "layer_name").text() == "pool_1"
    document.undo_stack.undo()
    assert names_of(document)[1] == "relu_1"


def test_a_typed_name_does_not_disturb_the_undo_history(form, qtbot, document) -> None:
    before = names_of(document)
    document.select(("relu_1",))
    document.apply(insert_layer(document.project, 2, "Dropout"))
    document.select(("relu_1",))
    type_name(form, "edges")
    document.undo_stack.undo()
    document.select(("conv_1",))
    qtbot.waitUntil(lambda: "edges" in names_of(document))
    type_name(form, "other")
    document.apply(insert_layer(document.project, 2, "Dropout"))
    qtbot.waitUntil(lambda: "other" in names_of(document))
    while document.undo_stack.canUndo():
        document.undo_stack.undo()
    wait_for_rename(form, qtbot)
    assert names_of(document) == before


def test_an_impossible_name_is_dropped(form, qtbot, document) -> None:
    document.select(("relu_1",))
    type_name(form, "pool_1")
    document.select(("conv_1",))
    wait_for_rename(form, qtbot)
    assert document.undo_stack.count() == 0


def test_drafts_are_dropped_when_another_project_opens(form, qtbot, document) -> None:
    document.select(("conv_1",))
    type_number(find(form, NumberBox, "setting_filters"), "0")
    type_name(form, "edges")
    project = document.project
    document.replace(project)
    wait_for_rename(form, qtbot)
    assert document.project == project
    document.select(("conv_1",))
    assert find(form, QLineEdit, "layer_name").text() == "conv_1"
    assert [box.value for box in form.findChildren(NumberBox, "setting_filters") if box.isVisible()] == [4]
    assert not any(label.isVisible() for label in form.findChildren(QLabel, "setting_filters_error"))
