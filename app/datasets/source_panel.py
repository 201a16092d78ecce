"""The left side of the Data page: the built-in sets, the user's data, and buttons to open other data."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from app.datasets.sentences import describe_entry
from app.document import DATA_PENDING
from app.widgets.drop_hint import DropHint
from app.widgets.entry_list import Entry, EntryList
from app.widgets.labels import make_label, show_text
from app.widgets.theme.theme import GRID
from tinyml.data import DataDescription, builtin_descriptions
from tinyml.data.readers import describe_sources, readers

_LOW = 44 * GRID
"""In a panel lower than this, the list gets the room of the hint. In pixels."""


class SourcePanel(QWidget):
    """Lists the data to choose from.

    Signals:
        chosen(source): the user chose an entry of the list.
        folder_requested(): the user wants to open a folder.
        file_requested(): the user wants to open a file.
    """

    chosen = Signal(str)
    folder_requested = Signal()
    file_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("data_page_sources")
        self._list = EntryList("data_page_list", "Data to choose from")
        self._list.chosen.connect(self.chosen)
        self._error = make_label("data_page_error", style_class="danger", wraps=True, selectable=True)
        self._error.hide()
        self._hint = DropHint("data_page_drop_hint", f"Drop {describe_sources()} on the window to use it.")
        heading = make_label("data_page_heading", "Data", "heading")
        self._lay_out(heading, self._make_buttons())

    def show_sources(
        self, recent: Sequence[str], chosen: str, described: DataDescription | None, pending: str, error: str
    ) -> None:
        """Show the entries and which of them is chosen.

        Arguments:
            recent: paths of the user's data, the newest first; they include the chosen path.
            chosen: the source of the data in use.
            described: the description of the data in use, if it is known.
            pending: the source that is being read; empty for none.
            error: why the last choice was refused; empty if it was not.
        """
        built_in = [Entry(data.name, data.title, describe_entry(data), data.about) for data in builtin_descriptions()]
        own = []
        for path in recent:
            line = describe_entry(described) if described is not None and path == chosen else str(Path(path).parent)
            own.append(Entry(path, Path(path).name or path, DATA_PENDING if path == pending else line, path))
        self._list.show_entries((("Built in", built_in), ("Yours", own)), pending or chosen)
        show_text(self._error, error)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._hint.setVisible(self.height() >= _LOW)

    def _make_buttons(self) -> list[QPushButton]:
        """Return a button for folders and one for files, as far as there are readers for them."""
        buttons = []
        for folders, text, name, signal in (
            (True, "Open folder…", "data_page_open_folder", self.folder_requested),
            (False, "Open file…", "data_page_open_file", self.file_requested),
        ):
            help_texts = [reader.help for reader in readers().values() if reader.reads_folder == folders]
            if help_texts:
                button = QPushButton(text)
                button.setObjectName(name)
                button.setToolTip(" ".join(help_texts))
                button.clicked.connect(signal)
                buttons.append(button)
        return buttons

    def _lay_out(self, heading: QLabel, buttons: list[QPushButton]) -> None:
        row = QHBoxLayout()
        row.setSpacing(GRID // 2)
        for button in buttons:
            row.addWidget(button, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(GRID, GRID + GRID // 2, GRID, GRID)
        layout.setSpacing(GRID)
        layout.addWidget(heading)
        layout.addWidget(self._list, 1)
        layout.addWidget(self._error)
        layout.addWidget(self._hint)
        layout.addLayout(row)
