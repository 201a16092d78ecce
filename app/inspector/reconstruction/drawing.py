"""What a picture shows, and how it is painted: in a widget, in a file, and on the clipboard."""

from dataclasses import dataclass

from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPen, QTransform

from app.inspector.reconstruction.contours import Contour
from app.widgets.images.colormaps import FRAME_COLOR

FRAME_WIDTH = 4
"""Pixels of the screen that a frame takes outside of what it surrounds."""
WHOLE = QRectF(0, 0, 1, 1)
"""The whole picture, in fractions of its width and height."""


@dataclass(frozen=True, eq=False)
class Drawing:
    """A picture with its frame, mark and contours.

    Attributes:
        image: one pixel for each number; a null image shows nothing.
        contours: lines over the image.
        box: pixels in a frame; None for no frame.
        marked: row and column of a pixel in a frame; None for no frame.
        smooth: True to blend enlarged pixels into each other.
    """

    image: QImage
    contours: tuple[Contour, ...] = ()
    box: QRect | None = None
    marked: tuple[int, int] | None = None
    smooth: bool = False

    def rectangle_of(self, pixels: QRect, area: QRectF, part: QRectF) -> QRectF:
        """Return where some pixels are painted.

        Arguments:
            pixels: column, row, width and height.
            area: where the part is painted.
            part: the part of the image that is painted, in fractions of its width and height.
        """
        return self._transform(area, part).mapRect(QRectF(pixels))

    def paint(self, painter: QPainter, area: QRectF, part: QRectF = WHOLE) -> None:
        """Paint a part of the image with everything on it. Frames lie outside of the pixels that they surround.

        Arguments:
            painter: paints on the widget or the image.
            area: where to paint. A frame at the edge of the image is painted up to `FRAME_WIDTH` pixels outside.
            part: the part of the image, in fractions of its width and height.
        """
        painter.save()
        painter.setClipRect(area)
        self._paint_pixels(painter, area, part)
        self._paint_contours(painter, area, part)
        painter.setClipRect(area.adjusted(-FRAME_WIDTH, -FRAME_WIDTH, FRAME_WIDTH, FRAME_WIDTH))
        if self.box is not None:
            _paint_frame(painter, self.rectangle_of(self.box, area, part))
        if self.marked is not None:
            _paint_frame(painter, self.rectangle_of(QRect(self.marked[1], self.marked[0], 1, 1), area, part))
        painter.restore()

    def enlarged(self, scale: int) -> QImage:
        """Return the whole picture with everything on it, and a margin for frames.

        Arguments:
            scale: width and height in pixels of each number.
        """
        margin = FRAME_WIDTH if self.box is not None or self.marked is not None else 0
        width, height = self.image.width() * scale, self.image.height() * scale
        result = QImage(width + 2 * margin, height + 2 * margin, QImage.Format.Format_ARGB32)
        result.fill(Qt.GlobalColor.transparent)
        painter = QPainter(result)
        self.paint(painter, QRectF(margin, margin, width, height))
        painter.end()
        return result

    def _transform(self, area: QRectF, part: QRectF) -> QTransform:
        """Return the transformation from pixels of the image to the screen."""
        scale_x = area.width() / part.width() / self.image.width()
        scale_y = area.height() / part.height() / self.image.height()
        left = area.left() - part.left() * self.image.width() * scale_x
        top = area.top() - part.top() * self.image.height() * scale_y
        return QTransform(scale_x, 0, 0, scale_y, left, top)

    def _paint_pixels(self, painter: QPainter, area: QRectF, part: QRectF) -> None:
        width, height = self.image.width(), self.image.height()
        source = QRectF(part.left() * width, part.top() * height, part.width() * width, part.height() * height)
        # A picture that gets smaller is always smoothed: without it, lines would vanish.
        smooth = self.smooth or source.width() > area.width()
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, smooth)
        painter.drawImage(area, self.image, source)

    def _paint_contours(self, painter: QPainter, area: QRectF, part: QRectF) -> None:
        """Draw the contours with a dark border, so that they can be seen on white pixels too."""
        if not self.contours:
            return
        painter.save()
        painter.setTransform(self._transform(area, part), combine=True)
        for width, border in ((4.0, True), (2.0, False)):
            for contour in self.contours:
                pen = QPen(QColor(0, 0, 0, 210) if border else contour.color, width)
                pen.setCosmetic(True)
                painter.setPen(pen)
                painter.drawLines(contour.lines)
        painter.restore()


def _paint_frame(painter: QPainter, rectangle: QRectF) -> None:
    """Draw a frame around a rectangle, visible on bright and on dark pixels."""
    outside = rectangle.adjusted(-FRAME_WIDTH / 2, -FRAME_WIDTH / 2, FRAME_WIDTH / 2, FRAME_WIDTH / 2)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for color, width in ((QColor(0, 0, 0, 150), float(FRAME_WIDTH)), (QColor(FRAME_COLOR), FRAME_WIDTH / 2)):
        pen = QPen(color, width)
        pen.setJoinStyle(Qt.PenJoinStyle.MiterJoin)
        painter.setPen(pen)
        painter.drawRect(outside)
