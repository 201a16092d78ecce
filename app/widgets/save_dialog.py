"""The dialog that asks where to save. It replaces no file without a question."""

import os
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QMessageBox, QWidget

from app.widgets.plain_text import short


def ask_where_to_save(parent: QWidget | None, title: str, start: Path, filters: dict[str, str]) -> Path | None:
    """Show a save dialog. Return a path that ends in one of the suffixes, or None if the user cancels.

    Arguments:
        parent: the window that the dialog belongs to.
        title: the title of the dialog.
        start: folder and proposed name.
        filters: a name for each kind of file, such as "Table", by its suffix without the dot, such as "csv". The
            first is the default.
    """
    dialog = QFileDialog(parent, title, str(start.parent))
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    by_filter = {f"{words} (*.{suffix})": suffix for suffix, words in filters.items()}
    dialog.setNameFilters(list(by_filter))
    dialog.selectFile(start.name)
    path: Path | None = None
    while path is None and dialog.exec() == QFileDialog.DialogCode.Accepted:
        typed = Path(dialog.selectedFiles()[0])
        path = typed
        # "net.json" stays as it is if the suffix is "tinyml.json": it is the same kind of file.
        if typed.suffix[1:].lower() not in {suffix.rpartition(".")[2] for suffix in filters}:
            # The file dialogs of several desktops check only the typed name. So the suffix is added here.
            path = typed.with_name(f"{typed.name}.{by_filter[dialog.selectedNameFilter()]}")
            if os.path.lexists(path) and not may_replace(parent, path):
                dialog.selectFile(path.name)
                path = None
    dialog.deleteLater()
    return path


def may_replace(parent: QWidget | None, path: Path) -> bool:
    """Ask if a file that exists may be replaced; return True if the user agrees.

    Arguments:
        parent: the window that the question belongs to.
        path: of the file.
    """
    question = QMessageBox(QMessageBox.Icon.Warning, "Replace file", "", parent=parent)
    question.setTextFormat(Qt.TextFormat.PlainText)
    question.setText(f"{short(path.name)} already exists.")
    question.setInformativeText("Replace it? Its content would be lost.")
    replace = question.addButton("Replace", QMessageBox.ButtonRole.DestructiveRole)
    question.setDefaultButton(question.addButton(QMessageBox.StandardButton.Cancel))
    question.exec()
    question.deleteLater()
    return question.clickedButton() is replace
