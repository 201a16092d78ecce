"""The five networks in PyTorch, in its usual style: eager, `nn.Sequential`, SGD."""

import numpy as np
import torch
from torch import nn

from tests.benchmarks.workloads import Workload

NAME = "PyTorch"
CHANNELS_LAST = "PyTorch channels_last"


def _w1() -> nn.Sequential:
    return nn.Sequential(
        *(nn.Linear(2, 25), nn.ReLU(), nn.Linear(25, 25), nn.ReLU(), nn.Linear(25, 25), nn.ReLU()),
        *(nn.Linear(25, 2), nn.Tanh()),
    )


def _w2() -> nn.Sequential:
    return nn.Sequential(nn.Linear(784, 128), nn.ReLU(), nn.Linear(128, 64), nn.ReLU(), nn.Linear(64, 10))


def _w3() -> nn.Sequential:
    return nn.Sequential(
        *(nn.Conv2d(1, 32, 3), nn.ReLU(), nn.Conv2d(32, 64, 3), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Flatten(), nn.Linear(9216, 128), nn.ReLU(), nn.Linear(128, 10)),
    )


def _w4() -> nn.Sequential:
    return nn.Sequential(
        *(nn.Conv2d(1, 8, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Conv2d(8, 16, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Flatten(), nn.Linear(784, 64), nn.ReLU(), nn.Linear(64, 10)),
    )


def _w5() -> nn.Sequential:
    return nn.Sequential(
        *(nn.Conv2d(3, 32, 3, padding=1), nn.ReLU(), nn.Conv2d(32, 32, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Conv2d(32, 64, 3, padding=1), nn.ReLU(), nn.Conv2d(64, 64, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Flatten(), nn.Linear(4096, 128), nn.ReLU(), nn.Linear(128, 10)),
    )


_NETWORKS = {"W1": _w1, "W2": _w2, "W3": _w3, "W4": _w4, "W5": _w5}


def network(workload: Workload) -> nn.Sequential:
    """Build the network with PyTorch's default initial weights."""
    torch.manual_seed(0)
    return _NETWORKS[workload.name]()


def optimizer(workload: Workload, model: nn.Module) -> torch.optim.Optimizer:
    """Build the optimiser of the network."""
    return torch.optim.SGD(model.parameters(), workload.learning_rate, workload.momentum)


def loss_function(workload: Workload) -> nn.Module:
    """Build the loss function of the network."""
    return nn.CrossEntropyLoss() if workload.classifies else nn.MSELoss()


def train_epoch(workload: Workload, model: nn.Module, inputs: torch.Tensor, targets: torch.Tensor, batch: int) -> float:
    """Train on every example once, in a new order; return the mean loss. Indexing is faster than a DataLoader."""
    loss_of, updates = loss_function(workload), optimizer(workload, model)
    model.train()
    total = 0.0
    for chosen in torch.randperm(len(inputs)).split(batch):
        updates.zero_grad()
        loss = loss_of(model(inputs[chosen]), targets[chosen])
        loss.backward()
        updates.step()
        total += loss.item() * len(chosen)
    return total / len(inputs)


class Implementation:
    """A network of PyTorch with a batch, ready for the timing.

    The memory layout is PyTorch's default, or "channels last", which is faster for some convolutions. Time inference
    inside `torch.no_grad()`.
    """

    def __init__(
        self, workload: Workload, inputs: np.ndarray, targets: np.ndarray, *, channels_last: bool = False
    ) -> None:
        layout = torch.channels_last if channels_last else torch.contiguous_format
        self.model = network(workload).to(memory_format=layout)
        self.inputs = torch.from_numpy(inputs).contiguous(memory_format=layout)
        self.targets = torch.from_numpy(targets)
        self.loss_function = loss_function(workload)
        self.optimizer = optimizer(workload, self.model)
        self.loss = torch.zeros(())

    @property
    def parameter_shapes(self) -> list[tuple[int, ...]]:
        """Shapes of all parameters, in order."""
        return [tuple(parameter.shape) for parameter in self.model.parameters()]

    def train_step(self) -> None:
        """Run one training step: forward, loss, backward, update."""
        self.optimizer.zero_grad()
        self.loss = self.loss_function(self.model(self.inputs), self.targets)
        self.loss.backward()
        self.optimizer.step()

    def infer(self) -> None:
        """Compute the outputs of the batch."""
        self.model(self.inputs)

    def last_loss(self) -> float:
        """Return the loss of the last training step."""
        return self.loss.item()
