"""Regression and autoencoders: runs, checkpoints and files as for classes, with their own metrics."""

import json
import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.tinyml.net.stacks import fixed, stack
from tinyml.core import AppendLayers, ChangeSettings, ChangeTraining, DataError, SpecificationError
from tinyml.data import DataChoice, Dataset, Noise, Splits, load, split
from tinyml.layers import Flatten, Linear
from tinyml.learner import (
    BatchFinished,
    EpochFinished,
    Learner,
    TrainingFinished,
    TrainingSettings,
    TrainingSetup,
    check_fits,
    evaluate,
    find_problems,
    r_squared,
    report,
    set_up_training,
)
from tinyml.losses import mse_loss
from tinyml.net import NetworkSpecification, Sequential, infer
from tinyml.optims import SGDOptimizer
from tinyml.storage import (
    Project,
    SavedModel,
    load_model,
    open_project,
    read_checkpoint,
    save_checkpoint,
    save_model,
    summarise_history,
)

REGRESSION = stack(("Linear", {"outputs": 16}), "Tanh", ("Linear", {"outputs": 1}))
AUTOENCODER = stack(
    "Flatten", ("Linear", {"outputs": 20}), "ReLu", ("Linear", {"outputs": 64}), ("Reshape", {"size": [8, 8]})
)
EVERYTHING = TrainingSettings(
    loss="mse_loss",
    optimizer="adam",
    learning_rate=0.01,
    schedule="cosine",
    epochs=3,
    batch_size=100,
    augment_noise=0.05,
    early_stopping=2,
    restore_best=True,
    clip_norm=1,
    seed=4,
)

Case = tuple[NetworkSpecification, Splits]


@pytest.fixture(scope="module", params=["regression", "autoencoder"])
def case(request: pytest.FixtureRequest) -> Case:
    if request.param == "regression":
        return REGRESSION, split(load("sine"), DataChoice(source="sine"))
    return AUTOENCODER, split(load("digits"), DataChoice(target="input"))


def numbers(event: Any) -> Any:
    return (
        replace(event, seconds=0.0, history=())
        if isinstance(event, TrainingFinished)
        else (replace(event, seconds=0.0) if isinstance(event, EpochFinished) else event)
    )


@pytest.mark.parametrize("name", ["sine", "autoencoder-digits"])
def test_the_example_networks_learn(name: str) -> None:
    project = open_project(name)
    setup = set_up_training(project.network, project.training, split(load(project.data.source), project.data))
    *_, finished = setup.run()
    assert isinstance(finished, TrainingFinished)
    tested = setup.test()
    assert tested.accuracy is None
    assert tested.r_squared is not None
    assert tested.r_squared > {"sine": 0.96, "autoencoder-digits": 0.75}[name]
    last = finished.history[-1]
    assert (last.training_accuracy, last.validation_accuracy) == (None, None)
    assert last.validation_r_squared == pytest.approx(tested.r_squared, abs=0.05)


def test_metrics_of_batches_add_up_to_those_of_the_whole_dataset(case: Case) -> None:
    network, splits = case
    setup = set_up_training(network, EVERYTHING, splits)
    events = list(setup.run())
    for part in (splits.test, splits.validation):
        evaluated, output = evaluate(setup.net, part, "mse_loss", 33), setup.net.predict(part.inputs)
        assert evaluated.loss == pytest.approx(mse_loss(output, part.targets)[0])
        assert evaluated.r_squared == pytest.approx(r_squared(output, part.targets))
        assert evaluated.mean_absolute_error == pytest.approx(np.abs(output - part.targets).mean())
        found = report(setup.net, part, "mse_loss")
        assert (found.accuracy, found.top, found.top_accuracy, found.confusion) == (None, None, None, None)
        assert found.r_squared == pytest.approx(evaluated.r_squared)
    # R² of an epoch is the mean over its batches, so it follows from the loss.
    first = next(event for event in events if isinstance(event, EpochFinished))
    batches = [event for event in events if isinstance(event, BatchFinished) and event.epoch == 1]
    train = splits.train
    mean = sum(event.r_squared * event.examples for event in batches) / len(train)  # type: ignore[operator]
    assert first.training_r_squared == pytest.approx(mean)
    variance = train.targets.astype(float).var(axis=0).mean()
    assert first.training_r_squared == pytest.approx(1 - first.training_loss / variance, rel=1e-5)
    assert all(event.accuracy is None for event in batches)


