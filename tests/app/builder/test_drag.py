"""Dragging with mouse events: from the palette, to another place, and the ways out."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from app.builder.drag import Ghost
from app.document import Document
from tinyml.storage import Project


@pytest.mark.parametrize("gap", [0, 1, 3, 5])
def test_a_layer_from_the_palette_lands_in_the_gap_that_was_shown(bench, gap: int) -> None:
    bench.pick_up(bench.entry("Dropout"))
    bench.move_to_gap(gap)
    assert bench.canvas.column.gap == gap
    shown_at = bench.canvas.column.gap_rect()
    bench.let_go()
    assert bench.names().index("dropout_1") == gap
    assert bench.shown() == bench.names()
    assert bench.card("dropout_1").y() == shown_at.y()
    assert bench.document.selection == ("dropout_1",)
    assert bench.document.undo_stack.undoText() == "insert dropout_1"


def test_the_gap_opens_while_the_pointer_is_over_it(bench, qtbot) -> None:
    before = bench.card("pool_1").y()
    bench.pick_up(bench.entry("Tanh"))
    bench.move_to_gap(2)
    qtbot.waitUntil(lambda: bench.card("pool_1").y() > before + 40, timeout=2000)
    assert bench.card("relu_1").geometry().bottom() < bench.canvas.column.gap_rect().top()
    bench.let_go()


def test_an_open_gap_holds_on_while_the_pointer_stays_in_it(bench) -> None:
    bench.pick_up(bench.entry("Tanh"))
    bench.move_to_gap(2)
    rect = bench.canvas.column.gap_rect()
    for y in (rect.top() + 1, rect.center().y(), rect.bottom() - 1):
        bench.move_to(QPoint(rect.center().x(), y))
        assert bench.canvas.column.gap == 2
    bench.let_go()


def test_a_card_is_moved(bench) -> None:
    bench.pick_up(bench.card("conv_1"))
    bench.move_to_gap(2)
    bench.let_go()
    assert bench.names() == ["relu_1", "pool_1", "conv_1", "flatten_1", "linear_1"]
    assert bench.document.undo_stack.undoText() == "move conv_1"
    bench.document.undo_stack.undo()
    assert bench.names()[0] == "conv_1"


def test_several_selected_cards_move_together_in_their_order(bench) -> None:
    bench.click("pool_1")
    bench.click("conv_1", Qt.KeyboardModifier.ControlModifier)
    bench.pick_up(bench.card("conv_1"))
    bench.move_to_gap(3)
    bench.let_go()
    assert bench.names() == ["relu_1", "flatten_1", "linear_1", "conv_1", "pool_1"]
    assert bench.document.selection == ("conv_1", "pool_1")
    assert bench.document.undo_stack.undoText() == "move 2 layers"


def test_a_card_dropped_where_it_was_changes_nothing(bench) -> None:
    before = [card.geometry() for card in bench.canvas.column.cards]
    bench.pick_up(bench.card("relu_1"))
    bench.move_to_gap(1)
    bench.let_go()
    assert bench.document.undo_stack.count() == 0
    assert [card.geometry() for card in bench.canvas.column.cards] == before


def test_escape_cancels_and_puts_everything_back(bench, qtbot) -> None:
    before = bench.names()
    places = [card.geometry() for card in bench.canvas.column.cards]
    bench.pick_up(bench.card("conv_1"))
    bench.move_to_gap(3)
    assert bench.window.findChild(Ghost) is not None
    QTest.keyClick(bench.window, Qt.Key.Key_Escape)
    assert not bench.canvas._drag.dragging
    qtbot.waitUntil(lambda: [card.geometry() for card in bench.canvas.column.cards] == places, timeout=2000)
    QTest.mouseRelease(bench.canvas.viewport(), Qt.MouseButton.LeftButton)
    assert bench.names() == before
    assert bench.document.undo_stack.count() == 0
    qtbot.waitUntil(lambda: bench.window.findChild(Ghost) is None, timeout=2000)
    assert QApplication.overrideCursor() is None


def test_dropping_outside_the_canvas_changes_nothing(bench) -> None:
    bench.pick_up(bench.entry("Tanh"))
    bench.move_to_gap(1)
    QTest.mouseMove(bench.palette, QPoint(30, 200))
    assert bench.canvas.column.gap is None
    bench.let_go()
    assert bench.document.undo_stack.count() == 0
    assert QApplication.overrideCursor() is None


def test_keys_do_nothing_else_while_dragging(bench) -> None:
    bench.canvas.insert("Tanh")
    bench.pick_up(bench.entry("Dropout"))
    bench.move_to_gap(1)
    QTest.keyClick(bench.card("conv_1"), Qt.Key.Key_Home)
    assert bench.canvas.column.gap == 1
    assert bench.document.selection == ("tanh_1",)
    bench.let_go()
    assert bench.names()[1] == "dropout_1"


def test_a_press_without_a_way_is_a_click(bench) -> None:
    QTest.mousePress(bench.entry("Tanh"), Qt.MouseButton.LeftButton, pos=QPoint(20, 15))
    QTest.mouseMove(bench.entry("Tanh"), QPoint(21, 16))
    assert not bench.palette._drag.dragging
    QTest.mouseRelease(bench.entry("Tanh"), Qt.MouseButton.LeftButton, pos=QPoint(21, 16))
    QTest.mouseMove(bench.canvas.viewport(), QPoint(100, 100))
    assert not bench.palette._drag.dragging
    assert bench.document.undo_stack.count() == 0


def test_the_first_layer_goes_into_the_empty_canvas(make_bench) -> None:
    bench = make_bench(Document(Project()))
    empty = bench.canvas.findChild(QWidget, "empty_canvas")
    assert empty is not None
    assert empty.isVisible()
    bench.pick_up(bench.entry("Flatten"))
    bench.move_to(empty.geometry().center())
    bench.let_go()
    assert bench.names() == ["flatten_1"]
    assert not empty.isVisible()


def test_the_canvas_scrolls_when_the_pointer_is_near_its_edge(bench, qtbot) -> None:
    for _ in range(8):
        bench.canvas.insert("Tanh")
    bar = bench.canvas.verticalScrollBar()
    bar.setValue(0)
    bench.pick_up(bench.entry("Dropout"))
    viewport = bench.canvas.viewport()
    QTest.mouseMove(viewport, QPoint(200, viewport.height() - 3))
    qtbot.waitUntil(lambda: bar.value() == bar.maximum(), timeout=5000)
    bench.let_go()
    assert bench.names()[-1] == "dropout_1"


def test_a_change_of_the_document_ends_the_drag(bench) -> None:
    bench.pick_up(bench.card("relu_1"))
    bench.move_to_gap(3)
    bench.canvas.delete_selection()
    assert not bench.canvas._drag.dragging
    assert bench.canvas.column.gap is None
    assert bench.names() == ["conv_1", "pool_1", "flatten_1", "linear_1"]
    assert bench.shown() == bench.names()
