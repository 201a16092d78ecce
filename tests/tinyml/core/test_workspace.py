"""Workspaces: memory that is used again, by name and by thread."""

import threading
from typing import Any

import numpy as np
import pytest

from tinyml.core import workspace as module
from tinyml.core.workspace import Workspace, scratch

SHAPES = [(3, 4), (0, 5), (7,), (), (2, 3, 4, 5)]


@pytest.mark.parametrize("dtype", [np.float32, np.float64, bool, np.int64])
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_an_array_has_the_requested_shape_and_dtype(shape: tuple[int, ...], dtype: Any) -> None:
    for array in (Workspace().empty("name", shape, dtype), scratch("test", shape, dtype)):
        assert (array.shape, array.dtype) == (shape, np.dtype(dtype))
        assert array.flags.c_contiguous
        assert array.flags.writeable
        array[...] = 1
        assert array.all()


def test_the_same_name_has_the_same_memory() -> None:
    workspace = Workspace()
    first = workspace.empty("name", (4, 6), np.float32)
    assert workspace.empty("name", (4, 6), np.float32) is first
    for shape, dtype in (((3, 8), np.float32), ((2, 2), np.float32), ((12,), np.float64), ((96,), bool)):
        assert np.shares_memory(workspace.empty("name", shape, dtype), first)
    # The first shape gets the first memory again, also after smaller arrays.
    assert np.shares_memory(workspace.empty("name", (4, 6), np.float32), first)


def test_another_name_has_other_memory() -> None:
    workspace = Workspace()
    arrays = [workspace.empty(name, (4,), np.float32) for name in ("a", "b", ("a", 1), ("a", 2))]
    arrays += [Workspace().empty("a", (4,), np.float32)]
    for number, array in enumerate(arrays):
        array[:] = number
    assert [array[0] for array in arrays] == [0, 1, 2, 3, 4]


def test_memory_that_is_too_small_is_replaced_and_the_old_array_stays_valid() -> None:
    workspace = Workspace()
    small = workspace.empty("name", (4,), np.float32)
    small[:] = 7
    large = workspace.empty("name", (5,), np.float32)
    assert not np.shares_memory(small, large)
    large[:] = 1
    assert small.tolist() == [7, 7, 7, 7]


@pytest.mark.parametrize("size", [1, 100, 4096, 100_003])
def test_an_array_begins_on_a_cache_line(size: int) -> None:
    assert Workspace().empty("name", (size,), np.float32).ctypes.data % 64 == 0


def test_each_thread_has_its_own_scratch_arrays() -> None:
    mine = scratch("test", (8,), np.float32)
    others: list[np.ndarray] = []
    thread = threading.Thread(target=lambda: others.append(scratch("test", (8,), np.float32)))
    thread.start()
    thread.join()
    assert scratch("test", (8,), np.float32) is mine
    assert not np.shares_memory(others[0], mine)
    assert not np.shares_memory(scratch("another test", (8,), np.float32), mine)


def test_a_large_scratch_array_is_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_LARGEST_SCRATCH", 4000)
    kept, first, second = (scratch("test", (count,), np.float32) for count in (1000, 1001, 1001))
    assert not np.shares_memory(first, second)
    assert not np.shares_memory(first, kept)
    assert scratch("test", (1000,), np.float32) is kept


def test_zeros_clears_only_new_memory() -> None:
    workspace = Workspace()
    workspace.empty("name", (100,), np.float32).fill(7)
    for shape, dtype in (((50,), np.float32), ((2, 10), np.float32), ((20,), np.float64), ((500,), np.float32)):
        array = workspace.empty("name", shape, dtype, zeros=True)
        assert not array.any()
        array += 1
        assert (workspace.empty("name", shape, dtype, zeros=True) == 1).all()
    scratch("zeros", (8,), np.float32).fill(7)
    assert not scratch("zeros", (4,), np.float32, zeros=True).any()


def test_a_thread_keeps_few_scratch_arrays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module._this_thread.workspace, "_most", 5 * 16)
    first = scratch("number 0", (4,), np.float32)
    arrays = [scratch(f"number {number}", (4,), np.float32) for number in range(1, 20)]
    for number, array in enumerate([first, *arrays]):
        array[:] = number  # an array stays valid as long as a reference to it exists
    assert [array[0] for array in [first, *arrays]] == list(range(20))
    assert scratch("number 0", (4,), np.float32) is not first
    assert len(module._this_thread.workspace._memories) <= 5
