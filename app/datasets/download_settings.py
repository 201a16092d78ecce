"""The dialog for downloads: the school's own mirror, and what is in the cache."""

from functools import partial

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QGridLayout, QLineEdit, QPushButton, QVBoxLayout, QWidget

from app.datasets.downloads import Downloads
from app.widgets.labels import make_heading, make_label, make_paragraph, show_text
from app.widgets.layouts import add_layout
from app.widgets.theme.style_properties import set_style_property
from app.widgets.theme.theme import GRID
from tinyml.core import DataError, SettingsError
from tinyml.core.files import show_path
from tinyml.core.memory import describe_bytes
from tinyml.data.cache_folder import CACHE_VARIABLE, cache_folder
from tinyml.data.downloads import MIRROR_VARIABLE, check_mirror
from tinyml.data.public import public_sets


class DownloadSettings(QDialog):
    """Lets the user set a mirror, see what is downloaded, and delete it.

    Arguments:
        downloads: the state of all downloads; the mirror is stored there.
        parent: the parent widget.

    Signals:
        clear_requested(name): the user wants to delete what is downloaded of a set.
        folder_requested(): the user wants to see the cache folder.
    """

    clear_requested = Signal(str)
    folder_requested = Signal()

    def __init__(self, downloads: Downloads, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("download_settings")
        self.setWindowTitle("Download settings")
        self.setMinimumWidth(60 * GRID)
        self._downloads = downloads
        self._mirror = QLineEdit(downloads.mirror)
        self._mirror.setObjectName("download_settings_mirror")
        self._mirror.setAccessibleName("Mirror of your school")
        self._mirror.setPlaceholderText("https://school.example/data")
        self._mirror.textChanged.connect(self._on_text_changed)
        self._error = make_label("download_settings_error", style_class="danger", wraps=True)
        self._error.hide()
        self._sizes = {name: make_label(f"download_settings_size_{name}") for name in public_sets()}
        self._clear = {name: QPushButton("Delete…") for name in public_sets()}
        self._buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Save | QDialogButtonBox.StandardButton.Cancel)
        self._buttons.setObjectName("download_settings_buttons")
        self._buttons.accepted.connect(self.accept)
        self._buttons.rejected.connect(self.reject)
        self._lay_out()
        downloads.changed.connect(self._refresh)
        downloads.refresh()
        self._refresh()

    def accept(self) -> None:
        try:
            address = check_mirror(self._mirror.text())
        except SettingsError as error:
            show_text(self._error, str(error))
            set_style_property(self._mirror, "invalid", True)
            self._mirror.setFocus()
            return
        self._downloads.set_mirror(address)
        super().accept()

    def _lay_out(self) -> None:
        layout = QVBoxLayout(self)
        layout.setSpacing(GRID)
        layout.addWidget(make_heading("", "Mirror of your school"))
        layout.addWidget(
            make_paragraph(
                "",
                "Address of a folder on a web server with the published files, such as "
                "mnist/train-images-idx3-ubyte.gz below it. It is tried first. Empty: the environment variable "
                f"{MIRROR_VARIABLE}, if there is one.",
                "muted",
            )
        )
        layout.addWidget(self._mirror)
        layout.addWidget(self._error)
        layout.addSpacing(GRID)
        layout.addWidget(make_heading("", "Downloaded"))
        layout.addWidget(make_paragraph("download_settings_folder", _describe_folder(), "muted"))
        add_layout(layout, self._make_table())
        layout.addWidget(self._make_folder_button(), 0, Qt.AlignmentFlag.AlignLeft)
        layout.addStretch()
        layout.addWidget(self._buttons)

    def _make_table(self) -> QGridLayout:
        table = QGridLayout()
        table.setHorizontalSpacing(2 * GRID)
        table.setColumnStretch(1, 1)
        for row, (name, public) in enumerate(public_sets().items()):
            button = self._clear[name]
            button.setObjectName(f"download_settings_clear_{name}")
            button.setAccessibleName(f"Delete the download of {public.title}")
            button.clicked.connect(partial(self.clear_requested.emit, name))
            table.addWidget(make_label("", public.title), row, 0)
            table.addWidget(self._sizes[name], row, 1)
            table.addWidget(button, row, 2)
        return table

    def _make_folder_button(self) -> QPushButton:
        button = QPushButton("Show the folder")
        button.setObjectName("download_settings_show_folder")
        button.setProperty("link", True)
        button.clicked.connect(self.folder_requested)
        return button

    @Slot()
    def _refresh(self) -> None:
        for name, state in self._downloads.states.items():
            size = describe_bytes(state.size)
            text = size if state.complete else f"{describe_bytes(state.received)} of {size}"
            self._sizes[name].setText(f"{text}, running" if state.running else text if state.received else "–")
            self._clear[name].setEnabled(bool(state.received) and not state.running)

    @Slot(str)
    def _on_text_changed(self, _: str) -> None:
        show_text(self._error, "")
        set_style_property(self._mirror, "invalid", False)


def _describe_folder() -> str:
    try:
        return f"In {show_path(cache_folder())}. The environment variable {CACHE_VARIABLE} names another folder."
    except DataError as error:
        return str(error)
