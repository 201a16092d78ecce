"""Decides which steps of a run are measured."""

from collections import deque
from statistics import median
from time import perf_counter

MIN_SECONDS_BETWEEN = 0.025
"""Least time of training from one measurement to the next: no eye follows more than forty a second."""

LONG_WAIT = 4
"""A run has waited long if this many times the planned time has passed since the last measurement."""

_INTERRUPTED = 3.0
"""A measurement that takes so many times as long as usual was interrupted, by another program or by the window."""

_REMEMBERED = 9
"""Number of the newest steps, and of the newest measurements, whose median says what is usual."""
_FEWEST_DELAYS = 3
"""The same for how much longer measured steps take; fewer say nothing."""


class MeasuringPace:
    """Decides, before each step of a run, whether to measure its layers.

    With a share of the time, the first step and the last one of the run are measured, and in between the next one as
    soon as the last measurement has taken less than this share of the time that the steps have taken since. Time
    between the steps, in which the run waits for its caller, does not count; only after a long wait, such as a pause,
    the next step is measured. A measurement that was interrupted counts as three usual ones. If measured steps take
    longer than others by more than the measuring itself, because helper processes do not compute them, that counts.
    So the measured steps differ from run to run; what the run learns does not.

    Arguments:
        every: number of steps from one measurement to the next; None if only `share` decides.
        share: largest share of the time that measuring may take, above 0 and below 1; None if only `every` decides.

    >>> pace = MeasuringPace(every=3)
    >>> [pace.is_due(step) for step in range(1, 7)]
    [False, False, True, False, False, True]
    """

    def __init__(self, every: int | None = None, share: float | None = None) -> None:
        self._every, self._share = every, share
        self._begin = self._left = self._latest = 0.0
        self._costs: deque[float] = deque(maxlen=_REMEMBERED)
        self._durations: deque[float] = deque(maxlen=_REMEMBERED)
        self._delays: deque[float] = deque(maxlen=_REMEMBERED)

    def is_due(self, step: int, last: bool = False) -> bool:
        """Return True if the step that begins now should be measured.

        Arguments:
            step: counted from 1 in the whole run.
            last: True for the last planned step.
        """
        due = self._every is not None and step % self._every == 0
        if self._share is None:
            return due
        self._begin = perf_counter()
        return due or last or self._left <= 0 or self._begin >= self._latest

    def note(self, measuring: float | None) -> None:
        """Note that the step has ended.

        Arguments:
            measuring: the seconds that measuring took; None if the step was not measured.
        """
        if self._share is None:
            return
        now = perf_counter()
        duration = now - self._begin
        if measuring is None:
            self._left -= duration
            self._durations.append(duration)
            return
        self._costs.append(measuring)
        if self._durations:
            self._delays.append(duration - median(self._durations))
        # Without this limit, one interruption of 100 ms leaves a gap of seconds in the record.
        cost = min(measuring, _INTERRUPTED * median(self._costs))
        # The delay of one step says little, because steps differ. The median of several does.
        cost = max(cost, median(self._delays)) if len(self._delays) >= _FEWEST_DELAYS else cost
        self._left = max(cost * (1 / self._share - 1), MIN_SECONDS_BETWEEN)
        self._latest = now + LONG_WAIT * self._left
