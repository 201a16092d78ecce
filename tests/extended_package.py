"""A package of the framework with one more file, for as long as a test needs it."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType

THROWAWAYS = Path(__file__).parent / "architecture" / "throwaways"
"""Files that are written like those of the framework, but only tests add them."""


@contextmanager
def extended_package(
    package: ModuleType, folder: Path, file: str, source: str, clear_registry: Callable[[], None]
) -> Iterator[None]:
    """Add a folder with one file to a package, and remove it afterwards.

    Arguments:
        package: the package, such as `tinyml.losses`.
        folder: an empty folder.
        file: name of the file, such as "huber.py".
        source: content of the file.
        clear_registry: makes the registry of the package search its folders again.
    """
    (folder / file).write_text(source, encoding="utf-8")
    package.__path__.append(str(folder))
    clear_registry()
    try:
        yield
    finally:
        package.__path__.remove(str(folder))
        name = file.removesuffix(".py")
        sys.modules.pop(f"{package.__name__}.{name}", None)
        vars(package).pop(name, None)
        clear_registry()
