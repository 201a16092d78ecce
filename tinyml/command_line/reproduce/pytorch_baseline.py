"""PyTorch in the experiment of seed 003, in its usual style: Sequential, MSELoss, SGD."""

import importlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from tinyml.core import Array
from tinyml.data import Dataset
from tinyml.layers import Layer, Linear, ReLU, Tanh
from tinyml.net import Sequential


class PyTorchBaseline:
    """Trains the same network with the same initial weights in PyTorch. Only loaded if PyTorch is installed.

    It uses one thread, as tinyml does. For such small matrices a second thread is slower: on an idle machine with two
    cores, a step took 208 µs with two threads and 181 µs with one.

    Arguments:
        net: the network of tinyml; its weights are copied.
        train: the training points.
        learning_rate: of gradient descent.
    """

    def __init__(self, net: Sequential, train: Dataset, learning_rate: float) -> None:
        # Imported by its name, because PyTorch is optional, also for type checkers.
        self._torch: Any = importlib.import_module("torch")
        self._model = self._torch.nn.Sequential(*map(self._same_layer, net.layers))
        self._loss = self._torch.nn.MSELoss()
        self._optimizer = self._torch.optim.SGD(self._model.parameters(), lr=learning_rate)
        self._points = self._torch.from_numpy(train.inputs)
        self._targets = self._torch.from_numpy(train.class_targets[train.labels])

    def fit(self, batches: Iterable[np.ndarray]) -> list[float]:
        """Train with one step for each batch; return the losses.

        Arguments:
            batches: the indices of the examples of each batch.
        """
        with self._one_thread():
            return self._learn(batches)

    def _learn(self, batches: Iterable[np.ndarray]) -> list[float]:
        losses = []
        for batch in map(self._torch.from_numpy, batches):
            self._optimizer.zero_grad()
            loss = self._loss(self._model(self._points[batch]), self._targets[batch])
            loss.backward()
            self._optimizer.step()
            losses.append(loss.item())
        return losses

    def outputs(self, points: Array) -> Array:
        """Return the outputs of the network.

        Arguments:
            points: `(N, 2)` the inputs.
        """
        with self._one_thread(), self._torch.no_grad():
            outputs: Array = self._model(self._torch.from_numpy(points)).numpy()
        return outputs

    @contextmanager
    def _one_thread(self) -> Iterator[None]:
        threads = self._torch.get_num_threads()
        self._torch.set_num_threads(1)
        try:
            yield
        finally:
            self._torch.set_num_threads(threads)

    def _same_layer(self, layer: Layer) -> Any:
        """Make PyTorch's counterpart of a layer, with copies of its parameters."""
        if not isinstance(layer, Linear):
            return {ReLU: self._torch.nn.ReLU, Tanh: self._torch.nn.Tanh}[type(layer)]()
        outputs, inputs = layer.weight.tensor.shape
        counterpart = self._torch.nn.Linear(inputs, outputs)
        tensors = {name: parameter.tensor.copy() for name, parameter in layer.named_parameters.items()}
        counterpart.load_state_dict({name: self._torch.from_numpy(tensor) for name, tensor in tensors.items()})
        return counterpart
