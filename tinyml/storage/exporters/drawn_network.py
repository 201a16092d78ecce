"""The drawing of the network of a saved model, for the exporters of pictures and of the report."""

from pathlib import Path

from tinyml.losses import loss_descriptions
from tinyml.net import infer
from tinyml.storage.model import SavedModel
from tinyml.visualize.network_drawing import (
    Drawing,
    describe_targets,
    draw_network,
    input_card,
    layer_cards,
    loss_card,
)


def draw_model(about: SavedModel) -> Drawing:
    """Draw the network of a model, from its data to its loss.

    Arguments:
        about: the content of the model file.

    >>> from tinyml.net import NetworkSpecification
    >>> draw_model(SavedModel(network=NetworkSpecification(), input_shape=(2,))).width
    720
    """
    targets = describe_targets(about.class_names, about.target_shape, about.data.target == "input")
    source = Path(about.data.source).name or about.data.source
    first = input_card(source, about.input_shape, targets)
    last = loss_card(loss_descriptions()[about.training.loss].title)
    return draw_network((first, *layer_cards(infer(about.network, about.input_shape)), last), f"network for {source}")
