"""The five networks in tinyml."""

from typing import Any

import numpy as np

from tests.benchmarks.readiness import until_helpers_work
from tests.benchmarks.workloads import Workload
from tinyml.layers.base.inference import LayerInference, infer_stack
from tinyml.layers.base.specification import LayerSpecification
from tinyml.learner import Learner
from tinyml.net import NetworkSpecification, Sequential, build
from tinyml.optims import SGDOptimizer

NAME = "ours"


def _stack(*layers: tuple[str, dict[str, Any]]) -> tuple[LayerSpecification, ...]:
    """Name each layer after its type, and count each type from 1."""
    seen: dict[str, int] = {}
    specifications = []
    for kind, settings in layers:
        seen[kind] = seen.get(kind, 0) + 1
        specifications.append(LayerSpecification(type=kind, name=f"{kind.lower()}_{seen[kind]}", settings=settings))
    return tuple(specifications)


def _convolution(filters: int, window: int, padding: int) -> tuple[str, dict[str, Any]]:
    return "Conv2D", {"filters": filters, "window": (window, window), "padding": (padding, padding)}


def _linear(outputs: int) -> tuple[str, dict[str, Any]]:
    return "Linear", {"outputs": outputs}


_RELU: tuple[str, dict[str, Any]] = ("ReLu", {})
_TANH: tuple[str, dict[str, Any]] = ("Tanh", {})
_POOL: tuple[str, dict[str, Any]] = ("MaxPool2D", {"window": (2, 2), "stride": (2, 2)})
_FLATTEN: tuple[str, dict[str, Any]] = ("Flatten", {})

LAYERS = {
    "W1": _stack(_linear(25), _RELU, _linear(25), _RELU, _linear(25), _RELU, _linear(2), _TANH),
    "W2": _stack(_linear(128), _RELU, _linear(64), _RELU, _linear(10)),
    "W3": _stack(
        *(_convolution(32, 3, 0), _RELU, _convolution(64, 3, 0), _RELU, _POOL),
        *(_FLATTEN, _linear(128), _RELU, _linear(10)),
    ),
    "W4": _stack(
        *(_convolution(8, 5, 2), _RELU, _POOL, _convolution(16, 5, 2), _RELU, _POOL),
        *(_FLATTEN, _linear(64), _RELU, _linear(10)),
    ),
    "W5": _stack(
        *(_convolution(32, 3, 1), _RELU, _convolution(32, 3, 1), _RELU, _POOL),
        *(_convolution(64, 3, 1), _RELU, _convolution(64, 3, 1), _RELU, _POOL),
        *(_FLATTEN, _linear(128), _RELU, _linear(10)),
    ),
}


def inferred_layers(workload: Workload) -> tuple[LayerInference, ...]:
    """Return the layers with their inferred shapes."""
    return infer_stack(LAYERS[workload.name], workload.input_shape)


def network(workload: Workload) -> Sequential:
    """Build the network, with the same weights each time."""
    specification = NetworkSpecification(layers=LAYERS[workload.name])
    return build(specification, workload.input_shape, np.random.default_rng(0))


def learner(workload: Workload) -> Learner:
    """Build the network and its learner."""
    loss = "cross_entropy_with_softmax_loss" if workload.classifies else "mse_loss"
    optimizer = SGDOptimizer(workload.learning_rate, workload.momentum or None)
    return Learner(network(workload), loss, optimizer)


class Implementation:
    """A network of tinyml with a batch, ready for the timing."""

    def __init__(self, workload: Workload, inputs: np.ndarray, targets: np.ndarray) -> None:
        self.learner = learner(workload)
        self.inputs = inputs
        self.targets = targets
        self.loss = 0.0

    @property
    def parameter_shapes(self) -> list[tuple[int, ...]]:
        """Shapes of all parameters, in order."""
        return [parameter.tensor.shape for parameter in self.learner.model.parameters]

    def train_step(self) -> None:
        """Run one training step: forward, loss, backward, update."""
        self.loss, _ = self.learner.batch_fit(self.inputs, self.targets)

    def prepare_training(self) -> None:
        """Wait until helper processes compute their shares of the batch, if it is large enough for them."""
        until_helpers_work(self.train_step, self.learner.model, self.inputs.shape)

    def prepare_inference(self) -> None:
        """Do the same for inference."""
        until_helpers_work(self.infer, self.learner.model, self.inputs.shape)

    def infer(self) -> None:
        """Compute the outputs of the batch."""
        self.learner.model.predict(self.inputs)

    def last_loss(self) -> float:
        """Return the loss of the last training step."""
        return self.loss
