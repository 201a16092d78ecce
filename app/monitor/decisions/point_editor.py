"""Mouse and keys on the decision map: move, add and remove points."""

from PySide6.QtCore import QEvent, QObject, QPointF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent

from app.monitor.decisions.decision_plot import DecisionPlot

_REACH = 10
"""A click within so many pixels of a point means this point."""
_STEADY = 4
"""A mouse that moved less than this, in pixels, has clicked and not dragged."""
_STEP = 0.02
"""The arrow keys move a point by this share of the plane."""
_ARROWS = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Down: (0, -1),
    Qt.Key.Key_Up: (0, 1),
}


_KEYS = {*_ARROWS, Qt.Key.Key_PageDown, Qt.Key.Key_PageUp, Qt.Key.Key_Insert, Qt.Key.Key_Delete, Qt.Key.Key_Backspace}


class PointEditor(QObject):
    """Turns mouse and keys on a plot into requests, while it is enabled.

    Drag moves a point, a click beside all points adds one, the right button removes one. Page Down and Page Up choose
    a point, the arrow keys move it, Delete removes it, Insert adds one in the middle, 1 to 9 choose a class.

    Arguments:
        plot: the points on their map; it owns this object.

    Attributes:
        enabled: False to ignore mouse and keys.

    Signals:
        added(x, y): the user wants another point.
        moved(index, x, y): the user moved a shown point with the mouse.
        nudged(index, x, y): the user moved a shown point with a key, perhaps as one of several steps.
        removed(index): the user wants a shown point to go.
        class_requested(index): the user chose the class of the next points.
    """

    added = Signal(float, float)
    moved = Signal(int, float, float)
    nudged = Signal(int, float, float)
    removed = Signal(int)
    class_requested = Signal(int)

    def __init__(self, plot: DecisionPlot) -> None:
        super().__init__(plot)
        self._view = plot
        self.enabled = False
        self._dragged = -1
        self._pressed_at = QPointF()
        self._dragging = False
        plot.mouse_area.installEventFilter(self)
        plot.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Handle mouse and keys of the plot."""
        if not self.enabled:
            return False
        if isinstance(event, QKeyEvent) and watched is self._view:
            if event.type() == QEvent.Type.ShortcutOverride and _is_ours(event):
                event.accept()  # else Delete would be the command of the window that deletes layers
                return True
            return event.type() == QEvent.Type.KeyPress and self._press_key(event)
        if not isinstance(event, QMouseEvent) or watched is self._view:
            return False
        match event.type():
            case QEvent.Type.MouseButtonPress:
                self._press(event)
            case QEvent.Type.MouseMove:
                self._move(event)
            case QEvent.Type.MouseButtonRelease:
                self._release(event)
            case _:
                return False
        return True

    def _press(self, event: QMouseEvent) -> None:
        self._view.setFocus(Qt.FocusReason.MouseFocusReason)
        index = self._view.nearest(event.position(), _REACH)
        if event.button() == Qt.MouseButton.LeftButton:
            self._dragged, self._pressed_at, self._dragging = index, event.position(), False
            self._view.set_chosen(index)
        elif event.button() == Qt.MouseButton.RightButton and index >= 0:
            self.removed.emit(index)

    def _move(self, event: QMouseEvent) -> None:
        distance = (event.position() - self._pressed_at).manhattanLength()
        if event.buttons() & Qt.MouseButton.LeftButton and self._dragged >= 0 and distance >= _STEADY:
            self._dragging = True
        if self._dragging:
            self._view.move_point(self._dragged, *self._view.to_plane(event.position()))

    def _release(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton:
            return
        place = self._view.to_plane(event.position())
        if self._dragging:
            self.moved.emit(self._dragged, *place)
        elif self._dragged < 0:
            self.added.emit(*place)
        self._dragged, self._dragging = -1, False

    def _press_key(self, event: QKeyEvent) -> bool:
        if not _is_ours(event):
            return False
        key, chosen, count = event.key(), self._view.chosen, sum(self._view.point_counts)
        low, high = self._view.plane
        if Qt.Key.Key_1 <= key <= Qt.Key.Key_9:
            self.class_requested.emit(key - Qt.Key.Key_1)
        elif key in (Qt.Key.Key_PageDown, Qt.Key.Key_PageUp) and count:
            self._view.set_chosen((chosen + (1 if key == Qt.Key.Key_PageDown else -1)) % count)
        elif key == Qt.Key.Key_Insert:
            self.added.emit(*((low + high) / 2).tolist())
        elif key in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace) and chosen >= 0:
            self.removed.emit(chosen)
        elif Qt.Key(key) in _ARROWS and chosen >= 0:
            across, up = _ARROWS[Qt.Key(key)]
            x, y = self._view.place_of(chosen)
            step = _STEP * (high - low)
            self.nudged.emit(chosen, float(x + across * step[0]), float(y + up * step[1]))
        else:
            return False
        return True


def _is_ours(event: QKeyEvent) -> bool:
    """Return True if the editor handles this key."""
    plain = event.modifiers() in (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.KeypadModifier)
    return plain and (event.key() in _KEYS or Qt.Key.Key_1 <= event.key() <= Qt.Key.Key_9)
