"""Huber loss: quadratic for small errors, linear for large ones."""

import numpy as np

from tinyml.core import Array
from tinyml.losses.base import LossDescription, difference_from


def huber_loss(predicted: Array, ground_truth: np.ndarray) -> tuple[float, Array]:
    """Compute the Huber loss, which is smooth near zero and robust against outliers.

    Formula: with d = ŷ - y and m = min(|d|, 1), `ℓ = 1/N Σ (½·m² + |d| - m)`, that is `½·d²` up to 1 and `|d| - ½`
    above; `∂ℓ/∂ŷ = clip(d, -1, 1) / N` (Huber 1964). N counts all numbers of the batch.

    Arguments:
        predicted: ŷ of any shape, usually `(N, D)`.
        ground_truth: y of the same shape.

    Returns the loss, and its gradient in the shape of `predicted`.

    Raises `ShapeError` if the shapes differ or are empty, `DataError` if the ground truth does not consist of numbers.

    >>> huber_loss(np.array([[1.5, 4.0]]), np.array([[1.0, 1.0]]))
    (1.3125, array([[0.25, 0.5 ]]))
    """
    difference = difference_from("huber_loss", predicted, ground_truth)
    distance = np.abs(difference)
    near = np.minimum(distance, 1)
    loss = float(np.mean(0.5 * near * near + (distance - near), dtype=np.float64))
    return loss, np.clip(difference, -1, 1) / difference.size


DESCRIPTION = LossDescription(
    function=huber_loss,
    title="Huber loss",
    summary="Squared error for small errors and absolute error for large ones. Outliers have little influence.",
    formula="ℓ = mean of ½ d^2 if |d| ≤ 1, else |d| − ½; d = ŷ − y",
    targets="numbers",
    outputs="values",
    # Softmax.backward is only right in front of cross_entropy_loss.
    unwanted_last_layer="Softmax",
    aliases=("smooth_l1",),
    pytorch="nn.HuberLoss()",
)
