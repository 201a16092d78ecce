"""Hints: parts of a network that can be trained but are probably not meant. Each rule is one entry of `RULES`.

A Softmax before a loss that has one is no hint: it is a problem of the loss (`tinyml.learner.find_problems`).
"""

import math
from collections.abc import Iterator
from dataclasses import replace

from app.document.hint_rule import Hint, Place, Rule, type_of
from app.formatting import format_count
from tinyml.core import (
    ChangeSettings,
    ChangeTraining,
    DataError,
    Fix,
    InsertBefore,
    Problem,
    RemoveLayer,
    describe_count,
    describe_shape,
)
from tinyml.data import DataDescription
from tinyml.data.splitting import split_counts
from tinyml.losses import loss_descriptions
from tinyml.net import Inference, NetworkFacts, NetworkSpecification, apply_fix, collect_facts, infer
from tinyml.storage import Project

_MANY = 10
"""A network has many parameters if it has more than this number for each number that it learns."""

_LARGE_IMAGE = 1024
"""Numbers in an image from which convolutions need far fewer parameters than a Linear layer."""


def find_hints(project: Project, data: DataDescription, inference: Inference, facts: NetworkFacts) -> tuple[Hint, ...]:
    """Return all hints for a network, in the order of the layers; those that the user dismissed too.

    Arguments:
        project: the project.
        data: description of its data.
        inference: shapes and problems of its network for this data.
        facts: facts of its network.

    Layers with a problem get no hints, and a network with a problem gets none as a whole.
    """
    whole = Place(project, data, inference, facts, (), inference.layers, -1)
    places = [] if inference.problems or not inference.layers else [whole]
    places += _places_in(whole)
    return tuple(
        Hint(
            place.index,
            place.layer.specification.name if place.index >= 0 else "",
            rule.sentence(place),
            rule.fix(place),
            rule.name,
            rule.why,
            place.block,
        )
        for place in places
        for rule in RULES
        if rule.of_network == (place.index < 0) and rule.when(place)
    )


def _places_in(stack: Place) -> Iterator[Place]:
    """Yield the layers of a stack, each followed by the layers inside it."""
    for index, layer in enumerate(stack.stack):
        if layer.problem is None and layer.output_shape is not None:
            yield replace(stack, index=index)
        path = (*stack.block, layer.specification.name)
        yield from _places_in(replace(stack, block=path, stack=layer.inside))


# ----------------------------------------------------------------------------------------------- conditions, fixes


def _remove(place: Place) -> Fix:
    return RemoveLayer(f"Remove {place.type}")


def _follows_linear_layer(place: Place) -> bool:
    """Return True if two layers are as good as one.

    Two Linear layers with fewer numbers between them than before and after are meant: a bottleneck.
    """
    before = place.before("Dropout", "Flatten") if place.type in ("Linear", "Conv2D") else None
    if before is None or type_of(before) not in ("Linear", "Conv2D"):
        return False
    between = math.prod(before.output_shape or ())
    return between >= min(math.prod(before.input_shape or ()), math.prod(place.layer.output_shape or ()))


def _is_softmax_inside(place: Place) -> bool:
    if place.type != "Softmax" or place.is_output or _follows_softmax(place):
        return False
    return not any(type_of(layer) == "Softmax" for layer in place.stack[place.index + 1 :][:1])


def _follows_softmax(place: Place) -> bool:
    before = place.before() if place.type == "Softmax" else None
    return before is not None and type_of(before) == "Softmax"


def _is_dropout_of_outputs(place: Place) -> bool:
    if place.type != "Dropout" or place.block:
        return False
    return not any(layer.parameter_count for layer in place.stack[place.index + 1 :])


def _learned_numbers(place: Place) -> int:
    """Return the number of training examples times the outputs for each; 0 if the data cannot be split."""
    try:
        examples, _, _ = split_counts(place.data, place.project.data)
    except DataError:
        return 0
    return examples * math.prod(place.inference.output_shape or (1,))


