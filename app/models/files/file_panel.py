"""The panel with the list of the open and the recent files."""

from datetime import datetime
from functools import partial
from pathlib import Path

from PySide6.QtCore import QEvent, QPoint, QSize, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import QHBoxLayout, QMenu, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from app.formatting import format_list
from app.models.files.file_entries import make_entry
from app.models.state.models_state import ModelsState
from app.widgets.drop_hint import DropHint
from app.widgets.entry_list import Entry, EntryList
from app.widgets.labels import make_label
from app.widgets.layouts import add_layout
from app.widgets.theme.theme import GRID
from tinyml.storage import tensor_patterns

_NO_FILES = "The files that you open are listed here."
_DROP = f"Drop {format_list([pattern[1:] for pattern in tensor_patterns()])} files anywhere on the window"


class FilePanel(QWidget):
    """Lists the files. A click shows a file, Del closes it, the menu does both.

    Arguments:
        state: the state of the page.

    Attributes:
        files: the list.
        open_button: asks for files.
    """

    def __init__(self, state: ModelsState, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("models_files_panel")
        self._state = state
        self.open_button = QPushButton("Open…")
        self.open_button.setObjectName("models_open")
        self.open_button.setToolTip("Show the tensors of files of weights")
        self.files = FileListView()
        self._no_files = make_label("models_no_files", _NO_FILES, "muted", wraps=True)
        heading = QHBoxLayout()
        heading.addWidget(make_label("models_heading", "Models", "heading"), 1)
        heading.addWidget(self.open_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(GRID, GRID, GRID, GRID)
        column.setSpacing(GRID)
        add_layout(column, heading)
        column.addWidget(self._no_files)
        column.addWidget(self.files)
        column.addWidget(DropHint("models_drop_hint", _DROP))
        column.addStretch(1)
        self.files.chosen.connect(self._on_files_chosen)
        self.files.close_requested.connect(self._on_close_requested)
        self.files.menu_requested.connect(self._on_menu_requested)
        state.files.changed.connect(self.refresh)
        state.contents_changed.connect(self.refresh)
        state.comparison.changed.connect(self.refresh)
        state.in_use_changed.connect(self.refresh)
        self.refresh()

    @Slot()
    def refresh(self) -> None:
        """Show the listed files, and which of them is shown."""
        files, now, comparison = self._state.files, datetime.now(), self._state.comparison
        other = comparison.other.path if comparison.active and comparison.other is not None else None
        sections = [
            (title, [self._entry(path, path == other, now) for path in paths])
            for title, paths in (("Open", files.open), ("Recent", files.recent))
        ]
        if not files.recent:
            sections = [("", sections[0][1])]
        empty = not any(entries for _, entries in sections)
        self._no_files.setVisible(empty)
        self.files.setVisible(not empty)
        self.files.show_entries(sections, str(self._state.path or ""))
        self.files.updateGeometry()

    def _entry(self, path: Path, marked: bool, now: datetime) -> Entry:
        return make_entry(path, self._state.files.facts(path), marked, now, path == self._state.in_use)

    @Slot(str)
    def _on_files_chosen(self, key: str) -> None:
        if Path(key) != self._state.path:
            self._state.open_files((Path(key),))

    @Slot(str)
    def _on_close_requested(self, key: str) -> None:
        self._state.close_file(Path(key))

    @Slot(str, QPoint)
    def _on_menu_requested(self, key: str, place: QPoint) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        is_open = Path(key) in self._state.files.open
        menu.addAction("Show", partial(self._on_files_chosen, key)).setObjectName("models_menu_show")
        if self._state.path not in (None, Path(key)):
            compare = menu.addAction("Compare with the shown file", partial(self._state.compare_with, Path(key)))
            compare.setObjectName("models_menu_compare")
        close = menu.addAction("Close" if is_open else "Remove from the list", partial(self._on_close_requested, key))
        close.setObjectName("models_menu_close")
        close.setShortcut(QKeySequence.StandardKey.Delete)
        menu.popup(place)


class FileListView(EntryList):
    """The list of files. It is as high as its entries, if there is room.

    Signals:
        close_requested(key): the user pressed Del.
    """

    close_requested = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("models_files", "Open and recent files", parent=parent)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)

    def sizeHint(self) -> QSize:
        height = sum(self.sizeHintForRow(row) for row in range(self.count()))
        return QSize(24 * GRID, height + 2 * self.frameWidth() + 2)

    def minimumSizeHint(self) -> QSize:
        # Qt's own is higher than one entry, and would leave a gap below it.
        return QSize(super().minimumSizeHint().width(), min(self.sizeHint().height(), 8 * GRID))

    def event(self, event: QEvent) -> bool:
        # In this list, Del closes a file; the window must not delete layers.
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and _is_delete(event):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if _is_delete(event):
            key = self.current_key
            if key:
                self.close_requested.emit(key)
        else:
            super().keyPressEvent(event)


def _is_delete(event: QKeyEvent) -> bool:
    return event.matches(QKeySequence.StandardKey.Delete)
