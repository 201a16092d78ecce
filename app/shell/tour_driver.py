"""A user made of code: moves the real mouse pointer of Qt, presses keys, waits, and takes pictures."""

from collections.abc import Callable
from pathlib import Path
from time import perf_counter
from typing import TypeVar

from PySide6.QtCore import QEventLoop, QObject, QPoint, Qt, QTimer, Slot
from PySide6.QtGui import QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QLineEdit, QTabBar, QWidget

STEP_MS = 15
"""Between two mouse events: long enough for animations to begin, short enough for a quick tour."""

WAIT_SECONDS = 60.0
"""Longest time that anything but the training may take: much more than it needs, also on a busy machine."""

Found = TypeVar("Found", bound=QWidget)


class TourError(Exception):
    """A step did not do what it should; the text says which and what was seen."""


class Driver:
    """Drives a window through its own events, as a person would; nothing is called behind its back.

    Arguments:
        window: the top-level window.
        folder: where the pictures go.
        seconds: the longest time that everything together may take.
    """

    def __init__(self, window: QWidget, folder: Path, seconds: float = float("inf")) -> None:
        self._window, self._folder = window, folder
        self._watch = _DialogWatch(seconds)
        self.pictures: list[str] = []

    def abort(self, error: TourError) -> None:
        """Close every dialog; what is waited for now raises `error`."""
        self._watch.abort(error)

    def check(self) -> None:
        """Raise the error of `abort`, or a `TourError` when the window shows a dialog that the tour did not ask for."""
        self._watch.check()

    def close(self) -> None:
        """Stop watching for dialogs."""
        self._watch.deleteLater()

    def find(self, kind: type[Found], name: str) -> Found:
        """Return the visible widget with that objectName, as soon as there is one.

        Raises `TourError` when none appears in time, and what `check` raises.
        """
        found: list[Found] = []

        def appears() -> bool:
            found[:] = [widget for widget in self._window.findChildren(kind, name) if widget.isVisible()]
            return bool(found)

        self.wait_until(appears, f"there is a visible {kind.__name__} called '{name}'")
        return found[0]

    def wait(self, milliseconds: int) -> None:
        """Let the window live for a while; raises what `check` raises."""
        loop = QEventLoop()
        QTimer.singleShot(milliseconds, loop.quit)
        loop.exec()
        self.check()

    def wait_until(self, condition: Callable[[], bool], what: str, seconds: float = WAIT_SECONDS) -> None:
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
        self.wait(STEP_MS)
        QTest.mouseClick(widget, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, position)
        self.wait(STEP_MS)

    def press(self, keys: str) -> None:
        """Press a key combination, spelt as in menus, in whatever has the focus."""
        QTest.keySequence(QApplication.focusWidget() or self._window, QKeySequence(keys))
        self.wait(STEP_MS)

    def type(self, text: str) -> None:
        """Type text into whatever has the focus."""
        QTest.keyClicks(QApplication.focusWidget() or self._window, text)
        self.wait(STEP_MS)

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
            self.wait(STEP_MS)
        self.wait(200)
        if half_way is not None:
            half_way()
        goal_in_source = source.mapFromGlobal(goal)
        QTest.mouseRelease(source, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, goal_in_source)
        self.wait(200)

    def answer_file_dialog(self, open_dialog: Callable[[], object], path: Path, seconds: float = WAIT_SECONDS) -> None:
        """Do what opens a file dialog, then type a path into it and press Enter.

        Arguments:
            open_dialog: may return at once, or when the dialog is closed.
            seconds: a `TourError` tells when the dialog is not open and closed again after that time.
        """
        responder = _FileDialogResponder(path, perf_counter() + seconds)
        self._watch.responder = responder
        try:
            open_dialog()
            self.wait_until(lambda: responder.done, f"the file dialog for {path.name} opens and closes", seconds)
        finally:
            self._watch.responder = None
        # Without a window manager, the window does not get the focus back by itself.
        self._window.activateWindow()
        self.wait_until(self._window.isActiveWindow, "the window is active again")

    def picture(self, name: str) -> None:
        """Save a picture of the window as the next number."""
        self.wait(120)
        path = self._folder / f"{len(self.pictures) + 1:02}-{name}.png"
        if not self._window.grab().save(str(path)):
            raise TourError(f"Could not write the picture {path}.")
        self.pictures.append(path.name)


