import json
import os
import struct
import time
import tracemalloc
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tinyml.core import StorageError
from tinyml.core.tensor_file import write_tensors
from tinyml.storage import identify, load_model, open_tensors, read_header, summarise_tensors

RNG = np.random.default_rng(0)
FIRST = {"a.weight": RNG.normal(size=(4, 3)).astype(np.float32), "a.bias": np.ones(4, np.float16)}
SECOND = {"b.weight": RNG.normal(size=(2, 4))}
NAMES = ("model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors")


def write_index(folder: Path, weight_map: object, **more: Any) -> Path:
    path = folder / "model.safetensors.index.json"
    path.write_text(json.dumps({"metadata": {"total_size": 80}, "weight_map": weight_map, **more}))
    return path


def write_shards(folder: Path, **changes: str) -> Path:
    """Write two shards and their index, with some entries changed."""
    write_tensors(folder / NAMES[0], FIRST)
    write_tensors(folder / NAMES[1], SECOND)
    return write_index(folder, {**dict.fromkeys(FIRST, NAMES[0]), **dict.fromkeys(SECOND, NAMES[1]), **changes})


def test_tensors_of_all_shards_are_read_through_the_index(tmp_path: Path) -> None:
    path = write_shards(tmp_path)
    assert identify(path)[::2] == ("tensors", "shards")
    with open_tensors(path) as file:
        assert [tensor.name for tensor in file.header.tensors] == ["a.bias", "a.weight", "b.weight"]
        assert file.header.parts == NAMES
        assert file.header.foreign_metadata == {"total_size": "80"}
        assert file.header.notes == ("The tensors are in 2 files.",)
        assert file.size == sum(each.stat().st_size for each in tmp_path.iterdir())
        for name, tensor in {**FIRST, **SECOND}.items():
            np.testing.assert_array_equal(file.read(name), tensor)
    assert [summary.note for summary in summarise_tensors(path)] == ["", "", ""]


def test_an_index_with_another_name_is_recognised_by_its_content(tmp_path: Path) -> None:
    path = write_shards(tmp_path).rename(tmp_path / "weights.json")
    assert identify(path).source == "shards"
    with pytest.raises(StorageError, match="neither a project nor a network"):
        load_model(path)


def test_a_shard_opens_alone_and_says_so(tmp_path: Path) -> None:
    index = write_shards(tmp_path)
    header = read_header(tmp_path / NAMES[0])
    assert [tensor.name for tensor in header.tensors] == ["a.bias", "a.weight"]
    assert header.notes == (
        "This file is part 1 of 2 of a model. Open 'model.safetensors.index.json' beside it to see all.",
    )
    index.unlink()
    assert read_header(tmp_path / NAMES[1]).notes == ("This file is part 2 of 2 of a model.",)
    write_tensors(tmp_path / "whole.safetensors", FIRST)
    assert read_header(tmp_path / "whole.safetensors").notes == ()


def test_a_missing_shard_is_named(tmp_path: Path) -> None:
    path = write_shards(tmp_path)
    (tmp_path / NAMES[1]).unlink()
    with pytest.raises(StorageError, match=f"'{NAMES[1]}' is missing beside 'model.safetensors.index.json'"):
        read_header(path)


@pytest.mark.parametrize("outside", ["../other.safetensors", "..\\other.safetensors", "/etc/passwd", "C:w", "", "."])
def test_a_shard_outside_the_folder_is_not_read(tmp_path: Path, outside: str) -> None:
    (tmp_path / "inside").mkdir()
    write_tensors(tmp_path / "other.safetensors", {"c": np.ones(1)})
    path = write_shards(tmp_path / "inside", c=outside)
    with pytest.raises(StorageError, match=r"which is outside its folder\. It was not read"):
        read_header(path)


