"""Functions that run off the GUI thread, each with a handle that announces how it ended."""

from app.jobs.job import Job, JobState
from app.jobs.runner import LONGEST_SAVE, BackgroundRunner, LatestJob

__all__ = ["LONGEST_SAVE", "BackgroundRunner", "Job", "JobState", "LatestJob"]
