"""The numbers of a layer without feature maps as bars, of which the user chooses one. Many bars scroll."""

from PySide6.QtCore import QEvent, QObject, Qt, Signal, Slot
from PySide6.QtWidgets import QFrame, QScrollArea, QWidget

from app.inspector.layer_outputs import LayerOutput
from app.inspector.layouts import with_names
from app.inspector.maps.bar_chart import BarChart
from app.inspector.state import InspectorState
from app.widgets.theme.theme import GRID, family_color

_LEAST_BAR = 6
"""Width of a bar in pixels at which the mouse can hit it; narrower bars scroll instead."""
_LEAST_NAMED_BAR = 3 * GRID
"""The same for a bar with a name."""
_WIDEST_CHART = 100_000
"""Above this many pixels, neighbouring bars share a bar."""


class BarView(QScrollArea):
    """Shows the output of a layer as bars. A click or an arrow key chooses a unit.

    Arguments:
        state: the chosen unit.

    Signals:
        picked(index): the user clicked a unit, or chose another one with the keyboard.
    """

    picked = Signal(int)

    def __init__(self, state: InspectorState, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._state = state
        self._bars = with_names(BarChart(), "inspector_vector", "Output of the layer")
        self._bars.picked.connect(self.picked)
        self._bars.installEventFilter(self)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setWidgetResizable(True)
        self.setWidget(self._bars)
        state.target_changed.connect(self._on_target_changed)

    def show_output(self, output: LayerOutput) -> None:
        """Show the numbers of a layer, with their names if they have some.

        Arguments:
            output: the layer's output.
        """
        least = _LEAST_NAMED_BAR if output.names else _LEAST_BAR
        self._bars.setMinimumWidth(min(least * output.values.size, _WIDEST_CHART))
        self._bars.show_values(output.values.ravel(), output.names, family_color(output.family))
        if self._state.map_index != self._bars.current:
            self._on_target_changed()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Show the chosen bar when the chart gets its size."""
        if event.type() == QEvent.Type.Resize:
            self._scroll_to_current()
        return False

    @Slot()
    def _on_target_changed(self) -> None:
        self._bars.set_current(self._state.map_index)
        self._scroll_to_current()

    def _scroll_to_current(self) -> None:
        if self._bars.current >= 0:
            place = self._bars.bar_rect(self._bars.current).center()
            self.ensureVisible(round(place.x()), round(place.y()), 4 * GRID, 0)
