"""From a frozen plan, through a worker thread, to what the views show."""

from app.training.inspection import Inspection, SampleView
from app.training.run import Run, SessionState
from app.training.session import Session
from app.training.snapshot import Snapshot

__all__ = ["Inspection", "Run", "SampleView", "Session", "SessionState", "Snapshot"]
