"""Gradients of an activation with respect to the pixels, alone and multiplied by the input.

- `gradient`: `∂a/∂x`, the derivative of the activation (Simonyan et al. 2014, "Deep Inside Convolutional Networks").
  Its sign says whether a slightly brighter pixel raises or lowers the activation.
- `gradient_times_input`: `x · ∂a/∂x` (Shrikumar et al. 2016). For a network without biases and with ReLU only, the sum
  over the pixels is the activation.
- `integrated_gradients`: `(x - x') · ∫ ∂a/∂x(x' + t·(x - x')) dt` (Sundararajan et al. 2017). The sum over the pixels
  is the activation minus that of the baseline x'.

A gradient holds for small changes only. Every layer has one; the derivative of ReLU at 0 is 0.
"""

from collections.abc import Callable

import numpy as np

from tinyml.core import Array, Pair, TinymlError
from tinyml.core.threads import one_blas_thread
from tinyml.layers import Layer
from tinyml.layers.base import Deconvolution
from tinyml.net import Trace, record
from tinyml.visualize.going_back import first_zero, go_back, pass_layer
from tinyml.visualize.private_network import batch_size, private_network
from tinyml.visualize.reconstruction import Chosen, Reconstruction, choose

_WORDS = Deconvolution("derivative", "The signal is multiplied by the derivative of {layer} for this sample.")


@one_blas_thread()
def gradient(
    trace: Trace,
    layer_name: str,
    map_index: int,
    position: Pair | None = None,
    example: int = 0,
    whole_map: bool = False,
) -> Reconstruction:
    """Return the gradient of an activation with respect to the pixels (Simonyan et al. 2014).

    Formula: `∂a/∂x`. With `whole_map`, a is the sum of the positive values of the map.

    Arguments:
        trace, layer_name, map_index, position, example, whole_map: as for `reconstruct`.

    Raises the same errors as `reconstruct`, but no layer stops a gradient.

    >>> from tinyml.layers import Linear
    >>> from tinyml.net import Sequential
    >>> net = Sequential([Linear("fc", 2, 1, bias=False)])
    >>> net.load_state_dict({"fc.weight": np.array([[2.0, -3.0]])})
    >>> gradient(record(net, [[1.0, 4.0]]), "fc", 0).image
    array([ 2., -3.], dtype=float32)
    """
    chosen = choose(trace, layer_name, map_index, position, example, whole_map)
    return _gradient(chosen)


@one_blas_thread()
def gradient_times_input(
    trace: Trace,
    layer_name: str,
    map_index: int,
    position: Pair | None = None,
    example: int = 0,
    whole_map: bool = False,
) -> Reconstruction:
    """Return the gradient of an activation times the input, pixel by pixel (Shrikumar et al. 2016).

    Formula: `x · ∂a/∂x`, with x as the network receives it, after scaling. A pixel that is 0 there always gets 0.

    Arguments:
        trace, layer_name, map_index, position, example, whole_map: as for `reconstruct`.

    Raises the same errors as `gradient`.

    >>> from tinyml.layers import Linear
    >>> from tinyml.net import Sequential
    >>> net = Sequential([Linear("fc", 2, 1, bias=False)])
    >>> net.load_state_dict({"fc.weight": np.array([[2.0, -3.0]])})
    >>> gradient_times_input(record(net, [[1.0, 4.0]]), "fc", 0).image
    array([  2., -12.], dtype=float32)
    """
    chosen = choose(trace, layer_name, map_index, position, example, whole_map)
    found = _gradient(chosen)
    image = found.image[np.newaxis] * chosen.input
    reason = found.blank_reason or "Wherever the gradient is not zero, the input of the network is."
    return chosen.result("gradient_times_input", image, chosen.weights(), (), reason)


