"""A user made of code: moves the real mouse pointer of Qt, presses keys, waits, and takes pictures."""

from collections.abc import Callable
from pathlib import Path
from time import perf_counter
from typing import TypeVar

from PySide6.QtCore import QEventLoop, QObject, QPoint, Qt, QTimer, Slot
from PySide6.QtGui import QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QFileDialog, QLineEdit, QTabBar, QWidget

STEP_MILLISECONDS = 15
"""Between two mouse events: long enough for animations to begin, short enough for a quick tour."""

Found = TypeVar("Found", bound=QWidget)


class TourError(Exception):
    """A step did not do what it should; the text says which and what was seen."""


class Driver:
    """Drives a window through its own events, as a person would; nothing is called behind its back.

    Arguments:
        window: the top-level window.
        folder: where the pictures go.
    """

    def __init__(self, window: QWidget, folder: Path) -> None:
        self._window, self._folder = window, folder
        self.pictures: list[str] = []

    def find(self, kind: type[Found], name: str) -> Found:
        """Return the visible widget with that objectName."""
        for widget in self._window.findChildren(kind, name):
            if widget.isVisible():
                return widget
        raise TourError(f"There is no visible {kind.__name__} called '{name}' on the screen.")

    def wait(self, milliseconds: int) -> None:
        """Let the window live for a while."""
        loop = QEventLoop()
        QTimer.singleShot(milliseconds, loop.quit)
        loop.exec()

    def wait_until(self, condition: Callable[[], bool], what: str, seconds: float = 20) -> None:
        """Let the window live until `condition` holds; a `TourError` names `what` did not happen in time."""
        deadline = perf_counter() + seconds
        while not condition():
            if perf_counter() > deadline:
                raise TourError(f"Waited {seconds:g} seconds in vain: {what}.")
            self.wait(5)

    def click(self, widget: QWidget, position: QPoint | None = None) -> None:
        """Click with the left button, in the middle unless told where."""
        position = position or widget.rect().center()
        QTest.mouseMove(widget, position)
        self.wait(STEP_MILLISECONDS)
        QTest.mouseClick(widget, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, position)
        self.wait(STEP_MILLISECONDS)

    def press(self, keys: str) -> None:
        """Press a key combination, spelt as in menus, in whatever has the focus."""
        QTest.keySequence(QApplication.focusWidget() or self._window, QKeySequence(keys))
        self.wait(STEP_MILLISECONDS)

    def type(self, text: str) -> None:
        """Type text into whatever has the focus."""
        QTest.keyClicks(QApplication.focusWidget() or self._window, text)
        self.wait(STEP_MILLISECONDS)

    def click_tab(self, title: str) -> None:
        """Click the tab of that title, in whatever tab bar has it."""
        for bar in self._window.findChildren(QTabBar):
            for index in range(bar.count()):
                if bar.isVisible() and bar.tabText(index) == title:
                    self.click(bar, bar.tabRect(index).center())
                    return
        raise TourError(f"There is no visible tab '{title}'.")

    def drag(self, source: QWidget, goal: QPoint, half_way: Callable[[], None] | None = None) -> None:
        """Drag from the middle of `source` to a place on the screen, in steps.

        Arguments:
            goal: in screen coordinates.
            half_way: called before the button is released, for a picture.
        """
        start = source.rect().center()
        QTest.mousePress(source, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, start)
        origin = source.mapToGlobal(start)
        for step in range(1, 13):
            here = origin + (goal - origin) * min(step / 10, 1.0)
            QTest.mouseMove(source, source.mapFromGlobal(here))
            self.wait(STEP_MILLISECONDS)
        self.wait(200)
        if half_way is not None:
            half_way()
        goal_in_source = source.mapFromGlobal(goal)
        QTest.mouseRelease(source, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, goal_in_source)
        self.wait(200)

    def answer_file_dialog(self, open_it: Callable[[], None], path: Path) -> None:
        """Do what opens a file dialog, then type a path into it and press Enter."""
        clerk = _Clerk(path)
        clerk.start()
        open_it()
        self.wait_until(lambda: clerk.done, f"the file dialog for {path.name} opens")
        # Without a window manager nobody gives the window the focus back.
        self._window.activateWindow()
        self.wait_until(self._window.isActiveWindow, "the window is active again")

    def refuse_dialogs(self) -> None:
        """Fail when the window shows a message that the tour did not ask for."""
        dialog = QApplication.activeModalWidget()
        if isinstance(dialog, QDialog):
            words = dialog.property("text") or dialog.windowTitle()
            raise TourError(f"The window says: {words}")

    def picture(self, name: str) -> None:
        """Save a picture of the window as the next number."""
        self.wait(120)
        path = self._folder / f"{len(self.pictures) + 1:02}-{name}.png"
        if not self._window.grab().save(str(path)):
            raise TourError(f"Could not write the picture {path}.")
        self.pictures.append(path.name)


class _Clerk(QObject):
    """Fills in the next file dialog: its event loop runs inside the call that opened it."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._path = path
        self._timer = QTimer(self, interval=30)
        self._timer.timeout.connect(self._look)
        self.done = False

    def start(self) -> None:
        """Begin to watch for the dialog."""
        self._timer.start()

    @Slot()
    def _look(self) -> None:
        dialog = QApplication.activeModalWidget()
        if not isinstance(dialog, QFileDialog):
            return
        field = dialog.findChild(QLineEdit, "fileNameEdit")
        if field is None:
            return
        self._timer.stop()
        self.done = True
        field.setFocus()
        field.selectAll()
        QTest.keyClicks(field, str(self._path))
        QTest.keyClick(field, Qt.Key.Key_Return)
