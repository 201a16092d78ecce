"""The differences between a project and a run, in a few words each."""

from dataclasses import replace

import pytest

from app.document import Document, edits
from app.training import Run
from app.training.differences import RunDifferences, compare_with_run
from app.training.run import SettingChange
from app.training.training_config import freeze_config
from tests.app.training.conftest import circle_project
from tinyml.data.choice import ExpectedData
from tinyml.net import LayerSpecification


@pytest.fixture
def document(qapp):
    return Document(circle_project())


@pytest.fixture
def run(document):
    return Run(freeze_config(document))


def test_an_equal_project_and_weights_from_a_file_have_no_differences(document, run):
    assert compare_with_run(document.project, run) == RunDifferences()
    assert compare_with_run(document.project, Run()) == RunDifferences()


def test_layers_that_were_added_removed_changed_and_moved_are_named(document, run):
    document.apply(edits.change_settings(document.project, "linear_1", {"outputs": 9}))
    document.apply(edits.remove_layers(document.project, ["relu_1"]))
    document.apply(edits.insert_layer(document.project, 1, "Tanh"))
    words = compare_with_run(document.project, run).network
    assert words == ("tanh_1 added", "relu_1 removed", "linear_1 outputs 9 (run: 8)")


def test_another_order_of_the_same_layers_is_named(document, run):
    network = document.project.network
    moved = network.model_copy(update={"layers": (network.layers[1], network.layers[0], network.layers[2])})
    project = document.project.model_copy(update={"network": moved})
    assert compare_with_run(project, run).network == ("another order of the layers",)


def test_other_data_are_named(document, run):
    data = document.project.data.model_copy(update={"validation": 0.3})
    words = compare_with_run(document.project.model_copy(update={"data": data}), run).data
    assert len(words) == 1
    assert words[0].startswith("validation share 0.3 (run: ")


def test_settings_that_differ_are_named_unless_they_have_no_effect(document, run):
    document.apply(edits.change_training(document.project, learning_rate=0.05, beta_1=0.5, epochs=30, seed=2))
    found = compare_with_run(document.project, run).settings
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
    assert [difference.name for difference in compare_with_run(document.project, run).settings] == ["momentum"]
    document.apply(edits.change_training(document.project, learning_rate=0.02, epochs=9))
    found = compare_with_run(document.project, run).settings
    assert [str(difference) for difference in found] == ["momentum 0.5 (run: 0)", "epochs 9 (run: 8)"]


def test_settings_have_the_titles_and_values_of_the_forms(document, run):
    preprocessing = document.project.data.preprocessing.model_copy(update={"size": (28, 28), "scale_targets": "none"})
    data = document.project.data.model_copy(update={"preprocessing": preprocessing})
    document.apply(edits.change_training(document.project, optimizer="adam", clip_norm=1.0))
    found = compare_with_run(document.project.model_copy(update={"data": data}), run)
    assert found.data == ("size 28×28 (run: automatic)", "scale targets none (run: automatic)")
    assert [str(each) for each in found.settings] == ["optimiser Adam (run: SGD)", "clip gradients 1 (run: 0)"]


def test_data_files_that_hold_something_else_are_a_difference(document, run):
    def with_shape(*shape):
        data = document.project.data.model_copy(update={"expected": ExpectedData(example_shape=shape)})
        return document.project.model_copy(update={"data": data})

    assert compare_with_run(with_shape(2), run).data == (), "the run did not know it"
    run.config = replace(run.config, project=with_shape(2))
    assert compare_with_run(with_shape(3), run).data == ("what the files hold",)


def test_a_layer_of_another_type_and_layers_in_a_block_are_named(document, run):
    network, fc = document.project.network, {"type": "Linear", "name": "fc", "settings": {"outputs": 8}}
    other = {**fc, "name": "fc_2"}

    def with_block(*inner):
        block = LayerSpecification(type="Residual", name="block", settings={"layers": list(inner)})
        return document.project.model_copy(update={"network": network.model_copy(update={"layers": (block,)})})

    run.config = replace(run.config, project=with_block(fc, other))
    for inner, words in (
        ([{**fc, "type": "Tanh", "settings": {}}, other], ("block/fc is Tanh (run: Linear)",)),
        ([fc, {**other, "settings": {"outputs": 9}}], ("block/fc_2 outputs 9 (run: 8)",)),
        ([fc], ("block/fc_2 removed",)),
        ([other, fc], ("another order of the layers",)),
    ):
        assert compare_with_run(with_block(*inner), run).network == words
