"""The picture that follows the pointer during a drag, and its badge with the number of layers."""

from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QPixmap, QRegion
from PySide6.QtWidgets import QWidget

from app.widgets.theme.theme import GRID, current_theme

_OPACITY = 0.85
_OPACITY_OVER_TEXT = 0.15


class Ghost(QWidget):
    """The picture that follows the pointer during a drag, above everything else in the window.

    Arguments:
        picture: what is shown.
        window: the window in which the picture moves.
    """

    def __init__(self, picture: QPixmap, window: QWidget) -> None:
        super().__init__(window)
        self.setObjectName("drag_ghost")
        self._picture = picture
        self._copies = False
        self._gap = QRect()
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.resize(picture.deviceIndependentSize().toSize())
        self.raise_()
        self.show()

    def follow(self, position: QPoint) -> None:
        """Move the picture.

        Arguments:
            position: the new upper left corner, in global coordinates.
        """
        self.move(self.pos() + self.mapFromGlobal(position))

    def fade_over(self, gap: QRect) -> None:
        """Let the text of the open gap be read through the picture.

        Arguments:
            gap: place of the gap, in global coordinates; empty if no gap is open.
        """
        if gap != self._gap:
            self._gap = gap
            self.update()

    def set_copies(self, copies: bool) -> None:
        """Show a plus, because a drop copies what is dragged.

        Arguments:
            copies: True to show the plus.
        """
        self._copies = copies
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        gap = QRect(self.mapFromGlobal(self._gap.topLeft()), self._gap.size())
        painter.setOpacity(_OPACITY_OVER_TEXT)
        painter.setClipRect(gap)
        painter.drawPixmap(0, 0, self._picture)
        painter.setOpacity(_OPACITY)
        painter.setClipRegion(QRegion(self.rect()) - QRegion(gap))
        painter.drawPixmap(0, 0, self._picture)
        painter.setClipping(False)
        if self._copies:
            painter.setOpacity(1)
            paint_plus(painter, QRectF(GRID / 2, GRID / 2, 2.5 * GRID, 2.5 * GRID))
        painter.end()


def add_count_badge(picture: QPixmap, count: int) -> QPixmap:
    """Write the number of dragged layers into the upper right corner of a picture.

    Arguments:
        picture: the picture of the first dragged card.
        count: how many layers are dragged; one layer gets no badge.
    """
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


def paint_plus(painter: QPainter, disc: QRectF) -> None:
    """Paint a plus in a disc.

    Arguments:
        painter: paints on the widget.
        disc: place of the disc.
    """
    theme = current_theme()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(theme.accent))
    painter.drawEllipse(disc)
    painter.setPen(QPen(QColor(theme.on_accent), 2))
    middle, arm = disc.center(), disc.width() / 4
    painter.drawLine(middle - QPointF(arm, 0), middle + QPointF(arm, 0))
    painter.drawLine(middle - QPointF(0, arm), middle + QPointF(0, arm))
