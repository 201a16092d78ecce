"""Pickled weights of the original tinyml: arrays are read, and hostile files do nothing, in bounded time and memory."""

import ast
import builtins
import collections
import contextlib
import json
import os
import pickle
import time
import tracemalloc
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from tinyml.command_line import main
from tinyml.core import StorageError, TinymlError
from tinyml.core.tensor_file import read_tensors
from tinyml.storage import legacy_pickle
from tinyml.storage.legacy_pickle import read_legacy_arrays

DTYPES = ["<f2", "<f4", "<f8", ">f4", "<i8", ">i4", "<u2", "|u1", "|b1", "|i1"]


def written(folder: Path, value: Any, protocol: int = 4) -> Path:
    path = folder / "net.pkl"
    path.write_bytes(pickle.dumps(value, protocol))
    return path


def raw(folder: Path, content: bytes) -> Path:
    path = folder / "hostile.pkl"
    path.write_bytes(content)
    return path


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
@pytest.mark.parametrize("dtype", DTYPES)
def test_arrays_are_read_as_pickle_reads_them(dtype: str, protocol: int, tmp_path: Path) -> None:
    values = np.arange(24).reshape(2, 3, 4).astype(dtype)
    weights = {
        "plain": values,
        "fortran": np.asfortranarray(values),
        "view": values[:, ::2],
        "empty": values[:0],
        "number": values[0, 0, 1],
        "zero axes": np.array(values[0, 0, 2]),
    }
    found = read_legacy_arrays(written(tmp_path, weights, protocol))
    assert found.left_out == 0
    assert list(found.tensors) == list(weights)
    for name, array in weights.items():
        assert np.array_equal(found.tensors[name], array), name
        assert found.tensors[name].shape == array.shape


@settings(max_examples=60, deadline=None)
@given(
    value=st.recursive(
        arrays.arrays(np.float32, arrays.array_shapes(max_side=3), elements=st.floats(width=32, allow_nan=False)),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(st.text(st.characters(codec="utf-8"), max_size=3), inner, max_size=3)
            | st.tuples(inner, inner)
        ),
        max_leaves=6,
    ),
    protocol=st.integers(0, pickle.HIGHEST_PROTOCOL),
)
def test_nested_arrays_come_back(value: Any, protocol: int, tmp_path_factory: pytest.TempPathFactory) -> None:
    expected: list[np.ndarray] = []

    def gather(part: Any) -> None:
        if isinstance(part, np.ndarray):
            expected.append(part)
        else:
            for inner in part.values() if isinstance(part, dict) else part:
                gather(inner)

    gather(value)
    path = written(tmp_path_factory.mktemp("pickles"), value, protocol)
    if not expected or len({id(part) for part in expected}) < len(expected):
        return
    try:
        found = list(read_legacy_arrays(path).tensors.values())
    except StorageError as error:
        if "the same name" not in str(error):
            raise
        return
    assert len(found) == len(expected)
    assert all(np.array_equal(ours, theirs) for ours, theirs in zip(found, expected, strict=True))


def test_other_values_are_counted(tmp_path: Path) -> None:
    path = written(tmp_path, {"epoch": 3, "name": "lenet", "w": np.ones(2), "rate": 0.1, "none": None, "on": True})
    found = read_legacy_arrays(path)
    assert list(found.tensors) == ["w"]
    assert found.left_out == 5


class Runs:
    """Calls a function when it is unpickled."""

    def __init__(self, function: Any, *arguments: Any) -> None:
        self.call = function, arguments

    def __reduce__(self) -> Any:
        return self.call


HOSTILE_CALLS = {
    "os.system": Runs(os.system, "touch hacked"),
    "eval": Runs(eval, "open('hacked', 'w')"),
    "exec": Runs(exec, "open('hacked', 'w')"),
    "open": Runs(open, "hacked", "w"),
    "getattr": Runs(getattr, "", "join"),
    "numpy.load": Runs(np.load, "hacked"),
    "numpy.zeros": Runs(np.zeros, 10**12),
    "bytearray": Runs(bytearray, 10**12),
    "inside an array": {"w": np.ones(3), "x": [Runs(os.system, "touch hacked")]},
    "a class": collections.OrderedDict(w=np.ones(3)),
    "a function": len,
    "a set": {1, 2},
    "an array of objects": np.array([Runs(os.system, "touch hacked")], dtype=object),
    "an array of texts": np.array(["a"]),
    "an array of records": np.zeros(2, [("a", "f4")]),
    "an array of dates": np.zeros(2, "M8[s]"),
    "complex": np.zeros(2, complex),
}


