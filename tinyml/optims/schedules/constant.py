"""A constant learning rate."""

from tinyml.optims.schedules.base import Schedule, ScheduleDescription


class ConstantSchedule(Schedule):
    """Keeps the learning rate constant.

    Formula: `factor = 1`.

    >>> ConstantSchedule().factor(1000)
    1.0
    """

    def factor(self, step: int) -> float:
        """Return the factor of the learning rate, 1."""
        return 1.0

    def __repr__(self) -> str:
        return "ConstantSchedule()"


DESCRIPTION = ScheduleDescription(
    name="constant",
    schedule=ConstantSchedule,
    title="Constant",
    summary="The learning rate does not change.",
    formula="ε",
    settings=(),
    make=lambda settings, batches: ConstantSchedule(),
)
