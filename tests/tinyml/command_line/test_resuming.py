"""`tinyml train` with checkpoints: killed at a random moment, resumed, and the same to the last bit."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.tinyml.net.stacks import stack
from tinyml.command_line import main
from tinyml.data import DataChoice
from tinyml.learner import TrainingSettings
from tinyml.storage import Project, read_checkpoint, read_model, save_project

ROOT = Path(__file__).parents[3]
EPOCHS = 80
BATCHES = 8
"""Of an epoch."""
WAITING = """
import sys, threading
from tinyml.command_line import main, train
save = train.save_checkpoint
def save_and_wait(path, checkpoint, project):
    save(path, checkpoint, project)
    if checkpoint.state.epoch > int(sys.argv[1]):
        threading.Event().wait()
train.save_checkpoint = save_and_wait
sys.exit(main(sys.argv[2:]))
"""
"""A program that trains until it has saved a checkpoint of a later epoch than its first argument. Then it waits, so
that it cannot end before it is killed, however late that is."""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A network with everything that has a state: batch normalisation, dropout, Adam, a schedule, augmentation."""
    path = tmp_path_factory.mktemp("project") / "digits.tinyml.json"
    network = stack(
        ("Conv2D", {"filters": 4, "window": [3, 3]}),
        "BatchNorm2D",
        "ReLu",
        "Flatten",
        ("Dropout", {"probability": 0.3}),
        ("Linear", {"outputs": 10}),
    )
    training = TrainingSettings(
        optimizer="adam",
        learning_rate=0.003,
        schedule="reduce_on_plateau",
        schedule_epochs=1,
        schedule_factor=0.8,
        batch_size=100,
        epochs=EPOCHS,
        restore_best=True,
        augment_shift=1,
        augment_noise=0.05,
        seed=2,
    )
    save_project(path, Project(network=network, data=DataChoice(validation=0.1, test=0.5), training=training))
    return path


@pytest.fixture(scope="module")
def uninterrupted(project: Path) -> bytes:
    """The model file of the run that was never stopped."""
    saved = project.with_name("whole.safetensors")
    assert main(["train", "--network", str(project), "--save", str(saved), "--quiet"]) == 0
    assert len(read_model(saved).history) == EPOCHS
    return saved.read_bytes()


