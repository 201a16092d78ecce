"""Names the two files whose histograms lie over each other."""

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.widgets.plain_text import short
from app.widgets.theme.fonts import small_font
from app.widgets.theme.theme import GRID, SERIES_COLORS, current_theme

_SWATCH = GRID


class HistogramLegend(QWidget):
    """A filled square with the name of the shown file, and an outlined one with the name of the other file."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("models_legend")
        self._names: tuple[str, str] | None = None
        self.setFont(small_font(self.font()))
        self.setFixedHeight(self.fontMetrics().height() + 2)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.show_names(None)

    @property
    def names(self) -> tuple[str, str] | None:
        """The names of the two files; None while the legend is hidden."""
        return self._names

    def show_names(self, names: tuple[str, str] | None) -> None:
        """Show other names.

        Arguments:
            names: of the shown and of the other file; None to hide the legend.
        """
        self._names = names
        self.setVisible(names is not None)
        if names is not None:
            self.setAccessibleName(f"Filled bars: {short(names[0])}. Outlined bars: {short(names[1])}.")
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._names is None:
            return
        painter, theme, left = QPainter(self), current_theme(), 0
        colors = (QColor(theme.accent), QColor(SERIES_COLORS["validation"]))
        for filled, (color, name) in zip((True, False), zip(colors, self._names, strict=True), strict=True):
            square = QRectF(left + 0.5, (self.height() - _SWATCH) / 2, _SWATCH, _SWATCH)
            painter.setPen(QPen(color, 1.5))
            painter.setBrush(color if filled else Qt.BrushStyle.NoBrush)
            painter.drawRect(square)
            room = self.width() // 2 - 2 * GRID - _SWATCH
            text = painter.fontMetrics().elidedText(short(name), Qt.TextElideMode.ElideMiddle, room)
            painter.setPen(color if theme.dark else QColor(theme.text))
            area = self.rect().adjusted(left + _SWATCH + GRID // 2 + 2, 0, 0, 0)
            painter.drawText(area, int(Qt.AlignmentFlag.AlignVCenter), text)
            left += _SWATCH + 2 * GRID + painter.fontMetrics().horizontalAdvance(text)
