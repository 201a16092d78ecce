"""The search field of quick insert."""

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QWidget

from app.widgets.undo_keys import DraftLineEdit

_STEPS = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1, Qt.Key.Key_PageUp: -5, Qt.Key.Key_PageDown: 5}
_LEAVES_WINDOW = (
    Qt.FocusReason.ActiveWindowFocusReason,
    Qt.FocusReason.PopupFocusReason,
    Qt.FocusReason.MenuBarFocusReason,
)


class QuickField(DraftLineEdit):
    """A line for the search text. Keys that choose and insert become signals.

    Arguments:
        parent: the parent widget.

    Signals:
        step_requested(distance): an arrow key or Page Up, Page Down was pressed; `distance` is a number of rows.
        accepted(stays_open): Enter was pressed (False), or Tab or Shift+Enter (True).
        cancelled(): Esc was pressed.
        left(): another widget of the window has the focus now.
    """

    step_requested = Signal(int)
    accepted = Signal(bool)
    cancelled = Signal()
    left = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("quick_insert_search")
        self.setAccessibleName("Insert a layer")
        self.setPlaceholderText("conv 16 5x5, relu, pool, linear 10 …")
        self.setMaxLength(200)

    def event(self, event: QEvent) -> bool:
        # QWidget.event would move the focus for Tab, before keyPressEvent sees it.
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Tab:
            self.accepted.emit(True)
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.accepted.emit(bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier))
        elif key == Qt.Key.Key_Escape:
            self.cancelled.emit()
        elif key in _STEPS:
            self.step_requested.emit(_STEPS[key])
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if event.reason() not in _LEAVES_WINDOW:
            self.left.emit()
