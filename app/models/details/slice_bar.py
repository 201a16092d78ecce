"""Chooses one slice of a tensor: a number box for each axis but the last two."""

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QSpinBox, QWidget

from app.widgets.flow_box import FlowBox
from app.widgets.theme.theme import GRID
from tinyml.core import Shape

_MOST_AXES = 12
"""Axes with a number box. Further axes stay at 0."""


class SliceBar(FlowBox):
    """A row of number boxes.

    Arguments:
        parent: the parent widget.

    Signals:
        changed(): the user chose another slice.
    """

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent, GRID)
        self.setObjectName("models_slices")
        self.setAccessibleName("Slice of the tensor")
        self._shape: Shape = ()
        self._boxes: tuple[QSpinBox, ...] = ()

    @property
    def boxes(self) -> tuple[QSpinBox, ...]:
        """The number boxes, from the first axis on."""
        return self._boxes

    @property
    def index(self) -> tuple[int, ...]:
        """The chosen index in all axes but the last two."""
        chosen = [box.value() for box in self._boxes]
        return (*chosen, *(0 for _ in self._shape[len(chosen) : -2]))

    def show_shape(self, shape: Shape) -> None:
        """Offer the slices of another tensor; of a tensor with the same shape, the slice stays.

        Arguments:
            shape: of the tensor.
        """
        if shape == self._shape:
            return
        self._shape = shape
        boxes = []
        for axis, size in enumerate(shape[:-2][:_MOST_AXES]):
            box = QSpinBox(minimum=0, maximum=min(max(size - 1, 0), 2**31 - 1))
            box.setWrapping(True)
            box.setObjectName(f"models_slice_{axis}")
            box.setAccessibleName(f"Index in axis {axis}, of {size}")
            box.setToolTip(f"Index in axis {axis}: 0 to {size - 1}")
            box.setPrefix(f"axis {axis}: ")
            box.valueChanged.connect(self._on_value_changed)
            boxes.append(box)
        self._boxes = tuple(boxes)
        self.set_widgets(boxes)

    @Slot()
    def _on_value_changed(self) -> None:
        self.changed.emit()
