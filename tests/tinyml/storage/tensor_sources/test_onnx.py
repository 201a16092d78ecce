import json
import os
import time
import tracemalloc
from pathlib import Path

import numpy as np
import pytest

from tests.tinyml.storage.tensor_sources.onnx_bytes import (
    bytes_field,
    model,
    node,
    number,
    outside_tensor,
    raw_tensor,
    tensor,
    value,
    varint,
)
from tinyml.core import StorageError
from tinyml.storage import identify, open_tensors, read_header, read_tensors, summarise_tensors

RNG = np.random.default_rng(0)
WEIGHTS = {
    "conv.weight": RNG.normal(size=(4, 3, 2, 2)).astype(np.float32),
    "half": RNG.normal(size=7).astype(np.float16),
    "double": RNG.normal(size=(2, 5)),
    "whole": RNG.integers(-9, 9, (3, 2)),
    "flags": np.array([True, False]),
    "scalar": np.array(2.5, np.float32),
    "empty": np.zeros((0, 3), np.float32),
}


def write(folder: Path, content: bytes) -> Path:
    (folder / "a.onnx").write_bytes(content)
    return folder / "a.onnx"


def notes_of(path: Path) -> dict[str, str]:
    return {summary.name: summary.note for summary in summarise_tensors(path)}


def test_weights_are_read_whole_and_in_ranges(tmp_path: Path) -> None:
    path = write(tmp_path, model(tuple(raw_tensor(name, array) for name, array in WEIGHTS.items())))
    assert identify(path)[::2] == ("tensors", "onnx")
    with open_tensors(path) as file:
        assert list(file.header.places) == list(WEIGHTS)
        for name, array in WEIGHTS.items():
            found = file.read(name)
            assert (found.dtype, found.shape) == (array.dtype, array.shape)
            np.testing.assert_array_equal(found, array)
            start, stop = array.size // 3, array.size // 2
            np.testing.assert_array_equal(file.read_range(name, start, stop), array.reshape(-1)[start:stop])


def test_typed_values_are_read(tmp_path: Path) -> None:
    halves = np.array([1.5, -2], np.float16)
    tensors = (
        tensor("floats", 1, (2,), bytes_field(4, np.array([1, -2], "<f4").tobytes())),
        tensor("doubles", 11, (2,), bytes_field(10, np.array([1, -2], "<f8").tobytes())),
        tensor("long", 7, (3,), bytes_field(7, varint(-1) + varint(300) + varint(2**40))),
        tensor("small", 3, (2,), bytes_field(5, varint(-5) + varint(7))),
        tensor("unsigned", 13, (1,), bytes_field(11, varint(2**63))),
        tensor("halves", 10, (2,), bytes_field(5, b"".join(varint(int(bits)) for bits in halves.view(np.uint16)))),
        tensor("brain", 16, (1,), bytes_field(5, varint(0x3F80))),
        tensor("eighth", 17, (1,), bytes_field(5, varint(0x38))),
        tensor("packed shape", 1, (), bytes_field(1, varint(1) + varint(2)), bytes_field(9, bytes(8))),
    )
    found = read_tensors(write(tmp_path, model(tensors))).tensors
    assert {name: array.tolist() for name, array in found.items()} == {
        "floats": [1, -2],
        "doubles": [1, -2],
        "long": [-1, 300, 2**40],
        "small": [-5, 7],
        "unsigned": [2**63],
        "halves": [1.5, -2],
        "brain": [1],
        "eighth": [1],
        "packed shape": [[0, 0]],
    }


def test_the_graph_is_summarised(tmp_path: Path) -> None:
    content = model(
        (raw_tensor("w", np.ones(2, np.float32)),),
        (node("Relu"), node("Conv"), node("Relu"), node("Fused", "com.example"), node("Constant")),
        (value("image", 1, "N", 3, 224), value("w", 1, 2)),
        (value("scores", 1, "N"), bytes_field(1, "list") + bytes_field(2, bytes_field(4, b""))),
    )
    header = read_header(write(tmp_path, content + bytes_field(14, bytes_field(1, "names") + bytes_field(2, "cat"))))
    graph = header.graph
    assert graph is not None
    assert graph.inputs == ("image: float32 (N, 3, 224)",)
    assert graph.outputs == ("scores: float32 (N,)", "list: no tensor")
    assert next(iter(graph.operations.items())) == ("Relu", 2)
    assert (graph.name, graph.node_count, graph.operations["com.example::Fused"]) == ("graph", 5, 1)
    assert header.foreign_metadata == {
        "ONNX IR version": "9",
        "producer": "tests",
        "names": "cat",
        "operator sets": "ai.onnx 17",
    }
    assert any("not in the ONNX standard: com.example::Fused" in note for note in header.notes)
    assert any("Constant nodes whose values are not shown: 1" in note for note in header.notes)


