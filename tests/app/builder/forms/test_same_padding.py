"""The button below the padding: it sets the padding that keeps the size."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton

from app.document.edits import change_settings
from app.widgets.number_box import NumberBox
from tests.app.builder.forms.form_driver import find, settings_of, type_number


def same(form) -> QPushButton:
    return find(form, QPushButton, "setting_padding_same")


def test_one_click_keeps_the_size_in_one_undo_step(form, document) -> None:
    document.select(("conv_1",))
    assert same(form).isVisible()
    assert same(form).text() == "Same size: padding 1"
    QTest.mouseClick(same(form), Qt.MouseButton.LeftButton)
    assert settings_of(document, "conv_1")["padding"] == [1, 1]
    assert document.inference_of("conv_1").output_shape == (4, 8, 8)
    assert (same(form).text(), same(form).isEnabled()) == ("Keeps the size", False)
    assert document.undo_stack.count() == 1
    document.undo_stack.undo()
    assert same(form).isEnabled()


@pytest.mark.parametrize(
    ("settings", "text"),
    [
        ({"window": [5, 5]}, "Same size: padding 2"),
        ({"window": [5, 3]}, "Same size: padding 2×1"),
        ({"window": [3, 3], "dilation": [2, 2]}, "Same size: padding 2"),
        ({"window": [1, 1]}, "Keeps the size"),
        ({"window": [2, 2]}, None),
        ({"window": [3, 3], "stride": [2, 2]}, None),
        ({"window": [0, 3]}, None),
    ],
)
def test_the_button_follows_the_settings(form, document, settings: dict, text: str | None) -> None:
    document.select(("conv_1",))
    document.apply(change_settings(document.project, "conv_1", settings))
    assert same(form).isVisible() is (text is not None)
    if text is not None:
        assert same(form).text() == text


def test_the_button_suits_every_layer_with_such_a_padding(form, document_of, document) -> None:
    document.replace(document_of(("Deconv2D", "deconv_1", {"padding": [0, 0]}), ("MaxPool2D", "pool_1")).project)
    document.select(("deconv_1",))
    QTest.mouseClick(same(form), Qt.MouseButton.LeftButton)
    assert document.inference_of("deconv_1").output_shape == (8, 8, 8)
    document.select(("pool_1",))
    assert not [button for button in form.findChildren(QPushButton, "setting_padding_same") if button.isVisible()]


def test_tab_reaches_the_button_after_the_padding(form, document) -> None:
    document.select(("conv_1",))
    find(form, NumberBox, "setting_padding_columns").setFocus()
    QTest.keyClick(form.focusWidget(), Qt.Key.Key_Tab)
    QTest.keyClick(form.focusWidget(), Qt.Key.Key_Tab)
    assert form.focusWidget() is same(form)
    QTest.keyClick(same(form), Qt.Key.Key_Space)
    assert settings_of(document, "conv_1")["padding"] == [1, 1]
    assert form.isAncestorOf(form.focusWidget())


def test_steps_after_the_click_are_another_undo_step(form, document) -> None:
    document.select(("conv_1",))
    QTest.mouseClick(same(form), Qt.MouseButton.LeftButton)
    box = find(form, NumberBox, "setting_padding_rows")
    box.stepUp()
    box.stepUp()
    assert settings_of(document, "conv_1")["padding"] == [3, 3]
    assert document.undo_stack.count() == 2
    type_number(box, "0")
    assert document.undo_stack.count() == 3
