"""The zoom and the centre of pictures that show the same pixels."""

from PySide6.QtCore import QObject, QPointF, QRect, QRectF, QSizeF, Signal, Slot

LARGEST_ZOOM = 256.0
"""Largest enlargement of the part that is shown."""
_MARGIN = 0.5
"""Pixels of the picture around a rectangle that fills the view."""
ZOOM_STEP = 1.5
"""Factor of one step of the wheel, a key or a button."""


class Viewport(QObject):
    """The visible part of a picture, in fractions of its width and height. So it does not depend on the widget's size.

    Attributes:
        zoom: 1 shows the whole picture, 2 shows half its width and height.
        centre: the visible centre, from (0, 0) to (1, 1).

    Signals:
        changed(): `zoom` or `centre` changed.
    """

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.zoom = 1.0
        self.centre = QPointF(0.5, 0.5)

    @property
    def part(self) -> QRectF:
        """The visible part, from (0, 0) to (1, 1)."""
        size = QSizeF(1 / self.zoom, 1 / self.zoom)
        return QRectF(QPointF(self.centre.x() - size.width() / 2, self.centre.y() - size.height() / 2), size)

    def show_part(self, zoom: float, centre: QPointF) -> None:
        """Show another part, moved into the picture if it reaches beyond.

        Arguments:
            zoom: the enlargement, from 1 to `LARGEST_ZOOM`.
            centre: centre of the part, from (0, 0) to (1, 1).
        """
        zoom = min(max(zoom, 1.0), LARGEST_ZOOM)
        margin = 0.5 / zoom
        kept = QPointF(
            min(max(centre.x(), margin), 1 - margin),
            min(max(centre.y(), margin), 1 - margin),
        )
        if zoom != self.zoom or kept != self.centre:
            self.zoom, self.centre = zoom, kept
            self.changed.emit()

    def show_pixels(self, pixels: QRect, width: int, height: int) -> None:
        """Show a rectangle of pixels as large as possible, with a narrow margin around it.

        Arguments:
            pixels: column, row, width and height.
            width, height: of the whole picture in pixels.
        """
        zoom = min(width / (pixels.width() + _MARGIN), height / (pixels.height() + _MARGIN))
        centre = QPointF(
            (pixels.x() + pixels.width() / 2) / width,
            (pixels.y() + pixels.height() / 2) / height,
        )
        self.show_part(zoom, centre)

    def zoom_by(self, factor: float, fixed: QPointF | None = None) -> None:
        """Zoom in or out around a point.

        Arguments:
            factor: more than 1 zooms in, less than 1 zooms out.
            fixed: the point that stays at its place, from (0, 0) to (1, 1); None for the centre.
        """
        fixed = fixed or self.centre
        zoom = min(max(self.zoom * factor, 1.0), LARGEST_ZOOM)
        self.show_part(zoom, fixed + (self.centre - fixed) * (self.zoom / zoom))

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
        self.show_part(1.0, QPointF(0.5, 0.5))
