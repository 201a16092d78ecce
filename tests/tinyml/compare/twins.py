"""Networks of tinyml as PyTorch modules with the same parameters."""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn

from tinyml.core.shapes import as_pair
from tinyml.layers import Layer
from tinyml.net import Sequential


def _conv2d(layer: Any) -> nn.Module:
    _, stride, padding, dilation = layer.settings.geometry
    channels, filters, window = layer.input_dim[0], layer.settings.filters, layer.settings.window
    return nn.Conv2d(channels, filters, window, stride, padding, dilation, bias=layer.settings.bias)


MODULES: dict[str, Callable[[Any], nn.Module]] = {
    "Conv2D": _conv2d,
    "Dropout": lambda layer: nn.Dropout(layer.probability),
    "Flatten": lambda _: nn.Flatten(),
    "Linear": lambda layer: nn.Linear(layer.input_dim[0], layer.settings.outputs, bias=layer.settings.bias),
    "MaxPool2D": lambda layer: nn.MaxPool2d(as_pair(layer.settings.window), as_pair(layer.settings.stride)),
    "ReLu": lambda _: nn.ReLU(),
}
"""How to make the module for a layer; only for the layer types of the networks that the tests train."""


def twin(layers: list[Layer]) -> nn.Sequential:
    """Make a stack of PyTorch modules that starts from copies of the layers' parameters."""
    return nn.Sequential(*map(_module, layers))


def _module(layer: Layer) -> nn.Module:
    module = MODULES[layer.type_name](layer)
    with torch.no_grad():
        for name, parameter in layer.named_parameters.items():
            values = torch.tensor(parameter.tensor)
            setattr(module, name, nn.Parameter(values))
    return module


def same_parameters(net: Sequential, module: nn.Sequential) -> dict[str, tuple[Any, Tensor]]:
    """Pair the parameters of a network with those of its twin, by the network's names for them."""
    return {
        f"{layer.name}.{name}": (parameter.tensor, getattr(part, name))
        for layer, part in zip(net.layers, module, strict=True)
        for name, parameter in layer.named_parameters.items()
    }
