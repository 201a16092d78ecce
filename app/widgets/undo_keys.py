"""Who takes Ctrl+Z while a field has the keyboard: the field, or the document that it edits."""

from PySide6.QtCore import QEvent
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import QLineEdit

_UNDO, _REDO = QKeySequence.StandardKey.Undo, QKeySequence.StandardKey.Redo


def is_undo_key(event: QEvent) -> bool:
    """Tell whether a key, pressed or offered to a field before it is a shortcut, means undo or redo."""
    return isinstance(event, QKeyEvent) and (event.matches(_UNDO) or event.matches(_REDO))


def leaves_undo_to_document(event: QEvent) -> bool:
    """Refuse undo and redo for a field whose changes are edits of the document; tell whether it was one of them.

    Text fields, and number boxes have one inside, claim these keys before the window's shortcut sees them.
    """
    claims = event.type() in (QEvent.Type.ShortcutOverride, QEvent.Type.KeyPress) and is_undo_key(event)
    if claims:
        event.ignore()
    return claims


class DraftLineEdit(QLineEdit):
    """A line whose text counts only when it is finished: until then undo is about the text, otherwise not."""

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride and is_undo_key(event):
            assert isinstance(event, QKeyEvent)
            typed = self.isModified() and self.isUndoAvailable()
            if not (typed if event.matches(_UNDO) else self.isRedoAvailable()):
                event.ignore()
                return True
        return super().event(event)
