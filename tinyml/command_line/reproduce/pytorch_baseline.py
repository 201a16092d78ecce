"""The experiment of specification 003 in PyTorch, as users of PyTorch write it: with Sequential, MSELoss and SGD."""

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
    """Trains a PyTorch copy of a tinyml network. This file is only imported if PyTorch is installed.

    It uses one thread, as tinyml does. A second thread makes steps with such small matrices slower: on an idle machine
    with two cores, a step took 208 µs with two threads and 181 µs with one.

    Arguments:
        net: the network of tinyml. Its weights are copied and do not change.
        train: the training points.
        learning_rate: of gradient descent.
    """

    def __init__(self, net: Sequential, train: Dataset, learning_rate: float) -> None:
        # PyTorch is optional. Type checkers would require it for `import torch`.
        self._torch: Any = importlib.import_module("torch")
        self._model = self._torch.nn.Sequential(*map(self._make_counterpart, net.layers))
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
            return self._fit(batches)

    def _fit(self, batches: Iterable[np.ndarray]) -> list[float]:
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

    def _make_counterpart(self, layer: Layer) -> Any:
        """Make the PyTorch module for a layer, with copies of its parameters."""
        if not isinstance(layer, Linear):
            return {ReLU: self._torch.nn.ReLU, Tanh: self._torch.nn.Tanh}[type(layer)]()
        outputs, inputs = layer.weight.tensor.shape
        counterpart = self._torch.nn.Linear(inputs, outputs)
        tensors = {name: parameter.tensor.copy() for name, parameter in layer.named_parameters.items()}
        counterpart.load_state_dict({name: self._torch.from_numpy(tensor) for name, tensor in tensors.items()})
        return counterpart
