import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.training.series import GrowingArray, Series, Smoother

values = st.lists(st.floats(-1e6, 1e6) | st.sampled_from([math.nan, math.inf, -math.inf]), max_size=400)


def make_series(y) -> Series:
    series = Series()
    series.extend(np.arange(len(y), dtype=np.float64), np.asarray(y, np.float64))
    return series


@given(st.lists(st.integers(0, 3000), max_size=8))
def test_a_growing_array_keeps_everything(portions: list[int]) -> None:
    array, expected = GrowingArray(), []
    for size in portions:
        portion = np.arange(size) + len(expected)
        array.extend(portion)
        expected.extend(portion)
    assert np.array_equal(array.values, expected)
    assert not array.values.flags.writeable


def test_adding_values_rarely_copies_the_array() -> None:
    array = GrowingArray()
    buffers = set()
    for _ in range(1000):
        array.extend(np.zeros(700))
        buffers.add(id(array._buffer))
    assert len(array) == 700_000
    assert len(buffers) < 15


def test_a_view_is_not_changed_by_later_additions() -> None:
    array = GrowingArray()
    array.extend(np.arange(3.0))
    early = array.values
    array.extend(np.arange(5000.0))
    assert early.tolist() == [0, 1, 2]


@settings(deadline=None)
@given(values, st.integers(1, 40), st.lists(st.integers(1, 150), min_size=1, max_size=5))
def test_thinning_hides_no_spike(y: list[float], pixels: int, portions: list[int]) -> None:
    series, start = Series(), 0
    for size in portions * 400:
        if start >= len(y):
            break
        portion = np.array(y[start : start + size])
        series.extend(np.arange(start, start + len(portion), dtype=np.float64), portion)
        start += size
    x, thin = series.thinned(-1, len(y), pixels)
    finite = [value for value in y if math.isfinite(value)]
    if finite:
        assert np.nanmin(thin) == min(finite) == series.smallest
        assert np.nanmax(thin) == max(finite) == series.largest
    assert len(x) == len(thin) <= max(4 * pixels + 4, 4)
    assert np.all(np.diff(x) >= 0)
    assert len(series.non_finite_x) == len(y) - len(finite)


def test_a_spike_among_a_million_is_drawn_where_it_is() -> None:
    y = np.zeros(1_000_000)
    y[654_321] = 9.0
    x, thin = make_series(y).thinned(0, 1_000_000, 500)
    assert len(x) < 2100
    assert abs(x[np.argmax(thin)] - 654_321) < 4000
    x, thin = make_series(y).thinned(654_300, 654_340, 500)
    assert x[np.argmax(thin)] == 654_321


def test_the_coarse_level_agrees_with_the_values_themselves() -> None:
    rng = np.random.default_rng(0)
    y = rng.normal(size=12_345)
    series = Series()
    for start in range(0, len(y), 77):
        portion = y[start : start + 77]
        series.extend(np.arange(start, start + len(portion), dtype=np.float64), portion)
    _x, thin = series.thinned(0, len(y), 60)
    size = 256
    expected = [(y[i : i + size].min(), y[i : i + size].max()) for i in range(0, len(y), size)]
    assert np.allclose(thin.reshape(-1, 2), expected)


def test_buckets_stay_where_they_are_while_the_curve_grows() -> None:
    rng = np.random.default_rng(0)
    series = make_series(rng.normal(size=10_000))
    before = series.thinned(0, 12_000, 100)[1]
    series.extend(np.arange(10_000, 10_500, dtype=np.float64), rng.normal(size=500))
    after = series.thinned(0, 12_000, 100)[1]
    assert np.array_equal(before[:-2], after[: len(before) - 2])


def test_a_value_without_a_logarithm_leaves_a_gap() -> None:
    series = make_series([100.0, 0.0, -3.0, 0.1])
    assert series.not_positive == 2
    assert series.smallest_positive == 0.1
    assert np.array_equal(series.thinned(0, 3, 500, log=True)[1], [2, np.nan, np.nan, -1], equal_nan=True)


