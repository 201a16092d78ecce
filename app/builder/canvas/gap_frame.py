"""The frame of an open gap, with what a drop would change."""

import math
from dataclasses import dataclass

from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from app.widgets.theme.fonts import bold_font, scaled_font, small_font
from app.widgets.theme.theme import GRID, RADIUS, current_theme

_MIDDLE = int(Qt.AlignmentFlag.AlignVCenter)

_SMALLEST_TEXT = 0.8
"""Smallest size of the text, as a multiple of its size at 100 %, so that it is readable where the canvas is small."""


@dataclass(frozen=True)
class GapText:
    """The text in an open gap.

    Attributes:
        verb: first word: "drop", "move" or "copy".
        what: name of what is dragged, written in bold.
        facts: what would change: "stays 8×14×14", "+16 parameters".
        trouble: one sentence about a problem that would come; empty if there is none.
    """

    verb: str
    what: str
    facts: tuple[str, ...] = ()
    trouble: str = ""


class GapFrame(QWidget):
    """A dashed frame above the cards, where a drop inserts something. It is a widget, because it may lie on a block.

    Arguments:
        parent: the card stack.

    Attributes:
        text: what the frame says; None for an empty frame.
    """

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("gap_frame")
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.text: GapText | None = None
        self._zoom = 1.0
        self.hide()

    def place(self, rect: QRect, zoom: float) -> None:
        """Move the frame to the open gap.

        Arguments:
            rect: place of the gap in pixels of the screen; empty if no gap is open.
            zoom: size on screen divided by the size at 100 %.
        """
        self._zoom = zoom
        self.setVisible(not rect.isEmpty())
        if not rect.isEmpty():
            self.setGeometry(rect)
            self.raise_()

    def show_text(self, text: GapText | None) -> None:
        """Say what a drop would change.

        Arguments:
            text: the text; None for none.
        """
        if text != self.text:
            self.text = text
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(self.rect())
        paint_frame(painter, box, active=True)
        if self.text is not None:
            _paint_text(painter, box, _text_font(self.font(), self._zoom), self.text)
        painter.end()


def text_height(font: QFont, zoom: float) -> int:
    """Return the height of the text in a gap, two lines, in pixels of the screen.

    Arguments:
        font: font of the cards at 100 %.
        zoom: size on screen divided by the size at 100 %.
    """
    return math.ceil(2 * QFontMetricsF(_text_font(font, zoom)).height()) + GRID // 2


def _text_font(font: QFont, zoom: float) -> QFont:
    return scaled_font(small_font(font), max(zoom, _SMALLEST_TEXT))


def paint_frame(painter: QPainter, box: QRectF, active: bool) -> None:
    """Paint the dashed frame of a gap, or of the empty canvas.

    Arguments:
        painter: paints on the card stack.
        box: place of the gap.
        active: True if a drop would insert something there.
    """
    theme = current_theme()
    color = QColor(theme.accent if active else theme.muted)
    painter.setBrush(QColor(theme.canvas))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.drawRoundedRect(box.adjusted(1, 1, -1, -1), RADIUS, RADIUS)
    fill = QColor(color)
    fill.setAlpha(30 if active else 0)
    painter.setBrush(fill)
    painter.setPen(QPen(color, 1.5, Qt.PenStyle.DashLine))
    painter.drawRoundedRect(box.adjusted(1, 1, -1, -1), RADIUS, RADIUS)


def _paint_text(painter: QPainter, box: QRectF, font: QFont, text: GapText) -> None:
    """Paint a line of facts in the middle of a gap and the sentence about a problem; in a low gap only that."""
    line = QFontMetricsF(font).height()
    room = box.adjusted(GRID, 0, -GRID, 0)
    top = max(box.center().y() - line * (1 if text.trouble else 0.5), box.top())
    if not text.trouble:
        _paint_facts(painter, QRectF(room.left(), top, room.width(), line), font, text)
    elif box.height() >= 2 * line:
        _paint_facts(painter, QRectF(room.left(), top, room.width(), line), font, text)
        _paint_trouble(painter, QRectF(room.left(), top + line, room.width(), line), font, text.trouble)
    else:
        _paint_trouble(painter, room, font, text.trouble)


def _paint_facts(painter: QPainter, box: QRectF, font: QFont, text: GapText) -> None:
    """Paint "drop BatchNorm2D here · stays 8×14×14" in the middle of a box of one line."""
    bold = bold_font(font)
    tail = " · ".join((" here", *text.facts))
    parts = [(f"{text.verb} ", font), (text.what, bold), (tail, font)]
    width = sum(QFontMetricsF(each).horizontalAdvance(part) for part, each in parts)
    left = max(box.center().x() - width / 2, box.left())
    painter.setPen(QColor(current_theme().accent))
    for part, each in parts:
        shown = QFontMetricsF(each).elidedText(part, Qt.TextElideMode.ElideRight, box.right() - left)
        painter.setFont(each)
        painter.drawText(QRectF(left, box.top(), box.right() - left, box.height()), _MIDDLE, shown)
        left += QFontMetricsF(each).horizontalAdvance(part)


def _paint_trouble(painter: QPainter, box: QRectF, font: QFont, trouble: str) -> None:
    """Paint the sentence about a problem in the middle of a box."""
    painter.setFont(font)
    painter.setPen(QColor(current_theme().danger))
    shown = QFontMetricsF(font).elidedText(trouble, Qt.TextElideMode.ElideRight, box.width())
    painter.drawText(box, int(Qt.AlignmentFlag.AlignCenter), shown)
