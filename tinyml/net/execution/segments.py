"""Segments: neighbouring layers that are executed in the same way, with the whole batch or in micro-batches."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import pairwise

import numpy as np

from tinyml.core import Array, Shape
from tinyml.core.threads import run_in_parallel, thread_count
from tinyml.core.windows import batch_to_front
from tinyml.core.workspace import Workspace
from tinyml.layers import Layer
from tinyml.layers.base.stack import forward_through
from tinyml.net.execution.micro_batches import MicroBatches
from tinyml.net.execution.observation import OutputObserver, observation_points, observing_blocks
from tinyml.net.execution.processes.remote import RemoteShares

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
    """Layers that receive the batch in micro-batches, in several processes or on several threads.

    A micro-batch goes through all layers of the segment before the next one starts: a layer reads its input while it
    is still in the processor's cache (see `MicroBatches`). Helper processes compute their shares of the micro-batches
    (see `RemoteShares`). This process computes its own share, and all the others as long as there are no helpers: then
    on several threads. Gradients are added in the order of the micro-batches.

    See `Segment` for the arguments.
    """

    def __post_init__(self) -> None:
        self._own = MicroBatches(self.layers, self.for_training, self.first_trainable)
        self._remote = RemoteShares(self.layers, self.for_training, self.first_trainable)
        self._batch_workspace = Workspace()
        self._input: Array | None = None
        self._micro_batches: list[slice] = []
        self._elsewhere: set[int] = set()
        self._points = observation_points(self.network_order, self.layers)

    def forward(self, input: Array, largest: int, observer: OutputObserver | None) -> Array:
        micro_batches = self._micro_batches = split_batch(len(input))
        self._input = input
        shape = input.shape
        for layer in self.layers:
            shape = (len(input), *layer.output_shape(shape[1:]))
        dtypes = [parameter.tensor.dtype for layer in self.layers for parameter in layer.parameters]
        dtype = dtypes[-1] if dtypes else input.dtype
        # The observer sees the outputs of all micro-batches, so all of them are computed here.
        helping = self._remote.forward(input, micro_batches if observer is None else [], shape, dtype)
        with helping as helped:
            shared = helped.arrays.get("output")
            output = self._batch_array("output", shape, dtype, reuse=not self.is_last) if shared is None else shared

            def compute(worker: int, number: int) -> None:
                part = micro_batches[number]
                show = None if observer is None else partial(self._show, number, observer)
                output[part] = self._own.forward(worker, number, input[part], show)

            self._run(compute, [number for number in range(len(micro_batches)) if number not in helped.numbers])
            missing = helped.finish()
            self._run(compute, missing)
        self._elsewhere = helped.numbers.difference(missing)
        if self.for_training:
            self._own.forget(self._elsewhere)
        return output.copy(order="K") if self.is_last and shared is not None else output

    def backward(self, gradient: Array, largest: int) -> Array:
        assert self._input is not None
        input, micro_batches = self._input, self._micro_batches
        with self._remote.backward(gradient) as helped:
            shared = helped.arrays.get("input_gradient")
            if shared is None:
                shared = self._batch_array("gradient", input.shape, gradient.dtype, reuse=True)
            input_gradient = shared

            def compute(worker: int, number: int) -> None:
                part = micro_batches[number]
                if number in self._elsewhere:  # the helper with the activations is gone: compute them again
                    self._own.forward(worker, number, input[part])
                received = self._own.backward(worker, number, gradient[part])
                if received is not None:
                    input_gradient[part] = received

            self._run(compute, [number for number in range(len(micro_batches)) if number not in helped.numbers])
            missing = helped.finish()
            self._run(compute, missing)
            self._sum_gradients(helped.numbers.difference(missing), helped.arrays)
        return input_gradient

    def _run(self, compute: Callable[[int, int], None], numbers: Sequence[int]) -> None:
        """Compute micro-batches in this process, on several threads if there are several."""
        self._own.prepare(numbers, min(thread_count(), len(numbers)))
        run_in_parallel(lambda worker, index: compute(worker, numbers[index]), len(numbers))

    def _show(self, number: int, observer: OutputObserver, done: int, value: Array) -> None:
        """Show the outputs that are known when a micro-batch has passed the first `done` layers, before the next one.

        The next layer may write over `value`.
        """
        for point in self._points[done]:
            replicas = self._own.replicas(number)
            observer.see(point.layer, number, value, [replicas[index] for index in point.moved])

    def _sum_gradients(self, remote: set[int], arrays: dict[str, Array]) -> None:
        """Add the gradients of all micro-batches to those of the layers, always in the same order."""
        parameters = [parameter for layer in self.layers for parameter in layer.parameters]
        for number in range(len(self._micro_batches)):
            if number in remote:
                found = [arrays[f"gradient {number} {index}"] for index in range(len(parameters))]
            else:
                found = self._own.gradients(number)
            for parameter, gradient in zip(parameters, found, strict=True):
                parameter.add_gradient(gradient)

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
