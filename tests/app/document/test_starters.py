"""The networks to start with fit every kind of data, and learn the built-in sets without a change."""

import pytest

from app.document.fitting import problems_with
from app.document.hints import find_hints
from tinyml.data import DataChoice, DataDescription, builtin_names, describe, load, split
from tinyml.learner import TrainingSettings, set_up_training
from tinyml.net import collect_facts, infer
from tinyml.storage import Project, starter_for

SIZES = [(1, 1, 1), (1, 7, 5), (1, 8, 8), (3, 9, 30), (1, 28, 28), (3, 32, 32), (3, 48, 64), (3, 224, 224)]
VECTORS = [(1,), (2,), (13,), (2000,), (6, 5)]


@pytest.mark.parametrize("shape", SIZES + VECTORS, ids=str)
@pytest.mark.parametrize("kind", ["classes", "numbers", "input"])
def test_the_network_fits_the_data(shape: tuple[int, ...], kind: str) -> None:
    data = DataDescription("data", "Data", shape, tuple("abcde") if kind != "numbers" else (), 600)
    if kind == "numbers":
        data = DataDescription("data", "Data", shape, (), 600, target_shape=(2,))
    data = data.with_target("input" if kind == "input" else "label")
    if kind == "input" and len(shape) == 2:
        pytest.skip("layers give vectors or maps")
    starter = starter_for(data)
    project = starter.use_in(Project())
    assert problems_with(project, data) == ()
    assert (project.training.loss == "mse_loss") == (kind != "classes")
    inference = infer(project.network, shape, len(data.class_names), data.target_shape)
    hints = {hint.rule for hint in find_hints(project, data, inference, collect_facts(inference))}
    assert hints <= {"many_parameters", "mostly_padding"}
    if kind != "classes" and len(shape) == 3:
        assert collect_facts(inference).parameter_count < 2_000_000


def test_it_keeps_the_data_the_seed_and_the_augmentation() -> None:
    training = TrainingSettings(seed=7, augment_noise=0.5, epochs=3, clip_norm=2.0)
    project = Project(training=training, data=DataChoice(source="circle", seed=4))
    changed = starter_for(describe("circle")).use_in(project)
    assert changed.data == project.data
    assert (changed.training.seed, changed.training.augment_noise, changed.training.clip_norm) == (7, 0.5, 0.0)


def test_more_examples_need_fewer_epochs() -> None:
    epochs = [
        starter_for(DataDescription("data", "Data", (4,), ("a", "b"), count)).training.epochs
        for count in (50, 150, 1000, 100_000)
    ]
    assert epochs == sorted(epochs, reverse=True)
    assert epochs[0] == 60
    assert epochs[-1] == 10


@pytest.mark.parametrize(
    ("name", "score", "epochs"), [("circle", 0.93, None), ("sine", 0.95, None), ("digits", 0.8, 3)]
)
def test_it_learns_without_a_change_of_its_settings(name: str, score: float, epochs: int | None) -> None:
    assert name in builtin_names()
    starter = starter_for(describe(name))
    # Images take longer, so they get only the first epochs.
    training = starter.training.model_copy(update={"epochs": epochs or starter.training.epochs})
    setup = set_up_training(starter.network, training, split(load(name), DataChoice(source=name)))
    for _ in setup.run():
        pass
    result = setup.test()
    measured = result.accuracy if result.accuracy is not None else result.r_squared
    assert measured is not None
    assert measured > score
