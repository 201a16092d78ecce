import json
import re
import struct
import time
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
import safetensors.numpy

from tinyml.core import StorageError, tensor_file
from tinyml.core.tensor_file import open_tensors, read_header, read_tensors, write_tensors
from tinyml.core.tensor_header import LARGEST_HEADER, parse_header

PLAIN = '{"dtype": "U8", "shape": [2], "data_offsets": [0, 2]}'


def refusal(header: str | bytes, value_bytes: int = 2) -> str:
    with pytest.raises((ValueError, RecursionError)) as caught:
        parse_header(header if isinstance(header, bytes) else header.encode("utf-8"), value_bytes)
    return str(caught.value)


def entry(**changes: object) -> str:
    return json.dumps({"a": {"dtype": "U8", "shape": [2], "data_offsets": [0, 2], **changes}})


def test_a_header_with_any_white_space_is_read() -> None:
    text = f' \n{{ "b\\u00e9" :\t{PLAIN} , "__metadata__": {{ }},"{{}}":{PLAIN.replace("0, 2", "2, 4")} }}  '
    parsed = parse_header(text.encode(), 4)
    assert [(tensor.name, tensor.shape, tensor.dtype) for tensor in parsed.tensors] == [
        ("bé", (2,), "uint8"),
        ("{}", (2,), "uint8"),
    ]
    assert parsed.begins == [0, 2]
    assert parse_header(b"{}", 0).tensors == []


def test_tensors_may_come_in_any_order() -> None:
    first, second = PLAIN.replace("0, 2", "2, 4"), PLAIN
    parsed = parse_header(f'{{"a": {first}, "b": {second}}}'.encode(), 4)
    assert parsed.begins == [2, 0]


@pytest.mark.parametrize(
    ("header", "complaint"),
    [
        (f'{{"a": {PLAIN}, "a": {PLAIN}}}', "'a' occurs twice"),
        ('{"__metadata__": {}, "__metadata__": {}}', "'__metadata__' occurs twice"),
        ('{"__metadata__": {"x": "1", "x": "2"}}', "metadata 'x' occurs twice"),
        ('{"__metadata__": {"x": 1}}', "no text"),
        ('{"__metadata__": []}', "'{' is missing"),
        ('{"a": {"dtype": "U8", "dtype": "U8", "shape": [2], "data_offsets": [0, 2]}}', "'dtype' occurs twice"),
        (f'{{"a": {PLAIN}}} x', "something after the end"),
        (f'{{"a": {PLAIN}', "',' is missing"),
        ("[]", "'{' is missing"),
        ("", "'{' is missing"),
        (b"\xff{}", "utf-8"),
        ('{"\\ud800": {}}', "surrogates"),
        ('{"a": ' + "[" * 5000 + "}", "no end|nested|Expecting"),
        ('{"a": {"dtype": "U8"}}', "should have dtype, shape and data_offsets"),
        ('{"a": []}', "should have dtype, shape and data_offsets"),
        (entry(more=1), "should have dtype, shape and data_offsets"),
        (entry(dtype="NONSENSE"), "unknown element type 'NONSENSE'"),
        (entry(dtype=None), "unknown element type None"),
        (entry(dtype=["U8"]), "unknown element type"),
        (entry(shape=[-1]), "no list of up to 64 sizes"),
        (entry(shape=[2.0]), "no list of up to 64 sizes"),
        (entry(shape=[True, 2]), "no list of up to 64 sizes"),
        (entry(shape="2"), "no list of up to 64 sizes"),
        (entry(shape=[1] * 65), "no list of up to 64 sizes"),
        (entry(shape=[2**64, 2**64]), "no list of up to 64 sizes"),
        (entry(shape=[2**62, 2**62, 4]), "not the size of its shape"),
        (entry(shape=[float("nan")]), "no list"),
        (entry(shape=[3]), "not the size of its shape"),
        (entry(data_offsets=[2, 0]), "no begin and end"),
        (entry(data_offsets=[0]), "no begin and end"),
        (entry(data_offsets=[0, 2, 4]), "no begin and end"),
        (entry(data_offsets=[1, 3]), "leaves a gap"),
        (f'{{"a": {PLAIN}, "b": {PLAIN}}}', "overlaps"),
        (entry(shape=[1], data_offsets=[0, 1]), "declares 1 bytes of values, but 2 are there"),
        (entry(shape=[4], data_offsets=[0, 4]), "declares 4 bytes of values, but 2 are there"),
        (entry(dtype="F4", shape=[3], data_offsets=[0, 2]), "not the size of its shape"),
    ],
)
def test_a_wrong_header_is_refused(header: str | bytes, complaint: str) -> None:
    assert re.search(complaint, refusal(header))


