import dataclasses
import gc
import math

import numpy as np
import pytest

from tinyml.core import DataError, DivergedError, SettingsError, failure_kind
from tinyml.data import DataDescription, Dataset, Splits, load, split
from tinyml.data.choice import DataChoice
from tinyml.layers import Dropout, Linear, ReLU
from tinyml.learner import (
    BatchFinished,
    EpochFinished,
    Event,
    Learner,
    TrainingFinished,
    ValidationAdvanced,
    class_scores,
    evaluate,
)
from tinyml.learner.objective import Objective
from tinyml.losses import cross_entropy_with_softmax_loss, mse_loss
from tinyml.net import Sequential
from tinyml.optims import SGDOptimizer


@pytest.fixture(scope="module")
def circle() -> Splits:
    return split(load("circle"), DataChoice(source="circle", validation=0.1, test=0.2))


def make_learner(seed: int = 0, loss: str = "mse_loss", rate: float = 0.1, dropout: float = 0.0) -> Learner:
    rng = np.random.default_rng(seed)
    layers = [Linear("fc_1", 2, 16, rng=rng), ReLU("relu_1"), Linear("fc_2", 16, 2, rng=rng)]
    if dropout:
        layers.insert(2, Dropout("drop", dropout, rng=rng))
    return Learner(Sequential(layers), loss, SGDOptimizer(rate, 0.9))


def without_seconds(event: Event) -> object:
    values = {field.name: getattr(event, field.name) for field in dataclasses.fields(event)}
    values.pop("seconds", None)
    if "history" in values:
        values["history"] = [without_seconds(entry) for entry in values["history"]]
    return type(event).__name__, values


def test_events_come_in_order_and_count_from_one(circle: Splits) -> None:
    events = list(make_learner().run(circle.train, epochs=2, batch_size=300, validation=circle.validation))
    batches = [event for event in events if isinstance(event, BatchFinished)]
    assert [type(event) for event in events] == [*([BatchFinished] * 3 + [EpochFinished]) * 2, TrainingFinished]
    assert [(b.epoch, b.batch, b.batches, b.step, b.examples) for b in batches] == [
        (epoch, batch, 3, 3 * (epoch - 1) + batch, 300 if batch < 3 else 100) for epoch in (1, 2) for batch in (1, 2, 3)
    ]
    first = events[3]
    assert isinstance(first, EpochFinished)
    assert first.training_loss == pytest.approx(sum(b.loss * b.examples for b in batches[:3]) / 700)
    assert first.training_accuracy == pytest.approx(sum(b.accuracy * b.examples for b in batches[:3]) / 700)
    assert isinstance(events[-1], TrainingFinished)
    assert events[-1].history == (events[3], events[7])


def test_without_validation_data_its_metrics_are_none(circle: Splits) -> None:
    for validation in (None, circle.train.take(np.arange(0))):
        *_, epoch, _ = make_learner().run(circle.train, epochs=1, batch_size=700, validation=validation)
        assert isinstance(epoch, EpochFinished)
        assert epoch.validation_loss is epoch.validation_accuracy is None


@pytest.mark.parametrize("dropout", [0.0, 0.5])
def test_the_same_seed_gives_the_same_bits(circle: Splits, dropout: float) -> None:
    runs = []
    for seed in (1, 1, 2):
        learner = make_learner(dropout=dropout)
        events = list(learner.run(circle.train, 3, 32, circle.validation, seed=seed))
        tensors = b"".join(parameter.tensor.tobytes() for parameter in learner.model.parameters)
        runs.append(([without_seconds(event) for event in events], tensors))
    assert runs[0] == runs[1]
    assert runs[0] != runs[2]


def test_it_learns(circle: Splits) -> None:
    learner = make_learner(rate=0.05)
    *_, last = learner.run(circle.train, epochs=60, batch_size=20)
    assert isinstance(last, TrainingFinished)
    assert last.history[-1].training_loss < 0.5 * last.history[0].training_loss
    assert evaluate(learner.model, circle.test, "mse_loss").accuracy > 0.9


def test_a_run_waits_until_the_next_event_is_requested(circle: Splits) -> None:
    learner = make_learner()
    before = learner.model.parameters[0].tensor.copy()
    run = learner.run(circle.train, epochs=1, batch_size=100)
    np.testing.assert_array_equal(learner.model.parameters[0].tensor, before)
    next(run)
    after_one = learner.model.parameters[0].tensor.copy()
    assert (after_one != before).any()
    assert all(layer.training for layer in learner.model.layers)
    run.close()
    np.testing.assert_array_equal(learner.model.parameters[0].tensor, after_one)
    assert not any(layer.training for layer in learner.model.layers)


