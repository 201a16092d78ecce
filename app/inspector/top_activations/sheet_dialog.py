"""The window with the strongest examples of all maps of a layer, and its files."""

from functools import partial
from pathlib import Path

from PySide6.QtCore import QSize, Slot
from PySide6.QtWidgets import QDialog, QPushButton, QWidget

from app.inspector.layouts import make_column, make_row, with_names
from app.inspector.thin_progress import ThinProgress
from app.inspector.top_activations.block_view import BlockView
from app.inspector.top_activations.sheet_file import save_sheet
from app.inspector.top_activations.top_activations import TopActivations
from app.jobs import BackgroundRunner, LatestJob
from app.widgets.labels import make_label
from app.widgets.layouts import add_layout
from app.widgets.plain_text import sentence, short
from app.widgets.save_dialog import ask_where_to_save
from app.widgets.theme.theme import GRID

_SIZE = QSize(120 * GRID, 84 * GRID)
_FILE_KINDS = {"png": "Picture", "svg": "Drawing", "pdf": "Document"}


class SheetDialog(QDialog):
    """All maps of the layer, nine patches and nine reconstructions each. Blocks are computed as they become visible.

    Arguments:
        model: what was found.
        runner: draws and saves the sheet.
        parent: the window below.
    """

    def __init__(self, model: TopActivations, runner: BackgroundRunner, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("inspector_top_sheet_window")
        self._model = model
        self._job = LatestJob(runner, self)
        self._job.returned.connect(self._on_job_returned)
        self._job.failed.connect(self._on_job_failed)
        self._sentence = make_label("inspector_top_sheet_sentence", style_class="muted", wraps=True)
        self._report = make_label("inspector_top_sheet_report", wraps=True, selectable=True)
        self._progress = ThinProgress("inspector_top_sheet_progress", "Progress of saving the sheet")
        self._job.progressed.connect(self._progress.set_share)
        self._blocks = BlockView(model, "inspector_top_sheet_blocks", all_maps=True, wraps=True)
        self._arrange()
        self.resize(_SIZE.boundedTo(parent.window().size()))
        model.changed.connect(self._on_model_changed)
        self._on_model_changed()

    def done(self, result: int) -> None:
        """Close the window, and stop saving."""
        self._job.cancel()
        self._model.want(self._blocks.objectName(), ())
        super().done(result)

    def save_to(self, path: Path) -> None:
        """Draw and save the sheet in the background.

        Arguments:
            path: of the file; its ending decides the format: .png, .svg or .pdf.
        """
        if self._model.result is None:
            return
        self._show_saving(True)
        self._report.setText("Saving…")
        self._job.start_with_progress(partial(save_sheet, self._model.result, self._model.method, path))

    def _arrange(self) -> None:
        self._save = with_names(QPushButton("Save…"), "inspector_top_sheet_save", "Save the sheet")
        self._save.setToolTip("Save the sheet as a picture (PNG), a drawing (SVG) or a document (PDF)")
        self._save.clicked.connect(self._on_save_clicked)
        self._cancel = with_names(QPushButton("Cancel"), "inspector_top_sheet_cancel", "Stop saving the sheet")
        self._cancel.clicked.connect(self._on_cancel_clicked)
        self._cancel.hide()
        close = with_names(QPushButton("Close"), "inspector_top_sheet_close", "Close the sheet")
        close.clicked.connect(self.reject)
        last = make_row()
        last.addWidget(self._report, 1)
        for button in (self._cancel, self._save, close):
            last.addWidget(button)
        column = make_column(self, GRID)
        column.setContentsMargins(2 * GRID, 2 * GRID, 2 * GRID, 2 * GRID)
        column.addWidget(self._sentence)
        column.addWidget(self._blocks, 1)
        column.addWidget(self._progress)
        add_layout(column, last)

    def _show_saving(self, saving: bool) -> None:
        self._progress.set_running(saving)
        self._save.setEnabled(not saving)
        self._cancel.setVisible(saving)

    @Slot()
    def _on_model_changed(self) -> None:
        self.setWindowTitle(f"Top activations of {short(self._model.search.layer)}")
        self._sentence.setText(self._model.sentence)

    @Slot()
    def _on_save_clicked(self) -> None:
        start = Path(f"{short(self._model.search.layer)}-sheet.png")
        path = ask_where_to_save(self, "Save sheet", start, _FILE_KINDS)
        if path is not None:
            self.save_to(path)

    @Slot()
    def _on_cancel_clicked(self) -> None:
        self._job.cancel()
        self._show_saving(False)
        self._report.setText("Not saved.")

    @Slot(object)
    def _on_job_returned(self, path: Path) -> None:
        self._show_saving(False)
        self._report.setText(f"Saved {short(path.name)}.")

    @Slot(str)
    def _on_job_failed(self, problem: str) -> None:
        self._show_saving(False)
        self._report.setText(sentence(f"Could not save the sheet. {problem}"))