def stop_and_resume(case: Case, events: int, way: Callable[[Any], Any]) -> tuple[TrainingSetup, list[Any]]:
    network, splits = case
    first, second = set_up_training(network, EVERYTHING, splits), set_up_training(network, EVERYTHING, splits)
    run = first.run()
    received = [next(run) for _ in range(events)]
    checkpoint = way(first.learner.checkpoint())
    run.close()
    return second, received + list(second.run(resume=checkpoint))


@pytest.mark.parametrize("events", [3, 8, 11])
def test_a_resumed_run_is_the_same_to_the_bit(case: Case, events: int, tmp_path: Path) -> None:
    network, splits = case
    whole = set_up_training(network, EVERYTHING, splits)
    expected = list(whole.run())

    def through_file(checkpoint: Any) -> Any:
        save_checkpoint(tmp_path / "run.safetensors", checkpoint, Project(network=network, training=EVERYTHING))
        return read_checkpoint(tmp_path / "run.safetensors").checkpoint

    second, received = stop_and_resume(case, events, through_file)
    assert [numbers(event) for event in received] == [numbers(event) for event in expected]
    assert [numbers(epoch) for epoch in second.learner.history] == [numbers(epoch) for epoch in whole.learner.history]
    for name, tensor in whole.net.named_tensors.items():
        np.testing.assert_array_equal(second.net.named_tensors[name], tensor)


def test_a_checkpoint_of_an_older_version_can_be_resumed() -> None:
    splits = split(load("circle"), DataChoice(source="circle"))
    training = TrainingSettings(loss="mse_loss", epochs=3, batch_size=350)
    network = stack(("Linear", {"outputs": 2}))
    first, second = set_up_training(network, training, splits), set_up_training(network, training, splits)
    run = first.run()
    for _ in range(5):
        next(run)
    now = first.learner.checkpoint()
    state = now.state.model_dump()
    del state["total_squared_error"]
    old = replace(
        now,
        state=type(now.state).model_validate(state),
        tensors={**now.tensors, "history": now.tensors["history"][:, :6]},
    )
    received = [numbers(event) for event in second.run(resume=old)]
    assert received == [numbers(event) for event in run]
    assert second.learner.history[0].training_accuracy is not None


def test_early_stopping_restores_the_best_epoch(case: Case) -> None:
    network, splits = case
    training = EVERYTHING.model_copy(update={"learning_rate": 1e-12, "epochs": 20, "schedule": "constant"})
    setup = set_up_training(network, training, splits)
    *_, finished = setup.run()
    assert isinstance(finished, TrainingFinished)
    assert finished.best_epoch is not None
    losses = [epoch.validation_loss for epoch in finished.history]
    assert evaluate(setup.net, splits.validation, "mse_loss").loss == min(losses)  # type: ignore[type-var]


def test_a_model_file_keeps_the_metrics(case: Case, tmp_path: Path) -> None:
    network, splits = case
    setup = set_up_training(network, EVERYTHING, splits)
    *_, finished = setup.run()
    assert isinstance(finished, TrainingFinished)
    description = splits.train.description
    about = SavedModel(
        network=network,
        input_shape=description.example_shape,
        target_shape=description.target_shape,
        training=EVERYTHING,
        history=summarise_history(finished.history),
        test_r_squared=setup.test().r_squared,
    )
    save_model(tmp_path / "m.safetensors", setup.net, about)
    net, read = load_model(tmp_path / "m.safetensors")
    assert read == about
    assert read.history[0].training_accuracy is None
    assert read.history[0].validation_r_squared == finished.history[0].validation_r_squared
    check_fits(net, about.input_shape, splits.test)
    np.testing.assert_array_equal(net.predict(splits.test.inputs), setup.net.predict(splits.test.inputs))


