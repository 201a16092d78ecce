"""The page Summary: rows, selection, copies and files."""

import csv
import io

import pytest
from PySide6.QtCore import QItemSelectionModel, Qt
from PySide6.QtWidgets import QApplication, QTableView

from app.builder.panel.summary_rows import COLUMNS, make_rows, write_csv, write_markdown
from app.document import edits
from tinyml.net import build


@pytest.fixture
def block_document(document_of):
    """A network with a block."""
    inside = [
        {"type": "Conv2D", "name": "conv_1", "settings": {"filters": 4, "window": [3, 3], "padding": [1, 1]}},
        {"type": "ReLu", "name": "relu_1"},
    ]
    return document_of(
        ("Conv2D", "conv_1", {"filters": 4, "window": [3, 3], "padding": [1, 1]}),
        ("Residual", "residual_1", {"layers": inside}),
        ("Flatten", "flatten_1"),
        ("Linear", "linear_1", {"outputs": 10}),
    )


def show_summary(make_panel, document):
    panel = make_panel(document)
    panel.show_page(panel.summary)
    return panel, panel.findChild(QTableView, "summary_table")


def column(table, number):
    return [table.model().index(row, number).data() for row in range(table.model().rowCount())]


def test_rows_agree_with_the_built_network(document):
    net = build(document.project.network, document.data.example_shape)
    *rows, total = make_rows(document)
    assert [row.path for row in rows] == [(layer.name,) for layer in net.layers]
    counts = [sum(parameter.tensor.size for parameter in layer.parameters) for layer in net.layers]
    assert [row.parameters for row in rows] == counts
    assert total.parameters == sum(counts)
    assert total.operations == sum(row.operations for row in rows)
    batch = document.project.training.batch_size
    assert rows[-1].memory == 10 * 4 * batch
    document.apply(edits.change_training(document.project, batch_size=2 * batch))
    assert make_rows(document)[-1].memory == 2 * total.memory


def test_layers_inside_blocks_are_indented(make_panel, block_document):
    _, table = show_summary(make_panel, block_document)
    names = column(table, 0)
    assert names == ["conv_1", "residual_1", "    conv_1", "    relu_1", "flatten_1", "linear_1", "Total"]
    block, first, second = make_rows(block_document)[1:4]
    assert block.parameters == first.parameters + second.parameters


def test_selection_follows_the_document_and_the_other_way_round(make_panel, block_document):
    _, table = show_summary(make_panel, block_document)
    block_document.select(("relu_1",), block=("residual_1",))
    assert [index.row() for index in table.selectionModel().selectedRows()] == [3]
    table.selectRow(5)
    assert (block_document.block, block_document.selection) == ((), ("linear_1",))
    flags = QItemSelectionModel.SelectionFlag.Select | QItemSelectionModel.SelectionFlag.Rows
    table.selectionModel().setCurrentIndex(table.model().index(0, 0), flags)
    assert block_document.selection == ("conv_1", "linear_1")
    table.selectRow(6)
    assert block_document.selection == ()


def test_unknown_numbers_are_dashes(make_panel, document):
    document.apply(edits.remove_layers(document.project, ["flatten_1"]))
    _, table = show_summary(make_panel, document)
    assert column(table, 2)[3:] == ["–", "–"]
    assert column(table, 4)[-1] == "–"
    assert csv_rows(write_csv(make_rows(document)))[-1][4] == ""


def csv_rows(text):
    return list(csv.reader(io.StringIO(text)))


def test_ctrl_c_copies_the_selected_rows(qtbot, make_panel, block_document):
    panel, table = show_summary(make_panel, block_document)
    table.selectRow(2)
    table.setFocus()
    with qtbot.waitSignal(panel.message) as said:
        qtbot.keyClick(table, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    copied = csv_rows(QApplication.clipboard().text())
    assert said.args[0] == "Copied 1 row."
    assert [row[0] for row in copied] == ["Layer", "residual_1/conv_1"]
    assert copied[1][3] == str(make_rows(block_document)[2].parameters)


def test_markdown_is_one_table_also_with_hostile_names(document):
    document.apply(edits.rename_layer(document.project, "conv_1", "a|b\n*c*"))
    lines = write_markdown(make_rows(document)).splitlines()
    assert len(lines) == 2 + len(document.project.network.layers) + 1
    separators = [line.replace(r"\|", "").count("|") for line in lines]
    assert set(separators) == {len(COLUMNS) + 1}
    assert r"a\|b \*c\*" in lines[2]


@pytest.mark.parametrize(("name", "first"), [("table.csv", "Layer,"), ("table.md", "| Layer")])
def test_the_table_is_saved(qtbot, make_panel, document, tmp_path, name, first):
    panel, _ = show_summary(make_panel, document)
    with qtbot.waitSignal(panel.message) as said:
        panel.summary.save_to(tmp_path / name)
    assert said.args[0] == f"Saved {name}."
    assert (tmp_path / name).read_text(encoding="utf-8").startswith(first)
    panel.shutdown()


def test_a_failed_save_gives_a_sentence(qtbot, make_panel, document, tmp_path):
    panel, _ = show_summary(make_panel, document)
    with qtbot.waitSignal(panel.failed) as said:
        panel.summary.save_to(tmp_path / "missing" / "table.csv")
    assert "Could not save" in said.args[0]
    panel.shutdown()


def test_all_columns_share_the_room(make_panel, document, qtbot):
    panel, table = show_summary(make_panel, document)
    panel.resize(700, 240)
    qtbot.waitUntil(lambda: table.viewport().width() > 600)
    narrow = [table.columnWidth(number) for number in range(len(COLUMNS))]
    panel.resize(1400, 240)
    qtbot.waitUntil(lambda: table.viewport().width() > 1300)
    grown = [table.columnWidth(number) - before for number, before in enumerate(narrow)]
    assert sum(table.columnWidth(number) for number in range(len(COLUMNS))) == table.viewport().width()
    assert max(grown) - min(grown) <= len(COLUMNS)
