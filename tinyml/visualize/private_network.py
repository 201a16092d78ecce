"""The layers of a trace as a network of their own, for methods that run other inputs than the recorded one."""

import math

from tinyml.layers.base.stack import copies_to_run
from tinyml.net import Sequential
from tinyml.visualize.reconstruction import Chosen

_MOST_ACTIVATIONS = 2**23
"""Activations of one batch: 32 MB in float32. More examples would not be faster."""
_LARGEST_BATCH = 64
"""Examples of one batch, so that a cancel is soon obeyed."""


def private_network(chosen: Chosen) -> Sequential:
    """Return the layers up to the chosen one as a network that shares the tensors and nothing else.

    Several threads can use one trace at the same time, because each has its own network.

    Arguments:
        chosen: the activation.
    """
    return Sequential(copies_to_run(entry.layer for entry in reversed(chosen.entries)))


def batch_size(chosen: Chosen) -> int:
    """Return how many examples to run at once: as many as fit into a bounded memory, at least one.

    Arguments:
        chosen: the activation.
    """
    activations = sum(math.prod(entry.output.shape[1:]) for entry in chosen.entries)
    return max(1, min(_LARGEST_BATCH, _MOST_ACTIVATIONS // max(1, activations)))
