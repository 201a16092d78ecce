"""How each layer type computes one of its numbers, for `tinyml.visualize.arithmetic_of`.

A layer type without a rule is refused with a sentence. A rule for your own layer type: decorate a function with
`@rule_of.register(YourLayer)`. It takes the layer and a `Place`, and returns the parts, the lines and a sentence.
"""

import copy
import math

import numpy as np

from tinyml.core import Array, Pair, describe_count
from tinyml.core.windows import WindowGeometry
from tinyml.layers import (
    ELU,
    GELU,
    AvgPool2D,
    Conv2D,
    ConvTranspose2D,
    Dropout,
    Flatten,
    GlobalAvgPool2D,
    Layer,
    LeakyReLU,
    Linear,
    MaxPool2D,
    MaxUnpool2D,
    ReLU,
    Reshape,
    Residual,
    Sigmoid,
    Softmax,
    Tanh,
    Upsample2D,
)
from tinyml.layers.base.stack import inner_layers
from tinyml.layers.batchnorm import BatchNorm
from tinyml.net import Trace, entries_inside
from tinyml.visualize.arithmetic_parts import Line, Part, Place, Rule, rule_of

__all__ = ["rule_of"]

_ACTIVATIONS: tuple[type[Layer], ...] = (ReLU, LeakyReLU, ELU, GELU, Sigmoid, Tanh)
"""Layers that make one number of one number, and leave it at its place."""

# ---------------------------------------------------------------------------------------------------------------- sums


def _sum_of(parts: tuple[Part, ...], bias: float | None, sentence: str) -> Rule:
    """Return the rule of a weighted sum with or without a bias."""
    count = sum(part.inputs.size for part in parts)
    total = sum(part.total for part in parts)
    lines = [Line(f"sum of {describe_count(count, 'product')}", total)]
    if bias is not None:
        lines += [Line("bias", bias), Line("activation", total + bias)]
    return Rule(parts, tuple(lines), sentence)


def _window_part(source: str, plane: Array, rows: np.ndarray, columns: np.ndarray, weights: Array | None) -> Part:
    """Return the numbers of one map `plane` at some rows and columns; those outside of it are padding."""
    outside = ((rows < 0) | (rows >= plane.shape[0]))[:, np.newaxis] | (columns < 0) | (columns >= plane.shape[1])
    inside = plane[np.ix_(rows.clip(0, plane.shape[0] - 1), columns.clip(0, plane.shape[1] - 1))]
    inputs = np.where(outside, 0.0, inside)
    return Part(source, rows, columns, inputs, None if weights is None else weights.astype(np.float64), outside)


def _pixels_read(geometry: WindowGeometry, position: Pair) -> tuple[np.ndarray, np.ndarray]:
    """Return the rows and the columns of the input under the window at a position, negative in the padding."""
    rows, columns = (
        at * stride + np.arange(window) * dilation - padding
        for at, window, stride, padding, dilation in zip(position, *geometry, strict=True)
    )
    return rows, columns


def _bias_of(layer: Conv2D | ConvTranspose2D | Linear, index: int) -> float | None:
    return None if layer.bias is None else float(layer.bias.tensor[index])


@rule_of.register
def _(layer: Conv2D, place: Place) -> Rule:
    filter_index, *position = place.unit
    rows, columns = _pixels_read(layer.settings.geometry, (position[0], position[1]))
    filters = layer.weight.tensor[filter_index]
    parts = tuple(
        _window_part(f"map {channel}", plane, rows, columns, filters[channel])
        for channel, plane in enumerate(place.input)
    )
    sentence = "Each number under the window is multiplied by the weight of the filter there; the products are added."
    return _sum_of(parts, _bias_of(layer, filter_index), sentence)


