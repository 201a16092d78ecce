"""A network with its weights at one moment: the worker sends it to the window, and files hold it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from tinyml.data import DataChoice, DataDescription, Dataset, FittedPreprocessing
from tinyml.learner import EpochFinished, TrainingSettings
from tinyml.net import NetworkSpecification, Sequential, build


@dataclass(frozen=True, eq=False)
class Snapshot:
    """The frozen weights of a network at one moment of a run. The arrays are read-only copies.

    Two snapshots are equal only if they are the same object, because comparing all weights would take too long.

    Attributes:
        network, data, training: the project that the run was started with.
        description: of the data: shape and class names.
        tensors: parameters and buffers, named as in `Sequential.named_tensors`.
        history: the epochs up to this moment. If the run continues another one, its epochs come first.
        trained: False for the initial weights of a network.
        within_epoch: True if the weights are from the middle of the epoch that follows `history`.
        test_loss, test_accuracy, test_r_squared: of these weights on the test set; None if they were not tested, or if
            the metric does not fit the targets.
        preprocessing: what turns a raw example into an input of the network; None if the network is not trained, or in
            files of older versions.
        source: the model file that the weights were read from; None for weights of a run.
        mixed: True if some weights are not those of `source` but were kept, so that no file holds all of them.
    """

    network: NetworkSpecification
    data: DataChoice
    training: TrainingSettings
    description: DataDescription
    tensors: Mapping[str, np.ndarray]
    history: tuple[EpochFinished, ...] = ()
    trained: bool = True
    within_epoch: bool = False
    test_loss: float | None = None
    test_accuracy: float | None = None
    test_r_squared: float | None = None
    preprocessing: FittedPreprocessing | None = None
    source: Path | None = None
    mixed: bool = False

    def fits(self, network: NetworkSpecification, description: DataDescription | None) -> bool:
        """Return True if these are weights of `network` for data with the inputs and the targets of `description`."""
        return (
            description is not None
            and self.network == network
            and self.description.example_shape == description.example_shape
            and self.description.input_names == description.input_names
            and self.description.class_names == description.class_names
            and self.description.target_shape == description.target_shape
            and self.description.target == description.target
        )

    def prepare(self, samples: Dataset) -> Dataset:
        """Return samples with the preprocessing that these weights were trained with.

        The data on the disk may have changed since, so that it would be scaled with other numbers now.

        Arguments:
            samples: examples of data that these weights fit.
        """
        fitted = self.preprocessing
        if fitted is None:
            return samples
        return replace(samples, scaling=fitted.scaling, target_scaling=fitted.target_scaling)

    def make_net(self) -> Sequential:
        """Build a new network with these weights, in evaluation mode."""
        net = build(self.network, self.description.example_shape)
        net.set_tensors(self.tensors, "the snapshot")
        net.eval()
        return net


def frozen_state(net: Sequential) -> dict[str, np.ndarray]:
    """Return read-only copies of the parameters and buffers of `net`, by name."""
    tensors: dict[str, np.ndarray] = {}
    for name, tensor in net.named_tensors.items():
        tensors[name] = tensor.copy()
        tensors[name].flags.writeable = False
    return tensors
