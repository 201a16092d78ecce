"""The form for one layer: settings, problem, and what it says of the layer."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAccessible
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QCheckBox, QComboBox, QLabel, QLineEdit, QPushButton, QWidget

from app.builder import Canvas, Palette, SettingsForm
from app.document.edits import insert_layer, remove_layers
from app.forms.editors import JsonEditor
from app.widgets.number_box import NumberBox
from tests.app.builder.forms.form_driver import find, settings_of, type_number
from tinyml.layers import layer_types


def test_a_screen_reader_reads_the_formula(form, document) -> None:
    document.select(("linear_1",))
    formula = QAccessible.queryAccessibleInterface(find(form, QLabel, "layer_formula"))
    assert formula.text(QAccessible.Text.Name) == "y = W x + b"
    document.select(("conv_1",))
    assert formula.text(QAccessible.Text.Name) == "yₖ = Σ_c w_(k,c) ⋆ x_c + bₖ"


def test_typing_a_number_changes_the_layer_in_one_undo_step(form, document) -> None:
    document.select(("conv_1",))
    assert find(form, QLabel, "layer_heading").text() == "conv_1 · Conv2D"
    box = find(form, NumberBox, "setting_filters")
    assert box.value == 4
    type_number(box, "16")
    assert settings_of(document, "conv_1")["filters"] == 16
    assert document.undo_stack.count() == 1
    assert document.undo_stack.undoText() == "change filters of conv_1"
    assert "16 filters" in find(form, QLabel, "layer_explanation").text()
    document.undo_stack.undo()
    assert box.value == 4


def cut_off(form: QWidget) -> list[str]:
    """Return the names of the visible paragraphs that are lower than their text."""
    paragraphs = [label for label in form.findChildren(QLabel) if label.isVisible() and label.wordWrap()]
    return [label.objectName() for label in paragraphs if label.height() < label.heightForWidth(label.width())]


@pytest.mark.parametrize("width", [230, 260, 300, 340])
def test_no_paragraph_is_cut_off(form, qtbot, document, width) -> None:
    form.resize(width, 900)
    for layer in document.project.network.layers:
        document.select((layer.name,))
        qtbot.waitUntil(lambda: cut_off(form) == [])


def test_tab_follows_the_layout(form, document) -> None:
    document.apply(insert_layer(document.project, 4, "Conv2D"))
    document.select(("linear_1",))
    document.select(("conv_2",))
    find(form, QLineEdit, "layer_name").setFocus()
    visited = []
    for _ in range(8):
        visited.append(form.focusWidget().objectName())
        QTest.keyClick(form.focusWidget(), Qt.Key.Key_Tab)
    assert visited[:6] == [
        "layer_name",
        "setting_filters",
        "setting_window_rows",
        "setting_window_columns",
        "setting_window_link",
        "setting_stride_rows",
    ]


def test_the_form_shows_the_problem_and_its_fix(form, document) -> None:
    document.apply(remove_layers(document.project, ["flatten_1"]))
    document.select(("linear_1",))
    assert "needs a vector" in find(form, QLabel, "layer_problem").text()
    button = find(form, QPushButton, "settings_fix_button")
    assert button.text() == "Insert Flatten"
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert not document.problems


def test_settings_from_a_pooling_layer_are_shown_as_text(form, qtbot, document) -> None:
    document.apply(insert_layer(document.project, 3, "MaxUnpool2D"))
    paired_pooling = find(form, QLabel, "layer_paired_pooling")
    assert "It undoes pool_1" in paired_pooling.text()
    assert "Window: 2×2" in paired_pooling.text()
    assert form.findChild(QWidget, "setting_window") is None


def test_an_unknown_type_is_shown_with_its_settings(qtbot, document_of) -> None:
    document = document_of(("Foo", "foo_1", {"depth": 3}))
    form = SettingsForm(document)
    qtbot.addWidget(form)
    form.show()
    document.select(("foo_1",))
    text = find(form, QLabel, "layer_paired_pooling").text()
    assert "Unknown type 'Foo', kept as it is." in text
    assert '"depth": 3' in text


def test_wrong_settings_of_a_file_are_corrected_field_by_field(qtbot, document_of) -> None:
    document = document_of(("Linear", "linear_1", {"outputs": -5, "bias": "perhaps"}))
    form = SettingsForm(document)
    qtbot.addWidget(form)
    form.show()
    document.select(("linear_1",))
    assert find(form, QLabel, "setting_outputs_error").text() == "Outputs is -5 but should be at least 1."
    type_number(find(form, NumberBox, "setting_outputs"), "10")
    assert settings_of(document, "linear_1")["outputs"] == 10
    find(form, QCheckBox, "setting_bias").click()
    assert settings_of(document, "linear_1")["bias"] is True


@pytest.mark.parametrize("layer_type", sorted(layer_types()))
def test_every_layer_type_has_a_form_with_a_row_for_each_field(form, document, layer_type: str) -> None:
    document.apply(insert_layer(document.project, 3, layer_type))
    for name, field in layer_types()[layer_type].Settings.model_fields.items():
        extra = field.json_schema_extra if isinstance(field.json_schema_extra, dict) else {}
        taken = extra.get("from_pooling") or extra.get("not_in_form")
        editor = form.findChild(QWidget, f"setting_{name}")
        assert (editor is None) == bool(taken)
        if editor is not None:
            assert editor.accessibleName() == field.title
            assert editor.toolTip() == field.description
    assert document.undo_stack.count() == 1


def test_a_new_layer_file_appears_in_palette_canvas_and_form(qtbot, document, throwaway_layer) -> None:
    palette, canvas, form = Palette(document), Canvas(document, None), SettingsForm(document)
    for widget in (palette, canvas, form):
        qtbot.addWidget(widget)
        widget.show()
    entry = palette.findChild(QWidget, "palette_Blur")
    QTest.mouseDClick(entry, Qt.MouseButton.LeftButton)
    assert canvas.card("blur_1") is not None
    assert find(form, NumberBox, "setting_taps").value == 3
    strength = find(form, NumberBox, "setting_strength")
    assert strength.text() == "0.5"
    find(form, QCheckBox, "setting_keep").click()
    kind, edge = find(form, QComboBox, "setting_kind"), find(form, QComboBox, "setting_edge")
    assert [kind.itemText(row) for row in range(2)] == ["Box", "Gauss bell"]
    for combo in (kind, edge):
        combo.setFocus()
        QTest.keyClick(combo, Qt.Key.Key_Down)
    label = find(form, QLineEdit, "setting_label")
    QTest.keyClicks(label, "bc")
    find(form, JsonEditor, "setting_limit").setFocus()
    find(form, JsonEditor, "setting_limit").selectAll()
    QTest.keyClicks(find(form, JsonEditor, "setting_limit"), "7")
    QTest.keyClick(find(form, JsonEditor, "setting_limit"), Qt.Key.Key_Return)
    assert settings_of(document, "blur_1") == {
        "keep": True,
        "kind": "gauss_bell",
        "edge": "mirror",
        "label": "abc",
        "limit": 7,
    }
    QTest.keyClicks(label, "defg")
    assert "5" in find(form, QLabel, "setting_label_error").text()
    assert find(form, QLabel, "layer_formula").text() == "<i>y</i> = <i>G</i><sub><i>s</i></sub> ⋆ <i>x</i>"
    for widget in (palette, canvas, form):
        widget.grab()


@pytest.mark.parametrize("width", [260, 300, 400])
@pytest.mark.parametrize("layer_type", ["Conv2D", "Softmax", "Linear"])
def test_the_name_begins_where_the_settings_begin(form, qtbot, document, layer_type: str, width: int) -> None:
    document.apply(insert_layer(document.project, 0, layer_type))
    form.resize(width, 700)
    qtbot.waitUntil(lambda: form.width() == width)
    document.select(document.selection)
    name, page = find(form, QLineEdit, "layer_name"), find(form, QWidget, "layer_page")
    setting = next(each for each in form.findChildren(NumberBox) if each.isVisible())
    qtbot.waitUntil(lambda: name.mapTo(page, QPoint()).x() == setting.mapTo(page, QPoint()).x())
