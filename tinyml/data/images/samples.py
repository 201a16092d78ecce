"""Looks at the headers of some images, and chooses the size and the colours of a dataset."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from tinyml.core import DataError, describe_count
from tinyml.data.images.encode import has_colour, upright_size
from tinyml.data.images.listing import ImageFile
from tinyml.data.images.opening import open_image

MOST_SAMPLES = 200
"""The number of headers that are read. On a warm disk this takes about 20 ms."""
LARGEST_AUTOMATIC_SIDE = 64
AUTOMATIC_SIZE = (32, 32)
_REPORT_EVERY = 10


@dataclass(frozen=True)
class Samples:
    """What the headers of some images say.

    Attributes:
        count: number of headers that were read.
        smallest, largest: the sizes (height, width) with the fewest and the most pixels.
        same_size: True if all of them have the same size.
        colour: True if an image can have colours.
        broken: a sentence for each header that cannot be read.
        are_all: True if these are all images, not only a sample.
    """

    count: int
    smallest: tuple[int, int]
    largest: tuple[int, int]
    same_size: bool
    colour: bool
    broken: tuple[str, ...]
    are_all: bool


def sample_images(
    folder: Path, files: Sequence[ImageFile], progress: Callable[[float], None], most: int = MOST_SAMPLES
) -> Samples:
    """Read the headers of some images, evenly spread over all.

    Arguments:
        folder: the folder of the dataset.
        files: all images, at least one.
        progress: called from time to time with 0. An exception from it cancels the work.
        most: the most headers.

    Raises `DataError` when none of them can be read.
    """
    chosen = sorted({index * len(files) // most for index in range(most)}) if len(files) > most else range(len(files))
    sizes: list[tuple[int, int]] = []
    broken: list[str] = []
    colour = False
    for number, index in enumerate(chosen):
        if number % _REPORT_EVERY == 0:
            progress(0.0)
        try:
            with open_image(folder / files[index].name) as image:
                sizes.append(upright_size(image))
                colour = colour or has_colour(image)
        except DataError as error:
            broken.append(str(error))
    if not sizes:
        raise DataError(
            f"None of {describe_count(len(broken))} images that were tried can be read. The first: {broken[0]}"
        )
    sizes_by_area = sorted(sizes, key=lambda size: (size[0] * size[1], size))
    return Samples(
        count=len(chosen),
        smallest=sizes_by_area[0],
        largest=sizes_by_area[-1],
        same_size=len(set(sizes)) == 1,
        colour=colour,
        broken=tuple(broken),
        are_all=len(chosen) == len(files),
    )


def choose_size(samples: Samples, size: tuple[int, int] | None) -> tuple[tuple[int, int], str]:
    """Return height and width of all images, and the reason in words; the words are empty if `size` is given.

    Arguments:
        samples: of the images.
        size: the size that the user chose; None for automatic.
    """
    if size is not None:
        return size, ""
    of = "all images" if samples.are_all else f"all of {samples.count} sampled images"
    height, width = samples.largest
    if samples.same_size and max(height, width) <= LARGEST_AUTOMATIC_SIDE:
        return (height, width), f"{height}×{width} pixels (height × width), as {of} have."
    chosen = f"{AUTOMATIC_SIZE[0]}×{AUTOMATIC_SIZE[1]} pixels (height × width)"
    if samples.same_size:
        return AUTOMATIC_SIZE, f"{chosen}, because {height}×{width}, as {of} have, is slow to train."
    low, high = ("×".join(map(str, size)) for size in (samples.smallest, samples.largest))
    return AUTOMATIC_SIZE, f"{chosen}, because the images have different sizes, such as {low} and {high}."


def choose_channels(samples: Samples, colour: str) -> tuple[int, str]:
    """Return the number of channels, and the reason in words; the words are empty if the user chose.

    Arguments:
        samples: of the images.
        colour: "automatic", "grey" or "colour".
    """
    if colour != "automatic":
        return (1 if colour == "grey" else 3), ""
    of = "images" if samples.are_all else f"{samples.count} sampled images"
    if samples.colour:
        return 3, f"colour, because at least one of the {of} has colours."
    return 1, f"grey, because none of the {of} has colours."
