"""A learning rate that falls along half a cosine."""

import math

from tinyml.optims.schedules.base import Schedule, ScheduleDescription, check_factor, check_steps


class CosineSchedule(Schedule):
    """Lets the learning rate fall along half a cosine, slowly at both ends (Loshchilov & Hutter 2017, no restarts).

    Formula: `factor = low + (1 - low) · (1 + cos(π · step / length)) / 2`; after `length` steps it stays low.

    Arguments:
        length: steps from the highest rate to the lowest, at least 1.
        low: factor at the end, from 0 to 1.

    Raises `SettingsError` when an argument is impossible.

    >>> [round(CosineSchedule(length=4).factor(step), 3) for step in range(6)]
    [1.0, 0.854, 0.5, 0.146, 0.0, 0.0]
    """

    def __init__(self, length: int, low: float = 0.0) -> None:
        self.length = check_steps("length of the schedule", length)
        self.low = check_factor("lowest factor", low)

    def factor(self, step: int) -> float:
        """Tell what the learning rate is multiplied by after `step` steps."""
        done = min(step / self.length, 1.0)
        return self.low + (1 - self.low) * (1 + math.cos(math.pi * done)) / 2

    def __repr__(self) -> str:
        return f"CosineSchedule(length={self.length}, low={self.low:g})"


DESCRIPTION = ScheduleDescription(
    name="cosine",
    schedule=CosineSchedule,
    title="Cosine",
    summary="The learning rate falls along half a cosine and ends at 0 with the last epoch.",
    formula="ε · (1 + cos(π · done)) / 2",
    settings=(),
    make=lambda settings, batches: CosineSchedule(settings["epochs"] * batches),
)
