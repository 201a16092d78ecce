"""The settings of a layer: what a user edits, and everything that is known about the layer before it exists."""

from typing import Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict

from tinyml.core import Pair, Shape, ShapeError, describe_count
from tinyml.layers.base.pytorch import PyTorchModule

Family = Literal["convolution", "pooling", "dense", "activation", "regularisation", "block"]
"""Group of a layer type: it decides the section of the palette and the colour of the card."""


Box = tuple[tuple[int, int], tuple[int, int]]
"""A rectangle of pixels: (first, last + 1) of the rows, then of the columns."""


class LayerSettings(BaseModel):
    """Settings of one layer, and everything that is known about the layer before it exists.

    Subclasses add pydantic fields. Each field has a `title` (the label in the form) and a one-sentence `description`
    (the help). The class variables describe the layer type.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    family: ClassVar[Family]
    summary: ClassVar[str]
    """What the layer does, in a few words for the palette."""
    formula: ClassVar[str]
    """The formula in Unicode text. `_` begins a subscript, `^` a superscript, `√` a root: "y_k = Σ_c w_{k,c} ⋆ x_c"."""
    short_name: ClassVar[str]
    """Stem of automatic names: "conv" gives conv_1, conv_2, …"""
    aliases: ClassVar[tuple[str, ...]] = ()
    """Other names that people search for: "dense" for Linear."""
    paired_pooling: ClassVar[str | None] = None
    """Layer type of the pooling layer before this one whose switches this one uses (MaxUnpool2D uses a MaxPool2D)."""
    pytorch_exception: ClassVar[str] = ""
    """Why PyTorch has no module for this layer, in one sentence; empty for every layer with a `pytorch`."""

    pytorch_block: ClassVar[str] = ""
    """For a layer that holds layers: source code of the PyTorch class of the same name, with the base class `{base}`.
    It gets the modules inside as `nn.Sequential` does."""

    def output_shape(self, input_shape: Shape) -> Shape:
        """Return the shape of the output for `input_shape`, both without the batch axis.

        Raises `ShapeError`, with a fix if there is an obvious one, when the input does not fit.
        """
        return input_shape

    def parameter_shapes(self, input_shape: Shape) -> dict[str, Shape]:
        """Return name and shape of each parameter for an `input_shape` that `output_shape` accepts."""
        return {}

    def buffer_shapes(self, input_shape: Shape) -> dict[str, Shape]:
        """Return name and shape of each buffer for an `input_shape` that `output_shape` accepts."""
        return {}

    def operations(self, input_shape: Shape) -> int | None:
        """Return the number of floating-point operations for an example of shape `input_shape`; None if unknown.

        Every addition, multiplication, comparison and function such as tanh counts as one. Products with the zeros of a
        padding count too.
        """
        return None

    def describe(self) -> str:
        """Return the key settings in one short line for the layer's card; empty if there are none."""
        return ""

    def explain(self, input_shape: Shape) -> str:
        """Explain in two or three sentences, with the numbers for `input_shape`, what the layer does."""
        return ""

    def notes(self, input_shape: Shape) -> tuple[str, ...]:
        """Return a sentence for each thing worth knowing for `input_shape`, such as ignored border pixels."""
        return ()

    @property
    def same_padding(self) -> Pair | None:
        """The value of the setting `padding` that keeps the size of the maps; None if there is none."""
        return None

    def receptive_field(self, box: Box, input_shape: Shape) -> Box:
        """Return the input pixels that the outputs in `box` depend on.

        The default is for layers that keep every pixel in its place.

        Arguments:
            box: rows and columns of the outputs.
            input_shape: (C, H, W) of one example.
        """
        return box

    def reads_whole_input(self, input_shape: Shape) -> bool:
        """Return True if each output can depend on the whole input `input_shape`, so `receptive_field` is not needed.

        The default is for layers that keep every number of a vector and every pixel in its place.
        """
        return False

    def with_paired_pooling(self, pooling: "LayerSettings", pooling_input_shape: Shape) -> "LayerSettings":
        """Return these settings with what the paired pooling layer decides. Only for types with a `paired_pooling`.

        Arguments:
            pooling: settings of the pooling layer.
            pooling_input_shape: of one example before the pooling layer.
        """
        return self

    def constructor_arguments(self) -> dict[str, Any]:
        """Return the arguments of the layer's constructor that give these settings, by name.

        `name`, `input_dim`, `dtype` and `rng` are left out. The default is for a constructor whose arguments have the
        names of the settings.
        """
        return {name: getattr(self, name) for name in type(self).model_fields}

    def pytorch(self, input_shape: Shape) -> PyTorchModule | None:
        """Return the PyTorch module that computes the same as the layer; None if there is none for these settings.

        The tensors of the module have the names, shapes and meanings of the layer's parameters and buffers.

        Arguments:
            input_shape: of one example.
        """
        return None


class UnknownShapeError(ShapeError):
    """A layer does not say which output shape it has."""


class NoSettings(LayerSettings):
    """Settings of a layer that has none, such as a layer that a user defines outside of this package."""

    family = "block"
    summary = "a layer without settings"
    formula = ""
    short_name = "layer"

    def output_shape(self, input_shape: Shape) -> Shape:
        raise UnknownShapeError("Its output shape is unknown. Define its method output_shape(self, input_shape).")


def describe_parameters(product: str, weights: int, biases: int) -> str:
    """Return a sentence with the number of a layer's parameters.

    Arguments:
        product: the number of weights, as a product.
        weights: number of weights.
        biases: number of biases; 0 if the layer has none.

    >>> describe_parameters("2 × (3 × 5)", 30, 2)
    '2 × (3 × 5) weights + 2 biases = 32 parameters.'
    """
    plus = f" + {describe_count(biases, 'bias')}" if biases else ""
    return f"{product} weights{plus} = {describe_count(weights + biases, 'parameter')}."
