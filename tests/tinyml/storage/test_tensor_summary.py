import itertools
import json
import os
import struct
import subprocess
import sys
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from tinyml.core import StorageError
from tinyml.core.tensor_file import write_tensors
from tinyml.storage import summarise, summarise_tensors, tensor_summary


def test_statistics_agree_with_numpy(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    tensors = {
        "normal": rng.normal(3, 2, (50, 40)).astype(np.float32),
        "whole": rng.integers(-5, 9, 300),
        "flags": rng.random(100) < 0.3,
        "half": rng.normal(size=64).astype(np.float16),
    }
    write_tensors(tmp_path / "a", tensors)
    found = {summary.name: summary for summary in summarise_tensors(tmp_path / "a", bins=12)}
    assert list(found) == sorted(tensors)
    for name, tensor in tensors.items():
        summary, exact = found[name], tensor.astype(np.float64)
        assert (summary.shape, summary.dtype, summary.count) == (tensor.shape, str(tensor.dtype), tensor.size)
        assert (summary.minimum, summary.maximum) == (exact.min(), exact.max())
        assert summary.mean == pytest.approx(exact.mean())
        assert summary.standard_deviation == pytest.approx(exact.std())
        np.testing.assert_array_equal(summary.histogram, np.histogram(exact, 12)[0])
        assert summary.edges is not None
        assert (len(summary.edges), summary.note) == (13, "")


def test_the_size_of_the_pieces_makes_no_difference(monkeypatch: pytest.MonkeyPatch) -> None:
    tensor = np.random.default_rng(0).normal(size=1000)
    tensor[::7] = np.nan
    whole = summarise("a", tensor)
    monkeypatch.setattr(tensor_summary, "_CHUNK", 33)
    pieces = summarise("a", tensor)
    assert pieces.non_finite == whole.non_finite == 143
    assert pieces.mean == pytest.approx(whole.mean)
    assert pieces.standard_deviation == pytest.approx(whole.standard_deviation)
    np.testing.assert_array_equal(pieces.histogram, whole.histogram)


def test_elements_that_are_not_finite_are_counted_and_left_out() -> None:
    summary = summarise("a", np.array([np.nan, np.inf, -np.inf, 1.0, 3.0]))
    assert (summary.non_finite, summary.minimum, summary.maximum, summary.mean) == (3, 1, 3, 2)
    nothing = summarise("a", np.full(4, np.nan))
    assert (nothing.non_finite, nothing.mean, nothing.histogram) == (4, None, None)
    assert nothing.note == "None of the values is finite."


@pytest.mark.parametrize(
    "tensor",
    [
        np.array(5.0),
        np.full((3, 3), 2.0, np.float32),
        np.array([-1e308, 1e308]),
        np.array([5e-324, 1e-323]),
        np.zeros(1),
    ],
)
def test_unusual_tensors_have_statistics(tensor: np.ndarray) -> None:
    summary = summarise("odd", tensor)
    assert (summary.minimum, summary.maximum) == (tensor.min(), tensor.max())
    assert summary.mean is not None
    assert np.isfinite(summary.mean)
    assert (summary.histogram is None) == bool(summary.note)
    if summary.histogram is not None:
        assert summary.histogram.sum() == tensor.size


def test_empty_tensors_and_unknown_types_have_a_note(tmp_path: Path) -> None:
    header = {
        "a": {"dtype": "BF16", "shape": [2], "data_offsets": [0, 4]},
        "b": {"dtype": "F4", "shape": [8], "data_offsets": [4, 8]},
        "c": {"dtype": "F32", "shape": [0, 7], "data_offsets": [8, 8]},
    }
    text = json.dumps(header).encode()
    (tmp_path / "a").write_bytes(struct.pack("<Q", len(text)) + text + bytes(8))
    notes = [(summary.dtype, summary.count, summary.note) for summary in summarise_tensors(tmp_path / "a")]
    assert notes == [
        ("BF16", 2, ""),
        ("F4", 8, "NumPy cannot compute with F4, so only the shape is known."),
        ("float32", 0, "The tensor is empty."),
    ]


def test_a_damaged_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.safetensors").write_bytes(b"not tensors")
    with pytest.raises(StorageError, match="not a whole safetensors file"):
        list(summarise_tensors(tmp_path / "a.safetensors"))


def write_sparse(path: Path, count: int) -> None:
    """Write one tensor of float64 zeros, which takes hardly any room on disk."""
    header = json.dumps({"a": {"dtype": "F64", "shape": [count], "data_offsets": [0, 8 * count]}}).encode()
    path.write_bytes(struct.pack("<Q", len(header)) + header)
    os.truncate(path, 8 + len(header) + 8 * count)


def test_a_large_tensor_takes_a_few_megabytes(tmp_path: Path) -> None:
    path = tmp_path / "large.safetensors"
    write_sparse(path, 40_000_000)
    tracemalloc.start()
    try:
        (summary,) = summarise_tensors(path)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
        path.unlink()
    assert (summary.count, summary.mean, summary.non_finite) == (40_000_000, 0, 0)
    assert summary.histogram is not None
    assert summary.histogram.sum() == 40_000_000
    assert peak < 10e6  # the tensor has 320 million bytes


def test_the_summary_of_a_large_tensor_can_be_cancelled_between_pieces(tmp_path: Path) -> None:
    path = tmp_path / "large.safetensors"
    write_sparse(path, 10_000_000)
    calls = []

    def cancel() -> None:
        calls.append(None)
        if len(calls) == 3:
            raise InterruptedError

    with pytest.raises(InterruptedError):
        list(summarise_tensors(path, between=cancel))
    assert len(calls) == 3


def shorten_and_restore(path: Path, content: bytes) -> None:
    """Do what a training script does that rewrites its checkpoint in place."""
    with path.open("r+b") as file:
        file.truncate(1000)
        time.sleep(0.003)
        file.seek(0)
        file.write(content)
    time.sleep(0.012)


def rewrite(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    time.sleep(0.012)


@pytest.mark.parametrize("change", [shorten_and_restore, rewrite])
def test_a_file_that_changes_while_it_is_read_is_an_error_and_no_crash(
    tmp_path: Path, change: Callable[[Path, bytes], None]
) -> None:
    path = tmp_path / "a.safetensors"
    write_tensors(path, {"a": np.ones(250_000, np.float32), "b": np.zeros((500, 500), np.float32)})
    content = path.read_bytes()
    command = [sys.executable, "-m", "tests.tinyml.storage.changing_file", str(path)]
    root = Path(__file__).parents[3]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=root) as reader:
        deadline = time.monotonic() + 200
        for number in itertools.count():
            if reader.poll() is not None or time.monotonic() > deadline:
                break
            change(path, content)
            if number % 20 == 0:
                time.sleep(0.1)  # long enough to be read whole
        reader.kill()
        output, errors = reader.communicate()
    assert (reader.returncode, errors) == (0, "")
    changed, _, whole = map(int, output.split())
    assert changed >= 30
    assert whole >= 1
