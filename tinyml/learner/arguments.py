"""Checks of the arguments of a learner and of the results of a loss."""

from typing import Any

import numpy as np

from tinyml.core import Array, SettingsError, ShapeError
from tinyml.core.suggestions import describe_value
from tinyml.losses import LossFunction
from tinyml.net import Sequential
from tinyml.optims.base import is_number


def check_model(model: Any) -> Sequential:
    """Return a network; raises `SettingsError` for anything else.

    >>> len(check_model(Sequential()))
    0
    """
    if isinstance(model, Sequential):
        return model
    remedy = " Write Sequential([…]) around the layers." if isinstance(model, list | tuple) else ""
    raise SettingsError(f"The model should be a Sequential, but it is {describe_value(model)}.{remedy}")


def compute_loss(loss: LossFunction, output: Array, truth: np.ndarray) -> tuple[float, Array]:
    """Return a loss as a number, and its gradient with respect to the output.

    Arguments:
        loss: a loss of `tinyml.losses` or a custom one.
        output: `(N, …)` of the network.
        truth: the ground truth for it.

    Raises `SettingsError` if the loss does not return a pair, `ShapeError` if the gradient does not have the shape of
    the output.

    >>> compute_loss(lambda predicted, truth: (predicted.sum(), np.ones_like(predicted)), np.ones(2), np.ones(2))
    (2.0, array([1., 1.]))
    """
    result: Any = loss(output, truth)
    try:
        value, gradient = result
        value = float(value)
    except (TypeError, ValueError) as error:
        raise SettingsError(
            f"The loss {getattr(loss, '__name__', loss)!r} should return (loss, gradient): a number, and an array "
            "in the shape of the predictions."
        ) from error
    if getattr(gradient, "shape", None) != output.shape:
        raise ShapeError(
            f"The loss {getattr(loss, '__name__', loss)!r} returned a gradient of shape {np.shape(gradient)}, but it "
            f"should have the shape of the predictions, {output.shape}."
        )
    return value, gradient


def check_share(name: str, share: float | None) -> None:
    """Check that an argument is None, or a number above 0 and below 1.

    Arguments:
        name: of the argument.
        share: its value.

    Raises `SettingsError` if it is neither.

    >>> check_share("measure_share", 0.04)
    """
    if share is not None and not (is_number(share) and 0 < share < 1):
        raise SettingsError(f"{name} is {share!r} but should be a number above 0 and below 1, such as 0.04.")
