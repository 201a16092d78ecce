import math

import numpy as np
import pytest

from app.training.curves import RunCurves
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
