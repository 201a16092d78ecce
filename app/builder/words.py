"""How numbers and lists are written on cards and in forms."""

from collections.abc import Sequence

from app.widgets.words import write_count
from tinyml.core import describe_count, describe_shape
from tinyml.data import DataDescription


def targets_text(data: DataDescription) -> str:
    """Say what is to be predicted: "10 classes", "1 number to predict", "the input is the target".

    >>> from tinyml.data import describe
    >>> targets_text(describe("digits")), targets_text(describe("sine"))
    ('10 classes', '1 number to predict')
    """
    if data.target_shape is None:
        return f"{len(data.class_names)} classes"
    if data.target == "input":
        return "the input is the target"
    if len(data.target_shape) == 1:
        return f"{describe_count(data.target_shape[0], 'number')} to predict"
    return f"{describe_shape(data.target_shape)} to predict"


def parameters_text(number: int) -> str:
    """Count parameters in words: "1 parameter", "3 216 parameters"."""
    return f"{write_count(number)} parameter{'' if number == 1 else 's'}"


def list_text(words: Sequence[str], most: int = 6) -> str:
    """List words, and leave out what is too many.

    >>> list_text(["a", "b", "c", "d"], most=3)
    'a, b, … d'
    """
    if len(words) <= most:
        return ", ".join(words)
    return f"{', '.join(words[: most - 1])}, … {words[-1]}"
