"""A network and training settings that fit some data and learn them well without a change."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from tinyml.core import Shape
from tinyml.data import DataDescription
from tinyml.learner import TrainingSettings
from tinyml.net import LayerSpecification, NetworkSpecification, free_name
from tinyml.storage.project import Project

_Layer = tuple[str, dict[str, Any]]

_UPDATES = 1200
"""About this many updates of the parameters bring these networks close to their best result."""
_SMALL_DATA = 500
"""Data with fewer examples get smaller batches, so that an epoch has more updates."""
_FILTERS = (16, 32, 64, 64)
_SMALL_MAPS = 8
"""Maps with fewer rows or columns than this are not made smaller."""
_SMALL_IMAGE = 1600
"""Pixels of an image up to which an epoch is quick."""
_MOST_IMAGE_EPOCHS, _MOST_EPOCHS = 30, 60
_HIDDEN = 64
_LEAST_NUMBERS, _MOST_NUMBERS = 16, 128
"""Limits of the numbers in the wide layers of an autoencoder of vectors."""


@dataclass(frozen=True)
class Starter:
    """A network with its training settings.

    Attributes:
        title: what it is, as a part of a sentence, such as "a small convolutional network".
        network: its layers.
        training: its training settings.
        reads_images: True if its input are images.
    """

    title: str
    network: NetworkSpecification
    training: TrainingSettings
    reads_images: bool = False

    def use_in(self, project: Project) -> Project:
        """Return a project with this network and these training settings. It keeps its data, seed and augmentation.

        Augmentation of images does not stay for other data.

        Arguments:
            project: gives everything else.
        """
        before = project.training
        kept = {name: value for name, value in before if name == "seed" or name.startswith("augment_")}
        if not self.reads_images:
            kept.update({name: type(before).model_fields[name].default for name in before.image_augmentation_settings})
        training = self.training.model_copy(update=kept)
        return project.model_copy(update={"network": self.network, "training": training})


def starter_for(data: DataDescription) -> Starter:
    """Return a network for some data: convolutions for images, Linear layers for vectors, a bottleneck to autoencode.

    Arguments:
        data: the description of the data, with its target.

    >>> from tinyml.data import describe
    >>> [layer.type for layer in starter_for(describe("circle")).network.layers]
    ['Linear', 'ReLu', 'Linear', 'ReLu', 'Linear']
    """
    images = len(data.example_shape) == 3
    if data.target == "input":
        title = "an autoencoder"
        layers = _image_autoencoder(data.example_shape) if images else _autoencoder(data.example_shape)
    elif images:
        title, layers = "a small convolutional network", _convolutional_network(data)
    else:
        title, layers = "a small multilayer perceptron", _perceptron(data)
    return Starter(title, NetworkSpecification(layers=tuple(_with_names(layers))), _training(data, images), images)


def _training(data: DataDescription, images: bool) -> TrainingSettings:
    """Return settings with as many epochs as so many examples need."""
    batch_size = 32 if data.count >= _SMALL_DATA else 16
    epochs = round(_UPDATES * batch_size / max(data.count, 1))
    large = images and math.prod(data.example_shape[1:]) > _SMALL_IMAGE
    return TrainingSettings(
        loss="cross_entropy_with_softmax_loss" if data.has_classes else "mse_loss",
        optimizer="adam",
        learning_rate=0.003 if images else 0.01,
        schedule="cosine",
        batch_size=batch_size,
        epochs=min(max(epochs, 10), _MOST_IMAGE_EPOCHS if large else _MOST_EPOCHS),
        restore_best=True,
    )


def _convolution(filters: int) -> _Layer:
    return "Conv2D", {"filters": filters, "window": [3, 3], "padding": [1, 1], "initialiser": "he_uniform"}


def _convolutional_network(data: DataDescription) -> list[_Layer]:
    """Return convolutions with batch normalisation, and pooling until the maps are small.

    The mean over the last maps does not depend on where something is in the image. With a few hundred photographs this
    is worth more than the weights of a Linear layer for each place (accuracy 0.96 instead of 0.46 on drawn shapes).
    """
    layers: list[_Layer] = []
    side = min(data.example_shape[1:])
    for filters in _FILTERS:
        layers += [("MaxPool2D", {})] if layers else []
        layers += [_convolution(filters), ("BatchNorm2D", {}), ("ReLu", {})]
        if side < _SMALL_MAPS:
            break
        side //= 2
    return [*layers, ("GlobalAvgPool2D", {}), *_output(data)]


def _perceptron(data: DataDescription) -> list[_Layer]:
    hidden: list[_Layer] = [("Linear", {"outputs": _HIDDEN, "initialiser": "he_uniform"}), ("ReLu", {})]
    return [*_flatten(data.example_shape), *hidden, *hidden, *_output(data)]


def _output(data: DataDescription) -> list[_Layer]:
    """Return the layers that give class scores or target numbers."""
    if data.target_shape is None:
        return [("Linear", {"outputs": len(data.class_names)})]
    linear: _Layer = ("Linear", {"outputs": math.prod(data.target_shape)})
    return [linear, ("Reshape", {"size": list(data.target_shape[1:])})] if len(data.target_shape) == 3 else [linear]


def _autoencoder(shape: Shape) -> list[_Layer]:
    """Return Linear layers with half of the numbers in the middle."""
    numbers = math.prod(shape)
    wide, narrow = min(max(2 * numbers, _LEAST_NUMBERS), _MOST_NUMBERS), max(min(numbers // 2, _HIDDEN), 1)
    layers = _flatten(shape)
    for outputs in (wide, narrow, wide):
        layers += [("Linear", {"outputs": outputs}), ("Tanh", {})]
    return [*layers, ("Linear", {"outputs": numbers})]


def _image_autoencoder(shape: Shape) -> list[_Layer]:
    """Return convolutions that halve the size up to twice, and transposed convolutions that double it again."""
    halvings = 0
    while halvings < 2 and all(side % 2 ** (halvings + 1) == 0 for side in shape[1:]):
        halvings += 1
    encoder: list[_Layer] = []
    for filters in (32, 16)[:halvings]:
        encoder += [_convolution(filters), ("ReLu", {}), ("MaxPool2D", {})]
    decoder: list[_Layer] = []
    for filters in (32, shape[0])[-halvings:] if halvings else ():
        doubling: _Layer = ("Deconv2D", {"filters": filters, "window": [4, 4], "stride": [2, 2], "padding": [1, 1]})
        decoder += [doubling, ("ReLu", {})]
    if not halvings:
        return [_convolution(16), ("ReLu", {}), ("Conv2D", {"filters": shape[0]})]
    return [*encoder, *decoder[:-1]]


def _flatten(shape: Shape) -> list[_Layer]:
    return [] if len(shape) == 1 else [("Flatten", {})]


def _with_names(layers: Iterable[_Layer]) -> list[LayerSpecification]:
    named: list[LayerSpecification] = []
    for layer_type, settings in layers:
        name = free_name({layer.name for layer in named}, layer_type)
        named.append(LayerSpecification(type=layer_type, name=name, settings=settings))
    return named
