"""Properties of the style sheet, such as "danger", that change while a widget is visible."""

from PySide6.QtWidgets import QWidget


def set_style_property(widget: QWidget, name: str, on: bool) -> None:
    """Set or clear a property of the style sheet, and repaint the widget.

    Arguments:
        widget: the widget.
        name: a property that `style.py` lists, such as "danger".
        on: True to set it, False to clear it.
    """
    if bool(widget.property(name)) != on:
        widget.setProperty(name, on)
        widget.style().unpolish(widget)
        widget.style().polish(widget)
        widget.update()
