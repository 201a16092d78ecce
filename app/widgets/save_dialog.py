"""Asking where to save: the suffix is part of the name before the dialog asks about overwriting."""

from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QWidget


def ask_where_to_save(parent: QWidget, title: str, start: Path, filters: dict[str, str]) -> Path | None:
    """Show a save dialog; None when the user cancels.

    Arguments:
        start: folder and proposed name.
        filters: words for each kind of file, such as "Table", by its suffix without the dot, such as "csv"; the first
            is the default.
    """
    dialog = QFileDialog(parent, title, str(start.parent))
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    by_filter = {f"{words} (*.{suffix})": suffix for suffix, words in filters.items()}
    dialog.setNameFilters(list(by_filter))
    dialog.setDefaultSuffix(next(iter(filters)))
    # A name without a suffix gets that of the chosen kind, and an existing file of that name is asked about.
    dialog.filterSelected.connect(lambda chosen: dialog.setDefaultSuffix(by_filter[chosen]))
    dialog.selectFile(start.name)
    accepted = dialog.exec() == QFileDialog.DialogCode.Accepted
    chosen = dialog.selectedFiles()
    dialog.deleteLater()
    return Path(chosen[0]) if accepted and chosen else None
