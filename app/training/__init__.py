"""From a frozen plan, through a worker thread, to what the views show."""

from app.training.inspection import Inspection, SampleView
from app.training.session import Session, SessionState
from app.training.snapshot import Snapshot

__all__ = ["Inspection", "SampleView", "Session", "SessionState", "Snapshot"]
