"""Carry a signal from the chosen layer back to the pixels, by the rule of a method."""

from collections.abc import Callable

import numpy as np

from tinyml.core import Array
from tinyml.layers import Layer
from tinyml.layers.base import Deconvolution
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
        signal = pass_layer(rule, entry, signal, one)
        steps.append(Step(entry.layer.name, words(entry.layer), np.ascontiguousarray(signal[0])))
    return tuple(steps)


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


def first_zero(steps: tuple[Step, ...]) -> Step:
    """Return the first step after which the signal is zero everywhere.

    Arguments:
        steps: of which the last one is zero everywhere.
    """
    return next(step for step in steps if not step.signal.any())