@rule_of.register
def _(layer: ConvTranspose2D, place: Place) -> Rule:
    filter_index, *position = place.unit
    taps, reads = [], []
    for at, pixels, window, stride, padding, dilation in zip(
        position, layer.input_dim[1:], *layer.settings.geometry, strict=True
    ):
        tap = np.arange(window)
        distance = at + padding - tap * dilation
        hit = (distance % stride == 0) & (distance >= 0) & (distance // stride < pixels)
        taps.append(tap[hit])
        reads.append(distance[hit] // stride)
    rows, columns = reads
    parts = tuple(
        _window_part(f"map {channel}", plane, rows, columns, layer.weight.tensor[channel, filter_index][np.ix_(*taps)])
        for channel, plane in enumerate(place.input)
    )
    sentence = "Every input pixel is spread over a window of the output; here are those whose window covers this place."
    return _sum_of(parts, _bias_of(layer, filter_index), sentence)


@rule_of.register
def _(layer: Linear, place: Place) -> Rule:
    unit = place.unit[0]
    shape, names = _shape_before(place)
    inputs, weights = place.input.reshape(shape), layer.weight.tensor[unit].reshape(shape)
    rows, columns = np.arange(shape[1]), np.arange(shape[2])
    parts = tuple(
        _window_part(name, plane, rows, columns, weight)
        for name, plane, weight in zip(names, inputs, weights, strict=True)
    )
    return _sum_of(parts, _bias_of(layer, unit), "Every input is multiplied by its weight; the products are added.")


def _shape_before(place: Place) -> tuple[tuple[int, int, int], list[str]]:
    """Return the shape of the maps that a vector was made from, and their names; one row if it never was maps."""
    for entry in place.trace.entries[: place.index][::-1]:
        if isinstance(entry.layer, Flatten) and entry.input.ndim == 4:
            _, maps, rows, columns = entry.input.shape
            return (maps, rows, columns), [f"map {index}" for index in range(maps)]
        if not isinstance(entry.layer, (*_ACTIVATIONS, Dropout)):  # another layer makes other numbers of the maps
            break
    return (1, 1, place.input.size), ["input"]


@rule_of.register
def _(layer: AvgPool2D, place: Place) -> Rule:
    channel, *position = place.unit
    rows, columns = _pixels_read(layer.settings.geometry, (position[0], position[1]))
    return _mean_of(place.input[channel], channel, rows, columns)


@rule_of.register
def _(layer: GlobalAvgPool2D, place: Place) -> Rule:
    plane = place.input[place.unit[0]]
    return _mean_of(plane, place.unit[0], *map(np.arange, plane.shape))


def _mean_of(plane: Array, channel: int, rows: np.ndarray, columns: np.ndarray) -> Rule:
    count = len(rows) * len(columns)
    part = _window_part(f"map {channel}", plane, rows, columns, np.full((len(rows), len(columns)), 1 / count))
    return _sum_of((part,), None, f"The mean: each of the {describe_count(count, 'number')} has the weight 1/{count}.")


@rule_of.register
def _(layer: Residual, place: Place) -> Rule:
    inside = entries_inside(Trace(place.entry.input, (place.entry,)))
    last = inside[layer.name, inner_layers(layer)[-1].name].output
    passed, added = float(place.input[place.unit]), float(last[(place.example, *place.unit)])
    lines = Line("input x", passed), Line("output F(x) of the layers inside", added), Line("activation", passed + added)
    return Rule((), lines, "The input is added to the output of the layers inside.")


# -------------------------------------------------------------------------------------------------------------- pooling


@rule_of.register
def _(layer: MaxPool2D, place: Place) -> Rule:
    channel, *position = place.unit
    rows, columns = _pixels_read(layer.settings.geometry, (position[0], position[1]))
    window = _window_part(f"map {channel}", place.input[channel], rows, columns, None)
    winner = divmod(int(window.inputs.argmax()), window.inputs.shape[1])
    part = Part(window.source, rows, columns, window.inputs, None, window.padding, winner)
    lines = (Line(f"largest of {describe_count(window.inputs.size, 'number')}", part.total),)
    where = f"row {rows[winner[0]]}, column {columns[winner[1]]}"
    return Rule((part,), lines, f"The largest number under the window is kept: the one at {where} of map {channel}.")


@rule_of.register
def _(layer: MaxUnpool2D, place: Place) -> Rule:
    assert place.entry.switches is not None  # the forward pass needed them too
    switches = place.entry.switches[place.example, place.unit[0]]
    here = place.unit[1] * layer.output_dim[2] + place.unit[2]
    sources = np.argwhere(switches == here)
    if not len(sources):
        lines = (Line("no maximum lies here", 0.0),)
        return Rule((), lines, "The pooling that this layer undoes found no maximum at this place, so it is 0.")
    row, column = sources[-1]  # the last one in scan order is written last
    lines = (Line(f"input at row {row}, column {column}", float(place.input[place.unit[0], row, column])),)
    return Rule((), lines, "The value is put back to the place of the maximum in the pooling that this layer undoes.")


# ------------------------------------------------------------------------------------------------- one number at a time


def _activation(layer: Layer, place: Place) -> Rule:
    number = float(place.input[place.unit])
    alone = copy.copy(layer)  # shares the settings; the layer keeps the activations of its last pass
    alone.training = False
    result = float(alone.forward(np.full((1, 1), number))[0, 0])
    return Rule((), (Line("input x", number), Line("activation", result)), "One number goes in, and one comes out.")


for _type in _ACTIVATIONS:
    rule_of.register(_type, _activation)


@rule_of.register(Dropout)
def _(layer: Layer, place: Place) -> Rule:
    number = float(place.input[place.unit])
    return Rule(
        (), (Line("input x", number),), "Dropout does nothing outside of training: the number passes unchanged."
    )


@rule_of.register(Flatten)
@rule_of.register(Reshape)
def _(layer: Layer, place: Place) -> Rule:
    shape = place.input.shape
    flat = int(np.ravel_multi_index(place.unit, place.entry.output.shape[1:]))
    source = tuple(int(index) for index in np.unravel_index(flat, shape))
    where = f"map {source[0]}, row {source[1]}, column {source[2]}" if len(source) == 3 else f"input {source[-1]}"
    return Rule((), (Line(where, float(place.input[source])),), "The number is the same; only its place is another.")


@rule_of.register
def _(layer: Upsample2D, place: Place) -> Rule:
    channel, row, column = place.unit
    source = row // layer.scale[0], column // layer.scale[1]
    lines = (Line(f"map {channel}, row {source[0]}, column {source[1]}", float(place.input[(channel, *source)])),)
    return Rule((), lines, f"Each pixel becomes a block of {layer.scale[0]}×{layer.scale[1]} equal pixels.")


@rule_of.register
def _(layer: BatchNorm, place: Place) -> Rule:
    feature, number = place.unit[0], float(place.input[place.unit])
    mean, variance = float(layer.running_mean[feature]), float(layer.running_var[feature])
    weight, bias = float(layer.weight.tensor[feature]), float(layer.bias.tensor[feature])
    deviation = math.sqrt(variance + layer.eps)
    normalised = (number - mean) / deviation
    lines = (
        Line("input x", number),
        Line("running mean μ", mean),
        Line("x − μ", number - mean),
        Line("√(σ² + ε), with the running variance σ²", deviation),
        Line("x̂ = (x − μ) / √(σ² + ε)", normalised),
        Line("weight γ", weight),
        Line("γ · x̂", weight * normalised),
        Line("bias β", bias),
        Line("activation γ · x̂ + β", weight * normalised + bias),
    )
    return Rule(
        (), lines, "The number is normalised by the mean and variance of the training, then scaled and shifted."
    )


@rule_of.register
def _(layer: Softmax, place: Place) -> Rule:
    axis = layer.axis - 1
    index = [slice(at, at + 1) for at in place.unit]
    index[axis] = slice(None)
    scores = place.input[tuple(index)].ravel()
    score, largest = float(place.input[place.unit]), float(scores.max())
    power, total = math.exp(score - largest), float(np.exp(scores - largest).sum())
    lines = [
        Line("score x", score),
        Line("largest score m", largest),
        Line("exp(x − m)", power),
        Line(f"sum of exp(x − m) over {describe_count(len(scores), 'score')}", total),
        Line("exp(x − m) / sum", power / total),
    ]
    if power / total < layer.eps:
        lines.append(Line("smallest probability", layer.eps))
    return Rule((), tuple(lines), "The probability is the exponential of the score, divided by the sum of all of them.")
