"""The page Problems: select the layer, apply the fix, by mouse and keyboard."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QContextMenuEvent
from PySide6.QtWidgets import QApplication, QLabel, QMenu, QPushButton, QTableView

from app.builder.panel.problem_table_model import ProblemColumn
from app.builder.panel.problems_page import NO_PROBLEMS
from app.document import Document
from app.document.edits import change_settings, remove_layers
from tinyml.data import DataChoice
from tinyml.net import LayerSpecification, NetworkSpecification
from tinyml.storage import Project


@pytest.fixture
def faulty(document_of):
    """A document with two independent problems."""
    return document_of(
        ("Conv2D", "conv_1", {"filters": -1}),
        ("SpaceWarp", "warp"),
        ("Flatten", "flatten_1"),
        ("Linear", "linear_1", {"outputs": 10}),
    )


def table_of(panel):
    return panel.findChild(QTableView, "problem_table")


def texts(panel):
    model = table_of(panel).model()
    return [
        tuple(model.index(row, column).data() for column in list(ProblemColumn)[:3]) for row in range(model.rowCount())
    ]


def click(qtbot, panel, row, column):
    table = table_of(panel)
    place = table.visualRect(table.model().index(row, column)).center()
    qtbot.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=place)


def test_each_problem_has_layer_sentence_and_fix(make_panel, faulty):
    panel = make_panel(faulty)
    shown = texts(panel)
    assert [row[0] for row in shown] == ["conv_1", "warp"]
    assert [row[1] for row in shown] == [problem.sentence for problem in faulty.problems]
    assert [row[2] for row in shown] == [problem.fix.label for problem in faulty.problems]


def test_a_network_without_problems_says_so(panel):
    assert panel.findChild(QLabel, "no_problems").isVisible()
    assert panel.findChild(QLabel, "no_problems").text() == NO_PROBLEMS
    assert not table_of(panel).isVisible()


def test_a_click_selects_the_layer_and_the_selection_marks_the_row(qtbot, make_panel, faulty):
    panel = make_panel(faulty)
    click(qtbot, panel, 1, ProblemColumn.SENTENCE)
    assert faulty.selection == ("warp",)
    faulty.select(("conv_1",))
    assert table_of(panel).currentIndex().row() == 0
    faulty.select(("linear_1",))
    assert not table_of(panel).selectionModel().hasSelection()
    assert faulty.selection == ("linear_1",)


def test_arrow_keys_select_layers_and_enter_applies_the_fix(qtbot, make_panel, faulty):
    panel = make_panel(faulty)
    table = table_of(panel)
    table.setFocus()
    qtbot.keyClick(table, Qt.Key.Key_Down)
    assert faulty.selection == ("conv_1",)
    qtbot.keyClick(table, Qt.Key.Key_Down)
    assert faulty.selection == ("warp",)
    qtbot.keyClick(table, Qt.Key.Key_Return)
    assert "warp" not in [layer.name for layer in faulty.project.network.layers]
    assert [row[0] for row in texts(panel)] == [problem.layer for problem in faulty.problems]
    faulty.undo_stack.undo()
    assert [row[0] for row in texts(panel)] == ["conv_1", "warp"]


def test_a_click_on_the_fix_applies_it(qtbot, make_panel, faulty):
    panel = make_panel(faulty)
    click(qtbot, panel, 0, ProblemColumn.FIX)
    assert faulty.project.network.layers[0].settings["filters"] > 0
    assert faulty.undo_stack.count() == 1


def test_the_context_menu_applies_the_fix(make_panel, faulty):
    panel = make_panel(faulty)
    faulty.select(("warp",))
    table = table_of(panel)
    place = table.visualRect(table.currentIndex()).center()
    event = QContextMenuEvent(QContextMenuEvent.Reason.Keyboard, place, table.mapToGlobal(place))
    QApplication.sendEvent(table, event)
    from_menu = table.findChild(QAction, "action_fix_problem")
    assert from_menu.text() == "Remove this layer"
    from_menu.trigger()
    table.findChild(QMenu, "problem_menu").close()
    assert [row[0] for row in texts(panel)] == [problem.layer for problem in faulty.problems]
    assert "warp" not in [row[0] for row in texts(panel)]


def test_a_problem_inside_a_block_names_the_block_and_selects_the_layer_inside(qtbot, make_panel, document_of):
    inside = [{"type": "Conv2D", "name": "conv_1", "settings": {"filters": -4}}]
    document = document_of(("Residual", "residual_1", {"layers": inside}))
    panel = make_panel(document)
    assert texts(panel)[0][0] == "residual_1 › conv_1"
    click(qtbot, panel, 0, ProblemColumn.SENTENCE)
    assert (document.block, document.selection) == (("residual_1",), ("conv_1",))
    click(qtbot, panel, 0, ProblemColumn.FIX)
    assert all("-4" not in row[1] for row in texts(panel))


def test_a_problem_of_the_data_asks_for_the_data(qtbot, make_panel, tmp_path):
    layers = (LayerSpecification(type="Flatten", name="flatten_1"),)
    missing = DataChoice(source=str(tmp_path / "no such folder"))
    document = Document(Project(network=NetworkSpecification(layers=layers), data=missing))
    panel = make_panel(document)
    qtbot.waitUntil(lambda: bool(document.data_problem))
    assert texts(panel)[0][0] == "input"
    with qtbot.waitSignal(panel.data_requested):
        click(qtbot, panel, 0, ProblemColumn.SENTENCE)
    document.shutdown()


def test_an_empty_network_asks_for_a_layer(make_panel, document_of):
    panel = make_panel(document_of())
    assert texts(panel) == [("Network", "The network has no layers yet. Add one from the palette.", "")]


def test_equal_problems_keep_the_current_row(make_panel, faulty):
    panel = make_panel(faulty)
    faulty.select(("warp",))
    faulty.apply(change_settings(faulty.project, "linear_1", {"outputs": 12}))
    assert table_of(panel).currentIndex().row() == 1
    faulty.apply(remove_layers(faulty.project, ["flatten_1"]))
    assert faulty.selection == ("linear_1",)


@pytest.fixture
def with_hint(document_of):
    """A document with a hint and no problem: two Linear layers without a nonlinearity."""
    document = document_of(
        ("Flatten", "flatten_1"), ("Linear", "linear_1", {"outputs": 64}), ("Linear", "linear_2", {"outputs": 10})
    )
    assert document.problems == ()
    assert [hint.layer for hint in document.hints] == ["linear_2"]
    return document


def test_a_hint_has_its_reason_and_its_fix(qtbot, make_panel, with_hint):
    panel = make_panel(with_hint)
    (hint,) = with_hint.hints
    assert texts(panel) == [("linear_2", f"{hint.sentence} {hint.why}", hint.fix.label)]
    badge = panel.findChild(QLabel, "problem_count")
    assert badge.text() == "1"
    assert badge.property("hint")
    click(qtbot, panel, 0, ProblemColumn.FIX)
    assert with_hint.hints == ()
    assert panel.findChild(QLabel, "no_problems").isVisible()


def test_a_hint_inside_a_block_selects_the_layer_inside(qtbot, make_panel, document_of):
    inside = [{"type": "Softmax", "name": "softmax_1", "settings": {}}]
    document = document_of(
        ("Flatten", "flatten_1"),
        ("Residual", "residual_1", {"layers": inside}),
        ("Linear", "linear_1", {"outputs": 10}),
    )
    panel = make_panel(document)
    rows = [row[0] for row in texts(panel)]
    assert "residual_1 › softmax_1" in rows
    click(qtbot, panel, rows.index("residual_1 › softmax_1"), ProblemColumn.SENTENCE)
    assert (document.block, document.selection) == (("residual_1",), ("softmax_1",))


@pytest.mark.parametrize("by_key", [True, False])
def test_a_dismissed_hint_can_be_shown_again(qtbot, make_panel, with_hint, by_key):
    panel = make_panel(with_hint)
    if by_key:
        with_hint.select(("linear_2",))
        table_of(panel).setFocus()
        qtbot.keyClick(table_of(panel), Qt.Key.Key_Delete)
        assert len(with_hint.project.network.layers) == 3
    else:
        click(qtbot, panel, 0, ProblemColumn.DISMISS)
    assert with_hint.hints == ()
    show_again = panel.findChild(QPushButton, "show_dismissed_hints")
    assert show_again.text() == "Show 1 dismissed hint"
    qtbot.mouseClick(show_again, Qt.MouseButton.LeftButton)
    assert len(texts(panel)) == 1


def test_a_problem_cannot_be_dismissed(qtbot, make_panel, faulty):
    panel = make_panel(faulty)
    assert table_of(panel).isColumnHidden(ProblemColumn.DISMISS)
    faulty.select(("warp",))
    qtbot.keyClick(table_of(panel), Qt.Key.Key_Delete)
    assert len(texts(panel)) == 2


def test_a_narrow_table_leaves_room_for_the_sentence(qtbot, make_panel, with_hint):
    panel = make_panel(with_hint)
    table, (hint,) = table_of(panel), with_hint.hints
    rows = []
    for width in (430, 900):
        panel.resize(width, 240)
        qtbot.waitUntil(lambda width=width: table.viewport().width() == width)
        rows.append(table.rowHeight(0))
        assert table.columnWidth(ProblemColumn.SENTENCE) >= 160
        narrow = width == 430
        assert table.isColumnHidden(ProblemColumn.DISMISS) == narrow
        assert texts(panel)[0][1] == (hint.sentence if narrow else f"{hint.sentence} {hint.why}")
        index = table.model().index(0, ProblemColumn.SENTENCE)
        assert hint.why in index.data(Qt.ItemDataRole.AccessibleTextRole)
    assert rows[0] <= 5 * table.fontMetrics().height()
