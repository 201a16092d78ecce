"""The rail: its buttons, its keys, its menu, and pages dragged out of it."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAccessible, QContextMenuEvent
from PySide6.QtWidgets import QApplication, QMenu

from app.shell.page_table import PAGES


@pytest.fixture
def rail(qtbot, window):
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    return window.pages.rail


def open_menu(qtbot, window, name: str) -> QMenu:
    rail = window.pages.rail
    place = rail.buttons[name].geometry().center()
    event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, place, rail.mapToGlobal(place))
    QApplication.sendEvent(rail, event)
    menu = rail.findChild(QMenu, "rail_menu")
    qtbot.waitUntil(menu.isVisible)
    return menu


def test_a_click_shows_the_page_and_checks_only_its_button(qtbot, window, rail) -> None:
    for page in PAGES:
        qtbot.mouseClick(rail.buttons[page.name], Qt.MouseButton.LeftButton)
        assert window.pages.current == page.name
        assert [name for name, button in rail.buttons.items() if button.isChecked()] == [page.name]
        qtbot.mouseClick(rail.buttons[page.name], Qt.MouseButton.LeftButton)
        assert rail.buttons[page.name].isChecked()


def test_arrows_move_along_the_rail_and_space_shows_the_page(qtbot, window, rail) -> None:
    rail.buttons["data"].setFocus()
    for key, name in ((Qt.Key.Key_Down, "build"), (Qt.Key.Key_Down, "train"), (Qt.Key.Key_Up, "build")):
        qtbot.keyClick(QApplication.focusWidget(), key)
        assert rail.buttons[name].hasFocus()
    qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Up)
    qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Space)
    assert window.pages.current == "data"
    assert window.data_page.isAncestorOf(QApplication.focusWidget())


def test_a_screen_reader_gets_name_state_and_reason(window, rail) -> None:
    for page in PAGES:
        interface = QAccessible.queryAccessibleInterface(rail.buttons[page.name])
        assert interface.text(QAccessible.Text.Name) == page.title
        assert bool(interface.state().checked) == (page.name == "build")
    rail.buttons["train"].set_activity("A run is training.")
    interface = QAccessible.queryAccessibleInterface(rail.buttons["train"])
    assert interface.text(QAccessible.Text.Description) == "A run is training."
    assert "A run is training." in rail.buttons["train"].toolTip()
    assert "Ctrl+3" in rail.buttons["train"].toolTip()


def test_the_dot_is_painted(window, rail) -> None:
    button = rail.buttons["train"]
    before = button.grab().toImage()
    button.set_activity("A run is training.")
    with_dot = button.grab().toImage()
    assert with_dot != before
    button.set_activity("1 problem.", urgent=True)
    assert button.grab().toImage() not in (before, with_dot)
    button.set_activity("")
    assert button.grab().toImage() == before


def test_the_menu_of_a_button_tears_the_page_off_and_puts_it_back(qtbot, window, rail) -> None:
    for _ in range(2):
        menu = open_menu(qtbot, window, "models")
        menu.actions()[0].trigger()
        menu.close()
        qtbot.waitUntil(lambda: rail.findChild(QMenu, "rail_menu") is None)
        assert window.pages.torn_off == {"models"}
        assert "window of its own" in rail.buttons["models"].accessibleDescription()
        menu = open_menu(qtbot, window, "models")
        menu.actions()[0].trigger()
        menu.close()
        qtbot.waitUntil(lambda: rail.findChild(QMenu, "rail_menu") is None)
        assert window.pages.torn_off == frozenset()
        assert window.pages.current == "models"


@pytest.mark.parametrize(("distance", "torn_off"), [(500, True), (30, False)])
def test_a_button_that_is_dragged_out_of_the_rail_becomes_a_window(qtbot, window, rail, distance, torn_off) -> None:
    button = rail.buttons["train"]
    start = button.rect().center()
    qtbot.mousePress(button, Qt.MouseButton.LeftButton, pos=start)
    goal = start + QPoint(distance, 0)
    qtbot.mouseMove(button, goal)
    position = button.mapToGlobal(goal)
    qtbot.mouseRelease(button, Qt.MouseButton.LeftButton, pos=goal)
    assert ("train" in window.pages.torn_off) == torn_off
    if torn_off:
        assert window.train_page.monitor.window().frameGeometry().contains(position)
    assert window.pages.current == "build"


def test_a_page_that_is_dropped_near_the_edge_of_the_screen_is_visible_as_a_whole(window) -> None:
    screen = window.screen().availableGeometry()
    window.pages.tear_off("train", screen.bottomRight() - QPoint(40, 40))
    assert screen.contains(window.train_page.window().frameGeometry())
