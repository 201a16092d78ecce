"""Functions that run off the GUI thread. Each call has a handle that reports how it ended."""

from app.jobs.job import Job, JobCancelledError, JobState
from app.jobs.runner import LONGEST_SAVE, BackgroundRunner, LatestJob

__all__ = ["LONGEST_SAVE", "BackgroundRunner", "Job", "JobCancelledError", "JobState", "LatestJob"]
