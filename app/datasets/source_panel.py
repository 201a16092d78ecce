"""The left side of the Data page: a gallery of all data to choose from, and the download of public sets."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import qtawesome
from PySide6.QtCore import QEvent, QPoint, QTimer, QUrl, Signal, Slot
from PySide6.QtGui import QDesktopServices, QHideEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QMenu, QMessageBox, QPushButton, QToolButton, QVBoxLayout, QWidget

from app.datasets.download_panel import DownloadPanel
from app.datasets.download_settings import DownloadSettings
from app.datasets.downloads import Downloads
from app.datasets.gallery_entries import NOTHING_YET, GalleryState, gallery_sections
from app.datasets.gallery_facts import GalleryFacts
from app.datasets.gallery_icons import icon_pictures
from app.datasets.gallery_pictures import PICTURE_SIZE
from app.widgets.drop_hint import DropHint
from app.widgets.entry_list import EntryList
from app.widgets.labels import make_label, make_paragraph, show_text
from app.widgets.layouts import add_layout
from app.widgets.theme.theme import GRID, current_theme
from tinyml.core import DataError
from tinyml.core.memory import describe_bytes
from tinyml.data import DataDescription, public_names
from tinyml.data.cache_folder import cache_folder
from tinyml.data.public import public_sets
from tinyml.data.readers import describe_sources, readers

_LOW = 56 * GRID
"""In a panel lower than this, the list gets the room of the hint. In pixels."""
_PICTURES_AFTER_MS = 300
"""The window paints itself first; then the pictures of the built-in sets are painted in the background."""


class SourcePanel(QWidget):
    """Lists the data to choose from, downloads public sets, and forgets data of earlier sessions.

    Attributes:
        downloads: the downloads of public sets; they continue while the page is hidden.

    Signals:
        chosen(source): the user chose data that can be used at once.
        downloaded(source): the download of a public set ended, and all its files are there.
        forget_requested(path): the user does not want to see a path in the list again.
        folder_requested(): the user wants to open a folder.
        file_requested(): the user wants to open a file.
    """

    chosen = Signal(str)
    downloaded = Signal(str)
    forget_requested = Signal(str)
    folder_requested = Signal()
    file_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("data_page_sources")
        self.downloads = Downloads(self)
        self._facts = GalleryFacts(self)
        self._state = GalleryState()
        self._offered = self._wanted = self._shown_elsewhere = ""
        self._icons = icon_pictures()
        self._list = EntryList("data_page_list", "Data to choose from", PICTURE_SIZE // 2)
        self._nothing_yet = make_paragraph("data_page_nothing_yet", NOTHING_YET, "muted")
        self._download = DownloadPanel(self.downloads)
        self._error = make_label("data_page_error", style_class="danger", wraps=True, selectable=True)
        self._error.hide()
        self._hint = DropHint("data_page_drop_hint", "Drop a folder or a file here")
        self._hint.setToolTip(f"TinyML reads {describe_sources()}.")
        self._settings = self._make_settings_button()
        self._pictures_timer = QTimer(self, singleShot=True, interval=_PICTURES_AFTER_MS)
        self._lay_out(self._make_buttons())
        self._connect()

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
        if chosen != self._state.chosen or pending:
            self._offered = self._wanted = ""
        if tuple(recent) != self._state.recent or error:
            self._facts.request_kinds(recent)
        self._state = replace(self._state, recent=tuple(recent), chosen=chosen, described=described, pending=pending)
        show_text(self._error, error)
        self._refresh()

    @Slot(str)
    def hide_download_of(self, name: str) -> None:
        """Offer no download of a set here, because the page offers it in its middle.

        Arguments:
            name: of the set; empty for none.
        """
        self._shown_elsewhere = name
        self._refresh()

    def shutdown(self) -> None:
        """Stop downloads and jobs, and wait for their threads. The window calls it when it closes."""
        self.downloads.shutdown()
        self._facts.shutdown()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.downloads.refresh()
        self._facts.request_kinds(self._state.recent)
        self._pictures_timer.start()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._pictures_timer.stop()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._icons = icon_pictures()
            self._settings.setIcon(qtawesome.icon("mdi6.cog-outline", color=current_theme().muted))
            self._refresh()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._show_hint()

    # -------------------------------------------------------------------------------------------------------- choosing

    @Slot(str)
    def _on_list_chosen(self, key: str) -> None:
        self._offered = self._wanted = ""
        if key in public_names() and not self.downloads.states[key].complete:
            self._offered = key
            # Only the disk knows yet; the download itself chooses the set when it is there.
            self._wanted = key
        else:
            self.chosen.emit(key)
        self._refresh()

    @Slot(str)
    def _on_downloads_changed(self, name: str) -> None:
        complete = {set_name: state.complete for set_name, state in self.downloads.states.items()}
        self._facts.request_public(complete)
        if name == self._wanted and complete[name]:
            self._offered = self._wanted = ""
            self.chosen.emit(name)
        self._refresh()

    def _refresh(self) -> None:
        state = replace(
            self._state,
            downloads=dict(self.downloads.states),
            kinds=dict(self._facts.kinds),
            pictures={**self._icons, **self._facts.pictures},
        )
        marked = self._offered or self._state.pending or self._state.chosen
        self._list.show_entries(gallery_sections(state), marked)
        self._nothing_yet.setVisible(not self._state.recent)
        download = self.downloads.states.get(marked)
        missing = download is not None and not download.complete and (self.downloads.known or bool(self._offered))
        self._download.show_set(marked if missing and marked != self._shown_elsewhere else "")
        self._show_hint()

    def _show_hint(self) -> None:
        self._hint.setVisible(self.height() >= _LOW and not self._download.name)

    # ------------------------------------------------------------------------------------------------------------ menu

    @Slot(str, QPoint)
    def _on_list_menu_requested(self, key: str, place: QPoint) -> None:
        menu = self.make_menu(key)
        if not menu.isEmpty():
            menu.popup(place)

    def make_menu(self, key: str) -> QMenu:
        """Return the menu of an entry; it is empty for built-in sets.

        Arguments:
            key: of the entry: the name of a set, or a path.
        """
        menu = QMenu(self)
        menu.setObjectName("data_page_entry_menu")
        menu.aboutToHide.connect(menu.deleteLater)
        if key in public_names():
            self._fill_public_menu(menu, key)
        elif key in self._state.recent:
            show = menu.addAction("Show in the file manager", lambda: self._show_path(key))
            show.setEnabled(self._facts.kinds.get(key) is not None)
            forget = menu.addAction("Forget", lambda: self.forget_requested.emit(key))
            forget.setEnabled(key != self._state.chosen)
            forget.setToolTip("Leave it out of this list. The data itself stays.")
        return menu

    def _fill_public_menu(self, menu: QMenu, name: str) -> None:
        state = self.downloads.states[name]
        if state.running:
            menu.addAction("Cancel the download", lambda: self.downloads.cancel(name))
        elif not state.complete:
            verb = "Continue the download" if state.received else "Download"
            menu.addAction(f"{verb} ({describe_bytes(state.size - state.received)})", lambda: self._start(name))
        if state.received and not state.running:
            size = describe_bytes(state.received)
            menu.addAction(f"Delete the download ({size})…", lambda: self._ask_to_clear(name))
            menu.addAction("Show in the file manager", lambda: open_folder(public_sets()[name].folder))
        menu.addSeparator()
        menu.addAction("Download settings…", self.show_settings)

    def _start(self, name: str) -> None:
        self._offered = self._wanted = name
        self.downloads.start(name)
        self._refresh()

    def _show_path(self, path: str) -> None:
        is_folder = self._facts.kinds.get(path) == "a folder"
        open_folder(Path(path) if is_folder else Path(path).parent)

    @Slot(str)
    def _ask_to_clear(self, name: str) -> None:
        """Ask once, then delete what is downloaded of a set."""
        public, state = public_sets()[name], self.downloads.states[name]
        owner = self.findChild(DownloadSettings) or self
        box = QMessageBox(QMessageBox.Icon.Question, "Delete download", "", QMessageBox.StandardButton.Cancel, owner)
        box.setObjectName("data_page_clear_question")
        box.setText(
            f"Delete the downloaded files of {public.title} ({describe_bytes(state.received)})? They can be downloaded "
            "again."
        )
        delete = box.addButton("Delete", QMessageBox.ButtonRole.DestructiveRole)
        delete.setObjectName("data_page_clear_answer")
        delete.clicked.connect(lambda: self.downloads.clear(name))
        box.setEscapeButton(QMessageBox.StandardButton.Cancel)
        box.setDefaultButton(QMessageBox.StandardButton.Cancel)
        box.finished.connect(box.deleteLater)
        box.open()

    @Slot()
    def show_settings(self) -> None:
        """Show the mirror and what is downloaded, in a dialog."""
        dialog = DownloadSettings(self.downloads, self)
        dialog.clear_requested.connect(self._ask_to_clear)
        dialog.folder_requested.connect(self._on_folder_requested)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    @Slot()
    def _on_folder_requested(self) -> None:
        try:
            folder = cache_folder()
        except DataError as error:
            show_text(self._error, str(error))
        else:
            open_folder(folder)

    # -------------------------------------------------------------------------------------------------------- assembly

    def _connect(self) -> None:
        self._list.chosen.connect(self._on_list_chosen)
        self._list.menu_requested.connect(self._on_list_menu_requested)
        self._facts.changed.connect(self._refresh)
        self._pictures_timer.timeout.connect(self._facts.request_built_in)
        self.downloads.changed.connect(self._on_downloads_changed)
        self.downloads.finished.connect(self.downloaded)
        self._download.settings_requested.connect(self.show_settings)

    def _make_settings_button(self) -> QToolButton:
        button = QToolButton()
        button.setObjectName("data_page_download_settings")
        button.setAccessibleName("Download settings")
        button.setToolTip("Download settings: a mirror of your school, and what is downloaded")
        button.setAutoRaise(True)
        button.setIcon(qtawesome.icon("mdi6.cog-outline", color=current_theme().muted))
        button.clicked.connect(self.show_settings)
        return button

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

    def _lay_out(self, buttons: list[QPushButton]) -> None:
        top, row = QHBoxLayout(), QHBoxLayout()
        top.addWidget(make_label("data_page_heading", "Data", "heading"), 1)
        top.addWidget(self._settings)
        row.setSpacing(GRID // 2)
        for button in buttons:
            row.addWidget(button, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(GRID, GRID + GRID // 2, GRID, GRID)
        layout.setSpacing(GRID)
        add_layout(layout, top)
        layout.addWidget(self._list, 1)
        for widget in (self._nothing_yet, self._download, self._error, self._hint):
            layout.addWidget(widget)
        add_layout(layout, row)


def open_folder(folder: Path) -> None:
    """Show a folder in the file manager of the system.

    Arguments:
        folder: the folder.
    """
    QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder)))
