"""Features of a run: schedules, clipping, layer statistics, early stopping, best weights, divergence."""

import math
from itertools import pairwise

import numpy as np
import pytest

from tests.tinyml.net.stacks import stack
from tinyml.core import Array, DataError, DivergedError, SettingsError, SpecificationError
from tinyml.data import Brightness, DataChoice, DataLoader, Flip, Noise, Shift, Splits, Zoom, load, split
from tinyml.layers import Linear, ReLU
from tinyml.learner import (
    BatchFinished,
    EpochFinished,
    Event,
    Learner,
    TrainingFinished,
    TrainingSettings,
    evaluate,
    find_problems,
    set_up_training,
)
from tinyml.learner.divergence import first_layer_at_fault
from tinyml.net import Sequential, infer
from tinyml.optims import SGDOptimizer, gradient_norm
from tinyml.optims.schedules import ReduceOnPlateauSchedule, StepSchedule

CIRCLE_NET = stack(("Linear", {"outputs": 16}), "ReLu", ("Linear", {"outputs": 2}))


@pytest.fixture(scope="module")
def circle() -> Splits:
    return split(load("circle"), DataChoice(source="circle", validation=0.1, test=0.2))


def small_net(seed: int = 0) -> Sequential:
    rng = np.random.default_rng(seed)
    return Sequential([Linear("fc_1", 2, 16, rng=rng), ReLU("relu_1"), Linear("fc_2", 16, 2, rng=rng)])


def epochs_of(events: list[Event]) -> list[EpochFinished]:
    return [event for event in events if isinstance(event, EpochFinished)]


def batches_of(events: list[Event]) -> list[BatchFinished]:
    return [event for event in events if isinstance(event, BatchFinished)]


# ----------------------------------------------------------------------------------------------------------- schedules


def test_the_schedule_decides_the_rate_of_every_batch(circle: Splits) -> None:
    learner = Learner(small_net(), "mse_loss", SGDOptimizer(0.4), StepSchedule(every=3, gamma=0.5))
    events = list(learner.run(circle.train, epochs=2, batch_size=200))
    assert [batch.learning_rate for batch in batches_of(events)] == [0.4, 0.4, 0.4, 0.2, 0.2, 0.2, 0.1, 0.1]
    assert [epoch.learning_rate for epoch in epochs_of(events)] == [0.2, 0.1]
    again = list(learner.run(circle.train, epochs=1, batch_size=700))
    assert batches_of(again)[0].learning_rate == 0.4


def test_without_a_schedule_the_run_does_not_change_the_rate(circle: Splits) -> None:
    learner = Learner(small_net(), "mse_loss", SGDOptimizer(0.4))
    run = learner.run(circle.train, epochs=1, batch_size=350)
    first = next(run)
    learner.optimizer = SGDOptimizer(0.1)
    second = next(run)
    assert isinstance(first, BatchFinished)
    assert isinstance(second, BatchFinished)
    assert (first.learning_rate, second.learning_rate) == (0.4, 0.1)


@pytest.mark.parametrize("validated", [False, True])
def test_schedules_receive_the_monitored_loss(circle: Splits, validated: bool) -> None:
    heard: list[float] = []

    class Listening(ReduceOnPlateauSchedule):
        def note_epoch(self, loss: float) -> None:
            heard.append(loss)
            super().note_epoch(loss)

    learner = Learner(small_net(), "mse_loss", SGDOptimizer(0.1), Listening(patience=0))
    epochs = epochs_of(list(learner.run(circle.train, 3, 100, circle.validation if validated else None)))
    assert heard == [epoch.validation_loss if validated else epoch.training_loss for epoch in epochs]


def test_a_new_run_begins_with_a_fresh_schedule(circle: Splits) -> None:
    schedule = ReduceOnPlateauSchedule(patience=0, gamma=0.5, threshold=0.99)
    learner = Learner(small_net(), "mse_loss", SGDOptimizer(0.1), schedule)
    rates = [[epoch.learning_rate for epoch in epochs_of(list(learner.run(circle.train, 4, 100)))] for _ in range(2)]
    assert rates[0] == rates[1] == [0.1, 0.1, 0.05, 0.025]


# ------------------------------------------------------------------------------------ clipping and gradient statistics


def test_clipping_limits_the_norm_of_each_update(circle: Splits) -> None:
    model = small_net()
    learner = Learner(model, "mse_loss", SGDOptimizer(0.5), clip_norm=0.01)
    run = learner.run(circle.train, epochs=1, batch_size=50)
    for _ in range(10):
        before = [parameter.tensor.copy() for parameter in model.parameters]
        next(run)
        steps = [parameter.tensor - old for parameter, old in zip(model.parameters, before, strict=True)]
        length = math.sqrt(sum(float((step**2).sum()) for step in steps))
        assert length == pytest.approx(0.5 * 0.01, rel=1e-3)


