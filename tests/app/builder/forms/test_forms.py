"""The forms: one for every layer type made from its model alone, and those for data and training."""

import gc
import sys
import textwrap
import weakref

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible, QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFileDialog,
    QLabel,
    QLineEdit,
    QPushButton,
    QToolButton,
    QWidget,
)

import tinyml.layers
from app.builder import Canvas, DataForm, Palette, SettingsForm, TrainingForm
from app.builder.forms.editors import JsonEditor
from app.document import DATA_PENDING, Document
from app.document.edits import change_settings, insert_layer, remove_layers
from app.widgets.choice_box import ChoiceBox
from app.widgets.number_box import NumberBox
from tinyml.core.resources import resource_path
from tinyml.layers import layer_types
from tinyml.storage import Project

THROWAWAY = '''
"""Blur: a layer that only this test knows."""

from enum import Enum
from typing import Annotated, Literal

from pydantic import Field

from tinyml.layers.base import Layer, LayerSettings, NonNegativePair


class Edge(Enum):
    ZERO = "zero"
    MIRROR = "mirror"


class BlurSettings(LayerSettings):
    family = "regularisation"
    summary = "smears the picture"
    formula = "y = G_s ⋆ x"
    short_name = "blur"

    taps: Annotated[int, Field(ge=1, le=9, title="Taps", description="How wide.")] = 3
    strength: Annotated[float, Field(gt=0, lt=1, title="Strength")] = 0.5
    keep: Annotated[bool, Field(title="Keep borders")] = False
    kind: Annotated[Literal["box", "gauss_bell"], Field(title="Kind")] = "box"
    edge: Annotated[Edge, Field(title="Edge")] = Edge.ZERO
    margin: Annotated[NonNegativePair, Field(title="Margin")] = (0, 0)
    label: Annotated[str, Field(title="Label", max_length=5)] = "a"
    limit: Annotated[int | None, Field(title="Limit", ge=1)] = None

    def build(self, name, input_shape, rng, dtype):
        return Blur(name, self)


class Blur(Layer):
    Settings = BlurSettings

    def forward(self, input):
        return input

    def backward(self, in_gradient):
        return in_gradient
'''


@pytest.fixture
def form(qtbot, document: Document) -> SettingsForm:
    form = SettingsForm(document)
    qtbot.addWidget(form)
    form.resize(300, 700)
    with qtbot.waitExposed(form):
        form.show()
    form.activateWindow()
    return form


@pytest.fixture
def throwaway_layer(tmp_path, monkeypatch):
    (tmp_path / "throwaway_blur.py").write_text(textwrap.dedent(THROWAWAY), encoding="utf-8")
    monkeypatch.setattr(tinyml.layers, "__path__", [*tinyml.layers.__path__, str(tmp_path)])
    layer_types.cache_clear()
    yield "Blur"
    layer_types.cache_clear()
    sys.modules.pop("tinyml.layers.throwaway_blur", None)


def find(form: QWidget, kind: type, name: str):
    found = form.findChild(kind, name)
    assert found is not None, name
    return found


def settings_of(document: Document, name: str) -> dict:
    return document.inference_of(name).specification.settings


def type_draft(box: QWidget, text: str) -> None:
    box.setFocus()
    box.selectAll()
    QTest.keyClicks(box, text)


def type_number(box: QWidget, text: str) -> None:
    type_draft(box, text)
    QTest.keyClick(box, Qt.Key.Key_Return)


# ------------------------------------------------------------------------------------------------------------ one layer


def test_a_screen_reader_hears_the_formula(form, document) -> None:
    document.select(("linear_1",))
    formula = QAccessible.queryAccessibleInterface(find(form, QLabel, "layer_formula"))
    assert formula.text(QAccessible.Text.Name) == document.inference_of("linear_1").layer_type.Settings.formula


def test_without_a_selection_the_form_says_what_to_do(form) -> None:
    assert find(form, QLabel, "nothing_selected_text").isVisible()
    assert "Click a card" in find(form, QLabel, "nothing_selected_text").text()


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


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("0", "Filters is 0 but should be a whole number from 1 to 4096."),
        ("-3", "Filters is -3 but should be a whole number from 1 to 4096."),
    ],
)
def test_an_impossible_number_gets_a_sentence_and_changes_nothing(form, document, text, sentence) -> None:
    document.select(("conv_1",))
    box, error = find(form, NumberBox, "setting_filters"), find(form, QLabel, "setting_filters_error")
    type_number(box, text)
    assert error.isVisible()
    assert error.text() == sentence
    assert box.property("invalid") is True
    assert settings_of(document, "conv_1")["filters"] == 4
    assert document.undo_stack.count() == 0
    type_number(box, "6")
    assert not error.isVisible()
    assert settings_of(document, "conv_1")["filters"] == 6


