"""Every layer type: one file each, found by walking this folder.

Adding a layer is adding a file. `layer_types()` finds it, and with it the palette, the settings form, shape inference,
files and the gradient check know it. The imports below only help editors and type checkers with the built-in names.
"""

from typing import Any

from tinyml.layers.avgpool2d import AvgPool2D
from tinyml.layers.base import Family, Layer, LayerSettings
from tinyml.layers.base.registry import display_name, find_layer_type, layer_types
from tinyml.layers.batchnorm import BatchNorm1D, BatchNorm2D
from tinyml.layers.conv2d import Conv2D
from tinyml.layers.conv_transpose2d import ConvTranspose2D, Deconv2D
from tinyml.layers.dropout import Dropout
from tinyml.layers.elu import ELU
from tinyml.layers.flatten import Flatten
from tinyml.layers.gelu import GELU
from tinyml.layers.globalavgpool2d import GlobalAvgPool2D
from tinyml.layers.leakyrelu import LeakyReLU, LeakyReLu
from tinyml.layers.linear import Linear
from tinyml.layers.maxpool2d import MaxPool2D
from tinyml.layers.maxunpool2d import MaxUnpool2D
from tinyml.layers.relu import ReLU, ReLu
from tinyml.layers.reshape import Reshape
from tinyml.layers.residual import Residual
from tinyml.layers.sigmoid import Sigmoid
from tinyml.layers.softmax import Softmax
from tinyml.layers.tanh import Tanh
from tinyml.layers.upsample2d import Upsample2D

__all__ = [
    "ELU",
    "GELU",
    "AvgPool2D",
    "BatchNorm1D",
    "BatchNorm2D",
    "Conv2D",
    "ConvTranspose2D",
    "Deconv2D",
    "Dropout",
    "Family",
    "Flatten",
    "GlobalAvgPool2D",
    "Layer",
    "LayerSettings",
    "LeakyReLU",
    "LeakyReLu",
    "Linear",
    "MaxPool2D",
    "MaxUnpool2D",
    "ReLU",
    "ReLu",
    "Reshape",
    "Residual",
    "Sigmoid",
    "Softmax",
    "Tanh",
    "Upsample2D",
    "display_name",
    "find_layer_type",
    "layer_types",
]


def __getattr__(name: str) -> Any:
    """Let `from tinyml.layers import X` find a layer file that is not named above."""
    if not name.startswith("_") and name in layer_types():
        return layer_types()[name]
    raise AttributeError(f"module {__name__!r} has no layer type {name!r}")
