"""Every file format that a trained network can be exported to: one file each, found by walking this folder.

An exporter file holds an `Exporter`. See `tinyml.storage.exporters.base` for what it must know.
"""

from functools import cache
from pathlib import Path

from tinyml.core import StorageError
from tinyml.core.discovery import package_instances
from tinyml.core.files import show_path
from tinyml.core.suggestions import did_you_mean
from tinyml.storage.exporters.base import Exporter, Preview, Progress

__all__ = ["DEFAULT_EXPORTER", "Exporter", "Preview", "Progress", "exporter_of", "exporters", "find_exporter"]

DEFAULT_EXPORTER = "safetensors"
"""The first in every list: TinyML opens its files again."""


@cache
def exporters() -> dict[str, Exporter]:
    """Walk the folder and return every exporter by its name: first the default, then the others, sorted.

    Call `exporters.cache_clear()` after adding a folder to `tinyml.storage.exporters.__path__`.

    >>> exporters()["safetensors"].suffix
    'safetensors'
    """
    found = package_instances(__name__, Exporter)
    found.sort(key=lambda exporter: (exporter.name != DEFAULT_EXPORTER, exporter.name))
    return {exporter.name: exporter for exporter in found}


def find_exporter(name: str) -> Exporter:
    """Return the exporter of that name.

    Raises `StorageError`, with the names that exist, if there is no such exporter.

    >>> find_exporter("safetensor")
    Traceback (most recent call last):
    tinyml.core.errors.StorageError: There is no export format 'safetensor'. Did you mean 'safetensors'? There are: ...
    """
    known = exporters()
    if name not in known:
        raise StorageError(
            f"There is no export format '{show_path(name)}'.{did_you_mean(name, known)} There are: {', '.join(known)}."
        )
    return known[name]


def exporter_of(path: Path) -> Exporter:
    """Return the only exporter whose suffix the path has; the default exporter if no suffix fits.

    Raises `StorageError`, with their names, if several exporters have the suffix of the path.

    >>> exporter_of(Path("lenet.SAFETENSORS")).name
    'safetensors'
    """
    suffix = path.suffix.lower().lstrip(".")
    found = [exporter for exporter in exporters().values() if suffix and exporter.suffix == suffix]
    if len(found) > 1:
        names = ", ".join(exporter.name for exporter in found)
        raise StorageError(f"Several export formats end in '.{suffix}': {names}. Choose one of them by its name.")
    return found[0] if found else exporters()[DEFAULT_EXPORTER]
