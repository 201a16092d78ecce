"""Small pictures of the steps of a reconstruction, from the feature map to the pixels."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QHelpEvent, QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from app.widgets.plain_text import tool_tip
from app.widgets.theme.fonts import small_font
from app.widgets.theme.theme import GRID, current_theme

_PICTURE_SIZE = 5 * GRID
"""Largest width and height of a picture in pixels."""
_ARROW_WIDTH = 2 * GRID
"""Width of an arrow in pixels."""


@dataclass(frozen=True)
class StepPicture:
    """One picture of the strip.

    Attributes:
        image: the values after the step, as an image.
        caption: name of the step.
        tooltip: explanation of the step.
    """

    image: QImage
    caption: str
    tooltip: str


class StepStrip(QWidget):
    """Shows small pictures with arrows between them. It has a fixed width, so put it into a scroll area."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._pictures: tuple[StepPicture, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Minimum, QSizePolicy.Policy.Fixed)

    @property
    def pictures(self) -> tuple[StepPicture, ...]:
        """The pictures, from the feature map to the pixels."""
        return self._pictures

    def show_pictures(self, pictures: Sequence[StepPicture]) -> None:
        """Replace the pictures of the strip.

        Arguments:
            pictures: in order, from the feature map to the pixels.
        """
        same_captions = [picture.caption for picture in pictures] == [picture.caption for picture in self._pictures]
        self._pictures = tuple(pictures)
        self.setAccessibleDescription(" → ".join(picture.caption for picture in pictures))
        if not same_captions:
            self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        width = sum(self._widths()) + _ARROW_WIDTH * max(len(self._pictures) - 1, 0)
        return QSize(width, _PICTURE_SIZE + self._metrics().height() + 4)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = current_theme()
        painter = QPainter(self)
        painter.setFont(small_font(self.font()))
        line_height = self._metrics().height()
        for area, picture in zip(self._areas(), self._pictures, strict=True):
            picture_area = QRectF(area.center().x() - _PICTURE_SIZE / 2, 1, _PICTURE_SIZE, _PICTURE_SIZE)
            shown = _fit(picture_area, picture.image)
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, picture.image.width() > shown.width())
            painter.drawImage(shown, picture.image)
            painter.setPen(QColor(theme.border))
            painter.drawRect(shown)
            painter.setPen(QColor(theme.muted))
            caption = QRectF(area.left(), _PICTURE_SIZE + 3, area.width(), line_height)
            # A letter from another font can make the line higher than this rectangle. Clipping would cut underscores.
            painter.drawText(caption, int(Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextDontClip), picture.caption)
            if picture is not self._pictures[-1]:
                arrow = QRectF(area.right(), 0, _ARROW_WIDTH, _PICTURE_SIZE)
                painter.drawText(arrow, Qt.AlignmentFlag.AlignCenter, "→")

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            under_mouse = (
                picture.tooltip
                for area, picture in zip(self._areas(), self._pictures, strict=True)
                if area.contains(QPointF(event.pos()))
            )
            QToolTip.showText(event.globalPos(), tool_tip(next(under_mouse, "")), self)
            return True
        return super().event(event)

    def _widths(self) -> list[int]:
        metrics = self._metrics()
        return [max(_PICTURE_SIZE, metrics.horizontalAdvance(picture.caption)) + 4 for picture in self._pictures]

    def _areas(self) -> list[QRectF]:
        areas, left = [], 0.0
        for width in self._widths():
            areas.append(QRectF(left, 0, width, self.height()))
            left += width + _ARROW_WIDTH
        return areas

    def _metrics(self) -> QFontMetrics:
        return QFontMetrics(small_font(self.font()))


def _fit(area: QRectF, image: QImage) -> QRectF:
    """Return the largest rectangle with the image's aspect ratio in the centre of an area."""
    scale = min(area.width() / max(image.width(), 1), area.height() / max(image.height(), 1))
    fitted = QRectF(0, 0, image.width() * scale, image.height() * scale)
    fitted.moveCenter(area.center())
    return fitted
