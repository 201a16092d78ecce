"""Edits: pure functions from one project to the next, each with the words that the undo menu shows.

A project is frozen, so an edit never changes one: it makes the next. Nothing here knows Qt.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from tinyml import net
from tinyml.core import ChangeTraining, Problem, TinymlError
from tinyml.net import LayerSpecification
from tinyml.storage import Project

Names = tuple[str, ...]


@dataclass(frozen=True)
class Edit:
    """One step that can be undone.

    Attributes:
        text: what it does, for the undo menu: "move conv_2".
        project: the project afterwards.
        selection: names of the layers that are selected afterwards; None leaves the selection as it is.
        selects_input: True when the input is selected afterwards, and no layer.
        merge_key: edits in a row with the same key, not empty, become one step (the arrows of a number).
    """

    text: str
    project: Project
    selection: Names | None = None
    selects_input: bool = False
    merge_key: str = ""

    def alone(self) -> "Edit":
        """Return the same edit as a step of its own, which does not continue the one before."""
        return replace(self, merge_key="")


def insert_layer(project: Project, index: int, layer_type: str, settings: Mapping[str, Any] | None = None) -> Edit:
    """Put a new layer of `layer_type` at position `index` of the stack; it is named automatically."""
    layer = LayerSpecification(type=layer_type, name=free_name(project, layer_type), settings=dict(settings or {}))
    layers = list(project.network.layers)
    layers.insert(index, layer)
    return Edit(f"insert {layer.name}", with_layers(project, layers), (layer.name,))


def paste_layers(
    project: Project,
    index: int,
    copied: Sequence[LayerSpecification],
    verb: str = "paste",
    places: Sequence[int] | None = None,
) -> Edit:
    """Put copies of layers at position `index`; each keeps its name if that is free, or gets one that is.

    Arguments:
        places: where each of them shall stand afterwards, in rising order; one behind the other by default.
    """
    layers = list(project.network.layers)
    names: list[str] = []
    for place, original in zip(places or range(index, index + len(copied)), copied, strict=True):
        present = with_layers(project, layers)
        name = original.name
        if any(layer.name == name for layer in layers):
            name = free_name(present, original.type)
        layers.insert(place, original.model_copy(update={"name": name}))
        names.append(name)
    return Edit(f"{verb} {describe_names(names)}", with_layers(project, layers), tuple(names))


def duplicate_layers(project: Project, names: Iterable[str]) -> Edit:
    """Put copies of the named layers right behind the last of them."""
    positions = positions_of(project, names)
    copied = [project.network.layers[position] for position in positions]
    return paste_layers(project, positions[-1] + 1, copied, verb="duplicate")


def remove_layers(project: Project, names: Iterable[str], verb: str = "delete") -> Edit:
    """Take the named layers out; the layer that follows them is selected."""
    positions = positions_of(project, names)
    removed = [project.network.layers[position].name for position in positions]
    layers = [layer for layer in project.network.layers if layer.name not in removed]
    follower = layers[min(positions[0], len(layers) - 1)].name if layers else None
    return Edit(f"{verb} {describe_names(removed)}", with_layers(project, layers), (follower,) if follower else ())


def cut_layers(project: Project, names: Iterable[str]) -> Edit:
    """Take the named layers out to paste them; what is before them is selected, so that they are pasted there again."""
    edit = remove_layers(project, names, verb="cut")
    first = positions_of(project, names)[0]
    before = (project.network.layers[first - 1].name,) if first else ()
    return replace(edit, selection=before, selects_input=not before)


def move_layers(project: Project, names: Iterable[str], index: int) -> Edit:
    """Move the named layers, in their order, into the gap before position `index` of the present stack."""
    positions = set(positions_of(project, names))
    moved = [layer for position, layer in enumerate(project.network.layers) if position in positions]
    before = [layer for position, layer in enumerate(project.network.layers[:index]) if position not in positions]
    after = [
        layer
        for position, layer in enumerate(project.network.layers)
        if position >= index and position not in positions
    ]
    moved_names = tuple(layer.name for layer in moved)
    return Edit(f"move {describe_names(moved_names)}", with_layers(project, [*before, *moved, *after]), moved_names)


def rename_layer(project: Project, name: str, new_name: str) -> Edit:
    """Give a layer another name; raises `TinymlError` when it is empty or taken."""
    new_name = new_name.strip()
    if not new_name:
        raise TinymlError("A layer needs a name. Type at least one letter.")
    if new_name != name and any(layer.name == new_name for layer in project.network.layers):
        raise TinymlError(f"Another layer is called '{new_name}' already. Choose a name that is free.")
    layers = [
        layer.model_copy(update={"name": new_name}) if layer.name == name else layer for layer in project.network.layers
    ]
    return Edit(f"rename {name} to {new_name}", with_layers(project, layers), (new_name,))


def change_settings(project: Project, name: str, changes: Mapping[str, Any]) -> Edit:
    """Give some settings of a layer other values; steps that change the same settings in a row are one."""
    layers = [
        LayerSpecification(type=layer.type, name=name, settings={**layer.settings, **changes})
        if layer.name == name
        else layer
        for layer in project.network.layers
    ]
    what = ", ".join(sorted(changes))
    return Edit(f"change {what} of {name}", with_layers(project, layers), merge_key=f"{name}.{what}")


def change_training(project: Project, **changes: Any) -> Edit:
    """Give some training settings other, already validated, values."""
    what = ", ".join(sorted(changes)).replace("_", " ")
    training = project.training.model_copy(update=changes)
    return Edit(f"change {what}", project.model_copy(update={"training": training}), merge_key=f"training.{what}")


def change_data(project: Project, **changes: Any) -> Edit:
    """Choose other data or another split, already validated."""
    what = ", ".join(sorted(changes)).replace("_", " ")
    data = project.data.model_copy(update=changes)
    return Edit(f"change data {what}", project.model_copy(update={"data": data}), merge_key=f"data.{what}")


def apply_fix(project: Project, problem: Problem) -> Edit:
    """Make the edit that a problem proposes; raises `TinymlError` when it proposes none.

    Layers are found by their position: two of one name may be the problem.
    """
    fix, layers = problem.fix, project.network.layers
    if isinstance(fix, ChangeTraining):
        return replace(change_training(project, **fix.settings), text=_as_step(fix.label)).alone()
    if problem.layer and problem.layer != next((layer.name for layer in layers[problem.index :]), None):
        raise TinymlError(f"The layer '{problem.layer}' was changed meanwhile. Look at its problem again.")
    mended = net.apply_fix(layers, problem)
    assert fix is not None, "refused by the line before"
    before = {layer.name for layer in layers}
    selection: Names | None = tuple(layer.name for layer in mended if layer.name not in before) or None
    if len(mended) < len(layers):
        selection = tuple(layer.name for layer in mended[problem.index :][:1] or mended[-1:])
    return Edit(_as_step(fix.label), with_layers(project, mended), selection)


def _as_step(label: str) -> str:
    return f"{label[:1].lower()}{label[1:]}"


def free_name(project: Project, layer_type: str) -> str:
    """Return the first free automatic name for a layer type: conv_1, conv_2, …"""
    return net.free_name({layer.name for layer in project.network.layers}, layer_type)


def describe_names(names: Sequence[str]) -> str:
    """Name one layer, or count several.

    >>> describe_names(["conv_1"]), describe_names(["conv_1", "relu_1"])
    ('conv_1', '2 layers')
    """
    return names[0] if len(names) == 1 else f"{len(names)} layers"


def positions_of(project: Project, names: Iterable[str]) -> list[int]:
    """Return where the named layers stand, from the input upwards; raises `TinymlError` when none does."""
    wanted = set(names)
    positions = [index for index, layer in enumerate(project.network.layers) if layer.name in wanted]
    if not positions:
        raise TinymlError("No layer is selected. Click a card first.")
    return positions


def with_layers(project: Project, layers: Iterable[LayerSpecification]) -> Project:
    """Return the project with another stack of layers."""
    network = project.network.model_copy(update={"layers": tuple(layers)})
    return project.model_copy(update={"network": network})
