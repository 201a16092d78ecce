"""The background of a row that paints itself: selected, under the mouse, or with the keyboard focus."""

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QStyle, QStyleOptionViewItem

from app.widgets.theme.theme import RADIUS, current_theme


def paint_row_background(painter: QPainter, option: QStyleOptionViewItem, chosen: bool, has_focus: bool) -> None:
    """Paint the background of a row.

    Arguments:
        painter: paints the list.
        option: place and state of the row, as Qt gives them to a delegate.
        chosen: True if the row is selected.
        has_focus: True if the keys move from this row.
    """
    theme = current_theme()
    frame: QRect = option.rect.adjusted(1, 1, -1, -1)
    if chosen or option.state & QStyle.StateFlag.State_MouseOver:
        background = QColor(theme.accent if chosen else theme.track)
        background.setAlphaF(0.14 if chosen else 0.7)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(background)
        painter.drawRoundedRect(frame, RADIUS, RADIUS)
    if has_focus:
        painter.setPen(QPen(QColor(theme.accent), 1.5))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(frame, RADIUS, RADIUS)
