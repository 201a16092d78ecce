"""The list of the files that cannot be read, and what the user can do about them."""

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, QUrl, Signal, Slot
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFrame, QHBoxLayout, QListWidget, QListWidgetItem, QPushButton, QVBoxLayout, QWidget

from app.formatting import format_count
from app.widgets.labels import make_label
from app.widgets.layouts import add_layout
from app.widgets.plain_text import short, tool_tip
from app.widgets.theme.theme import GRID

MOST_SHOWN = 2000
"""Largest number of files in the list."""
_NAME_LENGTH = 120


class BrokenFilesPanel(QWidget):
    """Names broken files and lets the user skip them. They are never left out silently.

    Signals:
        skip_requested(): leave these files out.
        retried(): read the data again, because the files were repaired or removed.
    """

    skip_requested = Signal()
    retried = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("data_page_broken")
        self.files: tuple[str, ...] = ()
        self._folder = ""
        self._sentence = make_label("data_page_broken_sentence", style_class="danger", wraps=True, selectable=True)
        self._list = QListWidget()
        self._list.setObjectName("data_page_broken_files")
        self._list.setAccessibleName("Files that cannot be read")
        self._list.setFrameShape(QFrame.Shape.NoFrame)
        self._list.setProperty("roomy", True)
        self._list.setUniformItemSizes(True)
        self._list.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self._more = make_label("data_page_broken_more", style_class="muted")
        self._skip = self._make_button("skip", "Skip these files")
        self._skip.setProperty("primary", True)
        self._skip.clicked.connect(self.skip_requested)
        open_folder = self._make_button("open_broken_folder", "Open the folder")
        open_folder.clicked.connect(self._on_open_clicked)
        again = self._make_button("retry_broken", "Try again")
        again.clicked.connect(self.retried)
        buttons = QHBoxLayout()
        buttons.setSpacing(GRID)
        for button in (self._skip, open_folder, again):
            buttons.addWidget(button)
        buttons.addStretch()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(GRID)
        layout.addWidget(self._sentence)
        layout.addWidget(self._list, 1)
        layout.addWidget(self._more)
        add_layout(layout, buttons)
        # Below a short list, the buttons follow at once.
        layout.addStretch()

    def minimumSizeHint(self) -> QSize:
        return QSize(20 * GRID, 16 * GRID)

    def show_files(self, sentence: str, files: Sequence[str], folder: str) -> None:
        """Show other files.

        Arguments:
            sentence: what is wrong.
            files: their names, relative to the folder.
            folder: path of the folder.
        """
        self.files, self._folder = tuple(files), folder
        self._sentence.setText(sentence)
        self._list.clear()
        for name in self.files[:MOST_SHOWN]:
            item = QListWidgetItem(short(name, _NAME_LENGTH))
            item.setToolTip(tool_tip(name))
            self._list.addItem(item)
        rows = max(1, self._list.count())
        self._list.setMaximumHeight(rows * max(self._list.sizeHintForRow(0), GRID) + 4 * GRID)
        hidden = len(self.files) - MOST_SHOWN
        self._more.setText(f"and {format_count(hidden)} more" if hidden > 0 else "")
        self._more.setVisible(hidden > 0)
        count = len(self.files)
        what = "this file" if count == 1 else f"these {format_count(count)} files"
        self._skip.setText(f"Skip {what}")
        self._skip.setAccessibleName(f"Use the data without {what}")

    def _make_button(self, name: str, text: str) -> QPushButton:
        button = QPushButton(text)
        button.setObjectName(f"data_page_{name}")
        button.setAccessibleName(text)
        return button

    @Slot()
    def _on_open_clicked(self) -> None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(self._folder))