def test_noise_makes_a_denoising_autoencoder() -> None:
    seen: list[tuple[np.ndarray, np.ndarray]] = []

    def loss(predicted: np.ndarray, truth: np.ndarray) -> tuple[float, np.ndarray]:
        seen.append((predicted, truth))
        return mse_loss(predicted, truth)

    data = load("sine").with_target("input").take(np.arange(50))
    net = Sequential([Linear("fc", 1, 1)])
    net.named_parameters["fc.weight"].tensor[:] = 1
    net.named_parameters["fc.bias"].tensor[:] = 0
    run = Learner(net, loss, SGDOptimizer(1e-9)).run(data, 1, 50, augmentations=[Noise(0.3)])
    next(run)
    [(noisy, target)] = seen
    assert 0.2 < (noisy - target).std() < 0.4
    np.testing.assert_array_equal(np.sort(target, axis=0), np.sort(data.inputs, axis=0))


def test_r_squared_of_constant_targets_is_0_or_1() -> None:
    data = Dataset.from_arrays(np.zeros((4, 1)), np.full(4, 2.0))
    net = Sequential([Linear("fc", 1, 1)])
    for parameter in net.parameters:
        parameter.tensor[:] = 2
    assert evaluate(net, data, "mse_loss").r_squared == 1
    net.parameters[-1].tensor[:] = 1
    assert evaluate(net, data, "mse_loss").r_squared == 0


def test_without_comparable_outputs_the_loss_is_the_only_metric() -> None:
    def first_output(predicted: np.ndarray, truth: np.ndarray) -> tuple[float, np.ndarray]:
        loss, gradient = mse_loss(predicted[:, :1], truth)
        return loss, np.concatenate([gradient, 0 * gradient], axis=1)

    data = load("sine")
    learner = Learner(Sequential([Linear("fc", 1, 2)]), first_output, SGDOptimizer(0.1))
    run = learner.run(data, 2, 100, data)
    epoch = next(event for event in run if isinstance(event, EpochFinished))
    assert math.isfinite(epoch.training_loss)
    assert (epoch.training_r_squared, epoch.validation_r_squared, epoch.training_accuracy) == (None, None, None)
    assert learner.checkpoint().state.total_squared_error == 0
    next(run)
    state = learner.checkpoint().state
    assert state.total_squared_error is None
    json.dumps(state.model_dump(), allow_nan=False)


def test_a_loss_of_classes_is_refused_with_the_remedy() -> None:
    learner = Learner(Sequential([Linear("fc", 1, 1)]), "cross_entropy_with_softmax_loss", SGDOptimizer(0.1))
    with pytest.raises(DataError, match=r"needs classes, but .* Noisy sine are numbers\. Use mse_loss"):
        learner.run(load("sine"), 1, 10)
    with pytest.raises(DataError, match="Use mse_loss"):
        evaluate(learner.model, load("sine"), learner.loss)


def test_other_targets_for_validation_are_refused() -> None:
    learner = Learner(Sequential([Linear("fc", 2, 2)]), "mse_loss", SGDOptimizer(0.1))
    with pytest.raises(DataError, match="other targets"):
        learner.run(load("circle"), 1, 10, load("circle").with_target("input"))


