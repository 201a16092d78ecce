"""Ctrl+C in the terminal as a Qt signal. Python's own handler does not run while Qt waits for events."""

import signal
import socket
from types import FrameType

from PySide6.QtCore import QObject, QSocketNotifier, Signal, Slot


class Interruption(QObject):
    """Handles SIGINT until `close` is called. A second Ctrl+C ends the program at once.

    Signals:
        interrupted(): the user has pressed Ctrl+C in the terminal.

    Attributes:
        happened: True after the signal `interrupted`.
    """

    interrupted = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.happened = False
        # The interpreter writes a byte into one end as soon as SIGINT arrives; Qt waits at the other end.
        self._reading, self._writing = socket.socketpair()
        for end in (self._reading, self._writing):
            end.setblocking(False)
        self._notifier = QSocketNotifier(self._reading.fileno(), QSocketNotifier.Type.Read, self)
        self._notifier.activated.connect(self._on_activated)
        self._previous_handler = signal.signal(signal.SIGINT, self._handle)
        self._previous_descriptor = signal.set_wakeup_fd(self._writing.fileno(), warn_on_full_buffer=False)
        if hasattr(signal, "pthread_sigmask"):
            # A Ctrl+C that was pressed during the start arrives now.
            signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})

    def close(self) -> None:
        """Restore the previous handler of SIGINT."""
        signal.set_wakeup_fd(self._previous_descriptor)
        signal.signal(signal.SIGINT, self._previous_handler)
        self._notifier.setEnabled(False)
        self._reading.close()
        self._writing.close()

    @staticmethod
    def _handle(_number: int, _frame: FrameType | None) -> None:
        signal.signal(signal.SIGINT, signal.SIG_DFL)

    @Slot()
    def _on_activated(self) -> None:
        # Other signals also write into the socket.
        if signal.SIGINT in self._reading.recv(4096):
            self.happened = True
            self.interrupted.emit()