def test_a_zero_does_not_hide_its_neighbours_on_the_log_axis() -> None:
    y = np.full(10_000, 10.0)
    y[::100] = 0.0
    y[5] = 0.01
    thin = make_series(y).thinned(0, 10_000, 50, log=True)[1]
    assert np.isfinite(thin).all()
    assert (thin.max(), thin.min()) == (1.0, -2.0)


def test_a_series_without_visible_points_draws_nothing() -> None:
    series = Series()
    assert len(series.thinned(0, 1, 100)[0]) == 0
    assert series.value_at(3) is None
    series.extend(np.array([1.0, 2.0]), np.array([5.0, 6.0]))
    assert [series.value_at(position) for position in (0.5, 1.5, 7)] == [None, 5.0, 6.0]


@settings(deadline=None)
@given(values, st.integers(1, 60), st.integers(1, 200))
def test_smoothing_in_portions_equals_the_formula(y: list[float], span: int, portion: int) -> None:
    decay = 1 - 2 / (span + 1)
    total = weight = 0.0
    expected = []
    for value in y:
        total, weight = decay * total, decay * weight
        if math.isfinite(value):
            total, weight = total + (1 - decay) * value, weight + 1 - decay
        expected.append(total / weight if weight > 0 else math.nan)
    smoother = Smoother(span)
    parts = [smoother.smooth(np.array(y[start : start + portion])) for start in range(0, len(y), portion)]
    smoothed = np.concatenate(parts) if parts else np.zeros(0)
    if span == 1:  # a decay of zero forgets at once, and so differs after a value that is left out
        keep = np.isfinite(y)
        assert np.allclose(smoothed[keep], np.array(y)[keep])
    else:
        assert np.allclose(smoothed, expected, rtol=1e-6, atol=1e-3, equal_nan=True)


@pytest.mark.parametrize("span", [5, 100])
def test_smoothing_begins_at_the_first_value(span: int) -> None:
    assert np.allclose(Smoother(span).smooth(np.full(300, 2.5)), 2.5)


def test_many_values_are_smoothed_as_in_portions() -> None:
    y = np.random.default_rng(0).random(300_001)
    y[1000] = np.nan
    whole, portions = Smoother(833), Smoother(833)
    parts = [portions.smooth(y[start : start + 50]) for start in range(0, len(y), 50)]
    assert np.allclose(whole.smooth(y), np.concatenate(parts), rtol=1e-9)
    finite = np.random.default_rng(1).random(70_000)
    parts = [portions.smooth(finite[start : start + 77]) for start in range(0, len(finite), 77)]
    assert np.allclose(whole.smooth(finite), np.concatenate(parts), rtol=1e-9)


def test_a_follower_has_the_positions_of_its_leader_up_to_its_own_end() -> None:
    leader = Series()
    follower = Series(leader, np.float32)
    leader.extend(np.array([1.0, 2.0]), np.array([5.0, 6.0]))
    follower.extend(np.array([1.0]), np.array([0.5]))
    assert (follower.x.tolist(), follower.y.tolist()) == ([1.0], [0.5])
    assert follower.y.dtype == np.float32
    kept = leader.up_to(1.0)
    assert follower.up_to(1.0, kept).x.tolist() == [1.0]


def test_a_view_of_a_growing_array_stays_as_it_was_while_the_array_grows() -> None:
    array = GrowingArray()
    views = []
    for start in range(0, 20_000, 500):
        array.extend(np.arange(start, start + 500, dtype=np.float64))
        views.append(array.values)
    del array
    for number, view in enumerate(views, start=1):
        np.testing.assert_array_equal(view, np.arange(500.0 * number))
        assert not view.flags.writeable


def test_what_is_usual_ignores_spikes_and_a_divergence_that_has_passed() -> None:
    series = Series()
    assert series.usual_largest == -np.inf
    series.extend(np.array([0.5]), np.array([np.nan]))
    assert series.usual_largest == -np.inf
    series = Series()
    y = np.full(20_000, 1.0)
    y[0], y[100:1000], y[5000], y[-4:] = 3.0, 1e6, 1e9, 1e7
    y[7000:7100] = np.nan
    series.extend(np.arange(20_000.0), y)
    assert series.usual_largest == 1.0
    series.extend(np.array([20_000.0]), np.array([1e7]))
    assert series.usual_largest == 1e7, "five of nine values: the curve is there now"
