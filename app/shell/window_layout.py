"""The panels around the canvas: where they stand, and how the window remembers that."""

from itertools import pairwise

from PySide6.QtCore import QByteArray, QObject, QSettings, QSize, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QDockWidget, QMainWindow, QTabWidget, QWidget

from app.shell.actions import Actions

LAYOUT_VERSION = 1
"""Version of the saved layout; Qt ignores a layout of another version."""
FIRST_SIZE = QSize(1440, 900)
"""Size of the window at the first start, in pixels."""
FRAME = QSize(16, 48)
"""Room for the title bar and borders that the system adds to a window, in pixels."""
SIDE_WIDTHS = (216, 300)
"""Widths of the panels on the left and on the right, in pixels."""
BOTTOM_SHARE = 0.33
"""Share of the window's height for the panels at the bottom."""


class WindowLayout(QObject):
    """Arranges the panels of the main window, and saves and restores the arrangement.

    Arguments:
        window: the main window.
        settings: where the arrangement is saved.

    Attributes:
        docks: the panels, by name.
    """

    def __init__(self, window: QMainWindow, settings: QSettings) -> None:
        super().__init__(window)
        self._window, self._settings = window, settings
        self.docks: dict[str, QDockWidget] = {}
        self._empty_title_bars: dict[str, QWidget] = {}
        self._move_panels: QAction | None = None
        self._full_screen: QAction | None = None
        window.setTabPosition(Qt.DockWidgetArea.AllDockWidgetAreas, QTabWidget.TabPosition.North)
        window.setDocumentMode(True)
        for corner in (Qt.Corner.BottomLeftCorner, Qt.Corner.BottomRightCorner):
            window.setCorner(corner, Qt.DockWidgetArea.BottomDockWidgetArea)

    def add_panel(self, title: str, widget: QWidget) -> None:
        """Put a widget into a new panel.

        Arguments:
            title: of the panel; in lower case it is the panel's name.
            widget: the content.
        """
        name = title.lower()
        dock = QDockWidget(title, self._window)
        dock.setObjectName(f"dock_{name}")
        dock.setWidget(widget)
        self.docks[name] = dock
        self._empty_title_bars[name] = QWidget(dock)

    def attach(self, actions: Actions) -> None:
        """Use the actions "move_panels" and "full_screen", whose check marks show the state.

        Arguments:
            actions: all actions of the window.
        """
        self._move_panels, self._full_screen = actions["move_panels"], actions["full_screen"]
        self._move_panels.setCheckable(True)
        self._full_screen.setCheckable(True)

    def bring_to_front(self, name: str) -> None:
        """Show a panel in front of the others, also if it is closed.

        Arguments:
            name: of the panel.
        """
        self.docks[name].show()
        self.docks[name].raise_()

    def reset(self) -> None:
        """Put every panel back in its first place."""
        window = self._window
        areas = {"palette": Qt.DockWidgetArea.LeftDockWidgetArea, "settings": Qt.DockWidgetArea.RightDockWidgetArea}
        for name, dock in self.docks.items():
            dock.setFloating(False)
            window.addDockWidget(areas.get(name, Qt.DockWidgetArea.BottomDockWidgetArea), dock)
            dock.show()
        bottom = [dock for name, dock in self.docks.items() if name not in areas]
        for left, right in pairwise(bottom):
            window.tabifyDockWidget(left, right)
        bottom[0].raise_()
        sides = [self.docks[name] for name in areas]
        window.resizeDocks(sides, SIDE_WIDTHS, Qt.Orientation.Horizontal)
        window.resizeDocks(bottom[:1], [int(window.height() * BOTTOM_SHARE)], Qt.Orientation.Vertical)

    def restore(self) -> None:
        """Restore the arrangement of the last session, or show the first one."""
        window = self._window
        window.resize(FIRST_SIZE.boundedTo(window.screen().availableSize() - FRAME))
        self.reset()
        geometry, state = self._settings.value("geometry"), self._settings.value("layout")
        if isinstance(geometry, QByteArray):
            window.restoreGeometry(geometry)
        if isinstance(state, QByteArray):
            window.restoreState(state, LAYOUT_VERSION)
        if self._move_panels is not None:
            self._move_panels.setChecked(bool(self._settings.value("move_panels", False, type=bool)))
        self.show_title_bars()

    def save(self) -> None:
        """Save the arrangement for the next session."""
        self._settings.setValue("geometry", self._window.saveGeometry())
        self._settings.setValue("layout", self._window.saveState(LAYOUT_VERSION))
        self._settings.setValue("move_panels", self._panels_are_movable)
        self._settings.sync()

    def show_title_bars(self) -> None:
        """Show the title bars of the panels while "move_panels" is checked; otherwise save their room."""
        for name, dock in self.docks.items():
            title_bar = None if self._panels_are_movable else self._empty_title_bars[name]
            dock.setTitleBarWidget(title_bar)  # type: ignore[arg-type]

    def toggle_full_screen(self) -> None:
        """Enter or leave full screen."""
        self._window.setWindowState(self._window.windowState() ^ Qt.WindowState.WindowFullScreen)
        if self._full_screen is not None:
            self._full_screen.setChecked(self._window.isFullScreen())

    @property
    def _panels_are_movable(self) -> bool:
        return self._move_panels is not None and self._move_panels.isChecked()
