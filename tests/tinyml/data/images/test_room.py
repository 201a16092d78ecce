from collections import namedtuple
from pathlib import Path

import numpy as np
import pytest

from tinyml.core import DataError
from tinyml.data.images import room
from tinyml.data.images.room import describe_file, make_room, needs_file


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TINYML_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def test_small_content_stays_in_memory() -> None:
    found = make_room((4, 5))
    assert (found.shape, found.dtype, type(found)) == ((4, 5), np.uint8, np.ndarray)


def test_content_larger_than_memory_goes_to_a_file_without_a_name(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "available_memory", lambda: 1000)
    assert needs_file(800)
    assert not needs_file(700)
    found = make_room((800, 2))
    assert isinstance(found.base, np.memmap)
    found[:] = 7
    assert found.sum() == 7 * 1600
    assert list(cache.iterdir()) == []
    assert describe_file(1600) == (
        "The images need 1.6 kB, more than the free memory. They are kept in a temporary file on the disk, which is "
        "slower."
    )


def test_without_room_on_the_disk_both_numbers_are_named(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = namedtuple("usage", "free")
    monkeypatch.setattr(room, "available_memory", lambda: 1000)
    monkeypatch.setattr(room.shutil, "disk_usage", lambda folder: usage(5000))
    with pytest.raises(DataError) as caught:
        make_room((2000,))
    assert "need 2.0 kB: more than the 1.0 kB of free memory, and more than the 5.0 kB on the disk" in str(caught.value)
    assert "Choose a smaller size, close other programs, or use a part of the data." in str(caught.value)


def test_a_disk_that_fails_is_named(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(descriptor: int, size: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(room, "available_memory", lambda: 1000)
    monkeypatch.setattr(room, "_reserve", fail)
    with pytest.raises(DataError, match=r"failed: No space left on device. Choose a smaller size"):
        make_room((2000,))


def test_room_is_reserved_without_the_call_of_posix(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "available_memory", lambda: 1000)
    monkeypatch.delattr(room.os, "posix_fallocate", raising=False)
    monkeypatch.setattr(room, "_CHUNK", 300)
    assert make_room((1000,)).sum() == 0


def test_without_a_cache_folder_the_temporary_folder_is_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("TINYML_CACHE", str(tmp_path / "file" / "cache"))
    monkeypatch.setattr(room, "available_memory", lambda: 1000)
    assert isinstance(make_room((1000,)).base, np.memmap)
