"""A learning rate that decreases in steps."""

from tinyml.optims.base import PyTorchCall
from tinyml.optims.schedules.base import Schedule, ScheduleDescription, check_factor, check_steps


class StepSchedule(Schedule):
    """Multiplies the learning rate by a factor at regular intervals (as `torch.optim.lr_scheduler.StepLR`).

    Formula: `factor = γ^⌊step / every⌋`.

    Arguments:
        every: number of training steps from one reduction to the next, at least 1.
        gamma: γ, factor of the rate, greater than 0 and at most 1.

    Raises `SettingsError` if an argument is invalid.

    >>> [StepSchedule(every=2, gamma=0.5).factor(step) for step in range(5)]
    [1.0, 1.0, 0.5, 0.5, 0.25]
    """

    def __init__(self, every: int, gamma: float = 0.1) -> None:
        self.every = check_steps("number of steps between two reductions", every)
        self.gamma = check_factor("factor of the learning rate", gamma, with_zero=False)

    def factor(self, step: int) -> float:
        """Return the factor of the learning rate after `step` steps."""
        return self.gamma ** (step // self.every)

    def __repr__(self) -> str:
        return f"StepSchedule(every={self.every}, gamma={self.gamma:g})"


DESCRIPTION = ScheduleDescription(
    name="step",
    schedule=StepSchedule,
    title="Steps",
    summary="The learning rate is multiplied by a factor at regular intervals.",
    formula="ε · γ^{⌊epoch / n⌋}",
    settings=("schedule_epochs", "schedule_factor"),
    make=lambda settings, batches: StepSchedule(settings["schedule_epochs"] * batches, settings["schedule_factor"]),
    pytorch=lambda step, rate: PyTorchCall(
        "torch.optim.lr_scheduler.StepLR", {"step_size": step.every, "gamma": step.gamma}
    ),
)
