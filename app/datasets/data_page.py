"""The Data page: choose the data, look at it, and split it."""

from collections.abc import Sequence

from PySide6.QtCore import Signal, Slot
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.datasets.downloads import Downloads
from app.datasets.preview import DataPreview
from app.datasets.preview_loader import PreviewLoader
from app.datasets.source_panel import SourcePanel
from app.document import Document
from app.forms import DataForm, SourceChoice, WithDataLine, ask_for_source
from app.widgets.labels import make_label
from app.widgets.page_layout import PageLayout
from app.widgets.theme.theme import GRID
from tinyml.data import known_names

MOST_RECENT = 8
"""Number of the user's data that the list remembers."""
_WIDTHS = (252, 300)
"""Widths of the panels at the sides; at the left, a line such as "1 797 images · 10 classes" fits beside a picture."""


class DataPage(QWidget):
    """What data there is, the data in use with its classes and examples, and its split.

    The examples are read in the background, and only while the page is visible.

    Arguments:
        document: holds the choice of data; choosing other data is an edit.
        parent: the parent widget.

    Attributes:
        page_layout: the panels of the page.
        recent: paths of the user's data, the newest first.

    Signals:
        recent_changed(): the user's data in use became the newest one of `recent`, or the user forgot one of them.
        retried(): the data in use should be read again: the user wants it, or its download ended.
    """

    recent_changed = Signal()
    retried = Signal()

    def __init__(self, document: Document, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("data_page")
        self.setAccessibleName("Data")
        self._document = document
        self._choice = SourceChoice.of(document)
        self.recent: tuple[str, ...] = ()
        self._sources = SourcePanel()
        self._loader = PreviewLoader(document, self.downloads, self)
        self._form = DataForm(document, "data_page_form", with_source=False)
        middle = WithDataLine(document, self._loader.panel, "data_page_fit")
        self.page_layout = PageLayout("data_page", middle, left=self._sources, right=self._make_right(), widths=_WIDTHS)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.page_layout)
        self._connect()
        self._remember_source()

    @property
    def downloads(self) -> Downloads:
        """The downloads of public sets."""
        return self._sources.downloads

    @property
    def preview(self) -> DataPreview | None:
        """What is shown of the examples; None while they are not read."""
        return self._loader.panel.preview

    def commit(self) -> str:
        """Apply the text that is typed in a field. Return a sentence if the number is refused, else an empty text."""
        return self._form.commit()

    def show_recent(self, sources: Sequence[str]) -> None:
        """List the user's data of earlier sessions.

        Arguments:
            sources: paths of folders and files, the newest first.
        """
        self.recent = tuple(dict.fromkeys(sources))[:MOST_RECENT]
        self._remember_source()
        self._refresh()

    @Slot()
    def open_folder(self) -> None:
        """Ask the user for a folder of data, and use it."""
        self._choice.choose(ask_for_source(self, self._document, folders=True) or self._document.project.data.source)

    @Slot()
    def open_file(self) -> None:
        """Ask the user for a file of data, and use it."""
        self._choice.choose(ask_for_source(self, self._document, folders=False) or self._document.project.data.source)

    def shutdown(self) -> None:
        """Stop reading and downloading. The window calls it when it closes."""
        self._sources.shutdown()
        self._loader.shutdown()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._refresh()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._loader.pause()

    def _make_right(self) -> QWidget:
        right = QWidget()
        right.setObjectName("data_page_right")
        layout = QVBoxLayout(right)
        layout.setContentsMargins(0, GRID + GRID // 2, 0, 0)
        layout.setSpacing(0)
        heading = make_label("data_page_split_heading", "Settings of the data", "heading")
        heading.setContentsMargins(GRID + GRID // 2, 0, GRID, 0)
        layout.addWidget(heading)
        layout.addWidget(self._form, 1)
        return right

    def _connect(self) -> None:
        self._sources.chosen.connect(self._choice.choose)
        self._sources.folder_requested.connect(self.open_folder)
        self._sources.file_requested.connect(self.open_file)
        self._loader.retried.connect(self.retried)
        self._loader.panel.download_shown.connect(self._sources.hide_download_of)
        self._loader.panel.download_settings_requested.connect(self._sources.show_settings)
        self._sources.downloaded.connect(self._on_downloaded)
        self._sources.forget_requested.connect(self._on_forget_requested)
        self._choice.changed.connect(self._refresh)
        self._document.changed.connect(self._on_document_changed)
        self._document.replaced.connect(self._on_document_changed)

    @Slot(str)
    def _on_downloaded(self, name: str) -> None:
        if name == self._document.project.data.source:
            # It could not be read before. A hidden page reads it when it is shown.
            self._loader.retry(now=self.isVisible())

    @Slot(str)
    def _on_forget_requested(self, path: str) -> None:
        self.recent = tuple(known for known in self.recent if known != path)
        self.recent_changed.emit()
        self._refresh()

    @Slot()
    def _on_document_changed(self) -> None:
        self._remember_source()
        self._refresh()

    def _remember_source(self) -> None:
        """Put the data in use first in `recent`, if it is the user's own."""
        source = self._document.project.data.source
        if source in known_names() or source in self.recent:
            return
        self.recent = (source, *self.recent)[:MOST_RECENT]
        self.recent_changed.emit()

    @Slot()
    def _refresh(self) -> None:
        """Show the data in use. A hidden page does it when it is shown."""
        if not self.isVisible():
            return
        data, choice, pending = self._document.data, self._document.project.data, self._choice.pending
        recent = self.recent if not pending or pending in self.recent else (pending, *self.recent)
        self._sources.show_sources(recent, choice.source, data, pending, self._choice.error)
        self._loader.refresh(bool(pending))
