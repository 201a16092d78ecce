"""Statistics of one update: for each layer, the norm of its gradient, and the ratio of its update to its parameters."""

import math
from dataclasses import dataclass

from tinyml.core import Array, Parameter
from tinyml.net import Sequential
from tinyml.optims import gradient_norm


@dataclass(frozen=True)
class LayerGradientStats:
    """Gradient and update of one layer in one step. All parameters of the layer form one vector.

    Attributes:
        layer: name of the layer.
        gradient_norm: norm of the gradient, before clipping.
        update_ratio: norm of the update divided by the norm of the parameters before it. About 0.001 is usual for
            SGD. 0 if nothing changed; infinite if all parameters were 0 and changed.
    """

    layer: str
    gradient_norm: float
    update_ratio: float


class GradientStatsRecorder:
    """Measures one update. Construct it before the update and call `finish` after it.

    Arguments:
        model: the network, after `backward` and before gradient clipping.

    >>> import numpy as np
    >>> from tinyml.layers import Linear
    >>> from tinyml.optims import SGDOptimizer
    >>> net = Sequential([Linear("fc", 1, 1, bias=False)])
    >>> net.parameters[0].tensor[:] = 2.0
    >>> net.parameters[0].gradient[:] = 3.0
    >>> recorder = GradientStatsRecorder(net)
    >>> net.update(SGDOptimizer(lr=0.5))
    >>> recorder.finish()
    (LayerGradientStats(layer='fc', gradient_norm=3.0, update_ratio=0.75),)
    """

    def __init__(self, model: Sequential) -> None:
        self._before: list[tuple[str, list[Parameter], list[Array], float]] = []
        for layer in model.layers:
            parameters = [parameter for parameter in layer.parameters if parameter.require_grad]
            if parameters:
                copies = [parameter.tensor.copy() for parameter in parameters]
                self._before.append((layer.name, parameters, copies, gradient_norm(parameters)))

    def finish(self) -> tuple[LayerGradientStats, ...]:
        """Return the statistics of each layer with trainable parameters, in the order of the layers."""
        return tuple(
            LayerGradientStats(name, norm, _update_ratio(parameters, copies))
            for name, parameters, copies, norm in self._before
        )


def _update_ratio(parameters: list[Parameter], before: list[Array]) -> float:
    changes: list[Array] = [parameter.tensor - copy for parameter, copy in zip(parameters, before, strict=True)]
    change, size = _norm(changes), _norm(before)
    if size == 0:
        return math.inf if change else 0.0
    return change / size


def _norm(arrays: list[Array]) -> float:
    return math.sqrt(sum(float((array.astype(float) ** 2).sum()) for array in arrays))
