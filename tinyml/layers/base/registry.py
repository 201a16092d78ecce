"""The layer types: every layer class in the files of `tinyml/layers`."""

import inspect
from functools import cache

from tinyml.core.discovery import package_modules
from tinyml.core.suggestions import nearest
from tinyml.layers.base.layer import Layer


@cache
def layer_types() -> dict[str, type[Layer]]:
    """Import all files of the folder and return the layer types by their names in files (`Layer.type_name`), sorted.

    Call `layer_types.cache_clear()` after adding a folder to `tinyml.layers.__path__`.

    >>> layer_types()["ReLu"].__name__
    'ReLU'
    """
    found: dict[str, type[Layer]] = {}
    for module in package_modules("tinyml.layers"):
        for value in vars(module).values():
            # Imported classes and abstract classes are not layer types of this file.
            is_layer = isinstance(value, type) and issubclass(value, Layer) and not inspect.isabstract(value)
            if is_layer and value.__module__ == module.__name__:
                found[value.type_name] = value
    return dict(sorted(found.items()))


def find_layer_type(name: str) -> type[Layer] | None:
    """Return the layer type with this name, in files or as a class; None if there is none.

    >>> find_layer_type("ReLu") is find_layer_type("ReLU")
    True
    """
    types = layer_types()
    return types.get(name) or next((each for each in types.values() if each.__name__ == name), None)


def display_name(type_name: str) -> str:
    """Return the name of a layer type on screen: the name of its class. An unknown type keeps its name.

    >>> display_name("ReLu"), display_name("Deconv2D"), display_name("Linear"), display_name("Attention")
    ('ReLU', 'ConvTranspose2D', 'Linear', 'Attention')
    """
    known = find_layer_type(type_name)
    return type_name if known is None else known.__name__


def name_in_files(name: str) -> str:
    """Return the name of a layer type in files; an unknown type keeps its name.

    >>> name_in_files("ReLU"), name_in_files("ConvTranspose2D"), name_in_files("Attention")
    ('ReLu', 'Deconv2D', 'Attention')
    """
    known = find_layer_type(name)
    return name if known is None else known.type_name


def nearest_layer_type(name: str) -> str:
    """Return the name, as on screen, of the layer type with the most similar name; empty if none is similar enough.

    >>> nearest_layer_type("relu"), nearest_layer_type("Deconv2d"), nearest_layer_type("Attention")
    ('ReLU', 'ConvTranspose2D', '')
    """
    in_files = layer_types()
    found = nearest(name, [*in_files, *(each.__name__ for each in in_files.values())])
    return display_name(found)
