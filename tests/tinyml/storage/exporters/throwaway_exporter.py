"""An exporter of text files that only tests add to the package: one file in a temporary folder."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import tinyml.storage.exporters as package
from tinyml.storage.exporters import exporters

SOURCE = '''
"""Export the names and sizes of the tensors as text."""

from tinyml.core.files import write_atomically
from tinyml.storage.exporters.base import Exporter


def export_names(path, net, about):
    lines = [f"{name} {tensor.size}" for name, tensor in net.named_tensors.items()]
    write_atomically(path, "\\n".join([about.data.source, *lines]).encode())


NAMES = Exporter("a-names", "List of tensors", "txt", "names and 100 % of the sizes", export_names)
'''


@contextmanager
def text_exporter(folder: Path) -> Iterator[None]:
    """Add a folder with one more exporter file to the package, and take it away again."""
    (folder / "names.py").write_text(SOURCE, encoding="utf-8")
    package.__path__.append(str(folder))
    exporters.cache_clear()
    try:
        yield
    finally:
        package.__path__.remove(str(folder))
        sys.modules.pop("tinyml.storage.exporters.names", None)
        vars(package).pop("names", None)
        exporters.cache_clear()
