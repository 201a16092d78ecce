import io
import os
import struct
import zipfile
from pathlib import Path

import numpy as np
import pytest

from tinyml.core import DataError
from tinyml.data.array_files import array_source
from tinyml.data.array_files.array_source import list_arrays


def save(path: Path, compressed: bool = True, **arrays: np.ndarray) -> Path:
    (np.savez_compressed if compressed else np.savez)(path, **arrays)
    return path


@pytest.mark.parametrize("compressed", [True, False])
def test_arrays_are_listed_and_read(tmp_path: Path, compressed: bool) -> None:
    rng = np.random.default_rng(0)
    arrays = {
        "x": rng.normal(size=(7, 3)),
        "fortran": np.asfortranarray(rng.integers(0, 9, (4, 5, 6))),
        "big": rng.normal(size=5).astype(">f4"),
        "texts": np.array(["猫", "dog"]),
        "empty": np.zeros((0, 3)),
        "flags": np.array([True, False]),
        "single": np.array(3.5),
    }
    found = list_arrays(save(tmp_path / "a.npz", compressed, **arrays))
    assert list(found) == list(arrays)
    for name, array in arrays.items():
        np.testing.assert_array_equal(found[name].read(), array)
        assert found[name].read().dtype.isnative
        assert found[name].read().flags.c_contiguous
    for name in ("x", "fortran", "big", "empty"):
        np.testing.assert_array_equal(np.concatenate([*found[name].blocks(), arrays[name][:0]]), arrays[name])
    np.testing.assert_array_equal(found["x"].read_start(4), arrays["x"].ravel()[:4])
    assert len(found["empty"].read_start(4)) == 0


def test_an_npy_file_is_read_in_blocks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(array_source, "_CHUNK", 200)
    array = np.arange(100.0).reshape(10, 5, 2)
    np.save(tmp_path / "x.npy", array)
    stored = list_arrays(tmp_path / "x.npy")["x"]
    np.testing.assert_array_equal(stored.read(), array)
    blocks = list(stored.blocks())
    assert [len(block) for block in blocks] == [2] * 5
    np.testing.assert_array_equal(np.concatenate(blocks), array)


def zip_of(path: Path, content: bytes, name: str = "x.npy", compression: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(path, "w", compression) as archive:
        archive.writestr(name, content)
    return path


def npy(array: np.ndarray) -> bytes:
    file = io.BytesIO()
    np.save(file, array)
    return file.getvalue()


def test_a_zip_bomb_is_refused_before_it_is_read(tmp_path: Path) -> None:
    header = npy(np.zeros(1))[:128].replace(b"(1,), }" + b" " * 9, b"(9999999999,), }")
    bomb = zip_of(tmp_path / "bomb.npz", header + bytes(10_000_000))
    with pytest.raises(DataError, match=r"'bomb\.npz/x' is shorter than its header declares"):
        list_arrays(bomb)
    # The list of members declares more than the bytes can hold.
    content = bytearray(zip_of(tmp_path / "bomb.npz", npy(np.zeros(1000))).read_bytes())
    place = content.rfind(b"PK\1\2")
    content[place + 24 : place + 28] = struct.pack("<L", 2**31)
    bomb.write_bytes(content)
    with pytest.raises(DataError, match=r"declares 2\.1 GB, which its \d+ bytes cannot hold"):
        list_arrays(bomb)


def test_many_members_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = save(tmp_path / "many.npz", **{f"a{number}": np.zeros(1) for number in range(20)})
    monkeypatch.setattr(array_source, "MOST_ARRAYS", 10)
    with pytest.raises(DataError, match="holds more than 10 arrays"):
        list_arrays(path)
    monkeypatch.setattr(array_source, "_LARGEST_DIRECTORY", 100)
    with pytest.raises(DataError, match="holds too many arrays"):
        list_arrays(path)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is not an NPZ file, or it is cut off"),
        (b"not a zip", "is not an NPZ file, or it is cut off"),
        (b"PK\5\6" + bytes(18), "holds no arrays of NumPy"),
        (b"PK\5\6" + b"\xff" * 18, "holds too many arrays"),
    ],
)
def test_what_is_no_archive_is_refused(tmp_path: Path, content: bytes, words: str) -> None:
    (tmp_path / "a.npz").write_bytes(content)
    with pytest.raises(DataError, match=words):
        list_arrays(tmp_path / "a.npz")


def test_members_that_are_no_arrays_are_left_out_or_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="holds no arrays of NumPy"):
        list_arrays(zip_of(tmp_path / "a.npz", b"text", "notes.txt"))
    with pytest.raises(DataError, match=r"'a\.npz/x' is not an array of NumPy"):
        list_arrays(zip_of(tmp_path / "a.npz", b"text"))
    with pytest.raises(DataError, match="is longer than its header declares"):
        list_arrays(zip_of(tmp_path / "a.npz", npy(np.zeros(3)) + b"x"))
    with pytest.raises(DataError, match="compressed in an unusual way"):
        list_arrays(zip_of(tmp_path / "a.npz", npy(np.zeros(3)), compression=zipfile.ZIP_BZIP2))


def test_damaged_elements_are_refused(tmp_path: Path) -> None:
    path = save(tmp_path / "a.npz", False, x=np.arange(1000))
    content = bytearray(path.read_bytes())
    content[400] ^= 1
    path.write_bytes(content)
    with pytest.raises(DataError, match=r"'a\.npz' is damaged \(Bad CRC-32 for file 'x\.npy'\)"):
        list_arrays(path)["x"].read()


def test_a_file_that_changes_is_noticed(tmp_path: Path) -> None:
    np.save(tmp_path / "x.npy", np.zeros(1000))
    array = list_arrays(tmp_path / "x.npy")["x"]
    np.save(tmp_path / "x.npy", np.zeros(10))
    with pytest.raises(DataError, match="was changed while it was being read"):
        array.read()
    content = (tmp_path / "x.npy").read_bytes()
    array = list_arrays(tmp_path / "x.npy")["x"]
    (tmp_path / "x.npy").write_bytes(content[:-8])
    with pytest.raises(DataError, match="'x' is cut off"):
        array.read()
    (tmp_path / "x.npy").write_bytes(content + b"x")
    with pytest.raises(DataError, match="longer than its header declares"):
        array.read()
    (tmp_path / "x.npy").unlink()
    with pytest.raises(DataError, match="There is no file"):
        array.read()


def test_a_huge_file_is_refused(tmp_path: Path) -> None:
    with (tmp_path / "a.npz").open("wb") as file:
        file.truncate(3 * 10**9)
    with pytest.raises(DataError, match=r"has 3\.0 GB, but a file of arrays may have at most 2\.0 GB"):
        list_arrays(tmp_path / "a.npz")


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="only a user without all rights is refused")
def test_a_file_without_permission_is_refused(tmp_path: Path) -> None:
    path = save(tmp_path / "a.npz", x=np.zeros(3))
    path.chmod(0)
    with pytest.raises(DataError, match="Could not read"):
        list_arrays(path)