@pytest.mark.skipif(os.name != "posix", reason="Windows needs a right to make links")
def test_links_lead_to_the_folder_of_the_index_only(tmp_path: Path) -> None:
    blobs, snapshot = tmp_path / "blobs", tmp_path / "snapshot"
    blobs.mkdir()
    snapshot.mkdir()
    write_shards(blobs)
    for number, file in enumerate(sorted(blobs.iterdir())):
        content = file.rename(blobs / f"blob{number}")
        (snapshot / file.name).symlink_to(content)
    path = snapshot / "model.safetensors.index.json"
    assert len(read_header(path).tensors) == 3
    write_tensors(tmp_path / "other.safetensors", SECOND)
    (snapshot / NAMES[1]).unlink()
    (snapshot / NAMES[1]).symlink_to(tmp_path / "other.safetensors")
    with pytest.raises(StorageError, match="which is outside its folder"):
        read_header(path)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"a.bias": NAMES[1]}, f"says that tensor 'a.bias' is in '{NAMES[1]}', but it is in '{NAMES[0]}'"),
        ({"c": NAMES[1]}, f"'{NAMES[1]}' does not hold tensor 'c'"),
    ],
)
def test_an_index_that_does_not_fit_is_refused(tmp_path: Path, changes: dict[str, str], reason: str) -> None:
    with pytest.raises(StorageError, match=reason):
        read_header(write_shards(tmp_path, **changes))


def test_a_tensor_in_two_shards_is_refused(tmp_path: Path) -> None:
    path = write_shards(tmp_path)
    write_tensors(tmp_path / NAMES[1], {**SECOND, "a.bias": FIRST["a.bias"]})
    with pytest.raises(StorageError, match=f"tensor 'a.bias' is in '{NAMES[0]}' and in '{NAMES[1]}'"):
        read_header(path)


def test_tensors_that_are_not_in_the_index_are_counted(tmp_path: Path) -> None:
    path = write_shards(tmp_path)
    write_tensors(tmp_path / NAMES[1], {**SECOND, "extra": np.ones(1)})
    header = read_header(path)
    assert len(header.tensors) == 3
    assert header.notes[1] == "Tensors in these files that are not in the index, and not shown: 1."


@pytest.mark.parametrize(
    ("weight_map", "reason"),
    [
        (None, "has no 'weight_map'"),
        (["a"], "has no 'weight_map'"),
        ({"a": 3}, "has no 'weight_map'"),
        ({"a": "pytorch_model-00001-of-00002.bin"}, "the index of PyTorch files"),
        ({str(place): f"{place}.safetensors" for place in range(1001)}, "names 1\u00a0001 files, more than 1\u00a0000"),
    ],
)
def test_a_wrong_index_is_refused(tmp_path: Path, weight_map: object, reason: str) -> None:
    with pytest.raises(StorageError, match=reason):
        read_header(write_index(tmp_path, weight_map))


def test_a_damaged_shard_or_index_is_refused(tmp_path: Path) -> None:
    path = write_shards(tmp_path)
    (tmp_path / NAMES[0]).write_bytes(b"damaged!" * 4)
    with pytest.raises(StorageError, match=f"{NAMES[0]}' is not a whole safetensors file"):
        read_header(path)
    path.write_text('{"weight_map": {')
    with pytest.raises(StorageError, match="is damaged or not JSON"):
        read_header(path)


def test_a_changed_shard_is_noticed(tmp_path: Path) -> None:
    path = write_shards(tmp_path)
    header = read_header(path)
    write_tensors(tmp_path / NAMES[1], {"b.weight": np.zeros((2, 5))})
    with open_tensors(path, header) as file:
        np.testing.assert_array_equal(file.read("a.weight"), FIRST["a.weight"])
        with pytest.raises(StorageError, match="was changed by another program"):
            file.read("b.weight")
    os.utime(path, ns=(1, 1))
    with pytest.raises(StorageError, match="was changed by another program"), open_tensors(path, header):
        pass


def test_fifty_thousand_tensors_in_a_hundred_shards_are_listed(tmp_path: Path) -> None:
    weight_map = {}
    for shard in range(100):
        name = f"m-{shard + 1:05}-of-00100.safetensors"
        entries = {
            f"layers.{shard}.{place}.weight": {"dtype": "F16", "shape": [2], "data_offsets": [4 * place, 4 * place + 4]}
            for place in range(500)
        }
        text = json.dumps(entries).encode()
        (tmp_path / name).write_bytes(struct.pack("<Q", len(text)) + text + bytes(2000))
        weight_map |= dict.fromkeys(entries, name)
    path = write_index(tmp_path, weight_map)
    started = time.process_time()
    header = read_header(path)
    assert time.process_time() - started < 2
    assert len(header.tensors) == 50_000
    tracemalloc.start()
    try:
        with open_tensors(path, header) as file:
            # From a hundred files, of which only some are open at the same time.
            for tensor in header.tensors[::499]:
                assert file.read(tensor.name).tolist() == [0, 0]
        assert tracemalloc.get_traced_memory()[1] < 5e6
    finally:
        tracemalloc.stop()
