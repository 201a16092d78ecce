"""Trace: a recorded forward pass with the input, the output and the switches of every layer."""

from dataclasses import dataclass

import numpy as np

from tinyml.core import Array
from tinyml.core.threads import one_blas_thread
from tinyml.layers import Layer
from tinyml.layers.base.stack import forward_through, switches_for
from tinyml.net.sequential import Sequential


@dataclass(frozen=True)
class TraceEntry:
    """One layer in a recorded forward pass.

    Attributes:
        layer: the layer. Read its weights, but do not run it: this would overwrite the activations that it keeps.
        input: `(N, …)` its input.
        output: `(N, …)` its output.
        switches: `(N, C, H, W)` flat position `row · W_in + column` of each pooled value in its input plane. For an
            unpooling layer, the switches that it used; None for all others.
    """

    layer: Layer
    input: Array
    output: Array
    switches: np.ndarray | None


@dataclass(frozen=True)
class Trace:
    """A recorded forward pass in evaluation mode.

    Attributes:
        input: `(N, …)` the input of the network.
        entries: one for each layer, in order.
    """

    input: Array
    entries: tuple[TraceEntry, ...]

    @property
    def output(self) -> Array:
        """`(N, …)` the output of the network."""
        return self.entries[-1].output if self.entries else self.input

    def entry(self, layer_name: str) -> TraceEntry:
        """Return the entry of the layer called `layer_name`; raises `KeyError` if there is none."""
        for entry in self.entries:
            if entry.layer.name == layer_name:
                return entry
        raise KeyError(layer_name)


@one_blas_thread()  # for few examples, more threads do not help, and waiting for a busy processor takes time
def record(net: Sequential, input: Array) -> Trace:
    """Run the network forward in evaluation mode and record every layer.

    Arguments:
        net: the network. Its layers keep their mode.
        input: `(N, …)` a batch, usually of one example; whole numbers and lists become floating-point numbers.

    >>> from tinyml.layers import ReLU
    >>> record(Sequential([ReLU("relu")]), np.array([[-1.0, 2.0]])).entry("relu").output
    array([[0., 2.]])
    """
    input = net.read_input(input)
    modes = [layer.training for layer in net.layers]
    net.eval()
    entries: list[TraceEntry] = []
    pending_pools: list[Layer] = []
    value = input
    try:
        for layer in net.layers:
            used = switches_for(layer, pending_pools)
            output = forward_through(layer, value, pending_pools)
            switches = layer.switches if layer.records_switches else used
            entries.append(TraceEntry(layer, value, output, switches))
            value = output
    finally:
        for layer, mode in zip(net.layers, modes, strict=True):
            layer.training = mode
    return Trace(input, tuple(entries))
