"""One transfer from a web server into a file that a later transfer can continue.

The network is read in a thread of its own. So a progress callback can cancel at once, even while a server does not
answer, and a name server that does not answer is noticed too.
"""

import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from queue import Empty, Full, Queue
from threading import Event, Thread
from time import monotonic
from typing import Any, BinaryIO
from urllib.parse import urlsplit

from tinyml.core.memory import describe_bytes
from tinyml.data.downloads.published_file import PublishedFile

_CHUNK = 8 * 1024
_CHUNKS_WAITING = 64
_TICK = 0.1
"""Seconds after which the progress callback is called again, so that it can cancel."""

BytesCallback = Callable[[int], None]
"""Called with the number of bytes that are received. An exception cancels the transfer."""


@dataclass(frozen=True)
class Patience:
    """How long a server may take.

    Attributes:
        connect: seconds until there is a connection.
        stall: seconds without any bytes.
    """

    connect: float = 10.0
    stall: float = 20.0


class TransferError(Exception):
    """A transfer failed.

    Arguments:
        reason: what happened, as a part of a sentence that begins with "HOST": "HOST has no such file".
        offline: True if there was no connection.
        received: bytes that this transfer added to the file.
    """

    def __init__(self, reason: str, offline: bool = False, received: int = 0) -> None:
        super().__init__(reason)
        self.reason, self.offline, self.received = reason, offline, received


@dataclass(frozen=True)
class _Answer:
    """Status and headers of the server's answer."""

    status: int
    length: int | None
    start: int


def host_of(address: str) -> str:
    """Return the name of the server of an address, with its port if there is one.

    >>> host_of("https://school.example/data/mnist")
    'school.example'
    """
    return urlsplit(address).netloc.rpartition("@")[2]


def receive(address: str, wanted: PublishedFile, part: BinaryIO, progress: BytesCallback, patience: Patience) -> None:
    """Receive a file, or the rest of it.

    A server that ignores the HTTP header Range sends the whole file, which then replaces the part.

    Arguments:
        address: of the file.
        wanted: the file, with its size.
        part: what is received already, open for reading and writing; the rest is added to it.
        progress: called at least ten times a second with the number of bytes in `part`.
        patience: how long the server may take.

    Raises `TransferError` when the server does not send the file, `OSError` when the part cannot be written, and every
    exception of `progress`. What was received stays in `part`.
    """
    start = part.seek(0, os.SEEK_END)
    receiver = _Receiver(address, start, patience)
    receiver.start()
    before = done = start

    def tick() -> None:
        progress(done)

    try:
        answer = receiver.wait(tick, patience.connect + patience.stall)
        assert isinstance(answer, _Answer)
        _check(answer, wanted, start, host_of(address))
        if answer.status != 206:
            before = done = 0
            part.seek(0)
            part.truncate()
        while (chunk := receiver.wait(tick, patience.stall)) is not None:
            assert isinstance(chunk, bytes)
            wrong_start = done == 0 and not wanted.first_bytes.startswith(chunk[: len(wanted.first_bytes)])
            if wrong_start or done + len(chunk) > wanted.size:
                raise TransferError(_other_file(address))
            part.write(chunk)
            done += len(chunk)
            progress(done)
    except TransferError as error:
        raise TransferError(error.reason, error.offline, done - before) from error
    finally:
        receiver.stop()
    if done < wanted.size:
        raise TransferError(
            f"{host_of(address)} ended the transfer after {describe_bytes(done)} of {describe_bytes(wanted.size)}",
            received=done - before,
        )


def _other_file(address: str) -> str:
    return f"{host_of(address)} sent something else than the file, perhaps a login page of the network"


def _check(answer: _Answer, wanted: PublishedFile, start: int, host: str) -> None:
    """Raise `TransferError` if the answer does not announce the file, or the rest of it."""
    if answer.status == 404:
        raise TransferError(f"{host} has no such file (404)")
    if answer.status not in (200, 206):
        raise TransferError(f"{host} refused the file with status {answer.status}")
    if answer.status == 206 and answer.start != start:
        raise TransferError(f"{host} sent another part of the file than the wanted one")
    missing = wanted.size - (start if answer.status == 206 else 0)
    if answer.length is not None and answer.length != missing:
        raise TransferError(_other_file(f"//{host}"))


