"""Measures what one training step does in each layer. It reads the numbers of the step and never changes them."""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from time import thread_time
from typing import Any

import numpy as np

from tinyml.core import Array, Parameter
from tinyml.layers import Layer
from tinyml.layers.base.stack import inner_layers
from tinyml.learner.layer_stats import Histogram, LayerStats
from tinyml.learner.silent_units import SilentUnits
from tinyml.net.execution import OutputObserver

MAX_SAMPLED = 1 << 13
"""Largest number of values that a histogram, a mean, a deviation or a saturation is computed from; see `LayerStats`."""

SATURATED_NEAR = 0.01
"""An output is saturated if it is nearer to an end of its range than this share of the range."""


@dataclass(frozen=True)
class _Outputs:
    """What is kept of the output of a layer for one micro-batch.

    Attributes:
        sample: some of the numbers, evenly spread; all if there are few.
        alive: True for each unit that is not 0 for every example; None if units of the layer cannot die.
    """

    sample: Array
    alive: np.ndarray | None


@dataclass(frozen=True)
class _MeasuredLayer:
    """A layer whose statistics are measured.

    Attributes:
        name: its path, such as "residual_1/conv_1".
        layer: the layer.
        weights: its tensors, without the biases.
        trainable: its parameters that are not frozen. Those of layers inside it count for these layers.
    """

    name: str
    layer: Layer
    weights: list[Parameter]
    trainable: list[Parameter]


