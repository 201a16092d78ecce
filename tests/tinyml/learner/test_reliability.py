"""Calibration, compared with numbers computed by hand and with plain loops."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tinyml.core import DataError, SettingsError
from tinyml.learner import calibration


def test_five_predictions_by_hand() -> None:
    confidences = np.array([0.1, 0.4, 0.5, 0.9, 1.0])
    correct = np.array([False, True, False, True, True])
    found = calibration(confidences, correct, bins=2)
    # Bins (0, 0.5] and (0.5, 1]; the first one holds 0.5.
    assert found.counts.tolist() == [3, 2]
    assert found.confidence.tolist() == pytest.approx([1 / 3, 0.95])
    assert found.accuracy.tolist() == pytest.approx([1 / 3, 1.0])
    assert found.error == pytest.approx(0.4 * 0.05)
    assert found.overconfidence == pytest.approx(-0.4 * 0.05)


def test_a_network_that_is_too_sure_has_a_large_error() -> None:
    found = calibration(np.full(10, 0.99), np.arange(10) < 5)
    assert found.error == pytest.approx(0.49)
    assert found.overconfidence == pytest.approx(0.49)
    assert found.counts.tolist() == [0] * 9 + [10]
    assert np.isnan(found.accuracy[:9]).all()


def test_the_bounds_are_in_the_first_and_the_last_bin() -> None:
    found = calibration(np.array([0.0, 1.0, 1.0000004]), np.ones(3, bool))
    assert (found.counts[0], found.counts[-1]) == (1, 2)
    assert found.confidence[-1] == 1


def test_numbers_that_are_not_finite_are_counted_apart() -> None:
    found = calibration(np.array([0.7, math.nan, math.inf]), np.array([True, False, False]))
    assert found.skipped == 2
    assert found.error == pytest.approx(0.3)


@given(st.integers(1, 80), st.integers(1, 12), st.integers(0, 99))
def test_the_error_equals_that_of_a_loop(count: int, bins: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    confidences, correct = rng.random(count), rng.random(count) < 0.6
    found = calibration(confidences, correct, bins)
    expected = 0.0
    for place in range(bins):
        inside = [
            index for index, value in enumerate(confidences) if found.edges[place] < value <= found.edges[place + 1]
        ]
        assert found.counts[place] == len(inside)
        if inside:
            expected += abs(sum(correct[inside]) - sum(confidences[inside])) / count
    assert found.error == pytest.approx(expected)


@pytest.mark.parametrize(
    ("confidences", "correct"),
    [
        (np.zeros(0), np.zeros(0, bool)),
        (np.array([math.nan]), np.array([True])),
        (np.array([1.5]), np.array([True])),
        (np.array([-0.5]), np.array([True])),
        (np.array([0.5]), np.array([True, False])),
    ],
)
def test_bad_input_is_refused(confidences: np.ndarray, correct: np.ndarray) -> None:
    with pytest.raises(DataError):
        calibration(confidences, correct)


def test_a_diagram_needs_a_bin() -> None:
    with pytest.raises(SettingsError, match="bins is 0"):
        calibration(np.array([0.5]), np.array([True]), bins=0)