@pytest.mark.parametrize("protocol", [0, 2, 4, 5])
@pytest.mark.parametrize("name", HOSTILE_CALLS)
def test_nothing_is_called(name: str, protocol: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    path = written(tmp_path, HOSTILE_CALLS[name], protocol)
    with pytest.raises(StorageError) as caught:
        read_legacy_arrays(path)
    assert "was not read" in str(caught.value)
    assert [each.name for each in tmp_path.iterdir()] == ["net.pkl"]


def text(value: str) -> bytes:
    return pickle.BINUNICODE + len(value).to_bytes(4, "little") + value.encode()


def name(module: str, word: str) -> bytes:
    return f"c{module}\n{word}\n".encode()


ARRAY = pickle.dumps(np.ones(4, np.float32), 2)
DTYPE = name("numpy", "dtype") + b"(" + text("f4") + b"\x89\x88tR"


def array_with(shape: bytes, content: bytes, kind: bytes = DTYPE) -> bytes:
    """Return an array with a state of your own."""
    made = name("numpy.core.multiarray", "_reconstruct") + b"(" + name("numpy", "ndarray") + b"K\x00\x85C\x01btR"
    return b"\x80\x03" + made + b"(K\x01" + shape + kind + b"\x89" + content + b"tb."


def doubled(times: int) -> bytes:
    """Return lists that hold the one before twice: 2^times values in all."""
    steps = b"\x80\x04]\x94"
    for number in range(times):
        steps += b"](" + b"h" + bytes([number]) + b"h" + bytes([number]) + b"e\x94"
    return steps + b"."


def number(value: int) -> bytes:
    content = pickle.encode_long(value)
    return b"\x8a" + bytes([len(content)]) + content


def recalled(keys: list[bytes], times: int) -> bytes:
    """Return dictionaries in each other, by these keys, around a list that holds one array many times."""
    inner = b"](" + pickle.dumps(np.zeros(0, np.float32), 2)[2:-1] + b"r\x84\x03\x00\x00"
    inner += b"j\x84\x03\x00\x00" * times + b"e"
    return b"\x80\x02" + b"".join(b"}" + key for key in keys) + inner + b"s" * len(keys) + b"."


MEBI = 2**20
SAME_HASH = 2**61 - 1
"""Python gives all multiples of this number the same hash."""
BOMBS = {
    "a huge place in the memo": b"\x80\x02]r\xff\xff\xff\x7f.",
    "a huge length of bytes": b"\x80\x04\x8e" + (2**60).to_bytes(8, "little") + b"abc.",
    "a huge length of text": b"\x80\x02X\xff\xff\xff\x7fabc.",
    "a huge frame": b"\x80\x04\x95" + (2**60).to_bytes(8, "little") + b"N.",
    "a huge whole number": b"\x80\x02\x8b\xff\xff\xff\x7f\x01.",
    "a number of many digits": b"I" + b"9" * MEBI + b"\n.",
    "many dictionaries": b"}" * (3 * MEBI) + b".",
    "many marks": b"(" * (3 * MEBI) + b".",
    "many copies": b"]" + b"2" * (3 * MEBI) + b".",
    "lists that double": doubled(60),
    "a list in itself": b"\x80\x02]q\x00h\x00a.",
    "deep lists": b"]" * 500 + b"a" * 499 + b".",
    "the same text encoded often": (
        b"\x80\x02" + text("a" * MEBI) + b"q\x00" + text("latin1") + b"q\x01" + name("_codecs", "encode") + b"q\x02]("
    )
    + b"h\x02h\x00h\x01\x86R" * 5000
    + b"e.",
    "the same array often": pickle.dumps([np.ones(1000)] * 1000, 2),
    "the same bytes often": pickle.dumps([np.frombuffer(b"a" * 8000)] * 1000, 5),
    "a long key of the same array often": recalled([text("k" * MEBI)], 3000),
    "keys of the same array often": recalled([text("k" * 1000)] * 14, 90_000),
    "numbers as keys that Python finds slowly": (
        b"\x80\x02}(" + b"".join(number(place * SAME_HASH) + b"N" for place in range(1, 80_000)) + b"u."
    ),
    "places in the memo that Python finds slowly": (
        b"\x80\x02]" + b"".join(b"p%d\n" % (place * SAME_HASH) for place in range(1, 80_000)) + b"."
    ),
    "a type of two types": array_with(b"K\x01\x85", b"C\x04abcd", DTYPE.replace(b"f4", b"f,")),
    "a huge shape": array_with(b"\x8a\x08" + (2**62).to_bytes(8, "little") + b"\x85", b"C\x04abcd"),
    "a huge shape of nothing": array_with(b"K\x00\x8a\x08" + (2**62).to_bytes(8, "little") + b"\x86", b"C\x00"),
    "a shape below zero": array_with(b"J\xff\xff\xff\xff\x85", b"C\x04abcd"),
    "a shape of texts": array_with(text("a") + b"\x85", b"C\x04abcd"),
    "too few bytes": array_with(b"K\x09\x85", b"C\x04abcd"),
    "objects as numbers": array_with(b"K\x01\x85", b"]", DTYPE.replace(b"f4", b"O8")),
    "a pointer as bytes": array_with(b"K\x01\x85", b"C\x08abcdefgh", DTYPE.replace(b"f4", b"O8")),
    "no numbers": b"\x80\x03" + name("numpy.core.multiarray", "_reconstruct") + b")R.",
    "a call of a class": name("numpy", "ndarray") + b")R.",
    "a call of a list": b"])R.",
    "a class of the pickle's own": b"(i__main__\nEvil\n.",
    "an object": name("numpy", "ndarray") + b")\x81.",
    "an extension": b"\x82\x01.",
    "an object outside": b"Phttp://example.org\n.",
    "a buffer outside": b"\x80\x05\x97.",
    "pop from nothing": b"0.",
    "nothing": b".",
    "no end": ARRAY[:-1],
    "cut": ARRAY[:60],
    "a memo of nothing": b"h\x07.",
    "a key that is a list": b"}]Ns.",
    "an attribute": b"}}b.",
    "text": b"hello",
    "empty": b"",
    "a name with a line": name("os\x00", "system") + b".",
    "numpy's own functions": name("numpy", "fromfile") + b".",
    "a name below numpy": name("numpy", "ndarray.tofile") + b".",
}


@pytest.mark.parametrize("bomb", BOMBS)
def test_a_bomb_is_refused_with_little_time_and_memory(bomb: str, tmp_path: Path) -> None:
    path = raw(tmp_path, BOMBS[bomb])
    tracemalloc.start()
    started = time.process_time()
    try:
        with pytest.raises(StorageError) as caught:
            read_legacy_arrays(path)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert len(str(caught.value)) < 400
    # A tracked allocation costs several times the time of an untracked one.
    assert time.process_time() - started < 15
    assert peak < 400 * MEBI


@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_a_damaged_pickle_is_read_or_refused(data: st.DataObject, tmp_path_factory: pytest.TempPathFactory) -> None:
    protocol = data.draw(st.integers(0, pickle.HIGHEST_PROTOCOL))
    content = bytearray(pickle.dumps({"a": np.ones((2, 3)), "b": [np.float32(1), np.zeros(2)]}, protocol))
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(content) - 1))
        content[place : place + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=3))
        if not content:
            break
    path = raw(tmp_path_factory.mktemp("damaged"), bytes(content))
    with contextlib.suppress(TinymlError):
        read_legacy_arrays(path)