class _Receiver(Thread):
    """Reads from the server and passes on what comes: one `_Answer`, then bytes, then None or a `TransferError`."""

    def __init__(self, address: str, start: int, patience: Patience) -> None:
        super().__init__(name="tinyml_download", daemon=True)
        self._address, self._from, self._patience = address, start, patience
        self._queue: Queue[_Answer | bytes | TransferError | None] = Queue(_CHUNKS_WAITING)
        self._stopped = Event()
        self._response: Any = None

    def wait(self, tick: Callable[[], None], longest: float) -> _Answer | bytes | None:
        """Return what comes next; call `tick` while waiting."""
        deadline = monotonic() + longest
        while True:
            try:
                found = self._queue.get(timeout=_TICK)
            except Empty:
                tick()
                if monotonic() > deadline:
                    raise TransferError(self._stalled(longest)) from None
                continue
            if isinstance(found, TransferError):
                raise found
            return found

    def stop(self) -> None:
        """End the thread, also while it waits for the server."""
        self._stopped.set()
        if self._response is not None:
            # Closing the response would wait until its thread has read something. A shutdown ends the reading.
            with suppress(AttributeError, ValueError, RuntimeError, OSError):
                self._response.raw.shutdown()
        # While it connects, nothing ends it; then its own limits of time do.
        self.join(0.5)

    def run(self) -> None:
        import requests

        host = host_of(self._address)
        try:
            headers = {"Accept-Encoding": "identity"} | ({"Range": f"bytes={self._from}-"} if self._from else {})
            times = self._patience.connect, self._patience.stall
            with requests.get(self._address, headers=headers, stream=True, timeout=times) as response:
                self._response = response
                self._pass_on(_read_answer(response.status_code, response.headers))
                # Not decoded: some servers declare a file that ends with ".gz" as compressed for the transfer.
                for chunk in response.raw.stream(_CHUNK, decode_content=False):
                    self._pass_on(chunk)
            self._pass_on(None)
        except _StoppedError:
            pass
        except requests.exceptions.SSLError as error:
            self._fail(TransferError(f"{host} has no certificate that this computer trusts ({_innermost(error)})"))
        except requests.exceptions.ConnectTimeout:
            self._fail(TransferError(f"no connection to {host}", offline=True))
        except requests.exceptions.Timeout:
            self._fail(TransferError(self._stalled(self._patience.stall)))
        except requests.exceptions.ConnectionError:
            self._fail(TransferError(f"no connection to {host}", offline=True))
        except requests.exceptions.RequestException as error:
            self._fail(TransferError(f"{host} did not answer as a web server does ({error})"))
        except Exception as error:  # noqa: BLE001 (the other thread reports every failure)
            stalled = "Timeout" in type(error).__name__
            cut = f"{host} ended the transfer too early"
            self._fail(TransferError(self._stalled(self._patience.stall) if stalled else cut))

    def _pass_on(self, found: _Answer | bytes | TransferError | None) -> None:
        while not self._stopped.is_set():
            try:
                return self._queue.put(found, timeout=_TICK)
            except Full:
                continue
        raise _StoppedError

    def _fail(self, error: TransferError) -> None:
        with suppress(_StoppedError):
            self._pass_on(error)

    def _stalled(self, seconds: float) -> str:
        return f"{host_of(self._address)} sent nothing for {seconds:g} seconds"


class _StoppedError(Exception):
    """The result is no longer wanted."""


def _read_answer(status: int, headers: Any) -> _Answer:
    """Read the headers that describe what the server sends. Headers that cannot be read count as missing."""
    length = headers.get("Content-Length", "")
    sent = headers.get("Content-Range", "").removeprefix("bytes ").partition("-")[0]
    return _Answer(status, int(length) if length.isdecimal() else None, int(sent) if sent.isdecimal() else -1)


def _innermost(error: BaseException) -> str:
    """Return the cause of an error of requests, which wraps it several times."""
    while error.__cause__ or error.__context__:
        error = error.__cause__ or error.__context__ or error
    return str(getattr(error, "verify_message", "") or type(error).__name__)
