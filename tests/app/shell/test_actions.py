"""The commands as actions: tips, icons, shortcuts and menus."""

from functools import partial

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMainWindow, QWidget

from app.shell.actions import Actions
from app.shell.command_table import CANVAS_COMMANDS, COMMANDS
from app.shell.menus import fill_menu_bar

NAMES = [command.name for command in COMMANDS if not command.is_separator]


@pytest.fixture
def called() -> list[str]:
    return []


@pytest.fixture
def main_window(qtbot) -> QMainWindow:
    window = QMainWindow()
    qtbot.addWidget(window)
    return window


@pytest.fixture
def actions(main_window, called) -> Actions:
    return Actions(main_window, {name: partial(called.append, name) for name in NAMES})


def test_each_action_runs_the_handler_of_its_command(actions, called) -> None:
    for name in NAMES:
        actions[name].trigger()
    assert called == NAMES
    assert [actions[name].objectName() for name in NAMES] == [f"action_{name}" for name in NAMES]


def test_a_tip_names_the_keys_and_a_reason_replaces_it(actions) -> None:
    action = actions["train"]
    usual = action.toolTip()
    assert usual.endswith("(F5)")
    assert action.statusTip() == usual.removesuffix(" (F5)")
    actions.explain("train", "The data is missing.")
    assert (action.toolTip(), action.statusTip()) == ("The data is missing.", "The data is missing.")
    actions.explain("train")
    assert action.toolTip() == usual


def test_another_icon_is_drawn_at_once(actions) -> None:
    before = actions["pause"].icon().cacheKey()
    actions.set_icon("pause", "mdi6.pause")
    assert actions["pause"].icon().cacheKey() == before
    actions.set_icon("pause", "mdi6.play")
    assert actions["pause"].icon().cacheKey() != before


def test_the_keys_of_the_canvas_work_only_in_the_given_widgets(actions, main_window) -> None:
    canvas = QWidget(main_window)
    actions.add_canvas_commands(canvas)
    assert {action.objectName() for action in canvas.actions()} == {f"action_{name}" for name in CANVAS_COMMANDS}
    for name in CANVAS_COMMANDS:
        assert actions[name].shortcutContext() == Qt.ShortcutContext.WidgetWithChildrenShortcut
        assert actions[name] not in main_window.actions()


def test_the_menu_bar_holds_every_command_once_in_its_menu(actions, main_window) -> None:
    menus = fill_menu_bar(main_window.menuBar(), actions)
    assert list(menus) == ["&File", "&Edit", "&Network", "&Train", "&View", "&Help"]
    shown = [action.objectName() for menu in menus.values() for action in menu.actions() if not action.isSeparator()]
    assert shown == [f"action_{name}" for name in NAMES]


def test_no_key_is_given_to_two_commands(actions) -> None:
    keys = [shortcut.toString() for name in NAMES for shortcut in actions[name].shortcuts()]
    assert len(keys) > 40
    assert sorted(keys) == sorted(set(keys))
