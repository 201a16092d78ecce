"""Optimisers: how a parameter follows its gradient. One file each, found by walking this folder, just like layers.

An optimiser file holds an `Optimizer` and a `DESCRIPTION` of it; `schedules/` holds, in the same way, what changes the
learning rate while training goes on. The imports below only help editors and type checkers with the built-in names.
"""

import importlib
import pkgutil
from functools import cache

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
