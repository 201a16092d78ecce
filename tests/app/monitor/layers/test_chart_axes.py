"""Ranges and ticks of the charts of a layer."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.monitor.layers.chart_axes import axis_for, linear_axis, log_axis

values = st.lists(st.floats(allow_nan=True, allow_infinity=True), max_size=20)


@given(values, st.booleans())
def test_every_finite_value_has_its_place(found, log) -> None:
    array = np.array(found, np.float64)
    axis = axis_for(array, log)
    places = axis.place(array)
    shown = (np.abs(array) < 1e300) & ((array > 1e-300) | (not log))
    assert np.isfinite(places[shown]).all()
    assert ((places[shown] >= -1e-6) & (places[shown] <= 1 + 1e-6)).all()
    assert np.isnan(places[~np.isfinite(array)]).all()
    assert 0 < len(axis.ticks) < 20
    assert len(axis.labels) == len(axis.ticks)
    assert list(axis.ticks) == sorted(axis.ticks)


@given(st.floats(-1e6, 1e6), st.floats(1e-3, 1e12))
def test_the_ticks_are_round_and_inside(low, width) -> None:
    axis = linear_axis(low, low + width)
    slack = (axis.high - axis.low) * 1e-6
    assert all(axis.low - slack <= tick <= axis.high + slack for tick in axis.ticks)


def test_the_ticks_of_a_logarithmic_axis_are_powers_of_ten() -> None:
    assert log_axis(0.02, 3000.0).ticks == (0.01, 0.1, 1.0, 10.0, 100.0, 1000.0, 10000.0)[::2]
    axis = log_axis(1e-9, 1.0)
    assert len(axis.ticks) <= 6
    assert all(math.log10(tick) == pytest.approx(round(math.log10(tick))) for tick in axis.ticks)


@pytest.mark.parametrize("log", [False, True])
def test_a_value_and_its_place_belong_together(log) -> None:
    axis = axis_for(np.array([0.01, 7.0]), log)
    for value in (0.02, 0.5, 6.0):
        assert axis.value(float(axis.place(np.array(value)))) == pytest.approx(value)
