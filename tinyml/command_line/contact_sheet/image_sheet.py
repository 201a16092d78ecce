"""The contact sheet of images: a row for each class, with its count, its mean image and some examples."""

from collections.abc import Iterable

import numpy as np
from PIL import Image

from tinyml.command_line.contact_sheet.data_sheet import data_sheet
from tinyml.core import Array, describe_count
from tinyml.core.text_picture import ACCENT, GREY, HEADING, LIGHT, MARGIN, Sheet
from tinyml.data.analysis import DataAnalysis, ImageSummary
from tinyml.data.dataset import Dataset, Splits

_CELL, _GAP = 56, 6
_MOST_ROWS = 40
_PER_ROW = 12
_NAMES, _BAR, _COUNT = 130, 90, 60
"""Widths of the names, the bars and the counts in pixels."""
_PLAIN_ROWS = 8
"""Rows of images without classes."""


def draw_image_sheet(splits: Splits, found: DataAnalysis) -> Image.Image:
    """Return the contact sheet of images.

    Arguments:
        splits: the images; those of the training part are drawn.
        found: the analysis.
    """
    assert found.images is not None
    return _draw_classes(splits.train, found, found.images) if found.class_names else _draw_plain(splits.train, found)


def _draw_classes(train: Dataset, found: DataAnalysis, images: ImageSummary) -> Image.Image:
    rows = min(len(found.class_names), _MOST_ROWS)
    rest = len(found.class_names) - rows
    left = MARGIN + _NAMES + _BAR + _COUNT
    width = left + (_PER_ROW + 1) * (_CELL + _GAP) + MARGIN
    sheet = data_sheet(width, HEADING + 34 + rows * (_CELL + _GAP) + MARGIN + 20 * bool(rest), found)
    sheet.write((left, HEADING + 10), "mean", 12, GREY)
    sheet.write((left + _CELL + _GAP, HEADING + 10), "training examples", 12, GREY)
    totals = found.class_counts.sum(axis=0)
    for label in range(rows):
        top = HEADING + 34 + label * (_CELL + _GAP)
        middle = top + _CELL // 2
        sheet.write((MARGIN, middle), found.class_names[label], 14, anchor="lm", most=_NAMES - 12)
        bar = [MARGIN + _NAMES, middle - 4, MARGIN + _NAMES + _BAR, middle + 4]
        sheet.draw.rectangle(bar, fill=LIGHT)
        filled = round(_BAR * int(totals[label]) / max(1, int(totals.max())))
        if filled:
            sheet.draw.rectangle([bar[0], bar[1], bar[0] + filled, bar[3]], fill=ACCENT)
        count = describe_count(int(totals[label]))
        sheet.write((MARGIN + _NAMES + _BAR + 10, middle), count, 13, GREY, anchor="lm")
        shown = [] if images.class_means is None else [images.class_means[label]]
        members = np.flatnonzero(train.labels == label)
        _paste(sheet, left + (_CELL + _GAP) * (not shown), top, [*shown, *_some(train, members, _PER_ROW)], images)
    if rest:
        sheet.write((MARGIN, sheet.image.height - MARGIN - 8), f"and {describe_count(rest, 'more class')}", 13, GREY)
    return sheet.image


def _draw_plain(train: Dataset, found: DataAnalysis) -> Image.Image:
    """Return a sheet of images without classes, each with its target number if there is one."""
    assert found.images is not None
    rows = np.arange(len(train))
    images = list(_some(train, rows, (_PER_ROW + 4) * _PLAIN_ROWS))
    numbers = _target_texts(train, _spread(rows, (_PER_ROW + 4) * _PLAIN_ROWS))
    height = _CELL + _GAP + (16 if numbers else 0)
    lines = -(-len(images) // (_PER_ROW + 4))
    width = 2 * MARGIN + (_PER_ROW + 4) * (_CELL + _GAP)
    sheet = data_sheet(width, HEADING + 10 + lines * height + MARGIN, found)
    for line in range(lines):
        top, first = HEADING + 10 + line * height, line * (_PER_ROW + 4)
        _paste(sheet, MARGIN, top, images[first : first + _PER_ROW + 4], found.images)
        for place, text in enumerate(numbers[first : first + _PER_ROW + 4]):
            sheet.write((MARGIN + place * (_CELL + _GAP), top + _CELL + 2), text, 11, GREY, most=_CELL)
    return sheet.image


def _target_texts(train: Dataset, rows: np.ndarray) -> list[str]:
    if train.description.target == "input" or train.stored_targets is None:
        return []
    numbers = train.unscaled_target_numbers(rows).reshape(len(rows), -1)
    return [f"{value:.4g}" for value in numbers[:, 0].tolist()]


def _spread(rows: np.ndarray, most: int) -> np.ndarray:
    """Return at most so many of the rows, spread evenly."""
    return rows[np.linspace(0, len(rows) - 1, min(most, len(rows))).round().astype(int)] if len(rows) else rows


def _some(train: Dataset, rows: np.ndarray, most: int) -> Iterable[Array]:
    return train.unscaled_examples(_spread(rows, most)) if len(rows) else ()


def _paste(sheet: Sheet, left: int, top: int, images: Iterable[Array], about: ImageSummary) -> None:
    for place, image in enumerate(images):
        picture = to_picture(image, about)
        # Half of what remains on each side, so that images of any proportions are centred in their cell.
        x = left + place * (_CELL + _GAP) + (_CELL - picture.width) // 2
        sheet.image.paste(picture, (x, top + (_CELL - picture.height) // 2))


def to_picture(image: Array, about: ImageSummary) -> Image.Image:
    """Return an example as a picture that fits into a cell. Small images have large pixels.

    Arguments:
        image: `(C, H, W)`; pixels from 0 to 1, or in the range of the summary. Three channels are red, green and blue;
            of other numbers of channels, the first is shown.
        about: summary of all images.

    >>> from tinyml.data import DataChoice, prepare_splits
    >>> from tinyml.data.analysis import analyse
    >>> splits = prepare_splits(DataChoice(source="digits"))
    >>> images = analyse(splits).images
    >>> to_picture(splits.train.unscaled_examples(slice(0, 1))[0], images).size if images is not None else ()
    (56, 56)
    """
    low, high = min(0.0, about.minimum), max(1.0, about.maximum)
    with np.errstate(invalid="ignore"):
        pixels = np.nan_to_num((image - low) * (255 / (high - low))).clip(0, 255).astype(np.uint8)
    rgb = pixels.transpose(1, 2, 0) if len(pixels) == 3 else pixels[0]
    picture = Image.fromarray(np.ascontiguousarray(rgb)).convert("RGB")
    longest = max(picture.size)
    if longest <= _CELL // 2:
        factor = _CELL // longest
        return picture.resize((picture.width * factor, picture.height * factor), Image.Resampling.NEAREST)
    size = (max(1, picture.width * _CELL // longest), max(1, picture.height * _CELL // longest))
    return picture.resize(size, Image.Resampling.LANCZOS)
