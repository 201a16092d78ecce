"""Ctrl+C in the terminal, as a Qt signal: Python's own handler would not run while Qt waits for events."""

import signal
import socket
from types import FrameType

from PySide6.QtCore import QObject, QSocketNotifier, Signal, Slot


class Interruption(QObject):
    """Takes SIGINT until `close` is called. A second one ends the program at once.

    Signals:
        interrupted(): Ctrl+C was pressed in the terminal.

    Attributes:
        happened: True from then on.
    """

    interrupted = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.happened = False
        # The interpreter writes a byte into one end as soon as the signal comes; Qt waits for it at the other end.
        self._reading, self._writing = socket.socketpair()
        for end in (self._reading, self._writing):
            end.setblocking(False)
        self._notifier = QSocketNotifier(self._reading.fileno(), QSocketNotifier.Type.Read, self)
        self._notifier.activated.connect(self._on_activated)
        self._former_handler = signal.signal(signal.SIGINT, self._handle)
        self._former_descriptor = signal.set_wakeup_fd(self._writing.fileno(), warn_on_full_buffer=False)
        if hasattr(signal, "pthread_sigmask"):
            # What was pressed while the program started comes now.
            signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})

    def close(self) -> None:
        """Give SIGINT back to the handler that had it before."""
        signal.set_wakeup_fd(self._former_descriptor)
        signal.signal(signal.SIGINT, self._former_handler)
        self._notifier.setEnabled(False)
        self._reading.close()
        self._writing.close()

    @staticmethod
    def _handle(_number: int, _frame: FrameType | None) -> None:
        signal.signal(signal.SIGINT, signal.SIG_DFL)

    @Slot()
    def _on_activated(self) -> None:
        # Other signals that Python handles write into the socket too.
        if signal.SIGINT in self._reading.recv(4096):
            self.happened = True
            self.interrupted.emit()
