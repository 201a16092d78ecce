"""The activation that the user chose, and the methods that find the pixels behind it."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Any

from tinyml.core import Pair
from tinyml.visualize import Reconstruction, reconstruct


class Method(Enum):
    """A method that finds the pixels behind an activation.

    Attributes:
        title: its name on the screen.
        function: computes the reconstruction; takes a trace, the layer's name, the index of the map and the position.
        shows: what its picture shows, in a few sentences.
        does_not_show: what its picture does not show.
        slow: True if it needs many passes through the network.
    """

    DECONVNET = (
        "deconvnet",
        reconstruct,
        "The deconvnet sends the activation back to the pixels through the same filters, transposed. Pooling puts the "
        "signal where its maximum was, and each ReLU drops the negative signal. The picture is the pattern in this "
        "sample that the map answers to.",
        "The picture is not a derivative: a colour does not say whether a brighter pixel raises or lowers the "
        "activation. Much of it repeats the edges of the sample, whatever the weights are: compare it with random "
        "weights.",
        False,
    )

    def __init__(
        self, title: str, function: Callable[..., Reconstruction], shows: str, does_not_show: str, slow: bool
    ) -> None:
        self.title, self.function, self.slow = title, function, slow
        self.shows, self.does_not_show = shows, does_not_show


@dataclass(frozen=True)
class Target:
    """The activation that is reconstructed in pixels.

    Attributes:
        layer: name of the layer.
        map_index: index of its feature map, or of its unit if the layer is dense; counted from 0.
        position: row and column in the map; None for its strongest activation. (0, 0) in a dense layer.
        whole_map: True for all activations of the map together.
    """

    layer: str
    map_index: int
    position: Pair | None = None
    whole_map: bool = False

    @property
    def keywords(self) -> dict[str, Any]:
        """The arguments of a method's function after trace, layer and map."""
        return {"position": self.position} | ({"whole_map": True} if self.whole_map else {})
