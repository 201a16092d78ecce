"""Each lesson provokes its rule; nearly the same project does not. The templates provoke none."""

from pathlib import Path

import pytest

from tests.tinyml.diagnosis.real_runs import run_project
from tinyml.core.resources import resource_path
from tinyml.diagnosis import RULES
from tinyml.net import NetworkSpecification, free_name
from tinyml.storage import PROJECT_SUFFIX, Project, lesson_names, lesson_path, read_project

NEAR = {
    "dead_units": {"training": {"learning_rate": 0.03}},
    "divergence": {"training": {"learning_rate": 0.5}},
    "exploding_gradient": {"layers": 24},
    "high_rate": {"training": {"learning_rate": 0.1}},
    "imbalance": {"options": {"rare": 0.3}},
    "label_noise": {"options": {"random_labels": 0.03}},
    "low_rate": {"training": {"learning_rate": 0.01, "momentum": 0.9}},
    "luck": {"options": {"count": 1500, "seed": 1}},
    "no_nonlinearity": {"insert": ("ReLU", 1)},
    "nothing_learned": {"training": {"learning_rate": 0.1}},
    "one_class": {"options": {"rare": 0.3}},
    "other_validation": {"options": {"moved": 0.05}},
    "overlap": {"options": {"noise": 0.2}},
    "overfitting": {"data": {"validation": 0.2, "test": 0.2}},
    "random_labels": {"options": {"random_labels": 0.6}},
    "saturation": {"training": {"learning_rate": 0.05}},
    "small_batch": {"training": {"batch_size": 16}},
    "too_short": {"training": {"epochs": 25}},
    "underfitting": {"units": 6},
    "unscaled_inputs": {"options": {"unit": 3.0}},
    "vanishing_gradient": {"layers": 4},
}
"""For each lesson, the change after which its rule must find nothing, neither on the way nor at the end."""


def nearly(name: str) -> Project:
    """Return the project of a lesson with its change."""
    project, change = read_project(lesson_path(name)), NEAR[name]
    layers = list(project.network.layers)
    if "layers" in change:
        layers = [*layers[: change["layers"]], layers[-1]]
    if "units" in change:
        layers[0] = layers[0].model_copy(update={"settings": {"outputs": change["units"]}})
    if "insert" in change:
        kind, place = change["insert"]
        inserted = layers[0].model_copy(
            update={"type": kind, "name": free_name({each.name for each in layers}, kind), "settings": {}}
        )
        layers.insert(place, inserted)
    data = project.data.model_copy(update=change.get("data", {}))
    if "options" in change:
        data = data.model_copy(update={"options": change["options"]})
    training = project.training.model_copy(update=change.get("training", {}))
    network = NetworkSpecification(layers=tuple(layers))
    return project.model_copy(update={"network": network, "data": data, "training": training})


def template_names() -> list[str]:
    return sorted(path.name.removesuffix(PROJECT_SUFFIX) for path in resource_path("templates").iterdir())


def template_path(name: str) -> Path:
    return resource_path("templates", name + PROJECT_SUFFIX)


def test_every_rule_has_a_lesson_and_a_near_miss() -> None:
    # A failure that is no divergence comes from the machine, such as too little memory, so no project provokes it.
    expected = {rule.name for rule in RULES} - {"failure"}
    assert set(lesson_names()) == expected
    assert set(NEAR) == expected


@pytest.mark.parametrize("name", lesson_names())
def test_a_lesson_provokes_its_rule_before_all_others(name) -> None:
    found = run_project(read_project(lesson_path(name)))
    assert found.rules[:1] == [name], str(found)


@pytest.mark.parametrize("name", sorted(NEAR))
def test_nearly_the_same_project_does_not(name) -> None:
    found = run_project(nearly(name))
    assert name not in found.rules, str(found)
    assert name not in found.on_the_way


EPOCHS = {"mnist-cnn": 2, "resnet": 3, "vgg": 3}
"""Templates that take long are shortened here; `python -m tests.benchmarks.diagnosis` trains them to the end."""


@pytest.mark.parametrize("name", template_names())
def test_no_template_has_a_wrong_alarm_at_any_time(name) -> None:
    found = run_project(read_project(template_path(name)), EPOCHS.get(name))
    assert found.on_the_way == {}
    if name not in EPOCHS:
        assert found.rules == [], str(found)
