import io
import os
import struct
import tracemalloc
import zipfile
from pathlib import Path

import numpy as np
import pytest

from tinyml.core import StorageError
from tinyml.storage import open_tensors, read_header, read_tensors, summarise_tensors
from tinyml.storage.tensor_sources import array_reader

RNG = np.random.default_rng(0)
ARRAYS = {
    "layer.0.weight": RNG.normal(size=(5, 3, 2)).astype(np.float32),
    "turned": np.asfortranarray(RNG.normal(size=(6, 4, 3))),
    "big_endian": RNG.integers(-9, 9, (4, 3)).astype(">i2"),
    "scalar": np.array(2.5, np.float16),
    "flags": np.array([True, False, True]),
    "empty": np.zeros((0, 4)),
    "turned_and_big_endian": np.asfortranarray(RNG.normal(size=(7, 5)).astype(">f4")),
}


def npy_bytes(array: np.ndarray) -> bytes:
    file = io.BytesIO()
    np.save(file, array)
    return file.getvalue()


def write_members(path: Path, members: dict[str, bytes], compression: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(path, "w", compression) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
def test_every_array_of_an_archive_is_read(tmp_path: Path, save) -> None:
    save(tmp_path / "a.npz", **ARRAYS)
    with open_tensors(tmp_path / "a.npz") as file:
        assert file.header.format == "npz"
        assert [tensor.name for tensor in file.header.tensors] == sorted(ARRAYS)
        assert list(file.header.places) == list(ARRAYS)
        for name, array in ARRAYS.items():
            found = file.read(name)
            assert (found.shape, found.dtype) == (array.shape, array.dtype.newbyteorder("="))
            np.testing.assert_array_equal(found, array)


@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
def test_ranges_are_in_c_order_whatever_the_order_of_the_file(tmp_path: Path, monkeypatch, save) -> None:
    monkeypatch.setattr(array_reader, "_TILE_BYTES", 200)
    for block in (1, 150, 10**6):
        monkeypatch.setattr(array_reader, "_BLOCK_BYTES", block)
        save(tmp_path / "a.npz", **ARRAYS)
        with open_tensors(tmp_path / "a.npz") as file:
            for name, array in ARRAYS.items():
                flat = np.ascontiguousarray(array).reshape(-1)
                for start, stop in [(0, flat.size), (0, 0), *np.sort(RNG.integers(0, flat.size + 1, (20, 2)))]:
                    np.testing.assert_array_equal(file.read_range(name, int(start), int(stop)), flat[start:stop])


@pytest.mark.parametrize("array", ARRAYS.values(), ids=list(ARRAYS))
def test_a_single_array_is_read(tmp_path: Path, array: np.ndarray) -> None:
    np.save(tmp_path / "w.npy", array)
    found = read_tensors(tmp_path / "w.npy").tensors
    np.testing.assert_array_equal(found["w"], array)


def test_statistics_are_those_of_numpy(tmp_path: Path) -> None:
    np.savez_compressed(tmp_path / "a.npz", **ARRAYS)
    for summary in summarise_tensors(tmp_path / "a.npz"):
        if summary.count:
            assert summary.mean == pytest.approx(ARRAYS[summary.name].astype(float).mean())


def test_a_large_compressed_array_in_fortran_order_is_listed_and_not_read(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(array_reader, "_LARGEST_UNPACKED", 6 * 4 * 8 - 1)
    turned, column = np.asfortranarray(RNG.normal(size=(6, 4))), np.asfortranarray(RNG.normal(size=(40, 1)))
    for save, readable in ((np.savez_compressed, False), (np.savez, True)):
        save(tmp_path / "a.npz", turned=turned, smaller=turned[:5], column=column, rows=np.ones((6, 4)))
        with open_tensors(tmp_path / "a.npz") as file:
            found = {tensor.name: tensor for tensor in file.header.tensors}
            assert found["turned"].shape == (6, 4)
            assert [name for name, tensor in found.items() if not tensor.note] == [
                "column", "rows", "smaller", *(["turned"] if readable else [])
            ]  # fmt: skip
    np.savez_compressed(tmp_path / "a.npz", turned=turned)
    (summary,) = summarise_tensors(tmp_path / "a.npz")
    assert summary.note == "Its Fortran order cannot be read in pieces. Save numpy.ascontiguousarray(array) instead."
    with open_tensors(tmp_path / "a.npz") as file, pytest.raises(StorageError):
        file.read("turned")


@pytest.mark.filterwarnings("ignore::UserWarning")
def test_objects_texts_and_records_are_listed_and_not_read(tmp_path: Path) -> None:
    records = np.zeros(2, [("a", "f4"), ("b", "i4")])
    np.savez(
        tmp_path / "a.npz",
        objects=np.array([{}, None]),
        texts=np.array(["cat", "dog"]),
        records=records,
        times=np.zeros(2, "M8[s]"),
        complex=np.zeros(2, np.complex64),
        good=np.ones(2),
    )
    notes = {summary.name: summary.note for summary in summarise_tensors(tmp_path / "a.npz")}
    assert notes["good"] == ""
    assert "Python objects, which can run programs" in notes["objects"]
    assert "Texts have no statistics" in notes["texts"]
    assert "records with several fields" in notes["records"]
    assert "elements of the type '<M8[s]'" in notes["times"]
    assert "elements of the type '<c8'" in notes["complex"]
    with open_tensors(tmp_path / "a.npz") as file, pytest.raises(StorageError, match="'objects' as unknown"):
        file.read("objects")


def test_other_members_are_left_out_and_counted(tmp_path: Path) -> None:
    path = write_members(tmp_path / "a.npz", {"readme.txt": b"hello", "w.npy": npy_bytes(np.ones(2)), "folder/": b""})
    header = read_header(path)
    assert [tensor.name for tensor in header.tensors] == ["w"]
    assert header.notes == ("1 of its members are no arrays and are not shown.",)


def test_a_bomb_is_listed_with_little_memory(tmp_path: Path) -> None:
    declared = b"{'descr': '|u1', 'fortran_order': False, 'shape': (10000000000,), }"
    start = b"\x93NUMPY\1\0" + struct.pack("<H", len(declared)) + declared
    zeros = npy_bytes(np.zeros(30_000_000, np.uint8))
    path = write_members(tmp_path / "a.npz", {"lie.npy": start + bytes(1000), "zeros.npy": zeros})
    content = bytearray(path.read_bytes())
    # Let the list of members agree with the declared size.
    place = content.rfind(b"PK\1\2", 0, content.rfind(b"zeros.npy"))
    place = content.find(b"PK\1\2")
    content[place + 24 : place + 28] = struct.pack("<L", 4_000_000_000)
    path.write_bytes(content)
    del zeros
    tracemalloc.start()
    try:
        found = {summary.name: summary for summary in summarise_tensors(path)}
        assert tracemalloc.get_traced_memory()[1] < 15e6
    finally:
        tracemalloc.stop()
    assert "declares 4.0 GB" in found["lie"].note
    assert (found["zeros"].count, found["zeros"].maximum) == (30_000_000, 0)


def test_a_member_with_another_size_than_declared_is_named(tmp_path: Path) -> None:
    longer, shorter = npy_bytes(np.ones(2)) + b"more", npy_bytes(np.ones(2))[:-1]
    path = write_members(tmp_path / "a.npz", {"longer.npy": longer, "shorter.npy": shorter})
    notes = {tensor.name: tensor.note for tensor in read_header(path).tensors}
    assert "is longer than its header declares" in notes["longer"]
    assert "is shorter than its header declares" in notes["shorter"]


def test_a_damaged_member_leaves_the_others(tmp_path: Path) -> None:
    noise = RNG.normal(size=5000)
    path = tmp_path / "a.npz"
    np.savez_compressed(path, a=noise, b=np.ones(3))
    content = bytearray(path.read_bytes())
    content[2000:2020] = bytes(20)
    path.write_bytes(content)
    found = {summary.name: summary for summary in summarise_tensors(path)}
    assert "is damaged" in found["a"].note
    assert found["b"].mean == 1


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_duplicate_and_encrypted_members_are_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "twice.npz", "w") as archive:
        for _ in range(2):
            archive.writestr("w.npy", npy_bytes(np.ones(2)))
    with pytest.raises(StorageError, match=r"two arrays with the name 'w\.npy'"):
        read_header(tmp_path / "twice.npz")
    path = write_members(tmp_path / "locked.npz", {"w.npy": npy_bytes(np.ones(2))})
    content = bytearray(path.read_bytes())
    for mark, flags in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        content[content.find(mark) + flags] |= 1
    path.write_bytes(content)
    with pytest.raises(StorageError, match=r"is encrypted \('w.npy'\)"):
        read_header(path)


def test_an_unusual_compression_is_named(tmp_path: Path) -> None:
    path = write_members(tmp_path / "a.npz", {"w.npy": npy_bytes(np.ones(2))}, zipfile.ZIP_LZMA)
    assert "compressed in an unusual way" in read_header(path).tensors[0].note


def test_too_many_members_are_refused_before_they_are_listed(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "many.npz", "w") as archive:
        for number in range(20_001):
            archive.writestr(f"{number}.npy", b"")
    with pytest.raises(StorageError, match="holds too many arrays"):
        read_header(tmp_path / "many.npz")
    with zipfile.ZipFile(tmp_path / "long.npz", "w") as archive:
        for number in range(100):
            archive.writestr(f"{number:060000}.npy", b"")
    tracemalloc.start()
    try:
        with pytest.raises(StorageError, match="holds too many arrays"):
            read_header(tmp_path / "long.npz")
        assert tracemalloc.get_traced_memory()[1] < 5e6
    finally:
        tracemalloc.stop()


def test_an_empty_archive_has_no_tensors(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz")
    assert read_header(tmp_path / "a.npz").tensors == ()


@pytest.mark.parametrize("cut", [1, 30, 200])
def test_a_cut_archive_is_refused(tmp_path: Path, cut: int) -> None:
    np.savez(tmp_path / "a.npz", w=np.ones(3))
    content = (tmp_path / "a.npz").read_bytes()
    (tmp_path / "a.npz").write_bytes(content[:-cut])
    with pytest.raises(StorageError, match="not a whole NPZ file"):
        read_header(tmp_path / "a.npz")


@pytest.mark.parametrize("name", ["a.npz", "a.npy"])
def test_a_file_that_changes_is_noticed(tmp_path: Path, name: str) -> None:
    path = tmp_path / name

    def write(count: int) -> None:
        (np.savez_compressed if name == "a.npz" else np.save)(path, np.ones(count))

    write(5)
    header = read_header(path)
    (tensor,) = header.tensors
    with open_tensors(path, header) as file:
        write(6)
        os.utime(path, ns=(1, 1))
        with pytest.raises(StorageError):
            file.read(tensor.name)
    with pytest.raises(StorageError, match="was changed by another program"), open_tensors(path, header):
        pass


def test_a_large_compressed_array_takes_little_memory(tmp_path: Path) -> None:
    np.savez_compressed(tmp_path / "a.npz", w=np.zeros((1000, 5000), np.float32), v=np.zeros((4000, 3000), order="F"))
    tracemalloc.start()
    try:
        assert [summary.mean for summary in summarise_tensors(tmp_path / "a.npz")] == [0, 0]
        assert tracemalloc.get_traced_memory()[1] < 60e6
    finally:
        tracemalloc.stop()
