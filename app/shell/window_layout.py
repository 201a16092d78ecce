"""The pages of the main window: which one is in front, which have windows of their own, and what a session restores."""

from PySide6.QtCore import QByteArray, QObject, QPoint, QRect, QSettings, QSize, Qt, Signal, Slot
from PySide6.QtWidgets import QApplication, QHBoxLayout, QMainWindow, QStackedWidget, QWidget

from app.shell.actions import Actions
from app.shell.page_focus import focus_page
from app.shell.page_rail import PageRail
from app.shell.page_table import PAGES, page_command
from app.shell.page_window import PageWindow
from app.widgets.page_layout import PageLayout, Side
from app.widgets.scroll_panel import ScrollPanel

LAYOUT_VERSION = 2
"""Version of the saved layout; a layout of another version is ignored."""
FIRST_SIZE = QSize(1440, 900)
"""Size of the window at the first start, in pixels."""
FRAME = QSize(16, 48)
"""Room for the title bar and borders that the system adds to a window, in pixels."""
FIRST_PAGE = "build"
FOLD_COMMANDS: dict[str, Side] = {"fold_left": "left", "fold_right": "right", "fold_below": "below"}


class WindowLayout(QObject):
    """Shows one page in the main window and the others in windows of their own, if the user wants so.

    Arguments:
        window: the main window.
        settings: where the layout is saved.

    Attributes:
        rail: the buttons of the pages.

    Signals:
        changed(): another page is in front, a page has got or lost its own window, or a panel was folded.
        window_made(window): a page has got its own window.
    """

    changed = Signal()
    window_made = Signal(PageWindow)

    def __init__(self, window: QMainWindow, settings: QSettings) -> None:
        super().__init__(window)
        self._window, self._settings = window, settings
        self._pages: dict[str, ScrollPanel] = {}
        self._first_focus: dict[str, QWidget | None] = {}
        self._windows: dict[str, PageWindow] = {}
        self._closed_windows: list[PageWindow] = []
        self._history: list[str] = []
        self._stack = QStackedWidget()
        self._stack.setObjectName("pages")
        self._actions: Actions | None = None
        self._closing = False

    # ------------------------------------------------------------------------------------------------------ assembly

    def add_page(self, name: str, widget: QWidget, first_focus: QWidget | None = None) -> None:
        """Add a page.

        Arguments:
            name: of the page, as in `PAGES`.
            widget: the page.
            first_focus: gets the focus when the page is shown for the first time; None for the page's first control.
        """
        page = ScrollPanel(widget)
        page.setObjectName(f"page_{name}")
        self._pages[name] = page
        self._first_focus[name] = first_focus
        self._stack.addWidget(page)
        for layout in self._layouts(name):
            layout.changed.connect(self._on_changed)

    def attach(self, actions: Actions) -> None:
        """Make the rail, and let the actions of the View menu show the state.

        Arguments:
            actions: all actions of the window.
        """
        self._actions = actions
        self.rail = PageRail(actions, self._window)
        self.rail.tear_off_requested.connect(self._on_tear_off_requested)
        self.rail.put_back_requested.connect(self.put_back)
        for name in (*FOLD_COMMANDS, "full_screen", *(page_command(page.name) for page in PAGES)):
            actions[name].setCheckable(True)
        center = QWidget()
        row = QHBoxLayout(center)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.rail)
        row.addWidget(self._stack, 1)
        self._window.setCentralWidget(center)
        application = QApplication.instance()
        if isinstance(application, QApplication):
            application.focusWindowChanged.connect(self._on_focus_window_changed)

    # --------------------------------------------------------------------------------------------------------- pages

    @property
    def current(self) -> str:
        """Name of the page in the main window."""
        shown = self._stack.currentWidget()
        return next((name for name, page in self._pages.items() if page is shown), "")

    @property
    def active(self) -> str:
        """Name of the page in the window that the user works in."""
        active = QApplication.activeWindow()
        return next((name for name, window in self._windows.items() if window is active), self.current)

    @property
    def torn_off(self) -> frozenset[str]:
        """Names of the pages with windows of their own."""
        return frozenset(self._windows)

    def is_shown(self, name: str) -> bool:
        """Return True if a page is in front in the main window, or has a window of its own.

        Arguments:
            name: of the page.
        """
        return name == self.current or name in self._windows

    def show_page(self, name: str, activate: bool = True) -> None:
        """Show a page in the main window, or raise its own window.

        Arguments:
            name: of the page.
            activate: also make its window the active one.
        """
        if name not in self._windows:
            self._bring_to_front(name)
        window: QWidget = self._windows.get(name, self._window)
        if activate and window.isVisible():
            window.setWindowState(window.windowState() & ~Qt.WindowState.WindowMinimized)
            window.raise_()
            window.activateWindow()
            self.focus_page(name)

    def focus_page(self, name: str) -> None:
        """Put the focus where it was on a page, or on its first control.

        Arguments:
            name: of the page.
        """
        focus_page(self._pages[name], self._first_focus[name])

    def _bring_to_front(self, name: str) -> None:
        self._history = [*(other for other in self._history if other != name), name]
        if name != self.current:
            self._stack.setCurrentWidget(self._pages[name])
        self._refresh()

    # --------------------------------------------------------------------------------------------------- own windows

    def toggle_tear_off(self) -> None:
        """Give the active page a window of its own, or put it back into the main window."""
        name = self.active
        if name in self._windows:
            self.put_back(name)
        else:
            self.tear_off(name)

    def tear_off(self, name: str, position: QPoint | None = None) -> None:
        """Give a page a window of its own. The last page of the main window stays there.

        Arguments:
            name: of the page.
            position: of the window on the screen; None for the place where its last window was.
        """
        if name in self._windows or len(self._windows) == len(self._pages) - 1:
            return
        window = self._make_window(name)
        window.resize(self._stack.size())
        self._restore_geometry(window, f"page_geometries/{name}")
        if position is not None:
            window.move(position)
            _keep_on_screen(window)
        window.show()
        window.activateWindow()
        self.focus_page(name)
        self._refresh()

    def put_back(self, name: str) -> None:
        """Show a page in the main window again, in front.

        Arguments:
            name: of the page.
        """
        if name in self._windows:
            self._windows[name].close()
            self.show_page(name)

    def show_windows(self) -> None:
        """Show the windows that `restore` has made. The main window calls it when it is shown."""
        for window in self._windows.values():
            window.show()

    def close_windows(self) -> None:
        """Close all windows of pages, since the main window closes. It takes the pages back and deletes them."""
        self._closing = True
        for name, window in self._windows.items():
            window.close()
            self._stack.addWidget(self._pages[name])
            window.deleteLater()
        self._windows.clear()

    def keep_windows(self) -> None:
        """From now on, a closed window does not change the layout, since the whole program closes."""
        self._closing = True

    def show_title(self, title: str, modified: bool) -> None:
        """Show the title of the main window in the windows of the pages too.

        Arguments:
            title: of the main window.
            modified: True if the project has unsaved changes.
        """
        for page in PAGES:
            if page.name in self._windows:
                self._windows[page.name].setWindowTitle(f"{page.title} — {title}")
                self._windows[page.name].setWindowModified(modified)

    def _make_window(self, name: str) -> PageWindow:
        """Move a page into a new window; the main window shows the page that was in front before."""
        if name == self.current:
            left = [other for other in (*self._pages, *self._history) if other not in (name, *self._windows)]
            self._bring_to_front(left[-1])
        page = self._pages[name]
        self._stack.removeWidget(page)
        window = self._windows[name] = PageWindow(name, page, self._window.actions())
        window.closing.connect(self._on_closing)
        self.window_made.emit(window)
        return window

    # ------------------------------------------------------------------------------------------------------- folding

    def fold(self, side: Side) -> None:
        """Fold or unfold a panel of the active page.

        Arguments:
            side: of the panel.
        """
        for layout in self._layouts(self.active):
            layout.toggle(side)
        self._refresh()

    def unfold(self, name: str, side: Side) -> None:
        """Make sure that a panel of a page is not folded.

        Arguments:
            name: of the page.
            side: of the panel.
        """
        for layout in self._layouts(name):
            if side in layout.sides and layout.is_folded(side):
                layout.set_folded(side, folded=False)

    def toggle_full_screen(self) -> None:
        """Let the active window enter or leave full screen."""
        window = self._windows.get(self.active, self._window)
        window.setWindowState(window.windowState() ^ Qt.WindowState.WindowFullScreen)
        self._refresh()

    def _layouts(self, name: str) -> list[PageLayout]:
        """Return the layouts of a page: none if the page has no panels."""
        content = self._pages[name].content
        return [content] if isinstance(content, PageLayout) else content.findChildren(PageLayout)

    # ------------------------------------------------------------------------------------------------ saved layouts

    def reset(self) -> None:
        """Put all pages and panels back in their first places, and keep the window on its screen."""
        for name in list(self._windows):
            self._windows[name].close()
        self._settings.remove("page_geometries")
        for name in self._pages:
            for layout in self._layouts(name):
                layout.reset()
        self._window.setWindowState(self._window.windowState() & ~Qt.WindowState.WindowFullScreen)
        _keep_on_screen(self._window)
        self._refresh()

    def restore(self) -> None:
        """Restore the layout of the last session, or show the first one."""
        settings = self._settings
        self._window.resize(FIRST_SIZE.boundedTo(self._window.screen().availableSize() - FRAME))
        self._bring_to_front(FIRST_PAGE)
        if settings.value("layout_version", 0, type=int) != LAYOUT_VERSION:
            return
        self._restore_geometry(self._window, "geometry")
        for name in self._pages:
            state = settings.value(f"page_layouts/{name}")
            for layout in self._layouts(name):
                if isinstance(state, QByteArray):
                    layout.restore_state(state)
        torn_off = str(settings.value("torn_off", "")).split(",")
        for name in [name for name in self._pages if name in torn_off][: len(self._pages) - 1]:
            window = self._make_window(name)
            window.resize(self._window.size())
            self._restore_geometry(window, f"page_geometries/{name}")
        page = str(settings.value("page", FIRST_PAGE))
        if page in self._pages and page not in self._windows:
            self._bring_to_front(page)
        self._refresh()

    def save(self) -> None:
        """Save the layout for the next session."""
        settings = self._settings
        settings.setValue("layout_version", LAYOUT_VERSION)
        settings.setValue("geometry", self._window.saveGeometry())
        settings.setValue("page", self.current)
        settings.setValue("torn_off", ",".join(self._windows))
        for name, window in self._windows.items():
            settings.setValue(f"page_geometries/{name}", window.saveGeometry())
        for name in self._pages:
            for layout in self._layouts(name):
                settings.setValue(f"page_layouts/{name}", layout.save_state())
        settings.sync()

    def _restore_geometry(self, window: QWidget, key: str) -> None:
        """Give a window its saved place. Qt moves it if its screen is gone."""
        geometry = self._settings.value(key)
        if isinstance(geometry, QByteArray):
            window.restoreGeometry(geometry)

    # --------------------------------------------------------------------------------------------------------- slots

    def _refresh(self) -> None:
        """Show the state on the rail and in the View menu."""
        if self._actions is None:
            return
        self.rail.show_state(self.current, self.torn_off)
        layouts = self._layouts(self.active)
        for command, side in FOLD_COMMANDS.items():
            action, sides = self._actions[command], layouts[0].sides if layouts else ()
            action.setEnabled(side in sides)
            action.setChecked(side in sides and not layouts[0].is_folded(side))
        for page in PAGES:
            self._actions[page_command(page.name)].setChecked(page.name == self.current)
        torn_off = self.active in self._windows
        self._actions["tear_off"].setText(
            "Put the page &back into the main window" if torn_off else "Open the page in a &window of its own"
        )
        self._actions["tear_off"].setEnabled(torn_off or len(self._windows) < len(self._pages) - 1)
        active = self._windows.get(self.active, self._window)
        self._actions["full_screen"].setChecked(active.isFullScreen())
        self.changed.emit()

    @Slot()
    def _on_changed(self) -> None:
        self._refresh()

    @Slot()
    def _on_focus_window_changed(self) -> None:
        if not self._closing:
            self._refresh()

    @Slot(str, QPoint)
    def _on_tear_off_requested(self, name: str, position: QPoint) -> None:
        self.tear_off(name, None if position.isNull() else position)

    @Slot(str)
    def _on_put_back_requested(self, name: str) -> None:
        self.put_back(name)

    @Slot(str)
    def _on_closing(self, name: str) -> None:
        """Take a page back from a window that the user closes."""
        if not self._closing:
            window, page = self._windows.pop(name), self._pages[name]
            self._settings.setValue(f"page_geometries/{name}", window.saveGeometry())
            self._stack.addWidget(page)
            # Without a reference, Python would delete the window at once, in the middle of its closeEvent.
            self._closed_windows.append(window)
            window.deleteLater()
            self._refresh()


def _keep_on_screen(window: QWidget) -> None:
    """Make a window small enough for its screen, and move it until the screen shows all of it."""
    if window.isMaximized():
        return
    screen = window.screen().availableGeometry()
    window.resize(window.size().boundedTo(screen.size() - FRAME))
    place = QRect(window.pos(), window.size() + FRAME)
    place.moveRight(min(place.right(), screen.right()))
    place.moveBottom(min(place.bottom(), screen.bottom()))
    place.moveLeft(max(place.left(), screen.left()))
    place.moveTop(max(place.top(), screen.top()))
    window.move(place.topLeft())
