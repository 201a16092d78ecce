"""Cross-entropy on scores: softmax and cross-entropy in one function."""

import numpy as np

from tinyml.core import Array
from tinyml.losses.base import LossDescription, check_labels, subtract_truth


def cross_entropy_with_softmax_loss(predicted: Array, ground_truth: np.ndarray) -> tuple[float, Array]:
    """Compute the cross-entropy between the true classes and the softmax of the scores.

    Formula: `ℓ = 1/N Σ_n (log Σ_k exp s[n, k] - s[n, t_n])`; `∂ℓ/∂s = (softmax(s) - truth) / N`. The largest score
    of each row is subtracted first. So no exponential overflows, and no logarithm of 0 is needed.

    Arguments:
        predicted: `(N, K)` scores s (logits), any real numbers: the output of a network that does not end with Softmax.
        ground_truth: `(N,)` labels t, whole numbers from 0 to K - 1 of any integer type.

    Returns the loss, and its gradient `(N, K)` with respect to the scores.

    Raises `ShapeError` if a shape does not fit, `DataError` if a label is not a whole number or out of range.

    >>> loss, gradient = cross_entropy_with_softmax_loss(np.array([[0.0, 0.0]]), np.array([1]))
    >>> round(loss, 4), gradient
    (0.6931, array([[ 0.5, -0.5]]))
    """
    predicted, ground_truth = check_labels("cross_entropy_with_softmax_loss", predicted, ground_truth)
    with np.errstate(invalid="ignore"):  # inf - inf: the loss becomes NaN, which the learner reports
        shifted = predicted - np.maximum.reduce(predicted, axis=1, keepdims=True)
    powers = np.exp(shifted)
    sums = np.add.reduce(powers, axis=1, keepdims=True)
    surprise = np.log(sums[:, 0]) - shifted[np.arange(len(ground_truth)), ground_truth]
    powers /= sums
    return float(np.add.reduce(surprise, dtype=np.float64)) / len(surprise), subtract_truth(powers, ground_truth)


DESCRIPTION = LossDescription(
    function=cross_entropy_with_softmax_loss,
    title="Cross-entropy on scores",
    summary="Rewards a high score for the true class. It applies softmax to the scores itself.",
    formula="ℓ = −log softmax(s)_t, mean over the batch",
    targets="labels",
    unwanted_last_layer="Softmax",
    aliases=("softmax_cross_entropy", "cross_entropy_with_logits"),
    pytorch="nn.CrossEntropyLoss()",
)
