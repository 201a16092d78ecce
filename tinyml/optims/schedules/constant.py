"""The same learning rate from the first step to the last."""

from tinyml.optims.schedules.base import Schedule, ScheduleDescription


class ConstantSchedule(Schedule):
    """Leaves the learning rate as it is.

    Formula: `factor = 1`.

    >>> ConstantSchedule().factor(1000)
    1.0
    """

    def factor(self, step: int) -> float:
        """Tell what the learning rate is multiplied by: 1."""
        return 1.0

    def __repr__(self) -> str:
        return "ConstantSchedule()"


DESCRIPTION = ScheduleDescription(
    name="constant",
    schedule=ConstantSchedule,
    title="Constant",
    summary="The learning rate stays as it is.",
    formula="ε",
    settings=(),
    make=lambda settings, batches: ConstantSchedule(),
)
