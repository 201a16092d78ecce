"""PyTorch modules with the tensors of tinyml layers, and the losses of PyTorch.

A layer says itself which module computes the same (`LayerSettings.pytorch`), and so does a loss
(`LossDescription.pytorch`). Without it `test_losses.py` fails and names the loss.
"""

from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import Any

import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor, nn

from tinyml.core import Shape
from tinyml.layers import Layer
from tinyml.layers.base.stack import shapes_through
from tinyml.losses import loss_descriptions
from tinyml.net import Sequential


def module_for(layer: Layer, input_shape: Shape) -> nn.Module:
    """Make the PyTorch module of a layer, with copies of the layer's tensors, in the layer's dtype and mode.

    Arguments:
        layer: with a counterpart in PyTorch.
        input_shape: of one example.
    """
    source = layer.settings.pytorch(input_shape)
    assert source is not None, layer.settings.pytorch_exception
    names: dict[str, Any] = {"torch": torch, "nn": nn, "OrderedDict": OrderedDict}
    for definition in source.definitions:
        exec(definition, names)
    module: nn.Module = eval(source.expression, names)
    module.to(torch.float64 if layer.dtype == "float64" else torch.float32)
    tensors = tensors_of(module)
    assert tensors.keys() == layer.named_tensors.keys()
    with torch.no_grad():
        for name, tensor in layer.named_tensors.items():
            assert tuple(tensors[name].shape) == tensor.shape, name
            tensors[name].copy_(torch.tensor(tensor))
    return module.train(layer.training)


def tensors_of(module: nn.Module) -> dict[str, Tensor]:
    """Return the parameters and buffers of a module by name, without PyTorch's own counter of batches."""
    return {name: tensor for name, tensor in module.state_dict().items() if "num_batches_tracked" not in name}


def module_for_network(layers: Sequence[Layer], input_shape: Shape) -> nn.Sequential:
    """Make a stack of PyTorch modules that starts from copies of the layers' tensors.

    Arguments:
        layers: from the input upwards.
        input_shape: of one example.
    """
    shapes = [input_shape, *shapes_through(layers, input_shape)]
    return nn.Sequential(*(module_for(layer, shape or ()) for layer, shape in zip(layers, shapes, strict=False)))


def paired_parameters(net: Sequential, module: nn.Sequential) -> dict[str, tuple[Any, Tensor]]:
    """Pair the parameters of a network with those of its PyTorch modules, by the network's names."""
    return {
        f"{layer.name}.{name}": (parameter.tensor, getattr(part, name))
        for layer, part in zip(net.layers, module, strict=True)
        for name, parameter in layer.named_parameters.items()
    }


def _cross_entropy_of_probabilities(scores: Tensor, truth: Tensor) -> Tensor:
    return F.nll_loss(F.log_softmax(scores, 1), truth)


LOSSES: dict[str, Callable[[Tensor, Tensor], Tensor]] = {
    name: eval(description.pytorch, {"nn": nn, "torch": torch})
    for name, description in loss_descriptions().items()
    if description.pytorch
}
# Compared together with the softmax before it, whose gradient is part of this loss.
LOSSES["cross_entropy_loss"] = _cross_entropy_of_probabilities
