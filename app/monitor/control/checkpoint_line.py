"""The line that says how often checkpoints are written."""

from typing import Any

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QGridLayout, QWidget

from app.runs.checkpoints import CheckpointKeeper
from app.widgets.labels import make_caption
from app.widgets.number_box import NumberBox
from app.widgets.number_range import NumberRange
from app.widgets.theme.theme import GRID

_TIP = (
    "After a crash, the run can be resumed from its last checkpoint. 0: no checkpoint because of the {what}. "
    "The other number counts too."
)


class CheckpointLine(QWidget):
    """Two numbers: after how many seconds, and after how many epochs, the next checkpoint is written.

    Arguments:
        checkpoints: writes them.
        parent: the parent widget.
    """

    def __init__(self, checkpoints: CheckpointKeeper, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("control_checkpoint_line")
        self._checkpoints = checkpoints
        self._seconds = self._make_box("seconds", "s", 86_400)
        self._epochs = self._make_box("epochs", "epochs", 100_000)
        grid = QGridLayout(self)  # in one row, the units would have no room
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(GRID // 2)
        grid.addWidget(make_caption("Checkpoint every"), 0, 0, 1, 2)
        grid.addWidget(self._seconds, 1, 0)
        grid.addWidget(self._epochs, 1, 1)
        checkpoints.intervals_changed.connect(self._refresh)
        self._refresh()

    def _make_box(self, name: str, unit: str, most: int) -> NumberBox:
        box = NumberBox(NumberRange(0, most, whole=True), unit=unit)
        box.setObjectName(f"control_checkpoint_{name}")
        box.setAccessibleName(f"Checkpoint every so many {name}")
        box.setToolTip(_TIP.format(what="time" if name == "seconds" else "epochs"))
        box.edited.connect(self._on_edited)
        box.refused.connect(self._on_refused)
        return box

    @Slot()
    def _refresh(self) -> None:
        self._seconds.show_value(self._checkpoints.seconds)
        self._epochs.show_value(self._checkpoints.epochs)

    @Slot(object, bool)
    def _on_edited(self, number: Any, _continues: bool) -> None:
        if self.sender() is self._seconds:
            self._checkpoints.set_intervals(number, self._checkpoints.epochs)
        else:
            self._checkpoints.set_intervals(self._checkpoints.seconds, number)

    @Slot(str)
    def _on_refused(self, _reason: str) -> None:
        self._seconds.drop_draft()
        self._epochs.drop_draft()
