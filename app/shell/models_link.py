"""Connects the Models page with the files of the window and with the pages that use a model."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, Slot

from app.datasets import DataPage
from app.document import Document
from app.models import DataSources, ModelsPage
from app.shell.files import Files
from app.shell.recent_files import WEIGHT_SUFFIXES
from app.shell.window_layout import WindowLayout
from app.training import Inspection, Session
from app.training.dataset_cache import Part


class ModelsLink(QObject):
    """Shows opened weights in Models, and the page on which a model is used.

    Arguments:
        page: the Models page.
        files: opens files, and remembers the recent ones.
        pages: the pages of the window.
        document: its data must be described before a run continues.
        session: has the weights that the window uses.
        inspection: shows an example that was picked in an evaluation.
        data_page: knows the user's data.
        continue_training: trains the shown run for more epochs.
        parent: the owner.
    """

    def __init__(
        self,
        page: ModelsPage,
        files: Files,
        pages: WindowLayout,
        document: Document,
        session: Session,
        inspection: Inspection,
        data_page: DataPage,
        continue_training: Callable[[], object],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._page, self._files, self._pages = page, files, pages
        self._document, self._session, self._continue_training = document, session, continue_training
        self._inspection, self._data_page = inspection, data_page
        self._example: tuple[Part, int] | None = None
        self._wanted_page, self._continues = "", False
        page.use_requested.connect(self._on_use_requested)
        page.example_requested.connect(self._on_example_requested)
        page.opened.connect(files.recent_files.remember)
        page.forgotten.connect(files.recent_files.forget)
        files.weights_opened.connect(self._on_weights_opened)
        files.weights_used.connect(self._on_weights_used)
        files.weights_import.imported.connect(self._on_imported)
        files.recent_files.changed.connect(self._show_recent)
        session.snapshot_changed.connect(self._on_snapshot_changed)
        document.changed.connect(self._continue_when_ready)
        document.changed.connect(self._show_data)
        data_page.recent_changed.connect(self._show_data)
        self._show_recent()
        self._show_data()

    @Slot(list)
    def _on_weights_opened(self, paths: list[Path]) -> None:
        self._pages.show_page("models")
        self._page.open_files(paths)

    @Slot(Path, str)
    def _on_use_requested(self, path: Path, use: str) -> None:
        if use == "export":
            self._files.export_file(path)
            return
        if use == "import":
            self._files.weights_import.import_file(path)
            return
        self._wanted_page, self._continues, self._example = use, False, None
        self._files.use_weights(path)

    @Slot(Path, str, int)
    def _on_example_requested(self, path: Path, part: Part, position: int) -> None:
        """Inspect an example of the data of a file, with its network."""
        self._on_use_requested(path, "inspect")
        self._example = part, position

    @Slot()
    def _on_weights_used(self) -> None:
        page, self._wanted_page = self._wanted_page, ""
        if page:
            self._pages.show_page(page)
        example, self._example = self._example, None
        if page == "inspect" and example is not None:
            self._inspection.inspect_example(*example)
        self._continues = page == "train"
        self._continue_when_ready()

    @Slot()
    def _on_imported(self) -> None:
        self._pages.show_page("build")

    @Slot()
    def _continue_when_ready(self) -> None:
        """Continue the training of a file's weights as soon as the data are known."""
        if self._continues and not self._document.data_pending:
            self._continues = False
            self._continue_training()

    @Slot()
    def _show_recent(self) -> None:
        self._page.show_recent(self._files.recent_files.remembered(WEIGHT_SUFFIXES))

    @Slot()
    def _show_data(self) -> None:
        """Offer the data of the project, and those of the user, to evaluate on."""
        self._page.show_data(DataSources(self._document.project.data, self._data_page.recent))

    @Slot()
    def _on_snapshot_changed(self) -> None:
        snapshot = self._session.snapshot
        self._page.show_in_use(snapshot.source if snapshot is not None and not snapshot.mixed else None)
