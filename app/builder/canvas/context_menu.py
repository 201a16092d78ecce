"""The context menus of the canvas: for a card, for the gap between two cards, and for the bare canvas."""

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QPoint
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QWidget

CARD_COMMANDS = (
    "rename",
    "-",
    "cut",
    "copy",
    "paste",
    "duplicate",
    "delete",
    "-",
    "move_up",
    "move_down",
    "-",
    "wrap",
    "unwrap",
    "-",
    "quick_insert",
)
"""Commands of the window in the menu of a layer's card; "-" stands for a separator."""

CANVAS_COMMANDS = ("quick_insert", "paste", "select_all", "-", "zoom_in", "zoom_out", "zoom_fit", "zoom_actual_size")
"""Commands in the menu of the bare canvas, where nothing is selected."""


class ContextMenus:
    """Opens menus that hold the actions of the window, so that texts, keys and states are the same everywhere."""

    def __init__(self) -> None:
        self._actions: Mapping[str, QAction] = {}

    def set_actions(self, actions: Mapping[str, QAction]) -> None:
        """Use these actions from now on.

        Arguments:
            actions: the actions of the window, by the names of their commands.
        """
        self._actions = actions

    def open(self, owner: QWidget, position: QPoint, commands: Sequence[str], first: Sequence[QAction] = ()) -> None:
        """Open a menu. A menu without any action does not open.

        Arguments:
            owner: the widget on which the menu opens.
            position: in global coordinates.
            commands: names of commands of the window; "-" stands for a separator.
            first: actions that belong to this place only; they come first.
        """
        menu = QMenu(owner)
        menu.setObjectName("canvas_menu")
        for action in first:
            action.setParent(menu)
            menu.addAction(action)
        if first:
            menu.addSeparator()
        for name in commands:
            if name == "-":
                menu.addSeparator()
            elif name in self._actions:
                menu.addAction(self._actions[name])
        if not any(not action.isSeparator() for action in menu.actions()):
            menu.deleteLater()
            return
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(position)
