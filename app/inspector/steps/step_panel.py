"""The section with the stages of the reconstruction: small pictures, and the chosen one large."""

from PySide6.QtCore import QEvent, QSignalBlocker, Qt, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget

from app.inspector.large_picture import LargePicture
from app.inspector.layouts import make_column, with_names
from app.inspector.state import InspectorState
from app.inspector.steps.steps import Stage, stages
from app.inspector.thumbnail_rows import ThumbnailRows
from app.widgets.images.image_list_model import GridImage
from app.widgets.labels import make_label
from app.widgets.theme.theme import GRID, current_theme
from app.widgets.visible_refresh import VisibleRefresh

_THUMBNAIL = 6 * GRID
"""About the longer side of a small picture, in pixels."""
_HINT = "← → Home End: step through the stages"


class StepPanel(QWidget):
    """Shows the stages of the reconstruction. A click or an arrow key shows one of them large; Escape closes it.

    It is hidden while there is no reconstruction.

    Arguments:
        state: the reconstruction.
    """

    def __init__(self, state: InspectorState, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        with_names(self, "inspector_steps", "Steps from the activation to the pixels")
        self._state = state
        self._stages: list[Stage] = []
        self._chosen = -1
        self._thumbnails = with_names(ThumbnailRows(_THUMBNAIL), "inspector_step_strip", "Steps, to choose with arrows")
        self._thumbnails.picked.connect(self._on_picked)
        self._hint = make_label("inspector_steps_hint", _HINT, "muted", ignores_width=True)
        self._large = LargePicture("inspector_step")
        self._large.closed.connect(self._on_closed)
        layout = make_column(self)
        layout.addWidget(self._hint)
        layout.addWidget(self._thumbnails)
        layout.addWidget(self._large)
        self._refresh = VisibleRefresh(self)
        self._refresh.due.connect(self._on_due)
        state.reconstruction_changed.connect(self._on_reconstruction_changed)
        self._on_reconstruction_changed()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._refresh.request()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self._chosen >= 0:
            self._on_closed()
        else:
            super().keyPressEvent(event)

    @Slot()
    def _on_reconstruction_changed(self) -> None:
        reconstruction = self._state.reconstruction
        self.setVisible(reconstruction is not None)
        self._refresh.request_after_paint()

    @Slot()
    def _on_due(self) -> None:
        reconstruction = self._state.reconstruction
        self._stages = []
        if reconstruction is not None:
            self._stages = stages(reconstruction, self._state.map_values, current_theme().dark)
        has_steps = bool(self._stages) or reconstruction is None
        self._hint.setText(_HINT if has_steps else "This method does not go back layer by layer, so it has no steps.")
        self._thumbnails.setVisible(bool(self._stages))
        images = [GridImage(stage.image, stage.caption, f"{stage.sentence}\n{stage.shape}") for stage in self._stages]
        with QSignalBlocker(self._thumbnails):  # Qt picks the first one of new pictures; the user did not
            self._thumbnails.set_images(images)
        self._thumbnails.set_current(self._chosen)
        self._show_large()

    @Slot(int)
    def _on_picked(self, index: int) -> None:
        self._chosen = index
        self._show_large()
        self._large.scroll_into_view()

    @Slot()
    def _on_closed(self) -> None:
        self._chosen = -1
        self._thumbnails.set_current(-1)
        self._show_large()

    def _show_large(self) -> None:
        """Show the chosen stage large, or nothing."""
        is_there = 0 <= self._chosen < len(self._stages)
        self._large.setVisible(is_there)
        if is_there:
            stage = self._stages[self._chosen]
            title = f"{self._chosen + 1} of {len(self._stages)}: {stage.caption} · {stage.shape}"
            self._large.show_picture(title, stage.sentence, stage.image, stage.values)
