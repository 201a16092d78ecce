"""The legend of a reconstruction: the range of the numbers, and what their signs mean."""

from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.formatting import format_number
from app.inspector.reconstruction.contours import LEVELS
from app.inspector.reconstruction.reconstruction_images import color_limit, has_colors, legend_image
from app.inspector.target import Method
from app.widgets.theme.fonts import small_font
from app.widgets.theme.theme import GRID, current_theme


@dataclass(frozen=True)
class Scale:
    """The colour scale of one reconstruction.

    Attributes:
        limit: the number that gets the full colour, on both sides of zero; 0 if all numbers are 0.
        cut: True if some numbers lie beyond the limit.
        colored: True if three channels show their colours around grey.
        meaning: what the signs mean.
    """

    limit: float = 0.0
    cut: bool = False
    colored: bool = False
    meaning: str = ""

    @property
    def ends(self) -> tuple[str, str]:
        """The numbers at the two ends of the scale. A picture of zeros has no ends."""
        if not self.limit:
            return "", ""
        low, high = format_number(-self.limit), f"+{format_number(self.limit)}"
        return (f"≤ {low}", f"≥ {high}") if self.cut else (low, high)

    def paint(self, painter: QPainter, area: QRectF, font: QFont) -> None:
        """Paint the colours between their two numbers, with zero in the middle.

        Arguments:
            painter: paints on a widget or an image.
            area: where to paint.
            font: of the numbers.
        """
        theme, metrics = current_theme(), QFontMetricsF(font)
        low, high = self.ends
        width = max(metrics.horizontalAdvance(low), metrics.horizontalAdvance(high))
        # The same room on both sides keeps zero in the middle.
        side = width + GRID / 2 if width else 0.0
        bar = QRectF(area.left() + side, area.center().y() - GRID / 2, max(area.width() - 2 * side, GRID), GRID)
        if self.limit:
            painter.drawImage(bar, legend_image(theme.dark, self.colored))
        painter.setFont(font)
        painter.setPen(QColor(theme.border))
        painter.drawRect(bar)
        painter.setPen(QColor(theme.muted))
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.drawText(
            QRectF(area.left(), area.top(), width, area.height()), middle | Qt.AlignmentFlag.AlignRight, low
        )
        painter.drawText(QRectF(bar.right() + GRID / 2, area.top(), width, area.height()), middle, high)


def scale_of(array: np.ndarray, method: Method, contrast: float, contours: bool = False) -> Scale:
    """Return the scale of a reconstruction.

    Only where a sign says something about the activation, the scale claims it: not for a deconvnet.

    Arguments:
        array: (C, H, W) the reconstruction.
        method: how it was computed.
        contrast: of the colours, at least 1.
        contours: True if the picture is shown as contours. These do not keep the colours of channels.
    """
    limit, colored = color_limit(array, contrast), has_colors(array) and not contours
    positive, negative = ("bright", "dark") if colored else ("orange", "blue")
    claims = method.words.positive or "positive", method.words.negative or "negative"
    meaning = f"{positive}: {claims[0]} · {negative}: {claims[1]}"
    if contours:
        meaning += f" · no line: below {LEVELS[0]:.0%} of the scale".replace("%", " %")
    elif colored:
        meaning += " · grey: 0"
    if not method.words.positive:
        meaning += ". The signs belong to the pattern."
    if not limit:
        meaning = "every pixel is 0"
    return Scale(limit, contrast > 1, colored, meaning)


class Legend(QWidget):
    """Shows the colours from −limit over 0 to +limit. The tool tip says what they mean."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._scale = Scale()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Scale of the colours")

    def show_scale(self, scale: Scale) -> None:
        """Show another scale.

        Arguments:
            scale: the scale.
        """
        if scale != self._scale:
            self._scale = scale
            low, high = scale.ends
            self.setToolTip(scale.meaning)
            numbers = f" The numbers go from {low} to {high}." if scale.limit else ""
            self.setAccessibleDescription(f"{scale.meaning}{numbers}")
            self.update()

    @property
    def scale(self) -> Scale:
        """The scale that is shown."""
        return self._scale

    def sizeHint(self) -> QSize:
        return QSize(20 * GRID, round(QFontMetricsF(small_font(self.font())).height()))

    def minimumSizeHint(self) -> QSize:
        return QSize(8 * GRID, self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        self._scale.paint(QPainter(self), QRectF(self.rect()).adjusted(0, 0, -1, 0), small_font(self.font()))
