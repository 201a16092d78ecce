"""The cells of the confusion matrix: their size, colours, words and keys."""

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor

from app.widgets.predictions.confusion_table import SMALLEST_CELL, ConfusionTable, cell_colors


@pytest.fixture
def table(qtbot):
    table = ConfusionTable()
    qtbot.addWidget(table)
    table.resize(420, 400)
    with qtbot.waitExposed(table):
        table.show()
    return table


def names(count: int) -> tuple[str, ...]:
    return tuple(f"class {number}" for number in range(count))


def test_correct_cells_are_blue_and_mistakes_orange(table) -> None:
    table.show_counts(np.array([[8, 2], [0, 10]]), ("cat", "dog"))
    image = table.viewport().grab().toImage()

    def color(row: int, column: int) -> QColor:
        corner = table.visualRect(table.model().index(row, column)).topLeft()
        return image.pixelColor(corner.x() + 4, corner.y() + 4)

    assert color(0, 0).blue() > color(0, 0).red()
    assert color(0, 1).red() > color(0, 1).blue()
    assert color(1, 0).saturation() < 60  # no example


def test_a_hundred_classes_shrink_and_then_scroll(table, qtbot) -> None:
    table.show_counts(np.eye(100, dtype=int) * 1000, names(100))
    assert table.cell_size == SMALLEST_CELL
    qtbot.waitUntil(lambda: table.verticalScrollBar().maximum() > 0)
    table.grab()  # paints narrow headers without an error
    table.show_counts(np.eye(4, dtype=int), names(4))
    assert table.cell_size > 3 * SMALLEST_CELL
    qtbot.waitUntil(lambda: table.verticalScrollBar().maximum() == 0)


def test_a_stronger_colour_is_a_larger_share() -> None:
    colors = cell_colors(np.array([[6, 4, 0], [1, 9, 0], [0, 0, 0]])).astype(int)
    ground = colors[2, 2]
    distance = np.abs(colors - ground).sum(axis=2)
    assert distance[1, 1] > distance[0, 0] > 0  # 90 % and 60 %
    assert distance[0, 1] > distance[1, 0] > 0  # 40 % and 10 %
    assert distance[2, 2] == distance[2, 0] == 0


def test_cells_hold_their_counts_in_both_themes(table) -> None:
    table.show_counts(np.array([[8, 2], [0, 10]]), ("cat", "dog"))
    with_counts = table.viewport().grab().toImage()
    table.show_counts(np.array([[4, 1], [0, 5]]), ("cat", "dog"))  # the same shares, so the same colours
    assert table.viewport().grab().toImage() != with_counts


def test_a_cell_in_words(table) -> None:
    table.show_counts(np.array([[8, 2], [0, 0]]), ("cat", "<b>dog"))
    cell = table.model().index(0, 1)
    expected = "true cat, predicted <b>dog: 2 examples, 20.0\N{NO-BREAK SPACE}% of all examples of cat"
    assert cell.data(Qt.ItemDataRole.AccessibleTextRole) == expected
    assert "<b>" not in cell.data(Qt.ItemDataRole.ToolTipRole)
    assert table.confusion.share(1, 1) == 0


def test_the_arrow_keys_choose_cells(table, qtbot) -> None:
    table.show_counts(np.eye(3, dtype=int), names(3))
    chosen: list[tuple[int, int]] = []
    table.cell_chosen.connect(lambda *cell: chosen.append(cell))
    table.setCurrentIndex(table.model().index(0, 0))
    qtbot.keyClick(table, Qt.Key.Key_Right)
    qtbot.keyClick(table, Qt.Key.Key_Down)
    assert chosen == [(0, 0), (0, 1), (1, 1)]
    table.show_counts(2 * np.eye(3, dtype=int), names(3))
    assert table.cell == (1, 1)  # it stays while a run changes the counts
