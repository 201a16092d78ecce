"""Messages between a process and a helper: one line of JSON each, and descriptors of shared memory beside it.

The channel is a pair of sockets, or two pipes on Windows. When one side ends, also by a kill, the system closes its
side, and the other side notices it at once.
"""

import json
import os
import queue
import socket
import threading
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any

_AT_ONCE = 1 << 16
"""Largest number of bytes that are read at once."""

_MOST_DESCRIPTORS = 8
"""Largest number of descriptors that are read at once. The system never joins messages that carry descriptors."""

LONGEST_SEND = 10.0
"""Seconds that the other side may take to read what waits. It reads all the time, unless it is stopped."""

_NO_SIGNAL = getattr(socket, "MSG_NOSIGNAL", 0)
"""Writing to an ended process is an error for the caller, never a signal that ends the program."""


class Channel:
    """One side of a channel.

    Arguments:
        connection: a connected socket, or the descriptors of two pipes: one to read from and one to write to. A thread
            reads from that pipe, because reading from a pipe has no time limit on Windows.
        on_end: called by that thread when the other side has ended.

    Attributes:
        descriptors: those that arrived with messages, the oldest first.
    """

    def __init__(self, connection: socket.socket | tuple[int, int], on_end: Callable[[], object] | None = None) -> None:
        self._connection = connection
        self._on_end = on_end
        self._received = b""
        self._pieces: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        self.descriptors: deque[int] = deque()
        if isinstance(connection, tuple):
            threading.Thread(target=self._read_pipe, args=connection[:1], name="tinyml_pipe", daemon=True).start()

    def send(self, message: Any, descriptors: Sequence[int] = ()) -> None:
        """Send a message.

        Arguments:
            message: what JSON can hold.
            descriptors: open files that the other process gets too; none on Windows.

        Raises `OSError` if the other side has ended, or does not read.
        """
        data = json.dumps(message, separators=(",", ":")).encode() + b"\n"
        if isinstance(self._connection, tuple):
            while data:
                data = data[os.write(self._connection[1], data) :]
            return
        self._connection.settimeout(LONGEST_SEND)
        if descriptors:
            data = data[socket.send_fds(self._connection, [data], list(descriptors), _NO_SIGNAL) :]
        if data:
            self._connection.sendall(data, _NO_SIGNAL)

    def receive(self, timeout: float | None = None) -> Any:
        """Wait for a message and return it. Other threads can run meanwhile.

        Arguments:
            timeout: longest time between two pieces of the message, in seconds; None for no limit.

        Raises `EOFError` if the other side has ended, `TimeoutError`, or another `OSError`.
        """
        while b"\n" not in self._received:
            piece = self._read(timeout)
            if not piece:
                raise EOFError("The other side of the channel has ended.")
            self._received += piece
        line, _, self._received = self._received.partition(b"\n")
        return json.loads(line)

    def close(self) -> None:
        """Close this side; the other side notices it."""
        if isinstance(self._connection, tuple):
            for descriptor in self._connection:
                os.close(descriptor)
        else:
            self._connection.close()

    def _read(self, timeout: float | None) -> bytes:
        if isinstance(self._connection, tuple):
            try:
                piece = self._pieces.get(timeout=timeout)
            except queue.Empty:
                raise TimeoutError("The other side of the channel sends nothing.") from None
            if not piece:
                self._pieces.put(piece)  # the end stays the end
            return piece
        self._connection.settimeout(timeout)
        piece, descriptors, _, _ = socket.recv_fds(self._connection, _AT_ONCE, _MOST_DESCRIPTORS)
        self.descriptors.extend(descriptors)
        return piece

    def _read_pipe(self, descriptor: int) -> None:
        piece = b"\0"
        while piece:
            try:
                piece = os.read(descriptor, _AT_ONCE)
            except OSError:  # this side was closed
                piece = b""
            self._pieces.put(piece)
        if self._on_end is not None:
            self._on_end()
