"""Properties of the style sheet, such as "danger", that a widget gets and loses while it is shown."""

from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QWidget

from app.widgets.theme.theme import current_theme


def set_style_property(widget: QWidget, name: str, on: bool) -> None:
    """Set a property of the style sheet on a widget, or clear it, and show it at once."""
    if bool(widget.property(name)) != on:
        widget.setProperty(name, on)
        widget.style().unpolish(widget)
        widget.style().polish(widget)
        widget.update()


def paint_outline(box: QWidget) -> None:
    """Paint the outline of a number box over what the style painted.

    The style's own outline is darker than the window, which nobody sees on a dark one; an outline of the style sheet
    would cost the box its arrows.
    """
    theme = current_theme()
    if not (theme.dark or box.property("invalid")):
        return
    color = theme.danger if box.property("invalid") else theme.accent if box.hasFocus() else theme.border
    painter = QPainter(box)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(QColor(color), 1))
    painter.drawRoundedRect(QRectF(box.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 2.5, 2.5)
    painter.end()
