"""Settings that are changed during a run: they take effect with the next batch, and a resumed run equals to the bit."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from tests.tinyml.net.stacks import stack
from tinyml.core import SettingsError, StorageError, TinymlError
from tinyml.data import DataChoice, Splits, load, split
from tinyml.layers import Linear
from tinyml.learner import (
    BatchFinished,
    EpochFinished,
    Learner,
    SettingChange,
    TrainingSettings,
    TrainingSetup,
    set_up_training,
)
from tinyml.net import Sequential
from tinyml.optims.schedules import schedule_descriptions

NETWORK = stack("Flatten", ("Linear", {"outputs": 10}))
BATCHES = 4
"""In one epoch."""


@pytest.fixture(scope="module")
def digits() -> Splits:
    parts = split(load("digits"), DataChoice(validation=0.2, test=0.2))
    return Splits(*(part.take(np.arange(count)) for part, count in zip(parts, (130, 30, 30), strict=True)))


def make(digits: Splits, **settings: Any) -> TrainingSetup:
    return set_up_training(NETWORK, TrainingSettings(**{"batch_size": 40, "epochs": 3, **settings}), digits)


def train(setup: TrainingSetup, changes: dict[int, tuple[str, float]]) -> list[Any]:
    """Run to the end; after that many events, change a setting. Return the events without their seconds."""
    events = []
    for number, event in enumerate(setup.run(), start=1):
        events.append(event)
        if number in changes:
            setup.change(*changes[number])
    return without_times(events)


def without_times(events: list[Any]) -> list[Any]:
    kept = [event for event in events if isinstance(event, BatchFinished | EpochFinished)]
    return [replace(event, seconds=0.0, epochs=0) if isinstance(event, EpochFinished) else event for event in kept]


def tensors(setup: TrainingSetup) -> dict[str, bytes]:
    return {name: tensor.tobytes() for name, tensor in setup.net.named_tensors.items()}


@pytest.mark.parametrize("schedule", list(schedule_descriptions()))
def test_a_new_rate_holds_from_the_next_batch_on_times_the_factor_of_the_schedule(
    digits: Splits, schedule: str
) -> None:
    settings = {"schedule": schedule, "schedule_epochs": 1, "learning_rate": 0.1, "momentum": 0.0}
    plain = [event.learning_rate for event in train(make(digits, **settings), {}) if isinstance(event, BatchFinished)]
    changed = [
        event.learning_rate
        for event in train(make(digits, **settings), {2: ("learning_rate", 0.05)})
        if isinstance(event, BatchFinished)
    ]
    assert changed[:2] == plain[:2]
    if schedule != "reduce_on_plateau":  # its factor depends on the losses
        np.testing.assert_allclose(changed[2:], np.array(plain[2:]) / 2)
    assert changed[2] == pytest.approx(plain[2] / 2)


def test_the_change_is_recorded_with_its_place_and_an_equal_value_is_none(digits: Splits) -> None:
    setup = make(digits, learning_rate=0.1)
    run = setup.run()
    for _ in range(2):
        next(run)
    assert setup.change("learning_rate", 0.1) is None
    assert setup.change("learning_rate", 0.05) == SettingChange(0.5, 2, "learning_rate", 0.1, 0.05)
    assert setup.change("learning_rate", 0.05) is None
    assert setup.change("early_stopping", 2) == SettingChange(0.5, 2, "early_stopping", 0, 2)
    assert setup.learner.checkpoint().state.changes == (
        SettingChange(0.5, 2, "learning_rate", 0.1, 0.05),
        SettingChange(0.5, 2, "early_stopping", 0, 2),
    )


def test_the_epoch_reports_the_rate_of_its_last_update_not_the_next_one(digits: Splits) -> None:
    events = train(make(digits, learning_rate=0.1), {BATCHES: ("learning_rate", 0.05)})
    assert [event.learning_rate for event in events if isinstance(event, EpochFinished)] == [0.1, 0.05, 0.05]


@pytest.mark.parametrize("schedule", ["constant", "cosine", "reduce_on_plateau"])
@pytest.mark.parametrize("stop", range(1, 3 * (BATCHES + 1)))
@pytest.mark.parametrize("change_at", [2, BATCHES, BATCHES + 1])
def test_a_resumed_run_equals_to_the_bit(digits: Splits, schedule: str, stop: int, change_at: int) -> None:
    settings = {"schedule": schedule, "schedule_epochs": 1, "schedule_factor": 0.5, "optimizer": "adam"}
    changes = {change_at: ("learning_rate", 0.003), change_at + 3: ("learning_rate", 0.02)}
    whole = make(digits, learning_rate=0.01, **settings)
    expected = train(whole, changes)
    first, second = (make(digits, learning_rate=0.01, **settings) for _ in range(2))
    events = []
    run = first.run()
    for number in range(1, stop + 1):
        events.append(next(run))
        if number in changes:
            first.change(*changes[number])
    for number, event in enumerate(second.run(first.learner.checkpoint()), start=stop + 1):
        events.append(event)
        if number in changes:
            second.change(*changes[number])
    assert without_times(events) == expected
    assert tensors(second) == tensors(whole)
    assert second.learner.checkpoint().state.changes == whole.learner.checkpoint().state.changes


@pytest.mark.parametrize("schedule", ["constant", "cosine", "one_cycle"])
def test_another_number_of_epochs_gives_the_bits_of_a_run_that_continues_with_it(digits: Splits, schedule: str) -> None:
    changed = make(digits, schedule=schedule, epochs=3)
    events = train(changed, {6: ("epochs", 5)})
    assert [event.epoch for event in events if isinstance(event, EpochFinished)] == [1, 2, 3, 4, 5]
    first, longer = make(digits, schedule=schedule, epochs=3), make(digits, schedule=schedule, epochs=5)
    run = first.run()
    for _ in range(6):
        next(run)
    list(longer.run(first.learner.checkpoint()))
    assert tensors(changed) == tensors(longer)


def test_fewer_epochs_end_the_run_earlier_but_not_before_the_one_in_progress(digits: Splits) -> None:
    setup = make(digits, epochs=5)
    run = setup.run()
    for _ in range(BATCHES + 3):
        next(run)
    with pytest.raises(SettingsError, match="Epoch 2 has begun"):
        setup.change("epochs", 1)
    setup.change("epochs", 2)
    assert [event.epoch for event in run if isinstance(event, EpochFinished)] == [2]


def test_early_stopping_can_be_turned_on(digits: Splits) -> None:
    events = train(make(digits, learning_rate=1e-12, epochs=9), {1: ("early_stopping", 1)})
    assert len([event for event in events if isinstance(event, EpochFinished)]) < 9


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("learning_rate", 0.0, "greater than 0"),
        ("learning_rate", float("nan"), "greater than 0"),
        ("epochs", 0, "at least 1"),
        ("early_stopping", -1, "at least 0"),
        ("batch_size", 5, "cannot be changed during a run"),
    ],
)
def test_an_invalid_change_is_refused_and_changes_nothing(digits: Splits, name: str, value: float, words: str) -> None:
    setup = make(digits)
    run = setup.run()
    next(run)
    with pytest.raises(SettingsError, match=words):
        setup.change(name, value)
    list(run)
    assert setup.learner.checkpoint().state.changes == ()
    untouched = make(digits)
    list(untouched.run())
    assert tensors(setup) == tensors(untouched)


def test_without_a_run_or_a_rate_nothing_can_be_changed(digits: Splits) -> None:
    class Custom:
        def update(self, parameter: Any) -> None:
            parameter.tensor -= 0.1 * parameter.gradient

    with pytest.raises(TinymlError, match="no run to change"):
        make(digits).change("learning_rate", 0.1)
    learner = Learner(Sequential([Linear("fc", 2, 2)]), "mse_loss", Custom())
    learner.run(load("circle"), epochs=1, batch_size=500)
    with pytest.raises(SettingsError, match="no learning rate"):
        learner.change("learning_rate", 0.1)


def test_a_new_run_of_the_same_learner_has_the_first_rate_again(digits: Splits) -> None:
    setup = make(digits, learning_rate=0.1)
    train(setup, {1: ("learning_rate", 0.05)})
    assert next(setup.run()).learning_rate == 0.1


def test_after_a_failure_a_change_since_the_restored_state_is_dropped(digits: Splits) -> None:
    setup = make(digits, learning_rate=0.01, loss="mse_loss", momentum=0.0, epochs=9)
    run = setup.run()
    for _ in range(BATCHES + 2):
        next(run)
    setup.change("learning_rate", 1e30)
    with pytest.raises(TinymlError, match="learning rate"):
        list(run)
    checkpoint = setup.learner.checkpoint()
    assert (checkpoint.state.epoch, checkpoint.state.batch, checkpoint.state.changes) == (2, 0, ())
    again = make(digits, learning_rate=0.01, loss="mse_loss", momentum=0.0, epochs=9)
    assert next(again.run(checkpoint)).learning_rate == 0.01


def test_the_weights_of_the_best_epoch_are_kept(digits: Splits) -> None:
    setup = make(digits, learning_rate=3.0, momentum=0.9, epochs=6)
    run = setup.run()
    assert setup.learner.best_weights is None
    weights = {}
    for event in run:
        if isinstance(event, EpochFinished):
            weights[event.epoch] = tensors(setup)
    losses = [event.monitored_loss for event in setup.learner.history]
    best = setup.learner.best_weights
    assert best is not None
    assert {name: tensor.tobytes() for name, tensor in best.items()} == weights[losses.index(min(losses)) + 1]


def test_a_checkpoint_with_an_impossible_rate_is_refused(digits: Splits) -> None:
    setup = make(digits)
    next(setup.run())
    checkpoint = setup.learner.checkpoint()
    for rate in (0.0, -1.0, "fast", True):
        change = SettingChange(0.25, 1, "learning_rate", 0.1, rate)
        broken = replace(checkpoint, state=checkpoint.state.model_copy(update={"changes": (change,)}))
        with pytest.raises(StorageError, match="learning rate"):
            make(digits).run(broken)
