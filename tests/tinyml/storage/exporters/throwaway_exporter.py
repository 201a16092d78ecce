"""An exporter of text files that only tests add to the package."""

from contextlib import AbstractContextManager
from pathlib import Path

import tinyml.storage.exporters as package
from tests.extended_package import THROWAWAYS, extended_package
from tinyml.storage.exporters import exporters


def text_exporter(folder: Path) -> AbstractContextManager[None]:
    """Add a folder with one more exporter file to the package; remove it at the end."""
    source = (THROWAWAYS / "names.py").read_text(encoding="utf-8")
    return extended_package(package, folder, "names.py", source, exporters.cache_clear)
