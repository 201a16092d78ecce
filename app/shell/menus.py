"""The menu bar: the commands in their menus, the panels, and the colours."""

from PySide6.QtCore import QSettings, Slot
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu, QMenuBar

from app.shell.actions import Actions
from app.shell.application import ThemeChoice, ThemeManager
from app.shell.command_table import COMMANDS
from app.shell.files import Files

THEMES: tuple[tuple[ThemeChoice, str], ...] = (("system", "Follow the &system"), ("light", "&Light"), ("dark", "&Dark"))


def fill_menu_bar(menu_bar: QMenuBar, actions: Actions) -> dict[str, QMenu]:
    """Add every command to its menu.

    Arguments:
        menu_bar: of the main window.
        actions: the commands.

    Returns the menus, by their titles.
    """
    menus: dict[str, QMenu] = {}
    for command in COMMANDS:
        if command.menu not in menus:
            menus[command.menu] = menu_bar.addMenu(command.menu)
        if command.is_separator:
            menus[command.menu].addSeparator()
        else:
            menus[command.menu].addAction(actions[command.name])
    # The tool tip of a disabled command gives the reason.
    menus["&Train"].setToolTipsVisible(True)
    return menus


def insert_file_menus(menu: QMenu, following: QAction, files: Files) -> QMenu:
    """Insert the menus of the examples and of the recent files.

    Arguments:
        menu: the File menu.
        following: the entry below them.
        files: opens what the user chooses.

    Returns the menu of the recent files.
    """
    examples, recent = QMenu("Open e&xample", menu), QMenu("Open &recent", menu)
    examples.setObjectName("menu_examples")
    recent.setObjectName("menu_recent")
    files.fill_examples_menu(examples)
    files.fill_recent_menu(recent)
    menu.insertMenu(following, examples)
    menu.insertMenu(following, recent)
    menu.insertSeparator(following)
    return recent


class ThemeMenu(QMenu):
    """The choice between the system's colours, light and dark.

    Arguments:
        theme_manager: applies the choice.
        settings: where the choice is saved.
    """

    def __init__(self, theme_manager: ThemeManager, settings: QSettings, parent: QMenu) -> None:
        super().__init__("&Colours", parent)
        self._theme_manager, self._settings = theme_manager, settings
        group = QActionGroup(self)
        for choice, text in THEMES:
            action = self.addAction(text)
            action.setObjectName(f"action_theme_{choice}")
            action.setData(choice)
            action.setCheckable(True)
            action.setChecked(choice == theme_manager.choice)
            group.addAction(action)
        group.triggered.connect(self._on_theme_triggered)

    @Slot(QAction)
    def _on_theme_triggered(self, action: QAction) -> None:
        self._theme_manager.choose(action.data())
        self._settings.setValue("theme", action.data())
