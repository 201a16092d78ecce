"""Read and write files. Every error is one sentence, and no error damages an existing file.

Only regular files are read and replaced. Folders, named pipes, sockets and devices are refused: opening a pipe can wait
without limit, and replacing a device destroys it.

Qt's `QSaveFile` is no choice for a framework without Qt, and packages for atomic writing leave the temporary files of
killed processes behind.
"""

import contextlib
import os
import stat
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

from tinyml.core import temporary_files
from tinyml.core.errors import StorageError

_KINDS = (
    (stat.S_ISDIR, "a folder"),
    (stat.S_ISFIFO, "a named pipe"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
)
_LONGEST_SHOWN = 200

_PIECE = 2**24

Content = bytes | Callable[[BinaryIO], object]
"""What a file will hold: its bytes, or a function that writes them into an open file. It may raise `OSError`."""


def normalise_path(path: str | Path) -> Path:
    """Check a path that a user typed, and replace "~" or "~user" by the home folder.

    Arguments:
        path: the path. There need not be such a file.

    Raises `StorageError` when it is empty, names an unknown user, or holds a character that no path can have.

    >>> normalise_path("models/w.safetensors").name
    'w.safetensors'
    >>> normalise_path("~unknown-user/w.safetensors")
    Traceback (most recent call last):
    tinyml.core.errors.StorageError: There is no home folder for '~unknown-user/w.safetensors'. Write ...
    """
    text = os.fspath(path)
    if not text:
        raise StorageError("The path is empty. Give the name of a file or folder.")
    try:
        possible = b"\0" not in os.fsencode(text)
    except UnicodeError:
        possible = False
    if not possible:
        raise StorageError(f"'{show_path(text)}' holds a character that no path can have. Choose another name.")
    expanded = os.path.expanduser(text)  # noqa: PTH111 (pathlib's raises RuntimeError)
    if text.startswith("~") and expanded == text:
        raise StorageError(
            f"There is no home folder for '{show_path(text)}'. Write the whole path, from the root folder on."
        )
    return Path(expanded)


def show_path(path: str | Path) -> str:
    """Return a path for a sentence, in printable characters. The middle of a long path becomes "…".

    Arguments:
        path: any text.

    >>> print(show_path("line\\nfeed"))
    line\\nfeed
    """
    text = "".join(letter if letter.isprintable() else ascii(letter)[1:-1] for letter in os.fspath(path))
    return text if len(text) <= _LONGEST_SHOWN else f"{text[: _LONGEST_SHOWN // 2]}…{text[-_LONGEST_SHOWN // 2 :]}"


def path_exists(path: str | Path) -> bool:
    """Return True if there is something at `path`, False if it cannot be looked up.

    >>> path_exists("a\\0b"), path_exists("a" * 300), path_exists(".")
    (False, False, True)
    """
    return path_kind(path) is not None


def path_kind(path: str | Path) -> str | None:
    """Return the kind of `path`: "a file", "a folder", "a named pipe", "a socket" or "a device".

    Links are followed. Returns None if there is nothing or the path cannot be looked up.

    >>> path_kind(".")
    'a folder'
    """
    try:
        return _describe_kind(normalise_path(path).stat().st_mode)
    except (StorageError, OSError):
        return None


def open_for_reading(path: str | Path) -> BinaryIO:
    """Open a regular file for reading bytes, without a buffer. Links are followed.

    Arguments:
        path: the file.

    Raises `StorageError`, without waiting, when the file is missing, cannot be read, or is no regular file.

    >>> open_for_reading("/")
    Traceback (most recent call last):
    tinyml.core.errors.StorageError: '/' is a folder. Choose a file in it.
    """
    place = normalise_path(path)
    shown = show_path(path)
    try:
        # Before opening, because opening some devices has effects.
        _refuse_special(place.stat().st_mode, shown)
        flags = ("O_BINARY", "O_CLOEXEC", "O_NOCTTY", "O_NONBLOCK")
        descriptor = os.open(place, os.O_RDONLY | sum(getattr(os, flag, 0) for flag in flags))
        try:
            # After opening, because another process may have replaced the file.
            _refuse_special(os.fstat(descriptor).st_mode, shown)
            return os.fdopen(descriptor, "rb", buffering=0)
        except BaseException:
            os.close(descriptor)
            raise
    except FileNotFoundError as error:
        raise StorageError(f"There is no file '{shown}'. Check its name and folder.") from error
    except OSError as error:
        raise StorageError(f"Could not read '{shown}': {error.strerror or error}.") from error


def read_bounded(path: str | Path, largest: int) -> bytes:
    """Read a whole file.

    Arguments:
        path: the file.
        largest: the most bytes that it may have.

    Raises `StorageError` when the file is missing, larger, no regular file, or cannot be read.

    >>> import tempfile
    >>> note = Path(tempfile.mkdtemp()) / "note.txt"
    >>> write_atomically(note, b"four")
    >>> read_bounded(note, 3)
    Traceback (most recent call last):
    tinyml.core.errors.StorageError: '...note.txt' is larger than 3 bytes, so it is not a file of this kind.
    """
    content = bytearray()
    with open_for_reading(path) as file:
        try:
            # In pieces, because Python reserves as much memory as it is asked to read.
            while len(content) <= largest and (piece := file.read(min(_PIECE, largest + 1 - len(content)))):
                content += piece
        except OSError as error:
            raise StorageError(f"Could not read '{show_path(path)}': {error.strerror or error}.") from error
    if len(content) > largest:
        raise StorageError(f"'{show_path(path)}' is larger than {largest:,} bytes, so it is not a file of this kind.")
    return bytes(content)


def resolve_target(path: str | Path) -> Path:
    """Return the file that saving to `path` replaces or makes. Links are followed.

    Raises `StorageError` when there is something else than a regular file, or the path cannot be looked up.

    >>> resolve_target(".")
    Traceback (most recent call last):
    tinyml.core.errors.StorageError: Could not save '.': it is a folder. Choose the name of a file.
    """
    place = normalise_path(path)
    shown = show_path(path)
    try:
        kind = _describe_kind(place.stat().st_mode)
    except FileNotFoundError:
        kind = "a file"
    except OSError as error:
        raise StorageError(
            f"Could not save '{shown}': {error.strerror or error}. Choose another name or folder."
        ) from error
    if kind != "a file":
        raise StorageError(f"Could not save '{shown}': it is {kind}. Choose the name of a file.")
    return Path(os.path.realpath(place))


def check_can_save(path: str | Path) -> None:
    """Check before a long run that a file can be saved to `path` after it.

    Raises `StorageError` when the folder is missing or not writable, or `path` is something else than a regular file.

    >>> check_can_save("no such folder/model.safetensors")
    Traceback (most recent call last):
    tinyml.core.errors.StorageError: Could not save ...: there is no folder 'no such folder'. Make it first, or ...
    """
    target = resolve_target(path)
    if path_kind(target.parent) != "a folder":
        folder = show_path(Path(path).parent)
        raise StorageError(
            f"Could not save '{show_path(path)}': there is no folder '{folder}'. Make it first, or choose another."
        )
    if not os.access(target.parent, os.W_OK):
        raise StorageError(
            f"Could not save '{show_path(path)}': you may not write to the folder. Choose another folder."
        )


def write_atomically(path: str | Path, content: Content) -> None:
    """Write a whole file. If that fails, the old file stays unchanged.

    The bytes go to a temporary file in the same folder, are forced to disk (fsync), and then replace `path` in one
    step of the file system. An existing file keeps its permissions. A link stays a link; the file that it points to is
    replaced. Temporary files that a killed process left are removed first (see `remove_leftovers`).

    Arguments:
        path: the file.
        content: its bytes, or a function that writes them into the temporary file. It may raise `OSError`.

    Raises `StorageError`, with the reason and the remedy, when the folder is missing or not writable, the disk is
    full, or `path` is something else than a regular file. An interruption leaves no temporary file, except for a kill,
    whose file the next save removes.

    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "note.txt"
    >>> write_atomically(path, b"kept")
    >>> path.read_bytes()
    b'kept'
    """
    target = resolve_target(path)
    temporary_files.remove_leftovers(target)
    with explained_errors(path), written_temporary(target, content) as temporary:
        os.replace(temporary, target)  # noqa: PTH105 (tests make exactly this call fail)
    force_folder_to_disk(target.parent)


@contextlib.contextmanager
def explained_errors(path: str | Path) -> Iterator[None]:
    """Turn an `OSError` of saving into a `StorageError` with the reason and the remedy.

    Arguments:
        path: what is being saved.

    >>> with explained_errors("net.csv"):
    ...     raise OSError(28, "No space left on device")
    Traceback (most recent call last):
    tinyml.core.errors.StorageError: Could not save 'net.csv': No space left on device. Choose another folder or ...
    """
    try:
        yield
    except OSError as error:
        reason = error.strerror or str(error)
        raise StorageError(
            f"Could not save '{show_path(path)}': {reason}. Choose another folder or free some space; "
            "nothing was changed."
        ) from error


@contextlib.contextmanager
def written_temporary(target: Path, content: Content) -> Iterator[Path]:
    """Yield a temporary file beside `target` that holds the content and is forced to disk.

    It is removed if there is an error, also one within the context. Rename it within the context: until then it is
    locked, so that no other process removes it.

    Arguments:
        target: the file that it will replace, whose permissions it gets; its path has no links.
        content: as for `write_atomically`.

    Raises `OSError`.
    """
    descriptor, temporary = temporary_files.create_temporary(target)
    try:
        with os.fdopen(descriptor, "w+b") as file:
            write_content(file, content)
            if target.exists():
                temporary.chmod(target.stat().st_mode & 0o777)
            if sys.platform == "win32":
                file.close()  # Windows cannot rename an open file
            # On other systems the file stays open, and so locked, until it has its final name.
            yield temporary
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def write_content(file: BinaryIO, content: Content) -> None:
    """Write content into an open file and force it to disk.

    Arguments:
        file: open for reading and writing bytes.
        content: as for `write_atomically`.
    """
    if isinstance(content, bytes):
        file.write(content)
    else:
        content(file)
    file.flush()
    os.fsync(file.fileno())


def remove_leftovers(path: str | Path, others_after: float = temporary_files.OLD_SECONDS) -> None:
    """Remove the temporary files that killed processes left when they were writing `path`.

    `write_atomically` calls it. Files that a running process is writing stay, and so do files that cannot be removed.

    Arguments:
        path: the file; it need not exist.
        others_after: age in seconds from which temporary files of other names in the same folder are removed too.

    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "note.txt"
    >>> path.with_name(".note.txt.0123abcd.tmp").touch()
    >>> remove_leftovers(path)
    >>> list(path.parent.iterdir())
    []
    """
    with contextlib.suppress(StorageError):
        temporary_files.remove_leftovers(resolve_target(path), others_after)


def _refuse_special(mode: int, shown: str) -> None:
    kind = _describe_kind(mode)
    if kind == "a folder":
        raise StorageError(f"'{shown}' is a folder. Choose a file in it.")
    if kind != "a file":
        raise StorageError(f"'{shown}' is {kind}, not a file with content. Choose a file.")


def _describe_kind(mode: int) -> str:
    return next((kind for test, kind in _KINDS if test(mode)), "a file")


def force_folder_to_disk(folder: Path) -> None:
    """Force new names to disk, so that they survive a power cut. Windows cannot do this and does not need it.

    Arguments:
        folder: the folder with the new names.
    """
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
