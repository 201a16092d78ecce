"""Finds classes and parts in a listing: which folder is a class, and which is the training, validation or test part.

The layouts, for a folder `animals`:

- `animals/cat/…`, `animals/dog/…`: class folders. Images in folders below a class folder belong to the class.
- `animals/train/cat/…`, `animals/test/cat/…`: the data's own parts; also with `validation`.
- `animals/…`: images without classes, also in parts or in a single folder.

A folder that holds nothing but one folder, such as an unpacked archive, counts as that folder.
"""

import unicodedata
from dataclasses import dataclass

from tinyml.core import DataError, describe_count
from tinyml.core.files import show_path
from tinyml.data.images.listing import Folder, ImageFile, Listing

_PARTS = {
    "train": "train",
    "training": "train",
    "val": "validation",
    "valid": "validation",
    "validation": "validation",
    "test": "test",
    "testing": "test",
}
"""The names of the folders of parts, in lower case."""
_SHOWN = 3


@dataclass(frozen=True)
class FoundImages:
    """The images of a dataset in their order: the training part, then the validation part, then the test part.

    Attributes:
        files: the images.
        labels: the class of each image, as a position in `class_names`; empty if there are no classes.
        class_names: sorted; empty if there are no classes.
        validation_count, test_count: number of images in the data's own parts; 0 if it has no such part.
        findings: sentences for the user about images and files that are not used.
    """

    files: tuple[ImageFile, ...]
    labels: tuple[int, ...]
    class_names: tuple[str, ...]
    validation_count: int
    test_count: int
    findings: tuple[str, ...]


def find_classes(listing: Listing, ignored: frozenset[str] = frozenset()) -> FoundImages:
    """Find the classes and the parts of the images in a listing.

    Arguments:
        listing: the folder.
        ignored: names of images that are left out.

    Raises `DataError` when there are no images.
    """
    if not listing.root.count:
        raise DataError(
            "The folder holds no images (PNG, JPEG, BMP, GIF, WebP or TIFF). Choose a folder with one folder of images "
            "for each class."
        )
    findings: list[str] = []
    root = _unwrap(listing.root)
    parts = _own_parts(root) or {"train": [root]}
    classes = {part: _classes_of(folders) for part, folders in parts.items()}
    names = sorted(set(classes["train"]).union(*classes.values()))
    if len(names) > 1 and classes["train"]:
        stored = _with_classes(parts, classes, findings)
    else:
        stored = _without_classes(parts, names, findings)
        names = []
    stored = {part: [pair for pair in found if pair[1].name not in ignored] for part, found in stored.items()}
    if not any(stored.values()):
        raise DataError("All images of the folder are left out. Choose images that are used.")
    position = {name: index for index, name in enumerate(names)}
    ordered = [pair for part in ("train", "validation", "test") for pair in stored.get(part, [])]
    findings += _describe_left_out(listing)
    return FoundImages(
        files=tuple(file for _, file in ordered),
        labels=tuple(position[name] for name, _ in ordered) if names else (),
        class_names=tuple(names),
        validation_count=len(stored.get("validation", [])) if stored["train"] else 0,
        test_count=len(stored.get("test", [])) if stored["train"] else 0,
        findings=tuple(findings),
    )


def is_part_name(name: str) -> bool:
    """Return True if a folder of this name is the training, validation or test part.

    >>> is_part_name("Val"), is_part_name("dog")
    (True, False)
    """
    return name.lower() in _PARTS


_Pairs = list[tuple[str, ImageFile]]
"""Images with the name of their class, or with an empty text."""


def _unwrap(folder: Folder) -> Folder:
    """Return the only folder with images in a folder, if classes or parts can be in it."""
    while not folder.images:
        below = [inner for inner in folder.folders if inner.count]
        if len(below) != 1 or not any(inner.count for inner in below[0].folders):
            break
        if below[0].images and not is_part_name(below[0].label):
            break  # it is a class, with more images in folders below it
        folder = below[0]
    return folder


def _own_parts(root: Folder) -> dict[str, list[Folder]] | None:
    """Return the folders of each part; None if there are no parts. One class called "train" is no part."""
    below = [inner for inner in root.folders if inner.count]
    if root.images or not all(is_part_name(inner.label) for inner in below):
        return None
    parts: dict[str, list[Folder]] = {}
    for inner in below:
        parts.setdefault(_PARTS[inner.label.lower()], []).append(inner)
    return parts if "train" in parts and len(parts) > 1 else None


def _classes_of(folders: list[Folder]) -> dict[str, list[ImageFile]]:
    """Return the images of each class folder."""
    classes: dict[str, list[ImageFile]] = {}
    for folder in folders:
        for inner in folder.folders:
            if inner.count:
                classes.setdefault(_class_name(inner.label), []).extend(inner.all_images())
    return classes


def _class_name(label: str) -> str:
    """Return the name of a folder as text that every file format can hold. Systems compose accents differently."""
    text = label.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    return unicodedata.normalize("NFC", text)


def _with_classes(
    parts: dict[str, list[Folder]], classes: dict[str, dict[str, list[ImageFile]]], findings: list[str]
) -> dict[str, _Pairs]:
    stored: dict[str, _Pairs] = {}
    for part, folders in parts.items():
        loose = sum(len(folder.images) for folder in folders)
        if loose:
            where = "beside the class folders" if classes[part] else f"in '{folders[0].label}' without class folders"
            findings.append(
                f"{_images(loose)} {where} have no class and are left out. Move them into class folders to use them."
                if loose > 1
                else f"One image {where} has no class and is left out. Move it into a class folder to use it."
            )
        stored[part] = [(name, file) for name in sorted(classes[part]) for file in classes[part][name]]
        for folder in (inner for place in folders for inner in place.folders if not inner.count):
            findings.append(f"The folder '{show_path(folder.name)}' holds no images, so it is no class.")
    return stored


def _without_classes(parts: dict[str, list[Folder]], names: list[str], findings: list[str]) -> dict[str, _Pairs]:
    if len(names) == 1:
        findings.append(
            f"There is only one class folder, '{show_path(names[0])}', so there are no classes to tell apart. Add a "
            "folder for each other class, or learn the input itself (an autoencoder)."
        )
    else:
        findings.append(
            "The images are not in class folders, so they have no labels. Make a folder for each class, add a table of "
            "labels, or learn the input itself (an autoencoder)."
        )
    return {part: [("", file) for folder in folders for file in folder.all_images()] for part, folders in parts.items()}


def _describe_left_out(listing: Listing) -> list[str]:
    """Return findings about files and links that are not used."""
    findings = []
    others = listing.root.all_others()
    if others:
        shown = ", ".join(f"'{show_path(name)}'" for name in others[:_SHOWN]) + (", …" if len(others) > _SHOWN else "")
        findings.append(
            f"{describe_count(len(others))} files are no images and are left out: {shown}."
            if len(others) > 1
            else f"One file is no image and is left out: {shown}."
        )
    if listing.hidden:
        findings.append(
            f"{describe_count(listing.hidden)} hidden files or folders are left out."
            if listing.hidden > 1
            else "One hidden file or folder is left out."
        )
    if listing.repeated:
        shown = ", ".join(f"'{show_path(name)}'" for name in listing.repeated[:_SHOWN])
        findings.append(f"Links to folders that are read elsewhere are not followed: {shown}.")
    return findings


def _images(count: int) -> str:
    return f"{describe_count(count)} images"
