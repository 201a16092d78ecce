"""A network's way over whole batches, as training and prediction take it: in parts that stay in the processor's cache.

A layer is written for a batch, and knows nothing of what is here. Where layers follow each other that treat every
example by itself, a batch is cut into micro-batches (the field's word for parts of a mini-batch; Huang et al. 2019).
Each goes through all these layers on its own: what one layer writes, the next one reads while it is still in the cache,
and several threads work on different micro-batches. Each micro-batch has replicas of the layers for it, which share the
parameters; the gradients of the replicas are added up in the order of the micro-batches.

How a batch is cut depends on its size and on the number of threads alone, so that the results are the same to the bit
whenever that number is the same.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager, nullcontext
from itertools import groupby, pairwise
from math import prod
from typing import NamedTuple

import numpy as np

from tinyml.core import Array, Shape, ShapeError, TinymlError
from tinyml.core.threads import one_blas_thread, run_in_parallel, thread_count
from tinyml.core.windows import batch_to_front
from tinyml.core.workspace import Workspace
from tinyml.layers import Layer, MaxPool2D, ReLU
from tinyml.layers.base.stack import check_layers, forward_through, shapes_through

_MICRO_BATCH_SIZE = 64
"""Examples in a micro-batch, at most. The batch is last in memory, so runs of numbers are about as long."""

_LEAST_WORK_TO_SPLIT = 1_200_000_000
"""Multiplications for a batch, forward, from which on it is cut: less is done sooner by the threads of BLAS alone."""

_COST_OF_WRITING = 400
"""Multiplications that take as long as what is done with a number that a layer writes."""

_LEAST_SIZE_TO_REUSE = 1 << 16
"""Numbers that a layer reads or writes for a batch, from which on it pays to give it a workspace."""


class BatchPass:
    """Takes batches through the layers of a network and, in training, gradients back.

    The arrays in which it computes are used again in the next pass; it never hands one out.

    Arguments:
        for_training: True to keep what `backward` needs. False is for prediction, and takes far less memory.

    >>> from tinyml.layers import Linear, ReLU
    >>> BatchPass().forward([Linear("fc", 4, 3), ReLU("relu")], np.zeros((2, 4), np.float32)).shape
    (2, 3)
    """

    def __init__(self, for_training: bool = True) -> None:
        self._for_training = for_training
        self._layers: list[Layer] = []
        self._schedules: dict[Shape, _Schedule] = {}
        self._segments: dict[tuple[int, int, bool], _Segment] = {}
        self._last: _Schedule | None = None

    def forward(self, layers: Sequence[Layer], input: Array) -> Array:
        """Return the output `(N, …)` for a batch `(N, …)`, as an array of the caller's own.

        Arguments:
            layers: the network, from the input upwards; usually the same as the last time.
            input: `(N, …)`; it is never changed, and read once more in `backward`.
        """
        if self._layers != layers:
            check_layers(layers)
            self._layers, self._schedules, self._segments = list(layers), {}, {}
        schedule = self._schedules.get(input.shape)
        if schedule is None:
            schedule = self._schedules[input.shape] = self._make_schedule(input.shape)
        self._last = schedule
        if not schedule.on_threads:
            return schedule.forward(input)
        with one_blas_thread():
            return schedule.forward(input)

    def backward(self, gradient: Array) -> None:
        """Add to the gradient of every parameter, for the batch of the last `forward`.

        Arguments:
            gradient: `(N, …)` with respect to the output.

        Raises `TinymlError` when there was no `forward`.
        """
        schedule = self._last
        if schedule is None:
            raise TinymlError("Take a batch forward before you take a gradient back.")
        with self.threads():
            schedule.backward(gradient)

    def threads(self) -> AbstractContextManager[None]:
        """Hold BLAS to one thread where our own threads take part in the last batch.

        What follows on it, such as an update, should do so too: BLAS's threads, once woken, hinder ours for some time.
        """
        return one_blas_thread() if self._last is not None and self._last.on_threads else _NO_LIMIT

    def _make_schedule(self, input_shape: Shape) -> "_Schedule":
        """Decide which layers take the batch whole, and which in micro-batches."""
        layers, shapes = self._layers, _batch_shapes(self._layers, input_shape)
        split = _which_to_split(layers, shapes[1:]) if input_shape[0] > 1 else [False] * len(layers)
        parts: list[tuple[_Segment, int]] = []
        start = 0
        for batch_separable, group in groupby(split):
            end = start + len(list(group))
            key = start, end, batch_separable
            if key not in self._segments:
                kind = _MicroBatchSegment if batch_separable else _WholeBatchSegment
                self._segments[key] = kind(layers, start, end, self._for_training)
            parts.append((self._segments[key], max(map(prod, shapes[start : end + 1]))))
            start = end
        return _Schedule(parts, any(split))


_NO_LIMIT = nullcontext()


class _Segment(ABC):
    """Neighbouring layers that take batches in the same way.

    Arguments:
        layers: of the network.
        start, end: (first, last + 1) of these.
        for_training: see `BatchPass`.

    Attributes:
        lowest: position among these layers of the lowest one in the network that has parameters, whose input's gradient
            is of no use to anybody; -1 when it is none of them.
    """

    def __init__(self, layers: list[Layer], start: int, end: int, for_training: bool) -> None:
        self._layers, self._for_training = layers[start:end], for_training
        self._follows, self._is_last = start > 0, end == len(layers)
        first = next((index for index, layer in enumerate(layers) if layer.named_parameters), end)
        self.lowest = first - start if start <= first < end else -1

    @abstractmethod
    def forward(self, input: Array, largest: int) -> Array:
        """Take a batch up through the layers, each of which reads and writes up to `largest` numbers."""

    @abstractmethod
    def backward(self, gradient: Array, largest: int) -> Array:
        """Take the gradient down through the layers, as far as it is needed."""

    def _backward_through(self, layers: list[Layer], gradient: Array) -> Array:
        """Take a gradient down through these layers or through their replicas."""
        for layer in reversed(layers[self.lowest + 1 :]):
            gradient = layer.backward(gradient)
        if self.lowest >= 0:
            layers[self.lowest].accumulate_parameter_gradients(gradient)
        return gradient


class _Schedule(NamedTuple):
    """How a batch of one size goes through the network.

    Attributes:
        parts: segments, and how many numbers a layer of each reads or writes for the batch at most.
        on_threads: True when our own threads take part in it, and those of BLAS therefore should not.
    """

    parts: list[tuple[_Segment, int]]
    on_threads: bool

    def forward(self, value: Array) -> Array:
        """Take a batch up through the network."""
        for segment, largest in self.parts:
            value = segment.forward(value, largest)
        return value

    def backward(self, gradient: Array) -> None:
        """Take a gradient down, to the lowest layer that has something to learn."""
        for segment, largest in reversed(self.parts):
            gradient = segment.backward(gradient, largest)
            if segment.lowest >= 0:
                return


class _WholeBatchSegment(_Segment):
    """Layers that take a batch as it is."""

    def __init__(self, layers: list[Layer], start: int, end: int, for_training: bool) -> None:
        super().__init__(layers, start, end, for_training)
        self._plain = not any(layer.settings.paired_pooling or layer.records_switches for layer in self._layers)
        self._workspaces = [Workspace() for _ in self._layers]

    def forward(self, input: Array, largest: int) -> Array:
        # Several threads may predict at the same time, with these same layers.
        reuses_memory = self._for_training and largest >= _LEAST_SIZE_TO_REUSE
        output = (
            self._with_workspaces(lambda: self._forward_through(input))
            if reuses_memory
            else self._forward_through(input)
        )
        if self._is_last and (reuses_memory or (self._follows and np.may_share_memory(input, output))):
            return output.copy(order="K")  # what is handed out must not lie in a workspace
        return output

    def backward(self, gradient: Array, largest: int) -> Array:
        if largest < _LEAST_SIZE_TO_REUSE:
            return self._backward_through(self._layers, gradient)
        return self._with_workspaces(lambda: self._backward_through(self._layers, gradient))

    def _forward_through(self, value: Array) -> Array:
        if self._plain:
            for layer in self._layers:
                value = layer.forward(value)
            return value
        pending_pools: list[Layer] = []
        for layer in self._layers:
            value = forward_through(layer, value, pending_pools)
        return value

    def _with_workspaces(self, work: Callable[[], Array]) -> Array:
        """Do work during which the layers write into their workspaces."""
        for layer, workspace in zip(self._layers, self._workspaces, strict=True):
            layer.workspace = workspace
        try:
            return work()
        finally:
            for layer in self._layers:
                layer.workspace = None


class _MicroBatchSegment(_Segment):
    """Layers that take a batch in parts.

    While `backward` is still to come, each part needs layers that remember it, and arrays of its own. What is done with
    soon, gradients and what a prediction computes on its way, is written into arrays of the thread.
    """

    def __init__(self, layers: list[Layer], start: int, end: int, for_training: bool) -> None:
        super().__init__(layers, start, end, for_training)
        self._layers = _relu_after_pooling(self._layers)
        self._replicas: list[list[Layer]] = []
        self._saved_workspaces: list[list[Workspace]] = []
        self._turn_workspaces: list[tuple[Workspace, Workspace]] = []
        self._batch_workspace = Workspace()
        self._input: Array | None = None
        self._parts: list[slice] = []

    def forward(self, input: Array, largest: int) -> Array:
        parts = self._parts = _parts(len(input))
        self._input = input
        self._prepare_replicas(len(parts))
        shape = input.shape
        for layer in self._layers:
            shape = (len(input), *layer.output_shape(shape[1:]))
        dtypes = [parameter.tensor.dtype for layer in self._layers for parameter in layer.parameters]
        output = self._join("output", shape, dtypes[-1] if dtypes else input.dtype, reuse=not self._is_last)

        def work(worker: int, number: int) -> None:
            value = input[parts[number]]
            if self._for_training:
                for replica, workspace in zip(self._replicas[number], self._saved_workspaces[number], strict=True):
                    replica.workspace = workspace
                    value = forward_through(replica, value, [])
            else:
                value = _double_buffered(
                    self._replicas[worker],
                    self._turn_workspaces[worker],
                    value,
                    lambda replica, value: forward_through(replica, value, []),
                )
            output[parts[number]] = value

        run_in_parallel(work, len(parts))
        return output

    def backward(self, gradient: Array, largest: int) -> Array:
        assert self._input is not None
        parts = self._parts
        self._prepare_replicas(len(parts))
        below = self._join("gradient", self._input.shape, gradient.dtype, reuse=True)

        def work(worker: int, number: int) -> None:
            replicas = self._replicas[number]
            received = _double_buffered(
                reversed(replicas[self.lowest + 1 :]),
                self._turn_workspaces[worker],
                gradient[parts[number]],
                lambda replica, value: replica.backward(value),
            )
            if self.lowest < 0:
                below[parts[number]] = received
            else:
                replicas[self.lowest].accumulate_parameter_gradients(received)

        run_in_parallel(work, len(parts))
        self._sum_gradients(len(parts))
        return below

    def _prepare_replicas(self, parts: int) -> None:
        """See that there are replicas and memory for each part, and that the replicas are like their layers."""
        workers = thread_count()
        while len(self._replicas) < (parts if self._for_training else workers):
            self._replicas.append([layer.replica() for layer in self._layers])
            for before, replica in pairwise(self._replicas[-1]):
                replica.inplace = not before.backward_uses_output
            self._saved_workspaces.append([Workspace() for _ in self._layers])
        while len(self._turn_workspaces) < workers:
            self._turn_workspaces.append((Workspace(), Workspace()))
        for replicas in self._replicas:
            for layer, replica in zip(self._layers, replicas, strict=True):
                replica.training = layer.training
                for own, parameter in zip(replica.parameters, layer.parameters, strict=True):
                    own.tensor = parameter.tensor

    def _sum_gradients(self, parts: int) -> None:
        """Add the gradients of the replicas to those of the layers, always in the same order."""
        for index, layer in enumerate(self._layers):
            for name, parameter in layer.named_parameters.items():
                for replicas in self._replicas[:parts]:
                    own = replicas[index].named_parameters[name]
                    parameter.add_gradient(own.gradient)
                    own.zero_grad()

    def _join(self, name: str, shape: Shape, dtype: np.dtype, reuse: bool) -> Array:
        """Return an array for a whole batch, with the batch last in memory."""
        memory = (*shape[1:], shape[0])
        return batch_to_front(self._batch_workspace.empty(name, memory, dtype) if reuse else np.empty(memory, dtype))


def _batch_shapes(layers: list[Layer], input_shape: Shape) -> list[Shape]:
    """Return the shape of a batch, and of what each layer makes of it, `(0,)` where that is unknown."""
    try:
        shapes = shapes_through(layers, input_shape[1:])
    except ShapeError:  # the layer will tell
        shapes = [None] * len(layers)
    return [input_shape, *((0,) if shape is None else (input_shape[0], *shape) for shape in shapes)]


def _which_to_split(layers: list[Layer], outputs: list[Shape]) -> list[bool]:
    """Tell of each layer whether it takes the batch in micro-batches."""
    if any(layer.settings.paired_pooling for layer in layers):
        return [False] * len(layers)  # a layer that uses the switches of another one needs them for the whole batch
    split: list[bool] = []
    for batch_separable, group in groupby(zip(layers, outputs, strict=True), key=lambda each: each[0].batch_separable):
        work = [_estimate_work(layer, output) for layer, output in group]
        split += [batch_separable and sum(work) >= _LEAST_WORK_TO_SPLIT] * len(work)
    return split


def _estimate_work(layer: Layer, output: Shape) -> int:
    """Estimate how much there is to do for a batch, in multiplications."""
    weights = sum(parameter.tensor.size for parameter in layer.parameters)
    positions = prod(output[2:])
    return output[0] * weights * positions + _COST_OF_WRITING * prod(output)


def _relu_after_pooling(layers: list[Layer]) -> list[Layer]:
    """Let ReLU come after MaxPool2D where it stands just before it: the same bits from a quarter of the numbers.

    The largest of a window stays the largest when all that is negative becomes 0; and when all of it is, no gradient
    passes, whichever pixel won.
    """
    layers = list(layers)
    for index in range(len(layers) - 1):
        if isinstance(layers[index], ReLU) and isinstance(layers[index + 1], MaxPool2D):
            layers[index], layers[index + 1] = layers[index + 1], layers[index]
    return layers


def _double_buffered(
    layers: Iterable[Layer],
    workspaces: tuple[Workspace, Workspace],
    value: Array,
    step: Callable[[Layer, Array], Array],
) -> Array:
    """Take a value through layers that write into two memories by turns: each reads from one and fills the other.

    Two that are used over and over stay in the cache, where one for each layer would not.
    """
    other, holding = workspaces
    for layer in layers:
        layer.workspace = other
        result = step(layer, value)
        if not np.may_share_memory(result, value):
            other, holding = holding, other
        value = result
    return value


def _parts(count: int) -> list[slice]:
    """Cut `count` examples into parts of nearly the same size, as many for each thread."""
    threads = thread_count()
    parts = min(threads * -(-count // (threads * _MICRO_BATCH_SIZE)), count)
    ends = [count * part // parts for part in range(parts + 1)]
    return [slice(first, end) for first, end in pairwise(ends)]
