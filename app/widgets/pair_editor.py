"""A field for two whole numbers, rows × columns. A link keeps them equal."""

from typing import Any

import qtawesome
from PySide6.QtCore import QEvent, Qt, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QLabel, QToolButton, QVBoxLayout, QWidget

from app.widgets.layouts import add_layout
from app.widgets.number_box import NumberBox
from app.widgets.number_range import NumberRange
from app.widgets.theme.style_properties import set_style_property
from app.widgets.theme.theme import GRID, current_theme


class PairEditor(QWidget):
    """Two numbers with a link. While it is on, both are the same.

    Like a `NumberBox`, the field accepts no number by itself: its owner answers with `set_value`.

    Arguments:
        allowed: the numbers that each of the two fields takes.
        parent: the parent widget.
        unit: unit of both numbers, such as "px"; empty for none.

    Signals:
        edited(pair, continues): the user wants another pair (rows, columns); see `NumberBox`.
        refused(reason): one of the typed numbers is not allowed; see `NumberBox`.
        reverted(): the user dropped the drafts.
    """

    edited = Signal(object, bool)
    refused = Signal(str)
    reverted = Signal()

    def __init__(self, allowed: NumberRange, parent: QWidget | None = None, unit: str = "") -> None:
        super().__init__(parent)
        self._rows = NumberBox(allowed, self, unit)
        self._columns = NumberBox(allowed, self, unit)
        self._link = QToolButton(self)
        self._link.setCheckable(True)
        self._link.setChecked(True)
        self._link.setAutoRaise(True)
        self._link.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._link.setToolTip("Keep both numbers equal")
        times = QLabel("×", self)
        row = QHBoxLayout()
        row.setSpacing(GRID // 2)
        for widget in (self._rows, times, self._columns, self._link):
            row.addWidget(widget)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(GRID // 2)
        add_layout(layout, row)
        self.setFocusProxy(self._rows)
        self._rows.edited.connect(self._on_rows_edited)
        self._columns.edited.connect(self._on_columns_edited)
        for box in (self._rows, self._columns):
            box.refused.connect(self.refused)
            box.reverted.connect(self._on_reverted)
        self._link.toggled.connect(self._on_link_toggled)
        self._apply_theme()

    def name_parts(self, name: str, title: str) -> None:
        """Set the object name to `name` and the accessible name to `title`, and derive those of the parts from them."""
        self.setObjectName(name)
        self.setAccessibleName(title)
        for part, suffix, words in (
            (self._rows, "rows", "rows"),
            (self._columns, "columns", "columns"),
            (self._link, "link", "keep rows and columns equal"),
        ):
            part.setObjectName(f"{name}_{suffix}")
            part.setAccessibleName(f"{title}, {words}")

    def tab_stops(self) -> list[QWidget]:
        """Return the parts that take the focus, from the left."""
        return [self._rows, self._columns, self._link]

    def value(self) -> tuple[Any, Any]:
        """Return the numbers in force as (rows, columns)."""
        return self._rows.value, self._columns.value

    @property
    def has_draft(self) -> bool:
        """True while one of the texts differs from its number in force."""
        return self._rows.has_draft or self._columns.has_draft

    def commit(self) -> None:
        """Finish the drafts: report the pair, or why it is refused."""
        self._rows.commit()
        self._columns.commit()

    def drop_draft(self) -> None:
        """Show the pair in force again instead of the drafts, without a signal."""
        self._rows.drop_draft()
        self._columns.drop_draft()

    def set_value(self, pair: tuple[int, int]) -> None:
        """Show the `pair` in force without a signal. Two different numbers switch the link off."""
        if pair != self.value():
            self.drop_draft()
        self._rows.show_value(pair[0])
        self._columns.show_value(pair[1])
        if pair[0] != pair[1] and self._link.isChecked():
            self._link.blockSignals(True)
            self._link.setChecked(False)
            self._link.blockSignals(False)
            self._apply_theme()

    def set_invalid(self, invalid: bool) -> None:
        """Mark the drafts as wrong, or both numbers if there is no draft. If not `invalid`, remove the marks."""
        for box in (self._rows, self._columns):
            set_style_property(box, "invalid", invalid and (box.has_draft or not self.has_draft))

    @Slot(object, bool)
    def _on_rows_edited(self, number: int, continues: bool) -> None:
        self.edited.emit((number, number if self._link.isChecked() else self._columns.value), continues)

    @Slot(object, bool)
    def _on_columns_edited(self, number: int, continues: bool) -> None:
        self.edited.emit((number if self._link.isChecked() else self._rows.value, number), continues)

    @Slot()
    def _on_reverted(self) -> None:
        if not self.has_draft:
            self.reverted.emit()

    @Slot(bool)
    def _on_link_toggled(self, linked: bool) -> None:
        self._apply_theme()
        rows, columns = self.value()
        if linked and rows != columns:
            self.edited.emit((rows, rows), False)

    def _apply_theme(self) -> None:
        theme, linked = current_theme(), self._link.isChecked()
        icon = "mdi6.link-variant" if linked else "mdi6.link-variant-off"
        self._link.setIcon(qtawesome.icon(icon, color=theme.accent if linked else theme.muted))

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._apply_theme()
