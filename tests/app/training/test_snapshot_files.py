"""A snapshot is the same after it was written to a model file and read again."""

from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest

from app.training.snapshot import Snapshot, frozen_state
from app.training.snapshot_files import export_snapshot, load_snapshot
from tinyml.core import StorageError
from tinyml.data import DataChoice, describe, describe_choice, prepare_splits
from tinyml.learner import EpochFinished, TrainingSettings, set_up_training
from tinyml.net import LayerSpecification, NetworkSpecification, build
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
    assert loaded.source == path
    for field in fields(Snapshot):
        if field.name not in ("tensors", "source"):
            assert getattr(loaded, field.name) == getattr(snapshot, field.name)
    assert loaded.fits(snapshot.network, snapshot.description)


def test_a_path_with_another_suffix_gets_the_default_format(snapshot: Snapshot, tmp_path: Path) -> None:
    assert read_model(export_snapshot(tmp_path / "weights", snapshot)).test_accuracy == 0.8


def test_a_file_without_a_network_is_refused(tmp_path: Path, snapshot: Snapshot) -> None:
    snapshot.make_net().export(tmp_path / "w.safetensors")
    with pytest.raises(StorageError, match="holds tensors, but no network"):
        load_snapshot(tmp_path / "w.safetensors")


def test_weights_keep_their_classes_when_the_data_changes(tmp_path: Path) -> None:
    table = tmp_path / "pets.csv"
    rows = [f"{number}.5,{number % 7},{'dog' if number % 2 else 'cat'}" for number in range(40)]
    table.write_text("\n".join(["size,age,kind", *rows]), encoding="utf-8")
    choice = DataChoice(source=str(table))
    splits = prepare_splits(choice)
    network = NetworkSpecification(layers=(LayerSpecification(type="Linear", name="fc", settings={"outputs": 2}),))
    setup = set_up_training(network, TrainingSettings(), splits)
    description, fitted = describe_choice(choice), splits.train.preprocessing
    trained = Snapshot(network, choice, TrainingSettings(), description, frozen_state(setup.net), preprocessing=fitted)
    path = export_snapshot(tmp_path / "w.safetensors", trained)

    table.write_text(table.read_text(encoding="utf-8").replace("\n7.5,", "\nNull,"), encoding="utf-8")
    changed = prepare_splits(choice)
    assert changed.train.scaling != fitted.scaling
    assert load_snapshot(path).fits(network, changed.train.description)
    assert load_snapshot(path).prepare(changed.test).scaling == fitted.scaling

    table.write_text(table.read_text(encoding="utf-8").replace("cat", "fox").replace("Null", "1"), encoding="utf-8")
    loaded = load_snapshot(path)
    assert loaded.description.class_names == ("cat", "dog")
    assert not loaded.fits(network, describe_choice(choice)), "the outputs stand for other classes"
    assert read_model(export_snapshot(tmp_path / "again.safetensors", loaded)).class_names == ("cat", "dog")
