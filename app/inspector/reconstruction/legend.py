"""The legend of a reconstruction: which colour means what, and how large the numbers are."""

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.inspector.reconstruction.reconstruction_images import legend_image
from app.widgets.formatting import format_number
from app.widgets.theme.fonts import small_font
from app.widgets.theme.theme import GRID, current_theme

_BAR = 12 * GRID


class Legend(QWidget):
    """A strip with the colours from −limit over 0 to +limit, with what they mean at its ends."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._limit = 0.0
        self._colored = False
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("What the colours mean")

    def show_limit(self, limit: float, colored: bool) -> None:
        """Tell the largest size of the numbers, and whether the picture keeps the image's own colours."""
        self._limit, self._colored = limit, colored
        if colored:
            words = "Grey is zero. Where a colour is bright, more of it raises the map; where dark, less of it does."
        else:
            words = "Orange: bright pixels here raise the map. Blue: bright pixels here lower it. Plain: no influence."
        self.setToolTip(words)
        self.setAccessibleDescription(f"{words} The numbers go from {format_number(-limit)} to {format_number(limit)}.")
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(30 * GRID, self._metrics().height() * 2)

    def minimumSizeHint(self) -> QSize:
        return QSize(_BAR, self._metrics().height() * 2)

    def paintEvent(self, event: QPaintEvent) -> None:
        theme, metrics = current_theme(), self._metrics()
        line = metrics.height()
        painter = QPainter(self)
        painter.setFont(small_font(self.font()))
        low, high = format_number(-self._limit), "+" + format_number(self._limit)
        room = max(metrics.horizontalAdvance(low), metrics.horizontalAdvance(high)) + GRID / 2
        width = min(float(_BAR), max(self.width() - 2 * room, GRID))
        bar = QRectF(room, (line - GRID) / 2, width, GRID)
        painter.drawImage(bar, legend_image(theme.dark, self._colored))
        painter.setPen(QColor(theme.border))
        painter.drawRect(bar)
        painter.setPen(QColor(theme.muted))
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.drawText(QRectF(0, 0, room - GRID / 2, line), middle | Qt.AlignmentFlag.AlignRight, low)
        painter.drawText(QRectF(bar.right() + GRID / 2, 0, room, line), middle, high)
        words = (
            "dark: less of it raises the map · bright: more"
            if self._colored
            else "blue: bright pixels lower it · orange: raise it"
        )
        text = metrics.elidedText(words, Qt.TextElideMode.ElideRight, self.width())
        painter.drawText(QRectF(0, line, self.width(), line), middle, text)

    def _metrics(self) -> QFontMetrics:
        return QFontMetrics(small_font(self.font()))
