"""The scripts for Keras, as far as they can be tested without Keras. `make compare` runs them."""

import ast
from typing import Any

import pytest
from hypothesis import given, settings

from tests.tinyml.net.stacks import random_stacks, stack
from tests.tinyml.scripts.contents import PROJECTS, content_for, content_named, content_of
from tests.tinyml.scripts.test_pytorch_script import imported
from tests.tinyml.scripts.test_tinyml_script import HOSTILE, TRAINING
from tinyml.layers import layer_types
from tinyml.learner import TrainingSettings
from tinyml.losses import loss_descriptions
from tinyml.net import LayerSpecification, NetworkSpecification
from tinyml.scripts import keras_obstacles, keras_script
from tinyml.scripts.keras_training import _LOSSES
from tinyml.storage import read_project


@pytest.mark.parametrize("name", PROJECTS)
def test_a_script_is_python_and_imports_what_it_says(name: str) -> None:
    content = content_named(name)
    assert keras_obstacles(content) == ()
    script = keras_script(content)
    modules = {"argparse", "sys", "keras", "numpy", "safetensors.numpy", "tinyml.data"}
    assert imported(script.text) - {"math"} == modules
    assert ("math" in imported(script.text)) == ("math." in script.text)
    assert {path[0] for path in script.lines} == {inferred.specification.name for inferred in content.layers}


@given(network=random_stacks())
@settings(max_examples=100, deadline=None)
def test_a_random_network_is_written_or_its_obstacles_are_named(network: NetworkSpecification) -> None:
    content = content_for(network, (2, 6, 5))
    obstacles = keras_obstacles(content)
    if not obstacles:
        ast.parse(keras_script(content).text)
    names = {inferred.specification.name for inferred in content.layers}
    assert all(sentence.split(":")[0] in names for sentence in obstacles)


def test_every_layer_type_but_unpooling_has_a_translation() -> None:
    for layer_type in layer_types():
        before = [layer_types()[layer_type].Settings.paired_pooling or "ReLu"]
        for shape in ((2, 6, 5), (7,)):
            content = content_for(stack(*before, layer_type), shape)
            if not content.inference.problems:
                obstacles = keras_obstacles(content)
                assert obstacles == () or (layer_type == "MaxUnpool2D" and "layer_1: " in obstacles[0])


def test_a_stride_with_a_dilation_is_an_obstacle_also_inside_a_block() -> None:
    both = {"stride": (2, 2), "dilation": (2, 1), "padding": (1, 1)}
    content = content_for(stack(("Conv2D", both), ("Deconv2D", both)), (2, 9, 9))
    assert [sentence.split(":")[0] for sentence in keras_obstacles(content)] == ["layer_0", "layer_1"]
    inside = [{"type": "Conv2D", "name": "c", "settings": {**both, "filters": 2, "padding": [6, 5]}}]
    block = content_for(stack(("Residual", {"layers": inside})), (2, 9, 9))
    assert block.inference.problems == ()
    assert keras_obstacles(block)[0].startswith("c: in Keras, a Conv2D cannot have both")


@pytest.mark.parametrize("changes", TRAINING, ids=str)
def test_all_training_settings_are_written(changes: dict[str, Any]) -> None:
    project = read_project(PROJECTS["circle"])
    training = TrainingSettings.model_validate({**project.training.model_dump(), **changes})
    text = keras_script(content_of(project.model_copy(update={"training": training}))).text
    ast.parse(text)
    assert "def main" in text
    written = {"cosine": "CosineDecay", "step": "ExponentialDecay", "warm_up": "PolynomialDecay"}
    for name, word in (written | {"reduce_on_plateau": "ReduceLROnPlateau"}).items():
        assert (word in text) == (training.schedule == name)
    assert ("# Not in this script: the schedule 'One cycle'." in text) == (training.schedule == "one_cycle")
    assert ("global_clipnorm" in text) == bool(training.clip_norm)
    assert ("EarlyStopping" in text) == bool(training.early_stopping or training.restore_best)
    assert ("GaussianNoise" in text) == bool(training.augment_noise)
    assert ("kernel_regularizer=DECAY, bias_regularizer=DECAY" in text) == (
        training.weight_decay > 0 and training.optimizer != "adamw"
    )


def test_augmentation_is_a_part_of_the_model_but_not_for_an_autoencoder() -> None:
    changes = {"augment_shift": 1, "augment_flip": True, "augment_rotate": 9.0, "augment_brightness": 0.1}
    for name in ("lenet-digits", "autoencoder-digits"):
        project = read_project(PROJECTS[name])
        training = project.training.model_copy(update=changes)
        text = keras_script(content_of(project.model_copy(update={"training": training}))).text
        is_written = name == "lenet-digits"
        assert ('layers.RandomFlip("horizontal")(x)  # only in training' in text) == is_written
        assert ("RandomTranslation(0.125, 0.125" in text) == is_written
        left_out = "brightness" if is_written else "shift, flip, rotation, brightness"
        assert f"# Not in this script: {left_out} of the training images." in text


def test_every_loss_has_a_counterpart_in_keras() -> None:
    assert set(_LOSSES) == set(loss_descriptions())


@pytest.mark.parametrize("name", HOSTILE)
def test_no_name_becomes_code(name: str) -> None:
    layers = (LayerSpecification(type="Linear", name=name), LayerSpecification(type="ReLu", name=f"{name} 2"))
    script = keras_script(content_for(NetworkSpecification(layers=layers), (3,)), notes=[name])
    assert imported(script.text) == {"keras", "numpy", "safetensors.numpy", "argparse", "sys", "tinyml.data"}
    assert len(script.lines[name,]) == 1


def test_names_of_layers_differ_and_are_none_that_keras_uses_itself() -> None:
    names = ["a b", "a_b", "a.b", "gelu", "maximum_2", "input", "_x", "ü"]
    layers = tuple(LayerSpecification(type="Linear", name=name) for name in names)
    script = keras_script(content_for(NetworkSpecification(layers=layers), (3,)))
    lines = script.text.splitlines()
    written = [lines[script.lines[name,].start].split('name="')[1].split('"')[0] for name in names]
    assert written == ["a_b", "a_b_", "a_b__", "gelu_", "maximum_2_", "input", "layer__x", "layer__"]
    assert 'name="input_")' in script.text  # the input of the model


def test_transposed_convolutions_start_with_our_number_of_inputs() -> None:
    wide = {"filters": 2, "window": (4, 4), "stride": (2, 2)}
    text = keras_script(content_for(stack(("ConvTranspose2D", wide)), (4, 6, 6))).text
    # 4 channels × 2 × 2 overlapping windows: 16 inputs
    assert "kernel_initializer=keras.initializers.RandomUniform(-0.25, 0.25)" in text
