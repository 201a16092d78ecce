"""Images of bytes need little more memory than their bytes, from the file to the batch."""

import gzip
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import tinyml.data.catalogue as catalogue
from tests.tinyml.data.idx import idx_bytes, write_pair
from tinyml.core import DataError
from tinyml.data import DataChoice, describe, load, split

_COUNT, _SIZE = 80_000, 28

_MEASURE = """
import re, sys
from pathlib import Path
from tinyml.data import DataChoice, load, split
from tinyml.learner import TrainingSettings, set_up_training
from tinyml.net import LayerSpecification, NetworkSpecification

def peak():  # not ru_maxrss, which starts with the value of the parent process
    return int(re.search(r"VmHWM:\\s+(\\d+) kB", Path("/proc/self/status").read_text())[1]) * 1024

linear = LayerSpecification(type="Linear", name="fc", settings={"outputs": 3})
layers = (LayerSpecification(type="Flatten", name="f"), linear)
def train(source, target_choice):
    splits = split(load(source), target_choice)
    training = TrainingSettings(epochs=1, batch_size=1000, learning_rate=0.01)
    setup = set_up_training(NetworkSpecification(layers=layers), training, splits)
    for event in setup.run():
        pass
    return setup.test().accuracy
train(sys.argv[1], DataChoice(validation=0.1, test=0.2))
before = peak()
train(sys.argv[2], DataChoice(validation=0.1, test=0.2))
print(peak() - before)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="The peak of memory is read from /proc.")
def test_loading_splitting_and_training_need_little_more_memory_than_the_bytes(tmp_path: Path) -> None:
    small, large = tmp_path / "small", tmp_path / "large"
    for folder, count in ((small, 3000), (large, _COUNT)):
        folder.mkdir()
        images = np.resize(np.arange(251, dtype=np.uint8), (count, _SIZE, _SIZE))
        for name, array in (("images-idx3-ubyte.gz", images), ("labels-idx1-ubyte.gz", np.arange(count) % 3)):
            (folder / name).write_bytes(gzip.compress(idx_bytes(array), compresslevel=1))
    result = subprocess.run(
        [sys.executable, "-c", _MEASURE, str(small), str(large)],
        capture_output=True,
        text=True,
        timeout=300,
        check=True,
    )
    size = _COUNT * _SIZE**2
    assert int(result.stdout) <= 1.3 * size + 16 * 2**20


def test_dividing_on_demand_gives_the_same_numbers_as_dividing_all_pixels(tmp_path: Path) -> None:
    pixels = np.arange(256).reshape(4, 8, 8)
    (tmp_path / "images-idx3-ubyte").write_bytes(idx_bytes(pixels))
    (tmp_path / "labels-idx1-ubyte").write_bytes(idx_bytes(np.arange(4)))
    data = load(str(tmp_path))
    expected = pixels[:, np.newaxis].astype(np.float32)
    expected /= 255
    assert data.stored_inputs.dtype == np.uint8
    np.testing.assert_array_equal(data.inputs, expected)
    np.testing.assert_array_equal(data.examples(np.array([2, 0])), expected[[2, 0]])
    np.testing.assert_array_equal(data.take(np.array([3, 1])).examples(slice(1, 2)), expected[[1]])


def test_the_parts_of_a_split_share_the_bytes(tmp_path: Path) -> None:
    write_pair(tmp_path, 50)
    data = load(str(tmp_path))
    for part in split(data, DataChoice()):
        assert part.stored_inputs is data.stored_inputs


def test_the_size_is_known_before_loading_and_too_much_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_pair(tmp_path, 50)
    assert describe(str(tmp_path)).memory == 50 * (4 * 5 + 8)
    assert describe("shapes").memory == 4000 * (28 * 28 * 4 + 8)
    assert describe("sine").memory == 1000 * (4 + 4)
    monkeypatch.setattr(catalogue, "available_memory", lambda: 1399)
    with pytest.raises(DataError, match=r"needs 1\.4 kB of memory, but only 1\.4 kB are free\. Close other programs"):
        load(str(tmp_path))
    monkeypatch.setattr(catalogue, "available_memory", lambda: 1400)
    assert len(load(str(tmp_path))) == 50


def test_files_that_change_while_they_are_read_are_refused(tmp_path: Path) -> None:
    for prefix in ("train-", "t10k-"):
        write_pair(tmp_path, 30, prefix=prefix, zipped=False)

    def grow(share: float) -> None:
        write_pair(tmp_path, 60, prefix="t10k-", zipped=False)

    with pytest.raises(DataError, match="changed while"):
        load(str(tmp_path), grow)
