"""The interface and the description of an optimiser, and checks of its arguments."""

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from numbers import Real
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

import numpy as np

from tinyml.core import Array, Parameter, SettingsError

ParameterState = dict[str, Array]
"""The state of an optimiser for one parameter: arrays by name, in the shape of the parameter or with one number."""


class Optimizer(ABC):
    """Changes parameters by their gradients (specification 000, "Optimizer").

    A subclass implements `update`; with `tinyml.core.elementwise.in_pieces` it is fast. It keeps its state as arrays in
    `state_for(param)`, so that a checkpoint can save and restore them.

    Arguments:
        lr: learning rate, greater than 0.

    Attributes:
        lr: the learning rate of the next step; a schedule changes it.
        state: the state for each parameter that has been updated. An entry lives as long as its parameter.

    Raises `SettingsError` if the learning rate is invalid.
    """

    def __init__(self, lr: float) -> None:
        if not is_number(lr) or not (0 < lr < math.inf):
            raise SettingsError(f"The learning rate is {lr!r} but should be a number greater than 0.")
        self.lr = float(lr)
        self.state: WeakKeyDictionary[Parameter, ParameterState] = WeakKeyDictionary()

    @abstractmethod
    def update(self, param: Parameter) -> None:
        """Change the parameter's tensor by one step, in place. Its gradient stays as it is."""

    def state_for(self, param: Parameter, *names: str) -> ParameterState:
        """Return the state for a parameter.

        Arguments:
            param: the parameter.
            names: names of arrays in its shape. A missing one is added, full of zeros.
        """
        state = self.state.setdefault(param, {})
        for name in names:
            # A resumed run can have another momentum, so a name can be missing later too.
            if name not in state:
                state[name] = np.zeros_like(param.tensor)
        return state


class PyTorchCall(NamedTuple):
    """The call of a class of PyTorch that does the same as an optimiser or a schedule.

    Attributes:
        name: of the class, as in a script: "torch.optim.Adam".
        arguments: by name, without the first one.
        defaults: PyTorch's default values, of the arguments that a script need not write.
    """

    name: str
    arguments: dict[str, Any]
    defaults: dict[str, Any] = {}  # noqa: RUF012 (never changed)

    @property
    def written(self) -> dict[str, Any]:
        """The arguments that differ from their default.

        >>> PyTorchCall("torch.optim.SGD", {"lr": 0.1, "momentum": 0.0}, {"momentum": 0.0}).written
        {'lr': 0.1}
        """
        return {
            name: value
            for name, value in self.arguments.items()
            if name not in self.defaults or self.defaults[name] != value
        }


@dataclass(frozen=True)
class OptimizerDescription:
    """Description of an optimiser, for files and forms.

    Attributes:
        name: name in files and settings, e.g. "adam".
        optimizer: the class.
        title: name on screen, e.g. "Adam".
        summary: one or two sentences about its method and its usual learning rate.
        formula: lines of Unicode text with subscripts, superscripts and roots as in `LayerSettings.formula`.
        settings: names of the training settings that it uses, apart from the learning rate.
        make: makes the optimiser from a learning rate and the values of all training settings by name.
        pytorch: returns the call that makes the same optimiser in PyTorch; None if PyTorch has none.
    """

    name: str
    optimizer: type[Optimizer]
    title: str
    summary: str
    formula: str
    settings: tuple[str, ...]
    make: Callable[[float, Mapping[str, Any]], Optimizer]
    pytorch: Callable[[Any], PyTorchCall] | None = None


def is_number(value: object) -> bool:
    """Return True if a value is a real number; True and False are not.

    >>> is_number(0.5), is_number(True), is_number("0.5")
    (True, False, False)
    """
    return isinstance(value, Real) and not isinstance(value, bool)


def check_share(what: str, value: float | None) -> float:
    """Return a share of at least 0 and less than 1, and 0 for None; raises `SettingsError` for any other value.

    Arguments:
        what: name of the value, for error messages.
        value: the share.

    >>> check_share("momentum", None)
    0.0
    """
    if value is None:
        return 0.0
    if not is_number(value) or not 0 <= value < 1:
        raise SettingsError(f"The {what} is {value!r} but should be at least 0 and less than 1.")
    return float(value)


def check_at_least_zero(what: str, value: float) -> float:
    """Return a finite number of at least 0; raises `SettingsError` for any other value.

    Arguments:
        what: name of the value, for error messages.
        value: the number.
    """
    if not is_number(value) or not 0 <= value < math.inf:
        raise SettingsError(f"The {what} is {value!r} but should be a number of at least 0.")
    return float(value)


def check_positive(what: str, value: float) -> float:
    """Return a finite number greater than 0; raises `SettingsError` for any other value.

    Arguments:
        what: name of the value, for error messages.
        value: the number.
    """
    if not is_number(value) or not 0 < value < math.inf:
        raise SettingsError(f"The {what} is {value!r} but should be a number greater than 0.")
    return float(value)
