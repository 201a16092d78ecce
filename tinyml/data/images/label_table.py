"""Reads the labels of images from a table: which column names the images, and what the other columns say."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, NamedTuple

import numpy as np

from tinyml.core import DataError, describe_count
from tinyml.core.files import show_path
from tinyml.core.suggestions import did_you_mean
from tinyml.data.images.file_index import FileIndex
from tinyml.data.images.listing import ImageFile
from tinyml.data.tables.layout import LayoutSettings
from tinyml.data.tables.numbers import DecimalMark, is_number, read_floats
from tinyml.data.tables.text_table import TextTable, read_text_table

LabelKind = Literal["automatic", "classes", "numbers"]

_TRIED_ROWS = 200
_MOST_CLASSES_OF_NUMBERS = 100
_LEAST_IMAGES_IN_CLASS = 2
_SHOWN = 3


class LabelSettings(NamedTuple):
    """What a user says about a table of labels; empty for automatic.

    Attributes:
        file_column: name of the column with the file names.
        label_columns: names of the columns with the labels.
        kind: classes, or numbers (regression).
    """

    file_column: str = ""
    label_columns: tuple[str, ...] = ()
    kind: LabelKind = "automatic"


@dataclass(frozen=True)
class LabelledFiles:
    """The images with their labels, in the order of the table.

    Attributes:
        files: the images.
        texts: the fields of the label columns of each image.
        header: the names of all columns of the table.
        file_column, label_columns: the columns that are used.
        unmatched: the names in the table that fit no image, or several.
        unlabelled: the images without a label.
        repeated: the names that are in the table more than once; the first row counts.
        decimal: the decimal mark of the table.
    """

    files: tuple[ImageFile, ...]
    texts: tuple[tuple[str, ...], ...]
    header: tuple[str, ...]
    file_column: str
    label_columns: tuple[str, ...]
    unmatched: tuple[str, ...]
    unlabelled: tuple[str, ...]
    repeated: tuple[str, ...]
    decimal: DecimalMark = "point"


def count_matches(path: Path, index: FileIndex) -> int:
    """Return how many of the first rows of a table name an image; 0 if it is no table.

    Arguments:
        path: the table.
        index: the images.
    """
    try:
        table = read_text_table(path)
    except DataError:
        return 0
    return max(_matches(table.rows, place, index) for place in range(len(table.header))) if len(table.header) > 1 else 0


def match_labels(path: Path, files: Sequence[ImageFile], settings: LabelSettings) -> LabelledFiles:
    """Match the rows of a table with images.

    Arguments:
        path: the table.
        files: the images.
        settings: the columns that the user chose.

    Raises `DataError` when the table cannot be read, has no such column, or names no image.
    """
    index = FileIndex(files)
    table = _read(path, index)
    name = show_path(path.name)
    place = _file_place(table, index, settings.file_column, name)
    if len(table.header) < 2:
        raise DataError(f"'{name}' has one column, but needs a column of file names and a column of labels.")
    wanted = settings.label_columns or (table.header[1 if place == 0 else 0],)
    places = [_place(table.header, column, name) for column in wanted]
    if place in places:
        raise DataError(f"The column '{table.header[place]}' of '{name}' cannot hold the file names and the labels.")
    found: dict[ImageFile, tuple[str, ...]] = {}
    unmatched, repeated = [], []
    for row in table.rows:
        file = index.find(row[place])
        labels = tuple(row[column] for column in places)
        if file is None:
            unmatched.append(row[place])
        elif file in found:
            repeated.append(row[place])
        elif all(labels):
            found[file] = labels
    return LabelledFiles(
        files=tuple(found),
        texts=tuple(found.values()),
        header=table.header,
        file_column=table.header[place],
        label_columns=tuple(table.header[column] for column in places),
        unmatched=tuple(unmatched),
        unlabelled=tuple(file.name for file in files if file not in found),
        repeated=tuple(repeated),
        decimal=table.layout.decimal,
    )


def label_kind(found: LabelledFiles, kind: LabelKind) -> tuple[Literal["classes", "numbers"], str]:
    """Return what the labels are, and the reason in words; the words are empty if the user chose.

    Several columns are numbers. One column is classes if a label is no number, or if its numbers are whole, repeat, and
    are few.

    Arguments:
        found: images with labels, at least one.
        kind: the choice of the user.
    """
    if kind != "automatic":
        return kind, ""
    if len(found.label_columns) > 1:
        return "numbers", f"numbers, because there are {len(found.label_columns)} label columns (regression)."
    column = [row[0] for row in found.texts]
    different = len(set(column))
    numbers = _numbers(column, found.decimal)
    if np.isnan(numbers).any():
        return "classes", f"classes: {describe_count(different)} different texts."
    whole = bool(np.all(numbers == np.rint(numbers)))
    if whole and different <= _MOST_CLASSES_OF_NUMBERS and len(column) >= _LEAST_IMAGES_IN_CLASS * different:
        return "classes", f"classes: {describe_count(different)} different whole numbers, each of them several times."
    words = "whole numbers that hardly repeat" if whole else "numbers with decimals"
    return "numbers", f"numbers (regression): {describe_count(different)} different {words}."


def read_classes(found: LabelledFiles) -> tuple[tuple[str, ...], np.ndarray]:
    """Return the names of the classes and the class of each image `(N,)`.

    Whole numbers are sorted by value, other names as texts.

    Arguments:
        found: images with labels, at least one.

    Raises `DataError` when there are several label columns.
    """
    if len(found.label_columns) > 1:
        raise DataError("Classes need one label column. Choose one, or choose numbers as labels.")
    column = [row[0] for row in found.texts]
    names = sorted(set(column))
    numbers = _numbers(names, found.decimal)
    if not np.isnan(numbers).any():
        names = [name for _, name in sorted(zip(numbers.tolist(), names, strict=True))]
    position = {name: index for index, name in enumerate(names)}
    return tuple(names), np.array([position[text] for text in column], np.int64)


def read_target_numbers(found: LabelledFiles) -> np.ndarray:
    """Return the target numbers `(N, columns)` float32.

    Arguments:
        found: images with labels, at least one.

    Raises `DataError` when a label is no number.
    """
    result = np.empty((len(found.texts), len(found.label_columns)), np.float32)
    for place, column in enumerate(found.label_columns):
        texts = [row[place] for row in found.texts]
        numbers = _numbers(texts, found.decimal)
        faulty = np.flatnonzero(~np.isfinite(numbers))
        if len(faulty):
            file, text = found.files[faulty[0]].name, texts[faulty[0]]
            raise DataError(
                f"The label '{show_path(text)}' of '{show_path(file)}' in the column '{show_path(column)}' is no "
                "number. Correct it, choose other label columns, or choose classes as labels."
            )
        result[:, place] = numbers
    return result


def describe_unmatched(found: LabelledFiles) -> list[str]:
    """Return sentences about labels without an image and images without a label.

    Arguments:
        found: the images of a table.
    """
    sentences = []
    if found.unmatched:
        sentences.append(
            f"{_count(found.unmatched, 'label matches', 'labels match')} no image: {_names(found.unmatched)}."
        )
    if found.unlabelled:
        sentences.append(
            f"{_count(found.unlabelled, 'image has', 'images have')} no label: {_names(found.unlabelled)}."
        )
    return sentences


def describe_repeated(found: LabelledFiles) -> list[str]:
    """Return a sentence about images that are in the table more than once, or nothing.

    Arguments:
        found: the images of a table.
    """
    if not found.repeated:
        return []
    rows = _count(found.repeated, "row names an image that has", "rows name images that have")
    return [
        f"{rows} a label already, and {'is' if len(found.repeated) == 1 else 'are'} left out: {_names(found.repeated)}."
    ]


def _numbers(texts: Sequence[str], mark: DecimalMark) -> np.ndarray:
    """Return texts as numbers; a text that is no finite number becomes NaN."""
    return read_floats([text if is_number(text, mark) else "nan" for text in texts], mark)


def _read(path: Path, index: FileIndex) -> TextTable:
    """Read the table. If a name of a column is the name of an image, the first row is no header."""
    table = read_text_table(path)
    if table.layout.has_names and any(index.find(name) for name in table.header):
        return read_text_table(path, LayoutSettings(names=False))
    if not table.layout.has_names and len(table.rows) > 1 and not any(map(index.find, table.rows[0])):
        return read_text_table(path, LayoutSettings(names=True))
    return table


def _matches(rows: Sequence[tuple[str, ...]], place: int, index: FileIndex) -> int:
    return sum(index.find(row[place]) is not None for row in rows[:_TRIED_ROWS])


def _file_place(table: TextTable, index: FileIndex, wanted: str, name: str) -> int:
    """Return the place of the column with the file names: the one whose values match most images."""
    if wanted:
        return _place(table.header, wanted, name)
    counts = [_matches(table.rows, place, index) for place in range(len(table.header))]
    if not any(counts):
        # Perhaps only the first rows match no image.
        counts = [sum(index.find(row[place]) is not None for row in table.rows) for place in range(len(counts))]
    if not any(counts):
        raise DataError(
            f"No column of '{name}' holds names of the images, such as '{show_path(index.example)}'. Correct the "
            "names, choose the column, or move the table away to use the images without labels."
        )
    return counts.index(max(counts))


def _place(header: Sequence[str], column: str, name: str) -> int:
    if column not in header:
        shown = ", ".join(f"'{show_path(text)}'" for text in header[:20])
        raise DataError(
            f"'{name}' has no column '{show_path(column)}'.{did_you_mean(column, header)} Its columns are: {shown}."
        )
    return header.index(column)


def _count(names: Sequence[str], one: str, more: str) -> str:
    return f"One {one}" if len(names) == 1 else f"{describe_count(len(names))} {more}"


def _names(names: Sequence[str]) -> str:
    return ", ".join(f"'{show_path(name)}'" for name in names[:_SHOWN]) + (", …" if len(names) > _SHOWN else "")
