"""What all layers share: the base class, the settings, the checks of arguments, and helpers for sliding windows.

Layer files import from here. `registry`, `fixes`, `specification`, `inference` and `stack` know the layer files and are
imported by their own names.
"""

from tinyml.layers.base.arguments import validate_input_dim, validate_settings
from tinyml.layers.base.deconvolution import Deconvolution
from tinyml.layers.base.initialise import initialise_parameters
from tinyml.layers.base.layer import Layer
from tinyml.layers.base.pooling import Pooling, PoolingSettings
from tinyml.layers.base.pytorch import PyTorchModule, pytorch_call, short_pair
from tinyml.layers.base.setting_types import PIXELS, InitialiserSetting, NonNegativePair, PositivePair
from tinyml.layers.base.settings import (
    Box,
    Family,
    LayerSettings,
    NoSettings,
    UnknownShapeError,
    describe_parameters,
)
from tinyml.layers.base.window_settings import (
    WindowSettings,
    describe_ignored_pixels,
    describe_window,
    require_fit,
    require_maps,
)

__all__ = [
    "PIXELS",
    "Box",
    "Deconvolution",
    "Family",
    "InitialiserSetting",
    "Layer",
    "LayerSettings",
    "NoSettings",
    "NonNegativePair",
    "Pooling",
    "PoolingSettings",
    "PositivePair",
    "PyTorchModule",
    "UnknownShapeError",
    "WindowSettings",
    "describe_ignored_pixels",
    "describe_parameters",
    "describe_window",
    "initialise_parameters",
    "pytorch_call",
    "require_fit",
    "require_maps",
    "short_pair",
    "validate_input_dim",
    "validate_settings",
]
