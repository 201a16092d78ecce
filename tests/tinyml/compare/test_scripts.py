"""The scripts for PyTorch run as they are, and compute what tinyml computes with the same weights."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.tinyml.compare import tally
from tests.tinyml.net.stacks import stack
from tests.tinyml.scripts.contents import PROJECTS, content_for, content_named, content_of, network_of, run_script
from tinyml.core import Shape
from tinyml.learner import TrainingSettings
from tinyml.losses import loss_descriptions
from tinyml.net import LayerSpecification, NetworkSpecification, Sequential
from tinyml.optims import optimizer_descriptions
from tinyml.optims.schedules import schedule_descriptions
from tinyml.scripts import ScriptContent, pytorch_script, tinyml_script
from tinyml.scripts.pytorch_names import is_accepted
from tinyml.storage import read_project

torch = pytest.importorskip("torch", reason="PyTorch is not installed: make compare")

TOLERANCE = 1e-4
ONE_THREAD = {**os.environ, "OMP_NUM_THREADS": "1"}
"""Environment of programs: on a busy machine, several threads of PyTorch wait for each other."""


@pytest.fixture(autouse=True)
def _one_thread() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def with_random_tensors(net: Sequential) -> Sequential:
    """Give every parameter and buffer random values, so that no 0 or 1 hides a mistake. Variances are positive."""
    rng = np.random.default_rng(0)
    for name, tensor in net.named_tensors.items():
        spread = rng.normal(0, 0.3, tensor.shape)
        tensor[...] = 0.5 + np.abs(spread) if name.endswith("running_var") else tensor + spread
    return net


def compare_outputs(content: ScriptContent, folder: Path) -> None:
    """Make the network with both scripts, load the same weights, and compare the outputs."""
    shape = content.inference.input_shape
    assert shape is not None
    net = with_random_tensors(network_of(tinyml_script(content)))
    net.export(folder / "weights.safetensors")
    names = run_script(pytorch_script(content))
    names["load_weights"](folder / "weights.safetensors")
    module = names["net"].eval()
    examples = np.random.default_rng(1).normal(size=(5, *shape)).astype(np.float32)
    ours = net.predict(examples)
    with torch.no_grad():
        theirs = module(torch.tensor(examples)).numpy()
    assert ours.shape == theirs.shape
    assert np.abs(ours).max() > 1e-3  # otherwise the comparison proves nothing
    assert np.abs(ours - theirs).max() <= TOLERANCE * max(1.0, float(np.abs(ours).max()))
    tally.note("scripts", np.float32, float(np.abs(ours - theirs).max() / np.abs(ours).max()), 1)


@pytest.mark.parametrize("name", PROJECTS)
def test_both_scripts_of_a_project_compute_the_same(name: str, tmp_path: Path) -> None:
    compare_outputs(content_named(name), tmp_path)


@pytest.mark.parametrize("name", PROJECTS)
def test_a_script_runs_as_a_program(name: str, tmp_path: Path) -> None:
    content = content_named(name)
    network_of(tinyml_script(content)).export(tmp_path / "weights.safetensors")
    (tmp_path / "script.py").write_text(pytorch_script(content).text, encoding="utf-8")
    command = [sys.executable, "script.py", "--epochs", "1", "--weights", "weights.safetensors"]
    done = subprocess.run(command, cwd=tmp_path, env=ONE_THREAD, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert [line.split()[0] for line in done.stdout.splitlines()] == ["epoch", "test"]


def layer(kind: str, name: str, **settings: Any) -> LayerSpecification:
    return LayerSpecification(type=kind, name=name, settings=settings)


POOLED = [layer("MaxPool2D", "down", window=(2, 2)), layer("Tanh", "between"), layer("MaxUnpool2D", "up")]
UNUSUAL: dict[str, tuple[list[LayerSpecification], Shape]] = {
    "unpooling": ([layer("Conv2D", "conv", filters=3), *POOLED, layer("MaxPool2D", "last")], (2, 9, 8)),
    "nested unpooling": (
        [
            layer("MaxPool2D", "a"),
            layer("MaxPool2D", "b", window=(2, 3)),
            layer("MaxUnpool2D", "c"),
            layer("MaxUnpool2D", "d"),
        ],
        (2, 9, 8),
    ),
    "unpooling in a block": (
        [layer("MaxPool2D", "a"), layer("Residual", "block", layers=POOLED), layer("MaxUnpool2D", "z")],
        (2, 8, 8),
    ),
    "standard blocks": ([layer("Residual", "r"), layer("Flatten", "f"), layer("Residual", "s")], (2, 4, 4)),
    "names that PyTorch refuses": (
        [
            layer("Linear", "train", outputs=4),
            layer("Linear", "a.b", outputs=4),
            layer("Residual", "1.x", layers=[layer("Linear", "forward", outputs=4), layer("BatchNorm1D", "c.d")]),
            layer("BatchNorm1D", "__class__"),
            layer("Linear", "T_destination", outputs=4, initialiser="orthogonal"),
            layer("Linear", "layer_1", outputs=4),
        ],
        (3,),
    ),
    "texts": ([layer("Linear", '"\n\\', outputs=4), layer("Linear", "Schicht ü", outputs=4)], (3,)),
}


@pytest.mark.parametrize("name", UNUSUAL)
def test_unusual_networks_are_written_right(name: str, tmp_path: Path) -> None:
    layers, shape = UNUSUAL[name]
    content = content_for(NetworkSpecification(layers=tuple(layers)), shape)
    assert content.inference.problems == ()
    compare_outputs(content, tmp_path)


@pytest.mark.parametrize("name", sorted(set(dir(torch.nn.Sequential())) | {"0", "conv.1", "conv_1"}))
def test_pytorch_accepts_the_names_that_are_kept(name: str) -> None:
    try:
        torch.nn.Sequential().add_module(name, torch.nn.ReLU())
    except KeyError:
        assert not is_accepted(name)


@pytest.mark.parametrize("initialiser", ["glorot_uniform", "glorot_normal", "he_uniform", "he_normal", "orthogonal"])
def test_initial_weights_have_the_spread_of_the_initialiser(initialiser: str) -> None:
    network = stack(("Linear", {"outputs": 300, "initialiser": initialiser}))
    content = content_for(network, (200,))
    ours = network_of(tinyml_script(content)).named_tensors["layer_0.weight"]
    theirs = run_script(pytorch_script(content))["net"].state_dict()
    assert theirs["layer_0.weight"].std().item() == pytest.approx(float(ours.std()), rel=0.02)
    assert not theirs["layer_0.bias"].any()


@pytest.mark.parametrize("loss", loss_descriptions())
def test_a_loss_is_that_of_pytorch(loss: str) -> None:
    description = loss_descriptions()[loss]
    rng = np.random.default_rng(0)
    outputs = rng.random((6, 4)) + 0.1
    outputs /= outputs.sum(axis=1, keepdims=True)
    labels = rng.integers(0, 4, 6)
    truth = labels if description.targets == "labels" else np.eye(4)[labels]
    theirs = eval(description.pytorch, {"nn": torch.nn, "torch": torch})(torch.tensor(outputs), torch.tensor(truth))
    assert theirs.item() == pytest.approx(description.function(outputs, truth)[0], rel=1e-6)


@pytest.mark.parametrize("optimizer", optimizer_descriptions())
@pytest.mark.parametrize("schedule", schedule_descriptions())
def test_every_optimiser_and_schedule_trains(
    optimizer: str, schedule: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    project = read_project(PROJECTS["circle"])
    rate = {"optimizer": optimizer, "schedule": schedule, "learning_rate": 0.01, "clip_norm": 1.0, "epochs": 3}
    training = TrainingSettings.model_validate({**project.training.model_dump(), **rate})
    names = run_script(pytorch_script(content_of(project.model_copy(update={"training": training}))))
    monkeypatch.setattr(sys, "argv", ["script.py", "--epochs", "4"])
    names["main"]()
    losses = [float(line.split()[-1]) for line in capsys.readouterr().out.splitlines() if line.startswith("epoch")]
    assert len(losses) == 4
    assert losses[-1] < losses[0]
