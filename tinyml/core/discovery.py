"""Find what the files of a package define. So one new file is enough for a new layer, loss or file format."""

import importlib
import pkgutil
from collections.abc import Iterator
from types import ModuleType
from typing import TypeVar

Kind = TypeVar("Kind")


def package_modules(package: str) -> Iterator[ModuleType]:
    """Import every file of a package, in alphabetical order, and yield the modules. Subpackages are left out.

    Arguments:
        package: full name of an imported package. Folders that were added to its `__path__` are searched too.

    >>> [module.__name__ for module in package_modules("tinyml.optims") if module.__name__.endswith("adam")]
    ['tinyml.optims.adam']
    """
    for module_info in pkgutil.iter_modules(importlib.import_module(package).__path__):
        if not module_info.ispkg:
            yield importlib.import_module(f"{package}.{module_info.name}")


def package_instances(package: str, kind: type[Kind]) -> list[Kind]:
    """Return every object of type `kind` that a file of a package assigns to a global name.

    Arguments:
        package: full name of an imported package.
        kind: class of the objects.

    >>> from tinyml.optims.base import OptimizerDescription
    >>> [description.name for description in package_instances("tinyml.optims", OptimizerDescription)]
    ['adam', 'adamw', 'rmsprop', 'sgd']
    """
    return [value for module in package_modules(package) for value in vars(module).values() if isinstance(value, kind)]
