"""A file whose changes are noticed while it is read."""

import os
from pathlib import Path
from typing import BinaryIO, NoReturn

from tinyml.core.errors import StorageError
from tinyml.core.files import show_path

Stamp = tuple[int, int]
"""Size of a file in bytes, and time of its last change in nanoseconds."""


class StampedFile:
    """An open file that is read at any position. An error says so if another program changes it meanwhile.

    There is no memory map: a program that shortens a mapped file kills every process that reads it, and training
    scripts shorten files when they overwrite their checkpoints.

    Arguments:
        file: the file, open for reading bytes.
        path: the file's path, for error messages.

    Attributes:
        path: the path.
        stamp: size and time of the last change when the file was opened.
        size: size in bytes.
    """

    def __init__(self, file: BinaryIO, path: str | Path) -> None:
        self.path = path
        self._file = file
        self.stamp = self._read_stamp()
        self.size = self.stamp[0]

    def fill(self, target: memoryview, position: int) -> None:
        """Fill `target` with the bytes of the file from `position` on.

        Raises `StorageError` when the file ends before, cannot be read, or has changed since it was opened.
        """
        done = 0
        try:
            self._file.seek(position)
            while done < len(target):
                count = self._file.readinto(target[done:])  # type: ignore[attr-defined]
                if not count:
                    break
                done += count
        except OSError as error:
            raise StorageError(f"Could not read '{show_path(self.path)}': {error.strerror or error}.") from error
        if done < len(target):
            self.refuse_changed()
        self.check_unchanged()

    def read(self, position: int, count: int) -> bytearray:
        """Return `count` bytes from `position` on. Raises `StorageError` as `fill` does."""
        content = bytearray(count)
        self.fill(memoryview(content), position)
        return content

    def check_unchanged(self) -> None:
        """Raise `StorageError` if the file has changed since it was opened."""
        try:
            changed = self._read_stamp() != self.stamp
        except OSError as error:
            raise StorageError(f"Could not read '{show_path(self.path)}': {error.strerror or error}.") from error
        if changed:
            self.refuse_changed()

    def refuse_changed(self) -> NoReturn:
        """Raise the `StorageError` of a file that has changed."""
        raise StorageError(
            f"'{show_path(self.path)}' was changed by another program while it was being read. "
            "Open it again when that program has finished."
        )

    def _read_stamp(self) -> Stamp:
        status = os.fstat(self._file.fileno())
        return status.st_size, status.st_mtime_ns
