"""Ranges of the axes. They grow in steps, so that an axis is not painted again for every new value."""

import math

_GROWTH = 1.25
"""Factor between one size of a range and the next."""
_FIRST_EPOCHS = 100
"""Number of epochs that the axis shows at the beginning of a longer run."""


def stepped_up(value: float) -> float:
    """Return the smallest power of 1.25 that is at least `value`.

    The result is never more than 1e300. It is 1 if `value` is not a positive finite number.

    >>> stepped_up(1.0), round(stepped_up(2.3), 2)
    (1.0, 2.44)
    """
    if value <= 0 or not math.isfinite(value):
        return 1.0
    power = math.ceil(math.log(value, _GROWTH) - 1e-9)
    return min(_GROWTH**power, 1e300) if power < 3000 else 1e300


def linear_range(smallest: float, largest: float) -> tuple[float, float]:
    """Return the range of a linear axis. It contains 0 and all values, with a margin.

    Arguments:
        smallest: the smallest value of the curves; larger than `largest` if there are no values.
        largest: the largest value of the curves.

    >>> linear_range(0.1, 0.9)
    (0.0, 1.0)
    """
    if smallest > largest:
        return 0.0, 1.0
    top = stepped_up(largest * 1.02) if largest > 0 else 0.0
    bottom = -stepped_up(-smallest * 1.02) if smallest < 0 else 0.0
    return (bottom, top) if top > bottom else (0.0, 1.0)


def log_range(smallest_positive: float, largest: float) -> tuple[float, float]:
    """Return the range of a logarithmic axis as exponents of 10. It contains all positive values.

    The lower exponent is a whole number.

    Arguments:
        smallest_positive: the smallest positive value of the curves; larger than `largest` if there are no values.
        largest: the largest value of the curves.

    >>> log_range(0.02, 0.9)
    (-2.0, 0.0)
    """
    if smallest_positive > largest:
        return -1.0, 0.0
    bottom = math.floor(math.log10(smallest_positive) + 1e-9)
    top = math.log10(stepped_up(largest * 1.02))
    return float(bottom), max(top, bottom + 0.5)


def epoch_range(planned: int, position: float) -> tuple[float, float]:
    """Return the range of the epoch axis: all planned epochs, or at first 100 if the run has more.

    During such a run, the range grows in steps of 25 %.

    Arguments:
        planned: how many epochs the run takes.
        position: the newest position of the run, in epochs.

    >>> epoch_range(20, 3.5), epoch_range(100_000, 3.5)
    ((0.0, 20.0), (0.0, 100.0))
    """
    end = float(_FIRST_EPOCHS)
    while end < position:
        end *= _GROWTH
    return 0.0, max(min(end, float(planned)), position, 1.0)
