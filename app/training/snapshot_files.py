"""Snapshots in files: write one in any export format, and read one from a model file."""

from dataclasses import replace
from pathlib import Path

from app.training.snapshot import Snapshot, frozen_state
from tinyml.data import DataDescription, describe_choice
from tinyml.learner import EpochFinished
from tinyml.storage import SavedModel, load_model, summarise_history
from tinyml.storage.exporters import exporter_of


def export_snapshot(path: Path, snapshot: Snapshot) -> Path:
    """Write the network of a snapshot to a file.

    Arguments:
        path: the file. `tinyml.storage.exporters.exporter_of` chooses the exporter by its suffix.
        snapshot: weights, network, and history of the run.

    Returns `path`. Raises `StorageError` when the file cannot be written.
    """
    exporter_of(path).write(path, snapshot.make_net(), describe_model(snapshot))
    return path


def load_snapshot(path: Path, description: DataDescription | None = None) -> Snapshot:
    """Read a snapshot from a model file.

    Arguments:
        path: a file that `export_snapshot` or `tinyml train --save` wrote.
        description: of the data; None to describe the data of the file, which reads them.

    Raises `StorageError` or `DataError` when the file or its data cannot be read.
    """
    net, about = load_model(path)
    history = tuple(
        EpochFinished(**epoch.model_dump(), epochs=about.training.epochs, seconds=0.0) for epoch in about.history
    )
    return Snapshot(
        about.network,
        about.data,
        about.training,
        _description_of(about, description),
        frozen_state(net),
        history,
        test_loss=about.test_loss,
        test_accuracy=about.test_accuracy,
        test_r_squared=about.test_r_squared,
        preprocessing=about.preprocessing,
        source=Path(path),
    )


def _description_of(about: SavedModel, known: DataDescription | None) -> DataDescription:
    """Return the description of the data as the network learned it: the data may have changed since."""
    now = known or describe_choice(about.data)
    return replace(
        now,
        example_shape=about.input_shape,
        class_names=about.class_names,
        target_shape=about.target_shape,
        input_names=now.input_names if about.preprocessing is None else about.preprocessing.input_names,
    )


def describe_model(snapshot: Snapshot) -> SavedModel:
    """Return everything that a model file says about a `snapshot`, except for the weights."""
    return SavedModel(
        network=snapshot.network,
        input_shape=snapshot.description.example_shape,
        class_names=snapshot.description.class_names,
        target_shape=snapshot.description.target_shape,
        preprocessing=snapshot.preprocessing,
        data=snapshot.data,
        training=snapshot.training,
        history=summarise_history(snapshot.history),
        test_loss=snapshot.test_loss,
        test_accuracy=snapshot.test_accuracy,
        test_r_squared=snapshot.test_r_squared,
    )
