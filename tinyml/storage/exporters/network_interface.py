"""What goes into a network and what comes out of it, in words, for people who use an exported file elsewhere."""

from tinyml.core import Shape, describe_shape
from tinyml.data.preprocessing import FittedPreprocessing, ImageEncoding, TableEncoding
from tinyml.losses import loss_descriptions
from tinyml.storage.model import SavedModel

_MOST = 16
"""Most numbers or names that are written out in a sentence."""


def describe_interface(about: SavedModel) -> list[str]:
    """Return sentences about the inputs, their preprocessing, and the outputs of a network.

    Arguments:
        about: the content of its model file.

    >>> from tinyml.net import NetworkSpecification
    >>> about = SavedModel(network=NetworkSpecification(), input_shape=(2,), class_names=("out", "in"))
    >>> describe_interface(about)
    ['Input: 2 numbers for each example.', 'Output: a score for each class, in the order: out, in.']
    """
    fitted = about.preprocessing or FittedPreprocessing()
    return [_describe_input(about.input_shape, fitted), *_describe_scaling(fitted), _describe_output(about, fitted)]


def _describe_input(shape: Shape, fitted: FittedPreprocessing) -> str:
    encoding = fitted.encoding
    if isinstance(encoding, ImageEncoding):
        colour = "grey" if encoding.channels == 1 else "red, green, blue"
        return (
            f"Input: images of {describe_shape(shape)} (channels × rows × columns, {colour}); bytes are divided by "
            f"{encoding.divisor}."
        )
    if len(shape) == 3:
        return f"Input: images of {describe_shape(shape)} (channels × rows × columns)."
    names = ""
    if isinstance(encoding, TableEncoding) and len(encoding.columns) <= _MOST:
        names = ": " + ", ".join(
            f"{column.name} (1 for one of {', '.join(column.categories)}, 0 for the others)"
            if column.categories
            else column.name
            for column in encoding.columns
        )
    elif 0 < len(fitted.input_names) <= _MOST:
        names = f": {', '.join(fitted.input_names)}"
    return f"Input: {describe_shape(shape)} numbers for each example{names}."


def _describe_scaling(fitted: FittedPreprocessing) -> list[str]:
    scaling = fitted.scaling
    if scaling is None:
        return []
    if len(scaling.offset) > _MOST:
        return ["Then each number x becomes (x - offset) / scale; these numbers are in the stored preprocessing."]
    sentences = [
        f"Then x becomes (x - offset) / scale: offset {_numbers(scaling.offset)}, scale {_numbers(scaling.scale)}."
    ]
    if scaling.fill:
        sentences.insert(0, f"A missing number becomes {_numbers(scaling.fill)}.")
    return sentences


def _describe_output(about: SavedModel, fitted: FittedPreprocessing) -> str:
    loss = loss_descriptions()[about.training.loss]
    if about.class_names and not about.target_shape:
        what = {"scores": "a score", "probabilities": "the probability", "values": "a number"}[loss.outputs]
        if fitted.class_targets:
            return f"Output: the class whose target is nearest: {_targets(about, fitted)}."
        names = f", in the order: {', '.join(about.class_names)}" if len(about.class_names) <= 100 else ""
        return f"Output: {what} for each class{names}."
    scaling = fitted.target_scaling
    names = f" ({', '.join(fitted.target_names)})" if 0 < len(fitted.target_names) <= _MOST else ""
    undo = ""
    if scaling is not None:
        undo = f" In the units of the data: y · {_numbers(scaling.scale)} + {_numbers(scaling.offset)}."
    return f"Output: {describe_shape(about.target_shape or ())} numbers for each example{names}.{undo}"


def _targets(about: SavedModel, fitted: FittedPreprocessing) -> str:
    pairs = zip(about.class_names[:_MOST], fitted.class_targets, strict=False)
    return ", ".join(f"{_numbers(target)} is {name}" for name, target in pairs)


def _numbers(values: tuple[float, ...]) -> str:
    return (
        ", ".join(f"{value:.9g}" for value in values) if len(values) == 1 else str([float(f"{v:.9g}") for v in values])
    )
