"""The scripts for tinyml run as they are, and make the networks of their projects."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import JsonValue

from tests.tinyml.net.stacks import random_stacks, stack
from tests.tinyml.scripts.contents import PROJECTS, content_for, content_named, content_of, network_of, run_script
from tinyml.data import DataChoice, Preprocessing, load, split
from tinyml.learner import TrainingSettings, evaluate, set_up_training
from tinyml.net import LayerSpecification, NetworkSpecification, Sequential, build
from tinyml.optims import optimizer_descriptions
from tinyml.optims.schedules import schedule_descriptions
from tinyml.scripts import Script, pytorch_script, tinyml_script
from tinyml.storage import Project, read_project

every_project = pytest.mark.parametrize("name", PROJECTS)


def run_as_program(folder: Path, script: Script, *arguments: str) -> str:
    """Save the script and run it in a process of its own; return what it prints."""
    path = folder / "script.py"
    path.write_text(script.text, encoding="utf-8")
    command = [sys.executable, "-W", "error", str(path), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False, encoding="utf-8")
    assert done.returncode == 0, done.stderr
    return done.stdout


def same_tensors(first: Sequential, second: Sequential) -> bool:
    ours, theirs = first.named_tensors, second.named_tensors
    return list(ours) == list(theirs) and all(np.array_equal(ours[name], theirs[name]) for name in ours)


@every_project
def test_a_script_runs_and_its_weights_give_the_printed_results(name: str, tmp_path: Path) -> None:
    project = read_project(PROJECTS[name])
    weights = tmp_path / "weights.safetensors"
    printed = run_as_program(tmp_path, tinyml_script(content_named(name)), "--epochs", "1", "--save", str(weights))
    parts = split(load(project.data.source), project.data)
    net = build(project.network, parts.train.description.example_shape)
    net.load(weights)
    result = evaluate(net, parts.test, project.training.loss)
    assert float(re.findall(r"test loss ([\d.]+)", printed)[0]) == pytest.approx(result.loss, abs=2e-4)
    if result.accuracy is not None:
        assert float(re.findall(r"accuracy ([\d.]+)%", printed)[0]) == pytest.approx(100 * result.accuracy, abs=0.02)
    assert len(re.findall("^epoch", printed, re.MULTILINE)) == 1


@every_project
def test_a_script_starts_with_the_weights_of_the_command_train(name: str) -> None:
    project = read_project(PROJECTS[name])
    shape = content_named(name).inference.input_shape
    assert shape is not None
    net = network_of(tinyml_script(content_named(name)))
    built = build(project.network, shape, np.random.default_rng(project.training.seed))
    assert same_tensors(net, built)
    rng = np.random.default_rng(1)
    trained = {key: rng.normal(0, 0.1, tensor.shape) ** 2 for key, tensor in built.named_tensors.items()}
    net.set_tensors(trained)
    built.set_tensors(trained)
    examples = rng.random((3, *shape), np.float32)
    np.testing.assert_allclose(net.predict(examples), built.predict(examples), atol=1e-6)


@given(network=random_stacks())
@settings(max_examples=150, deadline=None)
def test_a_random_network_is_written_up_to_its_first_problem(network: NetworkSpecification) -> None:
    content = content_for(network, (2, 6, 5))
    net = network_of(tinyml_script(content))
    assert [layer.name for layer in net.layers] == [inferred.specification.name for inferred in content.layers]
    shape: tuple[int, ...] | None = (2, 6, 5)
    for layer, inferred in zip(net.layers, content.layers, strict=True):
        assert shape is not None
        shape = layer.output_shape(shape)
        assert shape == inferred.output_shape


TRAINING: list[dict[str, Any]] = [
    {},
    {"optimizer": "sgd", "momentum": 0.7, "nesterov": True, "weight_decay": 0.01},
    {"schedule": "step", "schedule_epochs": 1, "schedule_factor": 0.5, "clip_norm": 1.5},
    {"augment_noise": 0.1, "early_stopping": 3, "restore_best": True},
    *({"optimizer": name, "learning_rate": 0.0123456789} for name in optimizer_descriptions()),
    *({"schedule": name, "schedule_epochs": 2} for name in schedule_descriptions()),
]


@pytest.mark.parametrize("changes", TRAINING, ids=str)
def test_a_script_trains_as_the_command_train_does(
    changes: dict[str, Any], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    project = read_project(PROJECTS["circle"])
    training = TrainingSettings.model_validate({**project.training.model_dump(), "epochs": 3, **changes})
    project = project.model_copy(update={"training": training})
    weights = tmp_path / "weights.safetensors"
    monkeypatch.setattr(sys, "argv", ["script.py", "--save", str(weights)])
    run_script(tinyml_script(content_of(project)))["main"]()
    assert len(capsys.readouterr().out.splitlines()) == 4
    setup = set_up_training(project.network, training, split(load("circle"), project.data))
    for _ in setup.run():
        pass
    trained = build(project.network, (2,))
    trained.load(weights)
    assert same_tensors(trained, setup.net)


def test_augmented_images_are_written_too() -> None:
    project = read_project(PROJECTS["lenet-digits"])
    changes = {
        "augment_shift": 1,
        "augment_flip": True,
        "augment_flip_vertical": True,
        "augment_rotate": 12.5,
        "augment_zoom": 0.2,
        "augment_brightness": 0.3,
    }
    training = project.training.model_copy(update=changes)
    text = tinyml_script(content_of(project.model_copy(update={"training": training}))).text
    words = " ".join(text.split()).replace("[ ", "[").replace(", ]", "]")
    written = (
        "Shift(pixels=1), Flip(), Flip(vertical=True), Rotate(degrees=12.5), Zoom(amount=0.2), Brightness(amount=0.3)"
    )
    assert f"augmentations=[{written}]" in words
    assert re.search(r"from tinyml\.data import .*Brightness.*Zoom", words)
    text = pytorch_script(content_of(project.model_copy(update={"training": training}))).text
    calls = "brighten(zoom(rotate(flip(flip(shift(inputs[share], 1), 3), 2), 12.5), 0.2), 0.3)"
    assert f"batch, truth = scale({calls}).to(device), targets[share].to(device)" in text
    assert text.count("def flip") == text.count("def transform") == 1


@pytest.mark.parametrize("names", [["x"], ["x", "y"], []])
def test_the_choice_of_data_is_written_with_all_its_settings(names: list[str]) -> None:
    project = read_project(PROJECTS["circle"])
    preprocessing = Preprocessing(size=(8, 12), resize="pad", colour="grey", scale="standardise")
    options: dict[str, JsonValue] = {"inputs": [*names], "delimiter": "tab", "usual_missing": False}
    data = DataChoice(source="a.csv", options=options, preprocessing=preprocessing, stratified=False, test=0.3)
    content = content_of(project)
    content = type(content)(content.inference, data, content.training, content.data, content.title)
    for script in (tinyml_script(content), pytorch_script(content)):
        written = re.search(r"DataChoice\([^\n]*?\)(?=\)?$)", script.text, re.MULTILINE)
        assert written is not None
        assert eval(written.group(), {"DataChoice": DataChoice}) == data


HOSTILE = [
    '"); import os; os.abort(); ("',
    "'''\nimport os\nos.abort()",
    "\\",
    "a\u2028b",
    "Faltung 1",
    "line\nbreak",
    "{0} %s {x}",
]


@pytest.mark.parametrize("name", HOSTILE)
def test_no_name_becomes_code(name: str) -> None:
    layers = (LayerSpecification(type="Flatten", name=name), LayerSpecification(type=name, name="unknown"))
    data = Project().data.model_copy(update={"source": name})
    content = content_for(NetworkSpecification(layers=layers), (2, 3))
    content = type(content)(content.inference, data, content.training, content.data, title=name)
    script = tinyml_script(content)
    assert [layer.name for layer in network_of(script).layers] == [name]
    script.text.encode("utf-8")
    whole = type(content)(
        content_for(NetworkSpecification(layers=layers[:1]), (2, 3)).inference,
        data,
        content.training,
        content.data,
        name,
    )
    assert run_script(tinyml_script(whole))["DATA"].source == name


def test_a_script_says_why_it_ends() -> None:
    content = content_for(stack("Flatten", "Conv2D", "ReLu"), (1, 4, 4))
    text = tinyml_script(content).text
    assert f"    # The script ends here. {content.inference.problems[0]}\n])" in text
    assert "ReLU" not in text
    assert "main" not in text


def test_a_script_without_known_data_says_so() -> None:
    content = content_for(stack("Flatten"), (1, 4, 4))
    assert "data is not known" in tinyml_script(type(content)(content.inference, content.choice, content.training)).text


def test_the_loss_can_be_the_problem() -> None:
    project = read_project(PROJECTS["lenet-digits"])
    training = project.training.model_copy(update={"loss": "cross_entropy_loss"})
    script = tinyml_script(content_of(project.model_copy(update={"training": training})))
    assert "This network cannot be trained yet." in script.text
    assert len(network_of(script).layers) == len(project.network.layers)


def test_each_layer_has_its_line_and_a_block_all_of_its_lines() -> None:
    script = tinyml_script(content_named("resnet"))
    lines = script.text.splitlines()
    assert 'Residual("residual_1"' in lines[script.lines["residual_1",].start]
    inside = script.lines["residual_1", "conv_2"]
    assert 'Conv2D("conv_2", (8, 28, 28)' in lines[inside.start]
    assert len(inside) == 1
    assert set(inside) < set(script.lines["residual_1",])
    assert script.layer_at(inside.start) == ("residual_1", "conv_2")
    assert script.layer_at(script.lines["residual_1",].stop - 1) == ("residual_1",)
    assert script.layer_at(0) is None


@settings(max_examples=20, deadline=None)
@given(network=random_stacks(), number=st.integers(0, 3))
def test_the_same_content_gives_the_same_text(network: NetworkSpecification, number: int) -> None:
    content = content_for(network, (number + 1,))
    assert tinyml_script(content) == tinyml_script(content_for(network, (number + 1,)))
