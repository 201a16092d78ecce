"""Moving the canvas with the mouse: with the middle button, or with the left one while Space is held."""

from PySide6.QtCore import QEvent, QObject, QPoint, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QApplication, QScrollArea

from app.builder.canvas.area_part import AreaPart


class Panning(AreaPart):
    """Scrolls an area by as much as the pointer moves.

    Arguments:
        area: the scroll area; it owns this object and passes it the events of the mouse.

    Signals:
        space_tapped(extend): Space was pressed and released without a drag; `extend` is True if Shift was held.
    """

    space_tapped = Signal(bool)

    def __init__(self, area: QScrollArea) -> None:
        super().__init__(area)
        self._button = Qt.MouseButton.NoButton
        self._pointer = QPoint()
        self._space_held = self._space_used = False

    @property
    def active(self) -> bool:
        """True while a mouse button moves the canvas."""
        return self._button != Qt.MouseButton.NoButton

    def hold_space(self) -> None:
        """Let the left button move the canvas until Space is released."""
        if not self._space_held:
            self._space_held, self._space_used = True, False
            self._area.viewport().setCursor(Qt.CursorShape.OpenHandCursor)
            # The release may go to another widget, for example if the focus moves meanwhile.
            QApplication.instance().installEventFilter(self)  # type: ignore[union-attr]

    def press(self, event: QMouseEvent) -> bool:
        """Begin to move the canvas if this press of a button means that. Return True if it does.

        Arguments:
            event: the press.
        """
        button = event.button()
        if button != Qt.MouseButton.MiddleButton and not (button == Qt.MouseButton.LeftButton and self._space_held):
            return self.active
        self._button, self._pointer = button, event.globalPosition().toPoint()
        self._space_used = True
        self._area.viewport().setCursor(Qt.CursorShape.ClosedHandCursor)
        return True

    def move(self, event: QMouseEvent) -> bool:
        """Follow the pointer. Return True if the canvas is being moved.

        Arguments:
            event: the movement.
        """
        if not self.active:
            return False
        position = event.globalPosition().toPoint()
        step, self._pointer = position - self._pointer, position
        for bar, pixels in (
            (self._area.horizontalScrollBar(), step.x()),
            (self._area.verticalScrollBar(), step.y()),
        ):
            bar.setValue(bar.value() - pixels)
        return True

    def release(self, event: QMouseEvent) -> bool:
        """End the movement. Return True if the canvas was being moved.

        Arguments:
            event: the release of a button.
        """
        if not self.active:
            return False
        if event.button() == self._button:
            self._button = Qt.MouseButton.NoButton
            self._show_cursor()
        return True

    def cancel(self) -> None:
        """End the movement, because the canvas is hidden."""
        self._button = Qt.MouseButton.NoButton
        self._show_cursor()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Wait for the release of Space, wherever it arrives."""
        if event.type() == QEvent.Type.ApplicationDeactivate:
            self._release_space()
        if event.type() != QEvent.Type.KeyRelease or not isinstance(event, QKeyEvent):
            return False
        if event.key() == Qt.Key.Key_Space and not event.isAutoRepeat():
            tapped = not self._space_used
            self._release_space()
            if tapped:
                self.space_tapped.emit(bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier))
        return False

    def _release_space(self) -> None:
        self._space_held = False
        QApplication.instance().removeEventFilter(self)  # type: ignore[union-attr]
        self._show_cursor()

    def _show_cursor(self) -> None:
        if self.active:
            return
        if self._space_held:
            self._area.viewport().setCursor(Qt.CursorShape.OpenHandCursor)
        else:
            self._area.viewport().unsetCursor()
