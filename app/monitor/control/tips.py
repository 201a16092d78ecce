"""Enable a widget, or disable it and let its tool tip say why."""

from PySide6.QtWidgets import QWidget


def set_enabled(widget: QWidget, obstacle: str, tip: str) -> None:
    """Enable a widget if there is no obstacle.

    Arguments:
        widget: such as a button.
        obstacle: why the widget is disabled; empty to enable it.
        tip: the tool tip of the enabled widget.
    """
    widget.setEnabled(not obstacle)
    widget.setToolTip(obstacle or tip)
    widget.setAccessibleDescription(obstacle)
