"""Shows each unexpected error to the user once, with the traceback for a bug report. The program continues."""

import sys
import traceback
from types import TracebackType
from weakref import WeakMethod

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QMessageBox, QWidget

from app.shell.dialogs import show_problem


class ExceptionHook(QObject):
    """Replaces `sys.excepthook`, which prints to a console that a user of the window may not see.

    Arguments:
        window: shows the message and owns this object.

    Attributes:
        tracebacks: of all different unexpected errors, in order.
    """

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self.tracebacks: list[str] = []
        self._previous_hook = previous_hook = sys.excepthook
        # Each new thread keeps the hook that it finds, and a kept method would keep the closed window.
        handle = WeakMethod(self._handle)

        def hook(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
            (handle() or previous_hook)(kind, error, trace)

        sys.excepthook = hook

    def shutdown(self) -> None:
        """Restore the previous hook."""
        sys.excepthook = self._previous_hook

    def _handle(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        self._previous_hook(kind, error, trace)
        text = "".join(traceback.format_exception(kind, error, trace))
        # An error in a paint event repeats with every frame; one message is enough.
        if text in self.tracebacks:
            return
        self.tracebacks.append(text)
        if self._window.findChild(QMessageBox, "problem_dialog") is None:
            sentence = (
                f"An unexpected error occurred ({kind.__name__}: {error}). The program continues. Save your work."
            )
            show_problem(self._window, "Unexpected error", sentence, text)
