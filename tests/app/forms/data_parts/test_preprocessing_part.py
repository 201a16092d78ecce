"""Size, colour, scale, target, split and augmentation of the data form."""

from dataclasses import replace

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QCheckBox, QComboBox, QLabel, QToolButton, QWidget

from app.widgets.number_box import NumberBox
from tests.app.builder.forms.form_driver import find, type_number
from tests.app.forms.data_parts.test_reading_part import choose
from tinyml.data import DataChoice
from tinyml.data.choice import ExpectedData


def visible(form: QWidget, *names: str) -> list[bool]:
    return [find(form, QWidget, f"data_{name}").isVisible() for name in names]


def test_the_size_of_images_is_automatic_or_typed(qtbot, show, photos) -> None:
    document, form = show(photos)
    automatic = find(form, QCheckBox, "data_size_automatic")
    rows = find(form, NumberBox, "data_size_rows")
    height = document.data.example_shape[1]
    assert automatic.isChecked()
    assert rows.value == height
    assert not rows.isEnabled()
    assert find(form, QLabel, "data_size_note").text()
    QTest.keyClick(automatic, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: document.project.data.preprocessing.size is not None)
    type_number(rows, "12")
    qtbot.waitUntil(lambda: document.data.example_shape == (3, 12, 12))
    assert document.undo_stack.undoText() == "change size"
    assert document.project.data.expected == ExpectedData.of(document.data)
    assert document.data_problems == ()
    choose(find(form, QComboBox, "data_colour"), "Grey")
    qtbot.waitUntil(lambda: document.data.example_shape == (1, 12, 12))
    document.undo_stack.undo()
    document.undo_stack.undo()
    document.undo_stack.undo()
    assert document.data.example_shape[1] == height
    assert automatic.isChecked()


def test_automatic_choices_say_what_they_mean(show, photos, flowers) -> None:
    _, form = show(photos)
    assert find(form, QComboBox, "data_colour").currentText() == "Automatic: colour"
    assert find(form, QComboBox, "data_scale").currentText() == "Automatic: to 0 … 1"
    assert visible(form, "size", "resize", "colour", "scale", "scale_targets") == [True, True, True, True, False]
    assert visible(form, "augment_shift", "augment_noise") == [True, True]
    _, form = show(flowers)
    assert find(form, QComboBox, "data_scale").currentText() == "Automatic: to mean 0, deviation 1"
    assert find(form, QLabel, "data_fitted").text() == "Fitted on training examples only."
    assert visible(form, "size", "resize", "colour", "scale") == [False, False, False, True]
    assert visible(form, "augment_shift", "augment_noise") == [False, True]


def test_a_scale_is_one_step_without_reading(show, flowers) -> None:
    document, form = show(flowers)
    data = document.data
    choose(find(form, QComboBox, "data_scale"), "Not")
    assert document.project.data.preprocessing.scale == "none"
    assert document.undo_stack.undoText() == "change scale"
    assert document.data is data
    assert document.project.data.expected is not None
    assert not find(form, QLabel, "data_fitted").isVisible()


def test_targets_are_scaled_only_if_they_are_numbers(show) -> None:
    document, form = show("sine")
    assert visible(form, "scale_targets", "stratified") == [True, False]
    choose(find(form, QComboBox, "data_target"), "Input")
    assert document.data.target == "input"
    assert visible(form, "scale_targets", "target") == [False, True]


def test_augmentation_is_a_training_setting(show) -> None:
    document, form = show("digits")
    type_number(find(form, NumberBox, "data_augment_shift"), "2")
    assert document.project.training.augment_shift == 2
    QTest.keyClick(find(form, QCheckBox, "data_augment_flip"), Qt.Key.Key_Space)
    assert document.project.training.augment_flip
    assert document.undo_stack.undoText() == "change augment flip"


def test_the_split_has_only_the_fields_with_an_effect(show, tmp_path) -> None:
    document, form = show("digits")
    assert visible(form, "validation", "test", "seed", "stratified", "keep_own_split") == [True] * 4 + [False]
    QTest.keyClick(find(form, QCheckBox, "data_stratified"), Qt.Key.Key_Space)
    assert not document.project.data.stratified
    own = _data_with_own_parts(document)
    assert visible(form, "validation", "test", "keep_own_split") == [False, False, True]
    assert "The validation and the test parts are the data's own." in find(form, QLabel, "data_split").text()
    QTest.keyClick(find(form, QCheckBox, "data_keep_own_split"), Qt.Key.Key_Space)
    assert not document.project.data.keep_own_split
    document._set_data(own, "")
    assert visible(form, "validation", "test") == [True, True]


def _data_with_own_parts(document):
    own = replace(document.data, validation_count=100, test_count=200)
    document._set_data(own, "")
    return own


def test_data_without_labels_say_so(show) -> None:
    document, form = show("digits")
    document._set_data(replace(document.data.with_target("input"), has_labels=False), "")
    assert visible(form, "no_labels", "target") == [True, False]


def test_a_section_folds(show) -> None:
    _, form = show("digits")
    heading = find(form, QToolButton, "data_split_part_section_heading")
    heading.setFocus()
    QTest.keyClick(heading, Qt.Key.Key_Space)
    assert not find(form, QWidget, "data_split_part").isVisible()
    QTest.keyClick(heading, Qt.Key.Key_Space)
    assert find(form, QWidget, "data_split_part").isVisible()


def test_everything_is_forgotten_with_the_project(show, flowers) -> None:
    document, form = show(flowers)
    document.replace(document.project.model_copy(update={"data": DataChoice()}))
    assert document.data is not None
    assert not find(form, QWidget, "data_columns_part_section").isVisible()
    assert form.commit() == ""
