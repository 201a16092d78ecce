"""Observing the outputs of all layers while a batch runs forward, without changing a bit of the result."""

import copy
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from time import perf_counter
from typing import NamedTuple

from tinyml.core import Array
from tinyml.layers import Layer
from tinyml.layers.base.stack import all_layers, inner_layers


class OutputObserver(ABC):
    """Sees the output of every layer of a network in one forward pass, also of the layers inside blocks.

    Several threads may call `see` at the same time, each with another micro-batch.
    """

    def __init__(self) -> None:
        self._durations: list[float] = []

    @property
    def seconds(self) -> float:
        """The time that all threads together have spent with observing so far."""
        return sum(self._durations)

    @abstractmethod
    def add(self, layer: Layer, part: int, output: Array) -> None:
        """Read the output of a layer.

        Arguments:
            layer: a layer of the network, or of a block in it; never a replica.
            part: number of the micro-batch, from 0; 0 for the whole batch.
            output: `(N, …)` for this part. It is only valid during this call, and it must not be changed.
        """

    def see(self, layer: Layer, part: int, value: Array, moved: Sequence[Layer] = ()) -> None:
        """Pass on the output of a layer to `add`.

        Arguments:
            layer, part: as for `add`.
            value: `(N, …)` what was computed at this place.
            moved: layers that come before this place in the network, but are executed after it. The output is the
                result of these layers for `value`; copies of them compute it.
        """
        started = perf_counter()
        for each in moved:
            lone = copy.copy(each)
            lone.workspace, lone.inplace = None, False
            value = lone.forward(value)
        self.add(layer, part, value)
        self._durations.append(perf_counter() - started)


@contextmanager
def observing_blocks(layers: Sequence[Layer], observer: OutputObserver) -> Iterator[None]:
    """Return a context in which the blocks among the layers show the observer the outputs of the layers inside.

    Arguments:
        layers: of a stack.
        observer: sees the outputs.
    """
    blocks = [layer for layer in all_layers(layers) if inner_layers(layer)]
    for block in blocks:
        block.observe_inside = lambda layer, output: observer.see(layer, 0, output)
    try:
        yield
    finally:
        for block in blocks:
            block.observe_inside = None


class ObservationPoint(NamedTuple):
    """Where the output of one layer of a segment can be seen.

    Attributes:
        layer: the layer.
        moved: indices, in the order of execution, of the layers that have to be applied to the value at this place.
    """

    layer: Layer
    moved: tuple[int, ...]


def observation_points(network_order: Sequence[Layer], executed: Sequence[Layer]) -> list[list[ObservationPoint]]:
    """Return which outputs can be seen after how many executed layers: the first entry is before the first of them.

    The two orders differ where an activation runs after the max pooling that follows it.

    Arguments:
        network_order: the layers of a segment, from the input to the output of the network.
        executed: the same layers in the order of execution.

    >>> from tinyml.layers import MaxPool2D, ReLU
    >>> relu, pool = ReLU("relu"), MaxPool2D("pool", (1, 4, 4), 2, 2)
    >>> points = observation_points([relu, pool], [pool, relu])
    >>> [[(point.layer.name, point.moved) for point in here] for here in points]
    [[('relu', (1,))], [], [('pool', ())]]
    """
    points: list[list[ObservationPoint]] = [[] for _ in range(len(executed) + 1)]
    for count, layer in enumerate(network_order, start=1):
        before = network_order[:count]
        done = 0
        while done < len(executed) and executed[done] in before:
            done += 1
        moved = tuple(executed.index(each) for each in before if executed.index(each) >= done)
        points[done].append(ObservationPoint(layer, moved))
    return points
