"""What the cards of a drawn network say."""

import math
from dataclasses import dataclass

from tinyml.core import Shape, describe_count
from tinyml.layers import display_name
from tinyml.layers.base.blocks import BlockSettings
from tinyml.net import Inference, LayerInference


@dataclass(frozen=True)
class Card:
    """One card of a drawn network.

    Attributes:
        name: of the layer.
        kind: its type in words.
        family: of the layer type; decides icon and colour.
        lines: the key settings, and the notes.
        shape: output shape without the batch axis; None if there is none.
        parameters: number of parameters.
        share: its share of all parameters of the network, from 0 to 1.
        inside: the cards inside a block.
        shortcut: True if the block adds its input to the output of the layers inside.
    """

    name: str
    kind: str
    family: str
    lines: tuple[str, ...] = ()
    shape: Shape | None = None
    parameters: int = 0
    share: float = 0.0
    inside: tuple["Card", ...] = ()
    shortcut: bool = False

    def describe(self) -> str:
        """Return the card as one sentence, for screen readers."""
        shape = f"gives {' by '.join(str(size) for size in self.shape)}" if self.shape else ""
        count = describe_count(self.parameters, "parameter") if self.parameters else ""
        return ", ".join(part for part in (self.name, self.kind, *self.lines, shape, count) if part)


def layer_cards(inference: Inference) -> tuple[Card, ...]:
    """Return the cards of all layers.

    Arguments:
        inference: of a network without problems.

    >>> from tinyml.net import LayerSpecification, NetworkSpecification, infer
    >>> layers = (LayerSpecification(type="Linear", name="fc", settings={"outputs": 2}),)
    >>> layer_cards(infer(NetworkSpecification(layers=layers), (4,)))[0].describe()
    'fc, Linear, 2 outputs, gives 2, 10 parameters'
    """
    total = max(inference.parameter_count, 1)
    return tuple(_card(inferred, total) for inferred in inference.layers)


def input_card(source: str, shape: Shape, targets: str) -> Card:
    """Return the card of the data.

    Arguments:
        source: name of the data.
        shape: of one example.
        targets: what the network learns of an example, in words.

    >>> input_card("digits", (1, 8, 8), "10 classes").describe()
    'input, digits, 10 classes, gives 1 by 8 by 8'
    """
    return Card("input", source, "input", (targets,), shape)


def loss_card(title: str) -> Card:
    """Return the card of the loss.

    Arguments:
        title: of the loss.

    >>> loss_card("Mean squared error").describe()
    'loss, Mean squared error'
    """
    return Card("loss", title, "loss")


def describe_targets(class_names: tuple[str, ...], target_shape: Shape | None, is_input: bool) -> str:
    """Return what a network learns of an example: "10 classes", "1 number" or "the input itself".

    Arguments:
        class_names: empty if the targets are numbers.
        target_shape: of the target numbers of one example; None if the targets are classes.
        is_input: True for an autoencoder.

    >>> describe_targets(("cat", "dog"), None, False), describe_targets((), (1,), False)
    ('2 classes', '1 number')
    """
    if is_input:
        return "the input itself"
    if target_shape is None:
        return describe_count(len(class_names), "class")
    return describe_count(math.prod(target_shape), "number")


def _card(inferred: LayerInference, total: int) -> Card:
    specification = inferred.specification
    kind = display_name(specification.type)
    if inferred.layer_type is None or inferred.settings is None:
        return Card(specification.name, kind, "")
    settings = inferred.settings
    line = settings.describe()
    if inferred.paired_pooling:
        line = f"{line} · undoes {inferred.paired_pooling}" if line else f"undoes {inferred.paired_pooling}"
    if not line:
        kind = f"{kind} · {inferred.layer_type.Settings.summary}"
    shortcut = isinstance(settings, BlockSettings) and settings.adds_input
    if inferred.inside:
        kind, line = f"{kind} · output = {'input + ' if shortcut else ''}inside", ""
    return Card(
        specification.name,
        kind,
        inferred.layer_type.Settings.family,
        tuple(text for text in (line, *inferred.notes) if text),
        inferred.output_shape,
        inferred.parameter_count,
        inferred.parameter_count / total,
        tuple(_card(each, total) for each in inferred.inside),
        shortcut,
    )
