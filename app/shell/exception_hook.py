"""Errors that nobody expected: shown to the user once, with what a bug report needs, while the program goes on."""

import sys
import traceback
from types import TracebackType

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QMessageBox, QWidget

from app.shell.dialogs import show_problem


class ExceptionHook(QObject):
    """Takes the place of Python's `sys.excepthook`, which only prints to a console that a window does not have.

    Arguments:
        window: shows the message, and owns this object.

    Attributes:
        tracebacks: of all different unexpected errors, in order.
    """

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self.tracebacks: list[str] = []
        self._previous_hook = sys.excepthook
        sys.excepthook = self._handle

    def shutdown(self) -> None:
        """Put the former hook back."""
        sys.excepthook = self._previous_hook

    def _handle(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        self._previous_hook(kind, error, trace)
        text = "".join(traceback.format_exception(kind, error, trace))
        # An error while painting comes back with every frame: one message is enough.
        if text in self.tracebacks:
            return
        self.tracebacks.append(text)
        if self._window.findChild(QMessageBox, "problem_dialog") is None:
            sentence = (
                f"Something unexpected went wrong ({kind.__name__}: {error}). Save your work; the program goes on."
            )
            show_problem(self._window, "Unexpected error", sentence, text)
