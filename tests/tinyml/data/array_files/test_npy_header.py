import io
import struct

import numpy as np
import pytest

from tinyml.core import DataError
from tinyml.data.array_files.npy_header import MAGIC, NpyHeader, read_npy_header


def saved(array: np.ndarray) -> io.BytesIO:
    file = io.BytesIO()
    np.save(file, array, allow_pickle=True)
    file.seek(0)
    return file


def with_header(text: str, version: bytes = b"\1\0") -> io.BytesIO:
    content = text.encode("latin-1")
    length = struct.pack("<H" if version == b"\1\0" else "<I", len(content))
    return io.BytesIO(MAGIC + version + length + content)


@pytest.mark.parametrize(
    "array",
    [
        np.zeros((2, 3), np.float32),
        np.zeros((), np.int64),
        np.zeros(0),
        np.zeros((2, 3), np.uint8, order="F"),
        np.zeros(5, ">f8"),
        np.array(["a", "bcd"]),
        np.array([b"a", b"bcd"]),
        np.zeros((1, 1, 1, 1), bool),
        np.zeros((2, 2), np.float16),
    ],
    ids=str,
)
def test_what_numpy_saves_is_read(array: np.ndarray) -> None:
    file = saved(array)
    header = read_npy_header(file, "x.npy")
    assert header == NpyHeader(array.dtype, array.shape, not array.flags.c_contiguous, file.tell())
    assert len(file.read()) == header.size


def test_later_versions_are_read() -> None:
    text = "{'descr': '<f4', 'fortran_order': False, 'shape': (3L, 4L), }   \n"
    for version in (b"\2\0", b"\3\0"):
        assert read_npy_header(with_header(text, version), "x").shape == (3, 4)


@pytest.mark.parametrize(
    ("file", "words"),
    [
        (io.BytesIO(b""), "is not an array of NumPy"),
        (io.BytesIO(b"PK\3\4" + bytes(100)), "is not an array of NumPy"),
        (io.BytesIO(MAGIC + b"\x09\0" + bytes(100)), "has version 9.0 of NPY"),
        (io.BytesIO(MAGIC + b"\1"), "is not an array of NumPy"),
        (io.BytesIO(MAGIC + b"\1\0"), "cut off in its header"),
        (io.BytesIO(MAGIC + b"\1\0\x50\0{'descr'"), "cut off in its header"),
        (io.BytesIO(MAGIC + b"\2\0" + struct.pack("<I", 2**31)), "header of 'x' has 2\xa0147\xa0483\xa0648 bytes"),
        (saved(np.array([{}, []], object)), "holds Python objects.*astype"),
        (saved(np.zeros(2, [("a", "f4"), ("b", "i4")])), "array of records"),
        (saved(np.zeros(2, complex)), "elements of the type '<c16'"),
        (saved(np.zeros(2, "M8[s]")), "elements of the type '<M8"),
        (with_header("{'descr': '<f3', 'fortran_order': False, 'shape': (3,)}"), "elements of the type '<f3'"),
        (with_header("{'descr': '<f4', 'fortran_order': False, 'shape': (-3,)}"), "header of 'x' is damaged"),
        (with_header("{'descr': '<f4', 'fortran_order': False, 'shape': (3 4,)}"), "impossible shape"),
        (with_header("{'descr': '<f4', 'fortran_order': False, 'shape': (1,,2)}"), "impossible shape"),
        (with_header("{'descr': '<f4', 'fortran_order': False, 'shape': (" + "1," * 40 + ")}"), "impossible shape"),
        (with_header("{'descr': '<f4', 'fortran_order': False, 'shape': (" + "9" * 50 + ",)}"), "impossible shape"),
        (with_header("{'descr': '<f4', 'fortran_order': False, 'shape': (9999999, 9999999)}"), "more than can be read"),
        (with_header("{'descr': '<f4', 'fortran_order': False}"), "header of 'x' is damaged"),
        (with_header("{'descr': '<f4', 'descr': '<f4', 'shape': (1,)}"), "header of 'x' is damaged"),
        (with_header("{'descr': '<f4', 'fortran_order': True, 'shape': (1,)}; import os"), "header of 'x' is damaged"),
        (with_header("__import__('os').system('true')"), "header of 'x' is damaged"),
        (with_header("(" * 5000), "header of 'x' is damaged"),
        (with_header("{" + "'descr': " * 1000), "header of 'x' is damaged"),
        (with_header("{'descr': True, 'fortran_order': True, 'shape': (1,)}"), "header of 'x' is damaged"),
    ],
)
def test_a_faulty_header_is_refused(file: io.BytesIO, words: str) -> None:
    file.seek(0)
    with pytest.raises(DataError, match=words):
        read_npy_header(file, "x")