def test_values_that_cannot_be_read_have_a_reason(tmp_path: Path) -> None:
    tensors = (
        tensor("texts", 8, (1,), bytes_field(6, b"cat")),
        tensor("complex", 14, (1,), bytes_field(9, bytes(8))),
        tensor("unknown", 99, (1,), bytes_field(9, bytes(8))),
        tensor("short", 1, (3,), bytes_field(9, bytes(8))),
        tensor("missing", 1, (3,)),
        tensor("negative", 1, (-3,), bytes_field(9, bytes(8))),
        tensor("huge", 1, (2**62, 2**62), bytes_field(9, bytes(8))),
        tensor("deep", 1, (1,) * 65, bytes_field(9, bytes(4))),
        tensor("few", 7, (3,), bytes_field(7, varint(300))),
        tensor("endless", 7, (1,), bytes_field(7, b"\x80" * 11 + b"\1")),
        tensor("many", 7, (5_000_000,), bytes_field(7, bytes(5_000_000))),
    )
    sparse = bytes_field(15, bytes_field(1, raw_tensor("sparse", np.ones(2, np.float32))))
    notes = notes_of(write(tmp_path, model(tensors, more=sparse)))
    assert notes == {
        "texts": "Texts have no statistics.",
        "complex": "NumPy cannot compute with C64, so only the shape is known.",
        "unknown": "NumPy cannot compute with type 99, so only the shape is known.",
        "short": "Its values have 8 bytes, but its shape needs 12.",
        "missing": "Its values are missing in the model.",
        "negative": "Its shape is impossible.",
        "huge": "Its shape is impossible.",
        "deep": "Its shape is impossible.",
        "few": "It has 1 values, but its shape needs 3.",
        "endless": "Its values are damaged: a number has more than ten bytes.",
        "many": "Its values are stored as single numbers, and there are too many. Save them as raw data.",
        "sparse": "It is sparse. Export the model with dense weights.",
    }


def test_values_beside_the_model_are_read_from_its_folder_only(tmp_path: Path) -> None:
    folder = tmp_path / "model"
    (folder / "inside").mkdir(parents=True)
    values = np.arange(4, dtype="<f4")
    (folder / "a.data").write_bytes(bytes(8) + values.tobytes())
    (folder / "inside" / "b.data").write_bytes(values.tobytes())
    (tmp_path / "secret").write_bytes(values.tobytes())
    if os.name == "posix":
        (folder / "link").symlink_to(tmp_path / "secret")
    places = {
        "good": {"location": "a.data", "offset": "8", "length": "16"},
        "inside": {"location": "inside/b.data"},
        "parent": {"location": "../secret"},
        "hidden parent": {"location": "inside/../../secret"},
        "absolute": {"location": str(tmp_path / "secret")},
        "windows": {"location": "..\\secret"},
        "drive": {"location": "C:secret"},
        "link": {"location": "link"},
        "missing": {"location": "c.data"},
        "nothing": {"location": ""},
        "folder": {"location": "inside"},
        "behind": {"location": "a.data", "offset": "9"},
        "damaged": {"location": "a.data", "offset": "-1"},
        "shorter": {"location": "a.data", "length": "8"},
    }
    path = write(folder, model(tuple(outside_tensor(name, (4,), **place) for name, place in places.items())))
    notes = notes_of(path)
    assert notes["good"] == notes["inside"] == ""
    for name in ("parent", "hidden parent", "absolute", "windows", "drive", "link", "nothing"):
        assert (os.name != "posix" and name == "link") or "which is outside its folder" in notes[name], name
    assert "'c.data' is missing beside 'a.onnx'" in notes["missing"]
    assert "is a folder" in notes["folder"]
    assert "lie behind the end of 'a.data'" in notes["behind"]
    assert "place of its values in another file is damaged" in notes["damaged"]
    assert notes["shorter"] == "Its values have 8 bytes, but its shape needs 16."
    header = read_header(path)
    assert header.parts == ("a.data", "inside/b.data")
    with open_tensors(path, header) as file:
        np.testing.assert_array_equal(file.read("good"), values)
        assert file.size == path.stat().st_size + 24 + 16
    (folder / "a.data").write_bytes(bytes(30))
    with open_tensors(path, header) as file, pytest.raises(StorageError, match="was changed by another program"):
        file.read("good")


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"not a model", "ends after its message|unknown type|no end"),
        (number(1, 9), "it has no graph"),
        (b"", "it has no graph"),
        (model() + model(), "it has two graphs"),
        (model((raw_tensor("w", WEIGHTS["half"]),) * 2), "two tensors with the name 'w'"),
        (model((b"\x0b",)), "unknown type 3"),
        (number(7, 1), "should be a message"),
        (bytes_field(7, number(2, 1)), "should be a text"),
        (bytes_field(7, bytes_field(1, b"") * 500_000), "more than 500,000 fields"),
        (model(nodes=tuple(node(f"Op{kind}") for kind in range(1002))), "more than 1,000 kinds of operations"),
        (model(tuple(tensor(f"{place}" + "x" * 4090, 1, ()) for place in range(4200))), "names have more than"),
    ],
)
def test_a_damaged_or_absurd_model_is_refused(tmp_path: Path, content: bytes, reason: str) -> None:
    with pytest.raises(StorageError, match=rf"is not a whole ONNX model \(.*({reason})"):
        read_header(write(tmp_path, content))


