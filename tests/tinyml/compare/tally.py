"""The errors of the comparisons: collected during the tests and printed as a table at the end."""

from dataclasses import dataclass, field

import numpy as np

LIMITS: dict[type[np.floating], float] = {np.float64: 1e-9, np.float32: 1e-4}
"""The largest error that is allowed, for each precision."""

SMALLEST_SCALE = 1.0
"""Errors are relative to the largest value of their array, or to this number if the largest value is smaller.

The compared numbers are of the order of 1. If the terms of a sum cancel, its error is relative to the terms."""


@dataclass
class Row:
    """The comparisons of one subject, such as a layer type."""

    comparisons: int = 0
    worst: dict[type[np.floating], float] = field(default_factory=dict)


ROWS: dict[str, Row] = {}


def error(ours: np.ndarray, theirs: np.ndarray) -> float:
    """Return the largest difference of two arrays, relative to their largest value.

    It is infinite when one array holds a value that is not finite and the other does not hold the same.
    """
    assert ours.shape == theirs.shape
    if np.array_equal(ours, theirs, equal_nan=True):
        return 0.0
    with np.errstate(invalid="ignore"):
        difference = float(abs(ours - theirs).max())
    return difference / max(float(abs(theirs).max()), SMALLEST_SCALE) if np.isfinite(difference) else np.inf


def compare(subject: str, ours: dict[str, np.ndarray], theirs: dict[str, np.ndarray]) -> None:
    """Assert that two sets of arrays agree within the limit of their precision, and record the largest error.

    Arguments:
        subject: what is compared, one row of the table.
        ours, theirs: arrays by name, e.g. "output" and "gradient of input".
    """
    assert ours.keys() == theirs.keys()
    for name, array in ours.items():
        assert array.dtype == theirs[name].dtype, f"{subject}, {name}: {array.dtype} and {theirs[name].dtype}"
        found, precision = error(array, theirs[name]), array.dtype.type
        assert found <= LIMITS[precision], f"{subject}, {name}: relative error {found:.3g}"
        note(subject, precision, found)
    ROWS[subject].comparisons += 1


def note(subject: str, precision: type[np.floating], found: float, comparisons: int = 0) -> None:
    """Record an error, and the number of comparisons of which it is the largest."""
    row = ROWS.setdefault(subject, Row())
    row.comparisons += comparisons
    row.worst[precision] = max(row.worst.get(precision, 0.0), found)


def table() -> list[str]:
    """Return the table of the comparisons, one line for each subject."""
    width = max(map(len, ROWS), default=0)
    lines = [f"{'':{width}}  {'comparisons':>11}" + "".join(f"  {precision.__name__:>8}" for precision in LIMITS)]
    for subject, row in sorted(ROWS.items()):
        errors = (f"{row.worst[precision]:.1e}" if precision in row.worst else "–" for precision in LIMITS)
        lines.append(f"{subject:{width}}  {row.comparisons:11d}" + "".join(f"  {text:>8}" for text in errors))
    return lines
