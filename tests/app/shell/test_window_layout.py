"""The panels: first places, closing and showing, title bars, and what the next session restores."""

import pytest
from PySide6.QtCore import QSettings, Qt
from PySide6.QtWidgets import QLabel, QMainWindow

from app.shell.actions import Actions
from app.shell.command_table import COMMANDS
from app.shell.window_layout import WindowLayout

TITLES = ("Palette", "Settings", "Monitor", "Inspector", "Models")


@pytest.fixture
def open_layout(qtbot, tmp_path):
    """Return a function that opens a window with empty panels and restores their layout."""

    def open_one() -> WindowLayout:
        window = QMainWindow()
        qtbot.addWidget(window)
        window.setCentralWidget(QLabel())
        layout = WindowLayout(window, QSettings(str(tmp_path / "settings.ini"), QSettings.Format.IniFormat))
        for title in TITLES:
            layout.add_panel(title, QLabel(title))
        handlers = {command.name: int for command in COMMANDS if not command.is_separator}
        handlers |= {"move_panels": layout.show_title_bars, "full_screen": layout.toggle_full_screen}
        layout.actions = Actions(window, handlers)
        layout.window = window
        layout.attach(layout.actions)
        layout.restore()
        window.show()
        return layout

    return open_one


def has_title_bars(layout: WindowLayout) -> bool:
    return all(dock.titleBarWidget() is None for dock in layout.docks.values())


def test_the_first_layout_has_the_palette_left_the_settings_right_and_the_rest_below(open_layout) -> None:
    layout = open_layout()
    areas = {name: layout.window.dockWidgetArea(dock) for name, dock in layout.docks.items()}
    assert areas["palette"] == Qt.DockWidgetArea.LeftDockWidgetArea
    assert areas["settings"] == Qt.DockWidgetArea.RightDockWidgetArea
    assert {areas[name] for name in ("monitor", "inspector", "models")} == {Qt.DockWidgetArea.BottomDockWidgetArea}
    assert set(layout.window.tabifiedDockWidgets(layout.docks["monitor"])) == {
        layout.docks["inspector"],
        layout.docks["models"],
    }


def test_a_closed_panel_comes_to_the_front(qtbot, open_layout) -> None:
    layout = open_layout()
    layout.docks["models"].close()
    layout.bring_to_front("models")
    qtbot.waitUntil(layout.docks["models"].widget().isVisible)


def test_the_next_session_restores_closed_panels_and_reset_shows_them(open_layout) -> None:
    layout = open_layout()
    layout.docks["palette"].hide()
    layout.docks["settings"].setFloating(True)
    layout.save()
    again = open_layout()
    assert not again.docks["palette"].isVisible()
    assert again.docks["settings"].isFloating()
    again.reset()
    assert again.docks["palette"].isVisible()
    assert not again.docks["settings"].isFloating()


def test_title_bars_are_shown_to_move_panels_and_the_choice_is_restored(open_layout) -> None:
    layout = open_layout()
    assert not has_title_bars(layout)
    layout.actions["move_panels"].trigger()
    assert has_title_bars(layout)
    layout.save()
    again = open_layout()
    assert again.actions["move_panels"].isChecked()
    assert has_title_bars(again)
    again.actions["move_panels"].trigger()
    assert not has_title_bars(again)


def test_full_screen_is_entered_and_left(qtbot, open_layout) -> None:
    layout = open_layout()
    action = layout.actions["full_screen"]
    action.trigger()
    qtbot.waitUntil(layout.window.isFullScreen)
    assert action.isChecked()
    action.trigger()
    qtbot.waitUntil(lambda: not layout.window.isFullScreen())
    assert not action.isChecked()
