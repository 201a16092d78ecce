"""Learning-rate schedules: one file each. Every file in this folder is found automatically.

A schedule file holds a `Schedule` and its `DESCRIPTION`. The imports below only help editors and type checkers.
"""

from functools import cache

from tinyml.core.discovery import package_instances
from tinyml.optims.schedules.base import Schedule, ScheduleDescription
from tinyml.optims.schedules.constant import ConstantSchedule
from tinyml.optims.schedules.cosine import CosineSchedule
from tinyml.optims.schedules.one_cycle import OneCycleSchedule
from tinyml.optims.schedules.reduce_on_plateau import ReduceOnPlateauSchedule
from tinyml.optims.schedules.step import StepSchedule
from tinyml.optims.schedules.warm_up import WarmUpSchedule

__all__ = [
    "ConstantSchedule",
    "CosineSchedule",
    "OneCycleSchedule",
    "ReduceOnPlateauSchedule",
    "Schedule",
    "ScheduleDescription",
    "StepSchedule",
    "WarmUpSchedule",
    "schedule_descriptions",
]


@cache
def schedule_descriptions() -> dict[str, ScheduleDescription]:
    """Return the description of every schedule in the folder, by name, sorted by title.

    Call `schedule_descriptions.cache_clear()` after adding a folder to `tinyml.optims.schedules.__path__`.

    >>> list(schedule_descriptions())
    ['constant', 'cosine', 'one_cycle', 'reduce_on_plateau', 'step', 'warm_up']
    """
    found = sorted(package_instances(__name__, ScheduleDescription), key=lambda description: description.title)
    return {description.name: description for description in found}