@pytest.mark.parametrize("limit", [0.0, -1.0, math.nan])
def test_an_invalid_clip_norm_is_refused(limit: float) -> None:
    with pytest.raises(SettingsError, match="largest gradient norm"):
        Learner(small_net(), "mse_loss", SGDOptimizer(0.1), clip_norm=limit)


def test_layer_stats_are_only_measured_on_request(circle: Splits) -> None:
    learner = Learner(small_net(), "mse_loss", SGDOptimizer(0.1), clip_norm=1e-3)
    batches = batches_of(list(learner.run(circle.train, epochs=1, batch_size=100, measure_every=3)))
    assert [bool(batch.layers) for batch in batches] == [False, False, True, False, False, True, False]
    assert [layer.layer for layer in batches[2].layers] == ["fc_1", "relu_1", "fc_2"]


def test_layer_stats_describe_the_update(circle: Splits) -> None:
    model = small_net()
    model.named_parameters["fc_2.bias"].tensor[:] = 0
    model.layers[0].parameters[0].require_grad = False
    learner = Learner(model, "mse_loss", SGDOptimizer(0.1), clip_norm=1e-6)
    inputs, class_targets = circle.train.inputs[:50], circle.train.class_targets[circle.train.labels[:50]]
    output = model(inputs)
    model.backward(learner.loss(output, class_targets)[1])
    norms = [gradient_norm([model.layers[0].parameters[1]]), gradient_norm(model.layers[2].parameters)]
    model.zero_grad()
    sizes = [np.linalg.norm(model.layers[0].parameters[1].tensor), np.linalg.norm(model.layers[2].parameters[0].tensor)]
    before = [parameter.tensor.copy() for parameter in model.parameters]
    learner.batch_fit(inputs, class_targets, measure=True)
    changes = [parameter.tensor - old for parameter, old in zip(model.parameters, before, strict=True)]
    lengths = [np.linalg.norm(changes[1]), math.hypot(np.linalg.norm(changes[2]), np.linalg.norm(changes[3]))]
    measured = [layer for layer in learner.layer_stats if layer.gradient_norm is not None]
    assert [layer.gradient_norm for layer in measured] == pytest.approx(norms)  # before clipping
    ratios = [length / size for length, size in zip(lengths, sizes, strict=True)]
    assert [layer.update_ratio for layer in measured] == pytest.approx(ratios)
    learner.batch_fit(inputs, class_targets)
    assert learner.layer_stats == ()


def test_the_update_ratio_of_zero_parameters_is_infinite() -> None:
    model = Sequential([Linear("fc", 1, 1)])
    for parameter in model.parameters:
        parameter.tensor[:] = 0
    learner = Learner(model, "mse_loss", SGDOptimizer(0.1))
    learner.batch_fit(np.ones((1, 1), np.float32), np.ones((1, 1), np.float32), measure=True)
    assert learner.layer_stats[0].update_ratio == math.inf


# ------------------------------------------------------------------------------------- early stopping and best weights


class Scripted:
    """A loss that returns the next number of a script in evaluation mode, so a test decides which epoch is best."""

    def __init__(self, model: Sequential, script: list[float]) -> None:
        self.model, self.script = model, list(script)

    def __call__(self, predicted: Array, ground_truth: np.ndarray) -> tuple[float, Array]:
        if self.model.layers[0].training:
            return 1.0, np.ones_like(predicted) / len(predicted)
        return self.script.pop(0), np.zeros_like(predicted)


def scripted_run(circle: Splits, script: list[float], **options: object) -> tuple[Sequential, list[Event], list[bytes]]:
    model = small_net()
    # `predict` restores the mode before the loss is called, so the test sets the mode itself.
    learner = Learner(model, Scripted(model, script), SGDOptimizer(0.01))
    events: list[Event] = []
    weights: list[bytes] = []
    tiny = circle.validation.take(np.arange(5))
    for event in learner.run(circle.train, 8, 350, tiny, **options):  # type: ignore[arg-type]
        events.append(event)
        if isinstance(event, BatchFinished) and event.batch == event.batches:
            model.eval()
        if isinstance(event, EpochFinished):
            weights.append(model.parameters[0].tensor.tobytes())
    return model, events, weights


