"""Mean absolute error."""

import numpy as np

from tinyml.core import Array
from tinyml.losses.base import LossDescription, difference_from


def mae_loss(predicted: Array, ground_truth: np.ndarray) -> tuple[float, Array]:
    """Compute the mean absolute error between outputs and targets.

    Formula: `ℓ = 1/N Σ |ŷ - y|`, `∂ℓ/∂ŷ = sign(ŷ - y) / N`, 0 where both are equal. N counts all numbers of the batch.

    Arguments:
        predicted: ŷ of any shape, usually `(N, D)`.
        ground_truth: y of the same shape.

    Returns the loss, and its gradient in the shape of `predicted`.

    Raises `ShapeError` if the shapes differ or are empty, `DataError` if the ground truth does not consist of numbers.

    >>> mae_loss(np.array([[1.0, 3.0]]), np.array([[1.0, 1.0]]))
    (1.0, array([[0. , 0.5]]))
    """
    difference = difference_from("mae_loss", predicted, ground_truth)
    loss = float(np.mean(np.abs(difference), dtype=np.float64))
    return loss, np.sign(difference) / difference.size


DESCRIPTION = LossDescription(
    function=mae_loss,
    title="Mean absolute error",
    summary="Moves each output towards its target. Large errors have no more weight than small ones.",
    formula="ℓ = mean of |ŷ − y|",
    targets="numbers",
    outputs="values",
    # Softmax.backward is only right in front of cross_entropy_loss.
    unwanted_last_layer="Softmax",
    aliases=("mean_absolute_error", "l1"),
    pytorch="nn.L1Loss()",
)
