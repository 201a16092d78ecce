"""Problems of a network specification, and the edits that fix them, as plain data for every user interface."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class InsertBefore:
    """Insert a layer in front of the layer that has the problem.

    Attributes:
        layer_type: name of the type to insert, e.g. "Flatten".
        settings: its settings by name; missing ones have their defaults.
    """

    layer_type: str
    settings: Mapping[str, Any]

    @property
    def label(self) -> str:
        """Text of the button, e.g. "Insert Flatten"."""
        return f"Insert {self.layer_type}"


@dataclass(frozen=True)
class MoveBefore:
    """Move the layer that has the problem towards the input.

    Attributes:
        layer: name of the layer that follows it afterwards.
        places: number of layers that it passes.
    """

    layer: str
    places: int

    @property
    def label(self) -> str:
        """Text of the button, e.g. "Move it before flatten_1"."""
        return f"Move it before {self.layer}"


@dataclass(frozen=True)
class ChangeSettings:
    """Change settings of the layer that has the problem.

    Attributes:
        label: text of the button, e.g. "Set outputs to 10".
        settings: the new values by name.
        removed: names of settings that are removed first.
    """

    label: str
    settings: Mapping[str, Any]
    removed: tuple[str, ...] = ()


@dataclass(frozen=True)
class ChangeType:
    """Change the type of the layer that has the problem. It keeps its settings.

    Attributes:
        layer_type: name of the new type.
    """

    layer_type: str

    @property
    def label(self) -> str:
        """Text of the button, e.g. "Use Conv2D"."""
        return f"Use {self.layer_type}"


@dataclass(frozen=True)
class RenameLayer:
    """Rename the layer that has the problem.

    Attributes:
        name: the new name; no other layer has it.
    """

    name: str

    @property
    def label(self) -> str:
        """Text of the button, e.g. "Rename it to conv_2"."""
        return f"Rename it to {self.name}"


@dataclass(frozen=True)
class RemoveLayer:
    """Remove the layer that has the problem.

    Attributes:
        label: text of the button.
    """

    label: str = "Remove this layer"


@dataclass(frozen=True)
class AppendLayers:
    """Add layers at the end of the network.

    Attributes:
        label: text of the button, e.g. "Add Softmax".
        layers: (type, settings) of each, in order.
    """

    label: str
    layers: tuple[tuple[str, Mapping[str, Any]], ...]


@dataclass(frozen=True)
class ChangeTraining:
    """Change training settings.

    Attributes:
        label: text of the button, e.g. "Switch flip off".
        settings: the new values by name.
    """

    label: str
    settings: Mapping[str, Any]


@dataclass(frozen=True)
class ChangeData:
    """Change the choice of data.

    Attributes:
        label: text of the button, e.g. "Use the data as it is now".
        settings: the new values by name.
    """

    label: str
    settings: Mapping[str, Any]


Fix = (
    InsertBefore
    | MoveBefore
    | ChangeSettings
    | ChangeType
    | RenameLayer
    | RemoveLayer
    | AppendLayers
    | ChangeTraining
    | ChangeData
)


@dataclass(frozen=True)
class Problem:
    """A reason why a network cannot be built or trained.

    Attributes:
        index: position of the layer in the stack, counted from 0; -1 for the network as a whole.
        layer: name of that layer; empty for the network as a whole.
        sentence: describes the problem without the layer's name.
        fix: the edit that solves the problem; None if there is no obvious one.
    """

    index: int
    layer: str
    sentence: str
    fix: Fix | None = None

    def __str__(self) -> str:
        return f"{self.layer}: {self.sentence}" if self.layer else self.sentence
