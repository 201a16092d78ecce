import errno
import json
import os
import struct
import tracemalloc
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import safetensors.numpy
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hypothesis_numpy

from tinyml.core import StorageError, tensor_file
from tinyml.core.json_text import write_json
from tinyml.core.tensor_file import iterate_tensors, read_header, read_tensors, write_tensors
from tinyml.core.tensor_header import write_header


def write_raw(path: Path, header: object, content: bytes = b"") -> Path:
    """Write a safetensors file by hand, so that it can be wrong."""
    text = json.dumps(header).encode()
    path.write_bytes(struct.pack("<Q", len(text)) + text + content)
    return path


@given(
    hypothesis_numpy.arrays(
        st.sampled_from([np.float32, np.float64, np.int64, np.uint8, np.bool_]),
        hypothesis_numpy.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=4),
    )
)
def test_every_array_is_read_as_it_was_written(tmp_path_factory: pytest.TempPathFactory, array: np.ndarray) -> None:
    path = tmp_path_factory.mktemp("tensors") / "a.safetensors"
    write_tensors(path, {"a": array, "turned": array.T})
    tensors = read_tensors(path).tensors
    for name, expected in (("a", array), ("turned", array.T)):
        assert tensors[name].dtype == expected.dtype
        assert tensors[name].shape == expected.shape
        assert tensors[name].tobytes() == np.asarray(expected, order="C").tobytes()


def test_memory_order_does_not_matter(tmp_path: Path) -> None:
    array = np.arange(24, dtype=np.float32).reshape(2, 3, 4)
    for name, same in (("c", array), ("f", np.asfortranarray(array)), ("strided", np.repeat(array, 2, axis=1)[:, ::2])):
        write_tensors(tmp_path / name, {"a": same})
    assert (tmp_path / "c").read_bytes() == (tmp_path / "f").read_bytes() == (tmp_path / "strided").read_bytes()


def test_the_same_input_gives_the_same_bytes(tmp_path: Path) -> None:
    tensors = {name: np.full(3, index, np.float32) for index, name in enumerate("dcba")}
    write_tensors(tmp_path / "1", tensors, {"x": 1, "y": [1.5, None]})
    write_tensors(tmp_path / "2", dict(reversed(tensors.items())), {"x": 1, "y": [1.5, None]})
    assert (tmp_path / "1").read_bytes() == (tmp_path / "2").read_bytes()


def test_a_header_is_read_without_the_values(tmp_path: Path) -> None:
    header = {
        "__metadata__": {"format": "pt", "author": "someone"},
        "half": {"dtype": "BF16", "shape": [2, 2], "data_offsets": [0, 8]},
        "fourth": {"dtype": "F4", "shape": [8], "data_offsets": [8, 12]},
        "one": {"dtype": "F32", "shape": [], "data_offsets": [12, 16]},
    }
    found = read_header(write_raw(tmp_path / "a", header, bytes(16)))
    assert [(t.name, t.shape, t.dtype, t.count, t.readable) for t in found.tensors] == [
        ("fourth", (8,), "F4", 8, False),
        ("half", (2, 2), "BF16", 4, True),
        ("one", (), "float32", 1, True),
    ]
    assert found.metadata == {}
    assert found.foreign_metadata == {"format": "pt", "author": "someone"}
    with pytest.raises(StorageError, match=r"F4, which cannot be read\. Convert the file to float32"):
        read_tensors(tmp_path / "a")


def test_an_unknown_tensor_is_named(tmp_path: Path) -> None:
    write_tensors(tmp_path / "a", {"a": np.zeros(1)})
    with pytest.raises(StorageError, match="has no tensor 'b'"):
        list(iterate_tensors(tmp_path / "a", ["a", "b"]))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"PK\x03\x04 this is a zip file",
        b"\x80\x04\x95\x10\x00\x00\x00",
        struct.pack("<Q", 2**60) + b"{}",
        struct.pack("<Q", 2) + b"[]",
        struct.pack("<Q", 4) + b"\xff\xff\xff\xff",
    ],
)
def test_a_foreign_file_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.safetensors"
    path.write_bytes(content)
    with pytest.raises(StorageError, match="is not a whole safetensors file"):
        read_tensors(path)


@pytest.mark.parametrize(
    "tensor",
    [
        {"dtype": "F32", "shape": [1000, 1000, 1000], "data_offsets": [0, 4_000_000_000]},
        {"dtype": "F32", "shape": [2], "data_offsets": [0, 4]},
        {"dtype": "F32", "shape": [2**40, 2**40], "data_offsets": [0, 8]},
        {"dtype": "F32", "shape": [-1], "data_offsets": [0, 8]},
        {"dtype": "NONSENSE", "shape": [2], "data_offsets": [0, 8]},
    ],
)
def test_a_wrong_header_is_refused_in_one_sentence(tmp_path: Path, tensor: dict) -> None:
    with pytest.raises(StorageError, match="is not a whole safetensors file"):
        read_tensors(write_raw(tmp_path / "a", {"a": tensor}, bytes(8)))


