"""An editor for a pair of whole numbers, or none of them: "automatic"."""

from typing import Any

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QBoxLayout, QCheckBox, QWidget

from app.forms.editors import PairFieldEditor
from app.widgets.number_range import NumberRange


class OptionalPairEditor(PairFieldEditor):
    """Edits a pair `(rows, columns)` or None; the base class describes arguments and signals.

    With the check mark, the value is None, and the two fields show what this means.
    """

    def __init__(self, allowed: NumberRange, parent: QWidget | None = None, unit: str = "") -> None:
        super().__init__(allowed, parent, unit)
        self._automatic = QCheckBox("Automatic", self)
        self._automatic.setChecked(True)
        self._automatic.toggled.connect(self._on_automatic_toggled)
        self._meant = (1, 1)
        layout = self.layout()
        assert isinstance(layout, QBoxLayout), "the base class has one"
        layout.insertWidget(0, self._automatic)
        self._enable()

    def show_meant(self, pair: tuple[int, int]) -> None:
        """Show what automatic means.

        Arguments:
            pair: rows and columns.
        """
        self._meant = pair
        if self._automatic.isChecked():
            self.set_value(pair)

    def name_parts(self, name: str, title: str) -> None:
        super().name_parts(name, title)
        self._automatic.setObjectName(f"{name}_automatic")
        self._automatic.setAccessibleName(f"{title}, automatic")

    def tab_stops(self) -> list[QWidget]:
        return [self._automatic, *super().tab_stops()]

    def show_value(self, value: Any) -> None:
        self._automatic.blockSignals(True)
        self._automatic.setChecked(value is None)
        self._automatic.blockSignals(False)
        self._enable()
        if value is None:
            self.set_value(self._meant)
        else:
            super().show_value(value)

    def _enable(self) -> None:
        for part in super().tab_stops():
            part.setEnabled(not self._automatic.isChecked())

    @Slot(bool)
    def _on_automatic_toggled(self, automatic: bool) -> None:
        self._enable()
        self.edited.emit(None if automatic else self._meant, False)
