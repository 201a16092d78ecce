"""The Models page: it opens any safetensors file and shows the tensors in it."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QEvent, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QGuiApplication, QKeyEvent
from PySide6.QtWidgets import (
    QFileDialog,
    QHBoxLayout,
    QLineEdit,
    QProgressBar,
    QPushButton,
    QSizePolicy,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from app.models.details_panel import DetailsPanel
from app.models.model_description import describe_foreign, describe_model, describe_total
from app.models.pictures import TensorPictures
from app.models.reader import FileContents, ModelReader
from app.models.tensor_index import SummaryBatch
from app.models.tensor_table_model import TensorTableModel
from app.models.tensor_table_view import TensorTableView
from app.widgets.drop_hint import DropHint
from app.widgets.entry_list import Entry, EntryList
from app.widgets.labels import make_label
from app.widgets.layouts import add_layout
from app.widgets.message_line import MessageLine
from app.widgets.page_layout import PageLayout
from app.widgets.plain_text import short, tool_tip
from app.widgets.theme.fonts import scaled_font
from app.widgets.theme.theme import GRID, current_theme
from tinyml.core import describe_count

_FILTER = "Weights (*.safetensors);;All files (*)"
_FILTER_MS = 150
"""Milliseconds without a key before the table is filtered."""
_SUMMARISE_MS = 50
"""Milliseconds before the reading of the numbers begins, so that the table is painted first."""
_SORT_MS = 1000
"""Milliseconds between two sortings while new statistics change the order of the rows."""
_EMPTY = "Open a .safetensors file, or drop one here."
_NO_FILES = "The files that you open are listed here."
MOST_RECENT = 8
"""Number of files that the list shows."""
_SIDE_WIDTHS = (216, 300)
_TITLE_SCALE = 1.25


class ModelsPage(QWidget):
    """The recent files, the tensors of one of them in a table with a description, and the details of one tensor.

    Attributes:
        contents: the header of the open file; None before the first file.
        files: the list of recent files.
        table: the table.
        details: histogram and pictures of the selected tensor.
        message: the line for errors and notes.
        page_layout: the panels of the page.

    Signals:
        use_weights_requested(path): the user wants to continue with the model in this file.
        opened(path): a file was opened; for lists of recent files.
    """

    use_weights_requested = Signal(Path)
    opened = Signal(Path)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("models_page")
        self.setAccessibleName("Saved models")
        self.contents: FileContents | None = None
        self._recent: tuple[Path, ...] = ()
        self._reader = ModelReader(self)
        self._table_model = TensorTableModel(self)
        self._filter_timer = QTimer(self, singleShot=True, interval=_FILTER_MS)
        self._summarise_timer = QTimer(self, singleShot=True, interval=_SUMMARISE_MS)
        self._summarise_timer.timeout.connect(self._on_summarise_timeout)
        self._sort_timer = QTimer(self, singleShot=True, interval=_SORT_MS)
        self._make_widgets()
        self._lay_out()
        self._connect()
        self._show_choices()

    @Slot(Path)
    def open_file(self, path: Path) -> None:
        """Open the file at `path` in the background. The file before stays visible until the new one is read."""
        self.message.dismiss()
        self._reader.open(Path(path))
        self._show_choices()

    @Slot()
    def choose_file(self) -> None:
        """Ask the user for a file, and open it."""
        folder = str(self.contents.path.parent) if self.contents else ""
        name, _ = QFileDialog.getOpenFileName(self, "Open weights", folder, _FILTER)
        if name:
            self.open_file(Path(name))

    def show_recent(self, paths: Sequence[Path]) -> None:
        """List the recent files.

        Arguments:
            paths: of safetensors files, the newest first.
        """
        self._recent = tuple(dict.fromkeys(paths))[:MOST_RECENT]
        self._show_files()

    @Slot()
    def copy_table(self) -> None:
        """Copy the sorted and filtered table to the clipboard."""
        self._reader.write(self._table_model.shown_rows())

    @Slot()
    def cancel(self) -> None:
        """Stop reading. Everything that was read stays."""
        self._summarise_timer.stop()
        self._reader.cancel()
        if self.contents is not None and self._table_model.known < self._table_model.rowCount():
            known, total = self._table_model.known, self._table_model.rowCount()
            self.message.show_note(f"Stopped. {known} of {total} tensors were read; open the file again for the rest.")
        self._show_choices()

    def shutdown(self) -> None:
        """Stop reading and end the threads. The window calls it when it closes."""
        self._summarise_timer.stop()
        self._reader.shutdown()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not self.message.handle_escape(event):
            super().keyPressEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "details"):
            self._request_pictures()

    # ------------------------------------------------------------------------------------------------------ assembly

    def _make_widgets(self) -> None:
        self.open_button = self._make_button("Open weights…", "models_open", "Show the tensors of a .safetensors file")
        self.use_button = self._make_button("Use these weights", "models_use", "")
        self.copy_button = self._make_button("Copy table", "models_copy", "Copy the rows below for a spreadsheet")
        self.cancel_button = self._make_button("Cancel", "models_cancel", "Stop reading")
        self.file_label = make_label("models_file", "", "heading", selectable=True, ignores_width=True)
        self.about_label = make_label("models_about", "", "muted", wraps=True, selectable=True, ignores_width=True)
        self.total_label = make_label("models_total", "", "muted", selectable=True, ignores_width=True)
        self.progress = QProgressBar()
        self.progress.setObjectName("models_progress")
        self.progress.setAccessibleName("Tensors read")
        self.progress.setTextVisible(False)
        self.filter_field = QLineEdit()
        self.filter_field.setObjectName("models_filter")
        self.filter_field.setAccessibleName("Filter tensors by name")
        self.filter_field.setPlaceholderText("Filter by name…")
        self.filter_field.setClearButtonEnabled(True)
        self.files = EntryList("models_files", "Recent files")
        self._no_files = make_label("models_no_files", _NO_FILES, "muted", wraps=True)
        self.message = MessageLine()
        self.details = DetailsPanel()
        self.table = TensorTableView(self._table_model)

    def _lay_out(self) -> None:
        self.page_layout = PageLayout(
            "models_page",
            self._make_middle(),
            left=self._make_left(),
            right=self.details,
            widths=_SIDE_WIDTHS,
            growing=("right",),
        )
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.page_layout)

    def _make_left(self) -> QWidget:
        left = QWidget()
        left.setObjectName("models_files_panel")
        column = QVBoxLayout(left)
        column.setContentsMargins(GRID, GRID + GRID // 2, GRID, GRID)
        column.setSpacing(GRID)
        column.addWidget(make_label("models_heading", "Models", "heading"))
        column.addWidget(self._no_files)
        column.addWidget(self.files, 1)
        column.addWidget(DropHint("models_drop_hint", "Drop a .safetensors file on the window to see its tensors."))
        column.addWidget(self.open_button)
        return left

    def _make_middle(self) -> QWidget:
        self._body = QStackedWidget()
        self._body.addWidget(self._make_empty_page())
        self._body.addWidget(self._make_contents_page())
        middle = QWidget()
        middle.setMinimumWidth(40 * GRID)
        column = QVBoxLayout(middle)
        column.setContentsMargins(2 * GRID, GRID + GRID // 2, 2 * GRID, GRID)
        column.setSpacing(GRID)
        column.addWidget(self.message)
        column.addWidget(self._body, 1)
        return middle

    def _make_empty_page(self) -> QWidget:
        text = make_label("models_empty", _EMPTY, "muted", wraps=True)
        text.setAlignment(Qt.AlignmentFlag.AlignCenter)
        button = self._make_button("Open weights…", "models_empty_open", self.open_button.toolTip())
        button.setProperty("primary", True)
        button.clicked.connect(self.choose_file)
        page = QWidget()
        column = QVBoxLayout(page)
        column.setSpacing(2 * GRID)
        column.addStretch(1)
        column.addWidget(text)
        column.addWidget(button, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(1)
        return page

    def _make_contents_page(self) -> QWidget:
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID)
        self.file_label.setFont(scaled_font(self.file_label.font(), _TITLE_SCALE))
        first = QHBoxLayout()
        first.setSpacing(GRID)
        first.addWidget(self.file_label, 1)
        first.addWidget(self.use_button)
        second = QHBoxLayout()
        second.setSpacing(GRID)
        second.addWidget(self.filter_field, 1)
        for widget in (self.progress, self.cancel_button, self.copy_button):
            second.addWidget(widget)
        self.progress.setMaximumWidth(16 * GRID)
        self.table.setMinimumHeight(10 * GRID)
        # The table takes the room that is left. Else the page would scroll below its wanted height.
        self.table.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Ignored)
        add_layout(column, first)
        column.addWidget(self.about_label)
        add_layout(column, second)
        column.addWidget(self.table, 1)
        column.addWidget(self.total_label)
        return page

    def _connect(self) -> None:
        self.open_button.clicked.connect(self.choose_file)
        self.files.chosen.connect(self._on_files_chosen)
        self.use_button.clicked.connect(self._on_use_clicked)
        self.copy_button.clicked.connect(self.copy_table)
        self.cancel_button.clicked.connect(self.cancel)
        self.filter_field.textChanged.connect(self._on_filter_edited)
        self._filter_timer.timeout.connect(self._on_filter_timeout)
        self._sort_timer.timeout.connect(self._table_model.sort_again)
        self.table.tensor_selected.connect(self._on_tensor_selected)
        self.table.copy_requested.connect(self.copy_table)
        self._reader.opened.connect(self._on_opened)
        self._reader.summarised.connect(self._on_summarised)
        self._reader.completed.connect(self._on_completed)
        self._reader.written.connect(self._on_written)
        self._reader.failed.connect(self._on_failed)
        self._reader.painted.connect(self._on_painted)
        self._reader.not_painted.connect(self._on_not_painted)

    def _make_button(self, text: str, name: str, tip: str) -> QPushButton:
        button = QPushButton(text)
        button.setObjectName(name)
        button.setToolTip(tip)
        return button

    # --------------------------------------------------------------------------------------------------------- slots

    def _show_choices(self) -> None:
        """Show the widgets that are of use now."""
        contents, busy = self.contents, self._reader.busy or self._summarise_timer.isActive()
        self._body.setCurrentIndex(0 if contents is None else 1)
        self.progress.setVisible(busy)
        self.cancel_button.setVisible(busy)
        self.progress.setMaximum(len(contents.index.headers) if contents is not None else 0)
        self.progress.setValue(self._table_model.known)
        if contents is not None:
            self.use_button.setEnabled(contents.about is not None)
            self.use_button.setToolTip(
                tool_tip(contents.obstacle) or "Put this network and its weights into the window"
            )
            self._show_total(contents)

    def _show_files(self) -> None:
        """List the recent files, and mark the open one."""
        entries = [Entry(str(path), path.name, str(path.parent), str(path)) for path in self._recent]
        self._no_files.setVisible(not entries)
        chosen = str(self.contents.path) if self.contents is not None else ""
        self.files.show_entries((("Recent", entries),), chosen)

    @Slot(str)
    def _on_files_chosen(self, key: str) -> None:
        self.open_file(Path(key))

    @Slot(object)
    def _on_opened(self, contents: FileContents) -> None:
        self.contents = contents
        self.show_recent((contents.path, *(path for path in self._recent if path != contents.path)))
        self.filter_field.clear()
        self._on_filter_timeout()
        self.details.clear()
        self._reader.forget_picture()
        self.file_label.setText(short(contents.path.name))
        self.file_label.setToolTip(str(contents.path))
        self.about_label.setText("\n".join(self._describe(contents)))
        self.table.show_tensors(contents.index)
        self._summarise_timer.start()
        self._show_choices()
        self.opened.emit(contents.path)

    @Slot()
    def _on_summarise_timeout(self) -> None:
        """Begin to read the numbers, now that the table is painted. A busy thread would slow its painting down."""
        if self.contents is not None:
            self._reader.summarise(self.contents)
            self._show_choices()

    def _describe(self, contents: FileContents) -> list[str]:
        if contents.about is not None:
            return describe_model(contents.about)
        if contents.header.metadata:
            return [contents.obstacle]
        return describe_foreign(contents.header.foreign_metadata)

    @Slot(object)
    def _on_summarised(self, batch: SummaryBatch) -> None:
        self._table_model.add_summaries(batch)
        self.progress.setValue(self._table_model.known)
        if not self._sort_timer.isActive():
            self._sort_timer.start()
        if self.table.selected_place is not None:
            self.details.show_summary(self._table_model.tensor(self.table.selected_place).summary)

    @Slot(str)
    def _on_failed(self, sentence: str) -> None:
        self.message.show_error(sentence)
        self._show_choices()

    @Slot(object)
    def _on_tensor_selected(self, place: int | None) -> None:
        if place is None:
            self._reader.forget_picture()
            self.details.clear()
            return
        shown = self._table_model.tensor(place)
        self.details.show_tensor(shown.header, shown.summary)
        self._request_pictures()

    def _request_pictures(self) -> None:
        if self.table.selected_place is not None and self.contents is not None:
            name = self._table_model.tensor(self.table.selected_place).header.name
            self._reader.paint(self.contents, name, current_theme().dark)

    @Slot(object)
    def _on_painted(self, pictures: TensorPictures) -> None:
        self.details.show_pictures(pictures)

    @Slot(str)
    def _on_not_painted(self, sentence: str) -> None:
        self.details.show_no_pictures(sentence)

    @Slot()
    def _on_filter_edited(self) -> None:
        self._filter_timer.start()

    @Slot()
    def _on_filter_timeout(self) -> None:
        self._filter_timer.stop()
        self._table_model.set_filter(self.filter_field.text())
        if self.contents is not None:
            self._show_total(self.contents)

    @Slot()
    def _on_completed(self) -> None:
        self._sort_timer.stop()
        self._table_model.sort_again()
        self._show_choices()

    @Slot(object)
    def _on_written(self, text: str) -> None:
        QGuiApplication.clipboard().setText(text)
        rows = describe_count(text.count("\n") - 1, "row")
        self.message.show_note(f"Copied {rows} with a header, separated by tabs.")

    def _show_total(self, contents: FileContents) -> None:
        tensors, shown = len(contents.index.headers), self._table_model.rowCount()
        self.total_label.setText(describe_total(tensors, contents.index.parameter_count, contents.size, shown))

    @Slot()
    def _on_use_clicked(self) -> None:
        if self.contents is not None:
            self.use_weights_requested.emit(self.contents.path)
