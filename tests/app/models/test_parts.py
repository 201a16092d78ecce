"""The layers of our models as chips, the names of other files as a tree, and the filters of the table."""

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from app.models.reading.name_tree import MOST_CHILDREN
from app.models.reading.tensor_columns import COLUMNS, TYPE
from app.models.reading.tensor_index import index_tensors
from tinyml.core.tensor_file import TensorHeader, write_tensors


def names(view) -> list[str]:
    return [row.header.name for row in view.pane.table_model.shown_rows()]


def tree_of(*names: str):
    return index_tensors([TensorHeader(name, (2,), "float32") for name in sorted(names)]).tree


def test_a_chip_shows_the_tensors_of_its_layer(view, opened, make_model) -> None:
    opened(make_model())
    chips = {chip.layer.name: chip for chip in view.chips.chips}
    assert list(chips) == ["input", "conv_1", "relu_1", "flatten_1", "fc_1"]
    assert chips["conv_1"].layer.shape == (4, 6, 6)
    assert not chips["relu_1"].isEnabled()
    assert names(view) == ["conv_1.weight", "conv_1.bias", "fc_1.weight", "fc_1.bias"]
    chips["fc_1"].click()
    assert names(view) == ["fc_1.weight", "fc_1.bias"]
    assert view.state.selected == "fc_1.weight"
    assert chips["fc_1"].isChecked()
    chips["conv_1"].click()
    assert names(view) == ["conv_1.weight", "conv_1.bias"]
    assert not chips["fc_1"].isChecked()
    chips["conv_1"].click()
    assert len(names(view)) == 4
    assert not view.tree.isVisible()


def test_a_part_of_the_tree_shows_its_tensors(view, opened, foreign) -> None:
    opened(foreign)
    tree = view.tree
    assert tree.isVisible()
    assert not view.chips.isVisible()
    model = tree.model()
    texts = [[model.index(row, column).data() for column in range(3)] for row in range(model.rowCount())]
    assert texts == [["head", "2", "27"], ["layer1", "3", "185"]]
    layer = model.index(1, 0)
    assert [model.index(row, 0, layer).data() for row in range(2)] == ["2", "10.conv"]
    tree.setCurrentIndex(model.index(1, 0, layer))
    QTest.keyClick(tree, Qt.Key.Key_Return)
    assert names(view) == ["layer1.10.conv.weight"]
    assert view.state.part.title == "layer1.10.conv"
    QTest.keyClick(tree, Qt.Key.Key_Return)
    assert len(names(view)) == 7


def test_parts_are_ranges_of_the_sorted_names() -> None:
    tree = tree_of("a.1.w", "a.10.w", "a-b.w", "a.2.w", "A.2.v", "b", "ab.c.d.e")
    assert [(child.title, child.tensors) for child in tree.children] == [("a-b", 1), ("a", 4), ("ab.c.d", 1)]
    assert [(child.start, child.stop) for child in tree.children] == [(0, 1), (1, 5), (5, 6)]
    assert [child.title for child in tree.children[1].children] == ["1", "2", "10"]
    assert tree.tensors == 7


def test_many_parts_are_grouped() -> None:
    count = 50 * MOST_CHILDREN
    tree = tree_of(*(f"block.{number}.weight" for number in range(count)))
    (block,) = tree.children
    assert len(block.children) <= MOST_CHILDREN
    first = block.children[0]
    assert first.title == "0 … 99"
    assert first.part[1:] == (0, 100)
    assert first.children[7].part.title == "block.7"
    assert sum(group.tensors for group in block.children) == count


def test_filters_by_type_and_not_finite(qtbot, view, opened, foreign) -> None:
    opened(foreign)
    box = view.pane.type_box
    assert [box.itemText(row) for row in range(box.count())] == ["Any type", "float32", "float64"]
    box.setCurrentIndex(2)
    assert names(view) == ["head.bias"]
    box.setCurrentIndex(1)
    view.pane.not_finite_box.click()
    assert names(view) == []
    box.setCurrentIndex(0)
    assert names(view) == ["head.bias"]


def test_the_order_of_the_file_comes_back(view, opened, tmp_path) -> None:
    path = tmp_path / "order.safetensors"
    write_tensors(path, {"b": np.zeros(3), "a": np.zeros(2, np.float32), "c": np.zeros(2)})
    opened(path)
    assert names(view) == ["a", "b", "c"]
    assert not view.pane.type_box.isHidden()
    view.pane.order_button.click()
    assert names(view) == ["b", "c", "a"]  # large types come first in a file
    assert view.pane.order_button.isHidden()
    view.pane.table.sortByColumn(3, Qt.SortOrder.DescendingOrder)
    assert names(view) == ["b", "a", "c"]


def test_the_columns_fill_the_table_until_the_user_sizes_one(view, opened, make_model) -> None:
    view.resize(2000, 800)
    opened(make_model())
    table = view.pane.table
    assert table.isColumnHidden(TYPE)  # all tensors have the same one
    assert "float32" in view.pane.total_label.text()
    assert table.horizontalHeader().length() == table.viewport().width()
    table.setColumnWidth(0, 123)
    view.resize(1900, 800)
    assert table.columnWidth(0) == 123


def test_a_file_with_two_types_has_a_column_for_them(view, opened, foreign) -> None:
    opened(foreign)
    assert not view.pane.table.isColumnHidden(TYPE)


def test_tab_reaches_the_layers_before_the_filter(qtbot, view, opened, make_model) -> None:
    opened(make_model())
    order, widget = [], view.heading
    while (widget := widget.nextInFocusChain()) is not view.heading:
        order.append(widget)
    places = [order.index(part) for part in (*view.chips.chips, view.pane.filter_field, view.pane.table)]
    assert places == sorted(places)


def test_whole_numbers_of_an_integer_type_are_written_whole(view, opened, tmp_path) -> None:
    path = tmp_path / "counts.safetensors"
    write_tensors(path, {"batches": np.array(25000, np.int64), "scale": np.array(25000, np.float32)})
    opened(path)
    model = view.pane.table.model()
    column = next(number for number, known in enumerate(COLUMNS) if known.title == "Max")
    assert [model.index(row, column).data() for row in (0, 1)] == ["25\N{NO-BREAK SPACE}000", "2.500e+04"]
