"""Chooses one slice of a tensor: which two axes it shows, and a number box for each other axis."""

from PySide6.QtCore import QSignalBlocker, Signal, Slot
from PySide6.QtWidgets import QComboBox, QSpinBox, QWidget

from app.models.reading.slices import Axes, last_axes
from app.widgets.flow_box import FlowBox
from app.widgets.theme.theme import GRID
from tinyml.core import Shape

_MOST_AXES = 12
"""Axes with a number box. Further axes stay at 0."""
_SIDES = ("rows", "columns")


class SliceBar(FlowBox):
    """A row of boxes: the axis of the rows, the axis of the columns, and the index in each other axis.

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
        self._axes: Axes = (0, 1)
        self._numbers: dict[int, int] = {}
        self._sides: tuple[QComboBox, ...] = ()
        self._boxes: tuple[QSpinBox, ...] = ()

    @property
    def boxes(self) -> tuple[QSpinBox, ...]:
        """The number boxes, from the first axis on."""
        return self._boxes

    @property
    def sides(self) -> tuple[QComboBox, ...]:
        """The boxes that choose the axis of the rows and the axis of the columns."""
        return self._sides

    @property
    def axes(self) -> Axes:
        """The axes of the rows and of the columns."""
        return self._axes

    @property
    def index(self) -> tuple[int, ...]:
        """The chosen index in all axes but these two."""
        return tuple(self._numbers.get(axis, 0) for axis in self._other_axes())

    def show_shape(self, shape: Shape) -> None:
        """Offer the slices of another tensor; of a tensor with the same shape, the slice stays.

        Arguments:
            shape: of the tensor.
        """
        if shape == self._shape:
            return
        self._shape, self._numbers = shape, {}
        self._axes = last_axes(shape) if len(shape) > 2 else (0, 1)
        self._sides = tuple(self._make_side(side) for side in range(2)) if len(shape) > 2 else ()
        self._make_boxes()

    def _other_axes(self) -> list[int]:
        return [axis for axis in range(len(self._shape)) if axis not in self._axes]

    def _make_side(self, side: int) -> QComboBox:
        """Return a box that chooses the axis of the rows (0) or of the columns (1)."""
        box = QComboBox()
        box.setObjectName(f"models_slice_{_SIDES[side]}")
        box.setAccessibleName(f"Axis of the {_SIDES[side]}")
        box.setToolTip(f"The axis that the {_SIDES[side]} of the picture show")
        box.addItems([f"{_SIDES[side]}: axis {axis}" for axis in range(len(self._shape))])
        box.setCurrentIndex(self._axes[side])
        box.activated.connect(self._on_activated)
        return box

    def _make_boxes(self) -> None:
        """Make a number box for each axis that the slice does not show."""
        boxes = []
        for axis in self._other_axes()[:_MOST_AXES]:
            size = self._shape[axis]
            box = QSpinBox(minimum=0, maximum=min(max(size - 1, 0), 2**31 - 1))
            box.setWrapping(True)
            box.setObjectName(f"models_slice_{axis}")
            box.setAccessibleName(f"Index in axis {axis}, of {size}")
            box.setToolTip(f"Index in axis {axis}: 0 to {size - 1}")
            box.setPrefix(f"axis {axis}: ")
            box.setProperty("axis", axis)
            box.setValue(self._numbers.get(axis, 0))
            box.valueChanged.connect(self._on_value_changed)
            boxes.append(box)
        self._boxes = tuple(boxes)
        self.set_widgets((*self._sides, *boxes))

    @Slot(int)
    def _on_activated(self, axis: int) -> None:
        """Show another axis. If the other side shows it, the two sides change places."""
        side = 0 if self.sender() is self._sides[0] else 1
        chosen = list(self._axes)
        if axis == chosen[1 - side]:
            chosen[1 - side] = chosen[side]
        chosen[side] = axis
        if tuple(chosen) == self._axes:
            return
        self._axes = (chosen[0], chosen[1])
        for box, shown in zip(self._sides, self._axes, strict=True):
            with QSignalBlocker(box):
                box.setCurrentIndex(shown)
        self._make_boxes()
        self.changed.emit()

    @Slot(int)
    def _on_value_changed(self, number: int) -> None:
        box = self.sender()
        if isinstance(box, QSpinBox):
            self._numbers[box.property("axis")] = number
            self.changed.emit()