def test_two_arrays_of_one_name_are_refused(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="the same name"):
        read_legacy_arrays(written(tmp_path, {"a.b": np.ones(1), "a": {"b": np.ones(1)}}))


def test_a_pickle_without_arrays_says_so(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="holds no arrays"):
        read_legacy_arrays(written(tmp_path, {"epoch": 3}))


def test_the_command_writes_safetensors(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    weights = [np.arange(6, dtype=np.float32).reshape(2, 3), np.zeros(2, ">f8")]
    path, out = written(tmp_path, {"fc": weights, "epoch": 1}), tmp_path / "new.safetensors"
    assert main(["convert-legacy", str(path), "--out", str(out)]) == 0
    result = json.loads(capsys.readouterr().out)
    assert result == {"tensors": 2, "numbers": 8, "left_out": 1, "saved": str(out)}
    found = read_tensors(out).tensors
    assert [found[each].tolist() for each in ("fc.0", "fc.1")] == [array.tolist() for array in weights]
    hostile = raw(tmp_path, pickle.dumps(Runs(os.system, "touch hacked")))
    before = out.read_bytes()
    assert main(["convert-legacy", str(hostile), "--out", str(out)]) == 1
    assert "It names 'posix.system'" in capsys.readouterr().err.replace("nt.system", "posix.system")
    assert out.read_bytes() == before


def test_a_key_that_no_file_can_hold_is_refused_with_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match=r"was not read\. A key holds half of a character"):
        read_legacy_arrays(written(tmp_path, {"\ud800": np.ones(2)}))


