"""The interface and the description of a learning-rate schedule, and checks of its arguments."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from tinyml.core import SettingsError
from tinyml.optims.base import PyTorchCall, is_number


class Schedule(ABC):
    """Changes the learning rate during training.

    The rate of a step is the optimiser's initial learning rate times `factor(step)`. Steps are batches, counted from 0.
    """

    @abstractmethod
    def factor(self, step: int) -> float:
        """Return the factor of the learning rate for the next step; `step` steps are done."""

    def note_epoch(self, loss: float) -> None:  # noqa: B027 (most schedules ignore the loss)
        """Receive the monitored loss of an epoch that has ended, see `EpochFinished.monitored_loss`."""

    def state(self) -> dict[str, Any]:
        """Return the state of the schedule as JSON data; empty for most schedules."""
        return {}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Restore a state that `state` of an equal schedule returned; raises `SettingsError` if it does not fit."""
        if state:
            raise SettingsError(f"The schedule {type(self).__name__} has no state, so it cannot restore {dict(state)}.")


@dataclass(frozen=True)
class ScheduleDescription:
    """Description of a schedule, for files and forms.

    Attributes:
        name: name in files and settings, e.g. "cosine".
        schedule: the class.
        title: name on screen, e.g. "Cosine".
        summary: one sentence about the course of the learning rate.
        formula: lines of Unicode text with subscripts, superscripts and roots as in `LayerSettings.formula`.
        settings: names of the training settings that it uses, apart from the number of epochs.
        make: makes the schedule from the values of all training settings by name, and the number of batches in an
            epoch.
        pytorch: returns the call that makes the same schedule in PyTorch, for a schedule of this class and the learning
            rate. The script calls its `step` after each batch. None if PyTorch has no such schedule.
        follows_loss: True if the rate depends on the loss of the epochs that are done. The script calls `step` of
            PyTorch's schedule with the loss after each epoch.
    """

    name: str
    schedule: type[Schedule]
    title: str
    summary: str
    formula: str
    settings: tuple[str, ...]
    make: Callable[[Mapping[str, Any], int], Schedule]
    pytorch: Callable[[Any, float], PyTorchCall] | None = None
    follows_loss: bool = False


def check_steps(what: str, value: object, lowest: int = 1) -> int:
    """Return a whole number of steps; raises `SettingsError` if it is not one, or less than `lowest`.

    Arguments:
        what: name of the value, for error messages.
        value: the number of steps.
        lowest: smallest allowed number.

    >>> check_steps("length", 3)
    3
    """
    if isinstance(value, bool) or not isinstance(value, int) or value < lowest:
        raise SettingsError(f"The {what} is {value!r} but should be a whole number of at least {lowest}.")
    return value


def check_factor(what: str, value: float, *, with_zero: bool = True) -> float:
    """Return a factor from 0 to 1; raises `SettingsError` for any other value, and for 0 unless `with_zero`.

    Arguments:
        what: name of the value, for error messages.
        value: the factor.
        with_zero: True if 0 is allowed.

    >>> check_factor("factor", 0.5)
    0.5
    """
    if not is_number(value) or not 0 <= value <= 1 or (value == 0 and not with_zero):
        lowest = "at least 0" if with_zero else "greater than 0"
        raise SettingsError(f"The {what} is {value!r} but should be {lowest} and at most 1.")
    return float(value)
