"""A slider with a number box, for numbers within a small range."""

from typing import Any

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QHBoxLayout, QSlider, QWidget

from app.widgets.number_box import NumberBox
from app.widgets.number_range import NumberRange
from app.widgets.theme.style_properties import set_style_property
from app.widgets.theme.theme import GRID

_STEPS = 100
_BOX_WIDTH = 9 * GRID


class _Slider(QSlider):
    """A slider that lets the page scroll."""

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()


class SliderEditor(QWidget):
    """Edits a number with a slider, or exactly with a number box.

    Arguments:
        allowed: the numbers; both limits are finite.
        parent: the parent widget.
        unit: unit of the number; empty for none.

    Signals:
        edited(value, continues): the user wants another number; see `NumberBox`.
        refused(reason): see `NumberBox`.
        reverted(): see `NumberBox`.
    """

    edited = Signal(object, bool)
    refused = Signal(str)
    reverted = Signal()

    def __init__(self, allowed: NumberRange, parent: QWidget | None = None, unit: str = "") -> None:
        super().__init__(parent)
        self._lowest, self._width = allowed.lowest, allowed.highest - allowed.lowest
        self._slider = _Slider(Qt.Orientation.Horizontal, self)
        self._slider.setRange(0, _STEPS)
        self._slider.setPageStep(_STEPS // 10)
        self._box = NumberBox(allowed, self, unit)
        self._box.setFixedWidth(_BOX_WIDTH)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(GRID)
        layout.addWidget(self._slider, 1)
        layout.addWidget(self._box)
        self.setFocusProxy(self._slider)
        self._slider.valueChanged.connect(self._on_value_changed)
        self._box.edited.connect(self.edited)
        self._box.refused.connect(self.refused)
        self._box.reverted.connect(self.reverted)

    def name_parts(self, name: str, title: str) -> None:
        """Name the editor and its parts.

        Arguments:
            name: objectName of the number box; that of the slider ends in "_slider".
            title: the accessible name.
        """
        self.setObjectName(f"{name}_editor")
        self._box.setObjectName(name)
        self._slider.setObjectName(f"{name}_slider")
        for part in (self, self._box, self._slider):
            part.setAccessibleName(title)

    def tab_stops(self) -> list[QWidget]:
        """Return the parts that take the focus, from the left."""
        return [self._slider, self._box]

    @property
    def has_draft(self) -> bool:
        """True while the text in the box differs from the number in force."""
        return self._box.has_draft

    def commit(self) -> None:
        """Finish the draft in the box."""
        self._box.commit()

    def drop_draft(self) -> None:
        """Show the number in force again instead of the draft, without a signal."""
        self._box.drop_draft()

    def show_value(self, value: Any) -> None:
        """Show the number in force, without a signal.

        Arguments:
            value: the number.
        """
        self._box.show_value(value)
        if isinstance(value, int | float):
            self._slider.blockSignals(True)
            self._slider.setValue(round((value - self._lowest) / self._width * _STEPS))
            self._slider.blockSignals(False)

    def set_invalid(self, invalid: bool) -> None:
        """Mark the number as wrong, or remove the mark.

        Arguments:
            invalid: True to mark it.
        """
        set_style_property(self._box, "invalid", invalid)

    @Slot(int)
    def _on_value_changed(self, position: int) -> None:
        number = round(self._lowest + self._width * position / _STEPS, 6)
        self.edited.emit(number, True)