@pytest.mark.parametrize("key", [2**32, -(2**32), 10**600])
def test_a_huge_number_as_key_is_refused(key: int, tmp_path: Path) -> None:
    with pytest.raises(StorageError, match=r"was not read\. A number that is a key is beyond 4,294,967,296\."):
        read_legacy_arrays(written(tmp_path, {key: np.ones(2)}))


def test_keys_up_to_the_limits_are_read(tmp_path: Path) -> None:
    keys = ["k" * 1000, 2**32 - 1, 1 - 2**32, "ключ 😀"]
    found = read_legacy_arrays(written(tmp_path, {key: np.ones(2) for key in keys}))
    assert list(found.tensors) == [str(key) for key in keys]


IMPORTED = {
    "math",
    "pickletools",
    "re",
    "collections.abc",
    "dataclasses",
    "pathlib",
    "typing",
    "numpy",
    "tinyml.core",
    "tinyml.core.files",
}
OF_MODULES = {
    "math.prod",
    "np.dtype",
    "np.frombuffer",
    "np.ndarray",
    "pickletools.genops",
    "re.compile",
    "re.fullmatch",
}
BUILTINS = """
    abs all any bool bytearray bytes dict enumerate frozenset int isinstance len list object property range reversed
    str sum tuple type zip
"""
ALL_BUILTINS = set(dir(builtins))
ERRORS = {word for word in ALL_BUILTINS if word.endswith(("Error", "Exception", "Warning"))}


def reached(source: str) -> set[str]:
    """Return the modules, names of modules, built-in names and special names in a source that are not expected."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names} - IMPORTED
        elif isinstance(node, ast.ImportFrom):
            found |= {str(node.module)} - IMPORTED
        elif isinstance(node, ast.Name) and node.id in ALL_BUILTINS - ERRORS:
            found |= {node.id} - set(BUILTINS.split())
        elif isinstance(node, ast.Attribute):
            of_module = isinstance(node.value, ast.Name) and node.value.id in ("math", "np", "pickletools", "re")
            if of_module or node.attr.startswith("__"):
                found |= {ast.unparse(node)} - OF_MODULES
    return found


def test_the_machine_takes_no_step_of_python_itself() -> None:
    assert reached(Path(legacy_pickle.__file__).read_text(encoding="utf-8")) == set()


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("import pickle\npickle.loads(b'')", "pickle"),
        ("from pickle import Unpickler", "pickle"),
        ("import importlib as math", "importlib"),
        ("eval('1')", "eval"),
        ("run = exec", "exec"),
        ("__import__('os')", "__import__"),
        ("getattr('', 'join')", "getattr"),
        ("np.load('file', allow_pickle=True)", "np.load"),
        ("().__class__", "().__class__"),
    ],
)
def test_a_step_of_python_would_be_found(source: str, expected: str) -> None:
    assert reached(source) == {expected}
