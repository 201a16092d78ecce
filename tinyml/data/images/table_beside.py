"""Recognises a folder of images that has a table of labels beside them."""

import os
import re
from pathlib import Path

from tinyml.core import DataError, StorageError
from tinyml.core.files import open_for_reading, show_path
from tinyml.data.images.class_folders import is_part_name
from tinyml.data.images.listing import SUFFIXES, holds_image, is_image_name

_TABLES = (".csv", ".tsv")
_MOST_ENTRIES = 1_000_000
_PREFIX = 4096
_IMAGE_NAME = re.compile(
    rb"[^\s,;\"']\.(" + b"|".join(re.escape(suffix[1:].encode()) for suffix in sorted(SUFFIXES)) + rb")\b",
    re.IGNORECASE,
)


def is_table_name(name: str) -> bool:
    """Return True if a file name ends as those of tables of labels do.

    >>> is_table_name("labels.CSV"), is_table_name("notes.txt")
    (True, False)
    """
    return name.lower().endswith(_TABLES) and not name.startswith(".")


def holds_labels(path: Path) -> bool:
    """Return True if a folder holds a table and images that belong to it.

    Two or more folders of images, which are no parts such as "train", are classes, even if there is a table. Images in
    the folder itself, or directly in a folder below, belong to the table; others only if the table names image files.

    Arguments:
        path: the folder.

    Raises `DataError` when the folder cannot be listed.
    """
    tables, folders, images = _look(path)
    if not tables:
        return False
    below = []
    for folder in folders:
        if holds_image(folder):
            below.append(folder)
            if sum(not is_part_name(found.name) for found in below) > 1:
                return False
    if images or any(_look(folder)[2] for folder in below):
        return True
    return bool(below) and any(_names_images(table) for table in tables)


def _look(path: Path) -> tuple[list[Path], list[Path], bool]:
    """Return the tables and the folders in a folder, and True if it holds images."""
    tables: list[Path] = []
    folders: list[Path] = []
    images = False
    try:
        with os.scandir(path) as entries:
            for number, entry in enumerate(entries):
                if number >= _MOST_ENTRIES:
                    break
                if entry.name.startswith("."):
                    continue
                if is_image_name(entry.name):
                    images = True
                elif is_table_name(entry.name):
                    tables.append(Path(entry.path))
                elif entry.is_dir():
                    folders.append(Path(entry.path))
    except OSError as error:
        raise DataError(f"Could not read the folder '{show_path(path)}': {error.strerror or error}.") from error
    return tables, folders, images


def _names_images(table: Path) -> bool:
    try:
        with open_for_reading(table) as file:
            return _IMAGE_NAME.search(file.read(_PREFIX)) is not None
    except (OSError, StorageError):
        return False