class LayerMeasurement(OutputObserver):
    """Measures one training step. Give it to the forward pass as observer, then call `before_update` and `finish`.

    Arguments:
        layers: of the network.
        examples: number of examples in the batch.
        silent_units: what the measurements before have seen of the units; this one adds to it.

    >>> from tinyml.layers import Linear
    >>> from tinyml.net import Sequential
    >>> from tinyml.net.execution import BatchPass
    >>> from tinyml.optims import SGDOptimizer
    >>> net, batch_pass = Sequential([Linear("fc", 1, 1, bias=False)]), BatchPass()
    >>> net.parameters[0].tensor[:] = 2.0
    >>> measurement = LayerMeasurement(net.layers, 1, SilentUnits())
    >>> output = batch_pass.forward(net.layers, np.full((1, 1), 3.0, np.float32), measurement)
    >>> batch_pass.backward(np.ones((1, 1), np.float32))
    >>> measurement.before_update()
    >>> net.update(SGDOptimizer(lr=0.5))
    >>> stats = measurement.finish()[0]
    >>> stats.layer, stats.activation_mean, stats.gradient_norm, stats.update_ratio
    ('fc', 6.0, 3.0, 0.75)
    """

    def __init__(self, layers: Iterable[Layer], examples: int, silent_units: SilentUnits) -> None:
        super().__init__()
        self._silent_units = silent_units
        started = thread_time()
        self._layers = list(_measured_layers(layers))
        self._examples = examples
        self._outputs: dict[int, dict[int, _Outputs]] = {id(each.layer): {} for each in self._layers}
        self._parts: list[dict[str, Any]] = []
        self._before: list[list[Array]] = []
        self._durations.append(thread_time() - started)

    def add(self, layer: Layer, part: int, output: Array) -> None:
        """Keep what the statistics of a layer need of its output; see `OutputObserver`."""
        if id(layer) in self._outputs and output.size:
            # The micro-batches share the sample. Rounding up, each gives at least one number.
            count = -(-MAX_SAMPLED * len(output) // self._examples)
            alive = _alive(output) if layer.can_die else None
            self._outputs[id(layer)][part] = _Outputs(sample_evenly(output, count).copy(), alive)

    def before_update(self) -> None:
        """Measure the gradients and the parameters. Call it after `backward` and before gradients are clipped."""
        started = thread_time()
        for each in self._layers:
            norm = _norm(parameter.gradient for parameter in each.trainable) if each.trainable else None
            trainable = [parameter for parameter in each.weights if parameter.require_grad]
            self._parts.append(
                {
                    "gradient_norm": norm,
                    "weights": _histogram([parameter.tensor for parameter in each.weights]),
                    "gradients": _histogram([parameter.gradient for parameter in trainable]),
                }
            )
            self._before.append([parameter.tensor.copy(order="K") for parameter in each.trainable])
        self._durations.append(thread_time() - started)

    def finish(self) -> tuple[LayerStats, ...]:
        """Return the statistics of each layer in the order of the network. Call it after the update."""
        started = thread_time()
        result = []
        for each, measured, before in zip(self._layers, self._parts, self._before, strict=True):
            ratio = _update_ratio(each.trainable, before) if before else None
            parts = self._outputs[id(each.layer)]
            # In the order of the micro-batches, whichever thread was first.
            outputs = [parts[number] for number in sorted(parts)]
            alive = [part.alive for part in outputs if part.alive is not None]
            if alive:
                awake = np.logical_or.reduce(alive)
                measured["dead"] = self._silent_units.add(each.name, awake, self._examples)
            activations = _measure_activations(each.layer, outputs)
            result.append(LayerStats(each.name, update_ratio=ratio, **measured, **activations))
        self._durations.append(thread_time() - started)
        return tuple(result)


def sample_evenly(array: Array, count: int) -> Array:
    """Return about `count` numbers of an array, evenly spread over all its axes; all of them if there are few.

    Arguments:
        array: of any shape, usually with contiguous memory.
        count: how many numbers, at least 1.

    >>> sample_evenly(np.arange(12.0).reshape(3, 4), 4)
    array([ 0.,  5., 10.])
    """
    step = -(-array.size // count)
    # A step that shared a factor with the length of an axis would always meet the same examples or columns.
    while step > 1 and math.gcd(step, array.size) != 1:
        step += 1
    return array.ravel(order="K")[::step]


def _measured_layers(layers: Iterable[Layer], path: str = "") -> Iterator[_MeasuredLayer]:
    """Yield every layer, each block followed by the layers inside it."""
    for layer in layers:
        inside = list(_measured_layers(inner_layers(layer), f"{path}{layer.name}/"))
        elsewhere = {id(parameter) for each in inner_layers(layer) for parameter in each.parameters}
        own = {name: each for name, each in layer.named_parameters.items() if id(each) not in elsewhere}
        yield _MeasuredLayer(
            path + layer.name,
            layer,
            [parameter for name, parameter in own.items() if name != "bias"],
            [parameter for parameter in own.values() if parameter.require_grad],
        )
        yield from inside


def _measure_activations(layer: Layer, outputs: list[_Outputs]) -> dict[str, Any]:
    """Return the statistics of the outputs by name; empty if nothing was seen of the layer."""
    if not outputs:
        return {}
    values = np.concatenate([each.sample for each in outputs]).astype(np.float64, copy=False)
    with np.errstate(all="ignore"):  # infinite outputs have no mean; NaN says so
        mean = float(values.mean())
        centered = values - mean
        deviation = math.sqrt(float(centered @ centered) / values.size)
    return {
        "activation_mean": mean,
        "activation_deviation": deviation,
        "saturated": None if layer.output_range is None else _saturated(values, layer.output_range),
        "activations": Histogram.of(values),
    }


def _saturated(values: Array, output_range: tuple[float, float]) -> float:
    low, high = output_range
    margin = SATURATED_NEAR * (high - low)
    return float(np.mean((values < low + margin) | (values > high - margin)))


def _alive(output: Array) -> np.ndarray:
    """Return True for each unit, `(D,)`, or map, `(C,)`, that is not 0 for every example."""
    axes = tuple(axis for axis in range(output.ndim) if axis != 1)
    alive: np.ndarray = np.atleast_1d(output.max(axis=axes) != 0)
    if not alive.all() and output.ndim > 1:
        # Negative numbers are not 0 either. Few units get here.
        alive[~alive] = (output[:, ~alive] != 0).any(axis=axes)
    return alive


def _histogram(tensors: list[Array]) -> Histogram | None:
    """Return the histogram of all numbers of some tensors; None if there are none."""
    samples = [sample_evenly(tensor, MAX_SAMPLED) for tensor in tensors if tensor.size]
    return Histogram.of(np.concatenate(samples)) if samples else None


def _update_ratio(parameters: list[Parameter], before: list[Array]) -> float:
    size = _norm(before)
    change = _norm(np.subtract(each.tensor, old, out=old) for each, old in zip(parameters, before, strict=True))
    if size == 0:
        return math.inf if change else 0.0
    return change / size


def _norm(arrays: Iterable[Array]) -> float:
    """Return the norm of all numbers as one vector."""
    return math.sqrt(sum(map(_sum_of_squares, arrays)))


def _sum_of_squares(array: Array) -> float:
    flat = array.ravel(order="K")
    total = float(flat.dot(flat))
    if 1e-20 < total < math.inf or not array.size:
        return total
    # In float32, squares of numbers above 1e19 overflow, and those below 1e-19 become 0.
    flat = flat.astype(np.float64, copy=False)
    return float(flat.dot(flat))
