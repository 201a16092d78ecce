"""The output of one layer for the sample: its maps, the filters that made them, the reconstructions; or bars."""

from PySide6.QtCore import Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QCheckBox, QWidget

from app.formatting import format_number
from app.inspector.layer_outputs import LayerOutput, describe_output
from app.inspector.layouts import make_column, make_row, with_names
from app.inspector.maps.bar_view import BarView
from app.inspector.maps.filter_view import FilterView
from app.inspector.maps.filters import filters_before
from app.inspector.maps.map_grid import MapGrid
from app.inspector.maps.sheet_view import SheetView
from app.inspector.maps.unit_bar import UnitBar
from app.inspector.samples.decision_map_controller import DecisionMapController
from app.inspector.state import InspectorState
from app.training import Inspection
from app.widgets.labels import make_label
from app.widgets.layouts import add_layout
from app.widgets.plain_text import short
from app.widgets.theme.theme import GRID
from app.widgets.view_switch import ViewSwitch

_VIEWS = (("maps", "Maps"), ("filters", "Filters"), ("reconstructions", "Reconstructions"))
_MAPS_HINT = "Click a map, then a place in it."
_UNITS_HINT = "Click a unit."
_LOWEST_VIEW = 14 * GRID
"""Lowest height of the maps and of the reconstructions below them, in pixels."""
_NARROW = 68 * GRID
"""In a panel narrower than this, the buttons of the views have a line of their own. In pixels."""


class MapsPanel(QWidget):
    """Shows the feature maps or the numbers of a layer. The user chooses a map and a position in it, or a unit.

    Arguments:
        state: the layer's output and the choices.
        inspection: the runner of the jobs for the reconstructions.
        decision_maps: holds the unit that is shown over the plane of samples with two inputs.
    """

    def __init__(
        self,
        state: InspectorState,
        inspection: Inspection,
        decision_maps: DecisionMapController,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._state, self._decision_maps = state, decision_maps
        self._make_widgets(inspection)
        self._arrange()
        state.output_changed.connect(self._on_output_changed)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        narrow = self.width() < _NARROW
        directions = QBoxLayout.Direction
        self._header.setDirection(directions.TopToBottom if narrow else directions.LeftToRight)

    def _make_widgets(self, inspection: Inspection) -> None:
        state = self._state
        self._name = make_label("inspector_layer", style_class="heading")
        self._heading = make_label("inspector_maps_heading", style_class="muted", ignores_width=True)
        self._own_scale = with_names(
            QCheckBox("own scale"), "inspector_own_scale", "Paint each picture on its own colour scale"
        )
        self._own_scale.setChecked(state.own_scale)
        self._own_scale.setToolTip(
            "On: each picture uses all colours. Off: all pictures share one colour scale, so you can compare them."
        )
        self._own_scale.toggled.connect(state.set_own_scale)
        self._over_plane = with_names(
            QCheckBox("over the plane"), "inspector_unit_plane", "Show the chosen unit over the plane of the samples"
        )
        self._over_plane.setToolTip(
            "On: the background of the samples is the output of the chosen unit. Off: it is the predicted class."
        )
        self._over_plane.toggled.connect(self._decision_maps.set_shows_unit)
        self._decision_maps.unit_changed.connect(self._on_unit_changed)
        self._switch = ViewSwitch("inspector_maps_view", _VIEWS)
        self._switch.chosen.connect(self._show_view)
        self._grid = MapGrid(state)
        self._grid.cell_hovered.connect(self._on_cell_hovered)
        self._bars = BarView(state)
        self._bars.picked.connect(self._on_bar_picked)
        self._filters = FilterView(state)
        self._sheet = SheetView(state, inspection)
        self._unit = UnitBar(state)
        self._unit.hide()
        for widget in (self._grid, self._bars, self._filters, self._sheet):
            widget.setMinimumHeight(_LOWEST_VIEW)
            widget.hide()

    def _arrange(self) -> None:
        title = make_row()
        title.addWidget(self._name)
        title.addWidget(self._heading, 1)
        title.addWidget(self._own_scale)
        title.addWidget(self._over_plane)
        self._header = make_row()
        add_layout(self._header, title, 1)
        self._header.addWidget(self._switch)
        self._layout = layout = make_column(self)
        add_layout(layout, self._header)
        for widget in (self._grid, self._bars, self._filters, self._sheet):
            layout.addWidget(widget, 1)
        layout.addWidget(self._unit)

    @Slot()
    def _on_output_changed(self) -> None:
        output = self._state.output
        if output is None:
            return
        self._name.setText(short(output.layer))
        # The name stays when there is no room for the rest of the line.
        self._name.setMinimumWidth(min(self._name.fontMetrics().horizontalAdvance(self._name.text()) + 4, 16 * GRID))
        self._show_heading()
        self._switch.rename("maps", "Maps" if output.maps is not None else "Units")
        self._switch.offer(self._views_of(output))
        self._show_view()

    def _views_of(self, output: LayerOutput) -> tuple[str, ...]:
        """Return the names of the views that this output has."""
        views = ["maps"]
        if self._state.layer_trace is not None and output.maps is not None:
            views += ["filters"] if filters_before(self._state.layer_trace, output.layer) is not None else []
        if self._state.sample is not None and self._state.map_count:
            views.append("reconstructions")
        return tuple(views)

    @Slot()
    def _show_view(self) -> None:
        """Show the chosen view; the reconstructions stand below the maps or bars that they belong to."""
        output, view = self._state.output, self._switch.current
        if output is None:
            return
        upper = view != "filters"
        self._filters.setVisible(view == "filters")
        self._sheet.setVisible(view == "reconstructions")
        self._grid.setVisible(upper and output.maps is not None)
        self._bars.setVisible(upper and output.maps is None)
        self._over_plane.setVisible(self._decision_maps.offers_unit)
        self._unit.setVisible(self._state.sample is None)
        self._own_scale.setVisible(output.maps is not None or view == "reconstructions")
        # The maps fill the room that the grid has now, not the room that it had beside the bars.
        self._layout.activate()
        if upper and output.maps is None:
            self._bars.show_output(output)
        elif upper and output.maps is not None:
            self._grid.show_maps(output.layer, output.maps)

    @Slot(int)
    def _on_bar_picked(self, index: int) -> None:
        self._state.choose_map(index)
        if self._decision_maps.offers_unit:
            self._decision_maps.set_shows_unit(True)

    @Slot()
    def _on_unit_changed(self) -> None:
        self._over_plane.setChecked(self._decision_maps.shows_unit)

    def _show_heading(self, hovered: str = "") -> None:
        output = self._state.output
        if output is not None:
            self._heading.setText(hovered or describe_output(output.values.shape))
            self._heading.setToolTip(_MAPS_HINT if output.maps is not None else _UNITS_HINT)

    @Slot(int, int, int)
    def _on_cell_hovered(self, index: int, row: int, column: int) -> None:
        """Show the number below the mouse."""
        maps, text = self._state.maps, ""
        if maps is not None and 0 <= index < len(maps) and row < maps.shape[1] and column < maps.shape[2]:
            value = format_number(float(maps[index, row, column]))
            text = f"map {index}, row {row}, column {column}: {value}"
        self._show_heading(text)
