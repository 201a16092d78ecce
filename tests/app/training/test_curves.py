import math
import time
import tracemalloc

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
    assert curves.loss.smoothed.y == pytest.approx([1.0, 0.1])
    assert len(curves.history) == 2
    assert RunCurves.from_history([]).empty


def test_a_run_continued_after_a_failure_forgets_the_batches_that_were_lost() -> None:
    curves = RunCurves(planned_epochs=2)
    steps = [BatchFinished(1 + n // 10, 1 + n % 10, 10, n + 1, 64, 1.0 if n < 10 else 1e9, 0.5) for n in range(15)]
    curves.add_batches(steps)
    curves.add_epochs([EpochFinished(1, 2, 1.0, 0.5, 1.0, 0.5, 1.0)])
    curves.continue_from(1.0, planned_epochs=6, epochs_done=1)
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
    curves.continue_from(1.0, planned_epochs=2, epochs_done=0)
    assert curves.planned_epochs == 2
    assert np.array_equal(curves.loss.smoothed.y, smoothed)


def test_an_epoch_whose_event_comes_after_the_checkpoint_is_not_kept_twice() -> None:
    curves = RunCurves(planned_epochs=2)
    curves.add_batches([BatchFinished(1, n, 10, n, 64, float(n), 0.5) for n in range(1, 11)])
    curves.add_epochs([EpochFinished(1, 2, 1.0, 0.5, 1.0, 0.5, 1.0)])
    # The checkpoint was taken between the last batch of the epoch and its event.
    curves.continue_from(1.0, planned_epochs=2, epochs_done=0)
    assert curves.history == []
    assert curves.best_epoch is None
    assert not len(curves.loss.validation)
    assert len(curves.loss.batches) == 10


def rated(number: int, rate: float | None) -> BatchFinished:
    return BatchFinished(1, number, 8, number, 64, 1.0, 0.5, rate)


def test_every_batch_has_its_learning_rate_and_its_time() -> None:
    curves = RunCurves(planned_epochs=2)
    curves.add_batches([rated(1, 0.1), rated(2, 0.1)], seconds=1.0)
    curves.add_batches([rated(3, 0.01)], seconds=1.5)
    assert curves.learning_rate.y == pytest.approx([0.1, 0.1, 0.01])
    assert curves.learning_rate.x.tolist() == [0.125, 0.25, 0.375]
    assert curves.seconds.tolist() == [0.5, 1.0, 1.5]
    curves.continue_from(0.25, planned_epochs=3, epochs_done=0)
    assert len(curves.learning_rate) == len(curves.seconds) == 2
    curves.add_batches([rated(3, 0.5)], seconds=1.2)
    assert curves.learning_rate.y == pytest.approx([0.1, 0.1, 0.5])
    assert curves.seconds[-1] == pytest.approx(1.2)


def test_an_optimiser_without_a_learning_rate_has_no_curve_of_it() -> None:
    curves = RunCurves(planned_epochs=2)
    curves.add_batches([rated(1, None), rated(2, None)])
    assert not len(curves.learning_rate)
    assert not len(curves.learning_rate.non_finite_x)


def test_kept_batches_without_times_stay_without_them() -> None:
    curves = RunCurves(planned_epochs=2)
    curves.restore_batches(5, np.array([0.1, 0.2]), np.ones(2), np.ones(2))
    curves.add_batches([rated(8, 0.1)], seconds=9.0)
    assert len(curves.loss.batches) == 3
    assert not len(curves.seconds)
    assert not len(curves.learning_rate)


@pytest.mark.parametrize("seconds", [[2.0, 1.0], [1.0, math.nan], [-1.0, 0.0]])
def test_times_that_do_not_rise_count_as_unknown(seconds) -> None:
    curves = RunCurves(planned_epochs=2)
    curves.restore_batches(5, np.array([0.1, 0.2]), np.ones(2), np.ones(2), None, np.array(seconds, np.float32))
    assert not len(curves.seconds)
    assert len(curves.loss.batches) == 2


def test_smoothing_again_equals_smoothing_from_the_beginning() -> None:
    losses = np.random.default_rng(0).random(1000)
    events = [BatchFinished(1, n + 1, 1000, n + 1, 64, float(loss), 0.5) for n, loss in enumerate(losses)]
    late, early, none = RunCurves(1), RunCurves(1), RunCurves(1)
    early.smooth_by(4.0)
    for curves in (late, early, none):
        curves.add_batches(events[:900])
    before = late.loss.smoothed.y.copy()
    late.smooth_by(4.0)
    none.smooth_by(0.0)
    assert none.smooth_more(900) == 900
    assert none.smooth_more(900) == 0
    assert late.smooth_more(500) == 500
    assert late.loss.smoothed.y.tolist() == before.tolist(), "the curve is not replaced by a part of one"
    for curves in (late, early, none):
        curves.add_batches(events[900:950])
    assert len(late.loss.smoothed) == 950
    assert late.smooth_more(500) == 450
    for curves in (late, early, none):
        curves.add_batches(events[950:])
    assert late.shown_span == early.shown_span == 4 * late.smoothing_span
    for name in ("loss", "accuracy"):
        assert getattr(late, name).smoothed.y == pytest.approx(getattr(early, name).smoothed.y)
    assert late.loss.smoothed.x.tolist() == late.loss.batches.x.tolist()
    assert none.shown_span == 1
    assert none.loss.smoothed.y == pytest.approx(losses)
    assert none.loss.batches.y.tolist() == losses.tolist()


def test_a_million_batches_take_little_memory_and_are_smoothed_again_at_once() -> None:
    curves, count = RunCurves(100), 1_000_000
    values = np.random.default_rng(0).random(count)
    x = np.arange(1, count + 1) / 1000
    tracemalloc.start()
    curves.restore_batches(833, x, values, values, values, values)
    memory = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    assert memory < 50e6  # measured: 44 MB
    began = time.thread_time()
    curves.smooth_by(2.0)
    assert curves.smooth_more(count) == count
    assert time.thread_time() - began < 0.25  # measured: 0.045 s


def test_epochs_with_and_without_validation_in_one_portion_keep_their_places() -> None:
    curves = RunCurves(4)
    validation = (0.5, None, 0.25, 0.125)
    curves.add_epochs([EpochFinished(n, 4, 1.0, 0.5, loss, loss, 1.0) for n, loss in enumerate(validation, start=1)])
    assert curves.loss.validation.x.tolist() == [1, 3, 4]
    assert curves.loss.validation.y.tolist() == [0.5, 0.25, 0.125]
    assert curves.accuracy.validation.y.tolist() == [0.5, 0.25, 0.125]
    assert curves.best_epoch.epoch == 4
