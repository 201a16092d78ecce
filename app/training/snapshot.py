"""A network with its weights at one moment: what crosses from the worker to the window, and into files."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from tinyml.data import DataChoice, DataDescription
from tinyml.learner import EpochFinished, TrainingSettings
from tinyml.net import NetworkSpecification, Sequential, build


@dataclass(frozen=True)
class Snapshot:
    """The weights of a network at one moment of a run. Its arrays are copies and read-only.

    Attributes:
        network, data, training: what the run was started with.
        description: of the data: shape and class names.
        tensors: parameters and buffers, named as in `Sequential.named_tensors`.
        history: the epochs up to this moment, those before a continued run included.
        test_loss, test_accuracy, test_r_squared: of these weights on the test set; None when they were not tested, or
            when the metric does not fit the targets.
        trained: False for the fresh weights that a network would start with.
    """

    network: NetworkSpecification
    data: DataChoice
    training: TrainingSettings
    description: DataDescription
    tensors: Mapping[str, np.ndarray]
    history: tuple[EpochFinished, ...] = ()
    trained: bool = True
    test_loss: float | None = None
    test_accuracy: float | None = None
    test_r_squared: float | None = None

    def fits(self, network: NetworkSpecification, description: DataDescription | None) -> bool:
        """Return True if these are weights of `network` for data of that shape and with such targets."""
        return (
            description is not None
            and self.network == network
            and self.description.example_shape == description.example_shape
            and len(self.description.class_names) == len(description.class_names)
            and self.description.target_shape == description.target_shape
            and self.description.target == description.target
        )

    def make_net(self) -> Sequential:
        """Build a network of the caller's own with these weights, in evaluation mode."""
        net = build(self.network, self.description.example_shape)
        net.set_tensors(self.tensors, "the snapshot")
        net.eval()
        return net


def frozen_state(net: Sequential) -> dict[str, np.ndarray]:
    """Copy the parameters and buffers of a network into read-only arrays."""
    tensors: dict[str, np.ndarray] = {}
    for name, tensor in net.named_tensors.items():
        tensors[name] = tensor.copy()
        tensors[name].flags.writeable = False
    return tensors
