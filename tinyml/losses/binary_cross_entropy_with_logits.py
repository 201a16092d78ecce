"""Binary cross-entropy on scores: each output answers one yes-or-no question."""

import numpy as np

from tinyml.core import Array, DataError
from tinyml.losses.base import LossDescription, check_truth


def binary_cross_entropy_with_logits_loss(predicted: Array, ground_truth: np.ndarray) -> tuple[float, Array]:
    """Compute the binary cross-entropy of scores: each output answers one yes-or-no question.

    Formula: a score s stands for the probability `p = 1 / (1 + e⁻ˢ)` of yes. Then
    `ℓ = -1/N Σ (y·log p + (1 - y)·log(1 - p))` and `∂ℓ/∂s = (p - y) / N`; N counts all numbers of the batch. Each
    term is computed as `max(s, 0) - s·y + log(1 + e^-|s|)`. This has the same value, but no exponential overflows and
    there is no logarithm of 0.

    Arguments:
        predicted: scores s (logits) of any shape, usually `(N, K)`: the output of a network without Sigmoid at its end.
        ground_truth: y of the same shape, from 0 (no) to 1 (yes).

    Returns the loss, and its gradient in the shape of `predicted`.

    Raises `ShapeError` if the shapes differ or the arrays are empty, `DataError` if the ground truth does not consist
    of numbers from 0 to 1.

    >>> loss, gradient = binary_cross_entropy_with_logits_loss(np.array([[0.0, 0.0]]), np.array([[1, 0]]))
    >>> round(loss, 4), gradient
    (0.6931, array([[-0.25,  0.25]]))
    """
    name = "binary_cross_entropy_with_logits_loss"
    predicted, truth = check_truth(name, predicted, ground_truth)
    low, high = truth.min(), truth.max()
    if not (low >= 0 and high <= 1):
        raise DataError(
            f"{name} needs a ground truth from 0 (no) to 1 (yes), but it goes from {low:g} to {high:g}. "
            "For other numbers use mse_loss."
        )
    power = np.exp(-np.abs(predicted))
    with np.errstate(invalid="ignore"):  # inf · 0 gives a loss of NaN, which the learner reports
        losses = np.maximum(predicted, 0) - predicted * truth + np.log1p(power)
    probability = np.where(predicted >= 0, 1, power) / (1 + power)
    return float(losses.mean(dtype=np.float64)), (probability - truth) / truth.size


DESCRIPTION = LossDescription(
    function=binary_cross_entropy_with_logits_loss,
    title="Binary cross-entropy on scores",
    summary="Treats each output as a separate yes-or-no question. It applies sigmoid to the scores itself.",
    formula="ℓ = −mean of y log p + (1 − y) log(1 − p), p = 1 / (1 + exp(−s))",
    targets="numbers",
    target_range=(0.0, 1.0),
    unwanted_last_layer="Sigmoid",
    aliases=("bce", "bce_with_logits", "binary_cross_entropy"),
    pytorch="nn.BCEWithLogitsLoss()",
)
