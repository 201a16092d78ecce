"""The context menus of the canvas, for what is under the pointer."""

import pytest
from PySide6.QtCore import QPoint
from PySide6.QtGui import QAction, QContextMenuEvent
from PySide6.QtWidgets import QApplication, QMenu

from app.builder.canvas.context_menu import CANVAS_COMMANDS, CARD_COMMANDS
from app.document.edits import remove_layers
from app.shell.command_table import COMMANDS

MOUSE, KEYBOARD = QContextMenuEvent.Reason.Mouse, QContextMenuEvent.Reason.Keyboard


@pytest.fixture
def menus(harness):
    """Give the canvas one action for each command in its menus."""
    canvas = harness.canvas
    handlers = {"delete": canvas.commands.delete, "paste": canvas.commands.paste}
    actions = {}
    for name in {*CARD_COMMANDS, *CANVAS_COMMANDS} - {"-"}:
        actions[name] = QAction(name, canvas)
        if name in handlers:
            actions[name].triggered.connect(handlers[name])
    canvas.set_actions(actions)
    return actions


def open_menu(harness, point: QPoint, reason=MOUSE) -> QMenu:
    """Open the menu at a point of the card stack."""
    viewport, place = harness.canvas.viewport(), harness.canvas.card_stack.mapToGlobal(point)
    QApplication.sendEvent(viewport, QContextMenuEvent(reason, viewport.mapFromGlobal(place), place))
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    return menu


def texts(menu: QMenu) -> list[str]:
    return [action.text() for action in menu.actions() if not action.isSeparator()]


def gap_before(harness, name: str) -> QPoint:
    place = harness.card(name).geometry()
    return QPoint(place.center().x(), place.top() - 4)


def test_every_command_in_the_menus_is_a_command_of_the_window() -> None:
    known = {command.name for command in COMMANDS}
    assert {*CARD_COMMANDS, *CANVAS_COMMANDS} - {"-"} <= known


def test_the_menu_of_a_card_selects_it_and_holds_the_shared_actions(harness, menus, qtbot) -> None:
    menu = open_menu(harness, harness.card("pool_1").geometry().center())
    assert harness.document.selection == ("pool_1",)
    assert [action for action in menu.actions() if not action.isSeparator()] == [
        menus[name] for name in CARD_COMMANDS if name != "-"
    ]
    menu.close()
    qtbot.waitUntil(lambda: harness.canvas.findChild(QMenu) is None)
    assert menus["delete"].text() == "delete"  # the shared actions live on


def test_the_menu_of_a_selected_card_keeps_the_selection(harness, menus) -> None:
    harness.document.select(("conv_1", "pool_1"))
    open_menu(harness, harness.card("pool_1").geometry().center()).close()
    assert harness.document.selection == ("conv_1", "pool_1")


def test_the_menu_of_the_bare_canvas_acts_on_no_card(harness, menus) -> None:
    harness.click("conv_1")
    harness.canvas.commands.copy()
    menu = open_menu(harness, QPoint(4, 300))
    assert harness.document.selection == ()
    assert menus["delete"] not in menu.actions()
    menus["delete"].trigger()
    assert len(harness.names()) == 5
    menus["paste"].trigger()
    menu.close()
    assert harness.names()[-1] == "conv_2"


def test_a_gap_offers_to_insert_and_to_paste_there(harness, menus, qtbot) -> None:
    harness.click("relu_1")
    menu = open_menu(harness, gap_before(harness, "flatten_1"))
    assert texts(menu)[:2] == ["&Insert a layer here…", "&Paste here"]
    assert not menu.actions()[1].isEnabled()
    with qtbot.waitSignal(harness.canvas.insert_requested) as asked:
        menu.actions()[0].trigger()
    assert asked.args[1] == 3
    menu.close()
    harness.canvas.commands.copy()
    menu = open_menu(harness, gap_before(harness, "flatten_1"))
    menu.actions()[1].trigger()
    menu.close()
    assert harness.names() == ["conv_1", "relu_1", "pool_1", "relu_2", "flatten_1", "linear_1"]


def test_the_menu_of_a_card_with_a_problem_fixes_it(harness, menus) -> None:
    document = harness.document
    document.apply(remove_layers(document.project, ["flatten_1"]))
    menu = open_menu(harness, harness.card("linear_1").geometry().center())
    assert texts(menu)[0] == "Insert Flatten"
    menu.actions()[0].trigger()
    menu.close()
    assert not document.problems


def test_the_menu_of_a_compact_card_shows_its_problem(harness, menus) -> None:
    document = harness.document
    document.apply(remove_layers(document.project, ["flatten_1"]))
    harness.canvas.zoom.set_factor(0.4)
    menu = open_menu(harness, harness.card("linear_1").geometry().center())
    assert texts(menu)[0] == "Show its &problem"
    menu.actions()[0].trigger()
    menu.close()
    assert harness.canvas.zoom.factor == 1.0
    assert harness.card("linear_1").visibleRegion().boundingRect().height() == harness.card("linear_1").height()


def test_the_menu_key_opens_the_menu_of_the_current_card(harness, menus) -> None:
    harness.click("relu_1")
    menu = open_menu(harness, QPoint(4, 300), KEYBOARD)
    assert menus["delete"] in menu.actions()
    menu.close()
    menus["delete"].trigger()
    assert "relu_1" not in harness.names()
