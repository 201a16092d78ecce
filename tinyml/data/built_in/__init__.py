"""Every dataset that comes with the project: one file each, found by walking this folder.

To add a built-in set, add a file that holds a `BuiltInSet`. `built_in_sets()` finds it.
"""

from functools import cache

from tinyml.core.discovery import package_instances
from tinyml.data.built_in.base import BuiltInSet

__all__ = ["BuiltInSet", "built_in_sets"]


@cache
def built_in_sets() -> dict[str, BuiltInSet]:
    """Walk the folder and return every built-in set by its name, sorted by title.

    >>> built_in_sets()["circle"].description.count
    1000
    """
    found = sorted(package_instances(__name__, BuiltInSet), key=lambda entry: entry.description.title)
    return {entry.description.name: entry for entry in found}
