"""The cache of data: downloaded sets and decoded images, how large they are, and how to delete them."""

from dataclasses import dataclass

from tinyml.core import DataError
from tinyml.core.suggestions import did_you_mean
from tinyml.data.images.byte_cache import clear_image_cache, image_cache_size
from tinyml.data.public import PublicSet, public_sets

DECODED_IMAGES = "images"
"""Name of the decoded images in the cache. No public set has this name."""


@dataclass(frozen=True)
class CachedSet:
    """A public set of which there is something in the cache, or all decoded images of the user's own folders.

    Attributes:
        name: of the set, as in `load`; `DECODED_IMAGES` for decoded images.
        title: name on screen.
        size: bytes in the cache.
        complete: False if its download was interrupted.
    """

    name: str
    title: str
    size: int
    complete: bool


def cache_contents() -> tuple[CachedSet, ...]:
    """Return the public sets in `cache_folder()`, complete or not, and the decoded images."""
    found = [CachedSet(public.name, public.title, public.received, public.is_downloaded) for public in _all()]
    found.append(CachedSet(DECODED_IMAGES, "Decoded images of your folders", image_cache_size(), complete=True))
    return tuple(entry for entry in found if entry.size)


def clear_cache(name: str = "") -> int:
    """Delete downloaded sets and decoded images, and return how many bytes that freed. Other files stay.

    Arguments:
        name: of one set, or `DECODED_IMAGES`; empty for all of them.

    Raises `DataError` when there is no such set or a file cannot be deleted.

    >>> clear_cache("mnits")
    Traceback (most recent call last):
    tinyml.core.errors.DataError: There is no public set 'mnits'. Did you mean 'mnist'?
    """
    known = (*public_sets(), DECODED_IMAGES)
    if name and name not in known:
        raise DataError(f"There is no public set '{name}'.{did_you_mean(name, known)}")
    freed = sum(public.clear() for public in _all() if name in ("", public.name))
    return freed + (clear_image_cache() if name in ("", DECODED_IMAGES) else 0)


def _all() -> tuple[PublicSet, ...]:
    return tuple(public_sets().values())
