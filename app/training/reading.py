"""How far the reading of some data is, in words."""

from time import monotonic

from app.formatting import SPACE, format_count, format_duration
from tinyml.data import DataDescription

_FIRST_ESTIMATE = 1.0
"""Seconds of reading before the remaining time is estimated; before that, the estimate would jump."""


class Reading:
    """Counts the time since the first report of progress, and estimates the time that is left.

    Arguments:
        data: what is read; None if it is not known yet.
    """

    def __init__(self, data: DataDescription | None) -> None:
        self._data = data
        self._started: tuple[float, float] | None = None
        self.share = 0.0

    def report(self, share: float) -> None:
        """Take note of the progress.

        Arguments:
            share: of the data that is read, 0 to 1.
        """
        self.share = share
        if self._started is None:
            self._started = monotonic(), share

    @property
    def seconds_left(self) -> float | None:
        """The estimated time until the end in seconds; None while it cannot be estimated."""
        if self._started is None:
            return None
        begin, first = self._started
        seconds = monotonic() - begin
        if seconds < _FIRST_ESTIMATE or self.share <= first:
            return None
        return seconds * (1 - self.share) / (self.share - first)

    @property
    def text(self) -> str:
        """One line: "Reading flowers: 4 120 of 20 000 · 12 s left".

        >>> Reading(None).text
        'Reading the data …'
        """
        data = self._data
        if data is None or not data.count or self._started is None:
            return "Reading the data …" if data is None else f"Reading {data.title} …"
        done = f"{format_count(self.share * data.count)} of {format_count(data.count)}"
        left = self.seconds_left
        return f"Reading {data.title}: {done}" + (f" · {_describe_seconds(left)} left" if left is not None else "")


def _describe_seconds(seconds: float) -> str:
    return f"{round(seconds)}{SPACE}s" if seconds < 60 else format_duration(seconds)
