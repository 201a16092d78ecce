"""A run whose program is killed five times, and resumed each time, equals one that was never killed, to the bit."""

import os
import random
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from tests.app.runs.trained_window import EPOCHS
from tinyml.data import DataChoice
from tinyml.learner import TrainingSettings
from tinyml.net import LayerSpecification, NetworkSpecification
from tinyml.storage import Project, save_project

ROOT = Path(__file__).parents[3]
KILLS = 5
SEED = int(os.environ.get("KILLED_RUNS_SEED", "12"))


@pytest.fixture
def project(tmp_path):
    """A project with everything that draws random numbers or has a state."""
    layers = (
        LayerSpecification(type="Flatten", name="flatten"),
        LayerSpecification(type="Linear", name="linear_1", settings={"outputs": 32}),
        LayerSpecification(type="BatchNorm1D", name="norm"),
        LayerSpecification(type="ReLu", name="relu"),
        LayerSpecification(type="Dropout", name="dropout", settings={"probability": 0.3}),
        LayerSpecification(type="Linear", name="linear_2", settings={"outputs": 10}),
    )
    settings = {
        "optimizer": "adam",
        "learning_rate": 0.003,
        "schedule": "reduce_on_plateau",
        "schedule_epochs": 2,
        "schedule_factor": 0.5,
        "augment_shift": 1,
        "augment_noise": 0.05,
        "batch_size": 16,
        "epochs": 20,
    }
    path = tmp_path / "killed.tinyml.json"
    data = DataChoice(source="digits", validation=0.2, test=0.2)
    save_project(
        path, Project(network=NetworkSpecification(layers=layers), data=data, training=TrainingSettings(**settings))
    )
    return path


def start(mode, folder, project, *epoch):
    folder.mkdir(exist_ok=True)
    settings, result = folder / "settings.ini", folder / "result.npz"
    if not settings.exists():
        settings.write_text("[General]\ncheckpoint_seconds=1\ncheckpoint_epochs=1\n")
    command = [sys.executable, "-m", "tests.app.runs.trained_window", mode, settings, project, result, *epoch]
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    return subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True)


def read_until(process, epoch):
    """Read what the program prints until it has completed an epoch; return the newest one."""
    for line in process.stdout:
        if line.strip().isdecimal() and int(line) >= epoch:
            return int(line)
    return EPOCHS


def finish(process):
    read_until(process, EPOCHS + 1)
    assert process.wait(60) == 0


def read(path):
    with np.load(path) as content:
        return dict(content)


@pytest.mark.timeout(600)
def test_a_run_that_is_killed_five_times_equals_one_that_is_not(tmp_path, project):
    with start("train", tmp_path / "undisturbed", project) as process:
        finish(process)
    generator = random.Random(SEED)
    targets = sorted(generator.sample(range(5, EPOCHS - 2), KILLS))
    folder = tmp_path / "killed"
    for number, target in enumerate(targets):
        with start("resume" if number else "train", folder, project, str(target)) as process:
            reached = read_until(process, target)
            try:  # within the epoch, and perhaps while a checkpoint is written
                process.wait(generator.uniform(0, 0.05))
            except subprocess.TimeoutExpired:
                process.kill()
            assert process.wait(60) == -9, f"the program ended by itself after epoch {reached}"
    with start("resume", folder, project) as process:
        finish(process)
    expected, found = (read(tmp_path / name / "result.npz") for name in ("undisturbed", "killed"))
    assert set(found) == set(expected)
    assert len(expected["history"]) == EPOCHS
    assert len(expected["changes"]) == 2
    for name in expected:
        assert expected[name].size, name
        np.testing.assert_array_equal(found[name], expected[name], name)
    assert list(folder.glob("runs/*/checkpoint*")) == []
