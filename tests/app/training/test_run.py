"""What a run says about its progress and its epochs."""

import math

import pytest

from app.training import run as run_module
from app.training.run import Run, SessionState, Stopwatch
from app.training.training_config import freeze_config
from tinyml.learner import EpochFinished


def epoch(number: int, training: float, validation: float | None = None) -> EpochFinished:
    return EpochFinished(
        epoch=number,
        epochs=9,
        training_loss=training,
        training_accuracy=None,
        validation_loss=validation,
        validation_accuracy=None,
        seconds=0.0,
    )


@pytest.mark.parametrize(
    ("losses", "best"),
    [
        ([], None),
        ([(3.0, None), (1.0, None), (2.0, None)], 2),
        ([(3.0, 0.5), (1.0, 0.9)], 1),
        ([(1.0, 0.5), (1.0, 0.5)], 1),
        ([(1.0, math.nan), (1.0, 0.7), (1.0, math.inf)], 2),
        ([(math.nan, None)], None),
    ],
)
def test_the_best_epoch_has_the_lowest_finite_validation_loss_or_training_loss(losses, best) -> None:
    run = Run()
    run.add_epochs([epoch(number, *both) for number, both in enumerate(losses, start=1)])
    assert (run.best_epoch.epoch if run.best_epoch is not None else None) == best


def test_the_progress_is_the_finished_share_of_all_planned_batches(document) -> None:
    run = Run(freeze_config(document))
    assert run.progress == 0
    run.batches_per_epoch, run.batches_done = 70, 105
    assert run.progress == 0.5
    run.batches_done = 1000
    assert run.progress == 1


def test_a_run_that_stopped_early_is_complete(document) -> None:
    run = Run(freeze_config(document), SessionState.FINISHED)
    run.batches_per_epoch, run.batches_done = 70, 71
    assert run.progress == 1


def test_a_stopwatch_measures_no_pauses(monkeypatch) -> None:
    now = [0.0]
    monkeypatch.setattr(run_module, "perf_counter", lambda: now[0])
    stopwatch = Stopwatch()
    seen = []
    for seconds, change in ((1, stopwatch.start), (2, stopwatch.start), (4, stopwatch.stop), (8, stopwatch.start)):
        now[0] += seconds
        change()
        seen.append(stopwatch.seconds)
    now[0] += 16
    assert seen == [0, 2, 6, 6]
    assert stopwatch.seconds == 22


@pytest.mark.parametrize("state", SessionState)
def test_only_a_run_with_a_worker_is_active(state) -> None:
    active = {SessionState.RUNNING, SessionState.PAUSING, SessionState.PAUSED, SessionState.STOPPING}
    assert state.active == (state in active)
