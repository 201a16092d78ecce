"""What the readers of image files share: the form of the images, and its reasons."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import Annotated

from pydantic import Field

from tinyml.core import Shape
from tinyml.core.files import show_path
from tinyml.data.images.listing import ImageFile, files_stamp
from tinyml.data.images.room import describe_file, needs_file
from tinyml.data.images.samples import choose_channels, choose_size, sample_images
from tinyml.data.options import SourceOptions
from tinyml.data.preprocessing import ImageEncoding
from tinyml.data.readers.base import ReadRequest

_MOST_IGNORED = 1_000_000


class ImageOptions(SourceOptions):
    """The options of all readers of image files.

    Attributes:
        ignored: names of image files that are left out, relative to the folder, with "/" between the parts.
    """

    ignored: Annotated[
        tuple[str, ...],
        Field(
            max_length=_MOST_IGNORED,
            title="Left out",
            description="Image files that are not used, such as damaged ones: their paths inside the folder.",
        ),
    ] = ()


@dataclass(frozen=True)
class CommonForm:
    """The form that all images of a dataset get.

    Attributes:
        encoding: size, rule and channels.
        recognised: what is automatic, in words: pairs of a setting and words.
        findings: sentences for the user.
        stamp: changes when an image changes, see `files_stamp`.
        on_disk: True if the bytes do not fit into the free memory.
    """

    encoding: ImageEncoding
    recognised: tuple[tuple[str, str], ...]
    findings: tuple[str, ...]
    stamp: str
    on_disk: bool

    @property
    def shape(self) -> Shape:
        """Shape of one example: channels, height, width."""
        return self.encoding.channels, self.encoding.height, self.encoding.width

    def title(self, folder: Path) -> str:
        """Return the title of the data in a folder."""
        return f"{show_path(folder.resolve().name or folder)} {self.encoding.height}×{self.encoding.width}"


def common_form(request: ReadRequest, folder: Path, files: Sequence[ImageFile]) -> CommonForm:
    """Choose the form of some images from their headers and the preprocessing that the user wants.

    Arguments:
        request: the preprocessing and the progress.
        folder: the folder that the names of the files start from.
        files: the images, at least one.

    Raises `DataError` when no header can be read.
    """
    wanted = request.preprocessing
    samples = sample_images(folder, files, request.progress)
    (height, width), size_words = choose_size(samples, wanted.size)
    channels, colour_words = choose_channels(samples, wanted.colour)
    encoding = ImageEncoding(
        height=height, width=width, channels=1 if channels == 1 else 3, resize=wanted.resize, divisor=255
    )
    findings = []
    if samples.broken:
        findings.append(
            f"{len(samples.broken)} of {samples.count} images that were tried cannot be read. Loading names all of "
            f"them. The first: {samples.broken[0]}"
        )
    size = len(files) * prod((channels, height, width))
    on_disk = needs_file(size)
    if on_disk:
        findings.append(describe_file(size))
    recognised = [("size", size_words), ("colour", colour_words)]
    return CommonForm(
        encoding, tuple(pair for pair in recognised if pair[1]), tuple(findings), files_stamp(files), on_disk
    )
