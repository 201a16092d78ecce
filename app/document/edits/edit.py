"""One edit, and what all kinds of edits use."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from app.document.blocks import BlockPath, layers_in
from tinyml import net
from tinyml.core import TinymlError
from tinyml.net import LayerSpecification
from tinyml.storage import Project

Names = tuple[str, ...]


@dataclass(frozen=True)
class Edit:
    """One step that can be undone.

    Attributes:
        text: description for the undo menu, such as "move conv_2".
        project: the project after the edit.
        selection: names of the layers to select after the edit; None keeps the selection.
        selects_input: True to select the input after the edit. In a block: new layers become the first ones inside.
        merge_key: successive edits with the same key become one undo step, for example several clicks on the arrows of
            a number box; empty if the edit is never merged.
        block: path to the stack of the selected layers.
    """

    text: str
    project: Project
    selection: Names | None = None
    selects_input: bool = False
    merge_key: str = ""
    block: BlockPath = ()

    def alone(self) -> "Edit":
        """Return the same edit without its merge key, so that it is a separate undo step."""
        return replace(self, merge_key="")


def free_name(project: Project, layer_type: str, block: BlockPath = ()) -> str:
    """Return the first free automatic name for a new layer: conv_1, conv_2, …

    Arguments:
        project: project with the names that are taken.
        layer_type: type of the new layer.
        block: path to the stack of the new layer. Names in other stacks are free.
    """
    return net.free_name({layer.name for layer in layers_in(project, block)}, layer_type)


def with_free_name(layers: Sequence[LayerSpecification], layer: LayerSpecification) -> LayerSpecification:
    """Return a layer with an automatic name if one of some other layers has its name.

    Arguments:
        layers: the other layers.
        layer: the layer that joins them.
    """
    taken = {each.name for each in layers}
    return layer.model_copy(update={"name": net.free_name(taken, layer.type)}) if layer.name in taken else layer


def describe_names(names: Sequence[str]) -> str:
    """Return the name of one layer, or the number of several.

    Arguments:
        names: names of the layers.

    >>> describe_names(["conv_1"]), describe_names(["conv_1", "relu_1"])
    ('conv_1', '2 layers')
    """
    return names[0] if len(names) == 1 else f"{len(names)} layers"


def positions_of(project: Project, names: Iterable[str], block: BlockPath = ()) -> list[int]:
    """Return the positions of some layers in their stack, in ascending order.

    Arguments:
        project: project with the layers.
        names: names of the layers; unknown names are ignored.
        block: path to their stack.

    Raises `TinymlError` if the stack has none of them.
    """
    wanted = set(names)
    positions = [index for index, layer in enumerate(layers_in(project, block)) if layer.name in wanted]
    if not positions:
        raise TinymlError("No layer is selected. Click a card first.")
    return positions
