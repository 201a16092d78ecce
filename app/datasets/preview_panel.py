"""The middle of the Data page: what the dataset is, what was found in it, and its examples."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QStackedWidget, QVBoxLayout, QWidget

from app.datasets.augmentation_panel import AugmentationPanel
from app.datasets.broken_files_panel import BrokenFilesPanel
from app.datasets.download_panel import DownloadPanel
from app.datasets.downloads import Downloads
from app.datasets.examples_panel import ExamplesPanel
from app.datasets.findings_line import FindingsLine
from app.datasets.preview import DataDetails, DataPreview
from app.datasets.reading_panel import ReadingPanel
from app.datasets.sentences import describe_examples
from app.datasets.view_switch import ViewSwitch
from app.document import Document
from app.jobs import BackgroundRunner
from app.widgets.labels import make_label, show_text
from app.widgets.layouts import add_layout
from app.widgets.plain_text import short
from app.widgets.theme.fonts import scaled_font
from app.widgets.theme.theme import GRID
from tinyml.data import DataDescription

_TITLE_SCALE = 1.25
_ANALYSING = "Looking through all examples …"
_LOWEST_WITH_AUGMENTATION = 52 * GRID
"""In a lower panel, the augmented samples would leave no room for the examples."""


class PreviewPanel(QWidget):
    """Shows a dataset: its description at once, its examples as soon as they are read, then what was found in them.

    Arguments:
        document: its settings say how to augment.
        downloads: of public sets.
        runner: paints pictures.

    Signals:
        cancelled(): the user does not want to wait for the data.
        retried(): the user wants the data to be read again.
        skip_requested(files): the user wants to leave broken files out: a tuple of names.
        download_shown(name): the panel offers the download of this set now; an empty name: of no set.
        download_settings_requested(): the user wants to set a mirror.
    """

    cancelled = Signal()
    retried = Signal()
    skip_requested = Signal(tuple)
    download_shown = Signal(str)
    download_settings_requested = Signal()

    def __init__(
        self, document: Document, downloads: Downloads, runner: BackgroundRunner, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("data_page_preview")
        self.setMinimumWidth(40 * GRID)
        self.preview: DataPreview | None = None
        self.details: DataDetails | None = None
        self._title = make_label("data_page_title", style_class="heading")
        self._title.setFont(scaled_font(self._title.font(), _TITLE_SCALE))
        self._summary = make_label("data_page_summary", style_class="muted", selectable=True, ignores_width=True)
        self._about = make_label("data_page_about", style_class="muted", wraps=True, selectable=True)
        self._switch = ViewSwitch()
        self._findings = FindingsLine()
        self._reading, self._broken = ReadingPanel(), BrokenFilesPanel()
        self._download = DownloadPanel(downloads, "data_page_needed_download", centred=True)
        self._examples = ExamplesPanel(runner)
        self._augmentation = AugmentationPanel(document, runner)
        self._view_of: dict[tuple[str, ...], str] = {}
        self._lay_out()
        self._connect()
        self._augmentation.hide()

    @property
    def message(self) -> str:
        """The sentence in place of the examples; empty while they are shown."""
        return self._reading.message if self._stack.currentWidget() is self._reading else ""

    @property
    def view(self) -> str:
        """The name of the view of the examples; empty while there are none."""
        return self._examples.view if self.preview is not None else ""

    def show_description(self, data: DataDescription | None) -> None:
        """Show what is known without the examples.

        Arguments:
            data: the description of the dataset; None if it is not known.
        """
        show_text(self._title, short(data.title) if data is not None else "")
        show_text(self._summary, describe_examples(data) if data is not None else "")
        show_text(self._about, data.about if data is not None else "")
        self._fit()

    def show_message(self, sentence: str, way_out: str = "", danger: bool = False, retry: bool = False) -> None:
        """Show a sentence in place of the examples.

        Arguments:
            sentence: why there are no examples.
            way_out: what the user can do; empty if there is only to wait.
            danger: True for an error.
            retry: offer to read the data again.
        """
        self._drop()
        self._reading.show_message(sentence, way_out, danger, retry)
        self._show_page(self._reading)

    def show_download(self, name: str) -> None:
        """Offer the download of a public set, in place of the examples.

        Arguments:
            name: of the set.
        """
        self._drop()
        self._download.show_set(name)
        self._show_page(self._download_page)
        self.download_shown.emit(name)

    def show_progress(self, text: str, share: float) -> None:
        """Show how far the reading is, in place of the examples.

        Arguments:
            text: one line.
            share: of the data that is read, 0 to 1.
        """
        self._reading.show_progress(text, share)
        self._show_page(self._reading)

    def show_broken_files(self, sentence: str, files: Sequence[str], folder: str) -> None:
        """Show the files that cannot be read, in place of the examples.

        Arguments:
            sentence: what is wrong.
            files: their names, relative to the folder.
            folder: path of the folder.
        """
        self._drop()
        self._broken.show_files(sentence, files, folder)
        self._show_page(self._broken)

    def show_preview(self, preview: DataPreview) -> None:
        """Show examples. `show_details` adds what takes longer.

        Arguments:
            preview: of the dataset whose description is shown.
        """
        self._drop()
        self.preview = preview
        self._findings.show_findings((), _ANALYSING)
        self._examples.show_preview(preview)
        self._show_view(self._view_of.get(preview.views, preview.views[0]))
        self._show_page(self._content)
        index = self._examples.training_examples
        self._augmentation.show_example(index[0] if index is not None and len(index) else None)
        self._fit()

    def show_details(self, details: DataDetails) -> None:
        """Show what was found in the examples of the preview.

        Arguments:
            details: of the shown preview.
        """
        self.details = details
        self._findings.show_findings(details.analysis.findings)
        self._examples.show_details(details)

    def show_analysis_problem(self, sentence: str) -> None:
        """Say why the examples could not be analysed.

        Arguments:
            sentence: the reason.
        """
        self._findings.show_findings((), sentence)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _drop(self) -> None:
        """Forget the examples, so that their memory is free for the next ones."""
        self.preview = self.details = None
        self._findings.show_findings(())
        self._examples.show_preview(None)
        self._switch.show_views((), "")
        self._augmentation.show_example(None)
        self._augmentation.hide()

    def _fit(self) -> None:
        """Put the summary below the title if it would be cut off beside it; show the augmented samples if they fit."""
        switch = self._switch.sizeHint().width() if self._switch.views else 0
        margins = self._texts.contentsMargins()
        room = self.width() - margins.left() - margins.right() - self._title.sizeHint().width() - switch - 3 * GRID
        wanted = self._header if self._summary.sizeHint().width() <= room else self._below_title
        if wanted.indexOf(self._summary) < 0:
            other = self._below_title if wanted is self._header else self._header
            other.removeWidget(self._summary)
            wanted.insertWidget(1 if wanted is self._header else 0, self._summary, 1)
        if self.preview is not None:
            images = len(self.preview.description.example_shape) == 3
            self._augmentation.setVisible(images and self.height() >= _LOWEST_WITH_AUGMENTATION)

    def _show_view(self, view: str) -> None:
        if self.preview is not None:
            self._view_of[self.preview.views] = view
            self._switch.show_views(self.preview.views, view)
            self._examples.show_view(view)
            self._fit()

    def _lay_out(self) -> None:
        self._content = QWidget()
        content = QVBoxLayout(self._content)
        content.setContentsMargins(0, 0, 0, 0)
        content.setSpacing(GRID)
        content.addWidget(self._examples, 1)
        content.addWidget(self._augmentation)
        self._download_page = QWidget()
        middle = QVBoxLayout(self._download_page)
        middle.addStretch(1)
        middle.addWidget(self._download)
        middle.addStretch(2)
        self._stack = QStackedWidget()
        for page in (self._reading, self._broken, self._download_page, self._content):
            self._stack.addWidget(page)
        # The examples take the room that the texts leave. Else the page would scroll below their wanted height.
        self._stack.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Ignored)
        self._header = header = QHBoxLayout()
        header.setSpacing(GRID)
        header.addWidget(self._title)
        header.addWidget(self._summary, 1)
        header.addWidget(self._switch, 0, Qt.AlignmentFlag.AlignRight)
        self._below_title = QHBoxLayout()
        self._texts = layout = QVBoxLayout(self)
        layout.setContentsMargins(2 * GRID, GRID + GRID // 2, 2 * GRID, GRID)
        layout.setSpacing(GRID // 2)
        add_layout(layout, header)
        add_layout(layout, self._below_title)
        layout.addWidget(self._about)
        layout.addWidget(self._findings)
        layout.addSpacing(GRID)
        layout.addWidget(self._stack, 1)

    def _show_page(self, page: QWidget) -> None:
        if page is not self._download_page and self._download.name:
            self._download.show_set("")
            self.download_shown.emit("")
        self._stack.setCurrentWidget(page)

    def _connect(self) -> None:
        self._download.settings_requested.connect(self.download_settings_requested)
        self._switch.chosen.connect(self._on_view_chosen)
        self._examples.view_changed.connect(self._on_view_changed)
        self._examples.example_shown.connect(self._on_example_shown)
        self._reading.cancelled.connect(self.cancelled)
        self._reading.retried.connect(self.retried)
        self._broken.retried.connect(self.retried)
        self._broken.skip_requested.connect(self._on_skip_requested)

    @Slot(str)
    def _on_view_chosen(self, view: str) -> None:
        self._show_view(view)

    @Slot(str)
    def _on_view_changed(self, view: str) -> None:
        if self.preview is not None:
            self._switch.show_views(self.preview.views, view)

    @Slot()
    def _on_example_shown(self) -> None:
        example = self._examples.example
        if example is not None:
            self._augmentation.show_example(example)

    @Slot()
    def _on_skip_requested(self) -> None:
        self.skip_requested.emit(self._broken.files)
