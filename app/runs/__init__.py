"""Kept runs: every run on the disk, with its settings, curves, results and weights. No widgets."""

from app.runs.checkpoints import CheckpointKeeper
from app.runs.keeper import RunKeeper
from app.runs.record import KeptRun, RunRecord
from app.runs.store import RunStore

__all__ = ["CheckpointKeeper", "KeptRun", "RunKeeper", "RunRecord", "RunStore"]
