"""Cross-entropy on probabilities, for networks that end with Softmax."""

import numpy as np

from tinyml.core import Array, DataError
from tinyml.losses.base import LossDescription, check_labels, subtract_truth

_TOLERANCE = 1e-3
"""Largest allowed difference between a row's sum and 1. Rounding of 10 000 classes in float32 gives much less."""


def cross_entropy_loss(predicted: Array, ground_truth: np.ndarray) -> tuple[float, Array]:
    """Compute the cross-entropy between the true classes and the probabilities from a Softmax layer.

    Formula: `ℓ = -1/N Σ_n log p[n, t_n]`. The gradient is the one with respect to the input of Softmax,
    `(p - truth) / N`; truth is 1 for the true class and 0 for all others. `Softmax.backward` returns this gradient
    unchanged (specification 004), so both together give the exact derivative.

    Arguments:
        predicted: `(N, K)` probabilities p; each row adds up to 1.
        ground_truth: `(N,)` labels t, whole numbers from 0 to K - 1 of any integer type.

    Returns the loss, which is infinite if a true class has probability 0, and the gradient `(N, K)`.

    Raises `ShapeError` if a shape does not fit, `DataError` if a label is not a whole number from 0 to K - 1, or if
    `predicted` does not consist of probabilities.

    >>> loss, gradient = cross_entropy_loss(np.array([[0.25, 0.75]]), np.array([1]))
    >>> round(loss, 4), gradient
    (0.2877, array([[ 0.25, -0.25]]))
    """
    predicted, ground_truth = check_labels("cross_entropy_loss", predicted, ground_truth)
    # These comparisons are False for NaN, so NaN is no error here. The learner reports that the training diverged.
    if (predicted < 0).any() or (abs(predicted.sum(axis=1) - 1) > _TOLERANCE).any():
        raise DataError(
            "cross_entropy_loss needs probabilities that add up to 1, but the network returns other numbers. "
            "Put a Softmax layer at its end, or use cross_entropy_with_softmax_loss."
        )
    with np.errstate(divide="ignore"):
        losses = -np.log(predicted[np.arange(len(ground_truth)), ground_truth])
    return float(losses.mean(dtype=np.float64)), subtract_truth(predicted, ground_truth)


DESCRIPTION = LossDescription(
    function=cross_entropy_loss,
    title="Cross-entropy on probabilities",
    summary="Rewards a high probability of the true class. The network must end with Softmax.",
    formula="ℓ = −log p_t, mean over the batch",
    targets="labels",
    outputs="probabilities",
    last_layer="Softmax",
    pytorch="lambda outputs, targets: nn.functional.nll_loss(outputs.log(), targets)",
)
