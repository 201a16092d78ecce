"""One entry of a legend: a short piece of the line, the name of the curve, and a value."""

from PySide6.QtCore import QPointF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.widgets.theme.theme import GRID, current_theme

_LINE_LENGTH = 2 * GRID + 2
"""Length of the piece of the line, in pixels."""


class LegendEntry(QWidget):
    """A short piece of a line, the name of the curve, and a value.

    If they do not fit, the name is left out, then an addition to the value such as (epoch 0.5).

    Arguments:
        name: the name of the curve.
        color: the colour of the line, such as "#0072B2".
        style: solid or dashed.
    """

    def __init__(self, name: str, color: str, style: Qt.PenStyle, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._name, self._color, self._style = name, color, style
        self._value = ""
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.setObjectName(f"legend_{name}")
        self.setAccessibleName(name)

    @property
    def text(self) -> str:
        """Name and value, which are shown if there is enough space."""
        return f"{self._name} {self._value}".strip()

    @property
    def _value_without_addition(self) -> str:
        return self._value.partition(" (")[0]

    def set_value(self, value: str) -> None:
        """Replace the shown `value`.

        Only a longer value asks for a new layout, so that the widgets beside it rarely move.
        """
        if value != self._value:
            longer = len(value) > len(self._value)
            self._value = value
            self.setAccessibleDescription(value)
            if longer:
                self.updateGeometry()
            self.update()

    def sizeHint(self) -> QSize:
        metrics = self.fontMetrics()
        return QSize(_LINE_LENGTH + GRID // 2 + metrics.horizontalAdvance(self.text) + 2, metrics.height() + 2)

    def minimumSizeHint(self) -> QSize:
        value_width = self.fontMetrics().horizontalAdvance(self._value_without_addition)
        return QSize(_LINE_LENGTH + GRID // 2 + value_width + 2, self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        middle = self.height() / 2
        pen = QPen(QColor(self._color), 2, self._style)
        if self._style != Qt.PenStyle.SolidLine:
            pen.setDashPattern([2, 1.2])
        pen.setCapStyle(Qt.PenCapStyle.FlatCap)
        painter.setPen(pen)
        painter.drawLine(QPointF(0, middle), QPointF(_LINE_LENGTH, middle))
        left = _LINE_LENGTH + GRID // 2
        for text in (self.text, self._value, self._value_without_addition):
            if painter.fontMetrics().horizontalAdvance(text) <= self.width() - left:
                painter.setPen(QColor(current_theme().muted))
                flags = int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft)
                painter.drawText(left, 0, self.width() - left, self.height(), flags, text)
                return
