"""Optimisers: one file each. Every file in this folder is found automatically, as for layers.

An optimiser file holds an `Optimizer` and its `DESCRIPTION`. In the same way, `schedules/` holds learning-rate
schedules. The imports below only tell editors and type checkers the built-in names.
"""

from functools import cache
from typing import Any

from tinyml.core import SettingsError
from tinyml.core.discovery import package_instances
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
    """Return the description of every optimiser in the folder, by name, sorted.

    Call `optimizer_descriptions.cache_clear()` after adding a folder to `tinyml.optims.__path__`.

    >>> list(optimizer_descriptions())
    ['adam', 'adamw', 'rmsprop', 'sgd']
    """
    found = {description.name: description for description in package_instances(__name__, OptimizerDescription)}
    return dict(sorted(found.items()))


def find_optimizer(optimizer: Any) -> Any:
    """Return an optimiser with a name and default settings; return an optimiser unchanged.

    Arguments:
        optimizer: any object with a method `update(parameter)`, or a name such as "sgd", "adam", "adamw", "rmsprop", or
            the name of a class. Upper case makes no difference.

    Raises `SettingsError`, which lists the names, for an unknown name or an object that cannot update a parameter.

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
        raise SettingsError(f"The optimiser is the class {name}. Construct an optimiser: {name}(lr=…).")
    if not callable(getattr(optimizer, "update", None)):
        raise SettingsError(
            f"The optimiser is {describe_value(optimizer)}, which has no method update(parameter). Give one of "
            f"tinyml.optims, or one of the names {', '.join(descriptions)}."
        )
    return optimizer
