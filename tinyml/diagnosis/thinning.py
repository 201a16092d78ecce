"""Thins the history of a long run, so that a diagnosis of it takes no longer than one of a short run."""

import numpy as np

from tinyml.learner import EpochFinished

NEWEST = 1000
"""So many of the newest epochs are all kept, and about as many of those before."""


def thin_history(history: tuple[EpochFinished, ...]) -> tuple[EpochFinished, ...]:
    """Return at most about 2000 epochs that say the same as a whole history.

    These are the newest 1000 without a gap, and as many of those before at most, evenly spread from the first. The
    extremes stay too: the best epoch with two neighbours on each side, the smallest training loss, and the first loss
    that is not finite. A history of up to 2000 epochs is returned as it is.

    Arguments:
        history: the completed epochs, in order.

    >>> long = tuple(EpochFinished(number, 9000, 1 / number, None, None, None, 0.0) for number in range(1, 9001))
    >>> thin = thin_history(long)
    >>> len(thin), [epoch.epoch for epoch in thin[:3]], thin[-1].epoch
    (2000, [1, 9, 17], 9000)
    """
    count = len(history)
    if count <= 2 * NEWEST:
        return history
    older = count - NEWEST
    kept = {*range(0, older, -(-older // NEWEST)), *range(older, count)}
    training = np.array([epoch.training_loss for epoch in history])
    monitored = np.array([epoch.monitored_loss for epoch in history])
    finite = np.isfinite(training) & np.isfinite(monitored)
    if not finite.all():
        kept.add(int(np.argmin(finite)))
    kept.add(_smallest(training))
    best = _smallest(monitored)
    kept.update(range(max(0, best - 2), min(count, best + 3)))
    return tuple(history[index] for index in sorted(kept))


def _smallest(losses: np.ndarray) -> int:
    """Return the first index of the smallest finite loss; 0 if none is finite."""
    return int(np.argmin(np.where(np.isfinite(losses), losses, np.inf)))
