"""Checkpoint files: what comes back, what is refused, and that nothing is lost by writing."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tinyml.core import StorageError
from tinyml.core.tensor_file import read_tensors, write_tensors
from tinyml.data import load, split
from tinyml.learner import Checkpoint, SettingChange, set_up_training
from tinyml.storage import Project, example_path, read_checkpoint, read_project, save_checkpoint, save_project


@pytest.fixture
def project() -> Project:
    return read_project(example_path("circle"))


@pytest.fixture
def checkpoint(project: Project) -> Checkpoint:
    setup = set_up_training(project.network, project.training, split(load("circle"), project.data))
    run = setup.run()
    for _ in range(90):
        next(run)
    return setup.learner.checkpoint()


def test_everything_is_read_as_it_was_saved(tmp_path: Path, project: Project, checkpoint: Checkpoint) -> None:
    path = tmp_path / "run.safetensors"
    save_checkpoint(path, checkpoint, project)
    read, its_project = read_checkpoint(path)
    assert its_project == project
    assert read.state == checkpoint.state
    assert read.state.total_loss.hex() == checkpoint.state.total_loss.hex()
    assert read.tensors.keys() == checkpoint.tensors.keys()
    for name, tensor in checkpoint.tensors.items():
        assert read.tensors[name].dtype == tensor.dtype
        np.testing.assert_array_equal(read.tensors[name], tensor)


def test_before_the_first_epoch_there_is_an_empty_history(tmp_path: Path, project: Project) -> None:
    setup = set_up_training(project.network, project.training, split(load("circle"), project.data))
    setup.run()
    save_checkpoint(tmp_path / "run", setup.learner.checkpoint(), project)
    assert read_checkpoint(tmp_path / "run").checkpoint.tensors["history"].shape == (0, 8)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"format": "tinyml-model"}, "not a checkpoint of a training run"),
        ({"version": 5}, "newer TinyML .file version 5; this one reads up to 4"),
        ({"version": "one"}, "'version'"),
        ({"surprise": 1}, "There is no setting 'surprise'"),
        ({"project": {"training": {"epochs": 0}}}, "'project.training.epochs' is 0"),
        ({"state": {}}, "'state.seed' is missing"),
        ({"state": {"seed": -1, "batch_size": 1, "examples": 1, "epochs": 1}}, "'state.seed' is -1"),
        ({"state": {"seed": 0, "batch_size": 1, "examples": 1, "epochs": 1, "batch": 10**30}}, "'state.batch'"),
    ],
)
def test_other_files_are_refused(
    tmp_path: Path, project: Project, checkpoint: Checkpoint, changes: dict[str, Any], words: str
) -> None:
    path = tmp_path / "run.safetensors"
    save_checkpoint(path, checkpoint, project)
    file = read_tensors(path)
    write_tensors(path, file.tensors, {**file.metadata, **changes})
    with pytest.raises(StorageError, match=words) as caught:
        read_checkpoint(path)
    assert str(path) in str(caught.value)


def test_a_project_is_no_checkpoint_and_a_cut_file_neither(
    tmp_path: Path, project: Project, checkpoint: Checkpoint
) -> None:
    save_project(tmp_path / "a", project)
    with pytest.raises(StorageError, match="is JSON, as projects are"):
        read_checkpoint(tmp_path / "a")
    save_checkpoint(tmp_path / "b", checkpoint, project)
    whole = (tmp_path / "b").read_bytes()
    for length in range(0, len(whole), 997):
        (tmp_path / "c").write_bytes(whole[:length])
        with pytest.raises(StorageError):
            read_checkpoint(tmp_path / "c")


@pytest.mark.parametrize("version", [3, 4])
def test_every_version_is_read_and_resumed(version: int) -> None:
    read, project = read_checkpoint(Path(__file__).parent / "golden" / f"checkpoint-version-{version}.safetensors")
    changed = () if version < 4 else (SettingChange(1.0, 3, "learning_rate", 0.1, 0.05),)
    assert (read.state.epoch, read.state.best_epoch, read.state.changes) == (2, 1, changed)
    setup = set_up_training(project.network, project.training, split(load("circle"), project.data))
    events = list(setup.run(read))
    assert [event.epoch for event in setup.learner.history] == [1, 2, 3]
    assert events[0].learning_rate == (0.1 if version < 4 else 0.05)
