"""The kept runs at the left of the Train page: the list, what differs between them, and sweeps."""

from app.monitor.runs.runs_panel import RunsPanel

__all__ = ["RunsPanel"]
