"""What the losses of the epochs do: fall, rise, jump, or stay where they are."""

import itertools
import math
from collections.abc import Sequence

FLAT = 0.01
"""A relative change of this size within some epochs does not count."""


def relative_fall(losses: Sequence[float]) -> float:
    """Return how far the `losses` have fallen from the first to the last, as a share of the first.

    >>> relative_fall([2.0, 1.7, 1.5])
    0.25
    """
    if len(losses) < 2 or not losses[0]:
        return 0.0
    return (losses[0] - losses[-1]) / abs(losses[0])


def share_of_falls(losses: Sequence[float]) -> float:
    """Return in which share of the epochs one of the `losses` is smaller than the one before.

    >>> share_of_falls([3.0, 2.0, 2.5, 1.0])
    0.6666666666666666
    """
    pairs = list(itertools.pairwise(losses))
    return sum(after < before for before, after in pairs) / len(pairs) if pairs else 0.0


def share_of_jumps(losses: Sequence[float], size: float = 0.1) -> float:
    """Return in which share of the epochs the loss is larger than in the one before, by more than a share of it.

    Arguments:
        losses: of the epochs.
        size: the share.

    >>> share_of_jumps([1.0, 1.3, 1.0, 1.05])
    0.3333333333333333
    """
    pairs = list(itertools.pairwise(losses))
    jumps = sum(not math.isfinite(after) or after > before + size * abs(before) for before, after in pairs)
    return jumps / len(pairs) if pairs else 0.0


def restlessness(losses: Sequence[float]) -> float:
    """Return by how much the loss goes back and forth from epoch to epoch, as a share of its mean.

    Formula: `(Σ |change| - |Σ change|) / (changes · mean)`. A loss that only falls gives 0.

    Arguments:
        losses: of the epochs.

    >>> round(restlessness([1.0, 1.2, 1.0]), 3), restlessness([3.0, 2.0, 1.0])
    (0.187, 0.0)
    """
    changes = [after - before for before, after in itertools.pairwise(losses)]
    mean = sum(losses) / len(losses) if losses else 0.0
    if not changes or mean <= 0:
        return 0.0
    return (sum(map(abs, changes)) - abs(sum(changes))) / (len(changes) * mean)


def is_flat(losses: Sequence[float], tolerance: float = FLAT) -> bool:
    """Return True if the mean of the second half of the losses hardly differs from that of the first.

    A loss that falls in nearly every epoch is not flat, however slowly it falls: a slow start looks like that.

    Arguments:
        losses: of the epochs; fewer than four are never flat.
        tolerance: largest difference, as a share of the first mean.

    >>> is_flat([0.70, 0.69, 0.70, 0.69, 0.70]), is_flat([0.700, 0.699, 0.698, 0.697])
    (True, False)
    """
    if len(losses) < 4 or (share_of_falls(losses) >= 0.85 and relative_fall(losses) > 1e-5):
        return False
    half = len(losses) // 2
    before, after = sum(losses[:half]) / half, sum(losses[-half:]) / half
    return abs(before - after) <= tolerance * max(abs(before), 1e-12)
