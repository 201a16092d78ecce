"""One QAction for each command of the window, shared by menus, toolbar, context menus and shortcuts."""

from collections.abc import Callable, Mapping

import qtawesome
from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMainWindow, QWidget

from app.shell.command_table import CANVAS_COMMANDS, COMMANDS, Command
from app.widgets.theme.theme import current_theme


class Actions(QObject):
    """The actions of all commands in `COMMANDS`, by name.

    Arguments:
        window: gets the actions, so that the shortcuts work everywhere in it.
        handlers: for each command, the function that runs it, or an action of Qt that already does.

    Attributes:
        by_name: the actions, by the names of their commands.
    """

    def __init__(self, window: QMainWindow, handlers: Mapping[str, Callable[[], object] | QAction]) -> None:
        super().__init__(window)
        self._icons: dict[str, str] = {}
        self._tips: dict[str, str] = {}
        self.by_name: dict[str, QAction] = {}
        for command in COMMANDS:
            if not command.is_separator:
                self._add(command, handlers[command.name], window)
        self.refresh_icons()

    def __getitem__(self, name: str) -> QAction:
        return self.by_name[name]

    def _add(self, command: Command, handler: Callable[[], object] | QAction, window: QMainWindow) -> None:
        if isinstance(handler, QAction):
            action = handler
        else:
            action = QAction(command.text, window)
            action.triggered.connect(handler)
        action.setObjectName(f"action_{command.name}")
        if command.shortcut:
            action.setShortcut(QKeySequence(command.shortcut))
        self._tips[command.name] = command.tip
        self._icons[command.name] = command.icon
        self.by_name[command.name] = action
        self.explain(command.name)
        if command.name in CANVAS_COMMANDS:
            action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        else:
            window.addAction(action)

    def add_canvas_commands(self, *widgets: QWidget) -> None:
        """Make the shortcuts of the canvas commands work inside these widgets.

        Arguments:
            widgets: the canvas and the palette.
        """
        for widget in widgets:
            widget.addActions([self.by_name[name] for name in CANVAS_COMMANDS])

    def explain(self, name: str, reason: str = "") -> None:
        """Set the tool tip and the status tip of an action.

        Arguments:
            name: of the command.
            reason: why the action is disabled; empty to show the usual tip.
        """
        action, text = self.by_name[name], reason or self._tips[name]
        keys = action.shortcut().toString()
        action.setToolTip(f"{text} ({keys})" if keys and not reason else text)
        action.setStatusTip(text)

    def set_icon(self, name: str, icon: str) -> None:
        """Give an action another icon.

        Arguments:
            name: of the command.
            icon: name in the icon font.
        """
        if self._icons[name] != icon:
            self._icons[name] = icon
            self.refresh_icons()

    def refresh_icons(self) -> None:
        """Draw all icons again in the colours of the current theme."""
        theme = current_theme()
        for name, icon in self._icons.items():
            if icon:
                color = theme.on_accent if name == "train" else theme.text
                self.by_name[name].setIcon(qtawesome.icon(icon, color=color, color_disabled=theme.muted))