@one_blas_thread()
def integrated_gradients(
    trace: Trace,
    layer_name: str,
    map_index: int,
    position: Pair | None = None,
    example: int = 0,
    whole_map: bool = False,
    steps: int = 50,
    baseline: float = 0.0,
    progress: Callable[[float], object] | None = None,
) -> Reconstruction:
    """Return the integrated gradients of an activation (Sundararajan et al. 2017).

    Formula: `(x - x') · Σ_k w_k · ∂a/∂x(x' + t_k·(x - x'))`, with the points t_k and the weights w_k of Gauss and
    Legendre on the line from 0 to 1. The sum over the pixels approaches `a(x) - a(x')`.

    Arguments:
        trace, layer_name, map_index, position, example, whole_map: as for `reconstruct`. If `position` is None, it is
            that of the strongest activation of the recorded pass, for all points.
        steps: number of points, at least 1.
        baseline: value of every pixel of x', as the network receives it.
        progress: called with the finished share after each batch of points; it raises an exception to cancel.

    Raises `TinymlError` when `steps` is less than 1, and the same errors as `gradient`.

    >>> from tinyml.layers import Linear, ReLU
    >>> from tinyml.net import Sequential
    >>> net = Sequential([Linear("fc", 2, 1), ReLU("relu")])
    >>> net.load_state_dict({"fc.weight": np.array([[2.0, -1.0]]), "fc.bias": np.array([0.0])})
    >>> integrated_gradients(record(net, [[3.0, 1.0]]), "relu", 0).image.round(3)
    array([ 6., -1.], dtype=float32)
    """
    chosen = choose(trace, layer_name, map_index, position, example, whole_map)
    if steps < 1:
        raise TinymlError(f"steps is {steps} but should be at least 1.")
    points, weights = np.polynomial.legendre.leggauss(steps)
    points, weights = (1 + points) / 2, weights / 2
    net, size = private_network(chosen), batch_size(chosen)
    difference = chosen.input - chosen.input.dtype.type(baseline)
    total = np.zeros(difference.shape[1:])
    for start in range(0, steps, size):
        batch = slice(start, start + size)
        shares = _along(points[batch], difference)
        inputs = (baseline + shares * difference).astype(difference.dtype)
        along = record(net, inputs)
        signal = chosen.weights(along.output)
        for entry in reversed(along.entries):
            signal = pass_layer(lambda layer, *passed: layer.input_gradient(*passed), entry, signal)
        total += (_along(weights[batch], difference) * signal).sum(axis=0)
        if progress is not None:
            progress(min(start + size, steps) / steps)
    image = (difference * total).astype(difference.dtype)
    reason = (
        "The gradient is zero at every point between the baseline and the sample."
        if difference.any()
        else "The sample is equal to the baseline, so there is nothing to explain."
    )
    return chosen.result("integrated_gradients", image, chosen.weights(), (), reason)


def gradient_words(layer: Layer) -> Deconvolution:
    """Return what a gradient does at a layer: for every layer the same.

    Arguments:
        layer: any.
    """
    return _WORDS


def explain_blank(chosen: Chosen, end: str) -> str:
    """Return one sentence that says why a gradient is zero everywhere.

    Arguments:
        chosen: the activation.
        end: name of the layer after which the signal is zero.
    """
    if chosen.whole_map and chosen.feature_map.max() <= 0:
        return f"{chosen.what} does not fire for this sample: none of its values is positive."
    return (
        f"After '{end}' the gradient is zero, so no small change of a pixel changes the activation, which is "
        f"{chosen.activation:.3g}."
    )


def _gradient(chosen: Chosen) -> Reconstruction:
    start = chosen.weights()
    steps = go_back(lambda layer, *signal: layer.input_gradient(*signal), gradient_words, start, chosen)
    image = steps[-1].signal[np.newaxis]
    reason = "" if image.any() else explain_blank(chosen, first_zero(steps).layer)
    return chosen.result("gradient", image, start, steps, reason)


def _along(numbers: Array, example: Array) -> Array:
    """Return one number for each example in a shape that NumPy combines with inputs."""
    return numbers.reshape(-1, *[1] * (example.ndim - 1))