def _has_many_parameters(place: Place) -> bool:
    """Return True if the examples can be learned by heart and nothing prevents it."""
    training, learned = place.project.training, _learned_numbers(place)
    prevented = training.early_stopping or training.weight_decay or training.make_augmentations()
    if prevented or any(type_of(layer) == "Dropout" for layer in place.stack):
        return False
    return 0 < _MANY * learned < place.facts.parameter_count


def _describe_many_parameters(place: Place) -> str:
    examples, _, _ = split_counts(place.data, place.project.data)
    count = format_count(place.facts.parameter_count)
    return f"The network has {count} parameters but only {format_count(examples)} training examples."


def _is_large_image_as_vector(place: Place) -> bool:
    """Return True if a Flatten or Linear layer is the first one that reads a large image."""
    numbers = math.prod(place.data.example_shape)
    if place.block or place.type != "Flatten" or numbers <= _LARGE_IMAGE or len(place.data.example_shape) != 3:
        return False
    before = place.stack[: place.index]
    return place.layer.input_shape == place.data.example_shape and not any(layer.parameter_count for layer in before)


def _reads_mostly_padding(place: Place) -> bool:
    shape, window = place.layer.input_shape or (), place.setting("window")
    if place.type != "Conv2D" or not isinstance(window, tuple):
        return False
    return all(length > 2 * size for length, size in zip(window, shape[1:], strict=True))


def _fit_window(place: Place) -> Fix:
    """Return the largest window that reads more pixels than padding, with the padding that keeps the size."""
    sizes = (place.layer.input_shape or ())[1:]
    window, padding = [2 * size - 1 for size in sizes], [size - 1 for size in sizes]
    return ChangeSettings(f"Set window to {describe_shape(tuple(window))}", {"window": window, "padding": padding})


def _sees_too_little(place: Place) -> bool:
    """Return True if the last convolution sees less than half of the rows and columns, and one layer decides then.

    Two layers with parameters after the maps can recognise a pattern of several places, so they need no large field.
    """
    if place.block or place.type != "Conv2D" or not place.data.has_classes:
        return False
    if any(len(layer.output_shape or ()) != 3 for layer in place.stack[: place.index]):
        return False  # maps after a Reshape: each of their numbers depends on the whole image
    seen = place.facts.receptive_field
    if seen is None or not _is_small(seen, place.data):
        return False
    deciding = 0
    for layer in place.stack[place.index + 1 :]:
        if len(layer.output_shape or ()) != 3:
            deciding += layer.parameter_count > 0
        elif layer.parameter_count or layer.inside:
            return False
    return deciding <= 1 and len(place.inference.output_shape or ()) == 1


def _is_small(seen: tuple[int, int], data: DataDescription) -> bool:
    return all(2 * length < size for length, size in zip(seen, data.example_shape[1:], strict=True))


