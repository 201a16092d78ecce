"""What every optimiser is: a learning rate, what it remembers of each parameter, and one step down the gradient."""

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from numbers import Real
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np

from tinyml.core import Array, Parameter, SettingsError

ParameterState = dict[str, Array]
"""What an optimiser remembers of one parameter, by name; each array in the parameter's shape, or a single number."""


class Optimizer(ABC):
    """Changes parameters according to their gradients (seed 000, "Optimizer").

    A subclass computes `update`, best with `tinyml.core.elementwise.in_pieces`. What it has to remember from step to
    step it keeps as arrays in `state_for(param)`, so that a checkpoint can save and restore them.

    Arguments:
        lr: learning rate, greater than 0.

    Attributes:
        lr: the learning rate of the next step; a schedule changes it.
        state: what is remembered of each parameter that was updated so far. An entry lives as long as its parameter.

    Raises `SettingsError` when the learning rate is impossible.
    """

    def __init__(self, lr: float) -> None:
        if not is_number(lr) or not (0 < lr < math.inf):
            raise SettingsError(f"The learning rate is {lr!r} but should be a number greater than 0.")
        self.lr = float(lr)
        self.state: WeakKeyDictionary[Parameter, ParameterState] = WeakKeyDictionary()

    @abstractmethod
    def update(self, param: Parameter) -> None:
        """Change the parameter's tensor by one step, in place; its gradient stays as it is."""

    def state_for(self, param: Parameter, *names: str) -> ParameterState:
        """Return what is remembered of a parameter; at first every name stands for zeros in its shape."""
        state = self.state.setdefault(param, {})
        for name in names:
            # Also in a run that goes on with another momentum than it began with.
            if name not in state:
                state[name] = np.zeros_like(param.tensor)
        return state


@dataclass(frozen=True)
class OptimizerDescription:
    """What a front end needs to know of an optimiser.

    Attributes:
        name: the name used in files and settings, e.g. "adam".
        optimizer: its class.
        title: for people, e.g. "Adam".
        summary: one or two sentences: what it does, and which learning rate is usual.
        formula: in one line of plain Unicode text.
        settings: names of the training settings that it looks at, besides the learning rate.
        make: makes it from a learning rate and the values of all training settings by name.
    """

    name: str
    optimizer: type[Optimizer]
    title: str
    summary: str
    formula: str
    settings: tuple[str, ...]
    make: Callable[[float, Mapping[str, Any]], Optimizer]


def is_number(value: object) -> bool:
    """Tell whether a value is a real number; True and False are not.

    >>> is_number(0.5), is_number(True), is_number("0.5")
    (True, False, False)
    """
    return isinstance(value, Real) and not isinstance(value, bool)


def check_share(what: str, value: float | None) -> float:
    """Return a share that is at least 0 and less than 1, None counting as 0; raises `SettingsError`.

    >>> check_share("momentum", None)
    0.0
    """
    if value is None:
        return 0.0
    if not is_number(value) or not 0 <= value < 1:
        raise SettingsError(f"The {what} is {value!r} but should be at least 0 and less than 1.")
    return float(value)


def check_at_least_zero(what: str, value: float) -> float:
    """Return a finite number that is not negative; raises `SettingsError`."""
    if not is_number(value) or not 0 <= value < math.inf:
        raise SettingsError(f"The {what} is {value!r} but should be a number of at least 0.")
    return float(value)


def check_positive(what: str, value: float) -> float:
    """Return a finite number that is greater than 0; raises `SettingsError`."""
    if not is_number(value) or not 0 < value < math.inf:
        raise SettingsError(f"The {what} is {value!r} but should be a number greater than 0.")
    return float(value)
