import json
import math
import os
import struct

import numpy as np
import pytest

from app.models.reading import pictures
from app.models.reading.pictures import paint_tensor
from app.widgets.theme.theme import LIGHT
from tinyml.core import StorageError
from tinyml.core.tensor_file import TensorReader, write_tensors


@pytest.fixture(autouse=True)
def application(qapp) -> None:
    """Create the application, which colours need."""


def paint(tmp_path, tensor, dark=False):
    """Write a tensor to a file and paint it from there."""
    write_tensors(tmp_path / "painted.safetensors", {"t": tensor})
    return paint_tensor(tmp_path / "painted.safetensors", "t", dark)


def test_zero_is_the_background_and_all_filters_share_a_scale(tmp_path) -> None:
    tensor = np.zeros((2, 1, 2, 2), np.float32)
    tensor[0, 0, 0, 0], tensor[1, 0, 0, 0] = 1.0, 0.1
    painted = paint(tmp_path, tensor)
    strong, weak = (item.image.pixelColor(0, 0) for item in painted.images)
    assert painted.images[0].image.pixelColor(1, 1).name() == LIGHT.surface
    assert strong != weak
    assert [item.caption for item in painted.images] == ["0", "1"]
    assert painted.describe_cell(1, 0, 0) == "t[1, 0, 0, 0] = 0.1"
    assert "±1" in painted.explanation


def test_the_explanation_names_what_is_left_out(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(pictures, "_MOST_PICTURES", 5)
    monkeypatch.setattr(pictures, "LONGEST_SIDE", 4)
    many = paint(tmp_path, np.arange(36.0).reshape(3, 3, 2, 2), dark=True)
    assert len(many.images) == 5
    assert "Only the first 5 are shown." in many.explanation
    assert many.describe_cell(4, 1, 1) == "t[1, 1, 1, 1] = 19"
    tall = paint(tmp_path, np.arange(60.0).reshape(2, 1, 6, 5))
    assert tall.values.shape == (2, 4, 4)
    assert tall.describe_cell(1, 3, 3) == "t[1, 0, 3, 3] = 48"
    assert "Of each, only the first 4 × 4 numbers are shown." in tall.explanation
    large = paint(tmp_path, np.full((9, 3), np.nan), dark=True)
    assert large.values.shape == (1, 4, 3)
    assert "Only the first 4 × 3 are shown." in large.explanation
    assert "Pink is NaN or infinite." in large.explanation


@pytest.mark.parametrize(
    ("shape", "words"),
    [
        ((), "A single number."),
        ((3,), "A vector"),
        ((2, 0), "empty"),
        ((2, 2, 2), "Tensors with 3 axes"),
    ],
)
def test_without_a_picture_there_is_a_reason(tmp_path, shape, words) -> None:
    path = tmp_path / "t.safetensors"
    write_tensors(path, {"t": np.zeros(shape, np.float32)})
    painted = paint_tensor(path, "t", dark=False)
    assert painted.images == ()
    assert words in painted.explanation


def test_a_missing_tensor_is_an_error(tmp_path) -> None:
    path = tmp_path / "t.safetensors"
    write_tensors(path, {"t": np.zeros((4, 4), np.float32)})
    with pytest.raises(StorageError, match="has no tensor 'u'"):
        paint_tensor(path, "u", dark=False)


def test_only_the_visible_part_of_a_large_tensor_is_read(tmp_path, monkeypatch) -> None:
    read = []
    monkeypatch.setattr(
        TensorReader, "read_range", lambda self, name, start, stop: read.append(stop - start) or np.ones(stop - start)
    )
    for shape in ((100_000, 20_000), (500, 500, 60, 60), (2, 1, 40_000, 40_000)):
        read.clear()
        path = tmp_path / "t.safetensors"
        write_sparse(path, shape)
        assert paint_tensor(path, "t", dark=False).images
        assert sum(read) <= 2048 * 2048


def write_sparse(path, shape) -> None:
    """Write a tensor of zeros that takes no room on disk."""
    size = math.prod(shape)
    header = json.dumps({"t": {"dtype": "U8", "shape": shape, "data_offsets": [0, size]}}).encode()
    path.write_bytes(struct.pack("<Q", len(header)) + header)
    os.truncate(path, 8 + len(header) + size)
