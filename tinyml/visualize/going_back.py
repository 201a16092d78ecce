"""Carry a signal from the chosen layer back to the pixels, by the rule of a method."""

from collections.abc import Callable

import numpy as np

from tinyml.core import Array
from tinyml.layers import Layer, Residual
from tinyml.layers.base import Deconvolution
from tinyml.layers.base.stack import all_layers, inner_layers
from tinyml.net import TraceEntry
from tinyml.visualize.reconstruction import Chosen, Step

Rule = Callable[[Layer, Array, Array, np.ndarray | None], Array]
"""How a signal passes one layer: `(layer, signal, recorded input, switches)`."""


def go_back(rule: Rule, words: Callable[[Layer], Deconvolution], signal: Array, chosen: Chosen) -> tuple[Step, ...]:
    """Pass a signal from the output to the input of each layer; return all steps.

    Arguments:
        rule: of the method.
        words: returns what the rule does at a layer.
        signal: `(1, …)` in the shape of the chosen layer's output.
        chosen: the activation to start from.
    """
    steps: list[Step] = []
    one = slice(chosen.example, chosen.example + 1)
    for entry in chosen.entries:
        switches = None if entry.switches is None else entry.switches[one]
        signal, step = _pass_with_steps(rule, words, entry.layer, signal, entry.input[one], switches)
        steps.append(step)
    return tuple(steps)


def _pass_with_steps(
    rule: Rule,
    words: Callable[[Layer], Deconvolution],
    layer: Layer,
    signal: Array,
    recorded_input: Array,
    switches: np.ndarray | None,
) -> tuple[Array, Step]:
    """Pass a signal through one layer; return it with its step.

    The signal of a Residual is that of its last step inside plus the signal itself, so no layer is passed twice.
    """
    inside: list[Step] = []
    if isinstance(layer, Residual):
        result = signal
        for each, input, inner_switches in layer.passed_inside(recorded_input):
            result, step = _pass_with_steps(rule, words, each, result, input, inner_switches)
            inside.append(step)
        signal = signal + result
    else:
        signal = rule(layer, signal, recorded_input, switches)
    return signal, Step(layer.name, words(layer), np.ascontiguousarray(signal[0]), tuple(inside))


def pass_layer(rule: Rule, entry: TraceEntry, signal: Array, examples: slice = slice(None)) -> Array:
    """Pass a signal through one recorded layer.

    Arguments:
        rule: of the method.
        entry: the recorded layer.
        signal: `(N, …)` in the shape of its output, for the chosen examples.
        examples: of the recorded batch.
    """
    switches = None if entry.switches is None else entry.switches[examples]
    return rule(entry.layer, signal, entry.input[examples], switches)


def describe_departures(chosen: Chosen, guided: bool) -> str:
    """Return sentences for each layer at which a method has no rule that all agree on; empty if there is none.

    Arguments:
        chosen: the activation.
        guided: True for guided backpropagation, False for the deconvnet.
    """
    sentences = []
    for layer in all_layers(entry.layer for entry in chosen.entries):
        if layer.deconvolution is not None:
            sentences.append(layer.deconvolution.remark.format(layer=f"'{layer.name}'"))
        elif guided and not inner_layers(layer):
            sentences.append(
                f"'{layer.name}' ({type(layer).__name__}) is no rectifier, so the plain gradient passes it without a "
                "guide."
            )
    return " ".join(filter(None, sentences))


def first_zero(steps: tuple[Step, ...]) -> Step:
    """Return the first step after which the signal is zero everywhere.

    Arguments:
        steps: of which the last one is zero everywhere.
    """
    return next(step for step in steps if not step.signal.any())
