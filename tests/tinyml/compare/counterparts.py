"""For every layer type and loss, how PyTorch computes the same.

A new layer needs one more line here; without it `test_layers.py` fails and says so.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor


@dataclass(frozen=True)
class Case:
    """One forward pass for PyTorch.

    Attributes:
        settings: of the tinyml layer.
        input: `(N, …)` what the layer receives.
        tensors: its parameters and buffers, by the layer's names for them; buffers are changed in place.
        training: False for prediction.
        switches: the indices that a layer which undoes a pooling receives; None for others.
        kept: where a layer that drops numbers kept them; None for others.
    """

    settings: Any
    input: Tensor
    tensors: dict[str, Tensor]
    training: bool = True
    switches: Tensor | None = None
    kept: Tensor | None = None


def _batch_norm(case: Case) -> Tensor:
    weight, bias, mean, variance = (case.tensors[name] for name in ("weight", "bias", "running_mean", "running_var"))
    # PyTorch refuses to train on a single value for each feature; tinyml then does as in prediction, and says so.
    training = case.training and case.input.numel() > len(weight)
    return F.batch_norm(case.input, mean, variance, weight, bias, training, case.settings.momentum, case.settings.eps)


def _conv2d(case: Case) -> Tensor:
    _, stride, padding, dilation = case.settings.geometry
    return F.conv2d(case.input, case.tensors["weight"], case.tensors.get("bias"), stride, padding, dilation)


def _deconv2d(case: Case) -> Tensor:
    _, stride, padding, dilation = case.settings.geometry
    return F.conv_transpose2d(
        case.input, case.tensors["weight"], case.tensors.get("bias"), stride, padding, dilation=dilation
    )


def _dropout(case: Case) -> Tensor:
    if not case.training:
        return F.dropout(case.input, case.settings.probability, training=False)
    # PyTorch draws other masks, so it is given ours.
    assert case.kept is not None
    return case.input * case.kept / (1 - case.settings.probability)


def _max_unpool2d(case: Case) -> Tensor:
    assert case.switches is not None
    settings = case.settings
    return F.max_unpool2d(
        case.input, case.switches, settings.window, settings.stride, output_size=list(settings.output_size)
    )


def _reshape(case: Case) -> Tensor:
    return torch.flatten(case.input, 1).unflatten(1, (-1, *case.settings.size))


def _residual(case: Case) -> Tensor:
    value = case.input
    for inferred in case.settings.inferred_layers(tuple(case.input.shape[1:])):
        start = f"{inferred.specification.name}."
        inside = {name.removeprefix(start): each for name, each in case.tensors.items() if name.startswith(start)}
        value = LAYERS[inferred.specification.type](Case(inferred.settings, value, inside, case.training))
    return case.input + value


LAYERS: dict[str, Callable[[Case], Tensor]] = {
    "AvgPool2D": lambda case: F.avg_pool2d(case.input, case.settings.window, case.settings.stride),
    "BatchNorm1D": _batch_norm,
    "BatchNorm2D": _batch_norm,
    "Conv2D": _conv2d,
    "Deconv2D": _deconv2d,
    "Dropout": _dropout,
    "ELU": lambda case: F.elu(case.input, case.settings.alpha),
    "Flatten": lambda case: torch.flatten(case.input, 1),
    "GELU": lambda case: F.gelu(case.input, approximate="tanh"),
    "GlobalAvgPool2D": lambda case: F.adaptive_avg_pool2d(case.input, 1).flatten(1),
    "LeakyReLu": lambda case: F.leaky_relu(case.input, case.settings.slope),
    "Linear": lambda case: F.linear(case.input, case.tensors["weight"], case.tensors.get("bias")),
    "MaxPool2D": lambda case: F.max_pool2d(case.input, case.settings.window, case.settings.stride),
    "MaxUnpool2D": _max_unpool2d,
    "ReLu": lambda case: F.relu(case.input),
    "Reshape": _reshape,
    "Residual": _residual,
    "Sigmoid": lambda case: torch.sigmoid(case.input),
    "Softmax": lambda case: F.softmax(case.input, case.settings.axis).clamp(min=case.settings.eps),
    "Tanh": lambda case: torch.tanh(case.input),
    "Upsample2D": lambda case: case.input.repeat_interleave(case.settings.scale[0], 2).repeat_interleave(
        case.settings.scale[1], 3
    ),
}

NOT_COMPARED: dict[str, str] = {}
"""Layer types that have no counterpart, and why."""


def _cross_entropy_of_probabilities(scores: Tensor, truth: Tensor) -> Tensor:
    return F.nll_loss(F.log_softmax(scores, 1), truth)


LOSSES: dict[str, Callable[[Tensor, Tensor], Tensor]] = {
    "binary_cross_entropy_with_logits_loss": F.binary_cross_entropy_with_logits,
    "cross_entropy_loss": _cross_entropy_of_probabilities,
    "cross_entropy_with_softmax_loss": F.cross_entropy,
    "huber_loss": F.huber_loss,
    "mae_loss": F.l1_loss,
    "mse_loss": F.mse_loss,
}
