"""The legend of a plot of classes: the symbol and the name of each class."""

from collections.abc import Sequence

from pyqtgraph.graphicsItems.ScatterPlotItem import drawSymbol
from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from app.widgets.plain_text import short, tool_tip
from app.widgets.theme.class_colors import class_color, class_symbol
from app.widgets.theme.fonts import small_font
from app.widgets.theme.theme import GRID, current_theme

MOST_CLASSES = 25
"""Classes with a line of their own; a last line counts the others."""
_SYMBOL = 9
_WRONG = "frame: wrong"


class ClassLegend(QWidget):
    """A line for each class, and one that explains the frame of wrong predictions.

    Arguments:
        name: objectName.
    """

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setObjectName(name)
        self._names: tuple[str, ...] = ()
        self._more = 0
        self.setFont(small_font(self.font()))

    def show_classes(self, names: Sequence[str]) -> None:
        """Show other classes.

        Arguments:
            names: their names; empty to show nothing.
        """
        shown = tuple(short(name, 24) for name in names[:MOST_CLASSES])
        if (shown, len(names)) == (self._names, len(self._names) + self._more):
            return
        self._names, self._more = shown, len(names) - len(shown)
        self.setToolTip(tool_tip("\n".join(shown)))
        self.setAccessibleName(f"Classes: {', '.join(shown)}")
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        metrics = self.fontMetrics()
        widest = max((metrics.horizontalAdvance(line) for line in self._lines), default=0)
        return QSize(min(widest + 2 * GRID + GRID // 2, 14 * GRID), len(self._lines) * self._line_height)

    def minimumSizeHint(self) -> QSize:
        return QSize(self.sizeHint().width(), 0)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter, theme, height = QPainter(self), current_theme(), self._line_height
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for row, line in enumerate(self._lines):
            is_class = row < len(self._names)
            painter.save()
            painter.translate(GRID, row * height + height / 2)
            if is_class:
                color = QColor(class_color(row))
                drawSymbol(painter, class_symbol(row), _SYMBOL, QPen(Qt.PenStyle.NoPen), color)
            elif line == _WRONG:
                drawSymbol(painter, "o", _SYMBOL, QPen(QColor(theme.danger), 1.5 / _SYMBOL), Qt.BrushStyle.NoBrush)
            painter.restore()
            painter.setPen(QColor(theme.muted))
            room = QRect(2 * GRID, row * height, self.width() - 2 * GRID, height)
            text = painter.fontMetrics().elidedText(line, Qt.TextElideMode.ElideRight, room.width())
            painter.drawText(room, int(Qt.AlignmentFlag.AlignVCenter), text)

    @property
    def _line_height(self) -> int:
        return self.fontMetrics().height() + 1

    @property
    def _lines(self) -> list[str]:
        if not self._names:
            return []
        return [*self._names, *([f"and {self._more} more"] if self._more else []), _WRONG]
