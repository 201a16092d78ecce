"""What all layers share: the base class, the settings models, the registry, fixes, and stacks of layers.

Layer files import from here. `registry`, `fixes` and `stack` know the layer files and are imported by their own names.
"""

from tinyml.layers.base.layer import (
    Layer,
    generator_or_shared,
    initialise_parameters,
    validate_input_dim,
    validate_settings,
)
from tinyml.layers.base.settings import (
    Box,
    Family,
    InitialiserSetting,
    LayerSettings,
    NonNegativePair,
    NoSettings,
    PositivePair,
    UnknownShapeError,
    describe_ignored_pixels,
    describe_parameters,
    describe_window,
    require_fit,
    require_maps,
)

__all__ = [
    "Box",
    "Family",
    "InitialiserSetting",
    "Layer",
    "LayerSettings",
    "NoSettings",
    "NonNegativePair",
    "PositivePair",
    "UnknownShapeError",
    "describe_ignored_pixels",
    "describe_parameters",
    "describe_window",
    "generator_or_shared",
    "initialise_parameters",
    "require_fit",
    "require_maps",
    "validate_input_dim",
    "validate_settings",
]