def test_early_stopping_ends_the_run(circle: Splits) -> None:
    _, events, _ = scripted_run(circle, [5, 3, 4, math.nan, 2, 2, 2.5, 2.5], early_stopping=3)
    assert [epoch.validation_loss for epoch in epochs_of(events)][4:] == [2, 2, 2.5, 2.5]
    last = events[-1]
    assert isinstance(last, TrainingFinished)
    assert (last.best_epoch, last.stopped_early, last.restored) == (5, False, False)
    _, events, _ = scripted_run(circle, [5, 3, 4, math.nan, 3, 2, 1, 0], early_stopping=3)
    last = events[-1]
    assert isinstance(last, TrainingFinished)
    assert (len(last.history), last.best_epoch, last.stopped_early) == (5, 2, True)


def test_the_best_weights_are_restored(circle: Splits) -> None:
    for restore, expected in ((True, 2), (False, 7)):
        model, events, weights = scripted_run(circle, [5, 3, 1, 4, 4, 4, 4, 4], restore_best=restore)
        assert len(set(weights)) == 8
        assert model.parameters[0].tensor.tobytes() == weights[expected]
        last = events[-1]
        assert isinstance(last, TrainingFinished)
        assert (last.best_epoch, last.restored) == (3, restore)


def test_a_run_without_any_finite_loss_has_no_best_epoch(circle: Splits) -> None:
    model, events, weights = scripted_run(circle, [math.nan] * 8, restore_best=True)
    last = events[-1]
    assert isinstance(last, TrainingFinished)
    assert (last.best_epoch, last.restored) == (None, False)
    assert model.parameters[0].tensor.tobytes() == weights[-1]


def test_without_validation_the_training_loss_decides(circle: Splits) -> None:
    learner = Learner(small_net(), "mse_loss", SGDOptimizer(0.1))
    *_, last = learner.run(circle.train, 5, 100, restore_best=True)
    assert isinstance(last, TrainingFinished)
    losses = [epoch.training_loss for epoch in last.history]
    assert last.best_epoch == losses.index(min(losses)) + 1


@pytest.mark.parametrize("option", ["early_stopping", "measure_every"])
def test_invalid_options_are_refused(circle: Splits, option: str) -> None:
    learner = Learner(small_net(), "mse_loss", SGDOptimizer(0.1))
    with pytest.raises(SettingsError, match=f"{option} is 0 but should be at least 1"):
        learner.run(circle.train, 1, 10, **{option: 0})  # type: ignore[arg-type]


# ---------------------------------------------------------------------------------------------------------- divergence


def test_the_weights_of_the_last_good_epoch_are_kept(circle: Splits) -> None:
    learner = Learner(small_net(), "mse_loss", SGDOptimizer(0.1))
    run = learner.run(circle.train, epochs=3, batch_size=350)
    for _ in range(6):  # two epochs of two batches and an end
        next(run)
    kept = [tensor.copy() for tensor in learner.model.named_tensors.values()]
    next(run)
    learner.model.parameters[0].tensor[0, 0] = np.nan
    with pytest.raises(DivergedError, match=r"epoch 3, batch 2 .*layer 'fc_1'.*end of epoch 2 are kept") as caught:
        next(run)
    assert caught.value.kept_epoch == 2
    for tensor, good in zip(learner.model.named_tensors.values(), kept, strict=True):
        np.testing.assert_array_equal(tensor, good)
    assert not any(layer.training for layer in learner.model.layers)


def test_the_initial_weights_are_kept_if_the_first_epoch_fails(circle: Splits) -> None:
    learner = Learner(small_net(), "mse_loss", SGDOptimizer(1e300))
    before = [parameter.tensor.copy() for parameter in learner.model.parameters]
    with pytest.raises(DivergedError, match="The initial weights are kept"):
        learner.fit(circle.train.inputs, circle.train.class_targets[circle.train.labels], 2, 100)
    for parameter, tensor in zip(learner.model.parameters, before, strict=True):
        np.testing.assert_array_equal(parameter.tensor, tensor)


def test_an_infinite_parameter_after_the_last_update_is_reported_with_its_layer(circle: Splits) -> None:
    learner = Learner(small_net(), "mse_loss", SGDOptimizer(0.1))
    run = learner.run(circle.train, epochs=1, batch_size=700)
    next(run)
    learner.model.named_parameters["fc_2.weight"].tensor[0, 0] = np.inf
    with pytest.raises(DivergedError) as caught:
        next(run)
    assert caught.value.layer == "fc_2"


def test_a_failed_resumed_run_keeps_its_initial_weights(circle: Splits) -> None:
    training = TrainingSettings(loss="mse_loss", epochs=2, batch_size=350)
    first, second = (set_up_training(CIRCLE_NET, training, circle) for _ in range(2))
    next(first.run())
    run = second.run(resume=first.learner.checkpoint())
    second.net.parameters[0].tensor[0, 0] = np.nan
    with pytest.raises(DivergedError, match="The last good weights are kept"):
        next(run)
    np.testing.assert_array_equal(second.net.parameters[0].tensor, first.net.parameters[0].tensor)


