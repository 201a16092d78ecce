"""The downloaded datasets: what they are, how large they are, and how to delete them."""

from dataclasses import dataclass

from tinyml.core import DataError
from tinyml.core.suggestions import did_you_mean
from tinyml.data.public import PublicSet, public_sets


@dataclass(frozen=True)
class CachedSet:
    """A public set of which there is something in the cache.

    Attributes:
        name: of the set, as in `load`.
        title: name on screen.
        size: bytes in the cache.
        complete: False if its download was interrupted.
    """

    name: str
    title: str
    size: int
    complete: bool


def cache_contents() -> tuple[CachedSet, ...]:
    """Return the public sets in `cache_folder()`, complete or not."""
    found = [CachedSet(public.name, public.title, public.received, public.is_downloaded) for public in _all()]
    return tuple(entry for entry in found if entry.size)


def clear_cache(name: str = "") -> int:
    """Delete downloaded sets and return how many bytes that freed. Other files in the folder stay.

    Arguments:
        name: of one set; empty for all of them.

    Raises `DataError` when there is no such set or a file cannot be deleted.

    >>> clear_cache("mnits")
    Traceback (most recent call last):
    tinyml.core.errors.DataError: There is no public set 'mnits'. Did you mean 'mnist'?
    """
    if name and name not in public_sets():
        raise DataError(f"There is no public set '{name}'.{did_you_mean(name, public_sets())}")
    return sum(public.clear() for public in _all() if name in ("", public.name))


def _all() -> tuple[PublicSet, ...]:
    return tuple(public_sets().values())
