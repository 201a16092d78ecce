"""Everything that the header of a file says, as text to read and to copy."""

import json
from typing import Any

from PySide6.QtCore import Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QPlainTextEdit, QVBoxLayout, QWidget

from app.models.reading.file_contents import FileContents
from app.widgets.plain_text import short, visible
from app.widgets.theme.theme import GRID
from tinyml.core import describe_count
from tinyml.core.tensor_reader import GraphSummary

_LONGEST = 200_000
"""More characters would make the dialog slow. The copy has all of them."""


def has_metadata(contents: FileContents) -> bool:
    """Return True if the header of a file says something beside its tensors.

    Arguments:
        contents: the file.
    """
    header = contents.header
    return bool(header.metadata or header.foreign_metadata or header.notes or header.graph)


def metadata_text(contents: FileContents) -> str:
    """Return what the header of a file says beside its tensors; empty if it says nothing.

    First come notes and the graph of operations in words, then the metadata as JSON: ours and those of other programs.

    Arguments:
        contents: the file.
    """
    header = contents.header
    paragraphs = ["\n".join(header.notes), _list_graph(header.graph) if header.graph is not None else ""]
    texts: dict[str, Any] = dict(header.foreign_metadata)
    if header.metadata:
        texts["tinyml"] = header.metadata
    if texts:
        paragraphs.append(json.dumps(texts, indent=2, ensure_ascii=False))
    return "\n\n".join(paragraph for paragraph in paragraphs if paragraph)


def _list_graph(graph: GraphSummary) -> str:
    """Return everything that is known of a graph, line by line."""
    lines = [f"Graph: {graph.name or 'without a name'}, {describe_count(graph.node_count, 'node')}"]
    lines += [f"Input: {value}" for value in graph.inputs]
    lines += [f"Output: {value}" for value in graph.outputs]
    lines += [f"Operation: {name} ({describe_count(count, 'node')})" for name, count in graph.operations.items()]
    return "\n".join(lines)


class MetadataDialog(QDialog):
    """Shows the metadata of a file.

    Arguments:
        contents: the file.
        parent: the page.
    """

    def __init__(self, contents: FileContents, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("models_metadata_dialog")
        self.setWindowTitle(f"Metadata of {short(contents.path.name)}")
        self._text = metadata_text(contents)
        self.view = QPlainTextEdit()
        self.view.setObjectName("models_metadata")
        self.view.setAccessibleName("Metadata of the file")
        self.view.setReadOnly(True)
        self.view.setPlainText(visible(self._text[:_LONGEST], keep_line_breaks=True))
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        copy = buttons.addButton("Copy", QDialogButtonBox.ButtonRole.ActionRole)
        copy.setObjectName("models_metadata_copy")
        copy.clicked.connect(self._on_clicked)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setSpacing(GRID)
        column.addWidget(self.view)
        column.addWidget(buttons)
        self.resize(80 * GRID, 60 * GRID)

    @Slot()
    def _on_clicked(self) -> None:
        QGuiApplication.clipboard().setText(self._text)
