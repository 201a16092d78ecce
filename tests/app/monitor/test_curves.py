import math

import numpy as np
import pytest

from app.monitor.axis_ranges import epoch_range, linear_range, log_range, stepped_up
from app.monitor.curves import RunCurves
from tinyml.learner import BatchFinished, EpochFinished


def batch(epoch: int, number: int, loss: float = 1.0) -> BatchFinished:
    return BatchFinished(epoch, number, 4, (epoch - 1) * 4 + number, 64, loss, 0.25)


def epoch(number: int, training: float, validation: float | None) -> EpochFinished:
    return EpochFinished(number, 9, training, 0.5, validation, None if validation is None else 0.4, 1.0)


def test_positions_are_in_epochs() -> None:
    curves = RunCurves(planned_epochs=3)
    assert curves.empty
    assert curves.position == 0
    curves.add_batches([batch(1, number) for number in (1, 2, 3, 4)])
    curves.add_batches([])
    curves.add_batches([batch(2, 2, math.nan)])
    assert curves.loss.batches.x.tolist() == [0.25, 0.5, 0.75, 1.0, 1.5]
    assert curves.loss.batches.non_finite_x.tolist() == [1.5]
    assert curves.position == 1.5
    assert curves.loss.newest_training == 1.0
    assert curves.accuracy.newest_training == pytest.approx(0.25)
    assert not curves.empty


def test_the_best_epoch_has_the_lowest_validation_loss() -> None:
    curves = RunCurves(9)
    assert curves.best_epoch is None
    curves.add_epochs([epoch(1, 1.0, 0.5), epoch(2, 0.1, math.nan), epoch(3, 0.5, 0.4), epoch(4, 0.2, 0.4)])
    assert curves.best_epoch is not None
    assert curves.best_epoch.epoch == 3
    assert curves.loss.validation.x.tolist() == [1, 2, 3, 4]


def test_without_a_validation_set_the_training_loss_decides() -> None:
    curves = RunCurves(9)
    curves.add_epochs([epoch(1, 1.0, None), epoch(2, 0.1, None), epoch(3, 0.5, None)])
    assert curves.best_epoch is not None
    assert curves.best_epoch.epoch == 2
    assert curves.loss.newest_validation is None


def test_a_history_from_a_file_becomes_curves() -> None:
    curves = RunCurves.from_history([epoch(1, 1.0, 0.5), epoch(2, 0.1, 0.4)])
    assert curves.planned_epochs == 9
    assert curves.loss.smoothed.y.tolist() == [1.0, 0.1]
    assert len(curves.history) == 2
    assert RunCurves.from_history([]).empty


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


def test_a_run_continued_after_a_failure_forgets_the_batches_that_were_lost() -> None:
    curves = RunCurves(planned_epochs=2)
    steps = [BatchFinished(1 + n // 10, 1 + n % 10, 10, n + 1, 64, 1.0 if n < 10 else 1e9, 0.5) for n in range(15)]
    curves.add_batches(steps)
    curves.add_epochs([EpochFinished(1, 2, 1.0, 0.5, 1.0, 0.5, 1.0)])
    curves.continue_from(1.0, planned_epochs=6)
    assert curves.position == 1.0
    assert curves.planned_epochs == 6
    assert curves.loss.batches.largest == 1.0
    assert [epoch.epoch for epoch in curves.history] == [1]
    assert curves.best_epoch is curves.history[0]
    assert curves.loss.validation.x.tolist() == [1.0]
    curves.add_batches([BatchFinished(2, 1, 10, 11, 64, 1.0, 0.5)])
    assert curves.loss.batches.x.tolist() == pytest.approx([0.1 * n for n in range(1, 12)])
    assert curves.loss.smoothed.y[-1] == pytest.approx(1.0)


def test_a_run_continued_where_it_ended_keeps_every_point() -> None:
    curves = RunCurves(planned_epochs=1)
    curves.add_batches([BatchFinished(1, n, 10, n, 64, float(n), 0.5) for n in range(1, 11)])
    smoothed = curves.loss.smoothed.y.copy()
    curves.continue_from(1.0, planned_epochs=2)
    assert curves.planned_epochs == 2
    assert np.array_equal(curves.loss.smoothed.y, smoothed)
