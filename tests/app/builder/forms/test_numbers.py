"""Numbers typed into the forms: they mean the same in every locale, and a draft counts only after it is applied."""

import os
import subprocess
import sys

import pytest
from PySide6.QtCore import QLocale, QPoint, QPointF, Qt
from PySide6.QtGui import QAction, QFocusEvent, QInputMethodEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QWidget

from app.builder import SettingsForm
from app.document import Document
from app.document.edits import change_settings, change_training
from app.forms import DataForm, TrainingForm
from app.widgets.number_box import NumberBox

LOCALES = ["de_DE", "fr_FR", "ar_EG", "C"]
TYPED = ["0.05", "0,05", "1e-4", "1E-4", ".5", "5.", "1 000", "1.000,5", "1,000", "٣", "abc", "", "nan", "inf", "--1"]
TYPED += ["1e9", "1e999", "99999", "1e2", "12"]
ACCEPTED = {
    "training_learning_rate": {
        "0.05": 0.05, "0,05": 0.05, "1e-4": 1e-4, "1E-4": 1e-4, ".5": 0.5, "5.": 5, "1,000": 1, "1e2": 100, "12": 12,
    },
    "data_test": {"0.05": 0.05, "0,05": 0.05, "1e-4": 1e-4, "1E-4": 1e-4, ".5": 0.5},
    "training_epochs": {"99999": 99999, "1e2": 100, "12": 12},
    "setting_filters": {"1e2": 100, "12": 12},
    "setting_window_rows": {"1e2": 100, "12": 12},
    "setting_window_columns": {"1e2": 100, "12": 12},
}  # fmt: skip
"""For each kind of number field, the texts that it accepts and their values. All other texts are refused."""


@pytest.fixture(params=LOCALES)
def locale(request):
    before = QLocale()
    QLocale.setDefault(QLocale(request.param))
    yield request.param
    QLocale.setDefault(before)


@pytest.fixture
def forms(qtbot, document: Document) -> QWidget:
    """All three forms in one window, with a layer selected."""
    window = QWidget()
    qtbot.addWidget(window)
    window.forms = [SettingsForm(document), DataForm(document), TrainingForm(document)]
    for number, form in enumerate(window.forms):
        form.setParent(window)
        form.move(300 * number, 0)
        form.resize(300, 900)
    document.select(("conv_1",))
    with qtbot.waitExposed(window):
        window.show()
    window.activateWindow()
    return window


def find(forms: QWidget, name: str, kind: type = NumberBox):
    found = forms.findChild(kind, name)
    assert found is not None, name
    return found


def current_value(document: Document, field: str):
    """Return the number that the document holds for a field."""
    project = document.project
    if field.startswith("training_"):
        return getattr(project.training, field.removeprefix("training_"))
    if field.startswith("data_"):
        return getattr(project.data, field.removeprefix("data_"))
    settings = document.inference_of("conv_1").settings
    name, _, part = field.removeprefix("setting_").partition("_")
    return getattr(settings, name)[part == "columns"] if part else getattr(settings, name)


def error_of(forms: QWidget, field: str) -> QLabel:
    return find(forms, f"{field.removesuffix('_rows').removesuffix('_columns')}_error", QLabel)


def type_draft(box: NumberBox, text: str) -> None:
    box.setFocus()
    box.selectAll()
    QTest.keyClick(box, Qt.Key.Key_Delete)
    if text.isascii():
        QTest.keyClicks(box, text)
    else:  # characters that are on no key come from an input method
        event = QInputMethodEvent()
        event.setCommitString(text)
        QApplication.sendEvent(box.lineEdit(), event)


@pytest.mark.parametrize("field", ACCEPTED)
def test_typed_numbers_mean_the_same_in_every_locale(forms, document, locale, field) -> None:
    box, error = find(forms, field), error_of(forms, field)
    for text in TYPED:
        before = document.project
        was = current_value(document, field)
        type_draft(box, text)
        assert document.project is before, f"{text!r} is still a draft"
        QTest.keyClick(box, Qt.Key.Key_Return)
        if text in ACCEPTED[field]:
            assert current_value(document, field) == ACCEPTED[field][text] == box.value, text
            assert not error.isVisible(), text
            assert float(box.text()) == box.value
            document.undo_stack.undo()
            assert document.project == before, "one number is one undo step"
        else:
            assert document.project is before, text
            assert box.text() == text, "the typed text stays, so that it can be corrected"
            assert error.isVisible()
            assert "but should be a " in error.text()
            assert box.property("invalid") is True
            assert box.accessibleDescription() == error.text()
            QTest.keyClick(box, Qt.Key.Key_Escape)
        assert current_value(document, field) == was == float(box.text())
        assert not error.isVisible()
        assert box.accessibleDescription() != error.text() or not error.text()


