"""What differs between runs is named, and nothing else."""

import pytest

from app.formatting import UNKNOWN
from app.training.differences import describe_differences, find_differences
from tests.app.training.conftest import circle_project
from tinyml.layers.base.specification import read_settings
from tinyml.net import LayerSpecification, NetworkSpecification
from tinyml.storage import Project, example_names, open_project


def with_layers(project: Project, *layers: LayerSpecification) -> Project:
    return project.model_copy(update={"network": NetworkSpecification(layers=layers)})


def rows(*projects: Project) -> dict[str, tuple[str, ...]]:
    return {row.title: row.values for row in find_differences(projects)}


BASE = circle_project(learning_rate=0.1)
FIRST, RELU, LAST = BASE.network.layers
WIDER = FIRST.model_copy(update={"settings": {"outputs": 16}})
TANH = LayerSpecification(type="Tanh", name="relu_1")
INNER = [{"type": "Linear", "name": "fc", "settings": {"outputs": 8}}]
BLOCK = LayerSpecification(type="Residual", name="residual_1", settings={"layers": INNER})
OTHER_BLOCK = BLOCK.model_copy(update={"settings": {"layers": [{**INNER[0], "settings": {"outputs": 9}}]}})


@pytest.mark.parametrize(
    ("after", "words", "table"),
    [
        (circle_project(learning_rate=0.05), "lr 0.05", {"learning rate": ("0.1", "0.05")}),
        (
            circle_project(learning_rate=0.1, batch_size=32, seed=4),
            "batch 32, seed 4",
            {"batch size": ("10", "32"), "seed": ("0", "4")},
        ),
        (
            circle_project(learning_rate=0.1, optimizer="adam"),
            "Adam",
            {
                "optimiser": ("SGD", "Adam"),
                "momentum": ("0", UNKNOWN),
                "nesterov": ("off", UNKNOWN),
                "beta 1": (UNKNOWN, "0.9"),
                "beta 2": (UNKNOWN, "0.999"),
            },
        ),
        (with_layers(BASE, FIRST, LAST), "no relu_1", {"relu_1": ("ReLu", UNKNOWN)}),
        (with_layers(BASE, WIDER, RELU, LAST), "linear_1 outputs 16", {"linear_1: outputs": ("8", "16")}),
        (with_layers(BASE, FIRST, TANH, LAST), "relu_1 is Tanh", {"relu_1": ("ReLu", "Tanh")}),
        (
            with_layers(BASE, RELU, FIRST, LAST),
            "other order",
            {"order of layers": ("linear_1, relu_1, linear_2", "relu_1, linear_1, linear_2")},
        ),
        (BASE, "same settings", {}),
    ],
)
def test_a_change_is_said_in_words_and_in_the_table(after, words, table) -> None:
    assert describe_differences(BASE, after) == words
    assert rows(BASE, after) == table


def test_a_new_layer_is_one_row_without_its_settings() -> None:
    assert rows(with_layers(BASE, FIRST, LAST), BASE) == {"relu_1": (UNKNOWN, "ReLu")}
    assert describe_differences(with_layers(BASE, RELU, LAST), BASE) == "with linear_1"


def test_layers_inside_a_block_are_compared() -> None:
    before, after = (with_layers(BASE, FIRST, block, LAST) for block in (BLOCK, OTHER_BLOCK))
    assert rows(before, after) == {"residual_1/fc: outputs": ("8", "9")}
    assert rows(before, with_layers(BASE, FIRST, LAST)) == {"residual_1": ("Residual", UNKNOWN)}


def test_a_setting_that_is_left_out_equals_its_default() -> None:
    sparse = LayerSpecification(type="Conv2D", name="conv_1", settings={"filters": 4})
    full = sparse.model_copy(update={"settings": read_settings(sparse).model_dump()})
    assert len(full.settings) > 1
    assert rows(with_layers(BASE, sparse), with_layers(BASE, full)) == {}


def test_a_setting_without_effect_is_no_difference() -> None:
    assert rows(circle_project(beta_1=0.9), circle_project(beta_1=0.5)) == {}
    assert describe_differences(circle_project(beta_1=0.9), circle_project(beta_1=0.5)) == "same settings"


def test_other_data_and_another_network_are_said_in_two_words() -> None:
    digits = open_project("lenet-digits")
    assert describe_differences(BASE, digits) == "data digits, another network"
    assert rows(BASE, digits)["data"] == ("circle", "digits")


def test_many_changes_are_cut() -> None:
    words = describe_differences(BASE, circle_project(learning_rate=1, batch_size=1, epochs=9, seed=1, weight_decay=1))
    assert words.endswith(", …")
    assert words.count(",") == 3


def test_three_runs_have_three_values() -> None:
    runs = [circle_project(learning_rate=rate) for rate in (0.1, 0.1, 0.2)]
    assert rows(*runs) == {"learning rate": ("0.1", "0.1", "0.2")}
    assert find_differences([]) == find_differences(runs[:1]) == ()


@pytest.mark.parametrize("name", example_names())
def test_a_project_does_not_differ_from_itself(name) -> None:
    project = open_project(name)
    assert find_differences([project, project.model_copy()]) == ()
    assert describe_differences(project, project.model_copy()) == "same settings"


def test_a_layer_of_an_unknown_type_is_compared_too() -> None:
    unknown = LayerSpecification(type="Quantum", name="q", settings={"x": 1})
    other = unknown.model_copy(update={"settings": {"x": {"y": [1, 2]}}})
    assert rows(with_layers(BASE, unknown), with_layers(BASE, other)) == {"q: x": ("1", "y 1×2")}
