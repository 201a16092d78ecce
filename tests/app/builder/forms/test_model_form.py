"""The form that is made from a model: errors, limits, pairs, check boxes, choices."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QCheckBox, QLabel, QToolButton

from app.widgets.choice_box import ChoiceBox
from app.widgets.number_box import NumberBox
from tests.app.builder.forms.form_driver import find, settings_of, type_number


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("0", "Filters is 0 but should be a whole number from 1 to 4096."),
        ("-3", "Filters is -3 but should be a whole number from 1 to 4096."),
    ],
)
def test_an_impossible_number_gets_an_error_and_changes_nothing(form, document, text, sentence) -> None:
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


def test_a_choice_that_is_too_narrow_ends_with_dots(qtbot) -> None:
    box = ChoiceBox()
    qtbot.addWidget(box)
    box.addItems(["Cross-entropy on scores", "short"])
    box.resize(100, 26)
    assert box.shown_text().endswith("…")
    box.resize(400, 26)
    assert box.shown_text() == "Cross-entropy on scores"