def test_numbers_are_shown_with_a_point_in_every_locale(forms, document, locale) -> None:
    document.apply(change_training(document.project, learning_rate=1e-5, epochs=12345, momentum=0.125))
    shown = [find(forms, f"training_{name}").text() for name in ("learning_rate", "epochs", "momentum")]
    assert shown == ["1e-05", "12345", "0.125"]


@pytest.mark.parametrize("name", ["de_DE", "fr_FR", "ar_EG"])
def test_the_whole_window_shows_and_reads_numbers_with_a_point(name, tmp_path) -> None:
    program = """
import sys
from pathlib import Path
from PySide6.QtCore import QLocale
QLocale.setDefault(QLocale(sys.argv[1]))
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QLabel, QLineEdit, QWidget
from app.shell.run import open_window
window = open_window(settings_file=Path(sys.argv[2]))
window.document.select((window.document.project.network.layers[0].name,))
box = window.findChild(QWidget, "training_learning_rate")
box.setFocus(); box.selectAll(); QTest.keyClicks(box, "0.05"); box.commit()
assert window.document.project.training.learning_rate == 0.05, window.document.project.training.learning_rate
box.selectAll(); QTest.keyClicks(box, "0,25"); box.commit()
assert window.document.project.training.learning_rate == 0.25
texts = [widget.text() for kind in (QLabel, QLineEdit, QAbstractButton) for widget in window.findChildren(kind)]
assert not any("\\u0660" <= letter <= "\\u0669" for text in texts for letter in text), "Arabic digits"
assert window.locale().toString(1234.5, "f", 1) == "1234.5"
assert window.findChild(QWidget, "training_momentum").text() == "0.9"
window.close()
"""
    environment = {**os.environ, "LC_ALL": f"{name}.UTF-8", "LANG": f"{name}.UTF-8", "QT_QPA_PLATFORM": "offscreen"}
    result = subprocess.run(
        [sys.executable, "-c", program, name, str(tmp_path / "settings.ini")],
        env=environment, capture_output=True, text=True, timeout=200, check=False,
    )  # fmt: skip
    assert result.returncode == 0, result.stderr


# -------------------------------------------------------------------------------------------------- drafts and commits


def test_an_impossible_number_does_not_change_the_value(forms, document) -> None:
    filters = find(forms, "setting_filters")
    type_draft(filters, "99999")
    QTest.keyClick(filters, Qt.Key.Key_Tab)
    assert current_value(document, "setting_filters") == 4
    assert document.undo_stack.count() == 0
    assert filters.text() == "99999"
    sentence = "Filters is 99999 but should be a whole number from 1 to 4096."
    assert error_of(forms, "setting_filters").text() == sentence
    assert forms.forms[0].commit() == sentence


def test_tab_applies_a_draft_and_another_window_does_not(forms, document) -> None:
    filters = find(forms, "setting_filters")
    type_draft(filters, "7")
    QApplication.sendEvent(filters, QFocusEvent(QFocusEvent.Type.FocusOut, Qt.FocusReason.ActiveWindowFocusReason))
    assert current_value(document, "setting_filters") == 4
    QTest.keyClick(filters, Qt.Key.Key_Tab)
    assert current_value(document, "setting_filters") == 7


