"""Ranges of the axes. They grow in steps, so that one drawing of an axis serves many pictures."""

import math

_STEP = 1.25
_FIRST_EPOCHS = 100


def stepped_up(value: float) -> float:
    """Return the smallest power of 1.25 that is at least `value`, a positive number.

    >>> stepped_up(1.0), round(stepped_up(2.3), 2)
    (1.0, 2.44)
    """
    if value <= 0 or not math.isfinite(value):
        return 1.0
    power = math.ceil(math.log(value, _STEP) - 1e-9)
    return min(_STEP**power, 1e300) if power < 3000 else 1e300


def linear_range(smallest: float, largest: float) -> tuple[float, float]:
    """Return a range from zero, or from a negative number if there are some, with a small margin.

    Arguments:
        smallest: the smallest value of the curves.
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
    """Return a range in powers of ten that holds all positive values. Its lower end is a whole power.

    Arguments:
        smallest_positive: the smallest positive value of the curves.
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
    """Return the range of the epochs: all planned ones, or for a very long run a part that grows in steps.

    Arguments:
        planned: how many epochs the run takes.
        position: how far the run is, in epochs.

    >>> epoch_range(20, 3.5), epoch_range(100_000, 3.5)
    ((0.0, 20.0), (0.0, 100.0))
    """
    end = float(_FIRST_EPOCHS)
    while end < position:
        end *= _STEP
    return 0.0, max(min(end, float(planned)), position, 1.0)
