"""Several files that belong together, written all or not at all: beside each other, or in a new folder."""

import contextlib
import os
import re
import secrets
import shutil
import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path

from tinyml.core import temporary_files
from tinyml.core.errors import StorageError
from tinyml.core.files import (
    Content,
    explained_errors,
    force_folder_to_disk,
    normalise_path,
    resolve_target,
    show_path,
    write_content,
    written_temporary,
)

_LONGEST_LABEL = 60
"""In characters, at most four bytes each; file systems allow names of 255 bytes."""


def write_together(files: Mapping[str | Path, Content]) -> None:
    """Write several files. If that fails, every old file stays unchanged and there is no new one.

    All files are complete on the disk, under temporary names, before the first one gets its name. If a later one cannot
    get its name, the earlier ones are replaced by the old files again.

    Arguments:
        files: the content of each file, by its path. Older files of these names are replaced.

    Raises `StorageError`, as `tinyml.core.files.write_atomically` does.

    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp())
    >>> write_together({folder / "net.py": b"code", folder / "net.weights": b"numbers"})
    >>> sorted(path.name for path in folder.iterdir())
    ['net.py', 'net.weights']
    """
    targets = {resolve_target(path): content for path, content in files.items()}
    for target in targets:
        temporary_files.remove_leftovers(target)
    with explained_errors(next(iter(files))), ExitStack() as open_files:
        ready = [
            (open_files.enter_context(written_temporary(target, content)), target)
            for target, content in targets.items()
        ]
        _rename_all(ready)
    for folder in {target.parent for target in targets}:
        force_folder_to_disk(folder)


def write_folder(path: str | Path, files: Iterable[tuple[str, Content]]) -> None:
    """Write a new folder with files. If that fails, there is no folder.

    The files go to a folder with a temporary name, which gets its name at the end.

    Arguments:
        path: the folder. There may be an empty folder of that name, but no other one: the files of a user are never
            mixed with ours, and never deleted.
        files: name and content of each file; they may be made one after the other.

    Raises `StorageError` when there is a file or a folder with content, when a folder is missing or not writable, or
    when the disk is full.

    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp()) / "filters"
    >>> write_folder(folder, [("index.txt", b"conv_1")])
    >>> write_folder(folder, [("index.txt", b"conv_1")])
    Traceback (most recent call last):
    tinyml.core.errors.StorageError: '...filters' has content already. Choose a new name or an empty folder.
    """
    target = normalise_path(path)
    check_new_folder(path)
    with explained_errors(path):
        _remove_leftover_folders(target)
        temporary = _temporary_name(target)
        temporary.mkdir()
        try:
            with _locked(temporary):
                for name, content in files:
                    with (temporary / name).open("x+b") as file:
                        write_content(file, content)
                force_folder_to_disk(temporary)
                if target.exists():
                    target.rmdir()
                os.replace(temporary, target)  # noqa: PTH105 (tests make exactly this call fail)
        except BaseException:
            shutil.rmtree(temporary, ignore_errors=True)
            raise
    force_folder_to_disk(target.parent)


def check_new_folder(path: str | Path) -> None:
    """Check that a folder can be written to `path`.

    Arguments:
        path: the folder.

    Raises `StorageError` when something else is there, or a folder with content, or when it cannot be made.

    >>> check_new_folder("tinyml/no such folder/filters")
    Traceback (most recent call last):
    tinyml.core.errors.StorageError: Could not save '...filters': there is no folder 'tinyml/no such folder'. ...
    """
    target, shown = normalise_path(path), show_path(path)
    try:
        if target.is_symlink() or (target.exists() and not target.is_dir()):
            raise StorageError(f"'{shown}' is a file or a link. Choose the name of a new folder.")
        if target.exists() and any(target.iterdir()):
            raise StorageError(f"'{shown}' has content already. Choose a new name or an empty folder.")
        parent_exists = target.parent.is_dir()
    except OSError as error:
        raise StorageError(f"Could not save '{shown}': {error.strerror or error}. Choose another name.") from error
    if not parent_exists:
        raise StorageError(
            f"Could not save '{shown}': there is no folder '{show_path(target.parent)}'. Make it first, or choose "
            "another."
        )
    if not os.access(target.parent, os.W_OK):
        raise StorageError(f"Could not save '{shown}': you may not write to the folder. Choose another folder.")


def _rename_all(ready: list[tuple[Path, Path]]) -> None:
    """Give each temporary file its name, or none of them."""
    with ExitStack() as restore:
        backups = []
        for temporary, target in ready:
            backup = _keep(target)
            if backup is not None:
                backups.append(backup)
                restore.callback(backup.unlink, missing_ok=True)
            os.replace(temporary, target)  # noqa: PTH105 (tests make exactly this call fail)
            restore.callback(_put_back, backup, target)
        restore.pop_all()
    for backup in backups:
        with contextlib.suppress(OSError):
            backup.unlink()


def _keep(target: Path) -> Path | None:
    """Give an old file a second name, and return it; None if there is no old file."""
    if not target.exists():
        return None
    backup = _temporary_name(target)
    try:
        os.link(target, backup)
    except OSError:  # a file system without hard links
        shutil.copy2(target, backup)
    return backup


def _put_back(backup: Path | None, target: Path) -> None:
    if backup is None:
        target.unlink(missing_ok=True)
    else:
        os.replace(backup, target)  # noqa: PTH105 (as above)


@contextlib.contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Lock a folder, so that `_remove_leftover_folders` of another process leaves it. Windows locks no folders."""
    if sys.platform == "win32":
        yield
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        temporary_files.try_to_lock(descriptor)
        yield
    finally:
        os.close(descriptor)


def _remove_leftover_folders(target: Path) -> None:
    """Remove the temporary folders that killed processes left when they were writing `target`."""
    pattern = re.compile(rf"\.{re.escape(target.name[:_LONGEST_LABEL])}\.[0-9a-f]{{8}}\.tmp")
    for entry in target.parent.iterdir():
        if pattern.fullmatch(entry.name) and entry.is_dir() and not entry.is_symlink() and _is_abandoned(entry):
            shutil.rmtree(entry, ignore_errors=True)


def _is_abandoned(folder: Path) -> bool:
    with contextlib.suppress(OSError):
        if time.time() - folder.stat().st_mtime >= temporary_files.OLD_SECONDS:
            return True
        if sys.platform != "win32":
            descriptor = os.open(folder, os.O_RDONLY)
            try:
                return temporary_files.try_to_lock(descriptor) is True
            finally:
                os.close(descriptor)
    return False


def _temporary_name(target: Path) -> Path:
    return target.with_name(f".{target.name[:_LONGEST_LABEL]}.{secrets.token_hex(4)}.tmp")