def test_gradients_are_cleared_after_each_step(circle: Splits) -> None:
    learner = make_learner()
    next(learner.run(circle.train, epochs=1, batch_size=100))
    assert not any(parameter.gradient.any() for parameter in learner.model.parameters)


def test_an_abandoned_run_causes_no_error(circle: Splits) -> None:
    learner = make_learner()
    run = learner.run(circle.train, epochs=1, batch_size=100)
    next(run)
    del run
    gc.collect()
    # Closing the run has ended it: the network is in evaluation mode, and another run can start.
    assert not any(layer.training for layer in learner.model.layers)
    assert len(list(learner.run(circle.train, epochs=1, batch_size=100))) > 1


def test_validation_of_a_large_set_can_be_interrupted() -> None:
    data = load("circle")
    events = list(make_learner().run(data.take(np.arange(100)), 1, 100, validation=data.take(np.arange(100, 1000))))
    advanced = [event for event in events if isinstance(event, ValidationAdvanced)]
    assert [(event.examples, event.planned) for event in advanced] == [(256, 900), (512, 900), (768, 900)]


def test_dropout_is_off_while_validating(circle: Splits) -> None:
    learner = make_learner(dropout=0.9)
    *_, epoch, _ = learner.run(circle.train, 1, 100, circle.validation)
    assert isinstance(epoch, EpochFinished)
    checked = evaluate(learner.model, circle.validation, "mse_loss")
    assert (epoch.validation_loss, epoch.validation_accuracy) == (checked.loss, checked.accuracy)


def test_evaluation_does_not_depend_on_the_batches(circle: Splits) -> None:
    model = make_learner(loss="cross_entropy_with_softmax_loss").model
    model.train()
    whole, *others = (
        evaluate(model, circle.test, cross_entropy_with_softmax_loss, size) for size in (1000, 200, 33, 1)
    )
    for other in others:
        assert other.accuracy == whole.accuracy
        assert other.loss == pytest.approx(whole.loss, rel=1e-5)
    assert all(layer.training for layer in model.layers)
    with pytest.raises(DataError, match="no examples"):
        evaluate(model, circle.test.take(np.arange(0)), mse_loss)


@pytest.mark.parametrize(("place", "layer"), [("fc_1", "fc_1"), ("fc_2", "fc_2")])
def test_a_diverged_loss_is_reported_with_epoch_batch_and_layer(circle: Splits, place: str, layer: str) -> None:
    learner = make_learner()
    run = learner.run(circle.train, epochs=2, batch_size=300)
    for _ in range(5):  # one epoch of three batches, its end, and a batch
        next(run)
    learner.model.named_parameters[f"{place}.bias"].tensor[0] = np.inf
    with pytest.raises(DivergedError, match=f"epoch 2, batch 2 .*layer '{layer}'.*Lower the learning rate") as caught:
        next(run)
    assert (caught.value.epoch, caught.value.batch, caught.value.layer) == (2, 2, layer)
    assert not math.isfinite(caught.value.loss)


def test_infinite_parameters_are_reported_at_the_end_of_the_epoch(circle: Splits) -> None:
    learner = make_learner(rate=1e300)
    with pytest.raises(DivergedError) as caught:
        list(learner.run(circle.train, epochs=1, batch_size=700))
    assert caught.value.layer in ("fc_1", "fc_2")


def test_extreme_data_makes_the_run_diverge() -> None:
    description = DataDescription("huge", "Huge", (2,), ("a", "b"), 4)
    data = Dataset(description, np.full((4, 2), 1e30, np.float32), np.array([0, 1, 0, 1]))
    with pytest.raises(DivergedError) as caught:
        list(make_learner().run(data, 1, 4))
    assert caught.value.layer is None or caught.value.layer.startswith("fc")
    assert failure_kind(caught.value) == "first_batch"
    assert "learning rate" not in str(caught.value)


def test_an_overflow_after_the_first_step_is_divergence(circle: Splits) -> None:
    with pytest.raises(DivergedError) as caught:
        list(make_learner(rate=1e300).run(circle.train, epochs=1, batch_size=350))
    assert caught.value.batch == 2
    assert failure_kind(caught.value) == "divergence"
    assert "Lower the learning rate" in str(caught.value)


