"""Which activation is shown: the strongest one, the whole map or a place; and its value in one line."""

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QCheckBox, QPushButton, QWidget

from app.formatting import format_number
from app.inspector.layouts import make_column, make_row, with_names
from app.inspector.state import InspectorState
from app.widgets.labels import make_label
from app.widgets.layouts import add_layout
from app.widgets.theme.theme import GRID
from tinyml.visualize import Reconstruction


class TargetBar(QWidget):
    """Buttons for the strongest activation and the whole map, and the switch to random weights.

    Arguments:
        state: the target.
    """

    def __init__(self, state: InspectorState, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._state = state
        self._strongest = _segment("strongest", "The strongest activation of the map (Home)")
        self._strongest.clicked.connect(self._on_strongest_clicked)
        self._whole_map = _segment("whole map", "All positive activations of the map together")
        self._whole_map.clicked.connect(self._on_whole_map_clicked)
        self._random = with_names(
            QCheckBox("random weights"),
            "inspector_random_weights",
            "Show layers, maps and reconstructions with random weights",
        )
        self._random.setToolTip(
            "The same network with fresh initial weights, in the layers, the maps and the reconstructions with their "
            "steps. What stays the same was not learned. Top activations and embedding keep the trained weights."
        )
        self._random.toggled.connect(state.set_random_weights)
        row = make_row(GRID // 2)
        row.addWidget(self._strongest)
        row.addWidget(self._whole_map)
        row.addStretch()
        row.addWidget(self._random)
        add_layout(make_column(self), row)
        state.target_changed.connect(self._on_target_changed)
        state.output_changed.connect(self._on_output_changed)
        state.methods_changed.connect(self._on_output_changed)
        self._on_target_changed()

    @Slot()
    def _on_strongest_clicked(self) -> None:
        self._state.choose_strongest()
        self._on_target_changed()  # a click changes the check mark also when the target stays the same

    @Slot()
    def _on_whole_map_clicked(self) -> None:
        self._state.choose_whole_map()
        self._on_target_changed()

    @Slot()
    def _on_target_changed(self) -> None:
        target = self._state.target
        has_map = target is not None and self._state.maps is not None
        for button in (self._strongest, self._whole_map):
            button.setVisible(has_map)
        self._strongest.setChecked(target is not None and target.position is None and not target.whole_map)
        self._whole_map.setChecked(target is not None and target.whole_map)

    @Slot()
    def _on_output_changed(self) -> None:
        self._random.setChecked(self._state.random_weights)


class TargetLine(QWidget):
    """One line with the value and the place of the activation, and the link to its arithmetic.

    Arguments:
        state: the target and its reconstruction.
    """

    def __init__(self, state: InspectorState, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._state = state
        self._text = make_label("inspector_where", wraps=True, selectable=True)
        self._sum = with_names(QPushButton("Show the sum"), "inspector_show_sum", "Show how the activation is computed")
        self._sum.setToolTip("Window times weights, the products, their sum and the bias")
        self._sum.setProperty("link", True)
        self._sum.clicked.connect(state.show_arithmetic)
        row = make_row()
        row.addWidget(self._text, 1)
        row.addWidget(self._sum)
        add_layout(make_column(self), row)
        state.target_changed.connect(self._on_target_changed)
        state.reconstruction_changed.connect(self._on_reconstruction_changed)
        self._on_reconstruction_changed()

    @Slot()
    def _on_target_changed(self) -> None:
        self._sum.setVisible(self._state.target is not None and not self._state.target.whole_map)

    @Slot()
    def _on_reconstruction_changed(self) -> None:
        found = self._state.found
        self._text.setText("" if found is None else describe_target(self._state, found))
        self._on_target_changed()


def describe_target(state: InspectorState, found: Reconstruction) -> str:
    """Return one sentence with the value and the place of the activation.

    Arguments:
        state: the target.
        found: a reconstruction of it.
    """
    value = format_number(found.activation)
    if state.maps is None:
        return f"Unit {found.map_index} has the activation {value}."
    row, column = found.position
    place = f"{value} at row {row}, column {column}"
    if state.target is not None and state.target.whole_map:
        return f"All positive activations of map {found.map_index} together; the strongest is {place}."
    if state.target is not None and state.target.position is None:
        return f"Activation {place}: the strongest of map {found.map_index}."
    return f"Activation {place} of map {found.map_index}."


def _segment(text: str, tip: str) -> QPushButton:
    button = with_names(QPushButton(text), f"inspector_{text.replace(' ', '_')}", tip)
    button.setToolTip(tip)
    button.setProperty("segment", True)
    button.setCheckable(True)
    return button
