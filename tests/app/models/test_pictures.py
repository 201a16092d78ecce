import numpy as np
import pytest

from app.models import pictures
from app.models.pictures import paint_filters, paint_matrix, paint_tensor
from app.widgets.theme import LIGHT
from tinyml.core import StorageError
from tinyml.core.tensor_file import write_tensors


@pytest.fixture(autouse=True)
def application(qapp) -> None:
    """Pictures need colours, and colours an application."""


def test_zero_is_the_background_and_all_filters_share_a_scale() -> None:
    tensor = np.zeros((2, 1, 2, 2), np.float32)
    tensor[0, 0, 0, 0], tensor[1, 0, 0, 0] = 1.0, 0.1
    painted = paint_filters("conv", tensor, dark=False)
    strong, weak = (item.image.pixelColor(0, 0) for item in painted.images)
    assert painted.images[0].image.pixelColor(1, 1).name() == LIGHT.surface
    assert strong != weak
    assert [item.caption for item in painted.images] == ["0", "1"]
    assert painted.describe_cell(1, 0, 0) == "conv[1, 0, 0, 0] = 0.1"
    assert "±1" in painted.explanation


def test_what_is_left_out_is_said(monkeypatch) -> None:
    monkeypatch.setattr(pictures, "_MOST_PICTURES", 5)
    monkeypatch.setattr(pictures, "_LONGEST_SIDE", 4)
    many = paint_filters("conv", np.ones((3, 3, 2, 2)), dark=True)
    assert len(many.images) == 5
    assert "Only the first 5 are shown." in many.explanation
    large = paint_matrix("fc", np.full((9, 3), np.nan), dark=True)
    assert large.values.shape == (1, 4, 3)
    assert "Only the first 4 × 3 are shown." in large.explanation
    assert "Pink is NaN or infinite." in large.explanation


def test_the_pictures_do_not_change_with_the_tensor() -> None:
    tensor = np.ones((2, 2))
    painted = paint_matrix("fc", tensor, dark=False)
    tensor[:] = 5.0
    assert painted.describe_cell(0, 1, 1) == "fc[1, 1] = 1"


@pytest.mark.parametrize(
    ("shape", "words"),
    [((), "A single number."), ((3,), "A vector"), ((2, 0), "empty"), ((2, 2, 2), "Tensors with 3 axes")],
)
def test_without_a_picture_there_is_a_reason(tmp_path, shape, words) -> None:
    path = tmp_path / "t.safetensors"
    write_tensors(path, {"t": np.zeros(shape, np.float32)})
    painted = paint_tensor(path, "t", dark=False)
    assert painted.images == ()
    assert words in painted.explanation


def test_a_tensor_that_is_gone_or_too_large_is_an_error(tmp_path, monkeypatch) -> None:
    path = tmp_path / "t.safetensors"
    write_tensors(path, {"t": np.zeros((4, 4), np.float32)})
    with pytest.raises(StorageError, match="no longer has a tensor 'u'"):
        paint_tensor(path, "u", dark=False)
    monkeypatch.setattr(pictures, "_MOST_NUMBERS", 10)
    with pytest.raises(StorageError, match="too many for a picture"):
        paint_tensor(path, "t", dark=False)
