"""Which layer types there are: every layer class in the files of this folder."""

import importlib
import inspect
import pkgutil
from functools import cache

from tinyml.layers.base import Layer


@cache
def layer_types() -> dict[str, type[Layer]]:
    """Walk the folder and return every layer type by its name, sorted.

    Call `layer_types.cache_clear()` after adding a folder to `tinyml.layers.__path__`.

    >>> layer_types()["ReLu"].__name__
    'ReLu'
    """
    found: dict[str, type[Layer]] = {}
    package = importlib.import_module(__name__.rpartition(".")[0])
    for module_info in pkgutil.iter_modules(package.__path__):
        module = importlib.import_module(f"{package.__name__}.{module_info.name}")
        for value in vars(module).values():
            # A class that the file only imports, and an abstract one, is no layer type of its own.
            is_layer = isinstance(value, type) and issubclass(value, Layer) and not inspect.isabstract(value)
            if is_layer and value.__module__ == module.__name__:
                found[value.__name__] = value
    return dict(sorted(found.items()))
