"""Every public dataset that can be downloaded: one file each, found by walking this folder.

To add a public set, add a file that holds a `PublicSet`. `public_sets()` finds it.
"""

from functools import cache

from tinyml.core.discovery import package_instances
from tinyml.data.public.base import PublicSet

__all__ = ["PublicSet", "public_sets"]


@cache
def public_sets() -> dict[str, PublicSet]:
    """Walk the folder and return every public set by its name, sorted by the size of its download.

    >>> {name: public.description.count for name, public in public_sets().items()}
    {'mnist': 70000, 'fashion-mnist': 70000, 'cifar-10': 60000}
    """
    found = sorted(package_instances(__name__, PublicSet), key=lambda public: public.download_size)
    return {public.name: public for public in found}
