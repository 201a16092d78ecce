"""One entry of a legend: a short piece of the line, the name of the curve, and a value."""

from PySide6.QtCore import QPointF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.widgets.theme.theme import GRID, current_theme

_LINE_LENGTH = 2 * GRID + 2
"""Length of the piece of the line, in pixels."""


class LegendEntry(QWidget):
    """A short piece of a line, the name of the curve, and a value.

    If they do not fit, an addition to the value such as (epoch 0.5) is left out, then the name.

    Arguments:
        name: the name of the curve.
        color: the colour of the line, such as "#0072B2".
        style: solid, dashed or dotted.
        keeps_name: leave out the value, and then the end of the name, if they do not fit.
    """

    def __init__(
        self,
        name: str,
        color: QColor | str,
        style: Qt.PenStyle,
        keeps_name: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._keeps_name = keeps_name
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
        value_width = self.fontMetrics().horizontalAdvance(
            "run 9" if self._keeps_name else self._value_without_addition
        )
        return QSize(_LINE_LENGTH + GRID // 2 + value_width + 2, self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        middle = self.height() / 2
        pen = QPen(QColor(self._color), 2, self._style)
        if self._style != Qt.PenStyle.SolidLine:
            pen.setDashPattern([2, 1.2] if self._style == Qt.PenStyle.DashLine else [1, 1])
        pen.setCapStyle(Qt.PenCapStyle.FlatCap)
        painter.setPen(pen)
        painter.drawLine(QPointF(0, middle), QPointF(_LINE_LENGTH, middle))
        left = _LINE_LENGTH + GRID // 2
        room, metrics = self.width() - left, painter.fontMetrics()
        texts: tuple[str, ...] = (
            self.text,
            f"{self._name} {self._value_without_addition}",
            self._value,
            self._value_without_addition,
        )
        if self._keeps_name:
            texts = (self.text, self._name, metrics.elidedText(self._name, Qt.TextElideMode.ElideRight, room))
        for text in texts:
            if metrics.horizontalAdvance(text) <= room:
                painter.setPen(QColor(current_theme().muted))
                flags = int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft)
                painter.drawText(left, 0, room, self.height(), flags, text)
                return
