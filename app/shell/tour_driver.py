"""Acts like a user: moves Qt's mouse pointer, presses keys, waits and takes pictures."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from time import perf_counter
from typing import TypeVar

from PySide6.QtCore import QEventLoop, QObject, QPoint, QPointF, Qt, QTimer, Slot
from PySide6.QtGui import QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QLineEdit, QTabBar, QWidget

STEP_MS = 15
"""Milliseconds between two mouse events, so that animations can begin."""

WAIT_SECONDS = 60.0
"""Time limit for everything except the training; much longer than needed, also on a busy machine."""

Found = TypeVar("Found", bound=QWidget)


class TourError(Exception):
    """A step of the tour did not do what it should; the text says what happened."""


class Driver:
    """Drives a window with mouse and keyboard events only, as a user does.

    Arguments:
        window: the top-level window.
        folder: for the pictures.
        seconds: time limit for the whole tour.

    Attributes:
        pictures: names of the saved pictures, in order.
    """

    def __init__(self, window: QWidget, folder: Path, seconds: float = float("inf")) -> None:
        self._window, self._folder = window, folder
        self._guard = _DialogGuard(seconds)
        self.pictures: list[str] = []

    def abort(self, error: TourError) -> None:
        """Close every dialog and end the current wait.

        Arguments:
            error: raised by the current wait, or by the next one.
        """
        self._guard.abort(error)

    def check(self) -> None:
        """Raise the error of `abort`, or a `TourError` if the window shows an unexpected dialog."""
        self._guard.check()

    def close(self) -> None:
        """Stop checking for dialogs."""
        self._guard.deleteLater()

    def find(self, kind: type[Found], name: str) -> Found:
        """Wait for a visible widget and return it.

        Arguments:
            kind: class of the widget.
            name: its objectName.

        Raises `TourError` if no such widget appears in time, and the errors of `check`.
        """
        found: list[Found] = []

        def appears() -> bool:
            found[:] = [widget for widget in self._window.findChildren(kind, name) if widget.isVisible()]
            return bool(found)

        self.wait_until(appears, f"there is a visible {kind.__name__} called '{name}'")
        return found[0]

    def wait(self, milliseconds: int) -> None:
        """Let the window handle its events for a while.

        Arguments:
            milliseconds: the time.

        Raises the errors of `check`.
        """
        loop = QEventLoop()
        QTimer.singleShot(milliseconds, loop.quit)
        loop.exec()
        self.check()

    def wait_until(self, condition: Callable[[], bool], what: str, seconds: float = WAIT_SECONDS) -> None:
        """Let the window handle its events until a condition is true.

        Arguments:
            condition: returns True to end the wait.
            what: description of the condition, for the error.
            seconds: time limit.

        Raises `TourError` after the time limit, and the errors of `check`.
        """
        deadline = perf_counter() + seconds
        while not condition():
            if perf_counter() > deadline:
                raise TourError(f"This did not happen within {seconds:g} seconds: {what}.")
            self.wait(5)

    def click(self, widget: QWidget, position: QPoint | None = None) -> None:
        """Click with the left mouse button.

        Arguments:
            widget: the widget to click.
            position: in the widget, in pixels; None for its centre.
        """
        position = position or widget.rect().center()
        QTest.mouseMove(widget, position)
        self.wait(STEP_MS)
        QTest.mouseClick(widget, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, position)
        self.wait(STEP_MS)

    def press(self, keys: str) -> None:
        """Press a key combination in the widget that has the focus.

        Arguments:
            keys: in the spelling of the menus, such as "Ctrl+Z".
        """
        QTest.keySequence(QApplication.focusWidget() or self._window, QKeySequence(keys))
        self.wait(STEP_MS)

    def type(self, text: str) -> None:
        """Type a text into the widget that has the focus.

        Arguments:
            text: to type.
        """
        QTest.keyClicks(QApplication.focusWidget() or self._window, text)
        self.wait(STEP_MS)

    def click_tab(self, title: str) -> None:
        """Click a tab in any visible tab bar.

        Arguments:
            title: of the tab.
        """
        for bar in self._window.findChildren(QTabBar):
            for index in range(bar.count()):
                if bar.isVisible() and bar.tabText(index) == title:
                    self.click(bar, bar.tabRect(index).center())
                    return
        raise TourError(f"There is no visible tab '{title}'.")

    def drag(self, source: QWidget, goal: QPoint, before_drop: Callable[[], None] | None = None) -> None:
        """Drag from the centre of a widget to a point on the screen, in steps.

        Arguments:
            source: the widget to drag from.
            goal: end of the drag, in screen coordinates.
            before_drop: called before the button is released, such as to take a picture.
        """
        start = source.rect().center()
        QTest.mousePress(source, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, start)
        origin = source.mapToGlobal(start)
        for step in range(1, 13):
            here = origin + (goal - origin) * min(step / 10, 1.0)
            QTest.mouseMove(source, source.mapFromGlobal(here))
            self.wait(STEP_MS)
        self.wait(200)
        if before_drop is not None:
            before_drop()
        goal_in_source = source.mapFromGlobal(goal)
        QTest.mouseRelease(source, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, goal_in_source)
        self.wait(200)

    def draw(self, widget: QWidget, places: Sequence[QPointF]) -> None:
        """Draw a stroke with the left mouse button.

        Arguments:
            widget: the canvas.
            places: the corners of the stroke, from (0, 0) at the upper left of the widget to (1, 1).
        """
        left, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
        corners = [QPointF(place.x() * widget.width(), place.y() * widget.height()) for place in places]
        QTest.mousePress(widget, left, none, corners[0].toPoint())
        for start, end in pairwise(corners):
            for step in range(1, 7):
                QTest.mouseMove(widget, (start + (end - start) * (step / 6)).toPoint())
                self.wait(STEP_MS)
        QTest.mouseRelease(widget, left, none, corners[-1].toPoint())
        self.wait(STEP_MS)

    def answer_file_dialog(self, open_dialog: Callable[[], object], path: Path, seconds: float = WAIT_SECONDS) -> None:
        """Open a file dialog, type a path into it and press Enter.

        Arguments:
            open_dialog: opens the dialog; it may return at once, or after the dialog is closed.
            path: of the file to choose.
            seconds: time limit for opening and closing the dialog.

        Raises `TourError` after the time limit, and the errors of `check`.
        """
        responder = _FileDialogResponder(path, perf_counter() + seconds)
        self._guard.responder = responder
        try:
            open_dialog()
            self.wait_until(lambda: responder.done, f"the file dialog for {path.name} opens and closes", seconds)
        finally:
            self._guard.responder = None
        # Without a window manager, the window does not become active by itself.
        self._window.activateWindow()
        self.wait_until(self._window.isActiveWindow, "the window is active again")

    @contextmanager
    def expecting(self, dialog: str) -> Iterator[None]:
        """Let a dialog of the window be open within a `with` statement.

        Arguments:
            dialog: its objectName.
        """
        self._guard.expected = dialog
        try:
            yield
        finally:
            self._guard.expected = ""

    def take_picture(self, name: str) -> None:
        """Save a picture of the window, with the next number before its name.

        Arguments:
            name: of the file, without number and suffix.
        """
        self.wait(120)
        path = self._folder / f"{len(self.pictures) + 1:02}-{name}.png"
        if not self._window.grab().save(str(path)):
            raise TourError(f"Could not write the picture {path}.")
        self.pictures.append(path.name)


class _FileDialogResponder:
    """Types a path into a file dialog and presses Enter, until the dialog is closed.

    Arguments:
        path: of the file to choose.
        deadline: value of `perf_counter` after which the responder gives up.

    Attributes:
        done: True if the dialog has been answered and is closed.
    """

    RETRY_SECONDS = 2.0
    """A dialog that is still open after this time did not get the Enter key."""

    def __init__(self, path: Path, deadline: float) -> None:
        self._path, self._deadline = path, deadline
        self._dialog: QFileDialog | None = None
        self._typed_at = float("-inf")
        self.done = False

    def respond(self, modal: QWidget | None) -> None:
        """Do the next step in the dialog.

        Raises `TourError` after the deadline.
        """
        if not isinstance(modal, QFileDialog):
            self.done = self._dialog is not None
            return
        self._dialog = modal
        now = perf_counter()
        if now > self._deadline:
            active = "active" if modal.isActiveWindow() else "not active"
            raise TourError(f"The file dialog for {self._path.name} did not close in time (its window was {active}).")
        if not modal.isActiveWindow():
            # A dialog that is not active yet loses the Enter key: its completer takes the key and pops up.
            modal.activateWindow()
        elif now - self._typed_at > self.RETRY_SECONDS:
            self._typed_at = now
            # Not in this slot: Enter may open another dialog, and a timer does not fire while its slot runs.
            QTimer.singleShot(0, modal, self._type_path)

    def _type_path(self) -> None:
        dialog = self._dialog
        field = dialog.findChild(QLineEdit, "fileNameEdit") if dialog is not None else None
        if field is not None:
            field.setFocus()
            field.selectAll()
            # All at once, as if pasted. After each typed letter, the dialog selects the files and folders with this
            # name, and a folder that stays selected is opened in place of the file.
            field.insert(str(self._path))
            QTest.keyClick(field, Qt.Key.Key_Return)


class _DialogGuard(QObject):
    """Closes unexpected dialogs and menus, so that none blocks the tour. Its timer runs in their event loops too.

    Arguments:
        seconds: time limit for the tour.

    Attributes:
        responder: answers the file dialog that the tour opens; None if the tour expects no file dialog.
        expected: objectName of another dialog that the tour opens; empty if it expects none.
    """

    def __init__(self, seconds: float) -> None:
        super().__init__()
        self._seconds = seconds
        self._deadline = perf_counter() + seconds
        self._popup_since: float | None = None
        self._error: TourError | None = None
        self.responder: _FileDialogResponder | None = None
        self.expected = ""
        self._timer = QTimer(self, interval=30)
        self._timer.timeout.connect(self._on_timeout)
        self._timer.start()

    def abort(self, error: TourError) -> None:
        """Close every dialog from now on, and let `check` raise `error`, or the first of several errors."""
        self._error = self._error or error

    def check(self) -> None:
        """Raise the error of `abort`, or a `TourError` if there is an unexpected dialog now."""
        self._on_timeout()
        if self._error is not None:
            raise self._error

    @Slot()
    def _on_timeout(self) -> None:
        popup, modal = QApplication.activePopupWidget(), QApplication.activeModalWidget()
        try:
            self._check_windows(popup, modal)
        except TourError as error:
            self.abort(error)
        if self._error is not None:
            for widget in filter(None, (popup, modal)):
                widget.close()

    def _check_windows(self, popup: QWidget | None, modal: QWidget | None) -> None:
        now = perf_counter()
        if now > self._deadline:
            raise TourError(f"The tour did not end within {self._seconds:g} seconds.")
        # Completers and lists of choices close by themselves; a menu stays open without limit.
        self._popup_since = None if popup is None else self._popup_since or now
        if self._popup_since is not None and now - self._popup_since > WAIT_SECONDS:
            raise TourError(f"A menu stays open: {type(popup).__name__} '{popup.objectName() if popup else ''}'.")
        if self.responder is not None:
            self.responder.respond(modal)
        is_answered = self.responder is not None and isinstance(modal, QFileDialog)
        if modal is not None and not is_answered and (not self.expected or modal.objectName() != self.expected):
            raise TourError(f"The window says: {modal.property('text') or modal.windowTitle()}")
