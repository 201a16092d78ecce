"""Images in class folders: one folder for each class, with any image files in it.

The layouts are in `tinyml.data.images.class_folders`. The names of the folders are the names of the classes. A flat
folder of images is a dataset without labels, which an autoencoder can learn.

`describe` lists the folder and reads the headers of some images. `load` decodes all images to bytes of one size, in
several threads, and keeps them in a cache on the disk.
"""

from pathlib import Path

import numpy as np

from tinyml.core import describe_count
from tinyml.core.files import path_kind, show_path
from tinyml.data.dataset import DataDescription, Dataset
from tinyml.data.images.class_folders import FoundImages, find_classes
from tinyml.data.images.listing import holds_image, list_images
from tinyml.data.images.loading import load_images
from tinyml.data.images.table_beside import holds_labels
from tinyml.data.readers.base import Reader, ReadRequest
from tinyml.data.readers.idx import holds_idx_files
from tinyml.data.readers.image_files import CommonForm, ImageOptions, common_form


def recognises_folder(path: Path) -> bool:
    """Return True if a path is a folder of images, without a table of labels and without IDX files.

    Raises `DataError` when the folder cannot be listed.
    """
    return path_kind(path) == "a folder" and holds_image(path) and not holds_labels(path) and not holds_idx_files(path)


def describe_folder(request: ReadRequest) -> DataDescription:
    """Describe the images of a folder from their names and some headers.

    Arguments:
        request: the folder, the options, the preprocessing and the progress.

    Raises `DataError` when there are no images, or none of those that were tried can be read.
    """
    found = _find(request)
    return _describe(request, found, common_form(request, request.path, found.files))


def load_folder(request: ReadRequest) -> Dataset:
    """Decode all images of a folder.

    Arguments:
        request: the folder, the options, the preprocessing and the progress.

    Shapes: inputs `(N, C, H, W)` bytes, labels `(N,)`.

    Raises `DataError`, as `describe_folder` does, and `BrokenFilesError` when images cannot be read.
    """
    found = _find(request)
    form = common_form(request, request.path, found.files)
    images = load_images(request.path, found.files, form.encoding, request.progress)
    labels = np.array(found.labels, np.int64)
    return Dataset(
        _describe(request, found, form),
        images,
        labels,
        divisor=form.encoding.divisor,
        stored_names=tuple(file.name for file in found.files),
    )


def _find(request: ReadRequest) -> FoundImages:
    options = request.options
    ignored = frozenset(options.ignored) if isinstance(options, ImageOptions) else frozenset()
    return find_classes(list_images(request.path, request.progress), ignored)


def _describe(request: ReadRequest, found: FoundImages, form: CommonForm) -> DataDescription:
    classes = len(found.class_names)
    description = DataDescription(
        name=str(request.path),
        title=form.title(request.path),
        example_shape=form.shape,
        class_names=found.class_names,
        count=len(found.files),
        about=f"{describe_count(len(found.files))} images from {show_path(request.path)}"
        + (f", in {describe_count(classes)} class folders." if classes else ", without labels.")
        + _own_parts(found),
        validation_count=found.validation_count,
        test_count=found.test_count,
        bytes_per_number=1,
        stamp=form.stamp,
        on_disk=form.on_disk,
        has_labels=bool(classes),
        encoding=form.encoding,
        default_scale="unit",
        recognised=form.recognised,
        findings=(*found.findings, *form.findings),
    )
    return description if classes else description.with_target("input")


def _own_parts(found: FoundImages) -> str:
    parts = [("validation", found.validation_count), ("test", found.test_count)]
    words = " and ".join(f"{describe_count(count)} of the {part} part" for part, count in parts if count)
    return f" They have their own parts: {words} at the end." if words else ""


IMAGE_FOLDER = Reader(
    name="image_folder",
    title="Image folder",
    source="a folder of images",
    help="A folder with one folder of images (PNG, JPEG, BMP, GIF, WebP or TIFF) for each class, such as cat and dog; "
    "or the folders train, validation and test with such folders in them. A folder of images alone has no labels.",
    recognises=recognises_folder,
    describe=describe_folder,
    load=load_folder,
    options=ImageOptions,
    checks_memory=True,
)
