"""Looks of the style sheet, such as "danger", that a widget gets and loses while it is shown."""

from PySide6.QtWidgets import QWidget


def set_look(widget: QWidget, name: str, on: bool) -> None:
    """Give a widget one of the style sheet's looks, or take it away, and show it at once."""
    if bool(widget.property(name)) != on:
        widget.setProperty(name, on)
        widget.style().unpolish(widget)
        widget.style().polish(widget)
        widget.update()
