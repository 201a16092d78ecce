"""Every command of the window as one QAction, shared by menus, toolbar, context menus and shortcuts."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import qtawesome
from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMainWindow, QWidget

from app.widgets.theme.theme import current_theme


@dataclass(frozen=True)
class Command:
    """What a command is called, looks like and answers to; the method that runs it has the same name.

    Attributes:
        name: objectName of the action, and name of the method of the main window or of what it delegates to.
        text: in menus, with the mnemonic.
        shortcut: as Qt spells it; empty for none.
        icon: name in the icon font; empty for none.
        tip: one sentence for the tool tip and the status bar.
        menu: the menu it is in; commands with the same menu follow each other, "-" as a name separates them.
    """

    name: str
    text: str = ""
    shortcut: str = ""
    icon: str = ""
    tip: str = ""
    menu: str = ""


def _menu(menu: str, *rows: tuple[str, ...]) -> tuple[Command, ...]:
    return tuple(Command(*(*row, *("",) * (5 - len(row)), menu)) for row in rows)


COMMANDS: tuple[Command, ...] = (
    *_menu(
        "&File",
        ("new_project", "&New", "Ctrl+N", "mdi6.file-outline", "Start with an empty network."),
        ("open_project", "&Open…", "Ctrl+O", "mdi6.folder-open-outline", "Open a project file."),
        ("save_project", "&Save", "Ctrl+S", "mdi6.content-save-outline", "Save the project."),
        ("save_project_as", "Save &as…", "Ctrl+Shift+S", "", "Save the project in another file."),
        ("-file",),
        ("export_weights", "&Export weights…", "Ctrl+E", "mdi6.export", "Save the trained network as safetensors."),
        ("open_weights", "Open &weights…", "Ctrl+Shift+O", "mdi6.import", "Look into a safetensors file."),
        ("-weights",),
        ("quit", "&Quit", "Ctrl+Q", "", "Close the window."),
    ),
    *_menu(
        "&Edit",
        ("undo", "&Undo", "Ctrl+Z", "mdi6.undo", "Take the last edit back."),
        ("redo", "&Redo", "Ctrl+Shift+Z", "mdi6.redo", "Make the edit again that was taken back."),
        ("-undo",),
        ("cut", "Cu&t", "Ctrl+X", "mdi6.content-cut", "Move the selected layers to the clipboard."),
        ("copy", "&Copy", "Ctrl+C", "mdi6.content-copy", "Copy the selected layers to the clipboard."),
        ("paste", "&Paste", "Ctrl+V", "mdi6.content-paste", "Insert the layers on the clipboard."),
        ("duplicate", "&Duplicate", "Ctrl+D", "mdi6.content-duplicate", "Insert a copy of the selected layers."),
        ("delete", "De&lete", "Del", "mdi6.trash-can-outline", "Take the selected layers out."),
        ("-layers",),
        ("move_up", "Move &up", "Alt+Up", "mdi6.arrow-up", "Move the selected layers towards the input."),
        ("move_down", "Move &down", "Alt+Down", "mdi6.arrow-down", "Move the selected layers towards the loss."),
        ("select_all", "Select &all", "Ctrl+A", "", "Select every layer."),
    ),
    *_menu(
        "&Network",
        ("find_layer", "&Find a layer type", "Ctrl+F", "mdi6.magnify", "Search the palette."),
        ("next_problem", "Go to the next &problem", "F8", "mdi6.alert-circle-outline", "Select the layer at fault."),
    ),
    *_menu(
        "&Train",
        ("train", "&Train", "F5", "mdi6.play", "Train the network from fresh weights; the run before is kept."),
        ("continue_training", "&Continue training", "Ctrl+F5", "", "Train this run further, with more epochs."),
        ("pause", "&Pause", "F6", "mdi6.pause", "Wait after this batch; press again to go on."),
        ("step", "One &step", "F7", "mdi6.step-forward", "Learn from one batch, then wait."),
        ("stop", "St&op", "Shift+F5", "mdi6.stop", "End the run and keep what was learned."),
        ("-runs",),
        (
            "previous_run",
            "Go &back to the previous run",
            "Alt+Left",
            "mdi6.arrow-left",
            "Show the curves and use the weights of the run before.",
        ),
        (
            "next_run",
            "Go &forward to the next run",
            "Alt+Right",
            "mdi6.arrow-right",
            "Show the curves and use the weights of the run after this one.",
        ),
    ),
    *_menu(
        "&View",
        ("full_screen", "&Full screen", "F11", "", "Fill the screen; press again to come back."),
        ("move_panels", "&Move panels", "", "", "Show title bars on the panels, to drag them elsewhere or close them."),
        ("reset_layout", "&Reset layout", "", "", "Put all panels back where they were at first."),
    ),
    *_menu(
        "&Help",
        ("show_help", "&Keyboard and mouse", "F1", "mdi6.keyboard-outline", "What every key and gesture does."),
        ("about", "&About TinyML Studio", "", "", "Versions and licences."),
    ),
)

CANVAS_COMMANDS = frozenset(
    ("cut", "copy", "paste", "duplicate", "delete", "move_up", "move_down", "select_all"),
)
"""Commands whose keys work only while the canvas or the palette has the focus: tables and fields have their own."""

CARD_MENU = ("cut", "copy", "paste", "duplicate", "delete", "-", "move_up", "move_down")
"""What the context menu of a layer card offers."""


class Actions(QObject):
    """The actions by name, made from `COMMANDS`.

    Arguments:
        window: gets the actions, so that shortcuts work everywhere in it.
        handlers: the function that runs each command.
    """

    def __init__(self, window: QMainWindow, handlers: Mapping[str, Callable[[], object]]) -> None:
        super().__init__(window)
        self._icons: dict[str, str] = {}
        self._tips: dict[str, str] = {}
        self.by_name: dict[str, QAction] = {}
        for command in COMMANDS:
            if command.name.startswith("-"):
                continue
            action = QAction(command.text, window)
            action.setObjectName(f"action_{command.name}")
            if command.shortcut:
                action.setShortcut(QKeySequence(command.shortcut))
            self._tips[command.name] = command.tip
            action.triggered.connect(handlers[command.name])
            self._icons[command.name] = command.icon
            self.by_name[command.name] = action
            self.explain(command.name)
            if command.name in CANVAS_COMMANDS:
                action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            else:
                window.addAction(action)
        self.dress()

    def __getitem__(self, name: str) -> QAction:
        return self.by_name[name]

    def add_canvas_commands(self, *widgets: QWidget) -> None:
        """Let the keys of the canvas commands work inside these widgets."""
        for widget in widgets:
            widget.addActions([self.by_name[name] for name in CANVAS_COMMANDS])

    def card_menu(self) -> list[QAction]:
        """Return the actions for a card's context menu, separators included."""
        actions: list[QAction] = []
        for name in CARD_MENU:
            if name == "-":
                separator = QAction(self)
                separator.setSeparator(True)
                actions.append(separator)
            else:
                actions.append(self.by_name[name])
        return actions

    def explain(self, name: str, reason: str = "") -> None:
        """Say what an action does; or, for one that is disabled, the reason why."""
        action, words = self.by_name[name], reason or self._tips[name]
        keys = action.shortcut().toString()
        action.setToolTip(f"{words} ({keys})" if keys and not reason else words)
        action.setStatusTip(words)

    def set_icon(self, name: str, icon: str) -> None:
        """Give an action another icon."""
        if self._icons[name] != icon:
            self._icons[name] = icon
            self.dress()

    def dress(self) -> None:
        """Draw the icons in the colours of the current theme."""
        theme = current_theme()
        for name, icon in self._icons.items():
            if icon:
                color = theme.on_accent if name == "train" else theme.text
                self.by_name[name].setIcon(qtawesome.icon(icon, color=color, color_disabled=theme.muted))
