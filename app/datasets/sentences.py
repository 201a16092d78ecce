"""A dataset in words: a line for a list, and what its examples are."""

from app.formatting import format_count
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
