"""Every dataset that comes with the project: one file each, found by walking this folder.

To add a built-in set, add a file that holds a `BuiltInSet`. `built_in_sets()` finds it.
"""

import importlib
import pkgutil
from functools import cache

from tinyml.data.built_in.base import BuiltInSet

__all__ = ["BuiltInSet", "built_in_sets"]


@cache
def built_in_sets() -> dict[str, BuiltInSet]:
    """Walk the folder and return every built-in set by its name, sorted by title.

    >>> built_in_sets()["circle"].description.count
    1000
    """
    found: list[BuiltInSet] = []
    for module_info in pkgutil.iter_modules(__path__):
        module = importlib.import_module(f"{__name__}.{module_info.name}")
        found.extend(value for value in vars(module).values() if isinstance(value, BuiltInSet))
    return {entry.description.name: entry for entry in sorted(found, key=lambda entry: entry.description.title)}
