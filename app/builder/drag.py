"""Dragging inside the window: layers from the palette to the canvas, and cards to another place.

Qt's own drag and drop gives the mouse to the system. The offscreen platform has no such system, and test events do
not reach it. Here an event filter on the application follows the pointer from the press to the release, so a real
mouse and a test do the same thing.
"""

from dataclasses import dataclass, replace

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, Qt, Slot
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPixmap
from PySide6.QtWidgets import QApplication, QScrollArea, QWidget

from app.builder.drag_picture import Ghost
from app.builder.edge_scrolling import EdgeScrolling
from app.document import BlockPath, Document


@dataclass(frozen=True)
class DragPayload:
    """What is dragged: one new layer, or layers of the network.

    Attributes:
        layer_type: type of the new layer, as files spell it; empty if layers of the network are dragged.
        names: names of the dragged layers of the network; empty if a new layer is dragged.
        block: path to the stack of the dragged layers.
        copies: True if a drop inserts copies of these layers and leaves them where they are.
    """

    layer_type: str = ""
    names: tuple[str, ...] = ()
    block: BlockPath = ()
    copies: bool = False


class DropArea(QScrollArea):
    """A scroll area that accepts drags. A subclass opens the gap and makes the edit.

    Arguments:
        document: the document that the area shows; drags of other documents are not accepted.
        parent: the parent widget.
    """

    def __init__(self, document: Document, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.document = document

    def drag_over(self, payload: DragPayload, position: QPoint) -> None:
        """Show where a drop would insert the payload.

        Arguments:
            payload: what is dragged.
            position: the pointer, in global coordinates.
        """
        raise NotImplementedError

    def gap_on_screen(self) -> QRect:
        """Return the place of the gap that `drag_over` has opened, in global coordinates; empty if there is none."""
        raise NotImplementedError

    def drag_leave(self) -> None:
        """Show the cards without a gap, because the pointer left the area."""
        raise NotImplementedError

    def drop(self, payload: DragPayload) -> None:
        """Insert the payload where `drag_over` showed it last.

        Arguments:
            payload: what is dropped.
        """
        raise NotImplementedError


class DragController(QObject):
    """Follows one drag at a time. The drag ends at the release of the mouse, at Esc, at another mouse button, or if its
    source is hidden.

    While Alt is held, layers of the network are copied instead of moved.

    Arguments:
        source: the widget where drags begin; it owns the controller.
        document: only areas that show this document accept the drop.
    """

    def __init__(self, source: QWidget, document: Document) -> None:
        super().__init__(source)
        self._document = document
        self._payload = DragPayload()
        self._pressed_at = QPoint()
        self._pointer = QPoint()
        self._pressed = self._dragging = False
        self._ghost: Ghost | None = None
        self._picture = QPixmap()
        self._hot_spot = QPoint()
        self._areas: list[DropArea] = []
        self._area: DropArea | None = None
        self._edge_scrolling = EdgeScrolling(self)
        self._edge_scrolling.scrolled.connect(self._on_edge_scrolled)

    @property
    def dragging(self) -> bool:
        """True while something is dragged: the pointer has moved far enough, and the mouse is not yet released."""
        return self._dragging

    def prepare(self, payload: DragPayload, picture: QPixmap, hot_spot: QPoint, position: QPoint) -> None:
        """Prepare a drag after the mouse was pressed. It starts when the pointer moves far enough.

        Arguments:
            payload: what is dragged.
            picture: the picture that follows the pointer.
            hot_spot: the point of the picture that stays under the pointer.
            position: the pointer, in global coordinates.
        """
        self.cancel()
        self._payload, self._picture, self._hot_spot, self._pressed_at = payload, picture, hot_spot, position
        self._pressed = True
        QApplication.instance().installEventFilter(self)  # type: ignore[union-attr]

    def cancel(self) -> None:
        """End the drag without a drop."""
        self._end(dropped=False)

    # --------------------------------------------------------------------------------------------------------- events

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if not self._pressed:
            return False
        kind = event.type()
        if kind == QEvent.Type.ApplicationDeactivate or (kind == QEvent.Type.Hide and watched is self.parent()):
            self.cancel()
            return False
        if not watched.isWidgetType():
            return False
        if isinstance(event, QMouseEvent):
            return self._handle_mouse_event(event)
        if self._dragging and isinstance(event, QKeyEvent):
            # No shortcut may change the network during a drag.
            if kind == QEvent.Type.KeyPress and event.key() == Qt.Key.Key_Escape:
                self.cancel()
            elif event.key() == Qt.Key.Key_Alt and kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
                self._set_copies(kind == QEvent.Type.KeyPress)
            event.accept()
            return True
        return self._dragging and kind == QEvent.Type.ContextMenu

    def _handle_mouse_event(self, event: QMouseEvent) -> bool:
        """Continue or end the drag. Return True if no other object may get the event."""
        kind = event.type()
        position = event.globalPosition().toPoint()
        if kind == QEvent.Type.MouseMove:
            distance = (position - self._pressed_at).manhattanLength()
            if not self._dragging and distance >= QApplication.startDragDistance():
                self._start()
            if self._dragging:
                self._pointer = position
                self._set_copies(bool(event.modifiers() & Qt.KeyboardModifier.AltModifier))
                self._track_pointer(position)
                return True
        elif kind == QEvent.Type.MouseButtonRelease and event.button() == Qt.MouseButton.LeftButton:
            was_dragging = self._dragging
            if was_dragging:
                self._track_pointer(position)
                self._drop()
            else:
                self.cancel()
            return was_dragging
        elif kind == QEvent.Type.MouseButtonPress and self._dragging:
            self.cancel()
            return True
        return False

    # ------------------------------------------------------------------------------------------------------- the drag

    def _start(self) -> None:
        self._dragging = True
        self._areas = [
            area
            for window in QApplication.topLevelWidgets()
            for area in ([window] if isinstance(window, DropArea) else window.findChildren(DropArea))
            if area.document is self._document and area.isVisible()
        ]
        source = self.parent()
        assert isinstance(source, QWidget)
        window = self._areas[0].window() if self._areas else source.window()
        self._ghost = Ghost(self._picture, window)
        QApplication.setOverrideCursor(Qt.CursorShape.ClosedHandCursor)
        self._document.changed.connect(self.cancel)

    def _set_copies(self, copies: bool) -> None:
        """Change between moving and copying the dragged layers."""
        if not self._payload.names or copies == self._payload.copies:
            return
        self._payload = replace(self._payload, copies=copies)
        if self._ghost is not None:
            self._ghost.set_copies(copies)
        if self._area is not None:
            self._drag_over(self._area)

    def _track_pointer(self, position: QPoint) -> None:
        self._pointer = position
        if self._ghost is not None:
            self._ghost.follow(position - self._hot_spot)
        area = next((area for area in self._areas if _covers(area, position)), None)
        if area is not self._area and self._area is not None:
            self._area.drag_leave()
        self._area = area
        if area is None:
            self._edge_scrolling.stop()
            QApplication.changeOverrideCursor(Qt.CursorShape.ForbiddenCursor)
            return
        QApplication.changeOverrideCursor(Qt.CursorShape.ClosedHandCursor)
        self._drag_over(area)
        self._edge_scrolling.follow(area, position)

    def _drag_over(self, area: DropArea) -> None:
        area.drag_over(self._payload, self._pointer)
        if self._ghost is not None:
            self._ghost.fade_over(area.gap_on_screen())

    @Slot()
    def _on_edge_scrolled(self) -> None:
        if self._area is not None:
            self._drag_over(self._area)

    def _drop(self) -> None:
        area, payload = self._area, self._payload
        if area is None:
            self.cancel()
            return
        self._end(dropped=True)
        area.drop(payload)

    def _end(self, dropped: bool) -> None:
        """End the drag. The gap closes, except before a drop: then the area still needs it."""
        if not self._pressed:
            return
        was_dragging, area = self._dragging, self._area
        self._pressed = self._dragging = False
        self._area, self._areas = None, []
        self._picture = QPixmap()
        self._edge_scrolling.stop()
        QApplication.instance().removeEventFilter(self)  # type: ignore[union-attr]
        if not was_dragging:
            return
        self._document.changed.disconnect(self.cancel)
        QApplication.restoreOverrideCursor()
        if self._ghost is not None:
            self._ghost.hide()
            self._ghost.deleteLater()
            self._ghost = None
        if area is not None and not dropped:
            area.drag_leave()


def _covers(area: DropArea, position: QPoint) -> bool:
    """Return True if the visible part of an area contains the pointer."""
    viewport = area.viewport()
    return area.isVisible() and viewport.rect().contains(viewport.mapFromGlobal(position))
