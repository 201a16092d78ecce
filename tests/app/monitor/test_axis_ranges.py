import math

import numpy as np
import pytest

from app.monitor.axis_ranges import epoch_range, linear_range, log_range, stepped_up


def test_ranges_grow_in_few_steps_and_hold_the_values() -> None:
    sizes = np.geomspace(1e-6, 1e6, 500)
    tops = [linear_range(0.0, size)[1] for size in sizes]
    assert all(top >= size for top, size in zip(tops, sizes, strict=True))
    assert max(top / size for top, size in zip(tops, sizes, strict=True)) < 1.3
    assert len({round(math.log(top), 6) for top in tops}) < 140
    assert stepped_up(1e305) >= 1e299


@pytest.mark.parametrize(
    ("smallest", "largest", "expected"),
    [(math.inf, -math.inf, (0.0, 1.0)), (0.0, 0.0, (0.0, 1.0)), (-1.0, -0.5, None), (-1.0, 2.0, None)],
)
def test_the_linear_range_begins_at_zero_unless_values_are_negative(smallest, largest, expected) -> None:
    bottom, top = linear_range(smallest, largest)
    assert bottom < top
    if expected:
        assert (bottom, top) == expected
    else:
        assert bottom <= smallest
        assert top >= largest


def test_the_log_range_begins_at_a_whole_power() -> None:
    bottom, top = log_range(3e-4, 2.0)
    assert bottom == -4
    assert 10**top >= 2.0
    assert log_range(math.inf, -math.inf) == (-1.0, 0.0)
    bottom, top = log_range(1.0, 1.0)
    assert top > bottom


def test_very_long_runs_are_shown_in_steps() -> None:
    assert epoch_range(20, 0.0) == (0.0, 20.0)
    assert epoch_range(0, 0.0) == (0.0, 1.0)
    ends = {epoch_range(100_000, position)[1] for position in np.linspace(0, 2000, 3000)}
    assert len(ends) < 20
    assert max(ends) >= 2000
    assert epoch_range(150, 149.0) == (0.0, 150.0)
