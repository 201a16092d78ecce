"""The Models page: the files at the left, the tensors of one of them in the middle, one tensor at the right."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QEvent, Qt, Signal, Slot
from PySide6.QtGui import QHideEvent, QKeyEvent, QShowEvent
from PySide6.QtWidgets import QApplication, QFileDialog, QPushButton, QScrollArea, QStackedWidget, QVBoxLayout, QWidget

from app.models.compare.compare_pane import ComparePane
from app.models.details.details_panel import DetailsPanel
from app.models.evaluation.data_offers import DataSources
from app.models.evaluation.evaluation_control import EvaluationControl
from app.models.evaluation.evaluation_pane import EvaluationPane
from app.models.file_heading import FileHeading
from app.models.files.file_panel import FilePanel
from app.models.metadata_dialog import MetadataDialog
from app.models.reading.file_contents import FileContents
from app.models.state.models_state import ModelsState
from app.models.tensors.health_line import HealthLine
from app.models.tensors.layer_chips import LayerChips
from app.models.tensors.name_tree_view import NameTreeView
from app.models.tensors.tensor_pane import TensorPane
from app.widgets.labels import make_label
from app.widgets.line_splitter import LineSplitter
from app.widgets.message_line import MessageLine
from app.widgets.page_layout import PageLayout
from app.widgets.theme.theme import GRID
from tinyml.storage import tensor_patterns

_FILTER = f"Weights ({' '.join(tensor_patterns())});;All files (*)"
_EMPTY = (
    "Open a file of weights, or drop one here: your own models, or those of PyTorch and others. "
    "Nothing in a file is executed."
)
_SIDE_WIDTHS = (248, 312)
_LEAST_TABLE = 20 * GRID + GRID // 2
"""Height that the table needs with its filters, in pixels; a lower page scrolls."""


class ModelsPage(QWidget):
    """Files of weights: their layers and tensors, and the numbers of one tensor.

    Attributes:
        state: what the page shows.
        heading: the name of the file, and what can be done with it.
        health: what is unusual in the numbers of the file.
        chips, tree: the layers of the network in the file, or else its names as a tree.
        pane: the tensors.
        compare_pane: what changed between two files, while the page compares.
        evaluation, evaluation_pane: what is evaluated, and its results.
        details: the selected tensor.
        message: the line for errors and notes.
        page_layout: the panels of the page.

    Signals:
        use_requested(path, use): the user wants to continue with the model in this file on the page "build",
            "inspect" or "train", to "export" it, or to "import" its weights into the network of the builder.
        example_requested(path, part, position): the user wants to inspect an example of the data of this file.
        opened(path): a file was opened; for lists of recent files.
        forgotten(path): the user removed a recent file from the list.
    """

    use_requested = Signal(Path, str)
    example_requested = Signal(Path, str, int)
    opened = Signal(Path)
    forgotten = Signal(Path)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("models_page")
        self.setAccessibleName("Saved models")
        self.state = ModelsState(self)
        self.file_panel = FilePanel(self.state)
        self.heading = FileHeading(self.state)
        self.health = HealthLine(self.state)
        self.chips, self.tree = LayerChips(self.state), NameTreeView(self.state)
        self.pane, self.compare_pane = TensorPane(self.state), ComparePane(self.state)
        self.details = DetailsPanel(self.state)
        self.evaluation = EvaluationControl(self.state, self)
        self.evaluation_pane = EvaluationPane(self.evaluation.evaluator)
        self.message = MessageLine()
        self._lay_out()
        self._connect()
        self._on_contents_changed()

    @property
    def contents(self) -> FileContents | None:
        """The header of the shown file; None if no file is open."""
        return self.state.contents

    @Slot(Path)
    def open_file(self, path: Path) -> None:
        """Open the file at `path` in the background. The file before stays visible until the new one is read."""
        self.open_files((Path(path),))

    def open_files(self, paths: Sequence[Path]) -> None:
        """Open files: show the first of them, and list the others.

        Arguments:
            paths: of the files, at least one.
        """
        self.message.dismiss()
        self.state.open_files(paths)

    @Slot()
    def choose_file(self) -> None:
        """Ask the user for files, and open them."""
        folder = str(self.contents.path.parent) if self.contents else ""
        names, _ = QFileDialog.getOpenFileNames(self, "Open weights", folder, _FILTER)
        if names:
            self.open_files([Path(name) for name in names])

    def show_recent(self, paths: Sequence[Path]) -> None:
        """List the recent files.

        Arguments:
            paths: of files of weights, the newest first.
        """
        self.state.files.show_recent(paths)

    def show_in_use(self, path: Path | None) -> None:
        """Mark the file whose weights the window uses.

        Arguments:
            path: of the file; None if they are of no file.
        """
        self.state.set_in_use(path)

    def show_data(self, sources: DataSources) -> None:
        """Offer data to evaluate on.

        Arguments:
            sources: the data that the window knows.
        """
        self.evaluation.sources = sources

    def shutdown(self) -> None:
        """Stop reading and end the threads. The window calls it when it closes."""
        self.evaluation.shutdown()
        self.state.shutdown()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not self.message.handle_escape(event):
            super().keyPressEvent(event)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.state.files.set_active(True)

    def hideEvent(self, event: QHideEvent) -> None:
        self.state.files.set_active(False)
        super().hideEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "details"):
            self.details.apply_theme()

    def _lay_out(self) -> None:
        self.page_layout = PageLayout(
            "models_page",
            self._make_middle(),
            left=self.file_panel,
            right=self.details,
            widths=_SIDE_WIDTHS,
            growing=("right",),
        )
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.page_layout)

    def _make_middle(self) -> QWidget:
        contents = QWidget()
        column = QVBoxLayout(contents)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID)
        column.addWidget(self.heading)
        column.addWidget(self.health)
        column.addWidget(self.chips)
        column.addWidget(self.tree)
        self._panes = QStackedWidget()
        self._panes.addWidget(self.pane)
        self._panes.addWidget(self.compare_pane)
        self._panes.setMinimumHeight(_LEAST_TABLE)
        # The results take room from the table; the user decides how much.
        self._results = LineSplitter(Qt.Orientation.Vertical)
        self._results.setObjectName("models_evaluation_splitter")
        for widget, share in ((self._panes, 2), (self.evaluation_pane, 3)):
            self._results.addWidget(widget)
            self._results.setStretchFactor(self._results.indexOf(widget), share)
        self._results.setSizes([2000, 3000])
        column.addWidget(self._results, 1)
        self._body = QStackedWidget()
        self._body.addWidget(self._make_empty_page())
        self._body.addWidget(contents)
        middle = QWidget()
        middle.setMinimumWidth(42 * GRID)
        column = QVBoxLayout(middle)
        column.setContentsMargins(2 * GRID, GRID + GRID // 2, 2 * GRID, GRID)
        column.setSpacing(GRID)
        column.addWidget(self.message)
        column.addWidget(self._body, 1)
        return middle

    def _make_empty_page(self) -> QWidget:
        text = make_label("models_empty", _EMPTY, "muted", wraps=True)
        text.setAlignment(Qt.AlignmentFlag.AlignCenter)
        button = QPushButton("Open weights…")
        button.setObjectName("models_empty_open")
        button.setToolTip(self.file_panel.open_button.toolTip())
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

    def _connect(self) -> None:
        state = self.state
        state.contents_changed.connect(self._on_contents_changed)
        state.comparison.changed.connect(self._on_comparison_changed)
        state.opened.connect(self.opened)
        state.failed.connect(self.message.show_error)
        state.noted.connect(self.message.show_note)
        state.files.forgotten.connect(self.forgotten)
        self.pane.copied.connect(self.message.show_note)
        self.compare_pane.copied.connect(self.message.show_note)
        self.details.noted.connect(self.message.show_note)
        self.details.failed.connect(self.message.show_error)
        self.file_panel.open_button.clicked.connect(self.choose_file)
        self.heading.use_requested.connect(self._on_use_requested)
        self.evaluation_pane.picked.connect(self._on_example_picked)
        self.evaluation.evaluator.ended.connect(self._on_evaluation_ended)
        self.heading.metadata_requested.connect(self._on_metadata_requested)

    @Slot()
    def _on_contents_changed(self) -> None:
        self._body.setCurrentIndex(0 if self.contents is None else 1)

    @Slot()
    def _on_comparison_changed(self) -> None:
        self._panes.setCurrentIndex(1 if self.state.comparison.active else 0)

    @Slot()
    def _on_evaluation_ended(self) -> None:
        """On a low page, scroll to the results."""
        parent = self.evaluation_pane.parentWidget()
        while parent is not None and not isinstance(parent, QScrollArea):
            parent = parent.parentWidget()
        if isinstance(parent, QScrollArea) and self.evaluation_pane.isVisible():
            QApplication.sendPostedEvents(parent, QEvent.Type.LayoutRequest)
            parent.ensureWidgetVisible(self.evaluation_pane)

    @Slot(int)
    def _on_example_picked(self, position: int) -> None:
        """Inspect an example of the data that the shown file names. Inspect would not show other data."""
        result = self.evaluation.evaluator.result
        if result is not None and result.is_inspectable:
            self.example_requested.emit(result.request.files[0].path, result.request.part, position)

    @Slot()
    def _on_metadata_requested(self) -> None:
        if self.contents is not None:
            dialog = MetadataDialog(self.contents, self)
            dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            dialog.open()

    @Slot(str)
    def _on_use_requested(self, use: str) -> None:
        if use == "evaluate":
            self.evaluation.ask()
        elif self.contents is not None:
            self.use_requested.emit(self.contents.path, use)
