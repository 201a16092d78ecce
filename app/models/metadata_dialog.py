"""Everything that the header of a file says, as text to read and to copy."""

import json

from PySide6.QtCore import Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QPlainTextEdit, QVBoxLayout, QWidget

from app.models.reading.file_contents import FileContents
from app.widgets.plain_text import short, visible
from app.widgets.theme.theme import GRID

_LONGEST = 200_000
"""More characters would make the dialog slow. The copy has all of them."""


def metadata_text(contents: FileContents) -> str:
    """Return the metadata of a file as JSON, ours and those of other programs.

    Arguments:
        contents: the file.
    """
    header = contents.header
    texts = dict(header.foreign_metadata)
    if header.metadata:
        return json.dumps({**texts, "tinyml": header.metadata}, indent=2, ensure_ascii=False)
    return json.dumps(texts, indent=2, ensure_ascii=False)


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
