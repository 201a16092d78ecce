"""Which layer types there are: every layer class in the files of `tinyml/layers`."""

import importlib
import inspect
import pkgutil
from functools import cache

from tinyml.layers.base.layer import Layer


@cache
def layer_types() -> dict[str, type[Layer]]:
    """Walk the folder and return every layer type by its name in files (`Layer.type_name`), sorted.

    Call `layer_types.cache_clear()` after adding a folder to `tinyml.layers.__path__`.

    >>> layer_types()["ReLu"].__name__
    'ReLU'
    """
    found: dict[str, type[Layer]] = {}
    package = importlib.import_module(__name__.rsplit(".", 2)[0])
    for module_info in pkgutil.iter_modules(package.__path__):
        if module_info.ispkg:  # a layer type is a file; `base` holds none
            continue
        module = importlib.import_module(f"{package.__name__}.{module_info.name}")
        for value in vars(module).values():
            # A class that the file only imports, and an abstract one, is no layer type of its own.
            is_layer = isinstance(value, type) and issubclass(value, Layer) and not inspect.isabstract(value)
            if is_layer and value.__module__ == module.__name__:
                found[value.type_name] = value
    return dict(sorted(found.items()))


def find_layer_type(name: str) -> type[Layer] | None:
    """Return the layer type of that name, in files or as a class; None when there is none.

    >>> find_layer_type("ReLu") is find_layer_type("ReLU")
    True
    """
    types = layer_types()
    return types.get(name) or next((each for each in types.values() if each.__name__ == name), None)


def display_name(type_name: str) -> str:
    """Return what people see of a layer type: the name of its class; an unknown type as it is.

    >>> display_name("ReLu"), display_name("Deconv2D"), display_name("Linear"), display_name("Attention")
    ('ReLU', 'ConvTranspose2D', 'Linear', 'Attention')
    """
    known = find_layer_type(type_name)
    return type_name if known is None else known.__name__
