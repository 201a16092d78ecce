"""A learning rate that rises from little to all of it, and stays."""

from tinyml.optims.schedules.base import Schedule, ScheduleDescription, check_factor, check_steps


class WarmUpSchedule(Schedule):
    """Raises the learning rate in a straight line during the first steps (Goyal et al. 2017).

    Formula: `factor = start + (1 - start) · min(step / length, 1)`, as `torch.optim.lr_scheduler.LinearLR`.

    Arguments:
        length: steps until the whole rate is reached, at least 1.
        start: factor of the first step, greater than 0 and at most 1.

    Raises `SettingsError` when an argument is impossible.

    >>> [WarmUpSchedule(length=2, start=0.5).factor(step) for step in range(4)]
    [0.5, 0.75, 1.0, 1.0]
    """

    def __init__(self, length: int, start: float = 0.1) -> None:
        self.length = check_steps("length of the warm-up", length)
        self.start = check_factor("first factor", start, with_zero=False)

    def factor(self, step: int) -> float:
        """Tell what the learning rate is multiplied by after `step` steps."""
        return self.start + (1 - self.start) * min(step / self.length, 1.0)

    def __repr__(self) -> str:
        return f"WarmUpSchedule(length={self.length}, start={self.start:g})"


DESCRIPTION = ScheduleDescription(
    name="warm_up",
    schedule=WarmUpSchedule,
    title="Warm-up",
    summary="The learning rate rises in a straight line from a share of it to all of it, and then stays.",
    formula="ε · (s + (1 − s) · min(epoch / n, 1))",
    settings=("schedule_epochs", "schedule_factor"),
    make=lambda settings, batches: WarmUpSchedule(settings["schedule_epochs"] * batches, settings["schedule_factor"]),
)
