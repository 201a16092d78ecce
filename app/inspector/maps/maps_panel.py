"""The second column of the inspector: what one layer makes of the sample."""

import numpy as np
from PySide6.QtCore import QSignalBlocker, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QImage, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QCheckBox, QComboBox, QWidget

from app.document import Document
from app.inspector.layouts import make_column, make_row, named
from app.inspector.maps.bar_chart import BarChart
from app.inspector.maps.layer_outputs import describe_output, first_choice, has_maps, output_shapes, strongest_map
from app.inspector.target import Target
from app.training import Inspection
from app.widgets.formatting import format_number
from app.widgets.images.colormaps import finite_range, viridis_image
from app.widgets.images.image_grid import ImageGrid
from app.widgets.images.image_list_model import GridImage
from app.widgets.labels import make_label
from app.widgets.plain_text import short
from app.widgets.theme.theme import family_color
from tinyml.core import Shape

IMAGE_SIZES = (128, 112, 96, 80, 64, 56, 48, 40)
_GAP = 7
"""Pixels from one map of the grid to the next."""


class MapsPanel(QWidget):
    """Shows the feature maps, or the numbers, of the selected layer, and lets the user choose a map and a position.

    Arguments:
        document: its selection decides the layer, and the layer chosen here becomes its selection.
        inspection: the recorded forward pass.

    Attributes:
        maps: (C, H, W) the layer's maps; None when it has none.
        layer: name of the layer that is shown; empty for none.

    Signals:
        target_chosen(Target | None): another map, position or layer is to be traced back.
        shown(): other maps are shown.
    """

    target_chosen = Signal(object)
    shown = Signal()

    def __init__(self, document: Document, inspection: Inspection, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._document, self._inspection = document, inspection
        self.layer = ""
        self.maps: np.ndarray | None = None
        self._shapes: dict[str, Shape] = {}
        self._chosen_maps: dict[str, int] = {}
        self._position: tuple[int, int] | None = None
        self._announced: Target | str = ""
        # A newly shown layer's chosen map may lie outside of what is seen, once the grid has its size.
        self._revealer = QTimer(self)
        self._revealer.setSingleShot(True)
        self._revealer.setInterval(50)
        self._revealer.timeout.connect(self._on_reveal_timeout)
        self._make_widgets()
        self._arrange()
        document.selection_changed.connect(self.refresh)
        inspection.sample_trace_changed.connect(self.refresh)
        self.refresh()

    @property
    def target(self) -> Target | None:
        """What is to be traced back; None when the layer has no maps."""
        if self.maps is None:
            return None
        return Target(self.layer, self._chosen_maps[self.layer], self._position)

    @property
    def map_image(self) -> QImage:
        """The picture of the chosen map, one pixel for each number; null when there is none."""
        return self._grid.images[self._grid.current].image if self.maps is not None else QImage()

    @property
    def map_values(self) -> np.ndarray | None:
        """(H, W) the numbers of the chosen map."""
        return None if self.maps is None else self.maps[self._chosen_maps[self.layer]]

    def choose_position(self, row: int, column: int) -> None:
        """Trace one position of the chosen map back."""
        if (row, column) != self._position and self.maps is not None:
            self._position = (row, column)
            self._announce()

    @Slot()
    def choose_strongest(self) -> None:
        """Trace the strongest activation of the chosen map back."""
        if self._position is not None:
            self._position = None
            self._announce()

    def mark(self, position: tuple[int, int] | None) -> None:
        """Mark the position that was traced back."""
        self._grid.set_marked(None if position is None else (self._grid.current, *position))

    def _make_widgets(self) -> None:
        self._layers = named(QComboBox(), "inspector_layer", "Layer whose output is shown")
        self._layers.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self._layers.activated.connect(self._on_layer_activated)
        self._heading = make_label("inspector_maps_heading", style_class="muted")
        self._own_scale = named(
            QCheckBox("own scale"), "inspector_own_scale", "Paint each feature map on its own scale"
        )
        self._own_scale.setChecked(True)
        self._own_scale.setToolTip(
            "On: each map uses all colours. Off: one scale for all maps, so they can be compared."
        )
        self._own_scale.toggled.connect(self._paint_maps)
        grid = ImageGrid(image_size=48, positions=True, pick_before_position=True)
        self._grid = named(grid, "inspector_maps", "Feature maps")
        self._grid.picked.connect(self._on_map_picked)
        self._grid.cell_clicked.connect(self._on_cell_clicked)
        self._grid.set_placeholder("The network's view of this sample is being computed.")
        self._bars = named(BarChart(), "inspector_vector", "Output of the layer")
        self._bars.hide()

    def _arrange(self) -> None:
        first = make_row()
        first.addWidget(self._layers)
        first.addWidget(self._heading)
        first.addStretch()
        first.addWidget(self._own_scale)
        layout = make_column(self)
        layout.addLayout(first)
        layout.addWidget(self._grid, 1)
        layout.addWidget(self._bars, 1)

    @Slot()
    def refresh(self) -> None:
        """Show what the present layer makes of the present sample with the present weights."""
        sample_trace = self._inspection.sample_trace
        if sample_trace is None or not self.isVisible():
            return
        shapes = output_shapes(sample_trace.trace)
        if shapes != self._shapes:
            self._shapes = shapes
            self._fill_layers()
        layer = self._wanted_layer(first_choice(sample_trace.trace))
        if not layer:
            return
        output = sample_trace.trace.entry(layer).output[0]
        if layer != self.layer:
            self._position = None
            self._revealer.start()
        self.layer = layer
        self._layers.setCurrentIndex(self._layers.findData(layer))
        self.maps = output if has_maps(output.shape) else None
        self._grid.setVisible(self.maps is not None)
        self._own_scale.setVisible(self.maps is not None)
        self._bars.setVisible(self.maps is None)
        self._heading.setText(describe_output(output.shape))
        if self.maps is None:
            family = sample_trace.trace.entry(layer).layer.settings.family
            self._bars.show_values(output.ravel(), self._output_names(layer), family_color(family))
            self.shown.emit()
        else:
            self._keep_choice_valid(self.maps)
            self._paint_maps()
        if (self.target or describe_output(output.shape)) != self._announced:
            self._announce()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit_grid()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.refresh()
        self._revealer.start()

    def _fit_grid(self) -> None:
        """Make the maps as large as they can be while all of them are seen at once."""
        if self.maps is not None:
            room = self._grid.maximumViewportSize()
            width = room.width() - self._grid.verticalScrollBar().sizeHint().width()
            self._grid.set_image_size(largest_size(len(self.maps), width, room.height()))

    @Slot()
    def _on_reveal_timeout(self) -> None:
        if self._grid.current >= 0:
            self._grid.scroll_to(self._grid.current)

    def _fill_layers(self) -> None:
        with QSignalBlocker(self._layers):
            self._layers.clear()
            for name, shape in self._shapes.items():
                self._layers.addItem(short(name), name)
                self._layers.setItemData(self._layers.count() - 1, describe_output(shape), Qt.ItemDataRole.ToolTipRole)
        self._chosen_maps = {name: index for name, index in self._chosen_maps.items() if name in self._shapes}
        if self.layer not in self._shapes:
            self.layer, self.maps, self._position = "", None, None

    def _wanted_layer(self, fallback: str) -> str:
        """Follow the selection; stay where we are when it says nothing."""
        for name in reversed(self._document.selection):
            if name in self._shapes:
                return name
        return self.layer if self.layer in self._shapes else fallback

    def _keep_choice_valid(self, maps: np.ndarray) -> None:
        count, rows, columns = maps.shape
        if self._chosen_maps.get(self.layer, count) >= count:
            self._chosen_maps[self.layer] = strongest_map(maps)
        if self._position is not None and not (self._position[0] < rows and self._position[1] < columns):
            self._position = None

    def _output_names(self, layer: str) -> tuple[str, ...]:
        """Return the class names when the layer's numbers stand for the classes one by one."""
        samples, names = self._inspection.samples, tuple(self._shapes)
        if samples is None or layer != names[-1]:
            return ()
        stands_for_classes = np.array_equal(samples.class_targets, np.eye(len(samples.class_targets)))
        class_names = samples.description.class_names
        return class_names if stands_for_classes and self._shapes[layer] == (len(class_names),) else ()

    @Slot()
    def _paint_maps(self) -> None:
        if self.maps is None:
            return
        low, high = (None, None) if self._own_scale.isChecked() else finite_range(self.maps)
        images = []
        for index, plane in enumerate(self.maps):
            smallest, largest = finite_range(plane)
            words = f"map {index} of {self.layer}: from {format_number(smallest)} to {format_number(largest)}"
            if smallest == largest == 0:
                words = f"map {index} of {self.layer}: silent, all its numbers are 0"
            images.append(GridImage(viridis_image(plane, low, high), tooltip=words))
        self._grid.set_images(images)
        self._fit_grid()
        self._grid.set_current(self._chosen_maps[self.layer])
        self.shown.emit()

    @Slot(int)
    def _on_layer_activated(self, place: int) -> None:
        name = self._layers.itemData(place)
        self._document.select((name,))
        # The layer may be selected already, and another one shown because it had no output then.
        self.refresh()

    @Slot(int)
    def _on_map_picked(self, index: int) -> None:
        self._chosen_maps[self.layer] = index
        self._position = None
        self._announce()
        self.shown.emit()

    @Slot(int, int, int)
    def _on_cell_clicked(self, index: int, row: int, column: int) -> None:
        self.choose_position(row, column)

    def _announce(self) -> None:
        self._announced = self.target or self._heading.text()
        self.mark(self._position)
        self.target_chosen.emit(self.target)


def largest_size(count: int, width: int, height: int) -> int:
    """Return the largest size at which `count` square pictures fit into a room; the smallest when none does.

    >>> largest_size(16, 480, 130), largest_size(16, 480, 600), largest_size(512, 480, 130)
    (48, 96, 40)
    """
    for size in IMAGE_SIZES:
        columns = max((width - _GAP) // (size + _GAP), 1)
        if -(-count // columns) * (size + _GAP) + _GAP <= height:
            return size
    return IMAGE_SIZES[-1]
