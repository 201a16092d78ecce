"""The page Summary: a table of all layers with shapes and costs, to copy and to save."""

from functools import partial
from pathlib import Path

from PySide6.QtCore import Signal, Slot
from PySide6.QtGui import QAction, QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QMenu, QPushButton, QVBoxLayout, QWidget

from app.builder.panel.panel_page import PanelPage
from app.builder.panel.summary_rows import SummaryRow, make_rows, write_csv, write_markdown
from app.builder.panel.summary_table import SummaryTable
from app.builder.panel.summary_table_model import SummaryTableModel
from app.document import Document
from app.jobs import LONGEST_SAVE, BackgroundRunner, LatestJob
from app.widgets.save_dialog import ask_where_to_save
from tinyml.core import describe_count
from tinyml.core.files import write_atomically

_FILE_KINDS = {"csv": "Table for spreadsheets", "md": "Markdown"}


class SummaryPage(PanelPage):
    """Shows shape, parameters, operations, memory and receptive field of each layer, and the totals.

    The selected rows and the selected cards are always the same.

    Arguments:
        document: has the network.
        parent: the parent widget.

    Attributes:
        tools: the buttons of the page; the panel shows them beside its tabs.

    Signals:
        message(sentence): what was copied or saved.
        failed(sentence): why the table could not be saved.
        picture_requested(): the user wants a picture of the network.
    """

    message = Signal(str)
    failed = Signal(str)
    picture_requested = Signal()

    def __init__(self, document: Document, parent: QWidget | None = None) -> None:
        super().__init__("summary_page", "Summary", parent)
        self._document = document
        self._model = SummaryTableModel()
        self._table = SummaryTable(self._model)
        self._runner = BackgroundRunner()
        self._save_job = LatestJob(self._runner, self)
        self._save_job.returned.connect(self._on_save_returned)
        self._save_job.failed.connect(self.failed)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self._table)
        self._actions = self._make_actions()
        self.tools = self._make_tools()
        self._table.rows_selected.connect(self._on_rows_selected)
        self._table.copy_requested.connect(self.copy_rows)
        self._table.addActions(self._actions)
        document.changed.connect(self.request_refresh)
        document.selection_changed.connect(self.request_refresh)

    def refresh(self) -> None:
        """Show the facts of all layers, and mark the selected ones."""
        self._model.set_rows(make_rows(self._document))
        self._table.fit_columns()
        self._select_rows()

    def shutdown(self) -> None:
        """Wait until a running save is written. The window calls it when it closes."""
        self._runner.shutdown(LONGEST_SAVE)

    @Slot()
    def copy_rows(self) -> None:
        """Copy the selected rows as a table for spreadsheets; all rows if none is selected."""
        rows = [self._model.rows[number] for number in self._table.selected_rows()] or self._model.rows
        self._copy(write_csv(rows), rows)

    @Slot()
    def copy_csv(self) -> None:
        """Copy the whole table as CSV."""
        self._copy(write_csv(self._model.rows), self._model.rows)

    @Slot()
    def copy_markdown(self) -> None:
        """Copy the whole table as Markdown."""
        self._copy(write_markdown(self._model.rows), self._model.rows)

    @Slot()
    def save(self) -> None:
        """Ask for a file, and save the whole table in it."""
        stem = self._document.path.name.split(".")[0] if self._document.path else "network"
        folder = self._document.path.parent if self._document.path else Path.home()
        path = ask_where_to_save(self, "Save summary", folder / f"{stem}-summary.csv", _FILE_KINDS)
        if path is not None:
            self.save_to(path)

    def save_to(self, path: Path) -> None:
        """Save the whole table in the background: as Markdown if the name ends in .md, else as CSV.

        Arguments:
            path: the file.
        """
        write = write_markdown if path.suffix.lower() == ".md" else write_csv
        self._save_job.start(partial(_save, path, write(self._model.rows)))

    # ------------------------------------------------------------------------------------------------------- assembly

    def _make_copy_menu(self, button: QPushButton) -> QMenu:
        menu = QMenu(button)
        menu.setObjectName("summary_copy_menu")
        menu.addActions(self._actions[:2])
        return menu

    def _make_actions(self) -> list[QAction]:
        """Return the actions for the whole table."""
        actions = []
        for text, name, slot in (
            ("Copy table as CSV", "copy_summary_csv", self.copy_csv),
            ("Copy table as Markdown", "copy_summary_markdown", self.copy_markdown),
            ("Save table…", "save_summary", self.save),
        ):
            action = QAction(text, self)
            action.setObjectName(f"action_{name}")
            action.triggered.connect(slot)
            actions.append(action)
        return actions

    def _make_tools(self) -> QWidget:
        tools = QWidget()
        tools.setObjectName("summary_tools")
        buttons = QHBoxLayout(tools)
        buttons.setContentsMargins(0, 0, 0, 0)
        for text, name, tip, slot in (
            ("Copy", "summary_copy", "Copy the table for a spreadsheet (CSV) or a text (Markdown)", None),
            ("Save…", "summary_save", "Save the table as CSV or Markdown", self.save),
            (
                "Picture…",
                "summary_picture",
                "Save a picture of the whole network as SVG or PNG",
                self.picture_requested,
            ),
        ):
            button = QPushButton(text)
            button.setObjectName(name)
            button.setToolTip(tip)
            if slot is None:
                button.setMenu(self._make_copy_menu(button))
            else:
                button.clicked.connect(slot)
            buttons.addWidget(button)
        return tools

    # ------------------------------------------------------------------------------------------------------ selection

    def _select_rows(self) -> None:
        """Select the rows of the selected layers."""
        wanted = {(*self._document.block, name) for name in self._document.selection}
        self._table.select_rows([number for number, row in enumerate(self._model.rows) if row.path in wanted])

    @Slot(list)
    def _on_rows_selected(self, numbers: list[int]) -> None:
        """Select the layers of the rows. They must lie in one stack: that of the current row."""
        paths = [self._model.rows[number].path for number in numbers if not self._model.rows[number].is_total]
        current = self._model.rows[self._table.currentIndex().row()].path
        block = (current if current in paths else paths[-1])[:-1] if paths else ()
        self._document.select(tuple(path[-1] for path in paths if path[:-1] == block), block=block)

    # -------------------------------------------------------------------------------------------------- copy and save

    def _copy(self, text: str, rows: list[SummaryRow]) -> None:
        QGuiApplication.clipboard().setText(text)
        self.message.emit(f"Copied {describe_count(len(rows), 'row')}.")

    @Slot(object)
    def _on_save_returned(self, path: Path) -> None:
        self.message.emit(f"Saved {path.name}.")


def _save(path: Path, text: str) -> Path:
    write_atomically(path, text.encode())
    return path
