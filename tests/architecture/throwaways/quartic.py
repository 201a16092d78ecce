"""Quartic loss: the mean fourth power of the errors."""

import numpy as np

from tinyml.core import Array
from tinyml.losses.base import LossDescription, difference_from


def quartic_loss(predicted: Array, ground_truth: np.ndarray) -> tuple[float, Array]:
    difference = difference_from("quartic_loss", predicted, ground_truth)
    return float(np.mean(difference**4)), 4 * difference**3 / difference.size


DESCRIPTION = LossDescription(
    function=quartic_loss,
    title="Quartic loss",
    summary="The mean fourth power of the errors.",
    formula="ℓ = mean of (ŷ − y)⁴",
    targets="numbers",
    outputs="values",
)
