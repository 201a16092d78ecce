"""A legend: for each curve a short piece of the line, the name and a value, in as many rows as they need."""

from collections.abc import Sequence

from pyqtgraph.graphicsItems.ScatterPlotItem import drawSymbol
from PySide6.QtCore import QPointF, QSize, Qt
from PySide6.QtGui import QBrush, QColor, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QGridLayout, QSizePolicy, QWidget

from app.widgets.theme.theme import GRID, current_theme

_LINE_LENGTH = 2 * GRID + 2
"""Length of the piece of the line, in pixels."""
_SYMBOL_SIZE = 7
_SLACK = 4
"""Room for digits that are wider, in pixels."""
_SHORT = 8
"""So many letters of a name are always shown."""
_MOST_ROWS = 2
"""In more rows, a legend would leave too little room for the curves. Entries are shortened instead."""
_VALUE = "0.00000"
"""A long value."""


class LegendEntry(QWidget):
    """A short piece of a line, the name of the curve, and a value.

    If they do not fit, the name is left out.

    Arguments:
        name: the name of the curve.
        color: the colour of the line, such as "#0072B2".
        style: solid, dashed or dotted.
        keeps_name: leave out the value, and then the end of the name, if they do not fit.
        symbol: pyqtgraph's name of the symbol on the line; empty for none.
    """

    def __init__(
        self,
        name: str,
        color: QColor | str,
        style: Qt.PenStyle,
        keeps_name: bool = False,
        symbol: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._keeps_name, self._symbol = keeps_name, symbol
        self._name, self._color, self._style = name, color, style
        self._value, self._widest = "", 0
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.setObjectName(f"legend_{name}")
        self.setAccessibleName(name)

    @property
    def text(self) -> str:
        """Name and value, which are shown if there is enough space."""
        return f"{self._name} {self._value}".strip()

    @property
    def color(self) -> QColor:
        """The colour of the line."""
        return QColor(self._color)

    @property
    def room(self) -> int:
        """The width for the name and any value, in pixels."""
        return _LINE_LENGTH + GRID // 2 + self.fontMetrics().horizontalAdvance(f"{self._name} {_VALUE}") + 2

    def set_line(self, color: QColor | str, style: Qt.PenStyle) -> None:
        """Draw the piece of the line otherwise.

        Arguments:
            color: the colour of the line.
            style: solid, dashed or dotted.
        """
        if (QColor(color), style) != (self.color, self._style):
            self._color, self._style = color, style
            self.update()

    def set_value(self, value: str) -> None:
        """Replace the shown `value`.

        Only a value that is wider than those before asks for a new layout, so that the widgets beside it rarely move.
        """
        if value != self._value:
            self._value = value
            self.setAccessibleDescription(value)
            width = self.fontMetrics().horizontalAdvance(self.text)
            if width > self._widest:
                self._widest = width + _SLACK
                self.updateGeometry()
            self.update()

    def sizeHint(self) -> QSize:
        metrics = self.fontMetrics()
        width = max(metrics.horizontalAdvance(self.text), self._widest)
        return QSize(_LINE_LENGTH + GRID // 2 + width + 2, metrics.height() + 2)

    def minimumSizeHint(self) -> QSize:
        text = self._name if len(self._name) <= _SHORT else f"{self._name[: _SHORT - 1]}…"
        text_width = self.fontMetrics().horizontalAdvance(text if self._keeps_name else self._value)
        return QSize(_LINE_LENGTH + GRID // 2 + text_width + 2, self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        middle = self.height() / 2
        self._paint_line(painter, middle)
        left = _LINE_LENGTH + GRID // 2
        room, metrics = self.width() - left, painter.fontMetrics()
        texts: tuple[str, ...] = (self.text, self._value)
        if self._keeps_name:
            texts = (self.text, self._name, metrics.elidedText(self._name, Qt.TextElideMode.ElideRight, room))
        for text in texts:
            if metrics.horizontalAdvance(text) <= room:
                painter.setPen(QColor(current_theme().muted))
                flags = int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft)
                painter.drawText(left, 0, room, self.height(), flags, text)
                return

    def _paint_line(self, painter: QPainter, middle: float) -> None:
        pen = QPen(self.color, 2, self._style)
        if self._style != Qt.PenStyle.SolidLine:
            pen.setDashPattern([2, 1.2])
        pen.setCapStyle(Qt.PenCapStyle.FlatCap)
        painter.setPen(pen)
        painter.drawLine(QPointF(0, middle), QPointF(_LINE_LENGTH, middle))
        if self._symbol:
            painter.save()
            painter.translate(_LINE_LENGTH / 2, middle)
            drawSymbol(painter, self._symbol, _SYMBOL_SIZE, QPen(Qt.PenStyle.NoPen), QBrush(self.color))
            painter.restore()


class LegendRows(QWidget):
    """Entries of a legend: in one row if names and values fit into it, else in two.

    Entries that still do not fit shorten their texts rather than make the plots wider.

    Arguments:
        parent: the parent widget.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._entries: tuple[LegendEntry, ...] = ()
        self._columns = 0
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(GRID)
        self._grid.setVerticalSpacing(0)

    def set_entries(self, entries: Sequence[LegendEntry]) -> None:
        """Show other `entries`; those before are deleted."""
        for entry in self._entries:
            self._grid.removeWidget(entry)
            entry.deleteLater()
        self._grid.setColumnStretch(self._columns, 0)
        self._entries, self._columns = tuple(entries), 0
        self._place()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place()

    def _place(self) -> None:
        """Give each entry its place; each row has as many of them."""
        if not self._entries:
            return
        most = max((self.width() + GRID) // (max(entry.room for entry in self._entries) + GRID), 1)
        rows = min(-(-len(self._entries) // most), _MOST_ROWS)
        columns = -(-len(self._entries) // rows)
        if columns == self._columns:
            return
        self._grid.setColumnStretch(self._columns, 0)
        self._grid.setColumnStretch(columns, 1)  # the entries stand at the left
        self._columns = columns
        for number, entry in enumerate(self._entries):
            self._grid.addWidget(entry, *divmod(number, columns))
