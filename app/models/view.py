"""The models view: opens any safetensors file and shows what is in it."""

from pathlib import Path

from PySide6.QtCore import QEvent, QItemSelection, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QAction, QGuiApplication, QKeyEvent, QKeySequence
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFileDialog,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QLineEdit,
    QProgressBar,
    QPushButton,
    QSplitter,
    QStackedWidget,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from app.models.details import DetailsPanel
from app.models.model_description import describe_foreign, describe_model, describe_total
from app.models.pictures import TensorPictures
from app.models.reader import FileContents, ModelReader
from app.models.table import COLUMNS, SummaryBatch, TensorTable
from app.widgets.labels import make_label
from app.widgets.message_line import MessageLine
from app.widgets.plain_text import short, tool_tip
from app.widgets.theme.theme import GRID, current_theme

_FILTER = "Weights (*.safetensors);;All files (*)"
_FILTER_MS = 150
"""How long the typing rests before the table is filtered."""
_SUMMARISE_MS = 50
_SORT_MS = 1000
"""How often the rows are put in order again while the numbers that they are sorted by come in."""
_ROWS_MEASURED = 50
_EMPTY = "Open a .safetensors file, or drop one here."


class ModelsView(QWidget):
    """The tensors of a file in a table, one of them closely, and what the file says of itself.

    Signals:
        use_weights_requested(Path): the user wants the whole model of this file as the current one.
        opened(Path): a file was opened; for lists of recent files.
    """

    use_weights_requested = Signal(Path)
    opened = Signal(Path)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("models")
        self.setAccessibleName("Saved models")
        self.contents: FileContents | None = None
        self._reader = ModelReader(self)
        self._table_model = TensorTable(self)
        self._shown_place: int | None = None
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
        """Open a file in the background. What is shown stays until the new file proves readable."""
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

    @Slot()
    def copy_table(self) -> None:
        """Put the table, as it is sorted and filtered, on the clipboard."""
        self._reader.write(self._table_model.shown_rows())

    @Slot()
    def cancel(self) -> None:
        """Stop reading. What has been read stays."""
        self._summarise_timer.stop()
        self._reader.cancel()
        if self.contents is not None and self._table_model.known < self._table_model.rowCount():
            known, total = self._table_model.known, self._table_model.rowCount()
            self.message.show_note(f"Stopped. {known} of {total} tensors were read; open the file again for the rest.")
        self._show_choices()

    def shutdown(self) -> None:
        """Stop reading and end the threads: for closing the window."""
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
        self.message = MessageLine()
        self.details = DetailsPanel()
        self.table = self._make_table()

    def _make_table(self) -> QTableView:
        table = QTableView()
        table.setObjectName("models_tensors")
        table.setAccessibleName("Tensors of the file")
        table.setModel(self._table_model)
        table.setSortingEnabled(True)
        table.sortByColumn(0, Qt.SortOrder.AscendingOrder)
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        table.setAlternatingRowColors(True)
        table.setShowGrid(False)
        table.setWordWrap(False)
        table.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        table.setTabKeyNavigation(False)
        table.verticalHeader().hide()
        rows = table.verticalHeader()
        rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        rows.setDefaultSectionSize(table.fontMetrics().height() + GRID)
        header = table.horizontalHeader()
        header.setHighlightSections(False)
        header.setStretchLastSection(False)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        header.setResizeContentsPrecision(_ROWS_MEASURED)
        return table

    def _lay_out(self) -> None:
        bar = QHBoxLayout()
        bar.setSpacing(GRID)
        bar.addWidget(self.open_button)
        bar.addWidget(self.file_label, 1)
        for widget in (self.progress, self.cancel_button, self.filter_field, self.copy_button, self.use_button):
            bar.addWidget(widget)
        self.progress.setMaximumWidth(16 * GRID)
        self.filter_field.setMaximumWidth(28 * GRID)
        left = QWidget()
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID // 2)
        column.addWidget(self.table, 1)
        column.addWidget(self.total_label)
        splitter = QSplitter(Qt.Orientation.Horizontal)
        splitter.setObjectName("models_splitter")
        splitter.setChildrenCollapsible(False)
        splitter.setHandleWidth(2 * GRID)
        splitter.addWidget(left)
        splitter.addWidget(self.details)
        splitter.setStretchFactor(0, 3)
        splitter.setStretchFactor(1, 4)
        splitter.setSizes([300, 400])
        empty = QLabel(_EMPTY)
        empty.setObjectName("models_empty")
        empty.setProperty("muted", True)
        empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._body = QStackedWidget()
        self._body.addWidget(empty)
        self._body.addWidget(splitter)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(GRID + GRID // 2, GRID, GRID + GRID // 2, GRID)
        layout.setSpacing(GRID)
        layout.addLayout(bar)
        layout.addWidget(self.message)
        layout.addWidget(self.about_label)
        layout.addWidget(self._body, 1)

    def _connect(self) -> None:
        self.open_button.clicked.connect(self.choose_file)
        self.use_button.clicked.connect(self._on_use_clicked)
        self.copy_button.clicked.connect(self.copy_table)
        self.cancel_button.clicked.connect(self.cancel)
        self.filter_field.textChanged.connect(self._on_filter_edited)
        self._filter_timer.timeout.connect(self._on_filter_timeout)
        self._sort_timer.timeout.connect(self._table_model.sort_again)
        self._table_model.modelReset.connect(self._on_model_reset)
        self.table.selectionModel().selectionChanged.connect(self._show_selected)
        copy = QAction("Copy table", self.table)
        copy.setShortcut(QKeySequence.StandardKey.Copy)
        copy.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        copy.triggered.connect(self.copy_table)
        self.table.addAction(copy)
        self.table.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)
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
        """Offer what can be done now."""
        contents, busy = self.contents, self._reader.busy or self._summarise_timer.isActive()
        self._body.setCurrentIndex(0 if contents is None else 1)
        for widget in (self.filter_field, self.copy_button, self.use_button, self.about_label):
            widget.setVisible(contents is not None)
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

    @Slot(object)
    def _on_opened(self, contents: FileContents) -> None:
        self.contents = contents
        self.filter_field.clear()
        self._on_filter_timeout()
        self.details.clear()
        self._reader.forget_picture()
        self._shown_place = None
        self._table_model.set_tensors(contents.index)
        self.file_label.setText(short(contents.path.name))
        self.file_label.setToolTip(str(contents.path))
        self.about_label.setText(" ".join(self._describe(contents)))
        self._fit_columns()
        self._select_first()
        self._summarise_timer.start()
        self._show_choices()
        self.opened.emit(contents.path)

    @Slot()
    def _on_summarise_timeout(self) -> None:
        """Read the numbers once the table is painted, which takes long while another thread keeps Python busy."""
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
        if self._shown_place is not None:
            self.details.show_summary(self._table_model.tensor(self._shown_place).summary)

    @Slot(str)
    def _on_failed(self, sentence: str) -> None:
        self.message.show_error(sentence)
        self._show_choices()

    @Slot()
    def _show_selected(self, _new: QItemSelection | None = None, _old: QItemSelection | None = None) -> None:
        selected = self.table.selectionModel().selectedRows()
        place = self._table_model.place_of(selected[0].row()) if selected else None
        if place == self._shown_place:
            return
        self._shown_place = place
        if place is None:
            self._reader.forget_picture()
            self.details.clear()
            return
        shown = self._table_model.tensor(place)
        self.details.show_tensor(shown.header, shown.summary)
        self._request_pictures()

    @Slot()
    def _on_model_reset(self) -> None:
        """Select again what was selected before the rows moved; show no tensor that the filter leaves out."""
        row = self._table_model.row_of(self._shown_place) if self._shown_place is not None else -1
        if row >= 0:
            self.table.selectRow(row)
        else:
            self._show_selected()

    def _request_pictures(self) -> None:
        if self._shown_place is not None and self.contents is not None:
            name = self._table_model.tensor(self._shown_place).header.name
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
        rows = text.count("\n") - 1
        self.message.show_note(f"Copied {rows} row{'' if rows == 1 else 's'} with a header, separated by tabs.")

    def _show_total(self, contents: FileContents) -> None:
        tensors, shown = len(contents.index.headers), self._table_model.rowCount()
        self.total_label.setText(describe_total(tensors, contents.index.parameter_count, contents.size, shown))

    @Slot()
    def _on_use_clicked(self) -> None:
        if self.contents is not None:
            self.use_weights_requested.emit(self.contents.path)

    def _select_first(self) -> None:
        """Select the first tensor that has pictures, or else the first."""
        headers = self._table_model.index_of_file.headers
        places = map(self._table_model.place_of, range(self._table_model.rowCount()))
        first = next((row for row, place in enumerate(places) if len(headers[place].shape) in (2, 4)), 0)
        self.table.selectRow(first)

    def _fit_columns(self) -> None:
        """Make the columns as wide as the first rows need, and as numbers need that are not known yet."""
        metrics = self.table.fontMetrics()
        self.table.resizeColumnsToContents()
        for number, column in enumerate(COLUMNS):
            if column.widest:
                wanted = metrics.horizontalAdvance(column.widest) + 2 * GRID
                self.table.setColumnWidth(number, max(self.table.columnWidth(number), wanted))
        widest = metrics.horizontalAdvance("n") * 32
        if self.table.columnWidth(0) > widest:
            self.table.setColumnWidth(0, widest)
