"""The legend of a reconstruction: the meaning of the colours and the range of the numbers."""

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.formatting import format_number
from app.inspector.reconstruction.reconstruction_images import legend_image
from app.widgets.theme.fonts import small_font
from app.widgets.theme.theme import GRID, current_theme

_BAR_WIDTH = 12 * GRID


class Legend(QWidget):
    """Shows the colours from −limit over 0 to +limit, and what they mean."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._limit = 0.0
        self._colored = False
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Meaning of the colours")

    def show_limit(self, limit: float, colored: bool) -> None:
        """Set the range of the numbers and the kind of the colours.

        Arguments:
            limit: largest absolute value of the reconstruction.
            colored: True if the reconstruction has three channels and shows their colours around grey.
        """
        self._limit, self._colored = limit, colored
        if colored:
            text = "Grey is zero. Bright: more of this colour raises the map. Dark: less of it does."
        else:
            text = "Orange: bright pixels here raise the map. Blue: bright pixels here lower it. Plain: no effect."
        self.setToolTip(text)
        self.setAccessibleDescription(f"{text} The numbers go from {format_number(-limit)} to {format_number(limit)}.")
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(30 * GRID, self._metrics().height() * 2)

    def minimumSizeHint(self) -> QSize:
        return QSize(_BAR_WIDTH, self._metrics().height() * 2)

    def paintEvent(self, event: QPaintEvent) -> None:
        theme, metrics = current_theme(), self._metrics()
        line = metrics.height()
        painter = QPainter(self)
        painter.setFont(small_font(self.font()))
        low, high = format_number(-self._limit), "+" + format_number(self._limit)
        number_width = max(metrics.horizontalAdvance(low), metrics.horizontalAdvance(high)) + GRID / 2
        width = min(float(_BAR_WIDTH), max(self.width() - 2 * number_width, GRID))
        bar = QRectF(number_width, (line - GRID) / 2, width, GRID)
        painter.drawImage(bar, legend_image(theme.dark, self._colored))
        painter.setPen(QColor(theme.border))
        painter.drawRect(bar)
        painter.setPen(QColor(theme.muted))
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.drawText(QRectF(0, 0, number_width - GRID / 2, line), middle | Qt.AlignmentFlag.AlignRight, low)
        painter.drawText(QRectF(bar.right() + GRID / 2, 0, number_width, line), middle, high)
        text = (
            "dark: less of it raises the map · bright: more"
            if self._colored
            else "blue: bright pixels lower it · orange: raise it"
        )
        elided = metrics.elidedText(text, Qt.TextElideMode.ElideRight, self.width())
        painter.drawText(QRectF(0, line, self.width(), line), middle, elided)

    def _metrics(self) -> QFontMetrics:
        return QFontMetrics(small_font(self.font()))
