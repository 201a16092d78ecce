"""A dataset in words: a line for a list, what its examples are, and the facts that need the examples."""

import math

import numpy as np

from app.formatting import format_count, format_number
from app.forms.target_description import describe_targets
from tinyml.core import describe_count, describe_shape
from tinyml.data import DataDescription

_CHANNELS = {1: "grey images", 3: "colour images"}


def describe_entry(data: DataDescription) -> str:
    """Describe a dataset for a list: "1 797 images · 10 classes".

    Arguments:
        data: the description of the dataset.

    >>> from tinyml.data import describe
    >>> [describe_entry(describe(name)).replace(chr(160), " ") for name in ("digits", "circle", "sine")]
    ['1 797 images · 10 classes', '1 000 points · 2 classes', '1 000 examples · regression']
    """
    kind = {3: "images"}.get(len(data.example_shape), "points" if data.example_shape == (2,) else "examples")
    numbers = "autoencoder" if data.target == "input" else "regression"
    return f"{format_count(data.count)} {kind} · {describe_targets(data) if data.has_classes else numbers}"


def describe_examples(data: DataDescription) -> str:
    """Describe the examples of a dataset: "1 797 grey images of 8×8 · 10 classes".

    Arguments:
        data: the description of the dataset.

    >>> from tinyml.data import describe
    >>> [describe_examples(describe(name)).replace(chr(160), " ") for name in ("digits", "circle")]
    ['1 797 grey images of 8×8 · 10 classes', '1 000 examples of 2 numbers · 2 classes']
    """
    count, shape = format_count(data.count), data.example_shape
    if len(shape) == 3:
        kind = _CHANNELS.get(shape[0], f"images with {shape[0]} channels")
        examples = f"{count} {kind} of {describe_shape(shape[1:])}"
    elif len(shape) == 1:
        examples = f"{count} examples of {describe_count(shape[0], 'number')}"
    else:
        examples = f"{count} examples of {describe_shape(shape)}"
    return f"{examples} · {describe_targets(data)}"


def describe_balance(counts: np.ndarray) -> str:
    """Compare the sizes of the classes in one sentence; return an empty text if there are fewer than two classes.

    Arguments:
        counts: (classes,) number of examples of each class.

    >>> describe_balance(np.array([10, 10])), describe_balance(np.array([10, 25]))
    ('All classes have the same size.', 'The largest class is 2.50 times the smallest.')
    >>> describe_balance(np.array([10, 0, 5]))
    '1 class has no examples.'
    """
    if len(counts) < 2:
        return ""
    empty = int((counts == 0).sum())
    if empty:
        verb = "has" if empty == 1 else "have"
        return f"{describe_count(empty, 'class')} {verb} no examples."
    smallest, largest = int(counts.min()), int(counts.max())
    if smallest == largest:
        return "All classes have the same size."
    return f"The largest class is {format_number(largest / smallest)} times the smallest."


def describe_values(low: float, high: float, mean: float) -> str:
    """Describe the numbers of all examples: "Numbers from 0 to 1, mean 0.305."

    Arguments:
        low, high, mean: the smallest number, the largest number, and the mean of all numbers.

    >>> describe_values(1.36e-6, 1.0, 0.3053), describe_values(2e-5, 3e-5, 2.5e-5)
    ('Numbers from 0 to 1, mean 0.305.', 'Numbers from 2e-05 to 3e-05, mean 2.50e-05.')
    """
    # A number that is tiny beside the range is 0 for the reader: 1.36e-06 … 1 is 0 … 1.
    decimals = 3 - math.ceil(math.log10(high - low)) if math.isfinite(high - low) and high > low else 6
    low_text, high_text = (
        format_number(round(value, decimals) if math.isfinite(value) else value, trailing_zeros=False)
        for value in (low, high)
    )
    return f"Numbers from {low_text} to {high_text}, mean {format_number(mean)}."
