import os
from pathlib import Path

import numpy as np
import pytest

from tests.tinyml.data.images.pictures import form
from tinyml.core import DataError
from tinyml.data.download_cache import cache_contents, clear_cache
from tinyml.data.images import byte_cache
from tinyml.data.images.byte_cache import (
    cache_key,
    clear_image_cache,
    image_cache_size,
    images_cache_folder,
    read_cached,
    write_cached,
)
from tinyml.data.images.listing import ImageFile

CONTENT = np.arange(600, dtype=np.uint16).astype(np.uint8).reshape(10, 3, 4, 5)


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TINYML_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache" / "images"


def ignore(share: float) -> None:
    """Do nothing with the progress."""


def read(key: str = "k") -> np.ndarray | None:
    into = np.zeros_like(CONTENT)
    return into if read_cached(key, into, ignore) else None


def test_bytes_are_kept(cache: Path) -> None:
    assert read() is None
    assert write_cached("k", CONTENT, ignore)
    found = read()
    assert found is not None
    np.testing.assert_array_equal(found, CONTENT)
    assert [path.name for path in cache.iterdir()] == ["k.images"]
    assert images_cache_folder() == cache


@pytest.mark.skipif(os.name == "nt", reason="Windows has other permissions")
def test_a_cache_file_is_for_its_user_alone(cache: Path) -> None:
    write_cached("k", CONTENT, ignore)
    assert (cache / "k.images").stat().st_mode & 0o777 == 0o600


def test_damaged_files_are_ignored_and_written_again(cache: Path) -> None:
    write_cached("k", CONTENT, ignore)
    path = cache / "k.images"
    good = path.read_bytes()
    flipped = bytearray(good)
    flipped[300] ^= 1
    header = bytearray(good)
    header[0] ^= 1
    for bad in (b"", good[:10], good[:-1], good + b"x", bytes(flipped), bytes(header), bytes(len(good))):
        path.write_bytes(bad)
        assert read() is None
        assert write_cached("k", CONTENT, ignore)
        assert path.read_bytes() == good


def test_every_fact_changes_the_key(tmp_path: Path) -> None:
    files = [ImageFile("a/1.png", 10, 100), ImageFile("a/2.png", 20, 200)]
    others = [
        (tmp_path, files, form()),
        (tmp_path / "b", files, form()),
        (tmp_path, files[:1], form()),
        (tmp_path, files[::-1], form()),
        (tmp_path, [files[0]._replace(size=11), files[1]], form()),
        (tmp_path, [files[0]._replace(time=101), files[1]], form()),
        (tmp_path, [files[0]._replace(name="a/3.png"), files[1]], form()),
        (tmp_path, files, form(height=9)),
        (tmp_path, files, form(width=9)),
        (tmp_path, files, form(channels=1)),
        (tmp_path, files, form(resize="pad")),
    ]
    keys = [cache_key(*facts) for facts in others]
    assert len(set(keys)) == len(keys)
    assert cache_key(*others[0]) == keys[0]


def test_names_that_are_no_text_have_a_key(tmp_path: Path) -> None:
    assert cache_key(tmp_path, [ImageFile("a/\udcff.png", 1, 1)], form())


def test_the_files_that_were_not_used_for_the_longest_time_are_removed(
    cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_cached("a", CONTENT, ignore)
    size = (cache / "a.images").stat().st_size
    monkeypatch.setattr(byte_cache, "LARGEST_TOTAL", 3 * size)
    for number, key in enumerate("abc"):
        write_cached(key, CONTENT, ignore)
        os.utime(cache / f"{key}.images", (number, number))
    assert read("a") is not None  # now "b" is the oldest
    write_cached("d", CONTENT, ignore)
    assert sorted(path.name for path in cache.iterdir()) == ["a.images", "c.images", "d.images"]


def test_all_files_can_be_deleted(cache: Path) -> None:
    assert (image_cache_size(), clear_image_cache()) == (0, 0)
    for key in "ab":
        write_cached(key, CONTENT, ignore)
    (cache / "other.txt").touch()
    assert image_cache_size() == 2 * (600 + 60)
    entry = cache_contents()[-1]
    assert (entry.name, entry.size, entry.complete) == ("images", 1320, True)
    assert clear_cache("images") == 1320
    assert [path.name for path in cache.iterdir()] == ["other.txt"]
    assert cache_contents() == ()


def test_files_that_cannot_be_deleted_are_named(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(self: Path, missing_ok: bool = False) -> None:
        raise PermissionError(13, "Permission denied")

    write_cached("k", CONTENT, ignore)
    monkeypatch.setattr(Path, "unlink", refuse)
    with pytest.raises(DataError, match=r"Could not delete the decoded images: .*Permission denied.*yourself"):
        clear_image_cache()


def test_too_large_content_is_not_kept(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(byte_cache, "LARGEST_TOTAL", 100)
    assert not write_cached("k", CONTENT, ignore)
    assert list(cache.iterdir()) == []


@pytest.mark.parametrize("step", ["write", "read"])
def test_cancelling_leaves_nothing_behind(cache: Path, step: str) -> None:
    def cancel(share: float) -> None:
        raise OSError("cancelled")  # also errors that look as if they came from the disk must pass

    if step == "read":
        write_cached("k", CONTENT, ignore)
        with pytest.raises(OSError, match="cancelled"):
            read_cached("k", np.empty_like(CONTENT), cancel)
    else:
        with pytest.raises(OSError, match="cancelled"):
            write_cached("k", CONTENT, cancel)
        assert list(cache.iterdir()) == []


def test_a_cache_that_cannot_be_used_is_no_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").touch()
    for place in (str(tmp_path / "file" / "cache"), "a\0b", "~unknown-user/x"):
        if "\0" not in place:
            monkeypatch.setenv("TINYML_CACHE", place)
        assert not write_cached("k", CONTENT, ignore)
        assert read() is None


def test_a_full_disk_leaves_nothing_behind(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(self: Path, target: Path) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", fail)
    assert not write_cached("k", CONTENT, ignore)
    assert list(cache.iterdir()) == []
