"""Positions in epochs, batches and seconds."""

import tracemalloc

import numpy as np
import pytest

from app.monitor.positions import UNITS, PositionScale
from app.training.curves import RunCurves
from tinyml.learner import BatchFinished, EpochFinished


def curves_of(batches: int = 40, per_epoch: int = 10, seconds_each: float = 0.5) -> RunCurves:
    curves = RunCurves(planned_epochs=8)
    for number in range(batches):
        epoch, batch = divmod(number, per_epoch)
        event = BatchFinished(epoch + 1, batch + 1, per_epoch, number + 1, 64, 1.0, 0.5)
        curves.add_batches([event], seconds=seconds_each * (number + 1))
    return curves


def test_a_position_has_its_batch_and_its_time() -> None:
    curves = curves_of()
    epochs = np.array([0.0, 0.1, 1.0, 2.55, 4.0])
    assert PositionScale(curves, "epoch").to_axis(epochs) == pytest.approx(epochs)
    assert PositionScale(curves, "batch").to_axis(epochs) == pytest.approx([0, 1, 10, 25.5, 40])
    assert PositionScale(curves, "seconds").to_axis(epochs) == pytest.approx([0, 0.5, 5, 12.75, 20])


@pytest.mark.parametrize("unit", UNITS)
def test_there_and_back_again_also_beyond_the_last_batch(unit) -> None:
    scale = PositionScale(curves_of(), unit)
    epochs = np.array([0.0, 0.05, 3.33, 4.0, 5.5, 8.0])
    assert scale.to_epochs(scale.to_axis(epochs)) == pytest.approx(epochs, abs=1e-4)


def test_a_pause_takes_no_place_on_the_axis_of_seconds_and_slow_batches_take_more() -> None:
    curves = curves_of(batches=10)
    curves.add_batches([BatchFinished(2, 1, 10, 11, 64, 1.0, 0.5)], seconds=25.0)
    place = PositionScale(curves, "seconds").to_axis(np.array([1.0, 1.05, 1.1]))
    assert place == pytest.approx([5.0, 15.0, 25.0])


def test_the_whole_run_in_each_unit() -> None:
    curves = curves_of()
    assert PositionScale(curves, "epoch").whole() == (0.0, 8.0)
    assert PositionScale(curves, "batch").whole() == pytest.approx((0.0, 80.0))
    low, high = PositionScale(curves, "seconds").whole()
    assert low == 0
    assert 20 <= high <= 25
    for unit in UNITS:
        assert PositionScale(RunCurves(), unit).whole() == (0.0, 1.0)


def test_a_run_of_which_only_the_epochs_are_known_has_their_times() -> None:
    history = [EpochFinished(number, 2, 1.0, 0.5, None, None, 3.0 * number) for number in (1, 2)]
    scale = PositionScale(RunCurves.from_history(history), "seconds")
    assert scale.to_axis(np.array([1.0, 1.5, 2.0])) == pytest.approx([3.0, 4.5, 6.0])
    kept = RunCurves(2)
    kept.restore_batches(5, np.array([0.5, 1.0, 1.5, 2.0]), np.ones(4), np.ones(4))
    kept.add_epochs(history)
    assert PositionScale(kept, "seconds").to_axis(np.array([1.5])) == pytest.approx([4.5])


def test_a_position_in_words() -> None:
    curves = curves_of()
    words = [PositionScale(curves, unit).describe(2.5) for unit in UNITS]
    assert words == ["epoch 2.5", "batch 25", "0:12"]
    assert PositionScale(curves, "epoch").describe(float("nan")) == ""


def test_a_mark_without_a_position_has_none_in_any_unit() -> None:
    for unit in UNITS:
        scale = PositionScale(curves_of(), unit)
        assert np.isnan(scale.to_axis(np.array([np.nan, 1.0]))).tolist() == [True, False]
        assert not len(scale.to_axis(np.zeros(0)))


def test_a_unit_takes_no_copy_of_a_million_batches() -> None:
    curves, count = RunCurves(1000), 1_000_000
    x = np.arange(1, count + 1) / 1000
    curves.restore_batches(5, x, x, x, None, x)
    for unit in UNITS:
        scale = PositionScale(curves, unit)
        tracemalloc.start()
        there = scale.to_axis(np.linspace(0, 1000, 500))
        assert scale.to_epochs(there) == pytest.approx(np.linspace(0, 1000, 500), abs=1e-3)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert peak < 1e6
