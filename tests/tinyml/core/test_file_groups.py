"""Files that belong together are written all or not at all, whatever fails."""

import errno
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.full_disk import every_full_disk, full_disk_after
from tinyml.core import StorageError
from tinyml.core.file_groups import write_folder, write_together


def content_of(folder: Path) -> dict[str, bytes]:
    """Return every file below a folder, also hidden ones."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


class TestWriteTogether:
    def test_replaces_old_files(self, tmp_path: Path) -> None:
        (tmp_path / "b").write_bytes(b"old")
        write_together({tmp_path / "a": b"1", tmp_path / "b": lambda file: file.write(b"2")})
        assert content_of(tmp_path) == {"a": b"1", "b": b"2"}

    def test_a_full_disk_leaves_the_old_files_whenever_it_fills(self, tmp_path: Path) -> None:
        (tmp_path / "b").write_bytes(b"old")

        def write() -> None:
            write_together({tmp_path / "a": b"1", tmp_path / "b": b"2", tmp_path / "c": b"3"})

        failures = 0
        for outcome in every_full_disk(write):
            assert "No space left" in outcome
            assert content_of(tmp_path) == {"b": b"old"}
            failures += 1
        assert failures >= 9  # writing, forcing to disk and renaming three files
        assert content_of(tmp_path) == {"a": b"1", "b": b"2", "c": b"3"}

    def test_a_file_system_without_hard_links_is_restored_too(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def refuse(*_arguments: object) -> None:
            raise OSError(errno.EPERM, "no links")

        monkeypatch.setattr(os, "link", refuse)
        (tmp_path / "a").write_bytes(b"old")
        (tmp_path / "b").write_bytes(b"old, too")
        with full_disk_after(renames=1), pytest.raises(StorageError, match="No space left"):
            write_together({tmp_path / "a": b"1", tmp_path / "b": b"2"})
        assert content_of(tmp_path) == {"a": b"old", "b": b"old, too"}

    def test_a_folder_in_the_place_of_a_file_is_refused(self, tmp_path: Path) -> None:
        (tmp_path / "b").mkdir()
        with pytest.raises(StorageError, match="it is a folder"):
            write_together({tmp_path / "a": b"1", tmp_path / "b": b"2"})
        assert not (tmp_path / "a").exists()

    def test_an_interruption_leaves_nothing(self, tmp_path: Path) -> None:
        def interrupted(_file: object) -> None:
            raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            write_together({tmp_path / "a": b"1", tmp_path / "b": interrupted})
        assert content_of(tmp_path) == {}


class TestWriteFolder:
    def test_an_empty_folder_is_filled(self, tmp_path: Path) -> None:
        (tmp_path / "out").mkdir()
        write_folder(tmp_path / "out", [("a", b"1"), ("b", b"2")])
        assert content_of(tmp_path) == {"out/a": b"1", "out/b": b"2"}

    def test_files_of_the_user_are_kept(self, tmp_path: Path) -> None:
        (tmp_path / "out").mkdir()
        (tmp_path / "out" / "thesis.txt").write_bytes(b"mine")
        with pytest.raises(StorageError, match="has content already"):
            write_folder(tmp_path / "out", [("a", b"1")])
        assert content_of(tmp_path) == {"out/thesis.txt": b"mine"}

    @pytest.mark.parametrize("kind", ["file", "link"])
    def test_something_else_of_that_name_is_refused(self, tmp_path: Path, kind: str) -> None:
        (tmp_path / "there").mkdir()
        if kind == "file":
            (tmp_path / "out").write_bytes(b"mine")
        else:
            (tmp_path / "out").symlink_to(tmp_path / "there")
        with pytest.raises(StorageError, match="a file or a link"):
            write_folder(tmp_path / "out", [("a", b"1")])
        assert not list((tmp_path / "there").iterdir())

    def test_a_full_disk_leaves_no_folder_whenever_it_fills(self, tmp_path: Path) -> None:
        failures = 0
        for outcome in every_full_disk(lambda: write_folder(tmp_path / "out", [("a", b"1"), ("b", b"2")])):
            assert "No space left" in outcome
            assert list(tmp_path.iterdir()) == []
            failures += 1
        assert failures >= 3
        assert content_of(tmp_path) == {"out/a": b"1", "out/b": b"2"}

    def test_a_folder_that_cannot_get_its_name_leaves_nothing(self, tmp_path: Path) -> None:
        with full_disk_after(renames=0), pytest.raises(StorageError, match="No space left"):
            write_folder(tmp_path / "out", [("a", b"1")])
        assert list(tmp_path.iterdir()) == []

    def test_an_error_while_the_files_are_made_leaves_no_folder(self, tmp_path: Path) -> None:
        def made() -> Iterator[tuple[str, bytes]]:
            yield "a", b"1"
            raise ValueError("no more")

        with pytest.raises(ValueError, match="no more"):
            write_folder(tmp_path / "out", made())
        assert list(tmp_path.iterdir()) == []

    def test_folders_that_a_killed_process_left_are_removed(self, tmp_path: Path) -> None:
        left, other = tmp_path / ".out.0123abcd.tmp", tmp_path / ".other.0123abcd.tmp"
        for folder in (left, other):
            folder.mkdir()
            (folder / "a").write_bytes(b"half")
        write_folder(tmp_path / "out", [("a", b"1")])
        assert not left.exists()
        assert other.exists()
