"""Decides which steps of a run are measured."""

from collections import deque
from statistics import median
from time import perf_counter

MIN_SECONDS_BETWEEN = 0.025
"""Least time from one measurement to the next with a share of the time: no eye follows more than forty a second."""

_INTERRUPTED = 3.0
"""A measurement that takes so many times as long as usual was interrupted, by another program or by the window."""


class MeasuringPace:
    """Decides, before each step of a run, whether to measure its layers.

    With a share of the time, the first step is measured, and then the next one as soon as the last measurement has
    taken less than this share of the time since it began. One that was interrupted counts as three usual ones. So the
    measured steps differ from run to run; what the run learns does not.

    Arguments:
        every: number of steps from one measurement to the next; None if only `share` decides.
        share: largest share of the time that measuring may take, above 0 and below 1; None if only `every` decides.

    >>> pace = MeasuringPace(every=3)
    >>> [pace.is_due(step) for step in range(1, 7)]
    [False, False, True, False, False, True]
    """

    def __init__(self, every: int | None = None, share: float | None = None) -> None:
        self._every, self._share = every, share
        self._next = 0.0
        self._costs: deque[float] = deque(maxlen=9)

    def is_due(self, step: int) -> bool:
        """Return True if a step should be measured.

        Arguments:
            step: counted from 1 in the whole run.
        """
        if self._every is not None and step % self._every == 0:
            return True
        return self._share is not None and perf_counter() >= self._next

    def note(self, seconds: float) -> None:
        """Note that a measurement has just ended.

        Arguments:
            seconds: how long it took.
        """
        if self._share is not None:
            self._costs.append(seconds)
            # Without this limit, one interruption of 100 ms leaves a gap of seconds in the record.
            cost = min(seconds, _INTERRUPTED * median(self._costs))
            self._next = perf_counter() + max(cost * (1 / self._share - 1), MIN_SECONDS_BETWEEN)
