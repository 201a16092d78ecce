"""For every layer type and loss, how PyTorch computes the same.

A new layer needs one more line here; without it `test_layers.py` fails and says so.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor


@dataclass(frozen=True)
class Case:
    """One forward pass for PyTorch.

    Attributes:
        settings: of the tinyml layer.
        input: `(N, …)` what the layer receives.
        tensors: its parameters, by the layer's names for them.
        switches: the indices that a layer which undoes a pooling receives; None for others.
        output: what tinyml gave, for what is random.
    """

    settings: Any
    input: Tensor
    tensors: dict[str, Tensor]
    switches: Tensor | None
    output: np.ndarray


def _conv2d(case: Case) -> Tensor:
    _, stride, padding, dilation = case.settings.sliding
    return F.conv2d(case.input, case.tensors["weight"], case.tensors.get("bias"), stride, padding, dilation)


def _deconv2d(case: Case) -> Tensor:
    _, stride, padding, dilation = case.settings.sliding
    return F.conv_transpose2d(
        case.input, case.tensors["weight"], case.tensors.get("bias"), stride, padding, dilation=dilation
    )


def _dropout(case: Case) -> Tensor:
    # PyTorch draws other masks, so it is given ours: every number that became 0 (no input is 0).
    kept = torch.from_numpy(case.output != 0)
    return case.input * kept / (1 - case.settings.probability)


def _max_unpool2d(case: Case) -> Tensor:
    assert case.switches is not None
    settings = case.settings
    return F.max_unpool2d(
        case.input, case.switches, settings.window, settings.stride, output_size=list(settings.output_size)
    )


LAYERS: dict[str, Callable[[Case], Tensor]] = {
    "Conv2D": _conv2d,
    "Deconv2D": _deconv2d,
    "Dropout": _dropout,
    "Flatten": lambda case: torch.flatten(case.input, 1),
    "Linear": lambda case: F.linear(case.input, case.tensors["weight"], case.tensors.get("bias")),
    "MaxPool2D": lambda case: F.max_pool2d(case.input, case.settings.window, case.settings.stride),
    "MaxUnpool2D": _max_unpool2d,
    "ReLu": lambda case: F.relu(case.input),
    "Softmax": lambda case: F.softmax(case.input, case.settings.axis).clamp(min=case.settings.eps),
    "Tanh": lambda case: torch.tanh(case.input),
}

NOT_COMPARED: dict[str, str] = {}
"""Layer types that have no counterpart, and why."""


def _cross_entropy_of_probabilities(scores: Tensor, truth: Tensor) -> Tensor:
    return F.nll_loss(F.log_softmax(scores, 1), truth)


LOSSES: dict[str, Callable[[Tensor, Tensor], Tensor]] = {
    "cross_entropy_loss": _cross_entropy_of_probabilities,
    "cross_entropy_with_softmax_loss": F.cross_entropy,
    "mse_loss": F.mse_loss,
}
