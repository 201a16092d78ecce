"""The network that gets the weights of another program, and what is read of the file for it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from app.document import Document
from app.training import Snapshot
from app.training.dataset_cache import load_splits
from app.training.snapshot import frozen_state
from app.training.training_config import freeze_config
from tinyml.data import DataDescription, ProgressCallback
from tinyml.learner import set_up_training
from tinyml.net import build
from tinyml.storage import Project, open_tensors
from tinyml.storage.weight_mapping import WeightMapping, apply_mapping, propose_mapping

_SHARE_OF_DATA = 0.5
"""Share of the progress that stands for the data, whose scaling belongs to a trained network."""


@dataclass(frozen=True)
class ImportTarget:
    """The network that gets the weights.

    Attributes:
        project: network, data and settings.
        description: of the data.
        present: the weights that the network has now; None for fresh random ones.
        present_words: says whose weights these are.
    """

    project: Project
    description: DataDescription
    present: Snapshot | None = None
    present_words: str = "fresh random weights"


@dataclass(frozen=True)
class Proposal:
    """What is known of a file before its weights are used.

    Attributes:
        mapping: which tensor becomes which.
        types: element type of each tensor of the file, by name.
        precision: element type of the network.
    """

    mapping: WeightMapping
    types: Mapping[str, str] = field(repr=False)
    precision: str = "float32"


def target_of_document(document: Document, present: Snapshot | None, words: str) -> ImportTarget:
    """Return the network of the project as it is now.

    Arguments:
        document: holds the project.
        present: the weights that the window uses; they are those of the network only if they fit it.
        words: says whose weights these are.

    Raises `TinymlError` with the first problem if the network cannot be built.
    """
    config = freeze_config(document)
    if present is None or not present.trained or not present.fits(config.project.network, config.description):
        return ImportTarget(config.project, config.description)
    return ImportTarget(config.project, config.description, present, words)


def read_proposal(path: Path, target: ImportTarget) -> Proposal:
    """Read the names of a file, and propose which tensor becomes which of the network.

    Arguments:
        path: the file, in any format of tensors.
        target: the network.

    Raises `TinymlError` if the file cannot be read.
    """
    net = build(target.project.network, target.description.example_shape)
    with open_tensors(path) as file:
        mapping = propose_mapping(net, file.header)
        return Proposal(mapping, {tensor.name: tensor.dtype for tensor in file.header.tensors}, net.dtype.name)


def read_weights(path: Path, target: ImportTarget, mapping: WeightMapping, progress: ProgressCallback) -> Snapshot:
    """Read the weights of a file into a new network.

    Arguments:
        path: the file.
        target: the network; it does not change.
        mapping: which tensor becomes which, without problems.
        progress: called with the share that is done, 0 to 1; what it raises ends the reading.

    Raises `TinymlError` if the file or the data cannot be read, or if the file has changed.
    """
    project = target.project
    splits = load_splits(project.data, lambda share: progress(_SHARE_OF_DATA * share))
    if target.present is not None:
        net = target.present.make_net()
    else:
        net = set_up_training(project.network, project.training, splits).net
    apply_mapping(path, net, mapping, lambda share: progress(_SHARE_OF_DATA + (1 - _SHARE_OF_DATA) * share))
    mixed, fitted = any(pair.kept for pair in mapping.pairs), splits.train.preprocessing
    if mixed and target.present is not None and target.present.preprocessing is not None:
        # Kept numbers were trained on examples that were prepared so.
        fitted = target.present.preprocessing
    return Snapshot(
        project.network,
        project.data,
        project.training,
        target.description,
        frozen_state(net),
        preprocessing=fitted,
        source=path,
        mixed=mixed,
    )