def _see_more(place: Place) -> Fix:
    """Return a pooling layer before the convolution if this is enough; otherwise a larger window."""
    pooling = InsertBefore("MaxPool2D", {})
    if place.before("ReLU") is not None and _is_enough(place, pooling):
        return pooling
    window = place.setting("window")
    lengths = list(window) if isinstance(window, tuple) else [3, 3]
    while True:
        lengths = [length + 2 for length in lengths]
        padding = [(length - 1) // 2 for length in lengths]
        change = ChangeSettings(
            f"Set window to {describe_shape(tuple(lengths))}", {"window": lengths, "padding": padding}
        )
        if max(lengths) > max(place.data.example_shape) or _is_enough(place, change):
            return change


def _is_enough(place: Place, fix: Fix) -> bool:
    """Return True if the network sees enough after a fix, and has no new problem."""
    layers = apply_fix(place.project.network.layers, Problem(place.index, "", "", fix))
    data = place.data
    inference = infer(NetworkSpecification(layers=layers), data.example_shape, len(data.class_names))
    seen = collect_facts(inference).receptive_field
    return not inference.problems and seen is not None and not _is_small(seen, data)


RULES = (
    Rule(
        "softmax_twice",
        when=_follows_softmax,
        sentence=lambda place: "Softmax is applied twice.",
        why="Probabilities of probabilities are almost equal, so no class stands out and training hardly moves.",
        fix=_remove,
    ),
    Rule(
        "softmax_inside",
        when=_is_softmax_inside,
        sentence=lambda place: "Softmax is not the last layer.",
        why="Its gradient is right only directly before the loss 'Cross-entropy on probabilities'. Anywhere else, the "
        "layers before it learn in a wrong direction.",
        fix=_remove,
    ),
    Rule(
        "relu_before_loss",
        when=lambda place: (
            place.type == "ReLU"
            and place.is_output
            and loss_descriptions()[place.project.training.loss].outputs != "probabilities"
        ),
        sentence=lambda place: "The network ends with ReLU, so its outputs are never negative.",
        why="Scores, and often targets, can be negative. Where ReLU gives 0 its gradient is 0 too, so such an output "
        "stops learning.",
        fix=_remove,
    ),
    Rule(
        "no_nonlinearity",
        when=_follows_linear_layer,
        sentence=lambda place: f"There is no nonlinearity between it and the {_previous(place)} before it.",
        why="Two linear layers one after the other compute no more than a single linear layer could. A nonlinearity "
        "such as ReLU between them makes the network more powerful.",
        fix=lambda place: InsertBefore("ReLU", {}),
    ),
    Rule(
        "batch_of_one",
        when=lambda place: place.type in ("BatchNorm1D", "BatchNorm2D") and place.project.training.batch_size == 1,
        sentence=lambda place: "Batch normalisation needs batches of more than one example.",
        why="It subtracts the mean over the batch. With one example, a vector becomes zeros and a map loses its mean.",
        fix=lambda place: ChangeTraining("Set batch size to 32", {"batch_size": 32}),
    ),
    Rule(
        "dropout_of_outputs",
        when=_is_dropout_of_outputs,
        sentence=lambda place: "Dropout removes outputs of the network at random.",
        why="The loss then compares zeros with the targets. Dropout helps only before a layer with weights, which "
        "learns to use the other numbers.",
        fix=_remove,
    ),
    Rule(
        "many_parameters",
        when=_has_many_parameters,
        sentence=_describe_many_parameters,
        why="It can learn the examples by heart and then fail on others. Early stopping ends the training before this "
        "happens; Dropout, weight decay, augmentation or a smaller network help too.",
        fix=lambda place: ChangeTraining("Stop early", {"early_stopping": 5, "restore_best": True}),
        of_network=True,
    ),
    Rule(
        "image_as_vector",
        when=_is_large_image_as_vector,
        sentence=lambda place: (
            f"The network reads the image as {describe_count(math.prod(place.data.example_shape), 'number')} in a row."
        ),
        why="Which pixels are neighbours is lost, and each output of the next Linear needs a weight for every pixel. A "
        "convolution keeps the neighbours together and needs few weights.",
        fix=lambda place: InsertBefore("Conv2D", {"filters": 16, "stride": [2, 2]}),
    ),
    Rule(
        "mostly_padding",
        when=_reads_mostly_padding,
        sentence=lambda place: (
            f"Its maps have only {describe_shape((place.layer.input_shape or ())[1:])} pixels, so most of the window "
            "reads padding."
        ),
        why="The network was probably made for larger images. Weights that only meet zeros learn nothing.",
        fix=_fit_window,
    ),
    Rule(
        "small_receptive_field",
        when=_sees_too_little,
        sentence=lambda place: (
            f"The last feature maps see only {describe_shape(place.facts.receptive_field or ())} of the "
            f"{describe_shape(place.data.example_shape[1:])} pixels."
        ),
        why="The layers after them only add up what they found, so the network recognises no pattern that is larger. "
        "Objects are usually larger than half of the image.",
        fix=_see_more,
    ),
)
"""All rules. To add one, write an entry here and a case in tests/app/document/test_hints.py."""


def _previous(place: Place) -> str:
    before = place.before("Dropout", "Flatten")
    return type_of(before) if before is not None else ""
