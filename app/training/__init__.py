"""From a frozen configuration, through a worker thread, to what the views show."""

from app.training.inspection import Inspection, SampleTrace
from app.training.run import Run, SessionState
from app.training.session import Session
from app.training.snapshot import Snapshot

__all__ = ["Inspection", "Run", "SampleTrace", "Session", "SessionState", "Snapshot"]
