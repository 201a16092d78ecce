"""Layers inside blocks, reached through the layers that lead to them.

A layer inside a Residual reads the output of the layers before the block, and of those before it inside. What the block
adds afterwards does not touch it. So these layers in a row are a network that ends with this layer, and everything that
works with a network works with it: reconstructions, random weights, the strongest examples.

Each layer inside has a **joined name**, which no other layer has: "residual_1 › conv_1".
"""

import copy
from collections.abc import Iterable, Mapping
from dataclasses import replace

from tinyml.core import TinymlError
from tinyml.core.suggestions import did_you_mean
from tinyml.layers import Layer
from tinyml.layers.base.stack import copies_to_run, inner_layers
from tinyml.net.sequential import Sequential
from tinyml.net.trace import Trace, TraceEntry, record

LayerPath = tuple[str, ...]
"""Names of the blocks around a layer, from the outermost one, and its own name."""
EntriesInside = Mapping[LayerPath, TraceEntry]
"""The recorded layers inside the blocks of a forward pass."""

_SEPARATOR = " › "


def joined_name(path: LayerPath) -> str:
    """Return the name that stands for a path.

    Arguments:
        path: names of blocks and of a layer inside.

    >>> joined_name(("residual_1", "conv_1")), joined_name(("conv_1",))
    ('residual_1 › conv_1', 'conv_1')
    """
    return _SEPARATOR.join(path)


def own_name(layer_name: str) -> str:
    """Return the own name of a layer, for a place that has no room for the blocks around it.

    Arguments:
        layer_name: name of a layer, or joined name of a layer inside a block.

    >>> own_name("residual_1 › conv_1"), own_name("conv_1")
    ('conv_1', 'conv_1')
    """
    return layer_name.split(_SEPARATOR)[-1]


def entries_inside(trace: Trace) -> dict[LayerPath, TraceEntry]:
    """Record the layers inside blocks, which a recorded pass does not hold.

    They are computed again, by copies of the layers that share the weights.

    Arguments:
        trace: a recorded forward pass.

    Returns the entries by their paths, each block before the layers inside it, in order.

    >>> import numpy as np
    >>> from tinyml.layers import ReLU, Residual
    >>> net = Sequential([Residual("block", 2, [ReLU("relu")])])
    >>> [(path, entry.output) for path, entry in entries_inside(record(net, np.array([[-1.0, 2.0]]))).items()]
    [(('block', 'relu'), array([[0., 2.]]))]
    """
    found: dict[LayerPath, TraceEntry] = {}

    def look_into(entry: TraceEntry, path: LayerPath) -> None:
        inside = copies_to_run(inner_layers(entry.layer))
        for inner in record(Sequential(inside), entry.input).entries if inside else ():
            here = (*path, inner.layer.name)
            found[here] = inner
            look_into(inner, here)

    for entry in trace.entries:
        look_into(entry, (entry.layer.name,))
    return found


def trace_to(trace: Trace, layer_name: str, inside: EntriesInside | None = None) -> Trace:
    """Return a recorded pass that holds a layer: the given one, or for a layer inside a block one that ends with it.

    Arguments:
        trace: a recorded forward pass.
        layer_name: name of a layer of the network, or joined name of a layer inside a block.
        inside: what `entries_inside` returns for this pass; None computes it. A block that the pass does not hold is
            ignored.

    In the pass to a layer inside, the layers inside blocks have their joined names.

    Raises `TinymlError`, with the most similar name, if there is no such layer.

    >>> import numpy as np
    >>> from tinyml.layers import ReLU, Residual
    >>> net = Sequential([ReLU("relu"), Residual("block", 2, [ReLU("relu")])])
    >>> passed = trace_to(record(net, np.array([[-1.0, 2.0]])), "block › relu")
    >>> [entry.layer.name for entry in passed.entries]
    ['relu', 'block › relu']
    """
    entries = {(entry.layer.name,): entry for entry in trace.entries}
    if (layer_name,) in entries:
        return trace
    inside = entries_inside(trace) if inside is None else inside
    known = entries | {path: entry for path, entry in inside.items() if path[:1] in entries}
    way = _way_to(layer_name, list(known))
    return Trace(trace.input, tuple(replace(known[path], layer=_renamed(known[path].layer, path)) for path in way))


def network_to(net: Sequential, layer_name: str) -> Sequential:
    """Return a network that holds a layer: the given one, or for a layer inside a block one that ends with it.

    Arguments:
        net: the network.
        layer_name: as for `trace_to`.

    The layers of the result share the tensors with those of the network. Those inside blocks are copies with their
    joined names.

    Raises `TinymlError`, with the most similar name, if there is no such layer.

    >>> from tinyml.layers import Flatten, ReLU, Residual
    >>> net = Sequential([ReLU("relu"), Residual("block", 2, [ReLU("relu")]), Flatten("flatten")])
    >>> [layer.name for layer in network_to(net, "block › relu").layers]
    ['relu', 'block › relu']
    """
    if layer_name in [layer.name for layer in net.layers]:
        return net
    known = layers_by_path(net)
    return Sequential([_renamed(known[path], path) for path in _way_to(layer_name, list(known))])


def layers_by_path(net: Sequential) -> dict[LayerPath, Layer]:
    """Return all layers of a network (`net`) by their paths, each block before the layers inside it."""
    found: dict[LayerPath, Layer] = {}

    def look_into(layers: Iterable[Layer], block: LayerPath) -> None:
        for layer in layers:
            path = (*block, layer.name)
            found[path] = layer
            look_into(inner_layers(layer), path)

    look_into(net.layers, ())
    return found


def _way_to(layer_name: str, paths: list[LayerPath]) -> list[LayerPath]:
    """Return the layers that lead to a layer inside blocks, and this layer, in order.

    Arguments:
        layer_name: its joined name.
        paths: those of all layers, each block before the layers inside it.

    Raises `TinymlError` if there is no such layer.
    """
    names = {joined_name(path): path for path in paths}
    if layer_name not in names:
        raise TinymlError(f"The network has no layer '{layer_name}'.{did_you_mean(layer_name, list(names))}")
    goal = names[layer_name]
    way: list[LayerPath] = []
    for depth in range(len(goal)):
        stack = [path for path in paths if path[:-1] == goal[:depth]]
        way += stack[: stack.index(goal[: depth + 1])]
    return [*way, goal]


def _renamed(layer: Layer, path: LayerPath) -> Layer:
    """Return a layer of the network as it is, and a layer inside a block as a copy with its joined name.

    The copy shares the tensors.
    """
    if len(path) == 1:
        return layer
    renamed = copy.copy(layer)
    renamed.name = joined_name(path)
    return renamed