def test_the_arrows_stop_at_the_limits(form, document) -> None:
    document.select(("conv_1",))
    box = find(form, NumberBox, "setting_filters")
    for _ in range(6):
        QTest.keyClick(box, Qt.Key.Key_Down)
    assert box.value == 1
    assert settings_of(document, "conv_1")["filters"] == 1


def test_a_pair_stays_equal_while_it_is_linked(form, document) -> None:
    document.select(("conv_1",))
    rows, columns = find(form, NumberBox, "setting_window_rows"), find(form, NumberBox, "setting_window_columns")
    link = find(form, QToolButton, "setting_window_link")
    assert link.isChecked()
    type_number(rows, "5")
    assert settings_of(document, "conv_1")["window"] == [5, 5]
    assert columns.value == 5
    link.click()
    type_number(columns, "3")
    assert settings_of(document, "conv_1")["window"] == [5, 3]
    link.click()
    assert settings_of(document, "conv_1")["window"] == [5, 5]
    link.click()
    type_number(columns, "0")
    assert (
        find(form, QLabel, "setting_window_error").text() == "Window is 0 but should be a whole number from 1 to 1000."
    )
    assert settings_of(document, "conv_1")["window"] == [5, 5]


def test_a_check_box_changes_a_bool(form, document) -> None:
    document.select(("linear_1",))
    find(form, QCheckBox, "setting_bias").click()
    assert settings_of(document, "linear_1")["bias"] is False


def test_renaming_by_enter_and_what_is_wrong_with_a_name(form, document) -> None:
    document.select(("relu_1",))
    name, error = find(form, QLineEdit, "layer_name"), find(form, QLabel, "layer_name_error")
    name.setFocus()
    name.selectAll()
    QTest.keyClicks(name, "pool_1")
    assert error.text() == "Another layer is called 'pool_1' already. Choose a name that is free."
    QTest.keyClick(name, Qt.Key.Key_Return)
    assert document.undo_stack.count() == 0
    name.selectAll()
    QTest.keyClick(name, Qt.Key.Key_Delete)
    assert error.text() == "A layer needs a name. Type at least one letter."
    QTest.keyClicks(name, "kink")
    assert not error.isVisible()
    assert document.undo_stack.count() == 0
    QTest.keyClick(name, Qt.Key.Key_Return)
    assert document.selection == ("kink",)
    assert document.undo_stack.undoText() == "rename relu_1 to kink"
    document.undo_stack.undo()
    assert name.text() == "relu_1"


@pytest.mark.parametrize("width", [230, 260, 300, 340])
def test_no_paragraph_is_cut_off(form, qtbot, document, width) -> None:
    form.resize(width, 900)
    for layer in document.project.network.layers:
        document.select((layer.name,))
        qtbot.wait(20)
        for label in form.findChildren(QLabel):
            if label.isVisible() and label.wordWrap():
                assert label.height() >= label.heightForWidth(label.width()), (layer.name, label.objectName())


def names_of(document: Document) -> list[str]:
    return [layer.name for layer in document.project.network.layers]


def type_name(form: QWidget, text: str) -> None:
    name = find(form, QLineEdit, "layer_name")
    name.setFocus()
    name.selectAll()
    QTest.keyClicks(name, text)


@pytest.mark.parametrize("selection", [("pool_1",), (), ("conv_1", "pool_1")])
def test_a_half_typed_name_goes_to_its_layer_when_another_is_shown(form, qtbot, document, selection) -> None:
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


def test_a_half_typed_name_does_not_disturb_the_undo_history(form, qtbot, document) -> None:
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
    qtbot.wait(10)
    assert names_of(document) == before


def test_an_impossible_half_typed_name_is_dropped(form, qtbot, document) -> None:
    document.select(("relu_1",))
    type_name(form, "pool_1")
    document.select(("conv_1",))
    qtbot.wait(10)
    assert document.undo_stack.count() == 0


