"""Asking where to save: no file is overwritten that the user was not asked about."""

import os
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QMessageBox, QWidget

from app.widgets.plain_text import short


def ask_where_to_save(parent: QWidget | None, title: str, start: Path, filters: dict[str, str]) -> Path | None:
    """Show a save dialog; None when the user cancels. The path always ends in one of the suffixes.

    Arguments:
        start: folder and proposed name.
        filters: words for each kind of file, such as "Table", by its suffix without the dot, such as "csv"; the first
            is the default.
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
        # "net.json" is left alone where "tinyml.json" is asked for: it is the same kind of file.
        if typed.suffix[1:].lower() not in {suffix.rpartition(".")[2] for suffix in filters}:
            # Several desktops' own dialogs ask about the name as it was typed, so the suffix is added here.
            path = typed.with_name(f"{typed.name}.{by_filter[dialog.selectedNameFilter()]}")
            if os.path.lexists(path) and not _may_replace(parent, path):
                dialog.selectFile(path.name)
                path = None
    dialog.deleteLater()
    return path


def _may_replace(parent: QWidget | None, path: Path) -> bool:
    question = QMessageBox(QMessageBox.Icon.Warning, "Replace file", "", parent=parent)
    question.setTextFormat(Qt.TextFormat.PlainText)
    question.setText(f"{short(path.name)} already exists.")
    question.setInformativeText("Replace it? Its content would be lost.")
    replace = question.addButton("Replace", QMessageBox.ButtonRole.DestructiveRole)
    question.setDefaultButton(question.addButton(QMessageBox.StandardButton.Cancel))
    question.exec()
    question.deleteLater()
    return question.clickedButton() is replace
