"""The reconstructions of all maps below these: their pictures, their progress, and buttons to stop and to save."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from time import perf_counter

import numpy as np
from PySide6.QtCore import QEvent, QTimer, Slot
from PySide6.QtGui import QHideEvent, QImage, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QProgressBar, QPushButton, QWidget

from app.inspector.layouts import make_column, make_row, with_names
from app.inspector.maps.map_sizes import fitting_size
from app.inspector.maps.sheet import MapSheet
from app.inspector.maps.sheet_picture import picture_of, sheet_image
from app.inspector.reconstruction.picture_file import save_png
from app.inspector.state import InspectorState
from app.jobs import LatestJob
from app.training import Inspection
from app.widgets.images.colormaps import symmetric_limit
from app.widgets.images.image_grid import ImageGrid
from app.widgets.images.image_list_model import GridImage
from app.widgets.images.thumbnails import thumbnails
from app.widgets.labels import make_label, show_text
from app.widgets.layouts import add_layout
from app.widgets.plain_text import short
from app.widgets.save_dialog import ask_where_to_save
from app.widgets.theme.theme import GRID, Theme, current_theme

_PAINT_SECONDS = 0.02
"""Reconstructions are painted for about this long at a time, so that the window answers."""


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
        self._limits: list[float] = []
        self._painted_first: np.ndarray | None = None
        self._painted_colors: tuple[float | None, Theme] = (None, current_theme())
        self._fresh = 0  # so many pictures have these colors
        self._paint_timer = QTimer(self, singleShot=True, interval=0)
        self._paint_timer.timeout.connect(self._show_images)
        self.sheet = MapSheet(state, inspection, self)
        # Not one of the runners for pictures: those of a click do not wait for the file.
        self._save_job = LatestJob(inspection.slow_jobs, self)
        self._save_job.returned.connect(self._on_save_job_returned)
        self._save_job.failed.connect(self._on_save_job_failed)
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
        self._text.setText(f"{done} of {sheet.count} by {method.title}" if sheet.count else "")
        self._progress.setRange(0, max(sheet.count, 1))
        self._progress.setValue(done)
        self._progress.setVisible(sheet.busy)
        self._stop.setVisible(sheet.busy)
        self._resume.setVisible(not sheet.busy and 0 < done < sheet.count)
        self._save.setEnabled(bool(done) and not self._save_job.busy)
        show_text(self._sentence, sheet.sentence)
        self._show_images()

    @Slot()
    def _show_images(self) -> None:
        """Paint reconstructions for a short time, the others after the next events.

        With one scale for all, the pictures are painted again when the sheet is complete, because its largest number is
        known only then.
        """
        images, theme = self.sheet.images, current_theme()
        first = images[0] if images else None
        if first is not self._painted_first:
            self._painted_first, self._painted, self._limits, self._fresh = first, [], [], 0
        self._limits += [symmetric_limit(image) for image in images[len(self._limits) :]]
        limit = None if self._state.own_scale else max(self._limits, default=0.0)
        colors = (limit if self.sheet.complete else None, theme)
        if colors != self._painted_colors:
            self._painted_colors, self._fresh = colors, 0
        end = perf_counter() + _PAINT_SECONDS
        while self._fresh < len(images):
            small = thumbnails(images[self._fresh][np.newaxis])[0]
            self._painted[self._fresh : self._fresh + 1] = [picture_of(small, limit, theme.dark)]
            self._fresh += 1
            if perf_counter() > end:
                break
        if self._fresh < len(images):
            self._paint_timer.start()
        self._grid.set_images(
            [
                GridImage(image, tooltip=f"reconstruction of {self._unit} {index}", number=str(index))
                for index, image in enumerate(self._painted)
            ]
        )
        self._fit_grid()
        self._mark()

    @property
    def _unit(self) -> str:
        return "unit" if self._state.maps is None else "map"

    @Slot()
    def _mark(self) -> None:
        if self.isVisible():
            self._grid.set_current(self._state.map_index)

    def _fit_grid(self) -> None:
        if self._painted:
            viewport, image = self._grid.maximumViewportSize(), self._painted[0]
            width = viewport.width() - self._grid.verticalScrollBar().sizeHint().width()
            rows, columns, ratio = image.height(), image.width(), self.devicePixelRatioF()
            size = fitting_size(self.sheet.count, rows, columns, width, viewport.height(), ratio)
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
        self._save_job.start(partial(_save_sheet, path, sheet.images, title, limit, current_theme()))
        show_text(self._sentence, f"Saving {short(path.name)}…")
        self._save.setEnabled(False)

    @Slot(object)
    def _on_save_job_returned(self, path: Path) -> None:
        self._folder = path.parent
        self._show_saved(f"Saved {short(path.name)}.")

    @Slot(str)
    def _on_save_job_failed(self, problem: str) -> None:
        self._show_saved(problem)

    def _show_saved(self, sentence: str) -> None:
        show_text(self._sentence, sentence)
        self._save.setEnabled(bool(self.sheet.images))


def _save_sheet(path: Path, images: Sequence[np.ndarray], title: str, limit: float | None, theme: Theme) -> Path:
    """Draw the sheet and save it, and return its path. Runs in a background thread."""
    save_png(path, sheet_image(images, title, limit, theme))
    return path
