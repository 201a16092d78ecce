"""Dragging with mouse events: from the palette, to another place, and drags that are cancelled."""

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from app.builder.canvas.stack_layout import CardGap
from app.builder.drag_picture import Ghost
from app.document import Document
from tinyml.storage import Project


@pytest.mark.parametrize("gap", [0, 1, 3, 5])
def test_a_layer_from_the_palette_lands_in_the_gap_that_was_shown(harness, gap: int) -> None:
    harness.pick_up(harness.entry("Dropout"))
    harness.move_to_gap(gap)
    assert harness.canvas.card_stack.gap == CardGap((), gap)
    shown_at = harness.canvas.card_stack.gap_rect()
    harness.release()
    assert harness.names().index("dropout_1") == gap
    assert harness.shown() == harness.names()
    assert harness.card("dropout_1").y() == shown_at.y()
    assert harness.document.selection == ("dropout_1",)
    assert harness.document.undo_stack.undoText() == "insert dropout_1"


def test_the_gap_opens_while_the_pointer_is_over_it(harness, qtbot) -> None:
    before = harness.card("pool_1").y()
    harness.pick_up(harness.entry("Tanh"))
    harness.move_to_gap(2)
    qtbot.waitUntil(lambda: harness.card("pool_1").y() > before + 40)
    assert harness.card("relu_1").geometry().bottom() < harness.canvas.card_stack.gap_rect().top()
    harness.release()


def test_an_open_gap_stays_open_while_the_pointer_is_in_it(harness) -> None:
    harness.pick_up(harness.entry("Tanh"))
    harness.move_to_gap(2)
    rect = harness.canvas.card_stack.gap_rect()
    for y in (rect.top() + 1, rect.center().y(), rect.bottom() - 1):
        harness.move_to(QPoint(rect.center().x(), y))
        assert harness.canvas.card_stack.gap == CardGap((), 2)
    harness.release()


def test_a_card_is_moved(harness) -> None:
    harness.pick_up(harness.card("conv_1"))
    harness.move_to_gap(2)
    harness.release()
    assert harness.names() == ["relu_1", "pool_1", "conv_1", "flatten_1", "linear_1"]
    assert harness.document.undo_stack.undoText() == "move conv_1"
    harness.document.undo_stack.undo()
    assert harness.names()[0] == "conv_1"


def test_several_selected_cards_move_together_in_their_order(harness) -> None:
    harness.click("pool_1")
    harness.click("conv_1", Qt.KeyboardModifier.ControlModifier)
    harness.pick_up(harness.card("conv_1"))
    harness.move_to_gap(3)
    harness.release()
    assert harness.names() == ["relu_1", "flatten_1", "linear_1", "conv_1", "pool_1"]
    assert harness.document.selection == ("conv_1", "pool_1")
    assert harness.document.undo_stack.undoText() == "move 2 layers"


def test_a_card_dropped_where_it_was_changes_nothing(harness) -> None:
    before = [card.geometry() for card in harness.canvas.card_stack.cards]
    harness.pick_up(harness.card("relu_1"))
    harness.move_to_gap(1)
    harness.release()
    assert harness.document.undo_stack.count() == 0
    assert [card.geometry() for card in harness.canvas.card_stack.cards] == before


def test_escape_cancels_the_drag_and_restores_the_cards(harness, qtbot) -> None:
    before = harness.names()
    places = [card.geometry() for card in harness.canvas.card_stack.cards]
    harness.pick_up(harness.card("conv_1"))
    harness.move_to_gap(3)
    assert harness.window.findChild(Ghost) is not None
    QTest.keyClick(harness.window, Qt.Key.Key_Escape)
    assert not harness.canvas._drag.dragging
    qtbot.waitUntil(lambda: [card.geometry() for card in harness.canvas.card_stack.cards] == places)
    QTest.mouseRelease(harness.canvas.viewport(), Qt.MouseButton.LeftButton)
    assert harness.names() == before
    assert harness.document.undo_stack.count() == 0
    qtbot.waitUntil(lambda: harness.window.findChild(Ghost) is None)
    assert QApplication.overrideCursor() is None


def test_dropping_outside_the_canvas_changes_nothing(harness) -> None:
    harness.pick_up(harness.entry("Tanh"))
    harness.move_to_gap(1)
    QTest.mouseMove(harness.palette, QPoint(30, 200))
    assert harness.canvas.card_stack.gap is None
    harness.release()
    assert harness.document.undo_stack.count() == 0
    assert QApplication.overrideCursor() is None


def test_keys_do_nothing_else_while_dragging(harness) -> None:
    harness.canvas.commands.insert("Tanh")
    harness.pick_up(harness.entry("Dropout"))
    harness.move_to_gap(1)
    QTest.keyClick(harness.card("conv_1"), Qt.Key.Key_Home)
    assert harness.canvas.card_stack.gap == CardGap((), 1)
    assert harness.document.selection == ("tanh_1",)
    harness.release()
    assert harness.names()[1] == "dropout_1"


