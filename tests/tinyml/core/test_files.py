import os
import stat
from pathlib import Path

import pytest

from tinyml.core import StorageError
from tinyml.core.files import check_can_save, read_bounded, write_atomically


def fail_with(number: int):
    def fail(*arguments: object, **keywords: object) -> None:
        raise OSError(number, os.strerror(number))

    return fail


def test_a_file_is_written_and_replaced_whole(tmp_path: Path) -> None:
    path = tmp_path / "a.bin"
    write_atomically(path, b"first")
    write_atomically(path, b"second, and longer")
    assert path.read_bytes() == b"second, and longer"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(("function", "number"), [("replace", 13), ("fsync", 28), ("open", 30)])
def test_a_failure_leaves_the_old_file_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, function: str, number: int
) -> None:
    path = tmp_path / "a.bin"
    path.write_bytes(b"old")
    monkeypatch.setattr(os, function, fail_with(number))
    with pytest.raises(StorageError, match=f"{os.strerror(number)}.*nothing was changed"):
        write_atomically(path, b"new")
    monkeypatch.undo()
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_an_interrupt_leaves_no_temporary_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*arguments: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "replace", interrupt)
    with pytest.raises(KeyboardInterrupt):
        write_atomically(tmp_path / "a.bin", b"new")
    assert list(tmp_path.iterdir()) == []


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="No such file or directory"):
        write_atomically(tmp_path / "missing" / "a.bin", b"")


@pytest.mark.skipif(os.name != "posix", reason="permissions are those of POSIX systems")
def test_a_new_file_has_the_usual_permissions_and_a_replaced_file_keeps_its_own(tmp_path: Path) -> None:
    path = tmp_path / "a.bin"
    before = os.umask(0o027)
    try:
        write_atomically(path, b"first")
        assert stat.S_IMODE(path.stat().st_mode) == 0o640
        path.chmod(0o600)
        write_atomically(path, b"second")
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    finally:
        os.umask(before)


@pytest.mark.skipif(os.name != "posix", reason="links need rights on Windows")
def test_a_link_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "file")
    write_atomically(tmp_path / "link", b"content")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "file").read_bytes() == b"content"


def test_a_path_is_checked_before_saving(tmp_path: Path) -> None:
    check_can_save(tmp_path / "new.bin")
    with pytest.raises(StorageError, match="there is no folder"):
        check_can_save(tmp_path / "missing" / "a.bin")
    with pytest.raises(StorageError, match="it is a folder"):
        check_can_save(tmp_path)


def test_reading_is_bounded(tmp_path: Path) -> None:
    path = tmp_path / "a.bin"
    path.write_bytes(b"12345")
    assert read_bounded(path, 5) == b"12345"
    with pytest.raises(StorageError, match="larger than 4 bytes"):
        read_bounded(path, 4)
    with pytest.raises(StorageError, match="There is no file"):
        read_bounded(tmp_path / "missing", 4)
    with pytest.raises(StorageError, match="is a folder"):
        read_bounded(tmp_path, 4)
