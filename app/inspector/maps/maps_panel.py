"""The second column of the inspector: the output of one layer for the sample."""

import numpy as np
from PySide6.QtCore import QTimer, Slot
from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import QCheckBox, QWidget

from app.formatting import format_number
from app.inspector.layer_outputs import describe_output
from app.inspector.layouts import make_column, make_row, with_names
from app.inspector.maps.bar_chart import BarChart
from app.inspector.state import InspectorState
from app.widgets.images.colormaps import finite_range, viridis_image
from app.widgets.images.image_grid import ImageGrid
from app.widgets.images.image_list_model import GridImage
from app.widgets.labels import make_label
from app.widgets.plain_text import short
from app.widgets.theme.theme import GRID, family_color

IMAGE_SIZES = tuple(range(320, 32, -8))
"""Sizes of a feature map in the grid, in pixels."""
_GAP = 7
"""Pixels between two feature maps of the grid."""
_SCROLL_DELAY_MS = 50
"""Milliseconds until the grid has its size and can scroll to the chosen map."""


class MapsPanel(QWidget):
    """Shows the feature maps or the numbers of a layer. The user chooses a map and a position in it.

    Arguments:
        state: the layer's output and the choices.
    """

    def __init__(self, state: InspectorState, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._state = state
        self._shown_layer = ""
        self._scroll_timer = QTimer(self, singleShot=True, interval=_SCROLL_DELAY_MS)
        self._scroll_timer.timeout.connect(self._on_scroll_timer_timeout)
        self._make_widgets()
        self._arrange()
        state.output_changed.connect(self._on_output_changed)
        state.target_changed.connect(self._on_target_changed)
        state.reconstruction_changed.connect(self._on_reconstruction_changed)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit_grid()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._scroll_timer.start()

    def _make_widgets(self) -> None:
        state = self._state
        self._name = make_label("inspector_layer", style_class="heading")
        self._heading = make_label("inspector_maps_heading", style_class="muted")
        self._own_scale = with_names(
            QCheckBox("own scale"), "inspector_own_scale", "Paint each feature map on its own colour scale"
        )
        self._own_scale.setChecked(state.own_scale)
        self._own_scale.setToolTip(
            "On: each map uses all colours. Off: all maps share one colour scale, so you can compare them."
        )
        self._own_scale.toggled.connect(state.set_own_scale)
        grid = ImageGrid(image_size=48, positions=True, pick_before_position=True)
        self._grid = with_names(grid, "inspector_maps", "Feature maps")
        self._grid.picked.connect(state.choose_map)
        self._grid.cell_clicked.connect(self._on_grid_cell_clicked)
        self._grid.set_placeholder("The output for this sample is being computed.")
        self._bars = with_names(BarChart(), "inspector_vector", "Output of the layer")
        self._bars.hide()

    def _arrange(self) -> None:
        first = make_row()
        first.addWidget(self._name)
        first.addWidget(self._heading)
        first.addStretch()
        first.addWidget(self._own_scale)
        self._layout = layout = make_column(self)
        layout.addLayout(first)
        layout.addWidget(self._grid, 1)
        layout.addWidget(self._bars, 1)

    @Slot()
    def _on_output_changed(self) -> None:
        output = self._state.output
        if output is None:
            return
        self._name.setText(short(output.layer))
        # The name stays when there is no room for the rest of the line.
        self._name.setMinimumWidth(min(self._name.fontMetrics().horizontalAdvance(self._name.text()) + 4, 16 * GRID))
        hint = " · click a map, then a place in it" if output.maps is not None else ""
        self._heading.setText(f"{describe_output(output.values.shape)}{hint}")
        for widget in (self._grid, self._own_scale):
            widget.setVisible(output.maps is not None)
        self._bars.setVisible(output.maps is None)
        # The maps fill the room that the grid has now, not the room that it had beside the bars.
        self._layout.activate()
        if output.maps is None:
            self._bars.show_values(output.values.ravel(), output.names, family_color(output.family))
        else:
            self._paint_maps(output.layer, output.maps)
        if output.layer != self._shown_layer:
            self._shown_layer = output.layer
            self._scroll_timer.start()

    @Slot()
    def _on_target_changed(self) -> None:
        if self._state.target is not None:
            self._grid.set_current(self._state.target.map_index)
        self._mark_position()

    @Slot()
    def _on_reconstruction_changed(self) -> None:
        self._mark_position()

    @Slot(int, int, int)
    def _on_grid_cell_clicked(self, index: int, row: int, column: int) -> None:
        self._state.choose_position(row, column)

    @Slot()
    def _on_scroll_timer_timeout(self) -> None:
        if self._grid.current >= 0:
            self._grid.scroll_to(self._grid.current)

    def _paint_maps(self, layer: str, maps: np.ndarray) -> None:
        images = []
        for index, values in enumerate(maps):
            smallest, largest = finite_range(values)
            tooltip = f"map {index} of {layer}: from {format_number(smallest)} to {format_number(largest)}"
            if smallest == largest == 0:
                tooltip = f"map {index} of {layer}: all its numbers are 0"
            images.append(GridImage(viridis_image(values, *self._state.color_range), tooltip=tooltip))
        self._grid.set_images(images)
        self._fit_grid()
        self._grid.set_current(self._state.map_index)

    def _fit_grid(self) -> None:
        """Make the maps as large as possible while all of them are visible at once."""
        if self._state.maps is not None:
            viewport = self._grid.maximumViewportSize()
            width = viewport.width() - self._grid.verticalScrollBar().sizeHint().width()
            self._grid.set_image_size(largest_size(len(self._state.maps), width, viewport.height()))

    def _mark_position(self) -> None:
        target, position = self._state.target, self._state.position
        self._grid.set_marked(None if target is None or position is None else (target.map_index, *position))


def largest_size(count: int, width: int, height: int) -> int:
    """Return the largest size of `IMAGE_SIZES` at which all feature maps fit; the smallest size if none fits.

    Arguments:
        count: number of square feature maps.
        width, height: the available space in pixels.

    >>> largest_size(16, 480, 130), largest_size(16, 480, 600), largest_size(512, 480, 130)
    (48, 104, 40)
    """
    for size in IMAGE_SIZES:
        columns = max((width - _GAP) // (size + _GAP), 1)
        if -(-count // columns) * (size + _GAP) + _GAP <= height:
            return size
    return IMAGE_SIZES[-1]
