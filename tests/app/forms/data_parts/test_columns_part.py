"""The list of the columns of a table, and the roles that a user gives them."""

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox, QLabel, QPushButton, QTableView, QWidget

from app.forms.data_parts.column_model import Heading
from app.forms.data_parts.column_roles import obstacle, options_for_role
from tests.app.builder.forms.form_driver import find
from tinyml.data.columns import ColumnInfo

COLUMNS = (
    ColumnInfo("size", "number", "input"),
    ColumnInfo("note", "text", "unused"),
    ColumnInfo("kind", "category", "target"),
    ColumnInfo("price", "number", "input"),
)


def texts(table: QTableView, heading: Heading) -> list[str]:
    model = table.model()
    return [model.data(model.index(row, heading)) for row in range(model.rowCount())]


def give_role(table: QTableView, row: int, key: str) -> None:
    """Open the box of a role with the keyboard and choose the role that begins with a letter."""
    table.setFocus()
    table.setCurrentIndex(table.model().index(row, Heading.NAME))
    table.setCurrentIndex(table.model().index(row, Heading.ROLE))
    box = table.findChild(QComboBox, "column_role")
    assert box is not None
    QTest.keyClicks(box, key)


def test_each_column_has_its_kind_and_its_role(show, flowers) -> None:
    _, form = show(flowers)
    table = find(form, QTableView, "data_columns")
    assert texts(table, Heading.NAME) == ["size", "width", "garden", "kind"]
    assert texts(table, Heading.KIND)[0] == "number"
    assert texts(table, Heading.ROLE) == ["Input", "Input", "Input", "Target"]
    assert not find(form, QPushButton, "data_columns_automatic").isVisible()


def test_a_role_is_changed_with_the_keyboard_and_taken_back(qtbot, show, flowers) -> None:
    document, form = show(flowers)
    table = find(form, QTableView, "data_columns")
    give_role(table, 1, "U")
    qtbot.waitUntil(lambda: texts(table, Heading.ROLE) == ["Input", "Unused", "Input", "Target"])
    assert document.undo_stack.undoText() == "change the role of width"
    assert document.data.input_names[0] == "size"
    assert document.project.data.options["inputs"] == ["size", "garden"]
    button = find(form, QPushButton, "data_columns_automatic")
    assert button.isVisible()
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: document.project.data.options == {})
    document.undo_stack.undo()
    assert texts(table, Heading.ROLE)[1] == "Unused"


def test_the_last_target_stays(show, flowers) -> None:
    document, form = show(flowers)
    before = document.project
    give_role(find(form, QTableView, "data_columns"), 3, "I")
    assert find(form, QLabel, "data_columns_error").text().startswith("Training needs a target.")
    assert document.project == before


def test_images_have_no_columns(show, photos) -> None:
    _, form = show(photos)
    assert not find(form, QWidget, "data_columns_part_section").isVisible()


def test_another_target_of_classes_takes_the_place_of_the_one_before() -> None:
    assert options_for_role(COLUMNS, 0, "target", classes=True) == {"inputs": ("kind", "price"), "targets": ("size",)}
    noted = (COLUMNS[0], ColumnInfo("note", "text", "target"), COLUMNS[2])
    assert options_for_role(noted, 2, "target", classes=True) == {"inputs": ("size",), "targets": ("kind",)}


def test_several_columns_of_numbers_can_be_targets() -> None:
    columns = (COLUMNS[0], ColumnInfo("price", "number", "target"), ColumnInfo("age", "number", "input"))
    changed = options_for_role(columns, 2, "target", classes=False)
    assert changed == {"inputs": ("size",), "targets": ("price", "age")}


def test_an_input_and_a_target_are_needed() -> None:
    assert obstacle(COLUMNS, 0, "unused") == ""
    assert "input" in obstacle((COLUMNS[0], COLUMNS[2]), 0, "unused")
    assert "target" in obstacle(COLUMNS, 2, "unused")
    assert obstacle(COLUMNS, 2, "target") == ""
