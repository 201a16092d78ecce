"""The activation that is traced back: chosen in the maps, reconstructed in pixels."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Target:
    """What is traced back to the pixels.

    Attributes:
        layer: name of the layer.
        map_index: which of its feature maps, counted from 0.
        position: row and column in the map; None for its strongest activation.
    """

    layer: str
    map_index: int
    position: tuple[int, int] | None = None
