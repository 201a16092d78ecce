"""The filters of a convolution: its weights as pictures, of which the user chooses one."""

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QEvent, QSignalBlocker, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QWidget

from app.inspector.layouts import make_column, make_row, with_names
from app.inspector.maps.filters import MEAN, filter_pictures, filters_before, is_colored
from app.inspector.maps.map_sizes import fitting_size
from app.inspector.state import InspectorState
from app.widgets.choice_box import ChoiceBox
from app.widgets.images.image_grid import ImageGrid
from app.widgets.labels import make_label
from app.widgets.layouts import add_layout
from app.widgets.plain_text import short
from app.widgets.theme.theme import current_theme
from app.widgets.visible_refresh import VisibleRefresh
from tinyml.core import describe_count

_LONGEST_CHANNEL = 14
"""Width of the choice of channels, in wide letters: as much as "mean of all channels" needs."""


class FilterView(QWidget):
    """Shows the filters of the convolution that made the maps. A click on a filter chooses its map.

    Filters with three input channels are shown in colour, others for one input channel or for the mean of all.

    Arguments:
        state: the layer, the map and the scale.
    """

    def __init__(self, state: InspectorState, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._state = state
        self._weights: np.ndarray | None = None
        self._colored = False
        self._text = make_label("inspector_filters_text", style_class="muted", ignores_width=True)
        self._channel = with_names(ChoiceBox(), "inspector_filters_channel", "Input channel of the filters")
        self._channel.setMinimumContentsLength(_LONGEST_CHANNEL)
        self._channel.currentIndexChanged.connect(self._show_filters)
        self._grid = with_names(ImageGrid(image_size=48, outlined=True), "inspector_filters", "Filters")
        self._grid.picked.connect(state.choose_map)
        first = make_row()
        first.addWidget(self._text, 1)
        first.addWidget(self._channel)
        layout = make_column(self)
        add_layout(layout, first)
        layout.addWidget(self._grid, 1)
        self._refresh = VisibleRefresh(self, before_window=False)
        self._refresh.due.connect(self._on_due)
        state.output_changed.connect(self._refresh.request)
        state.target_changed.connect(self._on_target_changed)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit_grid()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._refresh.request()

    @Slot()
    def _on_due(self) -> None:
        """Show the filters of the chosen layer, or of the convolution before it."""
        trace = self._state.layer_trace
        found = filters_before(trace, self._state.layer) if trace is not None else None
        if found is None or trace is None:
            self._weights = None
            self._grid.set_images(())
            return
        name, self._weights = found
        self._colored = is_colored(trace, name)
        count, channels, rows, columns = self._weights.shape
        over = "in colour" if self._colored else f"over {describe_count(channels, 'input channel')}"
        self._text.setText(f"{short(name)}: {describe_count(count, 'filter')}, {rows}×{columns} {over}")
        self._offer_channels(() if self._colored or channels == 1 else range(channels))
        self._show_filters()

    def _offer_channels(self, channels: Sequence[int]) -> None:
        if self._channel.count() != (len(channels) + 1 if channels else 0):
            with QSignalBlocker(self._channel):
                self._channel.clear()
                if channels:
                    self._channel.addItem("mean of all channels", MEAN)
                for channel in channels:
                    self._channel.addItem(f"channel {channel}", channel)
        self._channel.setVisible(bool(channels))

    @Slot()
    def _show_filters(self) -> None:
        if self._weights is None:
            return
        channel = self._channel.currentData() if self._channel.count() else 0
        dark, own_scale = current_theme().dark, self._state.own_scale
        self._grid.set_images(filter_pictures(self._weights, self._colored, channel, own_scale, dark))
        self._fit_grid()
        self._on_target_changed()

    @Slot()
    def _on_target_changed(self) -> None:
        if self.isVisible():
            self._grid.set_current(self._state.map_index)

    def _fit_grid(self) -> None:
        if self._weights is not None:
            viewport = self._grid.maximumViewportSize()
            width = viewport.width() - self._grid.verticalScrollBar().sizeHint().width()
            count, _, rows, columns = self._weights.shape
            size = fitting_size(count, rows, columns, width, viewport.height(), self.devicePixelRatioF())
            self._grid.set_image_size(size)