def test_what_was_typed_for_one_project_does_not_go_to_the_next(form, qtbot, document) -> None:
    document.select(("conv_1",))
    type_number(find(form, NumberBox, "setting_filters"), "0")
    type_name(form, "edges")
    project = document.project
    document.replace(project)
    qtbot.wait(10)
    assert document.project == project
    document.select(("conv_1",))
    assert find(form, QLineEdit, "layer_name").text() == "conv_1"
    assert [box.value for box in form.findChildren(NumberBox, "setting_filters") if box.isVisible()] == [4]
    assert not any(label.isVisible() for label in form.findChildren(QLabel, "setting_filters_error"))


def test_refused_training_and_data_values_do_not_outlive_the_project(qtbot, document) -> None:
    training, data = TrainingForm(document), DataForm(document)
    for each in (training, data):
        qtbot.addWidget(each)
        each.show()
    rate, share = find(training, NumberBox, "training_learning_rate"), find(data, NumberBox, "data_test")
    before = rate.value, share.value
    type_number(rate, "-5")
    type_number(share, "7")
    errors = find(training, QLabel, "training_learning_rate_error"), find(data, QLabel, "data_test_error")
    assert all(error.text() for error in errors)
    document.replace(document.project)
    assert (rate.value, share.value) == before
    assert not any(error.isVisible() for error in errors)


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


def test_the_problem_and_its_fix_are_in_the_form_too(form, document) -> None:
    document.apply(remove_layers(document.project, ["flatten_1"]))
    document.select(("linear_1",))
    assert "needs a vector" in find(form, QLabel, "layer_problem").text()
    button = find(form, QPushButton, "settings_fix_button")
    assert button.text() == "Insert Flatten"
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert not document.problems


def test_what_another_layer_decides_is_told_in_words(form, qtbot, document) -> None:
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


def test_a_faulty_file_can_be_mended_field_by_field(qtbot, document_of) -> None:
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


def test_a_layer_file_of_ones_own_appears_everywhere(qtbot, document, throwaway_layer) -> None:
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
    assert find(form, QLabel, "layer_formula").text() == "y = G<sub>s</sub> ⋆ x"
    for widget in (palette, canvas, form):
        widget.grab()


# -------------------------------------------------------------------------------------------------------------- several


def test_several_layers_are_counted_and_can_be_moved_and_deleted(form, document) -> None:
    document.select(("conv_1", "relu_1", "pool_1"))
    assert find(form, QLabel, "multi_layer_heading").text() == "3 layers selected"
    assert "conv_1, relu_1, pool_1" in find(form, QLabel, "multi_layer_names").text()
    QTest.mouseClick(find(form, QPushButton, "selection_down_button"), Qt.MouseButton.LeftButton)
    assert document.undo_stack.undoText() == "move 3 layers"
    QTest.mouseClick(find(form, QPushButton, "selection_delete_button"), Qt.MouseButton.LeftButton)
    assert document.undo_stack.undoText() == "delete 3 layers"
    assert [layer.name for layer in document.project.network.layers] == ["flatten_1", "linear_1"]


# ----------------------------------------------------------------------------------------------------- data, training


def test_training_settings_change_with_one_step_each(qtbot, document) -> None:
    form = TrainingForm(document)
    qtbot.addWidget(form)
    form.show()
    type_number(find(form, NumberBox, "training_epochs"), "37")
    assert document.project.training.epochs == 37
    assert document.undo_stack.count() == 1
    momentum = find(form, NumberBox, "training_momentum")
    type_number(momentum, "1")
    assert (
        find(form, QLabel, "training_momentum_error").text()
        == "Momentum is 1 but should be a number of at least 0 and below 1."
    )
    assert document.project.training.momentum != 1
    document.undo_stack.undo()
    assert find(form, NumberBox, "training_epochs").value == document.project.training.epochs != 37


