"""A snapshot is the same after it was written to a model file and read again."""

from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest

from app.training.snapshot import Snapshot, frozen_state
from app.training.snapshot_files import export_snapshot, load_snapshot
from tinyml.core import StorageError
from tinyml.data import describe
from tinyml.learner import EpochFinished
from tinyml.net import build
from tinyml.storage import example_path, read_model, read_project


@pytest.fixture
def snapshot() -> Snapshot:
    project = read_project(example_path("circle"))
    net = build(project.network, (2,), np.random.default_rng(0))
    epochs = project.training.epochs
    history = (EpochFinished(1, epochs, 0.5, 0.75, validation_loss=0.4, validation_accuracy=0.8, seconds=0.0),)
    description = describe("circle")
    return Snapshot(
        project.network, project.data, project.training, description, frozen_state(net), history, test_accuracy=0.8
    )


def test_a_snapshot_is_read_as_it_was_written(snapshot: Snapshot, tmp_path: Path) -> None:
    path = export_snapshot(tmp_path / "w.safetensors", snapshot)
    loaded = load_snapshot(path)
    assert loaded.tensors.keys() == snapshot.tensors.keys()
    for name, tensor in loaded.tensors.items():
        np.testing.assert_array_equal(tensor, snapshot.tensors[name])
        assert not tensor.flags.writeable
    for field in fields(Snapshot):
        if field.name != "tensors":
            assert getattr(loaded, field.name) == getattr(snapshot, field.name)
    assert loaded.fits(snapshot.network, snapshot.description)


def test_a_path_with_another_suffix_gets_the_default_format(snapshot: Snapshot, tmp_path: Path) -> None:
    assert read_model(export_snapshot(tmp_path / "weights", snapshot)).test_accuracy == 0.8


def test_a_file_without_a_network_is_refused(tmp_path: Path, snapshot: Snapshot) -> None:
    snapshot.make_net().export(tmp_path / "w.safetensors")
    with pytest.raises(StorageError, match="holds tensors, but no network"):
        load_snapshot(tmp_path / "w.safetensors")
