"""Diagnosis of a failed run: the first layer whose output, parameters or buffers are not finite."""

import numpy as np

from tinyml.core import Array
from tinyml.layers import Layer
from tinyml.layers.base.stack import forward_through
from tinyml.net import Sequential


def first_layer_at_fault(model: Sequential, inputs: Array) -> str | None:
    """Run a batch through the network and return the name of the first layer with a NaN or an infinity.

    A layer is at fault if its output, one of its parameters or one of its buffers is not finite. The layers keep their
    mode, since batch normalisation may fail only in training or only in evaluation.

    Arguments:
        model: the network.
        inputs: `(N, …)` the batch. If it is empty, only parameters and buffers are checked.

    Returns the layer's name, or None if everything is finite.

    >>> from tinyml.layers import Linear
    >>> net = Sequential([Linear("fc_1", 2, 2), Linear("fc_2", 2, 2)])
    >>> net.named_parameters["fc_2.bias"].tensor[0] = np.nan
    >>> first_layer_at_fault(net, np.ones((1, 2), np.float32))
    'fc_2'
    """
    pending_pools: list[Layer] = []
    value = inputs
    with np.errstate(all="ignore"):
        for layer in model.layers:
            if not all(np.isfinite(tensor).all() for tensor in layer.named_tensors.values()):
                return layer.name
            if len(inputs):
                value = forward_through(layer, value, pending_pools)
                if not np.isfinite(value).all():
                    return layer.name
    return None


def all_finite(model: Sequential) -> bool:
    """Return True if every parameter and buffer of the network is finite.

    Arguments:
        model: the network.
    """
    return all(np.isfinite(tensor).all() for tensor in model.named_tensors.values())
