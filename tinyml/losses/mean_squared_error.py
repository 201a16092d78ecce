"""Mean squared error."""

import numpy as np

from tinyml.core import Array
from tinyml.losses.base import LossDescription, difference_from


def mse_loss(predicted: Array, ground_truth: np.ndarray) -> tuple[float, Array]:
    """Compute the mean squared error between outputs and targets (specification 003, equations 11 and 12).

    Formula: `ℓ = 1/N Σ (ŷ - y)²`, `∂ℓ/∂ŷ = 2/N (ŷ - y)`. N counts all numbers of the batch, not only its rows.

    Arguments:
        predicted: ŷ of any shape, usually `(N, D)`.
        ground_truth: y of the same shape.

    Returns the loss, and its gradient in the shape of `predicted`.

    Raises `ShapeError` if the shapes differ or the arrays are empty, `DataError` if the ground truth does not consist
    of numbers.

    >>> loss, gradient = mse_loss(np.array([[1.0, 3.0]]), np.array([[1.0, 1.0]]))
    >>> loss, gradient
    (2.0, array([[0., 2.]]))
    """
    difference = difference_from("mse_loss", predicted, ground_truth)
    # For a small batch, this takes half the time of np.mean.
    loss = float(np.add.reduce(difference * difference, axis=None, dtype=np.float64)) / difference.size
    difference *= 2 / difference.size
    return loss, difference


DESCRIPTION = LossDescription(
    function=mse_loss,
    title="Mean squared error",
    summary="Moves each output towards its target. Large errors have the most weight.",
    formula="ℓ = mean of (ŷ − y)^2",
    targets="numbers",
    outputs="values",
    # The gradient of Softmax.backward is correct only together with cross_entropy_loss.
    unwanted_last_layer="Softmax",
    aliases=("mean_squared_error", "l2"),
    pytorch="nn.MSELoss()",
)
