"""Paths of special files, and impossible paths. A user can type or drop them, and a project can hold them."""

import os
import socket
import stat
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest


def make_device(path: Path) -> None:
    """Make a device node like /dev/full; the device of the system itself is not used."""
    try:
        os.mknod(path, 0o666 | stat.S_IFCHR, os.makedev(1, 7))
    except OSError as error:
        pytest.skip(f"device nodes cannot be made here: {error}")


def make_socket(path: Path) -> None:
    """Bind a socket, even if its path is longer than the address of a socket can be."""
    before = Path.cwd()
    os.chdir(path.parent)
    try:
        with closing(socket.socket(socket.AF_UNIX)) as server:
            server.bind(path.name)
    finally:
        os.chdir(before)


def make_linked_pipe(path: Path) -> None:
    """Make a link to a named pipe."""
    os.mkfifo(f"{path}.pipe")
    path.symlink_to(f"{path}.pipe")


SPECIAL: dict[str, tuple[Callable[[Path], None], str]] = {
    "folder": (Path.mkdir, "a folder"),
    "pipe": (lambda path: os.mkfifo(path), "a named pipe"),
    "linked pipe": (make_linked_pipe, "a named pipe"),
    "socket": (make_socket, "a socket"),
    "device": (make_device, "a device"),
}
"""For each kind of special file: the function that makes it, and its name in error messages."""

IMPOSSIBLE = {
    "unknown user": "~no-such-user-here/file",
    "nul": "a\0b",
    "surrogate": "a\ud800b",
    "too long": "a" * 300,
    "too deep": "a/" * 5000 + "a",
    "loop": "loop/file",
    "below a file": "plain/file",
    "empty": "",
}
"""Paths where no file can be; `impossible_path` joins them to a folder."""


def make_special(kind: str, path: Path) -> str:
    """Make a special file at `path`; return its name in error messages."""
    make, name = SPECIAL[kind]
    make(path)
    return name


def impossible_path(kind: str, folder: Path) -> str:
    """Return a path where no file can be; in `folder`, unless the path is absolute or empty."""
    if kind in ("unknown user", "empty"):
        return IMPOSSIBLE[kind]
    if kind == "loop":
        (folder / "loop").symlink_to("loop")
    if kind == "below a file":
        (folder / "plain").write_bytes(b"content")
    return f"{folder}/{IMPOSSIBLE[kind]}"


def listing(folder: Path) -> dict[str, tuple[int, int]]:
    """Return mode and inode of everything in a folder; a test compares them to find replaced and new files."""
    return {str(path): (path.lstat().st_mode, path.lstat().st_ino) for path in sorted(folder.rglob("*"))}
