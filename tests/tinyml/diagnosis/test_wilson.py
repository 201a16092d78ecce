import math

import pytest

from tinyml.diagnosis import wilson_interval


@pytest.mark.parametrize(
    ("correct", "count", "low", "high"),
    # From table I of Newcombe (1998), Two-sided confidence intervals for the single proportion, method 3.
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_the_interval_agrees_with_published_numbers(correct, count, low, high) -> None:
    found = wilson_interval(correct / count, count)
    assert found.low == pytest.approx(low, abs=1e-4)
    assert found.high == pytest.approx(high, abs=1e-4)


def test_the_ends_solve_the_equation_of_the_score_test() -> None:
    share, count, z = 0.83, 57, 1.7
    for end in wilson_interval(share, count, z):
        assert abs(share - end) == pytest.approx(z * math.sqrt(end * (1 - end) / count))


def test_more_examples_give_a_narrower_interval() -> None:
    widths = [wilson_interval(0.9, count).half_width for count in (10, 100, 1000)]
    assert widths[0] > 2 * widths[1] > 4 * widths[2] > 0


@pytest.mark.parametrize(("share", "count"), [(1.2, 10), (-0.1, 10), (0.5, 0), (math.nan, 5)])
def test_what_is_no_share_is_refused(share, count) -> None:
    with pytest.raises(ValueError, match="share"):
        wilson_interval(share, count)