def test_each_typed_number_is_one_undo_step_and_several_arrow_keys_are_one_step(forms, document) -> None:
    filters = find(forms, "setting_filters")
    for text in ("16", "32"):
        type_draft(filters, text)
        QTest.keyClick(filters, Qt.Key.Key_Return)
    assert document.undo_stack.count() == 2
    for _ in range(3):
        QTest.keyClick(filters, Qt.Key.Key_Up)
    wheel = QWheelEvent(
        QPointF(5, 5), QPointF(5, 5), QPoint(), QPoint(0, 120), Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(filters, wheel)
    assert current_value(document, "setting_filters") == 36
    assert document.undo_stack.count() == 3
    document.undo_stack.undo()
    assert current_value(document, "setting_filters") == filters.value == 32


def test_the_arrows_step_from_what_is_typed(forms, document) -> None:
    filters = find(forms, "setting_filters")
    type_draft(filters, "20")
    QTest.keyClick(filters, Qt.Key.Key_Up)
    assert current_value(document, "setting_filters") == 21


def test_a_step_back_to_the_current_number_drops_the_draft(forms, document) -> None:
    filters = find(forms, "setting_filters")
    type_draft(filters, "5")
    QTest.keyClick(filters, Qt.Key.Key_Down)
    assert (filters.text(), current_value(document, "setting_filters")) == ("4", 4)
    assert document.undo_stack.count() == 0


def test_a_refused_draft_is_dropped_when_its_field_is_hidden(forms, document) -> None:
    type_draft(find(forms, "training_momentum"), "1")
    QTest.keyClick(find(forms, "training_momentum"), Qt.Key.Key_Return)
    type_draft(find(forms, "setting_filters"), "0")
    QTest.keyClick(find(forms, "setting_filters"), Qt.Key.Key_Return)
    assert all(form.commit() for form in (forms.forms[0], forms.forms[2]))
    document.apply(change_training(document.project, optimizer="adam"))
    document.select(())
    assert not any(form.commit() for form in forms.forms), "hidden drafts cannot be corrected"
    document.select(("conv_1",))
    document.apply(change_training(document.project, optimizer="sgd"))
    assert find(forms, "setting_filters").text() == "4"
    assert find(forms, "training_momentum").text() == "0.9"
    assert not error_of(forms, "training_momentum").isVisible()


def test_steps_suit_the_size_of_the_number_and_stop_at_the_limits(forms, document) -> None:
    rate = find(forms, "training_learning_rate")
    for start, key, expected in (
        (0.001, Qt.Key.Key_Up, 0.0011),
        (0.001, Qt.Key.Key_Down, 0.00099),
        (0.1, Qt.Key.Key_Down, 0.099),
        (1000, Qt.Key.Key_Up, 1000),
        (996, Qt.Key.Key_Up, 1000),
    ):
        document.apply(change_training(document.project, learning_rate=start))
        rate.setFocus()
        QTest.keyClick(rate, key)
        assert document.project.training.learning_rate == expected
    momentum = find(forms, "training_momentum")
    document.apply(change_training(document.project, momentum=0.99))
    momentum.setFocus()
    QTest.keyClick(momentum, Qt.Key.Key_Up)
    assert document.project.training.momentum == 0.99, "1 is not allowed"


def test_a_draft_survives_edits_of_other_fields_but_not_of_its_own_field(forms, document) -> None:
    filters = find(forms, "setting_filters")
    type_draft(filters, "7")
    document.apply(change_training(document.project, epochs=3))
    assert filters.text() == "7"
    document.apply(change_settings(document.project, "conv_1", {"filters": 5}))
    assert filters.text() == "5"
    assert current_value(document, "setting_filters") == 5


def test_a_draft_is_not_given_to_another_layer(forms, document) -> None:
    type_draft(find(forms, "setting_filters"), "7")
    before = document.project
    document.select(("linear_1",))
    assert document.project == before
    document.select(("conv_1",))
    boxes = [box for box in forms.findChildren(NumberBox, "setting_filters") if box.isVisible()]
    assert [box.text() for box in boxes] == ["4"]


def test_undo_drops_a_draft_first_and_then_undoes_the_document(forms, document) -> None:
    undo = QAction(forms)
    undo.setShortcut("Ctrl+Z")
    undo.triggered.connect(document.undo_stack.undo)
    forms.addAction(undo)
    filters = find(forms, "setting_filters")
    type_draft(filters, "16")
    QTest.keyClick(filters, Qt.Key.Key_Return)
    type_draft(filters, "99999")
    QTest.keyClick(filters, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert (filters.text(), current_value(document, "setting_filters")) == ("16", 16)
    QTest.keyClick(filters, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert (filters.text(), current_value(document, "setting_filters")) == ("4", 4)


def test_another_spelling_of_the_same_number_is_no_edit(forms, document) -> None:
    rate = find(forms, "training_learning_rate")
    type_draft(rate, f"{document.project.training.learning_rate}000")
    QTest.keyClick(rate, Qt.Key.Key_Return)
    assert document.undo_stack.count() == 0
    assert rate.text() == str(document.project.training.learning_rate)


def test_typed_html_is_shown_as_plain_text(forms) -> None:
    rate = find(forms, "training_learning_rate")
    type_draft(rate, "<b>1</b>")
    QTest.keyClick(rate, Qt.Key.Key_Return)
    error = error_of(forms, "training_learning_rate")
    assert "'<b>1</b>'" in error.text()
    assert error.textFormat() == Qt.TextFormat.PlainText


def test_a_screen_reader_gets_the_number_and_its_limits(forms) -> None:
    filters = find(forms, "setting_filters")
    assert [filters.property(name) for name in ("value", "minimum", "maximum")] == [4, 1, 4096]
