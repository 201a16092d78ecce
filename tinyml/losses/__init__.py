"""Every loss function: one file each, found by walking this folder, just like layers.

A loss file holds a function `(predicted, ground_truth) -> (loss, gradient)` and a `DESCRIPTION` of it. The imports
below only help editors and type checkers with the built-in names.
"""

import importlib
import pkgutil
from functools import cache

from tinyml.losses.base import LossDescription, LossFunction
from tinyml.losses.binary_cross_entropy_with_logits import binary_cross_entropy_with_logits_loss
from tinyml.losses.cross_entropy import cross_entropy_loss
from tinyml.losses.cross_entropy_with_softmax import cross_entropy_with_softmax_loss
from tinyml.losses.huber import huber_loss
from tinyml.losses.mean_absolute_error import mae_loss
from tinyml.losses.mean_squared_error import mse_loss

__all__ = [
    "LossDescription",
    "LossFunction",
    "binary_cross_entropy_with_logits_loss",
    "cross_entropy_loss",
    "cross_entropy_with_softmax_loss",
    "huber_loss",
    "loss_descriptions",
    "losses",
    "mae_loss",
    "mse_loss",
]


@cache
def loss_descriptions() -> dict[str, LossDescription]:
    """Walk the folder and return what there is to know of every loss, by its name, sorted.

    Call `loss_descriptions.cache_clear()` after adding a folder to `tinyml.losses.__path__`.

    >>> loss_descriptions()["mse_loss"].targets
    'codes'
    """
    found: dict[str, LossDescription] = {}
    for module_info in pkgutil.iter_modules(__path__):
        module = importlib.import_module(f"{__name__}.{module_info.name}")
        description = getattr(module, "DESCRIPTION", None)
        if isinstance(description, LossDescription):
            found[description.name] = description
    return dict(sorted(found.items()))


def losses() -> dict[str, LossFunction]:
    """Return every loss function by its name, sorted.

    >>> "mse_loss" in losses()
    True
    """
    return {name: description.function for name, description in loss_descriptions().items()}