def test_a_press_without_movement_is_a_click(harness) -> None:
    QTest.mousePress(harness.entry("Tanh"), Qt.MouseButton.LeftButton, pos=QPoint(20, 15))
    QTest.mouseMove(harness.entry("Tanh"), QPoint(21, 16))
    assert not harness.palette._drag.dragging
    QTest.mouseRelease(harness.entry("Tanh"), Qt.MouseButton.LeftButton, pos=QPoint(21, 16))
    QTest.mouseMove(harness.canvas.viewport(), QPoint(100, 100))
    assert not harness.palette._drag.dragging
    assert harness.document.undo_stack.count() == 0


def test_the_first_layer_goes_into_the_empty_canvas(make_harness) -> None:
    harness = make_harness(Document(Project()))
    empty = harness.canvas.findChild(QWidget, "empty_canvas")
    assert empty is not None
    assert empty.isVisible()
    harness.pick_up(harness.entry("Flatten"))
    harness.move_to(empty.geometry().center())
    harness.release()
    assert harness.names() == ["flatten_1"]
    assert not empty.isVisible()


def test_the_canvas_scrolls_when_the_pointer_is_near_its_edge(harness, qtbot) -> None:
    for _ in range(8):
        harness.canvas.commands.insert("Tanh")
    bar = harness.canvas.verticalScrollBar()
    bar.setValue(0)
    harness.pick_up(harness.entry("Dropout"))
    viewport = harness.canvas.viewport()
    QTest.mouseMove(viewport, QPoint(200, viewport.height() - 3))
    qtbot.waitUntil(lambda: bar.value() == bar.maximum())
    harness.release()
    assert harness.names()[-1] == "dropout_1"


def test_a_change_of_the_document_ends_the_drag(harness) -> None:
    harness.pick_up(harness.card("relu_1"))
    harness.move_to_gap(3)
    harness.canvas.commands.delete()
    assert not harness.canvas._drag.dragging
    assert harness.canvas.card_stack.gap is None
    assert harness.names() == ["conv_1", "pool_1", "flatten_1", "linear_1"]
    assert harness.shown() == harness.names()


def test_alt_copies_the_dragged_cards(harness) -> None:
    harness.click("conv_1")
    harness.click("relu_1", Qt.KeyboardModifier.ControlModifier)
    harness.pick_up(harness.card("conv_1"))
    QTest.keyPress(harness.window, Qt.Key.Key_Alt)
    assert harness.canvas.card_stack.gap is not None
    harness.release()
    QTest.keyRelease(harness.window, Qt.Key.Key_Alt)
    names = harness.names()
    assert sorted(names) == ["conv_1", "conv_2", "flatten_1", "linear_1", "pool_1", "relu_1", "relu_2"]
    assert names.index("relu_2") == names.index("conv_2") + 1
    assert harness.document.selection == ("conv_2", "relu_2")
    assert harness.document.undo_stack.undoText() == "copy 2 layers"
    harness.document.undo_stack.undo()
    assert harness.names() == ["conv_1", "relu_1", "pool_1", "flatten_1", "linear_1"]


def test_releasing_alt_moves_instead_of_copying(harness) -> None:
    harness.pick_up(harness.card("conv_1"))
    ghost = harness.window.findChild(Ghost)

    def picture():
        ghost.fade_over(QRect())  # the gap may be elsewhere
        return ghost.grab().toImage()

    plain = picture()
    QTest.keyPress(harness.window, Qt.Key.Key_Alt)
    assert harness.card("conv_1").y() > 0  # the card stays in the network
    assert picture() != plain
    QTest.keyRelease(harness.window, Qt.Key.Key_Alt)
    assert picture() == plain
    harness.move_to_gap(2)
    harness.release()
    assert harness.names() == ["relu_1", "pool_1", "conv_1", "flatten_1", "linear_1"]


def test_the_text_of_the_gap_shows_through_the_picture(harness) -> None:
    harness.pick_up(harness.card("conv_1"))
    harness.move_to_gap(3)
    ghost, stack = harness.window.findChild(Ghost), harness.canvas.card_stack
    gap = stack.gap_rect()
    over = QRect(ghost.mapFromGlobal(stack.mapToGlobal(gap.topLeft())), gap.size()) & ghost.rect()
    assert not over.isEmpty()
    faded = ghost.grab(over).toImage()
    ghost.fade_over(QRect())
    plain = ghost.grab(over).toImage()
    middle = over.translated(-over.topLeft()).center()
    assert faded.pixelColor(middle) != plain.pixelColor(middle)
    harness.release()
