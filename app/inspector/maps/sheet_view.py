"""The reconstructions of all maps below these: their pictures, their progress, and buttons to stop and to save."""

from pathlib import Path

import numpy as np
from PySide6.QtCore import QEvent, Slot
from PySide6.QtGui import QHideEvent, QImage, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QProgressBar, QPushButton, QWidget

from app.inspector.layouts import make_column, make_row, with_names
from app.inspector.maps.map_sizes import fitting_size
from app.inspector.maps.sheet import MapSheet
from app.inspector.maps.sheet_picture import picture_of, sheet_image
from app.inspector.reconstruction.picture_file import save_png
from app.inspector.state import InspectorState
from app.training import Inspection
from app.widgets.images.colormaps import symmetric_limit
from app.widgets.images.image_grid import ImageGrid
from app.widgets.images.image_list_model import GridImage
from app.widgets.images.thumbnails import thumbnails
from app.widgets.labels import make_label, show_text
from app.widgets.layouts import add_layout
from app.widgets.save_dialog import ask_where_to_save
from app.widgets.theme.theme import GRID, Theme, current_theme
from tinyml.core import StorageError


class SheetView(QWidget):
    """Shows the reconstruction of every map. A click on one chooses its map. While it is hidden, nothing is computed.

    Arguments:
        state: the chosen map, the scale and the method.
        inspection: the sample, and the runner of the jobs.

    Attributes:
        sheet: computes the reconstructions.
    """

    def __init__(self, state: InspectorState, inspection: Inspection, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._state, self._inspection = state, inspection
        self._folder = Path.home()
        self._painted: list[QImage] = []
        self._painted_first: np.ndarray | None = None
        self._painted_colors: tuple[float | None, Theme] = (None, current_theme())
        self.sheet = MapSheet(state, inspection, self)
        self._make_widgets()
        self._arrange()
        self.sheet.changed.connect(self._refresh)
        state.output_changed.connect(self._refresh)
        state.target_changed.connect(self._mark)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.sheet.set_active(True)

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.sheet.set_active(False)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit_grid()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._refresh()

    def _make_widgets(self) -> None:
        self._text = make_label("inspector_sheet_text", style_class="muted", ignores_width=True)
        self._progress = with_names(QProgressBar(), "inspector_sheet_progress", "Share of the maps reconstructed")
        self._progress.setTextVisible(False)
        self._progress.setFixedWidth(10 * GRID)
        self._stop = with_names(QPushButton("Stop"), "inspector_sheet_stop", "Stop the reconstruction of all maps")
        self._stop.clicked.connect(self.sheet.cancel)
        self._resume = with_names(QPushButton("Continue"), "inspector_sheet_resume", "Reconstruct the other maps, too")
        self._resume.clicked.connect(self.sheet.resume)
        self._save = with_names(QPushButton("Save…"), "inspector_sheet_save", "Save all reconstructions as one picture")
        self._save.clicked.connect(self._on_save_clicked)
        self._sentence = make_label("inspector_sheet_sentence", wraps=True, selectable=True)
        self._grid = with_names(
            ImageGrid(image_size=48, outlined=True), "inspector_sheet", "Reconstructions of all maps"
        )
        self._grid.picked.connect(self._state.choose_map)

    def _arrange(self) -> None:
        first = make_row()
        first.addWidget(self._text, 1)
        for widget in (self._progress, self._stop, self._resume, self._save):
            first.addWidget(widget)
        layout = make_column(self)
        add_layout(layout, first)
        layout.addWidget(self._sentence)
        layout.addWidget(self._grid, 1)

    @Slot()
    def _refresh(self) -> None:
        """Show the reconstructions that there are, and how far the others are."""
        if not self.isVisible():
            return
        sheet, method = self.sheet, self._state.methods[0]
        done = len(sheet.images)
        self._text.setText(f"{done} of {sheet.count} reconstructed by {method.title}" if sheet.count else "")
        self._progress.setRange(0, max(sheet.count, 1))
        self._progress.setValue(done)
        self._progress.setVisible(sheet.busy)
        self._stop.setVisible(sheet.busy)
        self._resume.setVisible(not sheet.busy and 0 < done < sheet.count)
        self._save.setEnabled(bool(done))
        show_text(self._sentence, sheet.sentence)
        self._show_images()

    def _show_images(self) -> None:
        """Paint the reconstructions that are not painted yet; with one scale for all, perhaps paint them again."""
        images = [thumbnails(image[np.newaxis])[0] for image in self.sheet.images]
        limit = None if self._state.own_scale else max(map(symmetric_limit, images), default=0.0)
        first, colors = self.sheet.images[0] if images else None, (limit, current_theme())
        if first is not self._painted_first or colors != self._painted_colors:
            self._painted_first, self._painted_colors, self._painted = first, colors, []
        new = images[len(self._painted) :]
        self._painted += [picture_of(image, limit, current_theme().dark) for image in new]
        self._grid.set_images(
            [
                GridImage(image, tooltip=f"reconstruction of map {index}", number=str(index))
                for index, image in enumerate(self._painted)
            ]
        )
        self._fit_grid()
        self._mark()

    @Slot()
    def _mark(self) -> None:
        if self.isVisible():
            self._grid.set_current(self._state.map_index)

    def _fit_grid(self) -> None:
        if self._painted:
            viewport, image = self._grid.maximumViewportSize(), self._painted[0]
            width = viewport.width() - self._grid.verticalScrollBar().sizeHint().width()
            size = fitting_size(self.sheet.count, image.height(), image.width(), width, viewport.height())
            self._grid.set_image_size(size)

    @Slot()
    def _on_save_clicked(self) -> None:
        sheet = self.sheet
        name = f"{sheet.layer}_reconstructions.png"
        path = ask_where_to_save(self, "Save all reconstructions", self._folder / name, {"png": "Pictures"})
        if path is None or not sheet.images:
            return
        own = self._inspection.own is not None
        sample = "own example" if own else f"sample {self._inspection.index}"
        limit = None if self._state.own_scale else max(map(symmetric_limit, sheet.images))
        scale = "own scales" if limit is None else f"one scale, ±{limit:.3g}"
        title = f"{sheet.layer}, {sample}, {self._state.methods[0].title}, {scale}"
        try:
            save_png(path, sheet_image(sheet.images, title, limit, current_theme()))
        except StorageError as error:
            show_text(self._sentence, str(error))
        else:
            self._folder = path.parent
            show_text(self._sentence, f"Saved {path.name}.")
