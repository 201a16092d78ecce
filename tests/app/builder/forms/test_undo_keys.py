"""Ctrl+Z and Ctrl+Shift+Z in the fields of a form."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QPushButton, QWidget

from app.document.edits import change_settings, insert_layer
from app.widgets.number_box import NumberBox
from tests.app.builder.forms.form_driver import find, settings_of, type_number


@pytest.fixture
def undo_keys(form, document) -> None:
    """Give the form's window the shortcuts that the main window has."""
    for name, keys in (("undo", "Ctrl+Z"), ("redo", "Ctrl+Shift+Z")):
        action = QAction(form)
        action.setShortcut(keys)
        action.triggered.connect(getattr(document.undo_stack, name))
        form.addAction(action)


def press_undo(widget: QWidget) -> None:
    QTest.keyClick(widget, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)


def press_redo(widget: QWidget) -> None:
    QTest.keyClick(widget, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)


@pytest.mark.usefixtures("undo_keys")
def test_undo_in_a_number_box_undoes_the_last_edit(form, document) -> None:
    document.select(("conv_1",))
    filters = find(form, NumberBox, "setting_filters")
    type_number(filters, "25")
    press_undo(filters)
    assert settings_of(document, "conv_1")["filters"] == 4
    assert filters.value == 4
    press_redo(filters)
    assert settings_of(document, "conv_1")["filters"] == 25
    assert filters.value == 25


@pytest.mark.usefixtures("undo_keys")
def test_undo_in_a_number_box_never_edits_its_text_alone(form, document) -> None:
    document.select(("conv_1",))
    filters = find(form, NumberBox, "setting_filters")
    type_number(filters, "25")
    document.undo_stack.clear()  # the shortcut of a disabled action reaches the field
    press_undo(filters)
    assert filters.value == 25


@pytest.mark.usefixtures("undo_keys")
def test_undo_reverts_a_fix_after_its_button_was_pressed(form, document) -> None:
    document.select(("pool_1",))
    document.apply(change_settings(document.project, "pool_1", {"window": [50, 50]}))
    button = find(form, QPushButton, "settings_fix_button")
    button.setFocus()
    QTest.keyClick(button, Qt.Key.Key_Space)
    assert not document.problems
    focus = form.focusWidget()
    assert isinstance(focus, NumberBox)
    press_undo(focus)
    assert settings_of(document, "pool_1")["window"] == [50, 50]
    assert document.problems


@pytest.mark.usefixtures("undo_keys")
def test_undo_in_the_name_changes_the_text_until_the_name_is_applied(form, document) -> None:
    document.select(("conv_1",))
    name = find(form, QLineEdit, "layer_name")
    name.setFocus()
    name.setText("")
    QTest.keyClicks(name, "edges")
    press_undo(name)
    assert name.text() == ""
    assert document.inference_of("conv_1") is not None
    QTest.keyClicks(name, "edges")
    QTest.keyClick(name, Qt.Key.Key_Return)
    assert document.inference_of("edges") is not None
    press_undo(name)
    assert document.inference_of("conv_1") is not None
    assert name.text() == "conv_1"
    press_redo(name)
    assert document.inference_of("edges") is not None


@pytest.mark.usefixtures("undo_keys")
def test_undo_in_a_text_field_undoes_the_last_edit(form, document, throwaway_layer) -> None:
    document.apply(insert_layer(document.project, 0, throwaway_layer))
    layer = document.selection[0]
    for name, typed in (("setting_label", "xy"), ("setting_limit", "12")):
        before = settings_of(document, layer)
        field = find(form, QLineEdit, name)
        field.setFocus()
        field.selectAll()
        QTest.keyClicks(field, typed)
        QTest.keyClick(field, Qt.Key.Key_Return)
        assert settings_of(document, layer) != before
        while settings_of(document, layer) != before:
            press_undo(field)
    assert find(form, QLineEdit, "setting_limit").text() == "null"
    assert find(form, QLineEdit, "setting_label").text() == "a"