def test_only_what_the_optimiser_and_the_schedule_look_at_is_shown(qtbot, document) -> None:
    form = TrainingForm(document)
    qtbot.addWidget(form)
    form.show()

    def shown(*names: str) -> list[bool]:
        return [find(form, QWidget, f"training_{name}").isVisible() for name in names]

    assert shown("momentum", "nesterov", "beta_1", "smoothing", "schedule_epochs") == [True, True, False, False, False]
    before = find(form, QLabel, "optimizer_summary").text()
    combo = find(form, QComboBox, "training_optimizer")
    combo.setFocus()
    QTest.keyClick(combo, Qt.Key.Key_Home)
    assert document.project.training.optimizer == "adam"
    assert shown("momentum", "nesterov", "beta_1", "smoothing", "schedule_epochs") == [False, False, True, False, False]
    assert find(form, QLabel, "optimizer_summary").text() != before
    combo = find(form, QComboBox, "training_schedule")
    combo.setFocus()
    QTest.keyClick(combo, Qt.Key.Key_End)
    assert document.project.training.schedule == "warm_up"
    assert shown("schedule_epochs", "schedule_factor") == [True, True]


def test_the_chosen_loss_is_explained(qtbot, document) -> None:
    form = TrainingForm(document)
    qtbot.addWidget(form)
    form.show()
    combo = find(form, QComboBox, "training_loss")
    before = find(form, QLabel, "loss_summary").text()
    combo.setFocus()
    QTest.keyClick(combo, Qt.Key.Key_End)
    assert document.project.training.loss == "mse_loss"
    assert find(form, QLabel, "loss_summary").text() != before
    assert find(form, QLabel, "loss_formula").text()


def test_data_is_chosen_and_split(qtbot, document) -> None:
    form = DataForm(document)
    qtbot.addWidget(form)
    form.show()
    assert "10 classes: 0, 1, 2" in find(form, QLabel, "data_summary").text()
    source = find(form, QComboBox, "data_source")
    source.setCurrentIndex(source.findData("circle"))
    source.activated.emit(source.currentIndex())
    assert document.project.data.source == "circle"
    assert document.undo_stack.undoText() == "change data source"
    assert "2 classes" in find(form, QLabel, "data_summary").text()
    type_number(find(form, NumberBox, "data_test"), "0.25")
    assert document.project.data.test == 0.25
    assert "250 test" in find(form, QLabel, "data_split").text()


def test_a_folder_is_chosen_or_refused_with_a_sentence(qtbot, document, monkeypatch, tmp_path) -> None:
    form = DataForm(document)
    qtbot.addWidget(form)
    form.show()
    source = find(form, QComboBox, "data_source")

    def choose(folder: str) -> None:
        monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: folder)
        source.activated.emit(source.count() - 1)

    choose("")
    assert source.currentData() == "digits"
    choose(str(tmp_path))
    assert find(form, QLabel, "data_summary").text() == DATA_PENDING
    qtbot.waitUntil(find(form, QLabel, "data_source_error").isVisible)
    assert document.undo_stack.count() == 0
    assert source.currentData() == "digits"
    assert "10 classes" in find(form, QLabel, "data_summary").text()
    folder = str(resource_path("data", "digits"))
    choose(folder)
    qtbot.waitUntil(lambda: document.project.data.source == folder)
    assert document.data is not None
    assert source.currentData() == folder
    assert not find(form, QLabel, "data_source_error").isVisible()


@pytest.mark.parametrize("kind", [SettingsForm, DataForm, TrainingForm])
def test_forms_leave_nothing_behind(qapp, kind) -> None:
    document = Document(Project())
    document.apply(insert_layer(document.project, 0, "Conv2D"))
    form = kind(document)
    form.show()
    gone = weakref.ref(form)
    form.close()
    del form
    gc.collect()
    assert gone() is None
    document.undo_stack.undo()


# --------------------------------------------------------------------------------------------------------------- undo


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
def test_undo_in_a_number_box_is_that_of_the_document(form, document) -> None:
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
    document.undo_stack.clear()  # the shortcut of an empty history is taken by nobody
    press_undo(filters)
    assert filters.value == 25


@pytest.mark.usefixtures("undo_keys")
def test_undo_takes_a_fix_back_whose_button_had_the_keyboard(form, document) -> None:
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
def test_undo_in_the_name_is_about_what_is_typed_until_that_is_finished(form, document) -> None:
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
def test_undo_in_text_fields_of_settings_is_that_of_the_document(form, document, throwaway_layer) -> None:
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


def test_a_choice_without_room_ends_in_dots(qtbot) -> None:
    box = ChoiceBox()
    qtbot.addWidget(box)
    box.addItems(["Cross-entropy on scores", "short"])
    box.resize(100, 26)
    assert box.shown_text().endswith("…")
    box.resize(400, 26)
    assert box.shown_text() == "Cross-entropy on scores"
