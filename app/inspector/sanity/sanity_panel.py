"""The section with the sanity checks of the reconstruction."""

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QEvent, QSignalBlocker, Qt, Slot
from PySide6.QtGui import QHideEvent, QKeyEvent, QShowEvent
from PySide6.QtWidgets import QPushButton, QWidget

from app.inspector.large_picture import LargePicture
from app.inspector.layouts import make_column, make_row, with_names
from app.inspector.sanity.checks import describe
from app.inspector.sanity.sanity_checker import SanityChecker
from app.inspector.sanity.sanity_pictures import SanityPicture, cascade_pictures, main_pictures
from app.inspector.state import InspectorState
from app.inspector.thumbnail_rows import ThumbnailRows
from app.training import Inspection
from app.widgets.images.image_list_model import GridImage
from app.widgets.labels import make_label, show_text
from app.widgets.layouts import add_layout
from app.widgets.plain_text import sentence
from app.widgets.theme.theme import GRID, current_theme

_LARGER, _SMALLER = 10 * GRID, 9 * GRID
"""About the longer side of the first four pictures, and of those of the cascades, in pixels."""
_ROWS = (
    ("main", "", _LARGER, "The picture, and the same with random weights"),
    ("downwards", "Random from the chosen layer down to the input", _SMALLER, "Random from the chosen layer downwards"),
    ("upwards", "Random from the input up to the chosen layer", _SMALLER, "Random from the input upwards"),
)
"""Name, title, size of the pictures and accessible name of each row."""


class SanityPanel(QWidget):
    """Shows the reconstruction beside those of random networks, and how similar they are. A click shows one large.

    Nothing is computed while it cannot be seen.

    Arguments:
        state: the reconstruction.
        inspection: the runner of slow jobs.

    Attributes:
        checker: requests the checks and holds them.
    """

    def __init__(self, state: InspectorState, inspection: Inspection, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        with_names(self, "inspector_sanity", "Sanity checks of the reconstruction")
        self._state = state
        self.checker = SanityChecker(state, inspection, self)
        self._chosen: tuple[str, int] | None = None
        self._pictures: dict[str, list[SanityPicture]] = {}
        self._rows: dict[str, ThumbnailRows] = {}
        self._status = make_label("inspector_sanity_status", style_class="muted", ignores_width=True)
        self._button = with_names(QPushButton(), "inspector_sanity_button", "Cancel or compute the sanity checks")
        self._button.clicked.connect(self._on_button_clicked)
        self._words = make_label("inspector_sanity_words", wraps=True, selectable=True)
        self._large = LargePicture("inspector_sanity_large")
        self._large.closed.connect(self._on_closed)
        self._arrange()
        self.checker.changed.connect(self._on_changed)
        self._on_changed()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.checker.set_active(self.isVisible())

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.checker.set_active(self.isVisible())

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._on_changed()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self._chosen is not None:
            self._on_closed()
        else:
            super().keyPressEvent(event)

    def _arrange(self) -> None:
        header = make_row()
        header.addWidget(self._status, 1)
        header.addWidget(self._button)
        layout = make_column(self)
        add_layout(layout, header)
        self._titles = {}
        for name, title, size, accessible_name in _ROWS:
            row = with_names(ThumbnailRows(size), f"inspector_sanity_{name}", accessible_name)
            row.picked.connect(partial(self._choose, name))
            self._rows[name] = row
            self._titles[name] = make_label(f"inspector_sanity_{name}_title", title, "muted", ignores_width=True)
            layout.addWidget(self._titles[name])
            layout.addWidget(row)
            if name == "main":
                layout.addWidget(self._words)
        layout.addWidget(self._large)

    @Slot()
    def _on_changed(self) -> None:
        """Show the checks, or how far they are."""
        checker, checks = self.checker, self.checker.checks
        computing = checker.share is not None
        status = f"Computing {checker.share:.0%}" if checker.share is not None else sentence(checker.sentence)
        if not status:
            status = "" if checks is not None else "The checks follow when the picture stays the same for a moment."
        if checks is not None:
            networks = checks.random.networks if checks.random is not None else 0
            status = f"{self._state.methods[0].title}, {networks} random networks" if networks else ""
        self._status.setText(status)
        self._button.setText("Cancel" if computing else "Compute")
        self._button.setVisible(computing or bool(checker.sentence))
        self._pictures = {}
        if checks is not None:
            dark, trained = current_theme().dark, checks.trained.image
            self._pictures["main"] = main_pictures(checks, self._state.sample, dark, checker.is_trained)
            self._pictures["downwards"] = cascade_pictures(checks.downwards, trained, dark)
            self._pictures["upwards"] = cascade_pictures(checks.upwards, trained, dark)
        show_text(self._words, describe(checks, checker.is_trained) if checks is not None else "")
        for name, row in self._rows.items():
            self._fill(name, row, self._pictures.get(name, ()))
        self._show_large()

    def _fill(self, name: str, row: ThumbnailRows, pictures: Sequence[SanityPicture]) -> None:
        images = [GridImage(each.image, each.caption, each.sentence) for each in pictures]
        with QSignalBlocker(row):  # Qt picks the first one of new pictures; the user did not
            row.set_images(images)
        row.set_current(self._chosen[1] if self._chosen is not None and self._chosen[0] == name else -1)
        row.setVisible(bool(images))
        self._titles[name].setVisible(bool(images) and bool(self._titles[name].text()))

    def _choose(self, name: str, index: int) -> None:
        """Show one of the pictures large."""
        self._chosen = name, index
        for other, row in self._rows.items():
            if other != name:
                row.set_current(-1)
        self._show_large()
        self._large.scroll_into_view()

    @Slot()
    def _on_closed(self) -> None:
        self._chosen = None
        for row in self._rows.values():
            row.set_current(-1)
        self._show_large()

    def _show_large(self) -> None:
        name, index = self._chosen or ("", 0)
        pictures = self._pictures.get(name, [])
        self._large.setVisible(index < len(pictures))
        if index < len(pictures):
            chosen = pictures[index]
            self._large.show_picture(chosen.caption, chosen.sentence, chosen.image, chosen.values)

    @Slot()
    def _on_button_clicked(self) -> None:
        if self.checker.share is not None:
            self.checker.cancel()
        else:
            self.checker.restart()
