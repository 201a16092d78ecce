"""Mean absolute error."""

import numpy as np

from tinyml.core import Array
from tinyml.losses.base import LossDescription, difference_from


def mae_loss(predicted: Array, ground_truth: np.ndarray) -> tuple[float, Array]:
    """Measure how far the outputs are from what they should be; far ones count no more than in proportion.

    Formula: `ℓ = 1/N Σ |ŷ - y|`, `∂ℓ/∂ŷ = sign(ŷ - y) / N`, 0 where they are equal; N counts all numbers of the batch.

    Arguments:
        predicted: ŷ of any shape, usually `(N, D)`.
        ground_truth: y of the same shape.

    Returns the loss, and its gradient in the shape of `predicted`.

    Raises `ShapeError` when the shapes differ or are empty, `DataError` when the ground truth is not made of numbers.

    >>> mae_loss(np.array([[1.0, 3.0]]), np.array([[1.0, 1.0]]))
    (1.0, array([[0. , 0.5]]))
    """
    difference = difference_from("mae_loss", predicted, ground_truth)
    loss = float(np.mean(np.abs(difference), dtype=np.float64))
    return loss, np.sign(difference) / difference.size


DESCRIPTION = LossDescription(
    function=mae_loss,
    title="Mean absolute error",
    summary="Pulls every output towards the number that it should be, outliers no harder than others.",
    formula="ℓ = mean of |ŷ − y|",
    targets="numbers",
    outputs="values",
    # Softmax passes gradients through as if cross-entropy came next, so they would be wrong here.
    unwanted_last_layer="Softmax",
    aliases=("mean_absolute_error", "l1"),
)
