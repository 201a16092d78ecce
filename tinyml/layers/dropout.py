"""Dropout: sets random numbers to 0 while training."""

from typing import Annotated

import numpy as np
from pydantic import Field

from tinyml.core import Array, Shape
from tinyml.layers.base import Deconvolution, Layer, LayerSettings, PyTorchModule, pytorch_call, validate_settings


class DropoutSettings(LayerSettings):
    """Settings of `Dropout`."""

    family = "regularisation"
    summary = "sets random numbers to 0 in training"
    formula = "y = x · m / (1 − p), m random 0 or 1"
    short_name = "dropout"
    aliases = ("random zeros",)

    probability: Annotated[
        float,
        Field(
            ge=0,
            lt=1,
            title="Probability",
            description="Probability of dropping a number (setting it to 0), not of keeping it.",
        ),
    ] = 0.5

    def operations(self, input_shape: Shape) -> int:
        return 0

    def describe(self) -> str:
        return f"drops {100 * self.probability:g} %"

    def explain(self, input_shape: Shape) -> str:
        return (
            f"While training, sets {100 * self.probability:g} % of the numbers to 0, different ones in every batch. It "
            f"multiplies the rest by {1 / (1 - self.probability):.3g} so that their mean stays the same. "
            "In prediction it does nothing. It has no parameters."
        )

    def pytorch(self, input_shape: Shape) -> PyTorchModule:
        return pytorch_call("nn.Dropout", p=self.probability)


class Dropout(Layer):
    """Inverted dropout (Srivastava et al. 2014).

    **`probability` is the probability of dropping a number**, as in PyTorch and Keras. In the original tinyml it was
    the probability of keeping it: `Dropout("drop", 0.8)` there is `Dropout("drop", 0.2)` here.

    Formula: `y = x · m / (1 - p)` while training, with each m independently 0 with probability p and 1 otherwise;
    `y = x` in evaluation. The gradient is multiplied by the same `m / (1 - p)`.

    Arguments:
        name: name of the layer.
        probability: of dropping a number (p), not of keeping it; at least 0 and less than 1.
        rng: random generator for the masks; the shared generator by default.

    Shapes: any; output and input have the same.

    Raises `SettingsError` when the probability is impossible.

    >>> dropout = Dropout("dropout", 0.5, rng=np.random.default_rng(0))
    >>> dropout(np.ones((1, 4)))
    array([[2., 2., 2., 0.]])
    """

    Settings = DropoutSettings
    settings: DropoutSettings
    deconvolution = Deconvolution("identity", "{layer} passes everything on.", caption="{layer}")

    def __init__(self, name: str, probability: float, rng: np.random.Generator | None = None) -> None:
        super().__init__(name, validate_settings(DropoutSettings, name, probability=probability), rng=rng)

    def build(self, input_shape: Shape, rng: np.random.Generator, dtype: type[np.floating]) -> None:
        self.probability = self.settings.probability
        self.rng = rng
        self._factor: Array | None = None

    @property
    def generators(self) -> list[np.random.Generator]:
        return [self.rng]

    def forward(self, input: Array) -> Array:
        if not self.training or self.probability == 0:
            self._factor = np.ones((), input.dtype)
            return input
        # Drawn in float32 for every dtype, so a float64 copy of the network drops the same numbers.
        kept = self.rng.random(input.shape, dtype=np.float32) >= self.probability
        self._factor = factor = np.multiply(kept, 1 / (1 - self.probability), dtype=input.dtype)
        return input * factor

    def backward(self, in_gradient: Array) -> Array:
        gradient: Array = in_gradient * self.require_cached(self._factor)
        return gradient

    def input_gradient(self, signal: Array, recorded_input: Array, switches: np.ndarray | None) -> Array:
        """Return the signal unchanged, as the layer does in evaluation."""
        return signal