def test_batch_normalisation_is_diagnosed_in_training_mode() -> None:
    splits = split(load("digits"), DataChoice())
    setup = set_up_training(
        stack("Flatten", ("Linear", {"outputs": 10}), "BatchNorm1D"), TrainingSettings(batch_size=50), splits
    )
    setup.net.layers[2].named_buffers["running_var"][:] = np.inf
    assert first_layer_at_fault(setup.net, splits.train.inputs[:5]) == setup.net.layers[2].name


# -------------------------------------------------------------------------------------------------------- augmentation


def test_only_training_inputs_are_augmented(circle: Splits) -> None:
    seen: dict[bool, list[np.ndarray]] = {True: [], False: []}

    class Watching(Linear):
        def forward(self, input: Array) -> Array:
            seen[self.training].append(input)
            return super().forward(input)

    model = Sequential([Watching("fc", 2, 2)])
    learner = Learner(model, "mse_loss", SGDOptimizer(0.01))
    list(learner.run(circle.train, 2, 100, circle.validation, seed=3, augmentations=[Noise(0.1)]))
    np.testing.assert_array_equal(seen[False][0], circle.validation.inputs)
    assert all((one != other).any() for one, other in pairwise(seen[True]))
    loader = DataLoader(circle.train, 100, seed=3, augmentations=[Noise(0.1)])
    for batch, inputs in zip([*loader, *loader], seen[True], strict=True):
        np.testing.assert_array_equal(batch.inputs, inputs)


def test_settings_make_augmentations_that_fit_the_data(circle: Splits) -> None:
    training = TrainingSettings(loss="mse_loss", augment_shift=2, augment_flip=True, augment_noise=0.1)
    assert training.make_augmentations() == (Shift(2), Flip(), Noise(0.1))
    (problem,) = find_problems(infer(CIRCLE_NET, (2,), 2), training)
    assert problem.sentence.startswith("Augmentation by shift and flip needs images, but the examples are vectors of 2")
    with pytest.raises(SpecificationError, match="needs images"):
        set_up_training(CIRCLE_NET, training, circle)
    every = training.model_copy(update={"augment_zoom": 0.1, "augment_brightness": 0.2, "augment_flip_vertical": True})
    made = (Shift(2), Flip(), Flip(vertical=True), Zoom(0.1), Brightness(0.2), Noise(0.1))
    assert every.make_augmentations() == made
    (problem,) = find_problems(infer(CIRCLE_NET, (2,), 2), every)
    assert "by shift, flip, vertical flip, zoom and brightness needs images" in problem.sentence
    noise_only = TrainingSettings(loss="mse_loss", augment_noise=0.1)
    assert find_problems(infer(CIRCLE_NET, (2,), 2), noise_only) == ()


def test_an_augmentation_must_keep_shape_and_type(circle: Splits) -> None:
    learner = Learner(small_net(), "mse_loss", SGDOptimizer(0.01))
    with pytest.raises(DataError, match="should keep both"):
        next(learner.run(circle.train, 1, 10, augmentations=[lambda inputs, rng: inputs[:5]]))


# ------------------------------------------------------------------------------------------------------ whole settings


def test_every_setting_reaches_the_run(circle: Splits) -> None:
    training = TrainingSettings(
        loss="mse_loss",
        optimizer="adamw",
        learning_rate=0.02,
        beta_1=0.8,
        weight_decay=0.03,
        schedule="warm_up",
        schedule_epochs=2,
        schedule_factor=0.5,
        clip_norm=0.7,
        batch_size=100,
        epochs=3,
        restore_best=True,
    )
    setup = set_up_training(CIRCLE_NET, training, circle)
    assert repr(setup.learner.optimizer) == "AdamWOptimizer(lr=0.02, beta_1=0.8, beta_2=0.999, weight_decay=0.03)"
    assert repr(setup.learner.schedule) == "WarmUpSchedule(length=14, start=0.5)"
    assert setup.learner.clip_norm == 0.7
    events = list(setup.run(measure_every=7))
    assert [bool(batch.layers) for batch in batches_of(events)] == ([False] * 6 + [True]) * 3
    assert batches_of(events)[0].learning_rate == pytest.approx(0.01)
    last = events[-1]
    assert isinstance(last, TrainingFinished)
    best = min(epoch.monitored_loss for epoch in last.history)
    assert last.restored
    assert evaluate(setup.net, circle.validation, "mse_loss").loss == best
