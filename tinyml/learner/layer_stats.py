"""What one training step does in a layer: sizes of gradient and update, and how its activations are spread."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Histogram:
    """How many numbers fall into each of some intervals of equal width.

    Attributes:
        low, high: the smallest and the largest finite number: the borders of the first and of the last interval.
        counts: how many numbers fall into each interval, from low to high.
    """

    low: float
    high: float
    counts: tuple[int, ...]


@dataclass(frozen=True)
class LayerStats:
    """Measurements of one layer in one step, before the update unless said otherwise.

    A measurement that does not exist for the layer is None: a layer without trainable parameters has no gradient.

    Attributes:
        layer: name of the layer; a layer in a block has the path of its parameters, such as "residual_1/conv_1".
        gradient_norm: norm of the gradient of all parameters as one vector, before clipping.
        update_ratio: norm of the update divided by the norm of the parameters before it. About 0.001 is usual for
            SGD. 0 if nothing changed; infinite if all parameters were 0 and changed.
        activation_mean, activation_deviation: mean and standard deviation of all outputs for this batch.
        dead: share of the units of an activation like ReLU that are 0 for every example of this batch, 0 to 1. The
            units of maps are the maps.
        saturated: share of the outputs of a sigmoid or tanh that lie within 1 % of the ends of its range, 0 to 1.
        weights, gradients, activations: histograms of the weights (without biases), of their gradients, and of the
            outputs.
    """

    layer: str
    gradient_norm: float | None = None
    update_ratio: float | None = None
    activation_mean: float | None = None
    activation_deviation: float | None = None
    dead: float | None = None
    saturated: float | None = None
    weights: Histogram | None = None
    gradients: Histogram | None = None
    activations: Histogram | None = None
