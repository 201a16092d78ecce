"""The monitor: live curves of a training run, and a summary beside them."""

from app.monitor.monitor import Monitor

__all__ = ["Monitor"]
