"""A field for one number. A typed number counts only after Enter or Tab."""

import math
from typing import Any

from PySide6.QtCore import Property, QEvent, QRectF, Qt, Signal, Slot
from PySide6.QtGui import (
    QAccessible,
    QAccessibleValueChangeEvent,
    QColor,
    QFocusEvent,
    QKeyEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QAbstractSpinBox, QLabel, QSizePolicy, QWidget

from app.widgets.number_range import NumberRange, read_number, write_number
from app.widgets.theme.fonts import small_font
from app.widgets.theme.theme import GRID, current_theme
from app.widgets.undo_keys import is_undo_key, leaves_undo_to_document

_STAYS_HERE = (
    Qt.FocusReason.PopupFocusReason,
    Qt.FocusReason.MenuBarFocusReason,
    Qt.FocusReason.ActiveWindowFocusReason,
)
"""Reasons for losing the focus after which it comes back. The number may be half typed."""

_FIRST_STEP = 0.01
"""The step from 0. Every other number decides by its size how large a step is."""


class NumberBox(QAbstractSpinBox):
    """A spin box that takes what `NumberRange.read` accepts, in every locale, and never changes the typed text.

    Typed text is a draft until Enter, Tab or a step of the arrows finishes it. Until then `value` is the number from
    before typing, and Esc or undo brings it back. A box accepts no number by itself: it reports the number, and its
    owner answers with `show_value`. A refused draft stays in the field, so that the user can correct it.

    Arguments:
        allowed: the numbers that the field takes.
        parent: the parent widget.
        unit: unit of the number, such as "px", shown after it where there is room; empty for none.

    Attributes:
        value: the number in force. A faulty file may hold something else, which is returned as it is.
        minimum: the lower limit, for screen readers.
        maximum: the upper limit, for screen readers.

    Signals:
        edited(number, continues): the user wants another number. `continues` is True for a step of the arrows:
            several of them in a row are one change.
        refused(reason): the typed number is not allowed. The reason continues a sentence that begins with the title
            of the field.
        reverted(): the user dropped the draft.
    """

    edited = Signal(object, bool)
    refused = Signal(str)
    reverted = Signal()

    def __init__(self, allowed: NumberRange, parent: QWidget | None = None, unit: str = "") -> None:
        super().__init__(parent)
        self._allowed = allowed
        self._unit = self._make_unit(unit)
        self._value: Any = None
        self._refused_text: str | None = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setMinimumWidth(6 * GRID)
        self.lineEdit().textEdited.connect(self._on_text_edited)
        self.lineEdit().textChanged.connect(self._on_text_changed)

    def _make_unit(self, unit: str) -> QLabel:
        """Make the label for the unit. It lies over the line, because that one covers what the box paints."""
        label = QLabel(unit, self.lineEdit())
        label.setFont(small_font(self.font()))
        label.setProperty("muted", True)
        label.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        label.hide()
        return label

    def _get_value(self) -> Any:
        return self._value

    def _get_minimum(self) -> float:
        return self._allowed.lowest

    def _get_maximum(self) -> float:
        return self._allowed.highest

    value = Property("QVariant", _get_value)  # type: ignore[arg-type]
    minimum = Property(float, _get_minimum)
    maximum = Property(float, _get_maximum)

    @property
    def has_draft(self) -> bool:
        """True while the text differs from the number in force."""
        return self.text() != _text_of(self._value)

    def show_value(self, value: Any) -> None:
        """Show the number in force (`value`) without a signal. A draft stays if that number stays the same."""
        if value != self._value or type(value) is not type(self._value):
            self._value = value
            self.drop_draft()
            if _is_number(value):
                QAccessible.updateAccessibility(QAccessibleValueChangeEvent(self, value))

    def drop_draft(self) -> None:
        """Show the number in force again instead of the draft, without a signal."""
        self._refused_text = None
        if self.has_draft:
            self.lineEdit().setText(_text_of(self._value))
        self.update()  # the arrows may be enabled or disabled

    def commit(self) -> None:
        """Finish the draft: report the number, or why it is refused."""
        if not self.has_draft or self.text() == self._refused_text:
            return
        try:
            number = self._allowed.read(self.text())
        except ValueError as error:
            self._refused_text = self.text()
            self.refused.emit(str(error))
            return
        if number == self._value:  # the same number, written differently
            self._revert()
        else:
            self._refused_text = self.text()
            self.edited.emit(number, False)

    def _revert(self) -> None:
        self.drop_draft()
        self.reverted.emit()

    @Slot(str)
    def _on_text_changed(self, _text: str) -> None:
        self._arrange_unit()

    def _arrange_unit(self) -> None:
        """Show the unit at the right end of the line, unless the text needs the room."""
        unit, line = self._unit, self.lineEdit()
        size = unit.sizeHint()
        room = line.width() - self.fontMetrics().horizontalAdvance(f"{self.text()} ") - GRID // 2
        unit.setGeometry(line.width() - size.width(), 0, size.width(), line.height())
        unit.setVisible(bool(unit.text()) and size.width() <= room)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange_unit()

    @Slot(str)
    def _on_text_edited(self, _text: str) -> None:
        self._refused_text = None

    # ---------------------------------------------------------------------------------------------------------- steps

    def stepBy(self, steps: int) -> None:
        number = self._stepped(steps)
        if number is None:
            return
        if number == self._value:  # one step back from a draft
            self._revert()
        else:
            self.edited.emit(number, True)
        self.selectAll()

    def stepEnabled(self) -> QAbstractSpinBox.StepEnabledFlag:
        enabled = QAbstractSpinBox.StepEnabledFlag.StepNone
        if self._stepped(1) is not None:
            enabled |= QAbstractSpinBox.StepEnabledFlag.StepUpEnabled
        if self._stepped(-1) is not None:
            enabled |= QAbstractSpinBox.StepEnabledFlag.StepDownEnabled
        return enabled

    def _stepped(self, steps: int) -> float | int | None:
        """Return the allowed number after so many steps, or None if there is none."""
        allowed = self._allowed
        drafted = read_number(self.text(), whole=allowed.whole)
        number = drafted if drafted is not None and math.isfinite(drafted) else self._value
        if not _is_number(number):
            return None
        wanted = number + steps if allowed.whole else _step_in_decimals(number, steps)
        stepped = min(max(wanted, allowed.lowest), allowed.highest)
        if allowed.whole:
            stepped = int(stepped)
        return stepped if allowed.contains(stepped) and stepped != number else None

    # --------------------------------------------------------------------------------------------------------- events

    def event(self, event: QEvent) -> bool:
        if self.has_draft and is_undo_key(event):
            # Qt offers the key first, and then sends it, unless it is a shortcut.
            if event.type() == QEvent.Type.KeyPress:
                self._revert()
            event.accept()
            return True
        return leaves_undo_to_document(event) or super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.commit()
            self.selectAll()
        elif event.key() == Qt.Key.Key_Escape and self.has_draft:
            self._revert()
            self.selectAll()
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        if event.reason() not in _STAYS_HERE:
            self.commit()
        super().focusOutEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        # The wheel scrolls the form. It changes a number only in the field that has the focus.
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        self._paint_outline()

    def _paint_outline(self) -> None:
        """Paint an outline over the one of the style.

        That one is darker than the window, so it is invisible on a dark one. An outline from the style sheet would
        replace the whole style of the box, its arrows included.
        """
        theme, invalid = current_theme(), bool(self.property("invalid"))
        if not (theme.dark or invalid):
            return
        color = theme.danger if invalid else theme.accent if self.hasFocus() else theme.border
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(color), 1))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 2.5, 2.5)
        painter.end()


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _text_of(value: Any) -> str:
    if value is None:
        return ""
    return write_number(value) if _is_number(value) else str(value)


def _step_in_decimals(number: float, steps: int) -> float:
    """Change the second digit of a number, so that a step suits 0.0001 as well as 1000.

    >>> _step_in_decimals(0.1, 1), _step_in_decimals(0.1, -1), _step_in_decimals(0.001, -1)
    (0.11, 0.099, 0.00099)
    """
    if number == 0:
        return steps * _FIRST_STEP
    exponent = math.floor(math.log10(abs(number)) + 1e-12)
    towards_zero = (steps < 0) == (number > 0)
    if towards_zero and math.isclose(abs(number), 10.0**exponent):
        exponent -= 1  # the digits below a power of ten are worth less
    digits = 1 - exponent
    return round(number + steps * 10.0**-digits, digits + 1)
