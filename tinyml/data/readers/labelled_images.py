"""Images in one folder with a table of labels: one row for each image, as a CSV or TSV file.

The images may be in a folder below. The column whose values are names of images, with or without suffix, names the
files; the first other column is the label. Several label columns are target numbers (regression).
"""

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import numpy as np
from pydantic import Field

from tinyml.core import DataError, describe_count
from tinyml.core.files import path_kind, show_path
from tinyml.data.dataset import DataDescription, Dataset
from tinyml.data.images.file_index import FileIndex
from tinyml.data.images.label_table import (
    LabelKind,
    LabelledFiles,
    LabelSettings,
    count_matches,
    describe_repeated,
    describe_unmatched,
    label_kind,
    match_labels,
    read_classes,
    read_target_numbers,
)
from tinyml.data.images.listing import Listing, list_images
from tinyml.data.images.loading import load_images
from tinyml.data.images.table_beside import holds_labels, is_table_name
from tinyml.data.readers.base import Reader, ReadRequest
from tinyml.data.readers.idx import holds_idx_files
from tinyml.data.readers.image_files import ImageOptions, common_form
from tinyml.data.tables.text_file import read_stamp

_MOST_TABLES = 20
_Column = Annotated[str, Field(max_length=10_000)]


class LabelledImageOptions(ImageOptions):
    """The options of images with a table of labels.

    Attributes:
        table: name of the table; empty for the one that names the most images.
        file_column, label_columns: names of columns; empty for automatic.
        labels: what the labels are.
        leave_out_unmatched: True to use only images with a label.
    """

    table: Annotated[
        str,
        Field(
            max_length=1000,
            title="Table of labels",
            description="The CSV or TSV file with the labels. Empty: the file that names the most images.",
        ),
    ] = ""
    file_column: Annotated[
        _Column,
        Field(
            title="File column",
            description="The column with the names of the images. Empty: the column whose values are such names.",
        ),
    ] = ""
    label_columns: Annotated[
        tuple[_Column, ...],
        Field(
            max_length=1000,
            title="Label columns",
            description="The columns with the labels; several are target numbers. Empty: the first other column.",
        ),
    ] = ()
    labels: Annotated[
        LabelKind,
        Field(title="Labels", description="What the labels are: classes, or numbers (regression)."),
    ] = "automatic"
    leave_out_unmatched: Annotated[
        bool,
        Field(
            title="Leave out what has no partner",
            description="Leave out images without a label, and labels without an image.",
        ),
    ] = False


def recognises_folder(path: Path) -> bool:
    """Return True if a path is a folder with images and a table of labels, and no IDX files.

    Raises `DataError` when the folder cannot be listed.
    """
    return path_kind(path) == "a folder" and holds_labels(path) and not holds_idx_files(path)


def describe_folder(request: ReadRequest) -> DataDescription:
    """Describe the images from the table, their names and some headers.

    Arguments:
        request: the folder, the options, the preprocessing and the progress.

    Raises `DataError` when the table cannot be read or names no image, or when no image can be read.
    """
    return _Contents(request).description


def load_folder(request: ReadRequest) -> Dataset:
    """Decode all images that have a label.

    Arguments:
        request: the folder, the options, the preprocessing and the progress.

    Shapes: inputs `(N, C, H, W)` bytes; labels `(N,)`, or target numbers `(N, columns)`.

    Raises `DataError`, as `describe_folder` does, and when labels match no image or images have no label and the
    options do not leave them out; `BrokenFilesError` when images cannot be read.
    """
    contents = _Contents(request)
    unmatched = describe_unmatched(contents.found)
    if unmatched and not contents.options.leave_out_unmatched:
        raise DataError(" ".join([*unmatched, _REMEDY]))
    images = load_images(request.path, contents.found.files, contents.form.encoding, request.progress)
    return Dataset(
        contents.description,
        images,
        contents.labels,
        stored_targets=contents.numbers,
        divisor=contents.form.encoding.divisor,
        stored_names=tuple(file.name for file in contents.found.files),
    )


_REMEDY = "Correct the table, or set the option “Leave out what has no partner”."


