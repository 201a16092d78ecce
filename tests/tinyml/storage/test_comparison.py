import os
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hypothesis_numpy

from tests.tinyml.storage.test_tensor_summary import write_sparse
from tinyml.core import StorageError
from tinyml.core.tensor_file import write_tensors
from tinyml.storage import TensorChange, compare_files, comparison, read_header

RNG = np.random.default_rng(0)


def compare(folder: Path, first: dict[str, np.ndarray], second: dict[str, np.ndarray]) -> dict[str, TensorChange]:
    write_tensors(folder / "a.safetensors", first)
    write_tensors(folder / "b.safetensors", second)
    return {change.name: change for change in compare_files(folder / "a.safetensors", folder / "b.safetensors")}


def test_every_status_is_found(tmp_path: Path) -> None:
    same = np.array([1, np.nan, np.inf])
    first = {"gone": np.ones(2), "same": same, "moved": np.ones(3), "shape": np.ones((2, 3)), "type": np.ones(2)}
    second = {
        "new": np.ones(2),
        "same": same,
        "moved": np.array([1, 1, 2]),
        "shape": np.ones((3, 2)),
        "type": np.ones(2, np.float32),
    }
    changes = compare(tmp_path, first, second)
    assert list(changes) == sorted(changes)
    assert {name: change.status for name, change in changes.items()} == {
        "gone": "removed",
        "new": "added",
        "same": "same",
        "moved": "changed",
        "shape": "other shape",
        "type": "same",
    }
    assert changes["same"].not_compared == 2
    assert (changes["same"].relative, changes["same"].largest) == (0, 0)
    assert (changes["gone"].second, changes["new"].first) == (None, None)


def test_measures_agree_with_numpy_in_pieces(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(comparison, "_CHUNK", 13)
    a, b = RNG.normal(size=(2, 10, 10)).astype(np.float32)
    change = compare(tmp_path, {"w": a}, {"w": b})["w"]
    a, b = a.astype(float).ravel(), b.astype(float).ravel()
    assert change.relative == pytest.approx(np.linalg.norm(a - b) / np.linalg.norm(b))
    assert change.cosine == pytest.approx(a @ b / np.linalg.norm(a) / np.linalg.norm(b))
    assert change.largest == np.abs(a - b).max()


@settings(deadline=None)  # two files are written for each example, which a busy machine does slowly
@given(
    *[
        hypothesis_numpy.arrays(
            st.sampled_from([np.float32, np.float64, np.int64, np.uint8, np.bool_]),
            st.just(5),
        )
    ]
    * 2
)
def test_any_two_tensors_have_finite_measures_or_none(
    tmp_path_factory: pytest.TempPathFactory, a: np.ndarray, b: np.ndarray
) -> None:
    change = compare(tmp_path_factory.mktemp("files"), {"w": a}, {"w": b})["w"]
    for measure in (change.relative, change.cosine, change.largest):
        assert measure is None or np.isfinite(measure)
    assert change.cosine is None or -1 <= change.cosine <= 1
    assert (change.status == "same") == bool(((a == b) | ((a != a) & (b != b))).all())


def test_undefined_measures_are_none(tmp_path: Path) -> None:
    change = compare(tmp_path, {"w": np.ones(2)}, {"w": np.zeros(2)})["w"]
    assert (change.status, change.relative, change.cosine, change.largest) == ("changed", None, None, 1)
    equal = compare(tmp_path, {"w": np.zeros(2)}, {"w": np.zeros(2)})["w"]
    assert (equal.status, equal.relative, equal.cosine) == ("same", 0, None)


@pytest.mark.parametrize("size", [5e-324, 1e-200, 1.0, 1e200, 8e307])
def test_tiny_and_huge_numbers_are_measured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: float) -> None:
    monkeypatch.setattr(comparison, "_CHUNK", 1)
    a, b = np.array([1.0, 0, 2, 0]) * size, np.array([2.0, 0, 1, 0]) * size
    change = compare(tmp_path, {"w": a}, {"w": b})["w"]
    assert change.relative == pytest.approx(np.sqrt(2 / 5))
    assert change.cosine == pytest.approx(4 / 5)
    assert change.largest == size


def test_pieces_of_very_different_sizes_add_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(comparison, "_CHUNK", 1)
    a, b = np.array([1e-300, 3e200, 1.0, 4e200]), np.array([2e-300, 3e200, 2.0, -4e200])
    change = compare(tmp_path, {"w": a}, {"w": b})["w"]
    assert (change.relative, change.cosine) == (pytest.approx(8 / 5), pytest.approx(-7 / 25))
    small = compare(tmp_path, {"w": np.array([1e200, 1e-5])}, {"w": np.array([1e200, 3e-5])})["w"]
    assert small.relative == pytest.approx(2e-205)


def test_a_change_of_a_number_that_is_not_finite_is_no_change_of_zero(tmp_path: Path) -> None:
    change = compare(tmp_path, {"w": np.array([1.0, np.nan])}, {"w": np.array([1.0, 5.0])})["w"]
    assert (change.status, change.relative, change.largest, change.not_compared) == ("changed", None, 0, 1)
    overflow = compare(tmp_path, {"w": np.array([1.7e308])}, {"w": np.array([-1.7e308])})["w"]
    assert (overflow.status, overflow.relative, overflow.cosine, overflow.largest) == ("changed", None, -1, None)


def test_files_of_other_formats_are_compared(tmp_path: Path) -> None:
    weight = RNG.normal(size=(4, 3)).astype(np.float32)
    write_tensors(tmp_path / "a.safetensors", {"w": weight})
    np.savez_compressed(tmp_path / "b.npz", w=np.asfortranarray(weight), text=np.array(["cat"]))
    changes = list(compare_files(tmp_path / "a.safetensors", tmp_path / "b.npz"))
    assert [(change.name, change.status) for change in changes] == [("text", "added"), ("w", "same")]
    np.savez(tmp_path / "c.npz", w=np.ones((4, 3)), text=np.array(["dog"]))
    changes = list(compare_files(tmp_path / "b.npz", tmp_path / "c.npz"))
    assert [(change.status, change.note) for change in changes] == [
        ("unreadable", "Texts have no statistics."),
        ("changed", ""),
    ]


def test_a_comparison_takes_little_memory_and_can_be_cancelled(tmp_path: Path) -> None:
    paths = tmp_path / "a.safetensors", tmp_path / "b.safetensors"
    for path in paths:
        write_sparse(path, 5_000_000)
    tracemalloc.start()
    try:
        (change,) = compare_files(*paths)
        assert tracemalloc.get_traced_memory()[1] < 10e6
    finally:
        tracemalloc.stop()
    assert change.status == "same"
    calls = []

    def cancel() -> None:
        calls.append(None)
        if len(calls) == 3:
            raise InterruptedError

    with pytest.raises(InterruptedError):
        list(compare_files(*paths, between=cancel))


def test_a_file_that_changed_since_its_header_was_read_is_refused(tmp_path: Path) -> None:
    for name in ("a.safetensors", "b.safetensors"):
        write_tensors(tmp_path / name, {"w": np.ones(2)})
    header = read_header(tmp_path / "b.safetensors")
    os.utime(tmp_path / "b.safetensors", ns=(1, 1))
    with pytest.raises(StorageError, match="was changed by another program"):
        list(compare_files(tmp_path / "a.safetensors", tmp_path / "b.safetensors", second_header=header))
