"""What a button under a diagnosis does, as plain data for every user interface."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from tinyml.core import ChangeTraining


@dataclass(frozen=True)
class ReplaceLayers:
    """Replace the type of some layers. They keep their names and places.

    Attributes:
        label: text of the button, e.g. "Use ReLU instead of Sigmoid".
        layers: their names, without the layers in blocks.
        layer_type: name of the new type.
    """

    label: str
    layers: tuple[str, ...]
    layer_type: str


@dataclass(frozen=True)
class InsertLayer:
    """Insert a layer into the network.

    Attributes:
        label: text of the button, e.g. "Insert ReLU before linear_2".
        before: name of the layer that follows it.
        layer_type: name of its type.
        settings: its settings by name; missing ones have their defaults.
    """

    label: str
    before: str
    layer_type: str
    settings: Mapping[str, Any]


@dataclass(frozen=True)
class ScaleInputs:
    """Scale the inputs.

    Attributes:
        label: text of the button.
        rule: how, as in the setting `scale` of the preprocessing.
    """

    label: str
    rule: Literal["unit", "standardise"]


@dataclass(frozen=True)
class ShowLayer:
    """Show the measurements of a layer.

    Attributes:
        layer: its name.
    """

    layer: str

    @property
    def label(self) -> str:
        """Text of the button, e.g. "Show relu_2"."""
        return f"Show {self.layer}"


@dataclass(frozen=True)
class OpenData:
    """Open the page with the data.

    Attributes:
        label: text of the button.
    """

    label: str = "Look at the data"


Action = ChangeTraining | ReplaceLayers | InsertLayer | ScaleInputs | ShowLayer | OpenData
