"""The feature maps of one layer, side by side."""

import numpy as np
from PySide6.QtCore import QTimer, Slot
from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import QWidget

from app.formatting import format_number
from app.inspector.layouts import with_names
from app.inspector.maps.map_sizes import fitting_size
from app.inspector.state import InspectorState
from app.widgets.images.colormaps import finite_range, viridis_image
from app.widgets.images.image_grid import ImageGrid
from app.widgets.images.image_list_model import GridImage

_SCROLL_DELAY_MS = 50
"""Milliseconds until the grid has its size and can scroll to the chosen map."""


class MapGrid(ImageGrid):
    """Shows the feature maps as large as the room allows. A click chooses a map, a second one a place in it.

    Arguments:
        state: the maps and the choices.
    """

    def __init__(self, state: InspectorState, parent: QWidget | None = None) -> None:
        super().__init__(parent, image_size=48, positions=True, pick_before_position=True)
        with_names(self, "inspector_maps", "Feature maps")
        self._state = state
        self._shown_layer = ""
        self._scroll_timer = QTimer(self, singleShot=True, interval=_SCROLL_DELAY_MS)
        self._scroll_timer.timeout.connect(self._on_scroll_timer_timeout)
        self.set_placeholder("The output for this sample is being computed.")
        self.picked.connect(state.choose_map)
        self.cell_clicked.connect(self._on_cell_clicked)
        state.target_changed.connect(self._on_target_changed)
        state.reconstruction_changed.connect(self._mark_position)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._scroll_timer.start()

    def show_maps(self, layer: str, maps: np.ndarray) -> None:
        """Show the maps of a layer.

        Arguments:
            layer: its name.
            maps: (C, H, W) the maps.
        """
        images = []
        for index, values in enumerate(maps):
            smallest, largest = finite_range(values)
            tooltip = f"map {index} of {layer}: from {format_number(smallest)} to {format_number(largest)}"
            if smallest == largest == 0:
                tooltip = f"map {index} of {layer}: all its numbers are 0"
            image = viridis_image(values, *self._state.color_range)
            images.append(GridImage(image, tooltip=tooltip, number=str(index)))
        self.set_images(images)
        self._fit()
        self.set_current(self._state.map_index)
        if layer != self._shown_layer:
            self._shown_layer = layer
            self._scroll_timer.start()

    def _fit(self) -> None:
        """Make the maps as large as possible while all of them are visible at once."""
        maps = self._state.maps
        if maps is not None:
            viewport = self.maximumViewportSize()
            width = viewport.width() - self.verticalScrollBar().sizeHint().width()
            count, rows, columns = maps.shape
            size = fitting_size(count, rows, columns, width, viewport.height(), self.devicePixelRatioF())
            self.set_image_size(size)

    @Slot()
    def _on_target_changed(self) -> None:
        if self._state.target is not None:
            self.set_current(self._state.target.map_index)
        self._mark_position()

    @Slot(int, int, int)
    def _on_cell_clicked(self, index: int, row: int, column: int) -> None:
        self._state.choose_position(row, column)

    @Slot()
    def _on_scroll_timer_timeout(self) -> None:
        if self.current >= 0:
            self.scroll_to(self.current)

    @Slot()
    def _mark_position(self) -> None:
        target, position = self._state.target, self._state.position
        self.set_marked(None if target is None or position is None else (target.map_index, *position))
