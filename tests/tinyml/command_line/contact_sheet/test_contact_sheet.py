"""The contact sheet: every kind of data, extreme numbers, and text in any script."""

from dataclasses import replace

import numpy as np
import pytest
from PIL import ImageFont

from tinyml.command_line.contact_sheet import draw_contact_sheet, paint_contact_sheet
from tinyml.command_line.contact_sheet.image_sheet import to_picture
from tinyml.core import StorageError, text_picture
from tinyml.data import DataChoice, Dataset, Splits, prepare_splits, split
from tinyml.data.analysis import analyse

RNG = np.random.default_rng(0)


def splits_of(inputs: object, targets: object, **names: object) -> Splits:
    return split(Dataset.from_arrays(inputs, targets, **names), DataChoice(validation=0))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "splits",
    [
        splits_of(RNG.random((30, 1, 200, 3)), np.arange(30) % 2),
        splits_of(RNG.normal(0, 1e6, (30, 5, 9, 9)), np.arange(30) % 2),
        splits_of(RNG.random((30, 3, 60, 60)), RNG.random((30, 2))),
        splits_of(RNG.random((200, 1, 2, 2)), np.arange(200) % 100),
        splits_of(RNG.random((30, 2)), RNG.random(30)),
        splits_of(RNG.random((30, 2)), np.arange(30) % 25),
        splits_of(np.full((30, 2), 7.0), np.arange(30) % 2),
        splits_of(RNG.random((30, 70)), np.arange(30) % 2, class_names=["\u202eevil", "a\ud800b"]),
        splits_of(np.array([[-3e38], [3e38], [0.0]] * 10), RNG.random(30)),
        splits_of(RNG.random((30, 25_000)), np.arange(30) % 2),
        splits_of(RNG.random((30, 4, 5)), np.arange(30) % 2),
    ],
    ids=lambda splits: str(splits.train.description.example_shape),
)
def test_a_sheet_of_any_data_is_painted(splits: Splits) -> None:
    picture = paint_contact_sheet(splits, analyse(splits))
    assert picture.mode == "RGB"
    assert picture.width < 2000
    assert picture.height < 4000


def test_missing_numbers_are_left_out() -> None:
    data = Dataset.from_arrays(RNG.random((40, 2)), np.arange(40) % 2)
    stored = data.stored_inputs.copy()
    stored[::3, 0] = np.nan
    splits = split(replace(data, stored_inputs=stored), DataChoice())
    assert paint_contact_sheet(splits, analyse(splits)).size
    stored[:] = np.nan
    assert paint_contact_sheet(splits, analyse(splits)).size


def test_images_show_their_pixels_and_keep_their_proportions() -> None:
    splits = prepare_splits(DataChoice(source="digits"))
    images = analyse(splits).images
    assert images is not None
    example = splits.train.unscaled_examples(slice(0, 1))[0]
    pixels = np.asarray(to_picture(example, images))
    np.testing.assert_array_equal(pixels[3::7, 3::7, 0], (example[0] * 255).astype(np.uint8))
    assert to_picture(np.zeros((3, 400, 100), np.float32), images).size == (14, 56)
    assert to_picture(np.zeros((1, 1, 500), np.float32), images).size == (56, 1)


def test_the_sheet_of_the_same_data_has_the_same_pixels() -> None:
    splits = prepare_splits(DataChoice(source="circle"))
    one, two = (np.asarray(paint_contact_sheet(splits, analyse(splits))) for _ in range(2))
    np.testing.assert_array_equal(one, two)


@pytest.mark.parametrize("text", ["cat", "猫", "قطة", "Ünïcode", "a\x00b\n", "\ud800", "😀" * 50, ""])
def test_text_in_any_script_can_be_written(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    font, shown = text_picture.font_for(text, 13)
    assert shown.isprintable()
    assert font.getbbox(shown) is not None
    old = ImageFont.load_default_imagefont()
    monkeypatch.setattr(text_picture, "_own_font", lambda size: old)
    font, shown = text_picture.font_for(text, 13)
    assert font.getbbox(shown) is not None


def test_a_file_that_cannot_be_written_is_reported(tmp_path) -> None:
    splits = prepare_splits(DataChoice(source="circle"))
    with pytest.raises(StorageError, match=r"there is no folder|No such file"):
        draw_contact_sheet(tmp_path / "no" / "sheet.png", splits, analyse(splits))