@contextmanager
def start(*arguments: str, program: tuple[str, ...] = ("-m", "tinyml")) -> "Iterator[subprocess.Popen[bytes]]":
    command = [sys.executable, *program, "train", *arguments, "--quiet"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as process:
        try:
            yield process
        finally:
            process.kill()


def batches_done(checkpoint: Path) -> int:
    state = read_checkpoint(checkpoint).checkpoint.state
    return (state.epoch - 1) * BATCHES + state.batch


@pytest.mark.skipif(os.name != "posix", reason="signals are sent as on POSIX systems")
@pytest.mark.parametrize("attempt", range(5))
def test_a_resumed_run_gives_the_same_bytes_as_one_without_a_kill(
    project: Path, uninterrupted: bytes, tmp_path: Path, attempt: int
) -> None:
    checkpoint, saved = tmp_path / "run.safetensors", tmp_path / "model.safetensors"
    every = ("epoch", "epoch", "epoch", "3", "1")[attempt]
    moment = random.randrange(EPOCHS * BATCHES // 2)
    program = ("-c", WAITING, str(moment // BATCHES + 3))
    arguments = ("--network", str(project), "--checkpoint", str(checkpoint), "--checkpoint-every", every)
    with start(*arguments, program=program) as process:
        while not checkpoint.exists() or batches_done(checkpoint) < moment:
            assert process.poll() is None
            time.sleep(0.001)
        time.sleep(random.uniform(0, 0.02))
        process.send_signal(signal.SIGKILL)
    assert process.returncode == -signal.SIGKILL
    print(f"killed after {batches_done(checkpoint)} of {EPOCHS * BATCHES} batches")
    assert main(["train", "--resume", str(checkpoint), "--save", str(saved), "--quiet"]) == 0
    assert saved.read_bytes() == uninterrupted
    assert sorted(tmp_path.iterdir()) == [saved, checkpoint]


def test_checkpoints_are_saved_after_the_chosen_number_of_batches(
    project: Path, uninterrupted: bytes, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    checkpoint, saved = tmp_path / "run.safetensors", tmp_path / "model.safetensors"
    arguments = ["train", "--network", str(project), "--checkpoint", str(checkpoint), "--quiet", "--epochs", "3"]
    assert main([*arguments, "--checkpoint-every", "10"]) == 0
    assert batches_done(checkpoint) == 20
    assert main(["train", "--resume", str(checkpoint), "--epochs", str(EPOCHS), "--save", str(saved), "--quiet"]) == 0
    # The bytes are those of one run with all epochs.
    result: dict[str, Any] = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert result["epochs"] == EPOCHS
    assert saved.read_bytes() == uninterrupted


@pytest.mark.skipif(os.name != "posix", reason="signals are sent as on POSIX systems")
def test_an_interrupted_run_says_how_to_continue(project: Path, tmp_path: Path) -> None:
    checkpoint = tmp_path / "my run.safetensors"
    arguments = ("--network", str(project), "--checkpoint", str(checkpoint), "--epochs", "100000")
    with start(*arguments) as process:
        while not checkpoint.exists():
            assert process.poll() is None
            time.sleep(0.005)
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=200)
    assert process.returncode == 130
    words = f"Stopped before the end. Continue with: tinyml train --resume '{checkpoint}'"
    assert errors.decode().splitlines()[-1] == f"tinyml train: {words}"
    assert list(tmp_path.iterdir()) == [checkpoint]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--seed", "0", "--set", "momentum=0"], "Leave out --seed, --set."),
        (["--momentum", "0"], "Leave out --momentum."),
        (["--epochs", "0"], "Epochs is 0 but should be at least 1"),
    ],
)
def test_a_resumed_run_keeps_its_settings(
    project: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], words: str
) -> None:
    checkpoint = str(tmp_path / "run.safetensors")
    assert main(["train", "--network", str(project), "--epochs", "1", "--checkpoint", checkpoint, "--quiet"]) == 0
    assert main(["train", "--resume", checkpoint, *arguments]) == 1
    assert words in capsys.readouterr().err


@pytest.mark.parametrize(
    ("assignment", "words"),
    [
        ("weight_deca=1", "no training setting 'weight_deca'. Did you mean 'weight_decay'?"),
        ("weight_decay", "Write --set weight_decay=VALUE"),
        ("weight_decay=much", "Weight decay is 'much' but should be a number"),
        ("optimizer=adm", "Optimiser is 'adm' but should be one of adam, adamw, rmsprop, sgd (did you mean 'adam'?)"),
        ("schedule=sine", "(did you mean 'cosine'?)"),
    ],
)
def test_an_unknown_setting_is_refused_with_the_nearest_known_setting(
    capsys: pytest.CaptureFixture[str], assignment: str, words: str
) -> None:
    assert main(["train", "--network", "circle", "--set", assignment]) == 1
    assert words in capsys.readouterr().err


def test_settings_given_by_name_reach_the_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    save = tmp_path / "a.safetensors"
    options = ["--optimizer", "adamw", "--schedule", "cosine", "--set", "restore_best=true", "--set", "clip_norm=2"]
    rate = ["--learning-rate", "0.01", "--epochs", "2", "--quiet"]
    assert main(["train", "--network", "circle", "--save", str(save), *options, *rate]) == 0
    training = read_model(save).training
    assert (training.optimizer, training.schedule, training.restore_best, training.clip_norm) == (
        "adamw",
        "cosine",
        True,
        2.0,
    )
    assert json.loads(capsys.readouterr().out)["restored_best"] is True


def test_a_failed_run_saves_the_last_good_weights(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from tinyml.optims import SGDOptimizer

    steps = 0
    update = SGDOptimizer.update

    def fail_later(self: SGDOptimizer, param: Any) -> None:
        nonlocal steps
        steps += 1
        update(self, param)
        if steps == 8 * 200:  # eight parameters, eighty batches an epoch: in the third
            param.tensor[...] = float("nan")

    monkeypatch.setattr(SGDOptimizer, "update", fail_later)
    save = tmp_path / "a.safetensors"
    assert main(["train", "--network", "circle", "--save", str(save), "--quiet"]) == 1
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "in epoch 3, batch 41 (first seen in the output of layer 'linear_4'). " in captured.err
    assert f" The weights after epoch 2 were saved as '{save}'. Lower" in captured.err
    assert len(read_model(save).history) == 2
