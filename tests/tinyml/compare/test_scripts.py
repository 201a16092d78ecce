"""The scripts for PyTorch run as they are, and compute what tinyml computes with the same weights."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from tests.tinyml.compare import tally
from tests.tinyml.compare.random_tensors import ONE_THREAD, UNUSUAL, with_random_tensors
from tests.tinyml.net.stacks import stack
from tests.tinyml.scripts.contents import PROJECTS, content_for, content_named, content_of, network_of, run_script
from tinyml.data import Preprocessing
from tinyml.data.resampling import transform_images
from tinyml.learner import TrainingSettings
from tinyml.losses import loss_descriptions
from tinyml.net import NetworkSpecification
from tinyml.optims import optimizer_descriptions
from tinyml.optims.schedules import schedule_descriptions
from tinyml.scripts import ScriptContent, pytorch_script, tinyml_script
from tinyml.scripts.pytorch_names import is_accepted
from tinyml.storage import read_project

torch = pytest.importorskip("torch", reason="PyTorch is not installed: make compare")

TOLERANCE = 1e-4


@pytest.fixture(autouse=True)
def _one_thread() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


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


@pytest.mark.parametrize("initialiser", ["uniform", "glorot_uniform", "glorot_normal", "he_uniform", "he_normal"])
def test_convolutions_start_with_weights_of_the_same_spread(initialiser: str) -> None:
    wide = {"window": (4, 4), "stride": (2, 2), "initialiser": initialiser}
    network = stack(("Conv2D", {"filters": 40, **wide}), ("ConvTranspose2D", {"filters": 8, **wide}))
    content = content_for(network, (8, 8, 8))
    ours = network_of(tinyml_script(content)).named_tensors
    theirs = run_script(pytorch_script(content))["net"].state_dict()
    for name, weights in ours.items():
        if name.endswith("weight"):
            assert theirs[name].std().item() == pytest.approx(float(weights.std()), rel=0.04)
        else:
            largest = float(np.abs(ours[name.replace("bias", "weight")]).max()) if initialiser == "uniform" else 0.0
            assert float(theirs[name].abs().max()) <= largest * 1.01
            assert bool(theirs[name].any()) == (initialiser == "uniform")


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


AUGMENTED = {
    "augment_shift": 2,
    "augment_flip": True,
    "augment_flip_vertical": True,
    "augment_rotate": 20.0,
    "augment_zoom": 0.3,
    "augment_brightness": 0.5,
}


def test_augmented_images_are_those_of_tinyml() -> None:
    project = read_project(PROJECTS["lenet-digits"])
    training = project.training.model_copy(update=AUGMENTED)
    names = run_script(pytorch_script(content_of(project.model_copy(update={"training": training}))))
    images = np.random.default_rng(0).random((4, 2, 9, 7)).astype(np.float32)
    batch = torch.tensor(images)
    factors = torch.tensor([0.5, 0.8, 1.0, 1.25])
    zoomed = names["transform"](batch, torch.eye(2, 3) / factors[:, None, None]).numpy()
    expected = transform_images(images, np.eye(2) / factors.numpy().astype(float)[:, None, None])
    np.testing.assert_allclose(zoomed, expected, atol=1e-5)
    moved = names["shift"](batch, 2).numpy()
    ways = {shift_by(images[0], down, right).tobytes() for down in range(-2, 3) for right in range(-2, 3)}
    assert moved[0].tobytes() in ways
    flipped = names["flip"](batch.repeat(20, 1, 1, 1), 3).numpy()
    mirrored = [np.array_equal(each, images[number % 4][:, :, ::-1]) for number, each in enumerate(flipped)]
    assert 20 < sum(mirrored) < 60
    bright = names["brighten"](batch, 0.5).numpy()
    assert bright.max() <= 1
    assert 0.5 <= bright[0, 0, 0, 0] / images[0, 0, 0, 0] <= 1.5


def shift_by(image: np.ndarray, down: int, right: int) -> np.ndarray:
    """Return an image that is moved by whole pixels."""
    padded = np.pad(image, ((0, 0), (2, 2), (2, 2)))
    rows, columns = image.shape[1:]
    return np.ascontiguousarray(padded[:, 2 - down : 2 - down + rows, 2 - right : 2 - right + columns])


@pytest.mark.parametrize("degrees", [90.0, -90.0])
def test_a_rotation_turns_the_pixels_of_an_oblong_image(degrees: float, monkeypatch: pytest.MonkeyPatch) -> None:
    project = read_project(PROJECTS["lenet-digits"])
    training = project.training.model_copy(update={"augment_rotate": 20.0})
    names = run_script(pytorch_script(content_of(project.model_copy(update={"training": training}))))
    image = np.zeros((1, 1, 5, 9), np.float32)
    image[0, 0, 2, 3:6] = 1  # a bar that lies
    monkeypatch.setattr(torch, "rand", lambda count: torch.full((count,), 1.0 if degrees > 0 else 0.0))
    turned = names["rotate"](torch.tensor(image), abs(degrees)).numpy()
    expected = np.zeros_like(image)
    expected[0, 0, 1:4, 4] = 1  # stands
    np.testing.assert_allclose(turned, expected, atol=1e-5)


@pytest.mark.parametrize("name", ["lenet-digits", "autoencoder-digits", "circle", "sine"])
def test_augmented_scripts_train(
    name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    project = read_project(PROJECTS[name])
    changes = {"augment_noise": 0.1, "early_stopping": 2, "restore_best": True}
    if name.endswith("digits"):
        changes |= AUGMENTED
    choice = {"preprocessing": Preprocessing(scale="standardise"), "validation": 0.1}
    project = project.model_copy(update={"data": project.data.model_copy(update=choice)})
    training = project.training.model_copy(update=changes)
    names = run_script(pytorch_script(content_of(project.model_copy(update={"training": training}))))
    monkeypatch.setattr(sys, "argv", ["script.py", "--epochs", "2"])
    names["main"]()
    printed = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in printed] == ["epoch", "epoch", "test"]
    assert "validation loss" in printed[0]
