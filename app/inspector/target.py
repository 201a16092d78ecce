"""The activation that the user chose, and how to reconstruct it."""

from dataclasses import dataclass
from enum import Enum

from tinyml.core import Pair


class Method(Enum):
    """A method that finds the pixels that caused an activation."""

    DECONVNET = "deconvnet"


@dataclass(frozen=True)
class Target:
    """The activation that is reconstructed in pixels.

    Attributes:
        layer: name of the layer.
        map_index: index of its feature map, counted from 0.
        position: row and column in the map; None for its strongest activation.
    """

    layer: str
    map_index: int
    position: Pair | None = None
