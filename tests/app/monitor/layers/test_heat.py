"""Heat maps: the histograms of many moments on one axis of values."""

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtGui import QColor

from app.monitor.layers.heat import HeatMap, make_heat_map
from app.monitor.layers.heat_picture import heat_picture, heat_scale
from app.training.layer_history import HistogramSeries
from tinyml.learner.layer_stats import Histogram

numbers = st.floats(-1e300, 1e300)
histograms = st.builds(
    lambda ends, counts: Histogram(min(ends), max(ends), tuple(counts)),
    st.tuples(numbers, numbers),
    st.lists(st.integers(0, 10**9), min_size=6, max_size=6).filter(any),
)


def as_series(found: Sequence[Histogram | None]) -> HistogramSeries:
    """Return histograms of equally many intervals as one series."""
    intervals = max(len(one.counts) for one in found if one is not None)
    return HistogramSeries(
        np.array([(0,) * intervals if one is None else one.counts for one in found], np.uint32),
        np.array([np.nan if one is None else one.low for one in found]),
        np.array([np.nan if one is None else one.high for one in found]),
    )


def make_map(*found: Histogram | None, rows: int = 8, columns: int = 100) -> HeatMap:
    positions = np.arange(1.0, len(found) + 1)
    heat_map = make_heat_map(positions, as_series(found), rows, columns)
    assert heat_map is not None
    return heat_map


def test_a_histogram_keeps_its_place_on_the_axis() -> None:
    heat_map = make_map(Histogram(-1.0, 1.0, (1, 0, 0, 3)), rows=4)
    assert (heat_map.low, heat_map.high) == (-1.0, 1.0)
    np.testing.assert_allclose(heat_map.shares[:, 0], [0.75, 0, 0, 0.25])


def test_a_wide_interval_is_shared_by_the_rows_that_it_overlaps() -> None:
    heat_map = make_map(Histogram(0.0, 4.0, (4, 4)), Histogram(2.0, 4.0, (3, 1)), rows=4)
    np.testing.assert_allclose(heat_map.shares[:, 0], [0.25] * 4)
    np.testing.assert_allclose(heat_map.shares[:, 1], [0.25, 0.75, 0, 0])


@given(st.lists(histograms, min_size=1, max_size=12), st.integers(1, 30))
def test_no_number_is_lost_or_invented(found, rows) -> None:
    heat_map = make_map(*found, rows=rows)
    assert heat_map.low < heat_map.high
    assert (heat_map.shares >= -1e-12).all()
    np.testing.assert_allclose(heat_map.shares.sum(axis=0), 1.0)


@pytest.mark.parametrize("value", [0.0, -3.5, 1e-30, 1e30])
def test_equal_numbers_fill_the_rows_at_their_value(value) -> None:
    heat_map = make_map(Histogram(value, value, (12, 0, 0)), rows=5)
    assert heat_map.shares[2, 0] == pytest.approx(1.0)
    beside = make_map(Histogram(value, value, (5, 0, 0)), Histogram(value - 10, value + 10, (1, 1, 1)), rows=5)
    assert beside.shares[2, 0] > 0.9


def test_a_few_far_wider_moments_do_not_squeeze_the_others() -> None:
    usual = [Histogram(-1.0, 1.0, (1, 2, 1))] * 30
    heat_map = make_map(*usual, Histogram(-1e6, 1e6, (1, 0, 1)), rows=3)
    assert heat_map.cut_off
    assert (heat_map.low, heat_map.high) == (-1.0, 1.0)
    np.testing.assert_allclose(heat_map.shares[[0, -1], -1], [0.5, 0.5])
    assert not make_map(*usual, Histogram(-2.0, 2.0, (1, 0, 0))).cut_off


def test_moments_without_numbers_are_left_out() -> None:
    heat_map = make_map(None, Histogram(0.0, 1.0, (1, 1)), None, Histogram(0.0, 1.0, (0, 0)))
    assert heat_map.positions.tolist() == [2.0]
    nothing = HistogramSeries(np.zeros((3, 4), np.uint32), *np.full((2, 3), np.nan))
    assert make_heat_map(np.arange(3.0), nothing, 4, 4) is None


def test_many_moments_share_the_columns_evenly_and_keep_the_ends() -> None:
    heat_map = make_map(*[Histogram(0.0, 1.0, (number, 1)) for number in range(500)], columns=50)
    assert heat_map.shares.shape == (8, 50)
    assert heat_map.positions[[0, -1]].tolist() == [1.0, 500.0]
    assert np.diff(heat_map.positions).max() <= 11


def test_the_value_under_the_mouse() -> None:
    heat_map = make_map(Histogram(0.0, 1.0, (1, 3)), Histogram(0.0, 1.0, (4, 0)), rows=2)
    assert heat_map.at(1.0, 0.25) == pytest.approx(0.25)
    assert heat_map.at(1.4, 0.75) == pytest.approx(0.75)
    assert heat_map.at(2.0, 0.75) == 0.0
    assert heat_map.at(1.0, 1.5) is None
    assert heat_map.at(1.0, -0.5) is None
    assert heat_map.at(0.0, 0.75) == pytest.approx(0.75)


def test_the_picture_puts_large_values_at_the_top_and_time_to_the_right(qapp) -> None:
    image = heat_picture(make_map(Histogram(0.0, 1.0, (0, 1)), Histogram(0.0, 1.0, (1, 0)), rows=2), QColor("red"), 40)
    assert (image.width(), image.height()) == (40, 2)
    empty, full = QColor(heat_scale(QColor("red"), 2).pixel(0, 0)), QColor(heat_scale(QColor("red"), 2).pixel(1, 0))
    assert empty != full
    assert QColor(image.pixel(0, 0)) == full
    assert QColor(image.pixel(0, 1)) == empty
    assert QColor(image.pixel(39, 0)) == empty
    assert QColor(image.pixel(39, 1)) == full


@pytest.mark.parametrize("color", ["#0072B2", "#D55E00", "#009E73", "#E69F00", "#56B4E9", "#CC79A7"])
def test_the_colours_can_be_read_in_grey(qapp, color) -> None:
    scale = heat_scale(QColor(color), 32)
    greys = [scale.pixelColor(place, 0) for place in range(32)]
    levels = [0.299 * one.red() + 0.587 * one.green() + 0.114 * one.blue() for one in greys]
    steps = np.diff(levels)
    assert (steps < 0).all() or (steps > 0).all()
