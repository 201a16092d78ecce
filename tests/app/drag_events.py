"""Drag events for tests, with every supported release of Qt."""

from PySide6.QtCore import QMimeData, QPointF, Qt
from PySide6.QtGui import QDragEnterEvent


def drag_enter_event(position: QPointF, data: QMimeData) -> QDragEnterEvent:
    """Make the event of a drag that enters a widget with the left button and offers a copy."""
    other = Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    try:
        return QDragEnterEvent(position, *other)
    except TypeError:
        # Releases before Qt 6.12 take whole pixels only. In 6.12 that is deprecated.
        return QDragEnterEvent(position.toPoint(), *other)
