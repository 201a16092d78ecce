"""A learning rate that decreases along half a cosine."""

import math

from tinyml.optims.base import PyTorchCall
from tinyml.optims.schedules.base import Schedule, ScheduleDescription, check_factor, check_steps


class CosineSchedule(Schedule):
    """Reduces the learning rate along half a cosine (Loshchilov & Hutter 2017, without restarts).

    Formula: `factor = low + (1 - low) · (1 + cos(π · step / length)) / 2`; after `length` steps it stays at `low`.

    Arguments:
        length: number of steps from the highest rate to the lowest, at least 1.
        low: factor at the end, from 0 to 1.

    Raises `SettingsError` if an argument is invalid.

    >>> [round(CosineSchedule(length=4).factor(step), 3) for step in range(6)]
    [1.0, 0.854, 0.5, 0.146, 0.0, 0.0]
    """

    def __init__(self, length: int, low: float = 0.0) -> None:
        self.length = check_steps("length of the schedule", length)
        self.low = check_factor("lowest factor", low)

    def factor(self, step: int) -> float:
        """Return the factor of the learning rate after `step` steps."""
        done = min(step / self.length, 1.0)
        return self.low + (1 - self.low) * (1 + math.cos(math.pi * done)) / 2

    def __repr__(self) -> str:
        return f"CosineSchedule(length={self.length}, low={self.low:g})"


DESCRIPTION = ScheduleDescription(
    name="cosine",
    schedule=CosineSchedule,
    title="Cosine",
    summary="The learning rate decreases along half a cosine and reaches 0 with the last epoch.",
    formula="ε · (1 + cos(π · done)) / 2",
    settings=(),
    make=lambda settings, batches: CosineSchedule(settings["epochs"] * batches),
    # After `T_max` steps, PyTorch's rate rises again; ours stays at its lowest value. A run has no more steps.
    pytorch=lambda cosine, rate: PyTorchCall(
        "torch.optim.lr_scheduler.CosineAnnealingLR",
        {"T_max": cosine.length, "eta_min": cosine.low * rate},
        {"eta_min": 0.0},
    ),
)
