"""The chosen unit of samples that are no images: its number, its sum, and the switch to random weights."""

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QCheckBox, QPushButton, QWidget

from app.formatting import format_number
from app.inspector.layouts import make_column, make_row, with_names
from app.inspector.state import InspectorState
from app.widgets.labels import make_label
from app.widgets.layouts import add_layout
from app.widgets.plain_text import short


class UnitBar(QWidget):
    """What the column of the reconstructions shows for images, for samples without pixels.

    Arguments:
        state: the target.
    """

    def __init__(self, state: InspectorState, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        with_names(self, "inspector_unit", "The chosen unit")
        self._state = state
        self._text = make_label("inspector_unit_text", wraps=True, selectable=True)
        self._sum = with_names(QPushButton("Show the sum"), "inspector_unit_sum", "Show how the unit is computed")
        self._sum.setToolTip("Inputs times weights, the products, their sum and the bias")
        self._sum.setProperty("link", True)
        self._sum.clicked.connect(state.show_arithmetic)
        self._random = with_names(
            QCheckBox("random weights"), "inspector_unit_random", "Show all layers with random weights"
        )
        self._random.setToolTip(
            "The same network with fresh initial weights, in the layers, the units, the unit over the plane, the top "
            "activations and the embedding. What stays the same was not learned."
        )
        self._random.toggled.connect(state.set_random_weights)
        row = make_row()
        row.addWidget(self._text, 1)
        row.addWidget(self._sum)
        row.addWidget(self._random)
        add_layout(make_column(self), row)
        for signal in (state.output_changed, state.target_changed, state.methods_changed):
            signal.connect(self._on_changed)
        self._on_changed()

    @Slot()
    def _on_changed(self) -> None:
        target, output = self._state.target, self._state.output
        has_unit = target is not None and output is not None and output.layer == target.layer and output.maps is None
        self._sum.setVisible(has_unit)
        self._random.setChecked(self._state.random_weights)
        text = "" if has_unit else "Choose a layer with units."
        if target is not None and output is not None and has_unit:
            value = format_number(float(output.values[target.map_index]))
            text = f"Unit {target.map_index} of {short(target.layer)} gives {value}."
        self._text.setText(self._state.notice or text)
