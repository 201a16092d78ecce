"""A learning rate that rises to its highest value and then decreases to almost 0."""

import math

from tinyml.core import SettingsError
from tinyml.optims.base import PyTorchCall
from tinyml.optims.schedules.base import Schedule, ScheduleDescription, check_factor, check_steps


class OneCycleSchedule(Schedule):
    """Raises the learning rate to its highest value, then reduces it to almost 0, both along half a cosine.

    Formula: the factor rises from 1 / `divide` to 1 in the first `rise · length - 1` steps. Then it decreases to
    `1 / (divide · final_divide)` in the last step (Smith & Topin 2018; as `torch.optim.lr_scheduler.OneCycleLR` with
    `cycle_momentum=False`). The optimiser's learning rate is the highest one.

    Arguments:
        length: number of steps in the whole run, at least 1.
        rise: share of these steps before the highest rate, greater than 0 and at most 1.
        divide: the highest rate divided by the first, greater than 0.
        final_divide: the first rate divided by the last, greater than 0.

    Raises `SettingsError` if an argument is invalid.

    >>> [round(OneCycleSchedule(length=10).factor(step), 3) for step in (0, 1, 2, 6, 9)]
    [0.04, 0.52, 1.0, 0.389, 0.0]
    """

    def __init__(self, length: int, rise: float = 0.3, divide: float = 25.0, final_divide: float = 1e4) -> None:
        self.length = check_steps("length of the schedule", length)
        self.rise = check_factor("rising share", rise, with_zero=False)
        if not (0 < divide < math.inf and 0 < final_divide < math.inf):
            raise SettingsError(
                f"divide is {divide!r} and final_divide is {final_divide!r}, but both should be greater than 0."
            )
        self.divide, self.final_divide = float(divide), float(final_divide)

    def factor(self, step: int) -> float:
        """Return the factor of the learning rate after `step` steps."""
        first = 1 / self.divide
        summit, last = self.rise * self.length - 1, self.length - 1
        if step <= summit:
            return _half_cosine(first, 1.0, step / summit if summit > 0 else 1.0)
        done = (step - summit) / (last - summit) if last > summit else 1.0
        return _half_cosine(1.0, first / self.final_divide, min(done, 1.0))

    def __repr__(self) -> str:
        return f"OneCycleSchedule(length={self.length}, rise={self.rise:g})"


def _half_cosine(start: float, end: float, done: float) -> float:
    """Interpolate from `start` to `end` along half a cosine; `done` is from 0 to 1."""
    return end + (start - end) * (1 + math.cos(math.pi * done)) / 2


DESCRIPTION = ScheduleDescription(
    name="one_cycle",
    schedule=OneCycleSchedule,
    title="One cycle",
    summary="The learning rate rises during the first 30 % of training, then decreases to almost 0.",
    formula="ε/25 → ε → ε/250 000, along cosines",
    settings=(),
    make=lambda settings, batches: OneCycleSchedule(settings["epochs"] * batches),
    pytorch=lambda cycle, rate: PyTorchCall(
        "torch.optim.lr_scheduler.OneCycleLR",
        {
            "max_lr": rate,
            "total_steps": cycle.length,
            "pct_start": cycle.rise,
            "div_factor": cycle.divide,
            "final_div_factor": cycle.final_divide,
            "cycle_momentum": False,
        },
        {"pct_start": 0.3, "div_factor": 25.0, "final_div_factor": 1e4},
    ),
)
