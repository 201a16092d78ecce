"""Watch the training: live curves and the figures beside them."""

from app.monitor.monitor import Monitor

__all__ = ["Monitor"]
