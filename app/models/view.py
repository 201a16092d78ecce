"""The models view: opens any safetensors file and shows what is in it."""

from pathlib import Path

from PySide6.QtCore import QEvent, QItemSelection, Qt, Signal, Slot
from PySide6.QtGui import QAction, QDragEnterEvent, QDropEvent, QGuiApplication, QKeyEvent, QKeySequence
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFileDialog,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QLineEdit,
    QProgressBar,
    QPushButton,
    QSizePolicy,
    QSplitter,
    QStackedWidget,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from app.models.details import DetailsPanel
from app.models.pictures import TensorPictures
from app.models.reader import FileContents, ModelReader
from app.models.table import SortedTensors, TensorTable
from app.models.words import describe_foreign, describe_model, describe_total
from app.widgets.dropped_file import dropped_file
from app.widgets.message_line import MessageLine
from app.widgets.theme import GRID, current_theme
from tinyml.storage import TensorSummary

_FILTER = "Weights (*.safetensors);;All files (*)"
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
        self.setAcceptDrops(True)
        self.contents: FileContents | None = None
        self._reader = ModelReader(self)
        self._table_model = TensorTable(self)
        self._sorted = SortedTensors(self)
        self._sorted.setSourceModel(self._table_model)
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
        QGuiApplication.clipboard().setText(self._sorted.as_tsv())
        rows = self._sorted.rowCount()
        self.message.show_note(f"Copied {rows} row{'' if rows == 1 else 's'} with a header, separated by tabs.")

    @Slot()
    def cancel(self) -> None:
        """Stop reading. What has been read stays."""
        self._reader.cancel()
        if self.contents is not None and self._table_model.known < self._table_model.rowCount():
            known, total = self._table_model.known, self._table_model.rowCount()
            self.message.show_note(f"Stopped. {known} of {total} tensors were read; open the file again for the rest.")
        self._show_choices()

    def shutdown(self) -> None:
        """Stop reading and end the threads: for closing the window."""
        self._reader.shutdown()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not self.message.handle_escape(event):
            super().keyPressEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "details"):
            self._request_pictures()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if dropped_file(event, ".safetensors") is not None:
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        path = dropped_file(event, ".safetensors")
        if path is not None:
            event.acceptProposedAction()
            self.open_file(path)

    # ------------------------------------------------------------------------------------------------------ assembly

    def _make_widgets(self) -> None:
        self.open_button = self._make_button("Open weights…", "models_open", "Show the tensors of a .safetensors file")
        self.use_button = self._make_button("Use these weights", "models_use", "")
        self.copy_button = self._make_button("Copy table", "models_copy", "Copy the rows below for a spreadsheet")
        self.cancel_button = self._make_button("Cancel", "models_cancel", "Stop reading")
        self.file_label = self._make_label("models_file", "heading")
        self.about_label = self._make_label("models_about", "muted")
        self.total_label = self._make_label("models_total", "muted")
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
        table.setModel(self._sorted)
        table.setSortingEnabled(True)
        table.sortByColumn(0, Qt.SortOrder.AscendingOrder)
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        table.setAlternatingRowColors(True)
        table.setShowGrid(False)
        table.setWordWrap(False)
        table.setTabKeyNavigation(False)
        table.verticalHeader().hide()
        table.verticalHeader().setDefaultSectionSize(table.fontMetrics().height() + GRID)
        header = table.horizontalHeader()
        header.setHighlightSections(False)
        header.setStretchLastSection(False)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
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
        self.use_button.clicked.connect(self._ask_to_use)
        self.copy_button.clicked.connect(self.copy_table)
        self.cancel_button.clicked.connect(self.cancel)
        self.filter_field.textChanged.connect(self._filter)
        self.table.selectionModel().selectionChanged.connect(self._show_selected)
        copy = QAction("Copy table", self.table)
        copy.setShortcut(QKeySequence.StandardKey.Copy)
        copy.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        copy.triggered.connect(self.copy_table)
        self.table.addAction(copy)
        self.table.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)
        self._reader.opened.connect(self._show_contents)
        self._reader.summarised.connect(self._add_summaries)
        self._reader.completed.connect(self._show_choices)
        self._reader.failed.connect(self._note_failure)
        self._reader.painted.connect(self._show_pictures)
        self._reader.not_painted.connect(self._note_missing_pictures)

    def _make_button(self, text: str, name: str, tip: str) -> QPushButton:
        button = QPushButton(text)
        button.setObjectName(name)
        button.setToolTip(tip)
        return button

    def _make_label(self, name: str, look: str) -> QLabel:
        label = QLabel()
        label.setObjectName(name)
        label.setProperty(look, True)
        label.setTextFormat(Qt.TextFormat.PlainText)
        label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        label.setWordWrap(name == "models_about")
        return label

    # --------------------------------------------------------------------------------------------------------- slots

    def _show_choices(self) -> None:
        """Offer what can be done now."""
        contents, busy = self.contents, self._reader.busy
        self._body.setCurrentIndex(0 if contents is None else 1)
        for widget in (self.filter_field, self.copy_button, self.use_button, self.about_label):
            widget.setVisible(contents is not None)
        self.progress.setVisible(busy)
        self.cancel_button.setVisible(busy)
        self.progress.setMaximum(self._table_model.rowCount() if contents is not None else 0)
        self.progress.setValue(self._table_model.known)
        if contents is not None:
            self.use_button.setEnabled(contents.about is not None)
            self.use_button.setToolTip(contents.obstacle or "Put this network and its weights into the window")
            self.total_label.setText(describe_total(contents.header, contents.size, self._sorted.rowCount()))

    @Slot(object)
    def _show_contents(self, contents: FileContents) -> None:
        self.contents = contents
        self.filter_field.clear()
        self.details.clear()
        self._reader.forget_picture()
        self._table_model.set_tensors(contents.header.tensors)
        self.file_label.setText(contents.path.name)
        self.file_label.setToolTip(str(contents.path))
        self.about_label.setText(" ".join(self._describe(contents)))
        self._reader.summarise(contents.path)
        self._fit_columns()
        self._show_choices()
        self._select_first()
        self.opened.emit(contents.path)

    def _describe(self, contents: FileContents) -> list[str]:
        if contents.about is not None:
            return describe_model(contents.about)
        if contents.header.metadata:
            return [contents.obstacle]
        return describe_foreign(contents.header.foreign_metadata)

    @Slot(list)
    def _add_summaries(self, summaries: list[TensorSummary]) -> None:
        first_time = self._table_model.known == 0
        self._table_model.add_summaries(summaries)
        self.progress.setValue(self._table_model.known)
        if first_time:
            self._fit_columns()
        row = self._selected_row()
        if row is not None:
            self.details.show_summary(self._table_model.row(row).summary)

    @Slot(str)
    def _note_failure(self, sentence: str) -> None:
        self.message.show_error(sentence)
        self._show_choices()

    @Slot()
    def _show_selected(self, _new: QItemSelection | None = None, _old: QItemSelection | None = None) -> None:
        row = self._selected_row()
        if row is None:
            self._reader.forget_picture()
            self.details.clear()
            return
        shown = self._table_model.row(row)
        self.details.show_tensor(shown.header, shown.summary)
        self._request_pictures()

    def _selected_row(self) -> int | None:
        selected = self.table.selectionModel().selectedRows()
        return self._sorted.mapToSource(selected[0]).row() if selected else None

    def _request_pictures(self) -> None:
        row = self._selected_row()
        if row is not None and self.contents is not None:
            name = self._table_model.row(row).header.name
            self._reader.paint(self.contents.path, name, current_theme().dark)

    @Slot(object)
    def _show_pictures(self, pictures: TensorPictures) -> None:
        self.details.show_pictures(pictures)

    @Slot(str)
    def _note_missing_pictures(self, sentence: str) -> None:
        self.details.show_no_pictures(sentence)

    @Slot(str)
    def _filter(self, text: str) -> None:
        self._sorted.setFilterFixedString(text.strip())
        self._show_choices()

    @Slot()
    def _ask_to_use(self) -> None:
        if self.contents is not None:
            self.use_weights_requested.emit(self.contents.path)

    def _select_first(self) -> None:
        """Select the first tensor that has pictures, or else the first."""
        for place in range(self._sorted.rowCount()):
            row = self._table_model.row(self._sorted.mapToSource(self._sorted.index(place, 0)).row())
            if len(row.header.shape) in (2, 4):
                self.table.selectRow(place)
                return
        self.table.selectRow(0)

    def _fit_columns(self) -> None:
        self.table.resizeColumnsToContents()
        widest = self.table.fontMetrics().horizontalAdvance("n") * 32
        if self.table.columnWidth(0) > widest:
            self.table.setColumnWidth(0, widest)
