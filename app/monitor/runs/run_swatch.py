"""The colour of a run as a small square, for tables."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QIcon, QPainter, QPixmap

from app.widgets.theme.theme import run_color

_SIZE = 24
"""Width and height of the picture in pixels; Qt makes it smaller."""


def color_icon(number: int) -> QIcon:
    """Return the square that a list of runs shows for a run.

    Arguments:
        number: of the colour, from 0.
    """
    picture = QPixmap(_SIZE, _SIZE)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(run_color(number))
    painter.drawRoundedRect(2, 2, _SIZE - 4, _SIZE - 4, 5, 5)
    painter.end()
    return QIcon(picture)
