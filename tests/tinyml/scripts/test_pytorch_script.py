"""The scripts for PyTorch, as far as they can be tested without PyTorch. `make compare` runs them."""

import ast
from typing import Any

import pytest
from hypothesis import given, settings

from tests.tinyml.net.stacks import random_stacks, stack
from tests.tinyml.scripts.contents import PROJECTS, content_for, content_named, content_of
from tests.tinyml.scripts.test_tinyml_script import HOSTILE, TRAINING
from tinyml.layers import layer_types
from tinyml.learner import TrainingSettings
from tinyml.losses import loss_descriptions
from tinyml.net import LayerSpecification, NetworkSpecification
from tinyml.optims import optimizer_descriptions
from tinyml.scripts import pytorch_script
from tinyml.scripts.pytorch_names import module_names
from tinyml.storage import read_project


def imported(text: str) -> set[str]:
    """Return the modules that a script imports anywhere."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.ImportFrom):
            found.add(node.module or "")
        elif isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
    return found


@pytest.mark.parametrize("name", PROJECTS)
def test_a_script_is_python_and_imports_what_it_says(name: str) -> None:
    script = pytorch_script(content_named(name))
    modules = {"argparse", "gc", "os", "sys", "collections", "torch", "safetensors.torch", "tinyml.data"}
    assert imported(script.text) - {"math"} == modules
    assert ("math" in imported(script.text)) == ("math." in script.text)
    assert all(len(lines) >= 1 for lines in script.lines.values())
    assert len(script.text.splitlines()) == script.text.count("\n")


def test_each_layer_has_its_line() -> None:
    script = pytorch_script(content_named("resnet"))
    lines = script.text.splitlines()
    inside = script.lines["residual_2", "conv_1"]
    assert lines[inside.start].strip().startswith('("conv_1", nn.Conv2d(16, 16, kernel_size=3')
    assert script.layer_at(inside.start) == ("residual_2", "conv_1")
    assert "Residual(OrderedDict([" in lines[script.lines["residual_2",].start]


@given(network=random_stacks())
@settings(max_examples=100, deadline=None)
def test_a_random_network_is_written(network: NetworkSpecification) -> None:
    content = content_for(network, (2, 6, 5))
    script = pytorch_script(content)
    ast.parse(script.text)
    assert {path[0] for path in script.lines} == {inferred.specification.name for inferred in content.layers}


@pytest.mark.parametrize("changes", TRAINING, ids=str)
def test_all_training_settings_are_written(changes: dict[str, Any]) -> None:
    project = read_project(PROJECTS["circle"])
    training = TrainingSettings.model_validate({**project.training.model_dump(), **changes})
    text = pytorch_script(content_of(project.model_copy(update={"training": training}))).text
    ast.parse(text)
    assert "def main" in text
    assert ("schedule.step()" in text) == (training.schedule not in ("constant", "reduce_on_plateau"))
    assert ("schedule.step(watched)" in text) == (training.schedule == "reduce_on_plateau")
    assert ("clip_grad_norm_" in text) == bool(training.clip_norm)
    assert ("early stopping" in text) == bool(training.early_stopping)
    assert ("best_weights" in text) == training.restore_best
    assert ("add_noise(" in text) == bool(training.augment_noise)
    assert "Not in this script" not in text


def test_every_loss_and_optimiser_has_a_counterpart_in_pytorch() -> None:
    assert [name for name, loss in loss_descriptions().items() if not loss.pytorch] == []
    assert [name for name, each in optimizer_descriptions().items() if each.pytorch is None] == []


@pytest.mark.parametrize("name", HOSTILE)
def test_no_name_becomes_code(name: str) -> None:
    layers = (LayerSpecification(type="Linear", name=name), LayerSpecification(type=name, name="unknown"))
    script = pytorch_script(content_for(NetworkSpecification(layers=layers), (3,)))
    assert imported(script.text) == {"collections", "torch", "safetensors.torch"}
    assert len(script.lines[name,]) == 1


def test_the_names_of_modules_differ() -> None:
    names = ["layer_2", "a.b", "train", "_x", "ok"]
    assert module_names(names) == ["layer_2", "layer_2_", "layer_3", "layer_4", "ok"]


def test_a_layer_without_a_counterpart_ends_the_script(monkeypatch: pytest.MonkeyPatch) -> None:
    model = layer_types()["Tanh"].Settings
    monkeypatch.setattr(model, "pytorch", lambda self, input_shape: None)
    monkeypatch.setattr(model, "pytorch_exception", "It is a test.")
    script = pytorch_script(content_for(stack("Flatten", "Tanh", "ReLu"), (2, 2)))
    assert "# The script ends here. layer_1: PyTorch has no module for Tanh. It is a test." in script.text
    assert list(script.lines) == [("layer_0",)]


@pytest.mark.parametrize(("initialiser", "drawn"), [("uniform", "uniform_"), ("he_normal", "normal_")])
def test_transposed_convolutions_start_with_our_number_of_inputs(initialiser: str, drawn: str) -> None:
    wide = {"filters": 2, "window": (4, 4), "stride": (2, 2), "initialiser": initialiser}
    text = pytorch_script(content_for(stack(("ConvTranspose2D", wide)), (4, 6, 6))).text
    # 4 channels × 2 × 2 overlapping windows: 16 inputs
    spread = {"uniform": "-0.25, 0.25", "he_normal": "0, 0.353553391"}[initialiser]
    assert f'nn.init.{drawn}(net.get_submodule("layer_0").weight, {spread})' in text
    assert ("zeros_" in text) == (initialiser == "he_normal")
    assert "nn.init" not in pytorch_script(content_for(stack(("Conv2D", {"filters": 2})), (4, 6, 6))).text