def test_each_element_type_has_the_size_that_the_package_safetensors_gives_it(tmp_path: Path) -> None:
    tensors = {
        name: np.arange(6).astype(name).reshape(2, 3)
        for name in ("bool", "int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64")
    } | {name: np.linspace(-1, 1, 6).astype(name) for name in ("float16", "float32", "float64")}
    path = tmp_path / "a.safetensors"
    path.write_bytes(safetensors.numpy.save(tensors, {"format": "np"}))
    found = read_tensors(path).tensors
    for name, tensor in tensors.items():
        assert found[name].dtype == tensor.dtype
        np.testing.assert_array_equal(found[name], tensor)


def test_every_byte_of_a_boolean_is_true_or_false(tmp_path: Path) -> None:
    header = entry(dtype="BOOL").encode()
    (tmp_path / "a").write_bytes(struct.pack("<Q", len(header)) + header + b"\x00\x82")
    assert read_tensors(tmp_path / "a").tensors["a"].tobytes() == b"\x00\x01"


def test_parts_of_a_tensor_are_read(tmp_path: Path) -> None:
    tensor = np.arange(24, dtype=np.int16).reshape(2, 3, 4)
    write_tensors(tmp_path / "a", {"other": np.zeros(5), "t": tensor})
    with open_tensors(tmp_path / "a") as file:
        for start, stop in ((0, 0), (0, 24), (5, 17), (24, 24)):
            np.testing.assert_array_equal(file.read_range("t", start, stop), tensor.reshape(-1)[start:stop])
        np.testing.assert_array_equal(file.read("t"), tensor)
        for start, stop in ((-1, 3), (4, 3), (0, 25)):
            with pytest.raises(ValueError, match="'t' has 24 elements"):
                file.read_range("t", start, stop)
        with pytest.raises(StorageError, match="has no tensor 'u'"):
            file.read("u")


def test_a_header_that_is_too_long_is_neither_read_nor_written(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(struct.pack("<Q", LARGEST_HEADER + 1) + b"{}")
    with path.open("r+b") as file:
        file.truncate(2 * LARGEST_HEADER)
    with pytest.raises(StorageError, match="more than the 16,777,216 that can be read"):
        read_header(path)
    with pytest.raises(StorageError, match=r"more than the 16,777,216 that can be read again\. Nothing was changed"):
        write_tensors(tmp_path / "b", {"a": np.zeros(1)}, {"text": "x" * LARGEST_HEADER})
    assert not (tmp_path / "b").exists()


def test_fifty_thousand_tensors_are_listed_in_little_time_and_memory(tmp_path: Path) -> None:
    entries = {
        f"model.layers.{number}.weight": {"dtype": "F16", "shape": [2], "data_offsets": [4 * number, 4 * number + 4]}
        for number in range(50_000)
    }
    header = json.dumps(entries).encode()
    (tmp_path / "a").write_bytes(struct.pack("<Q", len(header)) + header + bytes(200_000))
    started = time.process_time()
    assert len(read_header(tmp_path / "a").tensors) == 50_000
    # About 0.2 s on a quiet machine. The bar is one for processor time, which other programs hardly change.
    assert time.process_time() - started < 1.5
    tracemalloc.start()
    try:
        read_header(tmp_path / "a")
        assert tracemalloc.get_traced_memory()[1] < 60e6
    finally:
        tracemalloc.stop()


def test_a_header_with_very_many_values_is_refused_with_little_memory(tmp_path: Path) -> None:
    """Sixteen megabytes of JSON can become a gigabyte of objects."""
    for opening, repeated, closing in (
        ('{"a": ', "{},", "1}"),
        ('{"a": {"shape": [', "[],", "1]}}"),
        ('{"__metadata__": {"a": [', "0.1,", "1]}}"),
    ):
        header = (opening + repeated * ((LARGEST_HEADER - 100) // len(repeated)) + closing).encode()
        (tmp_path / "a").write_bytes(struct.pack("<Q", len(header)) + header)
        del header
        tracemalloc.start()
        try:
            with pytest.raises(StorageError):
                read_header(tmp_path / "a")
            assert tracemalloc.get_traced_memory()[1] < 100e6
        finally:
            tracemalloc.stop()


def test_a_header_that_was_read_before_is_not_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_tensors(tmp_path / "a", {"w": np.arange(4.0)})
    header = read_header(tmp_path / "a")
    with monkeypatch.context() as patched:
        patched.setattr(tensor_file, "parse_header", None)
        with open_tensors(tmp_path / "a", header) as file:
            assert file.read("w").tolist() == [0, 1, 2, 3]
    write_tensors(tmp_path / "a", {"w": np.arange(5.0)})
    with pytest.raises(StorageError, match="was changed by another program"), open_tensors(tmp_path / "a", header):
        pass