def test_every_cut_is_noticed(tmp_path: Path) -> None:
    content = model((raw_tensor("w", WEIGHTS["whole"]),), (node("Relu"),))
    first_graph_byte = len(model()) - len(bytes_field(2, "graph"))
    for length in range(first_graph_byte, len(content)):
        with pytest.raises(StorageError):
            read_header(write(tmp_path, content[:length]))


def test_a_large_model_is_listed_fast_and_with_little_memory(tmp_path: Path) -> None:
    size = 400_000_000
    field = tensor("w", 1, (size // 4,)) + varint(9 << 3 | 2) + varint(size)
    graph = varint(5 << 3 | 2) + varint(len(field) + size) + field
    start = number(1, 9) + varint(7 << 3 | 2) + varint(len(graph) + size) + graph
    path = write(tmp_path, start)
    os.truncate(path, len(start) + size)
    tracemalloc.start()
    try:
        started = time.process_time()
        with open_tensors(path) as file:
            assert time.process_time() - started < 2  # milliseconds on a quiet machine; of all threads
            assert file.header.tensors[0].count == size // 4
            assert file.read_range("w", size // 4 - 3, size // 4).tolist() == [0, 0, 0]
        assert tracemalloc.get_traced_memory()[1] < 3e6
    finally:
        tracemalloc.stop()
    path.unlink()


def test_models_of_the_package_onnx_are_read(tmp_path: Path) -> None:
    onnx = pytest.importorskip("onnx", reason="needs the extra `onnx`: pip install 'tinyml-studio[onnx]'")
    tensors = [onnx.numpy_helper.from_array(array, name) for name, array in WEIGHTS.items()]
    tensors.append(onnx.helper.make_tensor("brain", onnx.TensorProto.BFLOAT16, [2], [1.5, -3.0]))
    tensors.append(onnx.helper.make_tensor("eighth", onnx.TensorProto.FLOAT8E5M2, [2], [1.5, -3.0]))
    tensors.append(onnx.helper.make_tensor("typed", onnx.TensorProto.FLOAT, [2], [1.5, -3.0]))
    image = onnx.helper.make_tensor_value_info("image", onnx.TensorProto.FLOAT, ["N", 3, 8, 8])
    scores = onnx.helper.make_tensor_value_info("scores", onnx.TensorProto.FLOAT, ["N", 4, 7, 7])
    convolution = onnx.helper.make_node("Conv", ["image", "conv.weight"], ["scores"])
    graph = onnx.helper.make_graph([convolution], "net", [image], [scores], tensors)
    made = onnx.helper.make_model(graph)
    for outside in (False, True):
        path = tmp_path / f"{outside}.onnx"
        onnx.save(made, path, save_as_external_data=outside, location="values.data", size_threshold=0)
        header = read_header(path)
        assert header.parts == (("values.data",) if outside else ())
        assert header.graph is not None
        assert header.graph.inputs == ("image: float32 (N, 3, 8, 8)",)
        assert header.graph.operations == {"Conv": 1}
        found = read_tensors(path).tensors
        for name, array in WEIGHTS.items():
            np.testing.assert_array_equal(found[name], array)
        for name in ("brain", "eighth", "typed"):
            assert found[name].tolist() == [1.5, -3]


def test_metadata_that_is_json_stays_a_text(tmp_path: Path) -> None:
    pair = bytes_field(1, "names") + bytes_field(2, json.dumps({"0": "cat"}))
    header = read_header(write(tmp_path, model() + bytes_field(14, pair)))
    assert header.foreign_metadata["names"] == '{"0": "cat"}'
    assert header.metadata == {}
