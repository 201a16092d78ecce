"""What every learning-rate schedule is: a factor on the learning rate that depends on how far training has come."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from tinyml.core import SettingsError
from tinyml.optims.base import is_number


class Schedule(ABC):
    """Changes the learning rate while training goes on.

    The rate of a step is the optimiser's own learning rate times `factor(step)`, so a schedule needs to know neither.
    Steps are batches, counted from 0.
    """

    @abstractmethod
    def factor(self, step: int) -> float:
        """Tell what the learning rate is multiplied by in the step that comes next; `step` are done."""

    def note_epoch(self, loss: float) -> None:  # noqa: B027 (most schedules need not listen)
        """Hear the loss of an epoch that has ended: of the validation set, or of training where there is none."""

    def state(self) -> dict[str, Any]:
        """Return, as JSON data, what the schedule has learned of the run; nothing for most."""
        return {}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Take over what `state` of an equal schedule returned; raises `SettingsError` when it does not fit."""
        if state:
            raise SettingsError(f"The schedule {type(self).__name__} keeps nothing, but was to restore {dict(state)}.")


@dataclass(frozen=True)
class ScheduleDescription:
    """What a front end needs to know of a schedule.

    Attributes:
        name: the name used in files and settings, e.g. "cosine".
        schedule: its class.
        title: for people, e.g. "Cosine".
        summary: one sentence: how the learning rate goes.
        formula: in one line of plain Unicode text.
        settings: names of the training settings that it looks at, besides the number of epochs.
        make: makes it from the values of all training settings by name, and the number of batches in an epoch.
    """

    name: str
    schedule: type[Schedule]
    title: str
    summary: str
    formula: str
    settings: tuple[str, ...]
    make: Callable[[Mapping[str, Any], int], Schedule]


def check_steps(what: str, value: object, lowest: int = 1) -> int:
    """Return a whole number of steps; raises `SettingsError` when it is less than `lowest`.

    >>> check_steps("length", 3)
    3
    """
    if isinstance(value, bool) or not isinstance(value, int) or value < lowest:
        raise SettingsError(f"The {what} is {value!r} but should be a whole number of at least {lowest}.")
    return value


def check_factor(what: str, value: float, *, with_zero: bool = True) -> float:
    """Return a factor from 0 (itself allowed or not) to 1; raises `SettingsError`.

    >>> check_factor("factor", 0.5)
    0.5
    """
    if not is_number(value) or not 0 <= value <= 1 or (value == 0 and not with_zero):
        lowest = "at least 0" if with_zero else "greater than 0"
        raise SettingsError(f"The {what} is {value!r} but should be {lowest} and at most 1.")
    return float(value)