@pytest.mark.parametrize(("epochs", "batch_size"), [(0, 1), (1, 0), (1, -5)])
def test_invalid_runs_are_refused_before_they_begin(circle: Splits, epochs: int, batch_size: int) -> None:
    with pytest.raises(SettingsError, match="should be at least 1"):
        make_learner().run(circle.train, epochs, batch_size)
    with pytest.raises(DataError, match="no examples to learn from"):
        make_learner().run(circle.train.take(np.arange(0)), 1, 1)


def test_fit_is_the_original_interface(circle: Splits) -> None:
    calls: list[tuple[object, ...]] = []

    def callback(model: Sequential, epoch: int, *further: object) -> None:
        assert not any(layer.training for layer in model.layers)
        calls.append((model, epoch, *further))

    learner = make_learner(loss="cross_entropy_with_softmax_loss")
    model, losses = learner.fit(
        circle.train.inputs,
        circle.train.labels,
        epochs=5,
        batch_size=100,
        callbacks=[callback],
        callbacks_interval=2,
        cargs=("a", "b"),
    )
    assert model is learner.model
    assert len(losses) == 5
    assert losses[-1] < losses[0]
    assert calls == [(model, epoch, "a", "b") for epoch in (0, 2, 4)]
    np.testing.assert_array_equal(learner.predict(circle.test.inputs, 7), model.predict(circle.test.inputs, 7))


def test_fit_and_run_are_the_same_training(circle: Splits) -> None:
    first, second = make_learner(), make_learner()
    _, losses = first.fit(circle.train.inputs, circle.train.class_targets[circle.train.labels], 3, 64, seed=5)
    *_, finished = second.run(circle.train, 3, 64, seed=5)
    assert isinstance(finished, TrainingFinished)
    assert losses == [epoch.training_loss for epoch in finished.history]
    for one, other in zip(first.model.parameters, second.model.parameters, strict=True):
        np.testing.assert_array_equal(one.tensor, other.tensor)


def test_fit_refuses_labels_that_do_not_match(circle: Splits) -> None:
    with pytest.raises(DataError, match="700 examples but 3 labels"):
        make_learner().fit(circle.train.inputs, circle.train.labels[:3], 1, 10)
    make_learner().model.layers[0].named_parameters["bias"].tensor[0] = np.nan
    learner = make_learner()
    learner.model.named_parameters["fc_1.bias"].tensor[:] = np.nan
    with pytest.raises(DivergedError, match="layer 'fc_1'"):
        learner.fit(circle.train.inputs, circle.train.class_targets[circle.train.labels], 1, 10)


def test_the_predicted_class_has_the_nearest_target() -> None:
    rng = np.random.default_rng(0)
    class_targets, output = rng.normal(size=(4, 3)), rng.normal(size=(50, 3))
    nearest = ((output[:, None] - class_targets) ** 2).sum(axis=2).argmin(axis=1)
    np.testing.assert_array_equal(Objective("mse_loss", class_targets).classes(output), nearest)
    np.testing.assert_array_equal(class_scores(output, "mse_loss", class_targets).argmax(axis=1), nearest)


@pytest.mark.parametrize("loss", ["mse_loss", "cross_entropy_with_softmax_loss"])
def test_scores_add_up_to_one_even_for_huge_outputs(loss: str) -> None:
    scores = class_scores(np.array([[1e4, -1e4], [0.5, 0.1]]), loss, np.eye(2))
    np.testing.assert_allclose(scores.sum(axis=1), 1)
    assert (scores.argmax(axis=1) == 0).all()


def test_probabilities_are_class_scores() -> None:
    probabilities = np.array([[0.25, 0.75]])
    assert class_scores(probabilities, "cross_entropy_loss", np.eye(2)) is probabilities


def test_a_custom_loss_receives_labels(circle: Splits) -> None:
    seen: list[np.ndarray] = []

    def own_loss(predicted: np.ndarray, ground_truth: np.ndarray) -> tuple[float, np.ndarray]:
        seen.append(ground_truth)
        return 1.0, np.zeros_like(predicted)

    learner = Learner(make_learner().model, own_loss, SGDOptimizer(0.1))
    next(learner.run(circle.train, 1, 10))
    assert seen[0].shape == (10,)
    assert seen[0].dtype == np.int64
