"""A network's way over whole batches, as training and prediction take it: in parts that stay in the processor's cache.

A layer is written for a batch, and knows nothing of what is here. Where layers follow each other that treat every
example by itself, a batch is cut into micro-batches (the field's word for parts of a mini-batch; Huang et al. 2019).
Each goes through all these layers on its own: what one layer writes, the next one reads while it is still in the cache,
and several threads work on different micro-batches. Each micro-batch has twins of the layers for it, which share the
parameters; the gradients of the twins are added up in the order of the micro-batches.

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
from tinyml.core.buffers import Buffers
from tinyml.core.threads import one_blas_thread, run_in_parallel, thread_count
from tinyml.core.windows import batch_to_front
from tinyml.layers import Layer, MaxPool2D, ReLu
from tinyml.layers.stack import check_layers, forward_through, shapes_through

_MICRO_BATCH = 64
"""Examples in a micro-batch, at most. The batch is last in memory, so runs of numbers are about as long."""

_WORTH_CUTTING = 1_200_000_000
"""Multiplications for a batch, forward, from which on it is cut: less is done sooner by the threads of BLAS alone."""

_WRITING = 400
"""Multiplications that take as long as what is done with a number that a layer writes."""

_LARGE = 1 << 16
"""Numbers that a layer reads or writes for a batch, from which on it pays to lend it memory."""


class BatchPass:
    """Takes batches through the layers of a network and, in training, gradients back.

    The arrays in which it computes are used again in the next pass; it never hands one out.

    Arguments:
        keeps: True to keep what `backward` needs. False is for prediction, and takes far less memory.

    >>> from tinyml.layers import Linear, ReLu
    >>> BatchPass().forward([Linear("fc", 4, 3), ReLu("relu")], np.zeros((2, 4), np.float32)).shape
    (2, 3)
    """

    def __init__(self, keeps: bool = True) -> None:
        self._keeps = keeps
        self._layers: list[Layer] = []
        self._plans: dict[Shape, _Plan] = {}
        self._stretches: dict[tuple[int, int, bool], _Stretch] = {}
        self._last: _Plan | None = None

    def forward(self, layers: Sequence[Layer], input: Array) -> Array:
        """Return the output `(N, …)` for a batch `(N, …)`, as an array of the caller's own.

        Arguments:
            layers: the network, from the input upwards; usually the same as the last time.
            input: `(N, …)`; it is never changed, and read once more in `backward`.
        """
        if self._layers != layers:
            check_layers(layers)
            self._layers, self._plans, self._stretches = list(layers), {}, {}
        plan = self._plans.get(input.shape)
        if plan is None:
            plan = self._plans[input.shape] = self._make_plan(input.shape)
        self._last = plan
        if not plan.on_threads:
            return plan.forward(input)
        with one_blas_thread():
            return plan.forward(input)

    def backward(self, gradient: Array) -> None:
        """Add to the gradient of every parameter, for the batch of the last `forward`.

        Arguments:
            gradient: `(N, …)` with respect to the output.

        Raises `TinymlError` when there was no `forward`.
        """
        plan = self._last
        if plan is None:
            raise TinymlError("Take a batch forward before you take a gradient back.")
        with self.threads():
            plan.backward(gradient)

    def threads(self) -> AbstractContextManager[None]:
        """Hold BLAS to one thread where our own threads take part in the last batch.

        What follows on it, such as an update, should do so too: BLAS's threads, once woken, hinder ours for some time.
        """
        return one_blas_thread() if self._last is not None and self._last.on_threads else _AS_IT_IS

    def _make_plan(self, input_shape: Shape) -> "_Plan":
        """Decide which layers take the batch whole, and which in micro-batches."""
        layers, shapes = self._layers, _written(self._layers, input_shape)
        cut = _cut(layers, shapes[1:]) if input_shape[0] > 1 else [False] * len(layers)
        parts: list[tuple[_Stretch, int]] = []
        start = 0
        for in_micro_batches, group in groupby(cut):
            end = start + len(list(group))
            key = start, end, in_micro_batches
            if key not in self._stretches:
                kind = _InMicroBatches if in_micro_batches else _Whole
                self._stretches[key] = kind(layers, start, end, self._keeps)
            parts.append((self._stretches[key], max(map(prod, shapes[start : end + 1]))))
            start = end
        return _Plan(parts, any(cut))


_AS_IT_IS = nullcontext()


class _Stretch(ABC):
    """Neighbouring layers that take batches in the same way.

    Arguments:
        layers: of the network.
        start, end: (first, last + 1) of these.
        keeps: see `BatchPass`.

    Attributes:
        lowest: position among these layers of the lowest one in the network that has parameters, whose input's gradient
            is of no use to anybody; -1 when it is none of them.
    """

    def __init__(self, layers: list[Layer], start: int, end: int, keeps: bool) -> None:
        self._layers, self._keeps = layers[start:end], keeps
        self._follows, self._is_last = start > 0, end == len(layers)
        first = next((index for index, layer in enumerate(layers) if layer.named_parameters), end)
        self.lowest = first - start if start <= first < end else -1

    @abstractmethod
    def forward(self, input: Array, largest: int) -> Array:
        """Take a batch up through the layers, each of which reads and writes up to `largest` numbers."""

    @abstractmethod
    def backward(self, gradient: Array, largest: int) -> Array:
        """Take the gradient down through the layers, as far as it is needed."""

    def _back_through(self, layers: list[Layer], gradient: Array) -> Array:
        """Take a gradient down through these layers or through their twins."""
        for layer in reversed(layers[self.lowest + 1 :]):
            gradient = layer.backward(gradient)
        if self.lowest >= 0:
            layers[self.lowest].learn(gradient)
        return gradient


class _Plan(NamedTuple):
    """How a batch of one size goes through the network.

    Attributes:
        parts: stretches, and how many numbers a layer of each reads or writes for the batch at most.
        on_threads: True when our own threads take part in it, and those of BLAS therefore should not.
    """

    parts: list[tuple[_Stretch, int]]
    on_threads: bool

    def forward(self, value: Array) -> Array:
        """Take a batch up through the network."""
        for stretch, largest in self.parts:
            value = stretch.forward(value, largest)
        return value

    def backward(self, gradient: Array) -> None:
        """Take a gradient down, to the lowest layer that has something to learn."""
        for stretch, largest in reversed(self.parts):
            gradient = stretch.backward(gradient, largest)
            if stretch.lowest >= 0:
                return


class _Whole(_Stretch):
    """Layers that take a batch as it is."""

    def __init__(self, layers: list[Layer], start: int, end: int, keeps: bool) -> None:
        super().__init__(layers, start, end, keeps)
        self._plain = not any(layer.settings.partner or layer.records_switches for layer in self._layers)
        self._buffers = [Buffers() for _ in self._layers]

    def forward(self, input: Array, largest: int) -> Array:
        # Several threads may predict at the same time, with these same layers.
        lends = self._keeps and largest >= _LARGE
        output = self._lend(lambda: self._up(input)) if lends else self._up(input)
        if self._is_last and (lends or (self._follows and np.may_share_memory(input, output))):
            return output.copy(order="K")  # what is handed out must not lie in lent memory
        return output

    def backward(self, gradient: Array, largest: int) -> Array:
        if largest < _LARGE:
            return self._back_through(self._layers, gradient)
        return self._lend(lambda: self._back_through(self._layers, gradient))

    def _up(self, value: Array) -> Array:
        if self._plain:
            for layer in self._layers:
                value = layer.forward(value)
            return value
        waiting: list[Layer] = []
        for layer in self._layers:
            value = forward_through(layer, value, waiting)
        return value

    def _lend(self, work: Callable[[], Array]) -> Array:
        """Do work during which the layers write into lent arrays."""
        for layer, buffers in zip(self._layers, self._buffers, strict=True):
            layer.buffers = buffers
        try:
            return work()
        finally:
            for layer in self._layers:
                layer.buffers = None


class _InMicroBatches(_Stretch):
    """Layers that take a batch in parts.

    While `backward` is still to come, each part needs layers that remember it, and arrays of its own. What is done with
    soon, gradients and what a prediction computes on its way, is written into arrays of the thread.
    """

    def __init__(self, layers: list[Layer], start: int, end: int, keeps: bool) -> None:
        super().__init__(layers, start, end, keeps)
        self._layers = _pooling_first(self._layers)
        self._twins: list[list[Layer]] = []
        self._kept: list[list[Buffers]] = []
        self._passing: list[tuple[Buffers, Buffers]] = []
        self._joined = Buffers()
        self._input: Array | None = None
        self._parts: list[slice] = []

    def forward(self, input: Array, largest: int) -> Array:
        parts = self._parts = _parts(len(input))
        self._input = input
        self._prepare(len(parts))
        shape = input.shape
        for layer in self._layers:
            shape = (len(input), *layer.output_shape(shape[1:]))
        dtypes = [parameter.tensor.dtype for layer in self._layers for parameter in layer.parameters]
        output = self._join("output", shape, dtypes[-1] if dtypes else input.dtype, lent=not self._is_last)

        def work(worker: int, number: int) -> None:
            value = input[parts[number]]
            if self._keeps:
                for twin, buffers in zip(self._twins[number], self._kept[number], strict=True):
                    twin.buffers = buffers
                    value = forward_through(twin, value, [])
            else:
                value = _by_turns(
                    self._twins[worker],
                    self._passing[worker],
                    value,
                    lambda twin, value: forward_through(twin, value, []),
                )
            output[parts[number]] = value

        run_in_parallel(work, len(parts))
        return output

    def backward(self, gradient: Array, largest: int) -> Array:
        assert self._input is not None
        parts = self._parts
        self._prepare(len(parts))
        below = self._join("gradient", self._input.shape, gradient.dtype, lent=True)

        def work(worker: int, number: int) -> None:
            twins = self._twins[number]
            received = _by_turns(
                reversed(twins[self.lowest + 1 :]),
                self._passing[worker],
                gradient[parts[number]],
                lambda twin, value: twin.backward(value),
            )
            if self.lowest < 0:
                below[parts[number]] = received
            else:
                twins[self.lowest].learn(received)

        run_in_parallel(work, len(parts))
        self._add_up(len(parts))
        return below

    def _prepare(self, parts: int) -> None:
        """See that there are twins and memory for each part, and that the twins are like their layers."""
        workers = thread_count()
        while len(self._twins) < (parts if self._keeps else workers):
            self._twins.append([layer.twin() for layer in self._layers])
            for before, twin in pairwise(self._twins[-1]):
                twin.overwrites = not before.needs_output
            self._kept.append([Buffers() for _ in self._layers])
        while len(self._passing) < workers:
            self._passing.append((Buffers(), Buffers()))
        for twins in self._twins:
            for layer, twin in zip(self._layers, twins, strict=True):
                twin.training = layer.training
                for own, parameter in zip(twin.parameters, layer.parameters, strict=True):
                    own.tensor = parameter.tensor

    def _add_up(self, parts: int) -> None:
        """Add the gradients of the twins to those of the layers, always in the same order."""
        for index, layer in enumerate(self._layers):
            for name, parameter in layer.named_parameters.items():
                for twins in self._twins[:parts]:
                    own = twins[index].named_parameters[name]
                    parameter.add_gradient(own.gradient)
                    own.zero_grad()

    def _join(self, name: str, shape: Shape, dtype: np.dtype, lent: bool) -> Array:
        """Return an array for a whole batch, with the batch last in memory."""
        memory = (*shape[1:], shape[0])
        return batch_to_front(self._joined.empty(name, memory, dtype) if lent else np.empty(memory, dtype))


def _written(layers: list[Layer], input_shape: Shape) -> list[Shape]:
    """Return the shape of a batch, and of what each layer makes of it, `(0,)` where that is unknown."""
    try:
        shapes = shapes_through(layers, input_shape[1:])
    except ShapeError:  # the layer will tell
        shapes = [None] * len(layers)
    return [input_shape, *((0,) if shape is None else (input_shape[0], *shape) for shape in shapes)]


def _cut(layers: list[Layer], outputs: list[Shape]) -> list[bool]:
    """Tell of each layer whether it takes the batch in micro-batches."""
    if any(layer.settings.partner for layer in layers):
        return [False] * len(layers)  # a layer that uses the switches of another one needs them for the whole batch
    cut: list[bool] = []
    for in_micro_batches, group in groupby(
        zip(layers, outputs, strict=True), key=lambda each: each[0].in_micro_batches
    ):
        work = [_work(layer, output) for layer, output in group]
        cut += [in_micro_batches and sum(work) >= _WORTH_CUTTING] * len(work)
    return cut


def _work(layer: Layer, output: Shape) -> int:
    """Estimate how much there is to do for a batch, in multiplications."""
    weights = sum(parameter.tensor.size for parameter in layer.parameters)
    positions = prod(output[2:])
    return output[0] * weights * positions + _WRITING * prod(output)


def _pooling_first(layers: list[Layer]) -> list[Layer]:
    """Let ReLu come after MaxPool2D where it stands just before it: the same bits from a quarter of the numbers.

    The largest of a window stays the largest when all that is negative becomes 0; and when all of it is, no gradient
    passes, whichever pixel won.
    """
    layers = list(layers)
    for index in range(len(layers) - 1):
        if isinstance(layers[index], ReLu) and isinstance(layers[index + 1], MaxPool2D):
            layers[index], layers[index + 1] = layers[index + 1], layers[index]
    return layers


def _by_turns(
    layers: Iterable[Layer], memories: tuple[Buffers, Buffers], value: Array, step: Callable[[Layer, Array], Array]
) -> Array:
    """Take a value through layers that write into two memories by turns: each reads from one and fills the other.

    Two that are used over and over stay in the cache, where one for each layer would not.
    """
    other, holding = memories
    for layer in layers:
        layer.buffers = other
        result = step(layer, value)
        if not np.may_share_memory(result, value):
            other, holding = holding, other
        value = result
    return value


def _parts(count: int) -> list[slice]:
    """Cut `count` examples into parts of nearly the same size, as many for each thread."""
    threads = thread_count()
    parts = min(threads * -(-count // (threads * _MICRO_BATCH)), count)
    ends = [count * part // parts for part in range(parts + 1)]
    return [slice(first, end) for first, end in pairwise(ends)]
