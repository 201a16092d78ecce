"""What max pooling and average pooling share: settings, shapes, and the views of the input pixels."""

import math
from typing import Annotated, Any, ClassVar

import numpy as np
from pydantic import Field

from tinyml.core import Shape
from tinyml.core.windows import WindowGeometry, taps
from tinyml.layers.base.layer import Layer
from tinyml.layers.base.setting_types import PIXELS, PositivePair
from tinyml.layers.base.window_settings import WindowSettings, describe_window, require_fit, require_maps


class PoolingSettings(WindowSettings):
    """Settings of a layer that turns each window of a map into one value."""

    family = "pooling"
    layer_name: ClassVar[str]
    """Name of the layer type in error messages."""
    action: ClassVar[str]
    """What the layer does with each window, for `explain`: "Takes the mean of"."""

    window: Annotated[
        PositivePair,
        Field(
            title="Window",
            description="Rows and columns of the patch that becomes one value.",
            json_schema_extra=PIXELS,
        ),
    ] = (2, 2)
    stride: Annotated[
        PositivePair,
        Field(
            title="Stride", description="Pixels from one position of the window to the next.", json_schema_extra=PIXELS
        ),
    ] = (2, 2)

    @property
    def geometry(self) -> WindowGeometry:
        """How the window slides."""
        return WindowGeometry(self.window, self.stride)

    def output_shape(self, input_shape: Shape) -> Shape:
        channels, height, width = require_maps(self.layer_name, input_shape)
        return (channels, *require_fit((height, width), self.geometry))

    def constructor_arguments(self) -> dict[str, Any]:
        return {"size": self.window, "stride": self.stride}

    def describe(self) -> str:
        return describe_window(self.geometry, with_padding=False)

    def explain(self, input_shape: Shape) -> str:
        _, rows, columns = self.output_shape(input_shape)
        return (
            f"{self.action} every {math.prod(self.window)} neighbouring values, map by map, so that "
            f"{input_shape[1]}×{input_shape[2]} pixels become {rows}×{columns}. It has no parameters."
        )


class Pooling(Layer):
    """A layer that turns each window of a map into one value.

    Attributes:
        input_dim: (C, H, W) of one example.
        output_dim: (C, H_out, W_out) of one output.
    """

    settings: PoolingSettings

    def build(self, input_shape: Shape, rng: np.random.Generator, dtype: type[np.floating]) -> None:
        """Keep the shapes and the geometry. Arguments: see `Layer.build`; `rng` and `dtype` are not used."""
        self.input_dim = input_shape
        self.output_dim = self.output_shape(input_shape)
        self._geometry = self.settings.geometry

    def _tap_views(self, image: np.ndarray) -> list[np.ndarray]:
        """Return for each tap of the window, in scan order, a view of the pixels at this tap: `(N, C, H_out, W_out)`.

        Arguments:
            image: `(N, C, H, W)` in the shape of the input.
        """
        positions = (self.output_dim[1], self.output_dim[2])
        return [image[:, :, tap.rows, tap.columns] for tap in taps(self._geometry, positions)]