class _FileDialogResponder:
    """Types a path into a file dialog and presses Enter, until the dialog is closed.

    Arguments:
        path: the file to choose.
        deadline: the time of `perf_counter` at which the responder gives up.

    Attributes:
        done: True when the dialog has been answered and is closed.
    """

    RETRY_SECONDS = 2.0
    """A dialog that is still open after that time did not get its Enter."""

    def __init__(self, path: Path, deadline: float) -> None:
        self._path, self._deadline = path, deadline
        self._dialog: QFileDialog | None = None
        self._typed_at = float("-inf")
        self.done = False

    def respond(self, modal: QWidget | None) -> None:
        """Do the next step in the dialog; raises `TourError` when it is too late."""
        if not isinstance(modal, QFileDialog):
            self.done = self._dialog is not None
            return
        self._dialog = modal
        now = perf_counter()
        if now > self._deadline:
            active = "active" if modal.isActiveWindow() else "not active"
            raise TourError(f"The file dialog for {self._path.name} did not close in time (its window was {active}).")
        if not modal.isActiveWindow():
            # A dialog that is not active yet loses Enter: its completer takes the key and pops up.
            modal.activateWindow()
        elif now - self._typed_at > self.RETRY_SECONDS:
            self._typed_at = now
            # Not here: Enter may open another dialog, and a timer does not fire while its own slot runs.
            QTimer.singleShot(0, modal, self._type_path)

    def _type_path(self) -> None:
        dialog = self._dialog
        field = dialog.findChild(QLineEdit, "fileNameEdit") if dialog is not None else None
        if field is not None:
            field.setFocus()
            field.selectAll()
            QTest.keyClicks(field, str(self._path))
            QTest.keyClick(field, Qt.Key.Key_Return)


class _DialogWatch(QObject):
    """Sees to it that no dialog and no menu keeps the tour waiting: its timer runs in their event loops too.

    Arguments:
        seconds: the longest time that the tour may take.

    Attributes:
        responder: answers the file dialog that the tour is about to open; None while it expects none.
    """

    def __init__(self, seconds: float) -> None:
        super().__init__()
        self._seconds = seconds
        self._deadline = perf_counter() + seconds
        self._popup_since: float | None = None
        self._error: TourError | None = None
        self.responder: _FileDialogResponder | None = None
        self._timer = QTimer(self, interval=30)
        self._timer.timeout.connect(self._on_timeout)
        self._timer.start()

    def abort(self, error: TourError) -> None:
        """Close every dialog from now on; `check` raises `error`. The first error counts."""
        self._error = self._error or error

    def check(self) -> None:
        """Raise the error that the tour was aborted with, if it was, or is now because of an unexpected dialog."""
        self._on_timeout()
        if self._error is not None:
            raise self._error

    @Slot()
    def _on_timeout(self) -> None:
        popup, modal = QApplication.activePopupWidget(), QApplication.activeModalWidget()
        try:
            self._look_at(popup, modal)
        except TourError as error:
            self.abort(error)
        if self._error is not None:
            for widget in filter(None, (popup, modal)):
                widget.close()

    def _look_at(self, popup: QWidget | None, modal: QWidget | None) -> None:
        now = perf_counter()
        if now > self._deadline:
            raise TourError(f"The tour was not at its end after {self._seconds:g} seconds.")
        # Completers and lists of choices pop up and go; a menu that stays would wait for ever.
        self._popup_since = None if popup is None else self._popup_since or now
        if self._popup_since is not None and now - self._popup_since > WAIT_SECONDS:
            raise TourError(f"A menu stays open: {type(popup).__name__} '{popup.objectName() if popup else ''}'.")
        if self.responder is not None:
            self.responder.respond(modal)
        if modal is not None and not (self.responder is not None and isinstance(modal, QFileDialog)):
            raise TourError(f"The window says: {modal.property('text') or modal.windowTitle()}")
