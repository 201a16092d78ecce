"""Deconvnet: map an activation of a feature map back to the pixels that caused it.

Source: Zeiler & Fergus 2014, "Visualizing and Understanding Convolutional Networks", section 2.1. The method keeps one
activation and sets all other values of the layer to zero, in the other maps too. Then it passes the signal back through
the layers:

- pooling puts each value at the position of its maximum *in this forward pass* (the switches), and zeros elsewhere;
- ReLU rectifies the signal itself: it sets negative values of the signal to zero. (Backpropagation sets
  the signal to zero where the input of the forward pass is negative. Guided backpropagation applies both rules.)
- convolution applies the same filters transposed, without bias. So does a dense layer with its weights.

The signal that reaches the pixels is not rectified, so it has signs. They are the signs of the pattern that the filters
hold. They are **not** those of a derivative: where the picture is negative, a brighter pixel can raise the activation,
lower it, or leave it as it is. `tinyml.visualize.gradient` answers this question.
"""

import numpy as np

from tinyml.core import Pair, TinymlError
from tinyml.core.threads import one_blas_thread
from tinyml.layers import Layer
from tinyml.layers.base import Deconvolution
from tinyml.layers.base.deconvolution import no_way_back
from tinyml.net import Trace
from tinyml.visualize.going_back import describe_departures, first_zero, go_back
from tinyml.visualize.reconstruction import Chosen, Reconstruction, Step, choose


@one_blas_thread()  # One example is too little work for two threads; on a busy processor, one waits for the other.
def reconstruct(
    trace: Trace,
    layer_name: str,
    map_index: int,
    position: Pair | None = None,
    example: int = 0,
    whole_map: bool = False,
) -> Reconstruction:
    """Return the pixels that caused an activation of a feature map (Zeiler & Fergus 2014).

    Arguments:
        trace: a recorded forward pass (`tinyml.net.record`), usually of a single example.
        layer_name: name of the layer with the map.
        map_index: index of the map, counted from 0; of the unit in a dense layer. The class scores are the units of the
            last Linear.
        position: (row, column) of the activation to keep; the default is the strongest of the map, and the first in
            scan order when several are equal. (0, 0) in a dense layer.
        example: index of the example in the recorded batch.
        whole_map: True keeps all positive values of the map, not only one.

    An activation that is not positive gives a blank image with a reason, because the map does not fire there.

    Raises `TinymlError`, with the reason, when there is no such layer, map, position or example, when a deconvnet
    cannot go back through one of the layers up to the map (Tanh, ELU and others), or when the map holds NaN.

    >>> from tinyml.layers import Conv2D, ReLU
    >>> from tinyml.net import Sequential, record
    >>> net = Sequential([Conv2D("conv", (1, 5, 5), 2, 3, 3, 1, 0, rng=np.random.default_rng(0)), ReLU("relu")])
    >>> picture = reconstruct(record(net, np.ones((1, 1, 5, 5), np.float32)), "relu", map_index=1, position=(0, 2))
    >>> picture.image.shape, picture.receptive_field
    ((1, 5, 5), ((0, 3), (2, 5)))
    """
    chosen = choose(trace, layer_name, map_index, position, example, whole_map)
    for entry in chosen.entries:
        if not entry.layer.deconvolution:
            raise TinymlError(no_way_back(type(entry.layer).__name__, entry.layer.name))
    values = chosen.entries[0].output[example : example + 1]
    kept = np.where(chosen.weights() > 0, np.maximum(values, 0), 0).astype(values.dtype, copy=False)
    steps = go_back(lambda layer, *signal: layer.deconvolve(*signal), _words, kept, chosen)
    image = steps[-1].signal[np.newaxis]
    reason = "" if image.any() else _explain_blank(chosen, steps)
    return chosen.result("reconstruct", image, kept, steps, reason, describe_departures(chosen, guided=False))


def _words(layer: Layer) -> Deconvolution:
    assert layer.deconvolution is not None  # checked above
    return layer.deconvolution


def _explain_blank(chosen: Chosen, steps: tuple[Step, ...]) -> str:
    """Return one sentence that says why the image is zero everywhere."""
    activation, (row, column) = chosen.activation, chosen.position
    if chosen.is_unit and activation <= 0:
        return f"{chosen.what} does not fire for this sample: its value is {activation:.3g}, not positive."
    if chosen.feature_map.max() <= 0:
        return f"{chosen.what} does not fire for this sample: none of its values is positive."
    if activation <= 0:
        return (
            f"The activation at row {row}, column {column} is {activation:.3g}, not positive, so nothing made it fire."
        )
    end = first_zero(steps)
    return f"After '{end.layer}' ({end.operation}) the signal is zero: {end.deconvolution.blank_reason}."
