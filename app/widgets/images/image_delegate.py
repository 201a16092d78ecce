"""Layout and painting of one picture of an `ImageGrid`."""

from collections.abc import Iterable

from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPen, QRegion
from PySide6.QtWidgets import QAbstractItemView, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from app.widgets.images.image_list_model import IMAGE_ROLE, GridImage, Index
from app.widgets.theme.fonts import small_font
from app.widgets.theme.theme import GRID, current_theme

FRAME = 3
"""Pixels around each picture for the selection frame and the focus ring."""
_NUMBERED = 4 * GRID
"""Width in pixels below which a picture has no number: it would hide the picture."""
_PLATE, _NUMBER = QColor(0, 0, 0, 120), QColor("white")


class ImageDelegate(QStyledItemDelegate):
    """Paints one picture: its pixels, the marked pixel, the frames and the caption.

    Arguments:
        view: the view that shows the pictures. Its font, screen and focus decide how they are painted.
        image_size: about how many pixels of the screen the longer side of a picture takes.
        outlined: draw a thin line around each picture.

    Attributes:
        image_size: the same, at any time.
        marked: (index, row, column) of the pixel with a mark, or None.
        region: the part of the view that is painted. Qt asks for all pictures in the rectangle around it, also for
            those between two far ones; the others are not painted again.
    """

    def __init__(self, view: QAbstractItemView, image_size: int, outlined: bool = False) -> None:
        super().__init__(view)
        self._view, self._outlined = view, outlined
        self.image_size = image_size
        self.marked: tuple[int, int, int] | None = None
        self.region = QRegion()
        self._box = QSize(image_size, image_size)
        self._caption_height = 0
        self._font = small_font(view.font())
        self._metrics = QFontMetrics(self._font)

    def measure(self, images: Iterable[GridImage]) -> None:
        """Give every picture the room that the largest of `images` needs, with captions in the font of the view."""
        self._font = small_font(self._view.font())
        self._metrics = QFontMetrics(self._font)
        sizes: set[QSize] = set()
        has_captions = False
        for item in images:
            sizes.add(item.image.size())
            has_captions = has_captions or bool(item.caption)
        painted = [self._painted_size(size) for size in sizes]
        self._box = QSize(
            max((size.width() for size in painted), default=self.image_size),
            max((size.height() for size in painted), default=self.image_size),
        )
        self._caption_height = self._metrics.height() + 2 if has_captions else 0

    @property
    def cell_size(self) -> QSize:
        """The room of one picture with its frame, its caption and the gap to the next picture."""
        gap = GRID if self._caption_height else GRID // 2
        return QSize(self._box.width() + FRAME + gap, self._box.height() + self._caption_height + FRAME + gap)

    def image_rect(self, cell: QRect, size: QSize) -> QRectF:
        """Return where a picture is painted.

        Arguments:
            cell: the room of the picture, in coordinates of the viewport.
            size: width and height of the picture in its own pixels.
        """
        painted = self._painted_size(size)
        left = cell.left() + FRAME + (self._box.width() - painted.width()) / 2
        top = cell.top() + FRAME + (self._box.height() - painted.height()) / 2
        return QRectF(round(left), round(top), painted.width(), painted.height())

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return self.cell_size

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        if not self.region.intersects(option.rect):
            return
        item: GridImage = index.data(IMAGE_ROLE)
        rect = self.image_rect(option.rect, item.image.size())
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        painter.save()
        # Enlarged pixels stay sharp. Smooth the picture only if it gets smaller.
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, rect.width() < item.image.width())
        painter.drawImage(rect, item.image)
        if self._outlined:
            _paint_frame(painter, rect, 0.5, QPen(QColor(current_theme().border), 1))
        if item.number and rect.width() >= _NUMBERED:
            self._paint_number(painter, rect, item.number)
        if self.marked and self.marked[0] == index.row():
            _paint_mark(painter, rect, item.image.size(), *self.marked[1:])
        if selected or option.state & QStyle.StateFlag.State_MouseOver:
            theme = current_theme()
            _paint_frame(painter, rect, 1.0, QPen(QColor(theme.accent if selected else theme.muted), 2))
        if self._has_focus_ring(index.row()):
            _paint_frame(painter, rect, 2.5, QPen(QColor(current_theme().text), 1, Qt.PenStyle.DotLine))
        if item.caption:
            theme = current_theme()
            painter.setPen(QColor(theme.text if selected else theme.muted))
            self._paint_caption(painter, option.rect, item.caption)
        painter.restore()

    def _has_focus_ring(self, row: int) -> bool:
        """Return True for the picture that the arrow keys start from; it is the first one if none is picked."""
        return self._view.hasFocus() and row == max(self._view.currentIndex().row(), 0)

    def _painted_size(self, image: QSize) -> QSize:
        """Return the size on the screen: a whole multiple of the picture's size, where that is near `image_size`."""
        longest = max(image.width(), image.height(), 1)
        ratio = self._view.devicePixelRatioF()
        scale: float = round(self.image_size * ratio / longest) / ratio
        if longest > self.image_size * 1.5 or scale <= 0:
            scale = self.image_size / longest
        return QSize(max(round(image.width() * scale), 1), max(round(image.height() * scale), 1))

    def _paint_caption(self, painter: QPainter, cell: QRect, caption: str) -> None:
        painter.setFont(self._font)
        metrics, width = self._metrics, cell.width() - FRAME
        text = metrics.elidedText(caption, Qt.TextElideMode.ElideRight, width)
        top = cell.top() + FRAME + self._box.height() + 2
        left = cell.left() + FRAME - (width - self._box.width()) // 2
        painter.drawText(left, top, width, metrics.height(), int(Qt.AlignmentFlag.AlignHCenter), text)

    def _paint_number(self, painter: QPainter, rect: QRectF, number: str) -> None:
        """Write a number into the lower left corner, on a dark plate that keeps it readable on every colour."""
        width, height = self._metrics.horizontalAdvance(number) + 5, self._metrics.height()
        plate = QRectF(rect.left(), rect.bottom() - height, width, height)
        painter.fillRect(plate, _PLATE)
        painter.setFont(self._font)
        painter.setPen(_NUMBER)
        painter.drawText(plate, Qt.AlignmentFlag.AlignCenter, number)


def _paint_mark(painter: QPainter, rect: QRectF, size: QSize, row: int, column: int) -> None:
    width, height = rect.width() / size.width(), rect.height() / size.height()
    pixel = QRectF(rect.left() + column * width, rect.top() + row * height, width, height)
    # A dark line within a light one is visible on every colour.
    _paint_frame(painter, pixel, 1.5, QPen(QColor("white"), 1))
    _paint_frame(painter, pixel, 0.5, QPen(QColor("black"), 1))


def _paint_frame(painter: QPainter, rect: QRectF, distance: float, pen: QPen) -> None:
    painter.setPen(pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRect(rect.adjusted(-distance, -distance, distance, distance))