def test_every_cut_is_noticed(tmp_path: Path) -> None:
    path = tmp_path / "a"
    write_tensors(path, {"a": np.arange(5.0)}, {"x": 1})
    whole = path.read_bytes()
    for length in range(len(whole)):
        path.write_bytes(whole[:length])
        with pytest.raises(StorageError):
            read_tensors(path)


@pytest.mark.parametrize("metadata", ["[]", "{", '{"a": NaN}', '"text"', "[" * 100_000])
def test_hostile_metadata_is_refused(tmp_path: Path, metadata: str) -> None:
    with pytest.raises(StorageError, match="the header of"):
        read_header(write_raw(tmp_path / "a", {"__metadata__": {"tinyml": metadata}}))


def test_missing_files_and_folders_have_different_sentences(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="There is no file"):
        read_tensors(tmp_path / "missing")
    with pytest.raises(StorageError, match="is a folder"):
        read_tensors(tmp_path)


def test_a_full_disk_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a"
    write_tensors(path, {"a": np.zeros(3)})
    before = path.read_bytes()

    def full(descriptor: int) -> None:
        raise OSError(28, os.strerror(28))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StorageError, match="No space left on device"):
        write_tensors(path, {"a": np.ones(3)})
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_nan_in_metadata_is_not_written(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="not JSON compliant"):
        write_tensors(tmp_path / "a", {"a": np.zeros(1)}, {"loss": float("nan")})
    assert not (tmp_path / "a").exists()


def test_an_error_of_the_system_while_the_values_are_written_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a"
    write_tensors(path, {"a": np.zeros(3)})
    before = path.read_bytes()

    def full(*_arguments: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(tensor_file, "write_header", full)
    with pytest.raises(StorageError, match="No space left on device"):
        write_tensors(path, {"a": np.ones(3)})
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_an_array_that_was_written_wrongly_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def swap_values(*arguments: Any) -> tuple[bytes, list[str]]:
        header, names = write_header(*arguments)
        return header, names[::-1]

    monkeypatch.setattr(tensor_file, "write_header", swap_values)
    with pytest.raises(StorageError, match="tensor 'a' was not written correctly"):
        write_tensors(tmp_path / "a", {"a": np.zeros(300_000), "b": np.ones(300_000)})
    assert list(tmp_path.iterdir()) == []


def test_a_file_is_not_put_together_in_memory(tmp_path: Path) -> None:
    large = np.zeros(4_000_000)
    tracemalloc.start()
    try:
        write_tensors(tmp_path / "a", {"a": large})
        assert tracemalloc.get_traced_memory()[1] < large.nbytes / 8
    finally:
        tracemalloc.stop()


def test_a_tensor_that_does_not_fit_into_memory_is_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_arguments: object) -> None:
        raise MemoryError

    path = tmp_path / "w.safetensors"
    write_tensors(path, {"large": np.zeros(1000, np.float32)})
    monkeypatch.setattr(np, "empty", refuse)
    with pytest.raises(StorageError, match=r"'large' with 1,000 elements, and there is not enough memory"):
        read_tensors(path)


@pytest.mark.parametrize("metadata", [None, {"epochs": 1, "name": "größe"}])
def test_the_bytes_are_those_of_the_package_safetensors(tmp_path: Path, metadata: dict[str, Any] | None) -> None:
    kinds = ("bool", "i1", "u1", "i2", "u2", "f2", "i4", "u4", "f4", "i8", "u8", "f8")
    rng = np.random.default_rng(0)
    tensors = {f"{kind}.{size}": rng.integers(0, 2, size).astype(kind) for kind in kinds for size in (3, 0, (2, 5))}
    write_tensors(tmp_path / "a", tensors, metadata)
    texts = {"tinyml": write_json(metadata, "a")} if metadata else None
    assert (tmp_path / "a").read_bytes() == safetensors.numpy.save(tensors, texts)


@pytest.mark.parametrize(
    "array", [np.asfortranarray(np.arange(6.0).reshape(2, 3)), np.arange(5, dtype=">f4"), np.arange(9)[::2]]
)
def test_any_memory_order_is_written(tmp_path: Path, array: np.ndarray) -> None:
    write_tensors(tmp_path / "a", {"a": array})
    np.testing.assert_array_equal(safetensors.numpy.load_file(tmp_path / "a")["a"], array)


@pytest.mark.parametrize(
    ("name", "array", "words"),
    [
        ("a", np.array([1j]), "tensor 'a' has the element type complex128, which the format does not have"),
        ("a", np.array([None]), "tensor 'a' has the element type object, which the format does not have"),
        ("__metadata__", np.zeros(1), "tensor '__metadata__' has the name of the metadata"),
    ],
    ids=["complex", "objects", "name"],
)
def test_what_the_format_does_not_have_is_refused(tmp_path: Path, name: str, array: np.ndarray, words: str) -> None:
    with pytest.raises(StorageError, match=words):
        write_tensors(tmp_path / "a", {name: array})
    assert list(tmp_path.iterdir()) == []
