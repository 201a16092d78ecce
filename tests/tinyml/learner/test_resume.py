"""A run that is stopped at any event and resumed equals a run that never stopped, to the bit."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from threadpoolctl import threadpool_limits

from tests.tinyml.net.stacks import stack
from tinyml.core import Array, DivergedError, SettingsError, StorageError, TinymlError
from tinyml.data import DataChoice, Splits, batch_count, load, split
from tinyml.layers import Linear
from tinyml.learner import (
    BatchFinished,
    Checkpoint,
    EpochFinished,
    Learner,
    TrainingFinished,
    TrainingSettings,
    TrainingSetup,
    set_up_training,
)
from tinyml.losses import loss_descriptions
from tinyml.net import Sequential
from tinyml.optims import optimizer_descriptions
from tinyml.optims.schedules import ReduceOnPlateauSchedule, schedule_descriptions

NETWORK = stack(
    ("Conv2D", {"filters": 4, "window": [3, 3], "padding": [1, 1]}),
    "BatchNorm2D",
    "ReLu",
    ("Dropout", {"probability": 0.3}),
    ("Residual", {}),
    "Flatten",
    ("Dropout", {"probability": 0.2}),
    ("Linear", {"outputs": 10}),
)
VARIED = {"augment_shift": 1, "augment_flip": True, "augment_rotate": 5.0, "augment_noise": 0.05}
EVERYTHING = TrainingSettings(
    optimizer="adam",
    learning_rate=0.01,
    weight_decay=0.01,
    schedule="reduce_on_plateau",
    schedule_epochs=1,
    schedule_factor=0.5,
    clip_norm=1.0,
    batch_size=40,
    epochs=4,
    early_stopping=3,
    restore_best=True,
    seed=5,
    **VARIED,
)


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    """Use one BLAS thread, as the window does: on a busy machine, two are much slower for such small networks."""
    with threadpool_limits(limits=1, user_api="blas"):
        yield


@pytest.fixture(scope="module")
def digits() -> Splits:
    parts = split(load("digits"), DataChoice(validation=0.2, test=0.2))
    return Splits(*(part.take(np.arange(count)) for part, count in zip(parts, (130, 30, 30), strict=True)))


def outcome(setup: TrainingSetup, events: list[Any]) -> tuple[Any, ...]:
    """Return everything that must be equal: events without seconds, tensors, and the states of random generators."""
    received = []
    for event in events:
        history = tuple(replace(epoch, seconds=0.0) for epoch in getattr(event, "history", ()))
        changes = {"seconds": 0.0} if hasattr(event, "seconds") else {}
        received.append(replace(event, **changes, **({"history": history} if history else {})))
    tensors = {name: tensor.tobytes() for name, tensor in setup.net.named_tensors.items()}
    random = [generator.bit_generator.state for generator in setup.net.generators]
    return received, tensors, random


def stop_and_resume(training: TrainingSettings, splits: Splits, stop: int) -> tuple[TrainingSetup, list[Any]]:
    """Run until event `stop`, take a checkpoint, and resume it with a new network."""
    first = set_up_training(NETWORK, training, splits)
    run = first.run()
    events = [next(run) for _ in range(stop)]
    checkpoint = first.learner.checkpoint()
    first_tensors = {name: tensor.copy() for name, tensor in checkpoint.tensors.items()}
    list(run)  # further steps must not change the checkpoint
    for name, tensor in checkpoint.tensors.items():
        np.testing.assert_array_equal(tensor, first_tensors[name])
    second = set_up_training(NETWORK, training, splits)
    return second, events + list(second.run(resume=checkpoint))


@pytest.mark.parametrize("stop", range(1, 20))
def test_a_run_can_stop_at_any_event(digits: Splits, stop: int) -> None:
    whole = set_up_training(NETWORK, EVERYTHING, digits)
    events = list(whole.run())
    assert len(events) == 4 * (4 + 1) + 1
    assert outcome(*stop_and_resume(EVERYTHING, digits, stop)) == outcome(whole, events)


@pytest.mark.parametrize("optimizer", list(optimizer_descriptions()))
@pytest.mark.parametrize("schedule", list(schedule_descriptions()))
def test_a_run_can_be_resumed_with_every_optimiser_and_schedule(digits: Splits, optimizer: str, schedule: str) -> None:
    training = TrainingSettings(
        optimizer=optimizer, schedule=schedule, schedule_epochs=1, learning_rate=0.01, epochs=3, batch_size=60, seed=1
    )
    whole = set_up_training(NETWORK, training, digits)
    events = list(whole.run())
    assert outcome(*stop_and_resume(training, digits, 5)) == outcome(whole, events)


@pytest.mark.parametrize("loss", list(loss_descriptions()))
def test_a_run_can_be_resumed_with_every_loss(digits: Splits, loss: str) -> None:
    training = TrainingSettings(loss=loss, learning_rate=0.01, epochs=2, batch_size=60)
    network = stack("Flatten", ("Linear", {"outputs": 10}), *(["Softmax"] if loss == "cross_entropy_loss" else []))
    whole, first, second = (set_up_training(network, training, digits) for _ in range(3))
    run = first.run()
    events = [next(run), next(run)]
    run.close()
    events += second.run(resume=first.learner.checkpoint())  # also after the run was closed
    assert outcome(second, events) == outcome(whole, list(whole.run()))


def test_a_resumed_run_can_be_stopped_and_resumed_again(digits: Splits) -> None:
    whole = set_up_training(NETWORK, EVERYTHING, digits)
    expected = outcome(whole, list(whole.run()))
    events: list[Any] = []
    checkpoint: Checkpoint | None = None
    while not events or not isinstance(events[-1], TrainingFinished):
        setup = set_up_training(NETWORK, EVERYTHING, digits)
        run = setup.run(resume=checkpoint)
        events += [event for _, event in zip(range(3), run, strict=False)]
        checkpoint = setup.learner.checkpoint()
    assert outcome(setup, events) == expected


def test_an_interrupted_validation_starts_again(digits: Splits) -> None:
    rest = load("digits").take(np.arange(600))
    splits = Splits(digits.train, rest, digits.test)
    training = EVERYTHING.model_copy(update={"epochs": 2})
    whole = set_up_training(NETWORK, training, splits)
    events = list(whole.run())
    names = [type(event).__name__ for event in events]
    assert names[4:7] == ["ValidationAdvanced", "ValidationAdvanced", "EpochFinished"]
    second, received = stop_and_resume(training, splits, 6)
    assert outcome(second, received[:4] + received[6:]) == outcome(whole, events)


def test_a_finished_run_can_be_resumed_with_more_epochs(digits: Splits) -> None:
    shorter, longer = (TrainingSettings(learning_rate=0.01, epochs=epochs, batch_size=60) for epochs in (2, 3))
    first, second, whole = (set_up_training(NETWORK, training, digits) for training in (shorter, longer, longer))
    list(first.run())
    list(second.run(resume=first.learner.checkpoint()))
    list(whole.run())
    for name, tensor in whole.net.named_tensors.items():
        np.testing.assert_array_equal(second.net.named_tensors[name], tensor)


def test_without_validation_a_resumed_history_has_no_validation_loss(digits: Splits) -> None:
    splits = Splits(digits.train, digits.train.take(np.arange(0)), digits.test)
    training = EVERYTHING.model_copy(update={"epochs": 3})
    whole = set_up_training(NETWORK, training, splits)
    events = list(whole.run())
    assert all(epoch.validation_loss is None for epoch in whole.learner.history)
    second, received = stop_and_resume(training, splits, 7)
    assert outcome(second, received) == outcome(whole, events)
    assert len(second.learner.history) == 3


def test_seconds_add_up(digits: Splits) -> None:
    first, second = (set_up_training(NETWORK, EVERYTHING, digits) for _ in range(2))
    run = first.run()
    for _ in range(7):
        next(run)
    checkpoint = first.learner.checkpoint()
    long_ago = replace(checkpoint, state=checkpoint.state.model_copy(update={"seconds": 1000.0}))
    finished = [event for event in second.run(resume=long_ago) if isinstance(event, EpochFinished)]
    assert all(1000 < event.seconds < 1100 for event in finished)


def taken(digits: Splits, training: TrainingSettings = EVERYTHING) -> Checkpoint:
    setup = set_up_training(NETWORK, training, digits)
    run = setup.run()
    for _ in range(6):
        next(run)
    return setup.learner.checkpoint()


def other_state(checkpoint: Checkpoint, **changes: Any) -> Checkpoint:
    return replace(checkpoint, state=checkpoint.state.model_copy(update=changes))


def other_tensors(checkpoint: Checkpoint, **changes: Any) -> Checkpoint:
    tensors = {name.replace("__", "/"): tensor for name, tensor in changes.items()}
    merged = {**checkpoint.tensors, **tensors}
    return replace(checkpoint, tensors={name: tensor for name, tensor in merged.items() if tensor is not None})


def test_the_best_epoch_so_far_stays_the_best_until_another_is_better(digits: Splits) -> None:
    checkpoint = taken(digits)
    history = checkpoint.tensors["history"].copy()
    history[0, 2] = 0.0  # the validation loss of the first epoch
    unbeatable = other_tensors(checkpoint, history=history)
    setup = set_up_training(NETWORK, EVERYTHING.model_copy(update={"early_stopping": 2}), digits)
    finished = list(setup.run(resume=unbeatable))[-1]
    assert (finished.best_epoch, finished.restored, finished.stopped_early) == (1, True, True)
    for name, tensor in setup.net.named_tensors.items():
        np.testing.assert_array_equal(tensor, unbeatable.tensors[f"best/{name}"])


FIRST = "model/layer_0.weight"


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda c: other_state(c, seed=6), "its seed is 6, but here it is 5"),
        (lambda c: other_state(c, batch_size=10), "its batch size is 10, but here it is 40"),
        (lambda c: other_state(c, examples=7), "number of training examples is 7, but here it is 130"),
        (lambda c: other_state(c, validated=False), "only one of the two has validation examples"),
        (lambda c: other_state(c, batch=99), "99 batches done of an epoch of 4"),
        (lambda c: other_state(c, epoch=3), "a row for each epoch"),
        (lambda c: other_state(c, generators=()), "states of 0 random generators, but this network has 1"),
        (lambda c: other_state(c, generators=({"bit_generator": "PCG64"},)), "damaged state"),
        (lambda c: other_state(c, generators=({"bit_generator": "MT19937", "state": 3},)), "damaged state"),
        (lambda c: other_state(c, schedule={"factor": "half"}), "cannot restore"),
        (lambda c: other_tensors(c, history=np.zeros((1, 3))), "a row for each epoch"),
        (lambda c: other_tensors(c, surprise=np.zeros(3)), "unknown tensor 'surprise'"),
        (lambda c: other_tensors(c, model__extra=np.zeros(3)), "unknown tensor 'extra'"),
        (lambda c: other_tensors(c, best__extra=np.zeros(3)), "unknown tensor 'extra'"),
        (lambda c: other_tensors(c, optimizer__mean__extra=np.zeros(3)), "optimiser state 'mean' of 'extra'"),
        (lambda c: other_tensors(c, **{FIRST: None}), "has no tensor"),
        (lambda c: other_tensors(c, **{FIRST: np.zeros((4, 1, 3, 3))}), "float64, but this network has .* float32"),
        (lambda c: other_tensors(c, **{FIRST: np.zeros((4, 1, 5, 3), np.float32)}), "4×1×5×3 float32"),
    ],
)
def test_a_checkpoint_of_another_run_is_refused_and_changes_nothing(digits: Splits, spoil: Any, words: str) -> None:
    checkpoint = taken(digits)
    assert FIRST in checkpoint.tensors
    setup = set_up_training(NETWORK, EVERYTHING, digits)
    before = outcome(setup, []), setup.learner.schedule.state() if setup.learner.schedule else None
    with pytest.raises(StorageError, match=words):
        setup.run(resume=spoil(checkpoint))
    after = outcome(setup, []), setup.learner.schedule.state() if setup.learner.schedule else None
    assert after == before


def test_a_checkpoint_with_a_schedule_needs_a_schedule(digits: Splits) -> None:
    checkpoint = taken(digits)
    setup = set_up_training(NETWORK, EVERYTHING, digits)
    setup.learner.step.schedule = None
    with pytest.raises(StorageError, match="this run has none"):
        setup.run(resume=checkpoint)


class Own:
    """A custom optimiser that is not derived from `Optimizer`."""

    def update(self, param: Any) -> None:
        param.tensor -= 0.01 * param.gradient


def test_a_checkpoint_with_optimiser_state_needs_an_optimiser_that_can_restore_it(digits: Splits) -> None:
    setup = set_up_training(NETWORK, EVERYTHING.model_copy(update={"schedule": "constant"}), digits)
    setup.learner.optimizer = Own()
    with pytest.raises(StorageError, match="Own cannot restore it"):
        setup.run(resume=taken(digits))


def test_a_custom_optimiser_cannot_be_saved() -> None:
    learner = Learner(Sequential([Linear("fc", 2, 2)]), "mse_loss", Own())
    circle = load("circle")
    with pytest.raises(TinymlError, match="no run to take a checkpoint of"):
        learner.checkpoint()
    first = next(learner.run(circle, 1, 500))
    assert isinstance(first, BatchFinished)
    assert first.learning_rate is None
    with pytest.raises(SettingsError, match=r"Own cannot be saved.*Derive it from tinyml.optims.Optimizer"):
        learner.checkpoint()
    with pytest.raises(SettingsError, match="which Own is not"):
        Learner(learner.model, "mse_loss", Own(), ReduceOnPlateauSchedule())


def without_seconds(event: EpochFinished) -> EpochFinished:
    return replace(event, seconds=0.0)


class Fails:
    """Replaces `TrainingStep.train_on_batch`: after some batches, it reports an infinite loss."""

    def __init__(self, learner: Learner, batches: int) -> None:
        self._train_on_batch, self._left = learner.step.train_on_batch, batches

    def __call__(self, inputs: Array, targets: np.ndarray, measure: bool = False) -> tuple[float, Array]:
        loss, output = self._train_on_batch(inputs, targets, measure)
        self._left -= 1
        return (loss if self._left >= 0 else np.inf), output


def test_a_failed_run_gives_the_checkpoint_of_its_last_good_epoch(
    digits: Splits, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = EVERYTHING.model_copy(update={"early_stopping": 0, "restore_best": False, "epochs": 3})
    undisturbed = set_up_training(NETWORK, settings, digits)
    expected = [without_seconds(event) for event in undisturbed.run() if isinstance(event, EpochFinished)]
    failing = set_up_training(NETWORK, settings, digits)
    batches = batch_count(len(digits.train), settings.batch_size)
    monkeypatch.setattr(failing.learner.step, "train_on_batch", Fails(failing.learner, batches + 2))
    with pytest.raises(DivergedError, match="epoch 2"):
        list(failing.run())
    checkpoint = failing.learner.checkpoint()
    assert (checkpoint.state.epoch, checkpoint.state.batch) == (2, 0)
    resumed = set_up_training(NETWORK, settings, digits)
    events = [without_seconds(event) for event in resumed.run(checkpoint) if isinstance(event, EpochFinished)]
    assert events == expected[1:]
    for name, tensor in undisturbed.net.named_tensors.items():
        np.testing.assert_array_equal(resumed.net.named_tensors[name], tensor)


def test_a_run_that_restored_its_best_weights_resumes_from_its_last_ones(digits: Splits) -> None:
    settings = EVERYTHING.model_copy(update={"early_stopping": 0, "learning_rate": 0.1, "epochs": 3})
    longer = settings.model_copy(update={"epochs": 5})
    undisturbed = set_up_training(NETWORK, longer, digits)
    list(undisturbed.run())
    first = set_up_training(NETWORK, settings, digits)
    end = list(first.run())[-1]
    assert isinstance(end, TrainingFinished)
    assert end.restored
    assert end.best_epoch != 3
    resumed = set_up_training(NETWORK, longer, digits)
    list(resumed.run(first.learner.checkpoint()))
    for name, tensor in undisturbed.net.named_tensors.items():
        np.testing.assert_array_equal(resumed.net.named_tensors[name], tensor)


def test_weights_with_a_history_continue_to_count_its_epochs(digits: Splits) -> None:
    settings = EVERYTHING.model_copy(update={"early_stopping": 0, "epochs": 2, "schedule": "constant"})
    first = set_up_training(NETWORK, settings, digits)
    history = list(first.run())[-1].history
    second = set_up_training(NETWORK, settings.model_copy(update={"epochs": 3}), digits)
    second.run()
    checkpoint = second.learner.checkpoint().after(history)
    events = [event for event in second.run(checkpoint) if isinstance(event, EpochFinished)]
    assert [event.epoch for event in events] == [3]
    assert second.learner.history[:2] == tuple(replace(epoch, epochs=3) for epoch in history)
    best = min((*history, *events), key=lambda epoch: epoch.monitored_loss)
    assert second.learner.checkpoint().state.best_epoch == best.epoch


def test_another_momentum_can_be_chosen_for_the_rest_of_a_run(digits: Splits) -> None:
    settings = EVERYTHING.model_copy(update={"optimizer": "rmsprop", "momentum": 0.0, "epochs": 1})
    first = set_up_training(NETWORK, settings, digits)
    list(first.run())
    second = set_up_training(NETWORK, settings.model_copy(update={"momentum": 0.9, "epochs": 2}), digits)
    assert [type(event) for event in second.run(first.learner.checkpoint())][-1] is TrainingFinished
