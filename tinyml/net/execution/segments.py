"""Segments: neighbouring layers that are executed in the same way, with the whole batch or in micro-batches."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from tinyml.core import Array, Shape
from tinyml.core.threads import run_in_parallel, thread_count
from tinyml.core.windows import batch_to_front
from tinyml.core.workspace import Workspace
from tinyml.layers import Layer
from tinyml.layers.base.stack import forward_through
from tinyml.net.execution.observation import OutputObserver, observation_points, observing_blocks

MICRO_BATCH_SIZE = 64
"""Largest number of examples in a micro-batch. The batch axis is last in memory: rows of memory are about as long."""

MIN_SIZE_TO_REUSE = 1 << 16
"""Smallest number of elements, in the largest array of a segment, for which reusing memory pays."""


@dataclass(eq=False)
class Segment(ABC):
    """Neighbouring layers that are executed in the same way.

    Attributes:
        layers: in the order of execution.
        network_order: the same layers in the order of the network.
        for_training: True if a backward pass follows each forward pass.
        is_first, is_last: True if the segment begins or ends the network.
        first_trainable: index, in `layers`, of the first layer of the network that has parameters; None if this layer
            is in another segment. No layer needs the input gradient of this one.
    """

    layers: list[Layer]
    network_order: list[Layer]
    for_training: bool
    is_first: bool
    is_last: bool
    first_trainable: int | None

    @property
    def first_with_input_gradient(self) -> int:
        """Index, in `layers`, of the first layer that has to compute an input gradient."""
        return 0 if self.first_trainable is None else self.first_trainable + 1

    @abstractmethod
    def forward(self, input: Array, largest: int, observer: OutputObserver | None) -> Array:
        """Compute the output of the last layer.

        Arguments:
            input: `(N, …)` a batch.
            largest: the number of elements in the largest array that a layer reads or writes for it.
            observer: sees the output of each layer; None except in a measured step of the training.
        """

    @abstractmethod
    def backward(self, gradient: Array, largest: int) -> Array:
        """Accumulate parameter gradients; return the input gradient.

        The input gradient is only valid if `first_trainable` is None: otherwise no layer needs it.

        Arguments:
            gradient: `(N, …)`, with respect to the output of the last layer.
            largest: as in `forward`.
        """


@dataclass(eq=False)
class WholeBatchSegment(Segment):
    """Layers that receive the batch as a whole. See `Segment` for the arguments."""

    def __post_init__(self) -> None:
        self._has_switches = any(layer.settings.paired_pooling or layer.records_switches for layer in self.layers)
        self._workspaces = [Workspace() for _ in self.layers]

    def forward(self, input: Array, largest: int, observer: OutputObserver | None) -> Array:
        # In prediction, several threads may use these layers at the same time, so they get no workspace.
        reuses_memory = self.for_training and largest >= MIN_SIZE_TO_REUSE
        if reuses_memory:
            output = self._with_workspaces(lambda: self._forward_layers(input, observer))
        else:
            output = self._forward_layers(input, observer)
        in_workspace = reuses_memory or (not self.is_first and np.may_share_memory(input, output))
        return output.copy(order="K") if self.is_last and in_workspace else output

    def backward(self, gradient: Array, largest: int) -> Array:
        if largest < MIN_SIZE_TO_REUSE:
            return self._backward_layers(gradient)
        return self._with_workspaces(lambda: self._backward_layers(gradient))

    def _forward_layers(self, value: Array, observer: OutputObserver | None) -> Array:
        if observer is not None:
            return self._forward_observed(value, observer)
        if not self._has_switches:
            for layer in self.layers:
                value = layer.forward(value)
            return value
        pending_pools: list[Layer] = []
        for layer in self.layers:
            value = forward_through(layer, value, pending_pools)
        return value

    def _forward_observed(self, value: Array, observer: OutputObserver) -> Array:
        pending_pools: list[Layer] = []
        with observing_blocks(self.layers, observer):
            for layer in self.layers:
                value = forward_through(layer, value, pending_pools)
                observer.see(layer, 0, value)
        return value

    def _backward_layers(self, gradient: Array) -> Array:
        for layer in reversed(self.layers[self.first_with_input_gradient :]):
            gradient = layer.backward(gradient)
        if self.first_trainable is not None:
            self.layers[self.first_trainable].accumulate_parameter_gradients(gradient)
        return gradient

    def _with_workspaces(self, compute: Callable[[], Array]) -> Array:
        """Call `compute` while the layers write into their workspaces."""
        for layer, workspace in zip(self.layers, self._workspaces, strict=True):
            layer.workspace = workspace
        try:
            return compute()
        finally:
            for layer in self.layers:
                layer.workspace = None


@dataclass(eq=False)
class MicroBatchSegment(Segment):
    """Layers that receive the batch in micro-batches, on several threads.

    A micro-batch goes through all layers of the segment before its thread takes the next one: a layer reads its input
    while it is still in the processor's cache. In training, each micro-batch has replicas of the layers, which share
    the parameters and keep their own activations. Gradients of replicas are added in the order of the micro-batches.
    Arrays that only the next layer needs are written into two workspaces of the thread: input gradients, and
    activations in prediction.

    See `Segment` for the arguments.
    """

    def __post_init__(self) -> None:
        self._replicas: list[list[Layer]] = []
        self._replica_workspaces: list[list[Workspace]] = []
        self._thread_workspaces: list[tuple[Workspace, Workspace]] = []
        self._batch_workspace = Workspace()
        self._input: Array | None = None
        self._micro_batches: list[slice] = []
        self._points = observation_points(self.network_order, self.layers)

    def forward(self, input: Array, largest: int, observer: OutputObserver | None) -> Array:
        micro_batches = self._micro_batches = split_batch(len(input))
        self._input = input
        self._prepare_replicas(len(micro_batches))
        shape = input.shape
        for layer in self.layers:
            shape = (len(input), *layer.output_shape(shape[1:]))
        dtypes = [parameter.tensor.dtype for layer in self.layers for parameter in layer.parameters]
        output = self._batch_array("output", shape, dtypes[-1] if dtypes else input.dtype, reuse=not self.is_last)

        def compute(worker: int, number: int) -> None:
            part = micro_batches[number]
            if self.for_training:
                output[part] = self._forward_replicas(number, input[part], observer)
            else:
                workspaces, replicas = self._thread_workspaces[worker], self._replicas[worker]
                output[part] = _double_buffered(replicas, workspaces, input[part], _forward)

        run_in_parallel(compute, len(micro_batches))
        return output

    def backward(self, gradient: Array, largest: int) -> Array:
        assert self._input is not None
        micro_batches = self._micro_batches
        self._prepare_replicas(len(micro_batches))
        input_gradient = self._batch_array("gradient", self._input.shape, gradient.dtype, reuse=True)

        def compute(worker: int, number: int) -> None:
            part, replicas = micro_batches[number], self._replicas[number]
            upper, workspaces = reversed(replicas[self.first_with_input_gradient :]), self._thread_workspaces[worker]
            received = _double_buffered(upper, workspaces, gradient[part], _backward)
            if self.first_trainable is None:
                input_gradient[part] = received
            else:
                replicas[self.first_trainable].accumulate_parameter_gradients(received)

        run_in_parallel(compute, len(micro_batches))
        self._sum_gradients(len(micro_batches))
        return input_gradient

    def _forward_replicas(self, number: int, value: Array, observer: OutputObserver | None) -> Array:
        """Run a micro-batch through its own replicas, which keep their activations for the backward pass."""
        replicas = self._replicas[number]
        if observer is not None:
            self._show(0, number, value, observer)
        for done, (replica, workspace) in enumerate(zip(replicas, self._replica_workspaces[number], strict=True), 1):
            replica.workspace = workspace
            value = _forward(replica, value)
            if observer is not None:
                self._show(done, number, value, observer)
        return value

    def _show(self, done: int, number: int, value: Array, observer: OutputObserver) -> None:
        """Show the outputs that are known when a micro-batch has passed the first `done` layers, before the next one.

        The next layer may write over `value`.
        """
        for point in self._points[done]:
            observer.see(point.layer, number, value, [self._replicas[number][index] for index in point.moved])

    def _prepare_replicas(self, micro_batches: int) -> None:
        """Make missing replicas and workspaces; give all replicas the current parameters and mode of their layers."""
        workers = thread_count()
        while len(self._replicas) < (micro_batches if self.for_training else workers):
            self._replicas.append([layer.replica() for layer in self.layers])
            for before, replica in pairwise(self._replicas[-1]):
                replica.inplace = not before.backward_uses_output
            self._replica_workspaces.append([Workspace() for _ in self.layers])
        while len(self._thread_workspaces) < workers:
            self._thread_workspaces.append((Workspace(), Workspace()))
        for replicas in self._replicas:
            for layer, replica in zip(self.layers, replicas, strict=True):
                replica.training = layer.training
                for own, parameter in zip(replica.parameters, layer.parameters, strict=True):
                    own.tensor = parameter.tensor

    def _sum_gradients(self, micro_batches: int) -> None:
        """Add the gradients of the replicas to those of the layers, always in the same order."""
        for index, layer in enumerate(self.layers):
            for name, parameter in layer.named_parameters.items():
                for replicas in self._replicas[:micro_batches]:
                    own = replicas[index].named_parameters[name]
                    parameter.add_gradient(own.gradient)
                    own.zero_grad()

    def _batch_array(self, name: str, shape: Shape, dtype: np.dtype, reuse: bool) -> Array:
        """Return an array for a whole batch, with the batch axis last in memory; of the workspace if `reuse`."""
        memory = (*shape[1:], shape[0])
        return batch_to_front(self._batch_workspace.empty(name, memory, dtype) if reuse else np.empty(memory, dtype))


def split_batch(count: int) -> list[slice]:
    """Split `count` examples into micro-batches of nearly the same size, as many for each thread.

    >>> from tinyml.core.threads import set_thread_count
    >>> set_thread_count(2)
    >>> split_batch(100)
    [slice(0, 50, None), slice(50, 100, None)]
    >>> set_thread_count(None)
    """
    threads = thread_count()
    micro_batches = min(threads * -(-count // (threads * MICRO_BATCH_SIZE)), count)
    ends = [count * number // micro_batches for number in range(micro_batches + 1)]
    return [slice(start, end) for start, end in pairwise(ends)]


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
