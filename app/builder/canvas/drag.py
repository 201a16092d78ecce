"""Dragging inside the window: layers from the palette, and cards to another place.

Qt's own drag and drop hands the mouse to the system, which neither the offscreen platform nor test events take part
in. Here a filter on the application follows the pointer from the press to the release, wherever the events go to, so
a real mouse and a test do the same thing.
"""

from dataclasses import dataclass

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QPixmap
from PySide6.QtWidgets import QApplication, QScrollArea, QWidget

from app.document import Document
from app.widgets.theme.theme import GRID, current_theme

_SCROLL_ZONE = 6 * GRID
_SCROLL_MS = 16


@dataclass(frozen=True)
class DragPayload:
    """What is dragged: a new layer of `layer_type`, or, when that is empty, the layers called `names`."""

    layer_type: str = ""
    names: tuple[str, ...] = ()


class DropArea(QScrollArea):
    """A scroll area that takes what is dragged. A subclass opens the gap and makes the edit."""

    def __init__(self, document: Document, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.document = document

    def drag_over(self, payload: DragPayload, position: QPoint) -> None:
        """Show where `payload` would land; `position` is global."""
        raise NotImplementedError

    def drag_leave(self) -> None:
        """Show the stack as it is again."""
        raise NotImplementedError

    def drop(self, payload: DragPayload) -> None:
        """Put `payload` where it was shown to land."""
        raise NotImplementedError


class DragController(QObject):
    """Follows one drag at a time, from the press on `source` to the release, Esc, or a second button.

    Arguments:
        source: where drags begin; the controller belongs to it.
        document: only areas that show the same document take a drop.

    Signals:
        started(): the pointer went far enough.
        finished(dropped): the drag is over; True when something was dropped.
    """

    started = Signal()
    finished = Signal(bool)

    def __init__(self, source: QWidget, document: Document) -> None:
        super().__init__(source)
        self._document = document
        self._payload = DragPayload()
        self._pressed_at = QPoint()
        self._pointer = QPoint()
        self._armed = self._dragging = False
        self._ghost: Ghost | None = None
        self._picture = QPixmap()
        self._hot_spot = QPoint()
        self._areas: list[DropArea] = []
        self._area: DropArea | None = None
        self._scroll_timer = QTimer(self)
        self._scroll_timer.setInterval(_SCROLL_MS)
        self._scroll_timer.timeout.connect(self._on_scroll_timeout)

    @property
    def dragging(self) -> bool:
        """True from the moment the pointer went far enough until the drag is over."""
        return self._dragging

    def arm(self, payload: DragPayload, picture: QPixmap, hot_spot: QPoint, position: QPoint) -> None:
        """Get ready: the mouse was pressed on something that can be dragged.

        Arguments:
            payload: what is dragged.
            picture: what follows the pointer.
            hot_spot: the place in the picture that the pointer holds.
            position: of the pointer, global.
        """
        self.cancel()
        self._payload, self._picture, self._hot_spot, self._pressed_at = payload, picture, hot_spot, position
        self._armed = True
        QApplication.instance().installEventFilter(self)  # type: ignore[union-attr]

    def cancel(self) -> None:
        """End the drag and change nothing."""
        self._end(dropped=False)

    # --------------------------------------------------------------------------------------------------------- events

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if not self._armed:
            return False
        kind = event.type()
        if kind == QEvent.Type.ApplicationDeactivate:
            self.cancel()
            return False
        if not watched.isWidgetType():
            return False
        if isinstance(event, QMouseEvent):
            return self._mouse(kind, event)
        if self._dragging and isinstance(event, QKeyEvent):
            # No shortcut may change the network under the pointer.
            if kind == QEvent.Type.KeyPress and event.key() == Qt.Key.Key_Escape:
                self.cancel()
            event.accept()
            return True
        return self._dragging and kind == QEvent.Type.ContextMenu

    def _mouse(self, kind: QEvent.Type, event: QMouseEvent) -> bool:
        position = event.globalPosition().toPoint()
        if kind == QEvent.Type.MouseMove:
            distance = (position - self._pressed_at).manhattanLength()
            if not self._dragging and distance >= QApplication.startDragDistance():
                self._start()
            if self._dragging:
                self._track_pointer(position)
                return True
        elif kind == QEvent.Type.MouseButtonRelease and event.button() == Qt.MouseButton.LeftButton:
            was_dragging = self._dragging
            if was_dragging:
                self._track_pointer(position)
                self._release()
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
        self.started.emit()

    def _track_pointer(self, position: QPoint) -> None:
        self._pointer = position
        if self._ghost is not None:
            self._ghost.follow(position - self._hot_spot)
        area = next((area for area in self._areas if _covers(area, position)), None)
        if area is not self._area and self._area is not None:
            self._area.drag_leave()
        self._area = area
        if area is None:
            self._scroll_timer.stop()
            QApplication.changeOverrideCursor(Qt.CursorShape.ForbiddenCursor)
            return
        QApplication.changeOverrideCursor(Qt.CursorShape.ClosedHandCursor)
        area.drag_over(self._payload, position)
        if _scroll_step(area, position):
            self._scroll_timer.start()

    def _on_scroll_timeout(self) -> None:
        area = self._area
        step = _scroll_step(area, self._pointer) if area is not None else 0
        if area is None or not step:
            self._scroll_timer.stop()
            return
        bar = area.verticalScrollBar()
        bar.setValue(bar.value() + step)
        area.drag_over(self._payload, self._pointer)

    def _release(self) -> None:
        area, payload = self._area, self._payload
        if area is None:
            self.cancel()
            return
        self._end(dropped=True)
        area.drop(payload)
        self.finished.emit(True)

    def _end(self, dropped: bool) -> None:
        """Take everything down; the area keeps its gap only when something is dropped into it."""
        if not self._armed:
            return
        was_dragging, area = self._dragging, self._area
        self._armed = self._dragging = False
        self._area, self._areas = None, []
        self._picture = QPixmap()
        self._scroll_timer.stop()
        QApplication.instance().removeEventFilter(self)  # type: ignore[union-attr]
        if not was_dragging:
            return
        self._document.changed.disconnect(self.cancel)
        QApplication.restoreOverrideCursor()
        if self._ghost is not None:
            self._ghost.hide()
            self._ghost.deleteLater()
            self._ghost = None
        if not dropped:
            if area is not None:
                area.drag_leave()
            self.finished.emit(False)


class Ghost(QWidget):
    """The picture that follows the pointer, above everything else in the window."""

    def __init__(self, picture: QPixmap, window: QWidget) -> None:
        super().__init__(window)
        self.setObjectName("drag_ghost")
        self._picture = picture
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.resize(picture.deviceIndependentSize().toSize())
        self.raise_()
        self.show()

    def follow(self, position: QPoint) -> None:
        """Put the upper left corner to a global position."""
        self.move(self.pos() + self.mapFromGlobal(position))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setOpacity(0.85)
        painter.drawPixmap(0, 0, self._picture)
        painter.end()


def badge(picture: QPixmap, count: int) -> QPixmap:
    """Write how many cards are dragged into the corner of the first one's picture."""
    if count < 2:
        return picture
    theme = current_theme()
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    size = picture.deviceIndependentSize()
    text = f"{count} layers"
    metrics = painter.fontMetrics()
    width, height = metrics.horizontalAdvance(text) + 2 * GRID, metrics.height() + GRID // 2
    box = QRect(int(size.width()) - width - GRID, GRID, width, height)
    painter.setBrush(QColor(theme.accent))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.drawRoundedRect(box, height / 2, height / 2)
    painter.setPen(QPen(QColor(theme.on_accent)))
    painter.drawText(box, int(Qt.AlignmentFlag.AlignCenter), text)
    painter.end()
    return picture


def _covers(area: DropArea, position: QPoint) -> bool:
    viewport = area.viewport()
    return area.isVisible() and viewport.rect().contains(viewport.mapFromGlobal(position))


def _scroll_step(area: DropArea, position: QPoint) -> int:
    """Tell how far to scroll: faster the nearer the pointer is to the upper or lower edge."""
    viewport = area.viewport()
    zone = min(_SCROLL_ZONE, viewport.height() // 4)
    y = viewport.mapFromGlobal(position).y()
    above, below = zone - y, y - (viewport.height() - zone)
    if above > 0:
        return -(above // 4 + 1)
    return below // 4 + 1 if below > 0 else 0
