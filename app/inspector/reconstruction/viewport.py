"""How far the pictures are zoomed in and what is in their middle, shared by those that show the same pixels."""

from PySide6.QtCore import QObject, QPointF, QRectF, QSizeF, Signal, Slot

LARGEST_ZOOM = 16.0
ZOOM_STEP = 1.5


class Viewport(QObject):
    """The part of a picture that is seen, in shares of its width and height, so that it outlives a change of size.

    Attributes:
        zoom: 1 shows the whole picture, 2 half its width and height.
        centre: what is in the middle, from (0, 0) to (1, 1).

    Signals: changed().
    """

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.zoom = 1.0
        self.centre = QPointF(0.5, 0.5)

    @property
    def part(self) -> QRectF:
        """The part that is seen, within (0, 0) to (1, 1)."""
        size = QSizeF(1 / self.zoom, 1 / self.zoom)
        return QRectF(QPointF(self.centre.x() - size.width() / 2, self.centre.y() - size.height() / 2), size)

    def look_at(self, zoom: float, centre: QPointF) -> None:
        """Show another part, kept within the picture."""
        zoom = min(max(zoom, 1.0), LARGEST_ZOOM)
        margin = 0.5 / zoom
        kept = QPointF(
            min(max(centre.x(), margin), 1 - margin),
            min(max(centre.y(), margin), 1 - margin),
        )
        if zoom != self.zoom or kept != self.centre:
            self.zoom, self.centre = zoom, kept
            self.changed.emit()

    def zoom_by(self, factor: float, fixed: QPointF | None = None) -> None:
        """Zoom so that the point `fixed`, in shares of the picture, stays where it is; by default the centre."""
        fixed = fixed or self.centre
        zoom = min(max(self.zoom * factor, 1.0), LARGEST_ZOOM)
        self.look_at(zoom, fixed + (self.centre - fixed) * (self.zoom / zoom))

    @Slot()
    def zoom_in(self) -> None:
        """Show a smaller part."""
        self.zoom_by(ZOOM_STEP)

    @Slot()
    def zoom_out(self) -> None:
        """Show a larger part."""
        self.zoom_by(1 / ZOOM_STEP)

    @Slot()
    def show_all(self) -> None:
        """Show the whole picture."""
        self.look_at(1.0, QPointF(0.5, 0.5))
