"""A surface on which the user draws with the mouse, a finger, a stylus or the keyboard."""

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QImage,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.inspector.samples.drawing.ink_history import InkHistory
from app.training.drawing import RESOLUTION, canvas_size
from app.widgets.theme.theme import RADIUS, current_theme
from app.widgets.undo_keys import is_undo_key
from tinyml.core import Shape

SIDE = 124
"""Longer side of the canvas on the screen, in pixels."""
_FRAME = 2
_FAST = 4
"""Pixels of the data that the cursor moves with Shift; one without."""
_ARROWS = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, -1),
    Qt.Key.Key_Down: (0, 1),
}


class DrawingCanvas(QWidget):
    """Holds the ink of one drawing. The left button draws; so does Space, with the arrow keys to move the pen.

    Ctrl+Z takes back a stroke of the drawing as long as there is one. Then it means what it means in the window.

    Attributes:
        pen_width: share of the longer side.
        erasing: True if the pen takes ink away.

    Signals:
        changed(): there is more or less ink.
        stroke_ended(): the pen was lifted, or a step was undone or redone.
        cleared(): all ink is taken away.
        history_changed(): `can_undo`, `can_redo` or `is_empty` may have changed.
    """

    changed = Signal()
    stroke_ended = Signal()
    cleared = Signal()
    history_changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._history = InkHistory()
        self._image = QImage()
        self._background, self._color = QColor("black"), QColor("white")
        self._pixel = 1.0
        self._last: QPointF | None = None
        self._cursor = QPointF()
        self.pen_width, self.erasing = 0.08, False
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setCursor(Qt.CursorShape.CrossCursor)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.set_shape((1, 1, 1))

    @property
    def is_empty(self) -> bool:
        """True if there is no ink."""
        return not self.ink()[..., 3].any()

    @property
    def can_undo(self) -> bool:
        """True if there is a stroke to take back."""
        return self._history.can_undo

    @property
    def can_redo(self) -> bool:
        """True if there is a stroke to draw again."""
        return self._history.can_redo

    def set_shape(self, shape: Shape) -> None:
        """Start a drawing with the proportions of other data.

        Arguments:
            shape: (C, H, W) of an image of the data.
        """
        height, width = canvas_size(shape)
        size = QSize(width, height)
        self._pixel = RESOLUTION / max(shape[1:])
        if size != self._image.size():
            self._image = QImage(size, QImage.Format.Format_RGBA8888_Premultiplied)
            self._cursor = QPointF(size.width() / 2, size.height() / 2)
            shown = size.scaled(SIDE, SIDE, Qt.AspectRatioMode.KeepAspectRatio)
            self.setFixedSize(shown + QSize(2 * _FRAME, 2 * _FRAME))
        self._image.fill(Qt.GlobalColor.transparent)
        self._history.forget()
        self._last = None
        self.history_changed.emit()
        self.update()

    def set_colors(self, background: QColor, color: QColor) -> None:
        """Set what the canvas and further strokes look like.

        Arguments:
            background: of the canvas.
            color: of the pen.
        """
        self._background, self._color = background, color
        self.update()

    def ink(self) -> np.ndarray:
        """Return a copy of the ink: `(H, W, 4)` bytes, premultiplied with the last channel."""
        height, width = self._image.height(), self._image.width()
        rows = np.frombuffer(self._image.constBits(), np.uint8).reshape(height, self._image.bytesPerLine())
        return rows[:, : 4 * width].reshape(height, width, 4).copy()

    def show_ink(self, ink: np.ndarray) -> None:
        """Continue another drawing, without a signal that it changed.

        Arguments:
            ink: `(H, W, 4)` bytes, as `ink` returns them.
        """
        height, width = ink.shape[:2]
        shown = QImage(ink.tobytes(), width, height, 4 * width, QImage.Format.Format_RGBA8888_Premultiplied)
        self._image = shown.copy()
        self._history.forget()
        self._last = None
        self.history_changed.emit()
        self.update()

    def clear(self) -> None:
        """Take all ink away, as one step that can be undone."""
        if not self.is_empty:
            self._history.remember(self._image)
            self._image.fill(Qt.GlobalColor.transparent)
            self.cleared.emit()
            self._tell()

    def undo(self) -> None:
        """Take back the last stroke."""
        if self.can_undo:
            self._image = self._history.undo(self._image)
            self._tell()

    def redo(self) -> None:
        """Draw the stroke again that was taken back."""
        if self.can_redo:
            self._image = self._history.redo(self._image)
            self._tell()

    # --------------------------------------------------------------------------------------------------------- events

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride and is_undo_key(event):
            assert isinstance(event, QKeyEvent)
            event.setAccepted(self.can_undo if event.matches(QKeySequence.StandardKey.Undo) else self.can_redo)
            return True
        return super().event(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._press(self._place_of(event.position()))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._move(self._place_of(event.position()))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._lift()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        if is_undo_key(event):
            self.undo() if event.matches(QKeySequence.StandardKey.Undo) else self.redo()
        elif key in _ARROWS:
            step = self._pixel * (_FAST if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1)
            right, down = _ARROWS[key]
            self._move(self._inside(self._cursor + QPointF(right * step, down * step)))
        elif key == Qt.Key.Key_Space:
            if not event.isAutoRepeat():
                self._press(self._cursor)
        elif key in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.clear()
        else:
            super().keyPressEvent(event)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Space:
            if not event.isAutoRepeat():
                self._lift()
        else:
            super().keyReleaseEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._lift()
        self.update()

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        theme, painter = current_theme(), QPainter(self)
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        room = QRectF(self.rect()).adjusted(_FRAME, _FRAME, -_FRAME, -_FRAME)
        painter.fillRect(room, self._background)
        painter.drawImage(room, self._image)
        if self.hasFocus() or self.underMouse():
            self._paint_cursor(painter, room)
        painter.setPen(QPen(QColor(theme.accent if self.hasFocus() else theme.border), _FRAME))
        painter.drawRoundedRect(room.adjusted(-1, -1, 1, 1), RADIUS / 2, RADIUS / 2)

    # ----------------------------------------------------------------------------------------------------------- pen

    def _press(self, place: QPointF) -> None:
        self._history.remember(self._image)
        self._last = place
        self._move(place)

    def _move(self, place: QPointF) -> None:
        """Move the pen, and draw if it is down."""
        self._cursor = self._inside(place)
        if self._last is not None:
            self._draw_line(self._last, place)
            self._last = place
            self.changed.emit()
        self.update()

    def _lift(self) -> None:
        if self._last is not None:
            self._last = None
            self.history_changed.emit()
            self.stroke_ended.emit()

    def _draw_line(self, start: QPointF, end: QPointF) -> None:
        painter = QPainter(self._image)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.erasing:
            painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_Clear)
        width = self.pen_width * RESOLUTION
        painter.setPen(QPen(self._color, width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
        # A line without a length would leave no dot.
        painter.drawLine(start, end if end != start else end + QPointF(0.01, 0))

    def _tell(self) -> None:
        """Tell that a whole step was done."""
        self.update()
        self.changed.emit()
        self.history_changed.emit()
        self.stroke_ended.emit()

    def _place_of(self, position: QPointF) -> QPointF:
        """Return the place in the drawing that a position of the widget shows."""
        scale = self._image.width() / max(self.width() - 2 * _FRAME, 1)
        return (position - QPointF(_FRAME, _FRAME)) * scale

    def _inside(self, place: QPointF) -> QPointF:
        width, height = self._image.width(), self._image.height()
        return QPointF(min(max(place.x(), 0), width), min(max(place.y(), 0), height))

    def _paint_cursor(self, painter: QPainter, room: QRectF) -> None:
        scale = room.width() / max(self._image.width(), 1)
        radius = max(self.pen_width * RESOLUTION * scale / 2, 2.0)
        center = room.topLeft() + self._cursor * scale
        painter.setBrush(Qt.BrushStyle.NoBrush)
        # A dark ring beside a light one is visible on every colour.
        for color, distance in (("white", 0.0), ("black", 1.0)):
            painter.setPen(QPen(QColor(color), 1))
            painter.drawEllipse(center, radius + distance, radius + distance)
