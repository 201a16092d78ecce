"""Guided backpropagation: the gradient, with negative values removed at each ReLU.

Source: Springenberg et al. 2015, "Striving for Simplicity: The All Convolutional Net", section 3.4. At a ReLU it
applies two rules at once: that of backpropagation (pass where the recorded input is positive) and that of the deconvnet
(pass where the signal is positive). All other layers pass the gradient.

The picture is sharp, but it is not a derivative: the removed values are missing in every pixel below. It can also look
much the same for random weights (Adebayo et al. 2018, Nie et al. 2018), so compare it with those.

At a `LeakyReLU` both rules leak: the signal s becomes `f'(x)·f(s)`, with f the layer. Captum and other libraries pass
the plain gradient there. At all other activations (ELU, GELU, Sigmoid, Tanh) it is the plain gradient, as in Captum.
"""

from tinyml.core import Pair
from tinyml.core.threads import one_blas_thread
from tinyml.layers import Layer
from tinyml.layers.base import Deconvolution
from tinyml.layers.base.stack import inner_layers
from tinyml.net import Trace
from tinyml.visualize.going_back import describe_departures, first_zero, go_back
from tinyml.visualize.gradients import explain_blank, gradient_words
from tinyml.visualize.reconstruction import Reconstruction, choose

_RECTIFIED = Deconvolution("guide", "{layer} rectifies the signal, which is then multiplied by its derivative.")
_BOTH_WAYS = Deconvolution("both ways", "{layer} passes the signal around the layers inside and through them.")


@one_blas_thread()
def guided_backprop(
    trace: Trace,
    layer_name: str,
    map_index: int,
    position: Pair | None = None,
    example: int = 0,
    whole_map: bool = False,
) -> Reconstruction:
    """Return the guided gradient of an activation (Springenberg et al. 2015).

    Arguments:
        trace, layer_name, map_index, position, example, whole_map: as for `reconstruct`. With `whole_map`, the sum of
            the positive values is propagated.

    It starts from 1, so its unit is activation for each unit of a pixel.

    Raises the same errors as `gradient`.

    >>> import numpy as np
    >>> from tinyml.layers import Linear, ReLU
    >>> from tinyml.net import Sequential, record
    >>> net = Sequential([Linear("a", 1, 2, bias=False), ReLU("relu"), Linear("b", 2, 1, bias=False)])
    >>> net.load_state_dict({"a.weight": np.array([[2.0], [3.0]]), "b.weight": np.array([[5.0, -1.0]])})
    >>> guided_backprop(record(net, [[1.0]]), "b", 0).image  # the gradient is 2·5 - 3·1 = 7
    array([10.], dtype=float32)
    """
    chosen = choose(trace, layer_name, map_index, position, example, whole_map)
    start = chosen.weights()
    steps = go_back(lambda layer, *signal: layer.guided_gradient(*signal), _words, start, chosen)
    image = steps[-1].signal[None]
    reason = "" if image.any() else explain_blank(chosen, first_zero(steps).layer)
    return chosen.result("guided_backprop", image, start, steps, reason, describe_departures(chosen, guided=True))


def _words(layer: Layer) -> Deconvolution:
    """Return what guided backpropagation does at a layer."""
    if type(layer).guided_gradient is Layer.guided_gradient:
        return gradient_words(layer)
    return _BOTH_WAYS if inner_layers(layer) else _RECTIFIED
