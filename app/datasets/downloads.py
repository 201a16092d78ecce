"""The downloads of public sets: what is there, what is being received, what failed. A change of page stops none."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from time import monotonic

from PySide6.QtCore import QObject, Signal

from app.jobs import BackgroundRunner, Job
from tinyml.data import ProgressCallback, download
from tinyml.data.download_cache import clear_cache
from tinyml.data.public import public_sets

_LEAST_SECONDS = 1.0
"""Seconds of a download before its speed says how much time is left."""


@dataclass(frozen=True)
class DownloadState:
    """What the window knows of the download of one set.

    Attributes:
        size: bytes of all its files.
        received: bytes that are there.
        complete: True if all files are there.
        running: True while it is being downloaded.
        seconds_left: how long it still takes; None if this is not known.
        error: why the last download failed; empty if it did not.
    """

    size: int
    received: int = 0
    complete: bool = False
    running: bool = False
    seconds_left: float | None = None
    error: str = ""


class Downloads(QObject):
    """Downloads public sets off the GUI thread and deletes them. Each set has at most one job at a time.

    Attributes:
        known: True as soon as the disk was asked what is downloaded.
        mirror: address of the school's own mirror; empty for none.

    Signals:
        changed(name): the state of a set changed.
        finished(name): a download ended with all files.
        mirror_changed(): the user chose another mirror.
    """

    changed = Signal(str)
    finished = Signal(str)
    mirror_changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.known = False
        self.mirror = ""
        self._states = {name: DownloadState(public.download_size) for name, public in public_sets().items()}
        self._runners = {name: BackgroundRunner() for name in public_sets()}
        self._jobs: dict[str, Job] = {}
        self._started: dict[str, tuple[float, int]] = {}
        self._unread: set[str] = set(public_sets())

    @property
    def states(self) -> Mapping[str, DownloadState]:
        """The state of each set by its name."""
        return self._states

    def set_mirror(self, address: str) -> None:
        """Use another mirror from the next download on.

        Arguments:
            address: of the mirror; empty for none.
        """
        if address != self.mirror:
            self.mirror = address
            self.mirror_changed.emit()

    def refresh(self) -> None:
        """Ask the disk again what is downloaded; other programs may have changed it."""
        for name in public_sets():
            if not self._states[name].running:
                self._read(name)

    def start(self, name: str) -> None:
        """Download a set, or continue its download. If it is running, do nothing.

        Arguments:
            name: of the set.
        """
        if self._states[name].running:
            return
        self._started.pop(name, None)
        self._change(name, running=True, seconds_left=None, error="")
        job = self._runners[name].submit_with_progress(partial(_download, name, self.mirror))
        self._jobs[name] = job
        job.progressed.connect(partial(self._on_progressed, name))
        job.returned.connect(partial(self._on_download_returned, name))
        job.failed.connect(partial(self._on_download_failed, name))
        job.cancelled.connect(partial(self._on_download_cancelled, name))

    def cancel(self, name: str) -> None:
        """Stop the download of a set. What was received is kept.

        Arguments:
            name: of the set.
        """
        job = self._jobs.get(name)
        if job is not None:
            job.cancel()

    def clear(self, name: str) -> None:
        """Delete what is downloaded of a set. While it is being downloaded, do nothing.

        Arguments:
            name: of the set.
        """
        if not self._states[name].running:
            job = self._runners[name].submit(partial(clear_cache, name))
            job.returned.connect(partial(self._on_cleared, name))
            job.failed.connect(partial(self._on_clear_failed, name))

    def shutdown(self) -> None:
        """Stop all downloads and wait until their threads have ended. The window calls it when it closes."""
        for job in list(self._jobs.values()):
            job.cancel()
        for runner in self._runners.values():
            runner.shutdown()

    def _read(self, name: str) -> None:
        job = self._runners[name].submit(partial(_read_cache, name))
        job.returned.connect(partial(self._on_cache_read, name))
        job.failed.connect(partial(self._on_clear_failed, name))

    def _change(self, name: str, **changes: object) -> None:
        before = self._states[name]
        self._states[name] = replace(before, **changes)  # type: ignore[arg-type]
        if self._states[name] != before:
            self.changed.emit(name)

    def _on_progressed(self, name: str, share: float) -> None:
        size, now = self._states[name].size, monotonic()
        received = round(share * size)
        since, before = self._started.setdefault(name, (now, received))
        left = None
        if now - since >= _LEAST_SECONDS and received > before:
            left = (size - received) * (now - since) / (received - before)
        self._change(name, received=received, seconds_left=left)

    def _on_download_returned(self, name: str, _: object) -> None:
        self._jobs.pop(name, None)
        self._change(name, received=self._states[name].size, complete=True, running=False, seconds_left=None)
        self.finished.emit(name)

    def _on_download_failed(self, name: str, sentence: str) -> None:
        self._jobs.pop(name, None)
        self._change(name, running=False, seconds_left=None, error=sentence)
        self._read(name)

    def _on_download_cancelled(self, name: str) -> None:
        self._jobs.pop(name, None)
        self._change(name, running=False, seconds_left=None)
        # It waits until the download has stopped writing.
        self._read(name)

    def _on_cleared(self, name: str, _: object) -> None:
        self._change(name, error="")
        self._read(name)

    def _on_clear_failed(self, name: str, sentence: str) -> None:
        self._change(name, error=sentence)

    def _on_cache_read(self, name: str, found: tuple[int, bool]) -> None:
        self._unread.discard(name)
        newly_known = not self._unread and not self.known
        self.known = not self._unread
        if not self._states[name].running:
            self._change(name, received=found[0], complete=found[1])
        if newly_known:
            self.changed.emit(name)


def _download(name: str, mirror: str, progress: ProgressCallback) -> None:
    download(name, progress, mirror)


def _read_cache(name: str) -> tuple[int, bool]:
    public = public_sets()[name]
    return public.received, public.is_downloaded
