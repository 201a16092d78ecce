"""Training in a worker thread, and the data that the views show about it."""

from app.training.epoch_choice import EpochChoice
from app.training.inspection import Inspection
from app.training.own_examples import OwnExample, OwnImage, OwnRow
from app.training.run import Run, SessionState
from app.training.sample_trace import SampleTrace
from app.training.session import Session
from app.training.snapshot import Snapshot

__all__ = [
    "EpochChoice",
    "Inspection",
    "OwnExample",
    "OwnImage",
    "OwnRow",
    "Run",
    "SampleTrace",
    "Session",
    "SessionState",
    "Snapshot",
]
