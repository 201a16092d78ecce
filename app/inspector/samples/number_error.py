"""How far predicted numbers are from their targets, compared with how much the targets differ."""

from dataclasses import dataclass

import numpy as np

from app.formatting import format_number
from app.training import SampleTrace
from tinyml.data import Dataset

_MOST_TARGETS = 1_000_000
"""The spread of more target numbers would take too long to compute."""


@dataclass(frozen=True)
class NumberError:
    """The error of one prediction.

    Attributes:
        error: the root of the mean squared difference to the targets, as the network sees them: scaled.
        spread: the standard deviation of the same targets in all samples.
    """

    error: float
    spread: float

    @property
    def is_large(self) -> bool:
        """True if the mean of all targets would usually be a better prediction."""
        return self.error > self.spread

    def describe(self) -> str:
        """Return the error in a sentence."""
        if self.spread == 0:
            return ""
        more = ": more than the targets usually differ from their mean" if self.is_large else ""
        return f"off by {format_number(self.error / self.spread)} standard deviations of the targets{more}"


def measure_error(sample_trace: SampleTrace, samples: Dataset) -> NumberError | None:
    """Compare the predicted numbers of a sample with its targets.

    Arguments:
        sample_trace: the recorded forward pass of the sample.
        samples: the samples; all their targets are read the first time.

    Returns None for classes, autoencoders, and if the targets of the sample are not known.
    """
    description, index = samples.description, sample_trace.index
    if description.has_classes or description.target == "input" or sample_trace.numbers is None or index < 0:
        return None
    if index >= len(samples) or len(samples) * sample_trace.numbers.size > _MOST_TARGETS:
        return None
    prepared = sample_trace.snapshot.prepare(samples)
    target = prepared.target_numbers(slice(index, index + 1))
    difference = np.asarray(sample_trace.output, np.float64).reshape(target.shape) - target
    spread = np.sqrt(samples.target_variation / (len(samples) * target.size))
    return NumberError(float(np.sqrt((difference**2).mean())), float(spread))
