"""A field for one number, which counts only when it is finished with Enter or Tab."""

import math
from typing import Any

from PySide6.QtCore import Property, QEvent, Qt, Signal, Slot
from PySide6.QtGui import (
    QAccessible,
    QAccessibleValueChangeEvent,
    QFocusEvent,
    QKeyEvent,
    QPaintEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QAbstractSpinBox, QSizePolicy, QWidget

from app.widgets.number_range import NumberRange, read_number, write_number
from app.widgets.theme.style_properties import paint_outline
from app.widgets.theme.theme import GRID
from app.widgets.undo_keys import is_undo_key, leaves_undo_to_document

_STAYS_HERE = (
    Qt.FocusReason.PopupFocusReason,
    Qt.FocusReason.MenuBarFocusReason,
    Qt.FocusReason.ActiveWindowFocusReason,
)
"""Reasons for losing the keyboard after which it comes back: the number may be half typed."""

_FIRST_STEP = 0.01
"""What one step makes of 0, where the size of the number says nothing about the size of the step."""


class NumberBox(QAbstractSpinBox):
    """A spin box that takes what `NumberRange.read` accepts, in every locale, and never changes what was typed.

    Typed text is a draft until Enter, Tab or a step of the arrows finishes it: until then `value` is the number from
    before typing, and Esc or undo brings it back. A box never accepts a number by itself: it reports the number, and
    the owner answers with `show_value`. A draft that is refused stays in the field, so that it can be corrected.

    Arguments:
        allowed: the numbers that the field takes.

    Attributes:
        value: the number that is in force; what is no number, as in a faulty file, is returned as it is.
        minimum, maximum: the limits, for screen readers.

    Signals:
        edited(number, continues): the user wants another number. `continues` is True for steps of the arrows, of which
            several in a row are one change.
        refused(reason): what was typed is not allowed; the reason follows the title of the field.
        reverted(): the draft was dropped.
    """

    edited = Signal(object, bool)
    refused = Signal(str)
    reverted = Signal()

    def __init__(self, allowed: NumberRange, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._allowed = allowed
        self._value: Any = None
        self._refused_text: str | None = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setMinimumWidth(6 * GRID)
        self.lineEdit().textEdited.connect(self._on_text_edited)

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
        """True while the text is not that of the number in force."""
        return self.text() != _text_of(self._value)

    def show_value(self, value: Any) -> None:
        """Show the number in force, silently. A draft stays while that number stays the same."""
        if value != self._value or type(value) is not type(self._value):
            self._value = value
            self.drop_draft()
            if _is_number(value):
                QAccessible.updateAccessibility(QAccessibleValueChangeEvent(self, value))

    def drop_draft(self) -> None:
        """Show the number in force, whatever was typed, silently."""
        self._refused_text = None
        if self.has_draft:
            self.lineEdit().setText(_text_of(self._value))
        self.update()  # the arrows may be enabled or disabled

    def commit(self) -> None:
        """Finish what was typed: report the number, or why it is refused."""
        if not self.has_draft or self.text() == self._refused_text:
            return
        try:
            number = self._allowed.read(self.text())
        except ValueError as error:
            self._refused_text = self.text()
            self.refused.emit(str(error))
            return
        if number == self._value:  # written in another way
            self._revert()
        else:
            self._refused_text = self.text()
            self.edited.emit(number, False)

    def _revert(self) -> None:
        self.drop_draft()
        self.reverted.emit()

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
        """Return the allowed number that some steps lead to, or None when they lead nowhere."""
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
        # A wheel over a form scrolls it; it changes a number only when that number has the keyboard.
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        paint_outline(self)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _text_of(value: Any) -> str:
    if value is None:
        return ""
    return write_number(value) if _is_number(value) else str(value)


def _step_in_decimals(number: float, steps: int) -> float:
    """Change a number in its second digit, so that steps suit 0.0001 as well as 1000.

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