class _Contents:
    """Everything that is known about a folder without decoding its images."""

    def __init__(self, request: ReadRequest) -> None:
        options = request.options
        self.options = options if isinstance(options, LabelledImageOptions) else LabelledImageOptions()
        listing = list_images(request.path, request.progress)
        self.table, self.tables = _choose_table(request.path, listing, self.options.table)
        settings = LabelSettings(self.options.file_column, self.options.label_columns, self.options.labels)
        self.stamp = "{} {}".format(*read_stamp(request.path / self.table))
        found = match_labels(request.path / self.table, listing.root.all_images(), settings)
        self.found = _without(found, frozenset(self.options.ignored))
        if not self.found.files:
            raise DataError(
                f"No image has a label in '{show_path(self.table)}'. {' '.join(describe_unmatched(found))} Choose "
                "other columns, or correct the table."
            )
        self.kind, self.kind_words = label_kind(self.found, self.options.labels)
        self.class_names: tuple[str, ...] = ()
        self.labels, self.numbers = np.zeros(0, np.int64), None
        if self.kind == "classes":
            self.class_names, self.labels = read_classes(self.found)
        else:
            self.numbers = read_target_numbers(self.found)
        self.form = common_form(request, request.path, self.found.files)
        self.description = self._describe(request.path)

    def _describe(self, path: Path) -> DataDescription:
        found, header = self.found, self.found.header
        columns = ", ".join(f"'{show_path(column)}'" for column in found.label_columns)
        numbers = self.numbers is not None
        description = DataDescription(
            name=str(path),
            title=self.form.title(path),
            example_shape=self.form.shape,
            class_names=self.class_names,
            count=len(found.files),
            about=f"{describe_count(len(found.files))} images from {show_path(path)}, with labels from "
            f"'{show_path(self.table)}'.",
            target_shape=(len(found.label_columns),) if numbers else None,
            bytes_per_number=1,
            stamp=f"{self.form.stamp} {self.stamp}",
            on_disk=self.form.on_disk,
            encoding=self.form.encoding,
            default_scale="unit",
            default_scale_targets="standardise" if numbers else "none",
            target_names=found.label_columns if numbers else (),
            recognised=(*self._recognised(columns), *self.form.recognised),
            option_choices=(("table", self.tables), ("file_column", header), ("label_columns", header)),
            findings=(*self._findings(), *self.form.findings),
        )
        if len(self.class_names) != 1:
            return description
        return replace(description, has_labels=False).with_target("input")

    def _recognised(self, columns: str) -> list[tuple[str, str]]:
        """Return what is automatic, in words."""
        options, found = self.options, self.found
        words = []
        if not options.table:
            words.append(("table", f"'{show_path(self.table)}'"))
        if not options.file_column:
            words.append(("file_column", f"'{show_path(found.file_column)}', whose values are names of images."))
        if not options.label_columns:
            words.append(("label_columns", f"{columns}, the first other column."))
        if self.kind_words:
            words.append(("labels", self.kind_words))
        return words

    def _findings(self) -> list[str]:
        found = self.found
        unmatched = describe_unmatched(found)
        if unmatched:
            unmatched.append("They are left out." if self.options.leave_out_unmatched else _REMEDY)
        findings = [" ".join(unmatched)] if unmatched else []
        findings += describe_repeated(found)
        if len(self.class_names) == 1:
            findings.append(
                f"All images have the label '{show_path(self.class_names[0])}', so there are no classes to tell apart. "
                "Choose another label column, or learn the input itself (an autoencoder)."
            )
        return findings


def _choose_table(path: Path, listing: Listing, wanted: str) -> tuple[str, tuple[str, ...]]:
    """Return the name of the table, and the names of all tables beside the images."""
    tables = tuple(name for name in listing.root.others if is_table_name(name))
    if wanted:
        if wanted not in tables:
            shown = ", ".join(f"'{show_path(name)}'" for name in tables[:_MOST_TABLES]) or "none"
            raise DataError(f"There is no table '{show_path(wanted)}' in '{show_path(path)}'. Tables are: {shown}.")
        return wanted, tables
    if not tables or not listing.root.count:
        raise DataError(
            f"'{show_path(path)}' does not hold images and a table of their labels (CSV or TSV) any more. Choose "
            "another folder."
        )
    if len(tables) == 1:
        return tables[0], tables
    index = FileIndex(listing.root.all_images())
    counts = [count_matches(path / name, index) for name in tables[:_MOST_TABLES]]
    return tables[counts.index(max(counts))], tables


def _without(found: LabelledFiles, ignored: frozenset[str]) -> LabelledFiles:
    """Leave out the images that the user leaves out."""
    kept = [place for place, file in enumerate(found.files) if file.name not in ignored]
    return replace(
        found,
        files=tuple(found.files[place] for place in kept),
        texts=tuple(found.texts[place] for place in kept),
        unlabelled=tuple(name for name in found.unlabelled if name not in ignored),
    )


LABELLED_IMAGES = Reader(
    name="labelled_images",
    title="Images with a table of labels",
    source="a CSV of labels with its images",
    help="A folder of images with a CSV or TSV file beside them that has a row for each image: its name and its label, "
    "or several numbers.",
    recognises=recognises_folder,
    describe=describe_folder,
    load=load_folder,
    options=LabelledImageOptions,
    checks_memory=True,
)
