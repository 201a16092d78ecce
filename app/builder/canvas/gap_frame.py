"""The frame of an open gap, with what a drop would change."""

from dataclasses import dataclass

from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from app.widgets.theme.fonts import bold_font, scaled_font, small_font
from app.widgets.theme.theme import GRID, RADIUS, current_theme


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
            _paint_text(painter, box, scaled_font(small_font(self.font()), self._zoom), self.text)
        painter.end()


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
    """Paint a line of facts in the middle of a gap and, if there is one, the sentence about a problem below it."""
    theme, line = current_theme(), QFontMetricsF(font).height()
    lines = 2 if text.trouble else 1
    if box.height() < line:
        return
    room = box.adjusted(GRID, 0, -GRID, 0)
    top = box.center().y() - min(lines * line, box.height()) / 2
    bold, metrics = bold_font(font), QFontMetricsF(font)
    tail = " · ".join((" here", *text.facts))
    parts = [(f"{text.verb} ", font), (text.what, bold), (tail, font)]
    width = sum(QFontMetricsF(each).horizontalAdvance(part) for part, each in parts)
    left = max(room.center().x() - width / 2, room.left())
    painter.setPen(QColor(theme.accent))
    for part, each in parts:
        shown = QFontMetricsF(each).elidedText(part, Qt.TextElideMode.ElideRight, room.right() - left)
        painter.setFont(each)
        painter.drawText(QRectF(left, top, room.right() - left, line), int(Qt.AlignmentFlag.AlignVCenter), shown)
        left += QFontMetricsF(each).horizontalAdvance(part)
    if text.trouble and box.height() >= lines * line:
        painter.setFont(font)
        painter.setPen(QColor(theme.danger))
        shown = metrics.elidedText(text.trouble, Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(QRectF(room.left(), top + line, room.width(), line), int(Qt.AlignmentFlag.AlignCenter), shown)
