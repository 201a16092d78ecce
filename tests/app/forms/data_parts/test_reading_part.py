"""The options of a source: a form, what was found, and changes that are read before they are used."""

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox, QLabel, QLineEdit, QSlider, QToolButton, QWidget

from app.document import DATA_PENDING
from app.forms import SourceChoice
from app.forms.data_parts.reading_part import changed_options
from app.widgets.number_box import NumberBox
from tests.app.builder.forms.form_driver import find, type_number
from tinyml.data.built_in.point_options import PointOptions
from tinyml.data.tables.options import TableOptions


def choose(box: QComboBox, text: str) -> None:
    box.setCurrentIndex(next(row for row in range(box.count()) if box.itemText(row).startswith(text)))
    box.activated.emit(box.currentIndex())


def test_noise_has_a_slider_and_a_number_and_each_drag_is_one_step(show) -> None:
    document, form = show("moons")
    assert find(form, QToolButton, "data_reading_part_section_heading").text() == "Drawing"
    steps = document.undo_stack.count()
    slider = find(form, QSlider, "data_option_noise_slider")
    for position in (20, 30, 40):
        slider.setValue(position)
    assert document.project.data.options == {"noise": 0.4}
    assert document.undo_stack.count() == steps + 1
    assert document.undo_stack.undoText() == "change noise"
    assert find(form, NumberBox, "data_option_noise").value == 0.4
    type_number(find(form, NumberBox, "data_option_count"), "50")
    assert document.data.count == 50
    document.undo_stack.undo()
    document.undo_stack.undo()
    assert document.project.data.options == {}
    assert slider.value() == 10


def test_a_wrong_number_is_refused_beside_its_field(show) -> None:
    document, form = show("moons")
    before = document.project
    type_number(find(form, NumberBox, "data_option_count"), "5")
    assert "from 20 to 100000" in find(form, QLabel, "data_option_count_error").text()
    assert document.project == before
    assert form.commit()


def test_data_without_options_have_no_such_section(show) -> None:
    _, form = show("digits")
    assert not find(form, QWidget, "data_reading_part_section").isVisible()


def test_a_table_shows_what_was_recognised_and_is_read_again(qtbot, show, flowers) -> None:
    document, form = show(flowers)
    delimiter = find(form, QComboBox, "data_option_delimiter")
    assert delimiter.currentText() == "Automatic: a semicolon"
    assert find(form, QComboBox, "data_option_decimal").currentText() == "Automatic: a comma"
    assert "mpty" not in find(form, QLabel, "data_option_missing_note").text()
    decimal = find(form, QComboBox, "data_option_decimal")
    shown = document.data
    choose(decimal, "Point")
    assert document.data is shown, "the table is shown as before until it is read"
    assert form.commit() == DATA_PENDING
    qtbot.waitUntil(lambda: document.project.data.options == {"decimal": "point"})
    assert document.data != shown
    assert document.undo_stack.undoText() == "change decimal mark"
    assert form.commit() == ""
    document.undo_stack.undo()
    assert document.data == shown
    assert decimal.currentText().startswith("Automatic")


def test_options_that_do_not_fit_the_file_lose_nothing(qtbot, show, flowers) -> None:
    document, form = show(flowers)
    before, choice = document.project, SourceChoice.of(document)
    choose(find(form, QComboBox, "data_option_encoding"), "Utf-16")
    qtbot.waitUntil(lambda: bool(choice.field_error))
    assert find(form, QLabel, "data_option_encoding_error").text() == choice.field_error
    assert document.project == before
    assert document.data is not None
    choose(find(form, QComboBox, "data_option_missing_rule"), "Drop" if _has(form, "Drop") else "Leave")
    qtbot.waitUntil(lambda: document.project != before)
    assert not find(form, QLabel, "data_option_encoding_error").isVisible()


def _has(form: QWidget, text: str) -> bool:
    box = find(form, QComboBox, "data_option_missing_rule")
    return any(box.itemText(row).startswith(text) for row in range(box.count()))


def test_texts_are_typed_with_semicolons_between_them(qtbot, show, flowers) -> None:
    document, form = show(flowers)
    field = find(form, QLineEdit, "data_option_missing")
    field.setFocus()
    QTest.keyClicks(field, "5,9; unknown ;")
    QTest.keyClick(field, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: document.project.data.options == {"missing": ["5,9", "unknown"]})
    assert field.text() == "5,9; unknown"


def test_only_options_that_differ_from_their_defaults_are_stored() -> None:
    assert changed_options(PointOptions, {"noise": 0.3}, {"count": 1000}) == {"noise": 0.3}
    assert changed_options(PointOptions, {"noise": 0.3}, {"noise": 0.1}) == {}
    assert changed_options(PointOptions, {"colour": 3}, {"seed": 4}) == {"seed": 4}
    assert changed_options(TableOptions, {}, {"inputs": ("a", "b")}) == {"inputs": ["a", "b"]}
