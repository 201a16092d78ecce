"""The computation of micro-batches by replicas of a segment's layers, in this process or in a helper."""

from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from tinyml.core import Array
from tinyml.core.workspace import Workspace
from tinyml.layers import Layer
from tinyml.layers.base.stack import forward_through

Show = Callable[[int, Array], None]
"""Called with the number of layers that are done and the value there."""


class Replicas(NamedTuple):
    """Replicas of a segment's layers, each with a workspace."""

    layers: list[Layer]
    workspaces: list[Workspace]


class MicroBatches:
    """Computes micro-batches with replicas of layers, which share the parameters and keep their own activations.

    In training, each micro-batch has replicas of its own, because they keep what `backward` needs. In prediction, each
    worker has. Arrays that only the next layer needs are written into two workspaces of the worker: input gradients,
    and activations in prediction.

    Arguments:
        layers: of a segment, in the order of execution.
        for_training: True if a backward pass follows each forward pass.
        first_trainable: index of the first layer of the network that has parameters; None if it is not among these.
    """

    def __init__(self, layers: Sequence[Layer], for_training: bool, first_trainable: int | None) -> None:
        self._layers = layers
        self._for_training = for_training
        self._first_trainable = first_trainable
        self._replicas: dict[int, Replicas] = {}
        self._worker_workspaces: dict[int, tuple[Workspace, Workspace]] = {}

    def prepare(self, numbers: Iterable[int], workers: int) -> None:
        """Make missing replicas and workspaces; give all replicas the current parameters and mode of their layers.

        Arguments:
            numbers: of the micro-batches that will be computed.
            workers: the number of threads that will compute them.
        """
        for number in numbers if self._for_training else range(workers):
            if number not in self._replicas:
                self._replicas[number] = self._replicate()
        for worker in range(workers):
            self._worker_workspaces.setdefault(worker, (Workspace(), Workspace()))
        for replicas in self._replicas.values():
            for layer, replica in zip(self._layers, replicas.layers, strict=True):
                replica.training = layer.training
                for own, parameter in zip(replica.parameters, layer.parameters, strict=True):
                    own.tensor = parameter.tensor

    def forget(self, numbers: Iterable[int]) -> None:
        """Delete the replicas of micro-batches that a helper computes now, and their memory; only in training.

        Arguments:
            numbers: of the micro-batches.
        """
        for number in numbers:
            self._replicas.pop(number, None)

    def replicas(self, number: int) -> list[Layer]:
        """Return the replicas of a micro-batch; only in training.

        Arguments:
            number: of the micro-batch.
        """
        return self._replicas[number].layers

    def forward(self, worker: int, number: int, value: Array, show: Show | None = None) -> Array:
        """Return the output for a micro-batch. It is only valid until the next call of this worker.

        Arguments:
            worker: number of the thread.
            number: of the micro-batch.
            value: `(N, …)` the examples of the micro-batch.
            show: called before the first layer and after each; only in training.
        """
        if not self._for_training:
            return _double_buffered(self._replicas[worker].layers, self._worker_workspaces[worker], value, _forward)
        if show is not None:
            show(0, value)
        for done, (replica, workspace) in enumerate(zip(*self._replicas[number], strict=True), 1):
            for parameter in replica.parameters:
                parameter.zero_grad()
            replica.workspace = workspace
            value = _forward(replica, value)
            if show is not None:
                show(done, value)
        return value

    def backward(self, worker: int, number: int, gradient: Array) -> Array | None:
        """Accumulate the parameter gradients of the replicas; return the input gradient, if a layer below needs it.

        Arguments:
            worker, number: as for `forward`.
            gradient: `(N, …)` with respect to the output of this micro-batch.
        """
        replicas, first = self._replicas[number].layers, self._first_trainable
        upper = reversed(replicas[0 if first is None else first + 1 :])
        received = _double_buffered(upper, self._worker_workspaces[worker], gradient, _backward)
        if first is None:
            return received
        replicas[first].accumulate_parameter_gradients(received)
        return None

    def gradients(self, number: int) -> list[Array]:
        """Return the gradients of all parameters of a micro-batch. They are valid until its next `forward`.

        Arguments:
            number: of the micro-batch.
        """
        return [parameter.gradient for layer in self._replicas[number].layers for parameter in layer.parameters]

    def _replicate(self) -> Replicas:
        replicas = [layer.replica() for layer in self._layers]
        for before, replica in pairwise(replicas):
            replica.inplace = not before.backward_uses_output
        return Replicas(replicas, [Workspace() for _ in replicas])


def _double_buffered(
    layers: Iterable[Layer],
    workspaces: tuple[Workspace, Workspace],
    value: Array,
    compute: Callable[[Layer, Array], Array],
) -> Array:
    """Run layers with double buffering: each reads from one workspace and writes into the other.

    Two workspaces stay in the cache; one for each layer would not.
    """
    free, used = workspaces
    for layer in layers:
        layer.workspace = free
        result = compute(layer, value)
        if not np.may_share_memory(result, value):
            free, used = used, free
        value = result
    return value


def _forward(layer: Layer, value: Array) -> Array:
    return forward_through(layer, value, [])


def _backward(layer: Layer, gradient: Array) -> Array:
    return layer.backward(gradient)
