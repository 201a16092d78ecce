"""A field for two whole numbers, rows × columns, that can be kept equal."""

import qtawesome
from PySide6.QtCore import QEvent, Qt, Signal, Slot
from PySide6.QtGui import QPaintEvent, QWheelEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QSpinBox, QToolButton, QWidget

from app.widgets.looks import paint_outline, set_look
from app.widgets.theme import GRID, current_theme
from app.widgets.undo_keys import leaves_undo_to_document

_WIDEST = 2**31 - 1


class WholeNumberBox(QSpinBox):
    """A spin box that steps inside its range but lets any number be typed, so that the form can say what is wrong.

    Arguments:
        lowest, highest: the range of the arrows.
    """

    def __init__(self, lowest: int, highest: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._lowest, self._highest = lowest, highest
        self.setRange(-_WIDEST, _WIDEST)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setMinimumWidth(6 * GRID)

    def stepBy(self, steps: int) -> None:
        self.setValue(min(max(self.value() + steps * self.singleStep(), self._lowest), self._highest))

    def stepEnabled(self) -> QSpinBox.StepEnabledFlag:
        enabled = QSpinBox.StepEnabledFlag.StepNone
        if self.value() < self._highest:
            enabled |= QSpinBox.StepEnabledFlag.StepUpEnabled
        if self.value() > self._lowest:
            enabled |= QSpinBox.StepEnabledFlag.StepDownEnabled
        return enabled

    def event(self, event: QEvent) -> bool:
        return leaves_undo_to_document(event) or super().event(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        paint_outline(self)

    def wheelEvent(self, event: QWheelEvent) -> None:
        # A wheel over a form scrolls it; it changes a number only when that number has the keyboard.
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()


class PairEditor(QWidget):
    """Two numbers with a link: while it is on, both are the same.

    Arguments:
        lowest, highest: the range of the arrows; typing beyond it is reported as it is.

    Signals:
        edited(pair): the user made it another pair.
    """

    edited = Signal(object)

    def __init__(self, lowest: int, highest: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows = WholeNumberBox(lowest, highest, self)
        self._columns = WholeNumberBox(lowest, highest, self)
        self._link = QToolButton(self)
        self._link.setCheckable(True)
        self._link.setChecked(True)
        self._link.setAutoRaise(True)
        self._link.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._link.setToolTip("Keep both numbers equal")
        times = QLabel("×", self)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(GRID // 2)
        for widget in (self._rows, times, self._columns, self._link):
            layout.addWidget(widget)
        self.setFocusProxy(self._rows)
        self._rows.valueChanged.connect(self._rows_changed)
        self._columns.valueChanged.connect(self._columns_changed)
        self._link.toggled.connect(self._link_toggled)
        self._dress()

    def name_parts(self, name: str, title: str) -> None:
        """Give the parts object names and accessible names made from those of the whole."""
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
        """Return the parts that take the keyboard, from the left."""
        return [self._rows, self._columns, self._link]

    def value(self) -> tuple[int, int]:
        """Return (rows, columns)."""
        return self._rows.value(), self._columns.value()

    def set_value(self, pair: tuple[int, int]) -> None:
        """Show a pair, silently. The link opens for two different numbers."""
        if pair != self.value():
            self._show(*pair)
        if pair[0] != pair[1] and self._link.isChecked():
            self._link.blockSignals(True)
            self._link.setChecked(False)
            self._link.blockSignals(False)
            self._dress()

    def set_invalid(self, invalid: bool) -> None:
        """Mark both numbers as wrong, or not."""
        for box in (self._rows, self._columns):
            set_look(box, "invalid", invalid)

    def _show(self, rows: int, columns: int) -> None:
        for box, number in ((self._rows, rows), (self._columns, columns)):
            box.blockSignals(True)
            if box.value() != number:
                box.setValue(number)
            box.blockSignals(False)

    @Slot(int)
    def _rows_changed(self, number: int) -> None:
        if self._link.isChecked():
            self._show(number, number)
        self.edited.emit(self.value())

    @Slot(int)
    def _columns_changed(self, number: int) -> None:
        if self._link.isChecked():
            self._show(number, number)
        self.edited.emit(self.value())

    @Slot(bool)
    def _link_toggled(self, linked: bool) -> None:
        self._dress()
        rows, columns = self.value()
        if linked and rows != columns:
            self._show(rows, rows)
            self.edited.emit(self.value())

    def _dress(self) -> None:
        theme, linked = current_theme(), self._link.isChecked()
        icon = "mdi6.link-variant" if linked else "mdi6.link-variant-off"
        self._link.setIcon(qtawesome.icon(icon, color=theme.accent if linked else theme.muted))

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._dress()
