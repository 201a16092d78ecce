"""The dialogs that ask for a folder or a file of data."""

from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QWidget

from app.document import Document
from app.document.data_filters import data_name_filters
from tinyml.data import known_names
from tinyml.data.readers import describe_sources, readers


def ask_for_source(owner: QWidget, document: Document, folders: bool) -> str:
    """Ask for a folder or a file of data. Return its path, or an empty text for cancel.

    Arguments:
        owner: the widget that the dialog belongs to.
        document: the dialog starts where its data is.
        folders: ask for a folder; else for a file.
    """
    source = document.project.data.source
    # A source without description may be on a network that does not answer. The dialog would wait for it.
    known = document.data is not None and source not in known_names()
    start = source if known else str(Path.home())
    title = f"Choose {describe_sources(reader for reader in readers().values() if reader.reads_folder == folders)}"
    if folders:
        return QFileDialog.getExistingDirectory(owner, title, start)
    chosen, _ = QFileDialog.getOpenFileName(owner, title, start, ";;".join([*data_name_filters(), "All files (*)"]))
    return chosen
