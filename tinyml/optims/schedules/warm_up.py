"""A learning rate that rises at first and then stays constant."""

from tinyml.optims.base import PyTorchCall
from tinyml.optims.schedules.base import Schedule, ScheduleDescription, check_factor, check_steps


class WarmUpSchedule(Schedule):
    """Raises the learning rate linearly during the first steps (Goyal et al. 2017).

    Formula: `factor = start + (1 - start) · min(step / length, 1)`, as `torch.optim.lr_scheduler.LinearLR`.

    Arguments:
        length: number of steps until the full rate, at least 1.
        start: factor of the first step, greater than 0 and at most 1.

    Raises `SettingsError` if an argument is invalid.

    >>> [WarmUpSchedule(length=2, start=0.5).factor(step) for step in range(4)]
    [0.5, 0.75, 1.0, 1.0]
    """

    def __init__(self, length: int, start: float = 0.1) -> None:
        self.length = check_steps("length of the warm-up", length)
        self.start = check_factor("first factor", start, with_zero=False)

    def factor(self, step: int) -> float:
        """Return the factor of the learning rate after `step` steps."""
        return self.start + (1 - self.start) * min(step / self.length, 1.0)

    def __repr__(self) -> str:
        return f"WarmUpSchedule(length={self.length}, start={self.start:g})"


DESCRIPTION = ScheduleDescription(
    name="warm_up",
    schedule=WarmUpSchedule,
    title="Warm-up",
    summary="The learning rate rises linearly during the first epochs and then stays constant.",
    formula="ε · (s + (1 − s) · min(epoch / n, 1))",
    settings=("schedule_epochs", "schedule_factor"),
    make=lambda settings, batches: WarmUpSchedule(settings["schedule_epochs"] * batches, settings["schedule_factor"]),
    pytorch=lambda warm_up, rate: PyTorchCall(
        "torch.optim.lr_scheduler.LinearLR", {"start_factor": warm_up.start, "total_iters": warm_up.length}
    ),
)
