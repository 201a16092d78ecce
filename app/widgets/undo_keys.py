"""Decides which of two gets Ctrl+Z while a field has the focus: the field or the document."""

from PySide6.QtCore import QEvent
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import QLineEdit

_UNDO, _REDO = QKeySequence.StandardKey.Undo, QKeySequence.StandardKey.Redo


def is_undo_key(event: QEvent) -> bool:
    """Return True if `event` is a key press, or the offer of one (ShortcutOverride), that means undo or redo."""
    return isinstance(event, QKeyEvent) and (event.matches(_UNDO) or event.matches(_REDO))


def leaves_undo_to_document(event: QEvent) -> bool:
    """Leave undo and redo to the document, for a field whose changes are edits of the document.

    Text fields, also those inside number boxes, take these keys before the window's shortcut gets them. Return True
    if `event` was one of these keys.
    """
    claims = event.type() in (QEvent.Type.ShortcutOverride, QEvent.Type.KeyPress) and is_undo_key(event)
    if claims:
        event.ignore()
    return claims


class DraftLineEdit(QLineEdit):
    """A line whose text counts only after Enter or Tab. Until then, undo and redo change the text only."""

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride and is_undo_key(event):
            assert isinstance(event, QKeyEvent)
            typed = self.isModified() and self.isUndoAvailable()
            if not (typed if event.matches(_UNDO) else self.isRedoAvailable()):
                event.ignore()
                return True
        return super().event(event)
