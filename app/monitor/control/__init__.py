"""The box with which the user controls a run: its learning rate, more epochs, other weights, and the same run again."""

from app.monitor.control.control_box import ControlBox

__all__ = ["ControlBox"]
