"""Execution plans: which layers receive the whole batch, and which receive micro-batches."""

from collections.abc import Sequence
from itertools import groupby
from math import prod
from typing import NamedTuple

from tinyml.core import Array, Shape, ShapeError
from tinyml.core.threads import thread_count
from tinyml.layers import Layer
from tinyml.layers.base.stack import shapes_through
from tinyml.net.execution.observation import OutputObserver
from tinyml.net.execution.segments import MicroBatchSegment, Segment, WholeBatchSegment

MIN_WORK_TO_SPLIT = 1_200_000_000
"""Neighbouring layers receive micro-batches if their forward pass takes at least this many multiplications.

For less work, BLAS with the whole batch is faster. This limit is for one or two workers; with more of them, half as
much work is worth it, because the threads of BLAS gain little from the third on.
"""

COST_OF_WRITING = 400
"""Writing one output element takes as long as this many multiplications."""


class PlannedSegment(NamedTuple):
    """One step of an execution plan.

    Attributes:
        segment: the layers.
        largest: the number of elements in the largest array that one of them reads or writes for the whole batch.
    """

    segment: Segment
    largest: int


class ExecutionPlan(NamedTuple):
    """How batches of one shape go through a network.

    Attributes:
        steps: the segments, from the input to the output.
        on_threads: True if a segment runs on tinyml's own threads. BLAS should then use only one.
    """

    steps: list[PlannedSegment]
    on_threads: bool

    def forward(self, value: Array, observer: OutputObserver | None = None) -> Array:
        """Compute the output of the network.

        Arguments:
            value: `(N, …)` the input of the network.
            observer: sees the output of each layer; only in training.
        """
        for segment, largest in self.steps:
            value = segment.forward(value, largest, observer)
        return value

    def backward(self, gradient: Array) -> None:
        """Accumulate the gradients of all parameters; skip the layers before the first one that has parameters."""
        for segment, largest in reversed(self.steps):
            gradient = segment.backward(gradient, largest)
            if segment.first_trainable is not None:
                return


class Planner:
    """Makes the execution plans of one network, and keeps them.

    Arguments:
        layers: the layers of the network, from the input to the output.
        for_training: True if a backward pass follows each forward pass.

    Attributes:
        layers: a copy of the list.
        segments: every segment made so far. The key is the index of its first layer, the index after its last layer,
            and True for micro-batches. Plans for different batch sizes share segments and their memory.
    """

    def __init__(self, layers: Sequence[Layer], for_training: bool) -> None:
        self.layers = list(layers)
        self.segments: dict[tuple[int, int, bool], Segment] = {}
        self._for_training = for_training
        self._plans: dict[tuple[Shape, bool], ExecutionPlan] = {}

    def plan_for(self, input_shape: Shape) -> ExecutionPlan:
        """Return the plan for batches of shape `(N, …)`.

        Arguments:
            input_shape: shape of the batch, with the batch axis.
        """
        key = input_shape, thread_count() > 2
        plan = self._plans.get(key)
        if plan is None:
            plan = self._plans[key] = self._make_plan(input_shape)
        return plan

    def _make_plan(self, input_shape: Shape) -> ExecutionPlan:
        shapes = _batch_shapes(self.layers, input_shape)
        least = MIN_WORK_TO_SPLIT // 2 if thread_count() > 2 else MIN_WORK_TO_SPLIT
        split = _which_to_split(self.layers, shapes[1:], least) if input_shape[0] > 1 else [False] * len(self.layers)
        steps: list[PlannedSegment] = []
        start = 0
        for in_micro_batches, group in groupby(split):
            end = start + len(list(group))
            largest = max(map(prod, shapes[start : end + 1]))
            steps.append(PlannedSegment(self._segment(start, end, in_micro_batches), largest))
            start = end
        return ExecutionPlan(steps, any(split))

    def _segment(self, start: int, end: int, in_micro_batches: bool) -> Segment:
        """Return the segment of the layers from `start` to before `end`."""
        key = start, end, in_micro_batches
        if key not in self.segments:
            network_order = self.layers[start:end]
            layers = move_after_maximum(network_order) if in_micro_batches else network_order
            kind = MicroBatchSegment if in_micro_batches else WholeBatchSegment
            trainable = next((layer for layer in self.layers if layer.named_parameters), None)
            self.segments[key] = kind(
                layers,
                network_order,
                self._for_training,
                is_first=start == 0,
                is_last=end == len(self.layers),
                first_trainable=layers.index(trainable) if trainable in layers else None,
            )
        return self.segments[key]


def move_after_maximum(layers: Sequence[Layer]) -> list[Layer]:
    """Exchange each activation such as ReLU with the max pooling directly after it, so that the pooling runs first.

    The result has the same bits, and the activation computes only a quarter of the numbers (for a 2×2 window): the
    largest input of a window also has the largest activation. Where several activations are equal, as after ReLU,
    the derivative is 0, so it does not matter which of them receives the gradient.

    >>> from tinyml.layers import MaxPool2D, ReLU
    >>> [layer.name for layer in move_after_maximum([ReLU("relu"), MaxPool2D("pool", (1, 4, 4), 2, 2)])]
    ['pool', 'relu']
    """
    layers = list(layers)
    for index in range(len(layers) - 1):
        if layers[index].commutes_with_maximum and layers[index + 1].selects_maximum:
            layers[index], layers[index + 1] = layers[index + 1], layers[index]
    return layers


def _batch_shapes(layers: list[Layer], input_shape: Shape) -> list[Shape]:
    """Return the shape of the batch, then of each layer's output for it; `(0,)` where it is unknown."""
    try:
        shapes = shapes_through(layers, input_shape[1:])
    except ShapeError:  # the forward pass raises it with the name of the layer
        shapes = [None] * len(layers)
    return [input_shape, *((0,) if shape is None else (input_shape[0], *shape) for shape in shapes)]


def _which_to_split(layers: list[Layer], outputs: list[Shape], least: int) -> list[bool]:
    """Return True for each layer that takes the batch in micro-batches, because there is at least so much work."""
    if any(layer.settings.paired_pooling for layer in layers):
        return [False] * len(layers)  # a layer that uses the switches of another one needs those of the whole batch
    split: list[bool] = []
    for separable, group in groupby(zip(layers, outputs, strict=True), key=lambda pair: pair[0].batch_separable):
        work = [_estimate_work(layer, output) for layer, output in group]
        split += [separable and sum(work) >= least] * len(work)
    return split


def _estimate_work(layer: Layer, output: Shape) -> int:
    """Estimate the work of a layer for a batch, in multiplications."""
    weights = sum(parameter.tensor.size for parameter in layer.parameters)
    positions = prod(output[2:])
    return output[0] * weights * positions + COST_OF_WRITING * prod(output)
