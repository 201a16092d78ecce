"""The differences between a project and a run, in a few words each."""

import pytest

from app.document import Document, edits
from app.training import Run
from app.training.run import SettingChange
from app.training.run_differences import RunDifferences, find_differences
from app.training.training_config import freeze_config
from tests.app.training.conftest import circle_project


@pytest.fixture
def document(qapp):
    return Document(circle_project())


@pytest.fixture
def run(document):
    return Run(freeze_config(document))


def test_an_equal_project_and_weights_from_a_file_have_no_differences(document, run):
    assert find_differences(run, document.project) == RunDifferences()
    assert find_differences(Run(), document.project) == RunDifferences()


def test_layers_that_were_added_removed_changed_and_moved_are_named(document, run):
    document.apply(edits.change_settings(document.project, "linear_1", {"outputs": 9}))
    document.apply(edits.remove_layers(document.project, ["relu_1"]))
    document.apply(edits.insert_layer(document.project, 1, "Tanh"))
    words = find_differences(run, document.project).network
    assert words == ("tanh_1 added", "relu_1 removed", "linear_1 outputs 9 (run: 8)")


def test_another_order_of_the_same_layers_is_named(document, run):
    network = document.project.network
    moved = network.model_copy(update={"layers": (network.layers[1], network.layers[0], network.layers[2])})
    project = document.project.model_copy(update={"network": moved})
    assert find_differences(run, project).network == ("another order of the layers",)


def test_other_data_are_named(document, run):
    data = document.project.data.model_copy(update={"validation": 0.3})
    words = find_differences(run, document.project.model_copy(update={"data": data})).data
    assert len(words) == 1
    assert words[0].startswith("validation 0.3 (run: ")


def test_settings_that_differ_are_named_unless_they_have_no_effect(document, run):
    document.apply(edits.change_training(document.project, learning_rate=0.05, beta_1=0.5, epochs=30, seed=2))
    found = find_differences(run, document.project).settings
    assert [str(difference) for difference in found] == [
        "learning rate 0.05 (run: 0.1)",
        "epochs 30 (run: 3)",
        "seed 2 (run: 0)",
    ]
    assert [difference.applicable for difference in found] == [True, True, False]


def test_a_change_in_the_middle_of_the_run_is_no_difference_of_the_project(document, run):
    run.add_change(SettingChange(0.5, 35, "learning_rate", 0.1, 0.02))
    run.add_change(SettingChange(0.5, 35, "epochs", 3, 8))
    document.apply(edits.change_training(document.project, momentum=0.5))
    assert [difference.name for difference in find_differences(run, document.project).settings] == ["momentum"]
    document.apply(edits.change_training(document.project, learning_rate=0.02, epochs=9))
    found = find_differences(run, document.project).settings
    assert [str(difference) for difference in found] == ["momentum 0.5 (run: 0)", "epochs 9 (run: 8)"]