@pytest.mark.parametrize(
    ("network", "example", "target", "words", "fix"),
    [
        (
            stack(("Linear", {"outputs": 10})),
            (3,),
            (1,),
            "ends with 10 numbers but each target has 1",
            "Set outputs to 1",
        ),
        (stack("ReLu"), (3,), (2,), "ends with 3 numbers but each target has 2", "Add Linear with 2 outputs"),
        (
            stack("Flatten", ("Linear", {"outputs": 10})),
            (1, 8, 8),
            (1, 8, 8),
            "ends with 10 numbers but each target is 1×8×8",
            "Set outputs to 64",
        ),
        (stack("Flatten"), (1, 8, 8), (1, 8, 8), "ends with 64 numbers but each target is 1×8×8", "Add Reshape to 8×8"),
        (stack("ReLu"), (1, 8, 8), (5,), "ends with 1×8×8 but each target is 5 numbers", "Add Flatten and Linear"),
        (
            stack("MaxPool2D"),
            (1, 8, 8),
            (1, 8, 8),
            "ends with 1×4×4 but each target is 1×8×8",
            "Add Flatten, Linear and Reshape to 8×8",
        ),
        (stack("Conv2D"), (1, 8, 8), (1, 8, 8), "ends with 8×8×8 but each target", "Set filters to 1"),
        (stack("ReLu"), (3, 8, 8), (1, 8, 8), "ends with 3×8×8 but each target", "Add Conv2D with 1 filter"),
        (
            stack("Conv2D", "MaxPool2D", "Upsample2D"),
            (1, 8, 8),
            (1, 8, 8),
            "ends with 8×8×8 but each target",
            "Set filters to 1",
        ),
        (stack("ReLu"), (1, 8, 8), (8, 8), "Layers give vectors or maps, so choose data with such targets.", None),
    ],
)
def test_outputs_of_another_shape_than_the_targets_are_a_problem(
    network: NetworkSpecification, example: tuple[int, ...], target: tuple[int, ...], words: str, fix: str | None
) -> None:
    (problem,) = find_problems(infer(network, example, 0, target), TrainingSettings(loss="mse_loss"))
    assert words in problem.sentence
    assert problem.fix is None if fix is None else isinstance(problem.fix, ChangeSettings | AppendLayers)
    if fix is None:
        return
    assert problem.fix is not None
    assert problem.fix.label.startswith(fix)
    for _ in range(2):  # the first fix may lead to a second one, from 64 numbers to maps of 8×8
        problems = find_problems(infer(network, example, 0, target), TrainingSettings(loss="mse_loss"))
        network = fixed(network, problems[0]) if problems else network
    assert not find_problems(infer(network, example, 0, target), TrainingSettings(loss="mse_loss"))


def test_a_loss_of_classes_is_a_problem_with_a_fix() -> None:
    (problem,) = find_problems(infer(REGRESSION, (1,), 0, (1,)), TrainingSettings())
    assert (
        problem.sentence
        == "The loss 'Cross-entropy on scores' needs classes, but the targets of this data are numbers."
    )
    assert problem.fix == ChangeTraining("Use mean squared error", {"loss": "mse_loss"})
    splits = split(load("sine"), DataChoice(source="sine"))
    with pytest.raises(SpecificationError, match="needs classes"):
        set_up_training(REGRESSION, TrainingSettings(), splits)
    assert find_problems(infer(REGRESSION, (1,), 0, (1,)), TrainingSettings(loss="huber_loss")) == ()
    with pytest.raises(DataError, match=r"returns 1, but the targets of Digits"):
        check_fits(Sequential([Flatten("f"), Linear("fc", 64, 1)]), (1, 8, 8), load("digits").with_target("input"))


def test_fit_stops_if_a_callback_returns_false_and_shows_its_progress(capsys: pytest.CaptureFixture[str]) -> None:
    data = load("sine")
    net = Sequential([Linear("fc", 1, 1)])
    learner, seen = Learner(net, "mse_loss", SGDOptimizer(0.1)), []

    def stop_after_three(model: Sequential, epoch: int) -> np.bool_:
        seen.append(epoch)
        return np.float64(epoch) < 2

    _, losses = learner.fit(data.inputs, data.targets, 50, 100, [stop_after_three, lambda *_: None], 1)
    assert (len(losses), seen) == (3, [0, 1, 2])
    assert capsys.readouterr().err == ""
    learner.fit(data.inputs, data.targets, 2, 100, progress=True)
    assert "20/20" in capsys.readouterr().err
    list(learner.run(data, 2, 100, data, progress=True))
    assert "R²" in capsys.readouterr().err


def test_closing_a_run_closes_its_progress_bar(capsys: pytest.CaptureFixture[str]) -> None:
    net = Sequential([Linear("fc", 1, 1)])
    run = Learner(net, "mse_loss", SGDOptimizer(0.1)).run(load("sine"), 5, 100, progress=True)
    next(run)
    run.close()
    assert "1/50" in capsys.readouterr().err
