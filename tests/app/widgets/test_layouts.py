"""No Python object is left for an item of a layout."""

import pytest
import shiboken6
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from app.widgets.layouts import add_layout, add_layout_at
from tests.app.layout_items import layout_items


@pytest.fixture
def page(qtbot) -> QWidget:
    page = QWidget()
    qtbot.addWidget(page)
    return page


def make_row(*widgets: QWidget) -> QHBoxLayout:
    row = QHBoxLayout()
    for widget in widgets:
        row.addWidget(widget)
    row.addStretch()
    return row


def test_the_method_of_qt_leaves_objects(qapp) -> None:
    """Without this, `add_layout` is needless."""
    page = QWidget()
    QVBoxLayout(page).addLayout(make_row(QPushButton()))
    assert {type(item).__name__ for item in layout_items()} == {"QWidgetItem", "QSpacerItem"}
    shiboken6.delete(page)
    assert layout_items() == []


def test_no_object_is_left(page) -> None:
    button = QPushButton()
    inner = make_row(button)
    row = make_row()
    add_layout(row, inner, 2)
    column = QVBoxLayout(page)
    add_layout(column, row)
    assert layout_items() == []
    assert button.parent() is page
    assert row.stretch(row.indexOf(inner)) == 2


def test_a_place_in_a_grid(page) -> None:
    grid, button = QGridLayout(page), QPushButton()
    row = make_row(button)
    add_layout_at(grid, row, 1, 2)
    assert grid.getItemPosition(grid.indexOf(row)) == (1, 2, 1, 1)
    assert layout_items() == []
