"""Loss functions: one file each. Every file in this folder is found automatically, as for layers.

A loss file holds a function `(predicted, ground_truth) -> (loss, gradient)` and its `DESCRIPTION`. The imports below
only tell editors and type checkers the built-in names.
"""

from functools import cache
from typing import Any

from tinyml.core import SettingsError
from tinyml.core.discovery import package_instances
from tinyml.core.suggestions import by_name, describe_value
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
    "find_loss",
    "huber_loss",
    "loss_descriptions",
    "losses",
    "mae_loss",
    "mse_loss",
]


@cache
def loss_descriptions() -> dict[str, LossDescription]:
    """Return the description of every loss in the folder, by name, sorted.

    Call `loss_descriptions.cache_clear()` after adding a folder to `tinyml.losses.__path__`.

    >>> loss_descriptions()["mse_loss"].targets
    'numbers'
    """
    found = {description.name: description for description in package_instances(__name__, LossDescription)}
    return dict(sorted(found.items()))


def losses() -> dict[str, LossFunction]:
    """Return every loss function by its name, sorted.

    >>> "mse_loss" in losses()
    True
    """
    return {name: description.function for name, description in loss_descriptions().items()}


def find_loss(loss: Any) -> LossFunction:
    """Return the loss function with a name; return a function unchanged.

    Arguments:
        loss: a function `(predicted, ground_truth) -> (loss, gradient)`, or a name such as "mse", "mae", "huber",
            "cross_entropy" or "bce". Upper case, "_" and "_loss" at the end make no difference.

    Raises `SettingsError`, which lists the names, for an unknown name or anything else.

    >>> find_loss("mse").__name__, find_loss("BCE").__name__
    ('mse_loss', 'binary_cross_entropy_with_logits_loss')
    """
    if isinstance(loss, str):
        known = {
            name: each.function
            for each in loss_descriptions().values()
            for name in (
                each.name,
                each.name.removesuffix("_loss"),
                *each.aliases,
                *(f"{a}_loss" for a in each.aliases),
            )
        }
        return by_name("loss", loss, known, list(loss_descriptions()))
    if isinstance(loss, type) or not callable(loss):
        raise SettingsError(
            f"The loss is {describe_value(loss)}, but should be a function (predicted, ground_truth) -> "
            f"(loss, gradient), or one of the names {', '.join(loss_descriptions())}."
        )
    found: LossFunction = loss
    return found
