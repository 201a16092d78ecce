"""The activation that the user chose, and the methods that find the pixels behind it."""

from dataclasses import dataclass
from enum import Enum

from tinyml.core import Pair
from tinyml.visualize import Reconstruction
from tinyml.visualize.methods import FOLLOW_INPUT, METHODS, SLOW


@dataclass(frozen=True)
class MethodWords:
    """What the window says about a method.

    Attributes:
        title: its name on a button.
        name: its whole name.
        shows: what its picture shows, in a few sentences.
        does_not_show: what its picture does not show.
        positive: what a positive number means; empty if its sign says nothing about the activation.
        negative: what a negative number means; empty if its sign says nothing about the activation.
    """

    title: str
    name: str
    shows: str
    does_not_show: str
    positive: str = ""
    negative: str = ""


_DECONVNET = MethodWords(
    "deconvnet",
    "deconvnet",
    "The activation goes back to the pixels through the same filters, transposed. Pooling puts the signal where its "
    "maximum was; each ReLU drops the negative signal. You see the pattern in this sample that the map answers to.",
    "It is no derivative: a colour does not say that brighter pixels raise or lower the activation. Part of the "
    "picture repeats the edges of the sample for any weights, so compare it with random weights.",
)
_GUIDED = MethodWords(
    "guided",
    "guided backpropagation",
    "The gradient goes back to the pixels, but each ReLU also drops the negative signal. What is left are the lines "
    "that every layer on the way agrees on, sharper than in the other pictures.",
    "It is no derivative either, so a colour does not say that brighter pixels raise or lower the activation. Of all "
    "methods it changes least when the weights are random: a sharp picture is no proof that something was learned.",
)
_GRADIENT = MethodWords(
    "gradient",
    "gradient",
    "The exact derivative of the activation: where a slightly brighter pixel raises it and where it lowers it.",
    "It holds for small changes only. A pixel that matters can have no gradient, if the activation is saturated there. "
    "The picture is noisy, because each ReLU and each maximum switches at its own place.",
    "a brighter pixel raises it",
    "a brighter pixel lowers it",
)
_TIMES_INPUT = MethodWords(
    "× input",
    "gradient × input",
    "The gradient times the pixel, as the network receives it: what each pixel adds to the activation or takes from "
    "it, if the network were linear here.",
    "A pixel that is zero after scaling always gets zero, however much it matters. Biases are left out, so the sum "
    "of the picture need not be the activation.",
    "the pixel adds to it",
    "the pixel takes from it",
)
_INTEGRATED = MethodWords(
    "integrated",
    "integrated gradients",
    "What each pixel adds on the way from an input of zeros to this sample: the mean gradient on that way, times the "
    "pixel. The sum of the picture is the activation minus that of the zeros.",
    "The picture depends on the zeros that it starts from: pixels that are zero after scaling get nothing. It does "
    "not say how pixels work together.",
    "the pixel adds to it",
    "the pixel takes from it",
)
_OCCLUSION = MethodWords(
    "occlusion",
    "occlusion",
    "A small window of zeros is moved over the sample. Each pixel shows how much the activation falls while it is "
    "covered. It needs no derivative and is measured, not computed backwards.",
    "It is only as sharp as the window. If one of two places is enough, covering either of them changes nothing. A "
    "covered sample is unlike all samples that the network has seen.",
    "covering it lowers the activation",
    "covering it raises the activation",
)


class Method(Enum):
    """A method that finds the pixels behind an activation: each of `tinyml.visualize.methods.METHODS`, by its name.

    Attributes:
        function: computes the reconstruction; takes a trace, the layer's name, the index of the map, the position, and
            whether the whole map is meant.
        words: what the window says about it.
        slow: True if it needs many passes through the network. Then the function reports its progress.
        follows_input: True if it multiplies by the input or covers it, so that its pictures are alike for any weights.
    """

    DECONVNET = ("deconvnet", _DECONVNET)
    GUIDED = ("guided-backprop", _GUIDED)
    GRADIENT = ("gradient", _GRADIENT)
    TIMES_INPUT = ("gradient-times-input", _TIMES_INPUT)
    INTEGRATED = ("integrated-gradients", _INTEGRATED)
    OCCLUSION = ("occlusion", _OCCLUSION)

    def __init__(self, name: str, words: MethodWords) -> None:
        self.function, self.words = METHODS[name], words
        self.slow, self.follows_input = name in SLOW, name in FOLLOW_INPUT

    @property
    def title(self) -> str:
        """Its name on a button."""
        return self.words.title

    @classmethod
    def of(cls, reconstruction: Reconstruction) -> "Method":
        """Return the method that computed a reconstruction.

        Arguments:
            reconstruction: of any method.
        """
        return next(method for method in cls if method.function.__name__ == reconstruction.method)


@dataclass(frozen=True)
class Target:
    """The chosen activation. Its reconstruction, its sum, its strongest examples and its decision map belong to it.

    Attributes:
        layer: name of the layer; the joined name of a layer inside a block.
        map_index: index of its feature map, or of its unit if the layer is dense; counted from 0.
        position: row and column in the map; None for its strongest activation. (0, 0) in a dense layer.
        whole_map: True for all activations of the map together.
    """

    layer: str
    map_index: int
    position: Pair | None = None
    whole_map: bool = False
