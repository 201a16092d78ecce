"""Events of dragging, made as every supported release of Qt wants them."""

from PySide6.QtCore import QMimeData, QPointF, Qt
from PySide6.QtGui import QDragEnterEvent


def drag_enter_event(position: QPointF, data: QMimeData) -> QDragEnterEvent:
    """Return the event of something being dragged into a widget with the left button, to be copied."""
    rest = Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    try:
        return QDragEnterEvent(position, *rest)
    except TypeError:
        # Before Qt 6.12 it took whole pixels only; since then that is deprecated.
        return QDragEnterEvent(position.toPoint(), *rest)
