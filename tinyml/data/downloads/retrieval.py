"""Retrieve published files into a folder: mirror after mirror, resumed, and checked with SHA-256."""

import errno
import logging
import os
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from tinyml.core import DataError
from tinyml.core.files import show_path
from tinyml.core.memory import describe_bytes
from tinyml.core.temporary_files import try_to_lock
from tinyml.data.cache_folder import CACHE_VARIABLE
from tinyml.data.downloads.mirror import MIRROR_VARIABLE
from tinyml.data.downloads.published_file import PublishedFile
from tinyml.data.downloads.transfer import Patience, TransferError, host_of, receive

_MOST_RESUMED = 20
"""How often a transfer from one server that ends too early is continued."""


@dataclass(frozen=True)
class Download:
    """The files of one dataset, and where they go.

    Attributes:
        title: name of the dataset, for messages.
        files: the published files.
        folder: where they are kept.
        mirror: address of the folder on the school's own mirror, which is tried first; empty for none.
        patience: how long a server may take.
    """

    title: str
    files: tuple[PublishedFile, ...]
    folder: Path
    mirror: str = ""
    patience: Patience = field(default_factory=Patience)

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return sum(file.size for file in self.files)

    @property
    def received(self) -> int:
        """Bytes that are in the folder already, also those of a file that is not complete."""
        return sum(file.received(self.folder) for file in self.files)


def retrieve(download: Download, progress: Callable[[float], None] | None = None) -> None:
    """Download the files that are missing or damaged.

    A file that was received in part is continued. Each file is compared with its SHA-256; if it differs, the file is
    deleted and the next mirror is tried. At the end the folder holds all files.

    Arguments:
        download: the files.
        progress: called with the share of all bytes that is received, at least ten times a second. An exception that
            it raises cancels the download; what was received is kept for the next time.

    Raises `DataError`, with one sentence that names the servers and the remedy, when no mirror sends a file or the
    folder cannot be written.

    >>> import tempfile
    >>> retrieve(Download("No files", (), Path(tempfile.mkdtemp())))
    """
    try:
        download.folder.mkdir(parents=True, exist_ok=True)
        _check_space(download)
    except OSError as error:
        raise DataError(_describe_disk_error(download, error)) from error
    done = 0
    for file in download.files:

        def report(received: int, done: int = done) -> None:
            if progress is not None:
                progress((done + received) / download.size)

        try:
            _retrieve_file(download, file, report)
        except OSError as error:
            raise DataError(_describe_disk_error(download, error)) from error
        done += file.size
        report(file.size, done - file.size)


def _retrieve_file(download: Download, file: PublishedFile, report: Callable[[int], None]) -> None:
    """Try one mirror after the other."""
    failures: list[TransferError] = []
    folders = ((download.mirror,) if download.mirror else ()) + file.folders
    for folder in folders:
        try:
            _retrieve_from(folder + file.name, download, file, report)
        except TransferError as error:
            failures.append(error)
        else:
            return
    raise DataError(_describe_failures(download, failures))


def _retrieve_from(address: str, download: Download, file: PublishedFile, report: Callable[[int], None]) -> None:
    """Retrieve a file from one server.

    Raises `TransferError` when this server does not send the file, or another one.
    """
    # Importing them takes 0.15 seconds, which the start of the program need not wait for.
    import pooch

    # pooch prints each download to standard error; here the progress says more.
    pooch.get_logger().setLevel(logging.WARNING)
    part = file.part(download.folder)
    for _ in range(2):
        resumed = _size_of(part) > 0

        def download_to(url: str, output: str, _: object) -> None:
            _receive_part(url, download, file, report)
            os.replace(part, output)  # noqa: PTH105 (the counterpart of `os.remove` in pooch)

        try:
            pooch.retrieve(
                address, f"sha256:{file.sha256}", fname=file.name, path=download.folder, downloader=download_to
            )
        except ValueError as error:
            # pooch has deleted the file. If it began with bytes of an earlier transfer, those can be at fault.
            if not resumed:
                wrong = f"{host_of(address)} sent another file than the published one: its SHA-256 differs"
                raise TransferError(wrong) from error
        else:
            return
    raise TransferError(f"{host_of(address)} sent another file than the published one: its SHA-256 differs")


def _receive_part(url: str, download: Download, file: PublishedFile, report: Callable[[int], None]) -> None:
    """Receive a file into its part. A transfer that ends too early is continued."""
    path = file.part(download.folder)
    try:
        with _open_part(path, download.title) as part:
            if part.seek(0, os.SEEK_END) > file.size:
                part.truncate(0)
            for attempt in range(_MOST_RESUMED + 1):
                if part.seek(0, os.SEEK_END) == file.size:
                    return
                try:
                    receive(url, file, part, report, download.patience)
                except TransferError as error:
                    if not error.received or attempt == _MOST_RESUMED:
                        raise
    finally:
        if not _size_of(path):
            path.unlink(missing_ok=True)


def _open_part(path: Path, title: str) -> BinaryIO:
    """Open the part for reading and writing, and lock it, so that two programs do not write the same file."""
    file = path.open("a+b")
    if try_to_lock(file.fileno()) is False:
        file.close()
        raise DataError(f"Another program is downloading {title}. Wait until it has ended, or cancel it there.")
    return file


def _check_space(download: Download) -> None:
    """Raise `OSError` if the disk has too little free space."""
    if shutil.disk_usage(download.folder).free < download.size - download.received:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def _size_of(path: Path) -> int:
    """Return the size of a file in bytes, 0 if there is none."""
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _describe_disk_error(download: Download, error: OSError) -> str:
    needs = describe_bytes(download.size - download.received)
    reason = error.strerror or str(error).splitlines()[0]
    remedy = f"Free {needs} there" if error.errno in (errno.ENOSPC, errno.EDQUOT) else "Make the folder writable"
    return (
        f"{download.title} could not be saved in '{show_path(download.folder)}': {reason}. {remedy}, or name another "
        f"folder with the environment variable {CACHE_VARIABLE}."
    )


def _describe_failures(download: Download, failures: Sequence[TransferError]) -> str:
    reasons = list(dict.fromkeys(error.reason for error in failures)) or ["no address is known"]
    if all(error.offline for error in failures):
        hosts = " or ".join(reason.removeprefix("no connection to ") for reason in reasons)
        reasons = [f"no connection to {hosts}"]
    kept = " What was received is kept." if download.received else ""
    return (
        f"{download.title} could not be downloaded: {'; '.join(reasons)}.{kept} Check the network and try again, or "
        f"set a mirror (in the window: Download settings; otherwise the environment variable {MIRROR_VARIABLE})."
    )
