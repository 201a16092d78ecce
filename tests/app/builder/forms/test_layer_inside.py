"""The form for a layer inside a block: the path decides, not only the name."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QLineEdit, QPushButton

from app.builder import SettingsForm
from app.document import Document
from app.document.edits import remove_layers, unwrap_block
from app.widgets.number_box import NumberBox
from tests.app.builder.forms.form_driver import find, type_number


@pytest.fixture
def document(document_of) -> Document:
    inside = [
        {"type": "Conv2D", "name": "conv_1", "settings": {"filters": 4}},
        {"type": "Linear", "name": "linear_1"},
    ]
    return document_of(
        ("Conv2D", "conv_1", {"filters": 4}), ("Residual", "b", {"layers": inside}), ("Residual", "standard")
    )


def filters(document: Document, *path: str) -> object:
    return document.inference_of("conv_1", path).settings.filters


def filters_box(form: SettingsForm) -> NumberBox:
    """Return the box of the layer that is shown. The box of another layer is deleted only later."""
    (box,) = [box for box in form.findChildren(NumberBox, "setting_filters") if box.isVisible()]
    return box


def test_the_form_edits_the_layer_of_the_selected_stack(form: SettingsForm, document) -> None:
    document.select(("conv_1",), block=("b",))
    type_number(filters_box(form), "6")
    assert (filters(document), filters(document, "b")) == (4, 6)
    document.select(("conv_1",))
    assert filters_box(form).value == 4


def test_an_edit_in_a_standard_block_writes_its_layers_down(form: SettingsForm, document) -> None:
    document.apply(unwrap_block(document.project, "b"))
    document.apply(remove_layers(document.project, ["linear_1"]))
    document.select(("conv_1",), block=("standard",))
    assert find(form, QLabel, "layer_standard_block").text().startswith("The standard block of standard follows")
    type_number(filters_box(form), "9")
    assert filters(document, "standard") == 9
    assert find(form, QLabel, "layer_standard_block").text() == ""
    assert document.selection == ("conv_1",)


def test_a_draft_of_the_name_belongs_to_the_layer_of_its_stack(form: SettingsForm, document, qtbot) -> None:
    document.select(("conv_1",), block=("b",))
    field = find(form, QLineEdit, "layer_name")
    field.setFocus()
    field.selectAll()
    QTest.keyClicks(field, "edges")
    document.select(("conv_1",))
    qtbot.waitUntil(lambda: document.inference_of("edges", ("b",)) is not None)
    assert document.inference_of("conv_1") is not None
    assert (document.selection, document.block) == (("conv_1",), ())


def test_a_draft_of_the_name_of_a_block_keeps_the_selection_inside_it(form: SettingsForm, document, qtbot) -> None:
    document.select(("b",))
    field = find(form, QLineEdit, "layer_name")
    field.setFocus()
    field.selectAll()
    QTest.keyClicks(field, "skip")
    document.select(("conv_1",), block=("b",))
    qtbot.waitUntil(lambda: document.inference_of("skip") is not None)
    assert (document.selection, document.block) == (("conv_1",), ("skip",))


def test_the_problem_inside_has_its_fix(form: SettingsForm, document) -> None:
    document.select(("linear_1",), block=("b",))
    assert "needs a vector" in find(form, QLabel, "layer_problem").text()
    QTest.mouseClick(find(form, QPushButton, "settings_fix_button"), Qt.MouseButton.LeftButton)
    assert document.inference_of("flatten_1", ("b",)) is not None


def test_several_layers_inside_are_counted(form: SettingsForm, document) -> None:
    document.select(("conv_1", "linear_1"), block=("b",))
    text = find(form, QLabel, "multi_layer_names").text()
    assert text.startswith("conv_1, linear_1\n148 parameters")
