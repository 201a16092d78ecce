"""Optimisers: how a parameter follows its gradient. One file each, found by walking this folder, just like layers.

An optimiser file holds an `Optimizer` and a `DESCRIPTION` of it; `schedules/` holds, in the same way, what changes the
learning rate while training goes on. The imports below only help editors and type checkers with the built-in names.
"""

import importlib
import pkgutil
from functools import cache
from typing import Any

from tinyml.core import SettingsError
from tinyml.core.suggestions import by_name, describe_value
from tinyml.optims.adam import AdamOptimizer
from tinyml.optims.adamw import AdamWOptimizer
from tinyml.optims.base import Optimizer, OptimizerDescription
from tinyml.optims.clipping import clip_gradients, gradient_norm
from tinyml.optims.rmsprop import RMSPropOptimizer
from tinyml.optims.sgd import SGDOptimizer

__all__ = [
    "AdamOptimizer",
    "AdamWOptimizer",
    "Optimizer",
    "OptimizerDescription",
    "RMSPropOptimizer",
    "SGDOptimizer",
    "clip_gradients",
    "find_optimizer",
    "gradient_norm",
    "optimizer_descriptions",
]


@cache
def optimizer_descriptions() -> dict[str, OptimizerDescription]:
    """Walk the folder and return what there is to know of every optimiser, by its name, sorted.

    Call `optimizer_descriptions.cache_clear()` after adding a folder to `tinyml.optims.__path__`.

    >>> list(optimizer_descriptions())
    ['adam', 'adamw', 'rmsprop', 'sgd']
    """
    found: dict[str, OptimizerDescription] = {}
    for module_info in pkgutil.iter_modules(__path__):
        description = getattr(importlib.import_module(f"{__name__}.{module_info.name}"), "DESCRIPTION", None)
        if isinstance(description, OptimizerDescription):
            found[description.name] = description
    return dict(sorted(found.items()))


def find_optimizer(optimizer: Any) -> Any:
    """Return an optimiser by its name, with the defaults of its class, or as it is given.

    Arguments:
        optimizer: anything with a method `update(parameter)`, or a name such as "sgd", "adam", "adamw", "rmsprop" or
            that of a class; upper case makes no difference.

    Raises `SettingsError`, with the names that there are, for another name or what cannot update a parameter.

    >>> find_optimizer("adam")
    AdamOptimizer(lr=0.001, beta_1=0.9, beta_2=0.999)
    """
    descriptions = optimizer_descriptions()
    if isinstance(optimizer, str):
        known = {
            name: each.optimizer
            for each in descriptions.values()
            for name in (each.title, each.optimizer.__name__, each.name)
        }
        return by_name("optimiser", optimizer, known, list(descriptions))()  # type: ignore[call-arg]  # all have defaults
    if isinstance(optimizer, type):
        name = optimizer.__name__
        raise SettingsError(f"The optimiser is the class {name}. Make an optimiser of it: {name}(lr=…).")
    if not callable(getattr(optimizer, "update", None)):
        raise SettingsError(
            f"The optimiser is {describe_value(optimizer)}, which has no method update(parameter). Give one of "
            f"tinyml.optims, or one of the names {', '.join(descriptions)}."
        )
    return optimizer
