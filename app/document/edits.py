"""Edits: pure functions from one project to the next. Each edit has a text for the undo menu.

A project is frozen: an edit returns a new one. This module does not use Qt.
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
        text: description for the undo menu, such as "move conv_2".
        project: the project after the edit.
        selection: names of the layers to select after the edit; None keeps the selection.
        selects_input: True to select the input after the edit.
        merge_key: successive edits with the same key become one undo step, for example several clicks on the arrows of
            a number box; empty if the edit is never merged.
    """

    text: str
    project: Project
    selection: Names | None = None
    selects_input: bool = False
    merge_key: str = ""

    def alone(self) -> "Edit":
        """Return the same edit without its merge key, so that it is a separate undo step."""
        return replace(self, merge_key="")


def insert_layer(project: Project, index: int, layer_type: str, settings: Mapping[str, Any] | None = None) -> Edit:
    """Insert a new layer with an automatic name.

    Arguments:
        project: the project before the edit.
        index: position of the new layer, 0 for the first.
        layer_type: type of the layer, such as "Conv2D".
        settings: values that differ from the defaults.
    """
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
    """Insert copies of layers. A copy keeps its name if the name is free; otherwise it gets a new one.

    Arguments:
        project: the project before the edit.
        index: position of the first copy.
        copied: the layers to copy.
        verb: first word of the edit's text.
        places: positions of the copies in the new network, in ascending order; `index` is then not used. None inserts
            the copies one after the other.
    """
    layers = list(project.network.layers)
    names: list[str] = []
    for place, original in zip(places or range(index, index + len(copied)), copied, strict=True):
        current = with_layers(project, layers)
        name = original.name
        if any(layer.name == name for layer in layers):
            name = free_name(current, original.type)
        layers.insert(place, original.model_copy(update={"name": name}))
        names.append(name)
    return Edit(f"{verb} {describe_names(names)}", with_layers(project, layers), tuple(names))


def duplicate_layers(project: Project, names: Iterable[str]) -> Edit:
    """Insert copies of some layers after the last of them.

    Arguments:
        project: the project before the edit.
        names: names of the layers.
    """
    positions = positions_of(project, names)
    copied = [project.network.layers[position] for position in positions]
    return paste_layers(project, positions[-1] + 1, copied, verb="duplicate")


def remove_layers(project: Project, names: Iterable[str], verb: str = "delete") -> Edit:
    """Delete some layers and select the layer that follows the first of them.

    Arguments:
        project: the project before the edit.
        names: names of the layers.
        verb: first word of the edit's text.
    """
    positions = positions_of(project, names)
    removed = [project.network.layers[position].name for position in positions]
    layers = [layer for layer in project.network.layers if layer.name not in removed]
    next_name = layers[min(positions[0], len(layers) - 1)].name if layers else None
    return Edit(f"{verb} {describe_names(removed)}", with_layers(project, layers), (next_name,) if next_name else ())


def cut_layers(project: Project, names: Iterable[str]) -> Edit:
    """Delete some layers and select the layer before them, so that Paste inserts them at the same place.

    Arguments:
        project: the project before the edit.
        names: names of the layers.
    """
    edit = remove_layers(project, names, verb="cut")
    first = positions_of(project, names)[0]
    before = (project.network.layers[first - 1].name,) if first else ()
    return replace(edit, selection=before, selects_input=not before)


def move_layers(project: Project, names: Iterable[str], index: int) -> Edit:
    """Move some layers, without changing their order.

    Arguments:
        project: the project before the edit.
        names: names of the layers.
        index: position in the network before the edit. The layers move to the gap before the layer at this position.
    """
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
    """Rename a layer.

    Arguments:
        project: the project before the edit.
        name: name of the layer.
        new_name: another name; spaces around it are removed.

    Raises `TinymlError` if the new name is empty or another layer has it.
    """
    new_name = new_name.strip()
    if not new_name:
        raise TinymlError("A layer needs a name. Type at least one letter.")
    if new_name != name and any(layer.name == new_name for layer in project.network.layers):
        raise TinymlError(f"Another layer already has the name '{new_name}'. Choose another name.")
    layers = [
        layer.model_copy(update={"name": new_name}) if layer.name == name else layer for layer in project.network.layers
    ]
    return Edit(f"rename {name} to {new_name}", with_layers(project, layers), (new_name,))


def change_settings(project: Project, name: str, changes: Mapping[str, Any]) -> Edit:
    """Change settings of a layer. Successive edits of the same settings become one undo step.

    Arguments:
        project: the project before the edit.
        name: name of the layer.
        changes: new values, by the names of the settings.
    """
    layers = [
        LayerSpecification(type=layer.type, name=name, settings={**layer.settings, **changes})
        if layer.name == name
        else layer
        for layer in project.network.layers
    ]
    what = ", ".join(sorted(changes))
    return Edit(f"change {what} of {name}", with_layers(project, layers), merge_key=f"{name}.{what}")


def change_training(project: Project, **changes: Any) -> Edit:
    """Change training settings.

    Arguments:
        project: the project before the edit.
        changes: new, valid values, by the names of the settings.
    """
    what = ", ".join(sorted(changes)).replace("_", " ")
    training = project.training.model_copy(update=changes)
    return Edit(f"change {what}", project.model_copy(update={"training": training}), merge_key=f"training.{what}")


def change_data(project: Project, **changes: Any) -> Edit:
    """Change the choice of data or its split.

    Arguments:
        project: the project before the edit.
        changes: new, valid values, by the names of the settings.
    """
    what = ", ".join(sorted(changes)).replace("_", " ")
    data = project.data.model_copy(update=changes)
    return Edit(f"change data {what}", project.model_copy(update={"data": data}), merge_key=f"data.{what}")


def apply_fix(project: Project, problem: Problem) -> Edit:
    """Apply the fix that a problem proposes.

    Arguments:
        project: the project that has the problem.
        problem: gives the fix and the index of its layer. The name of the layer is not enough, because two layers can
            have the same name, and that can be the problem.

    Raises `TinymlError` if the problem has no fix, or if its layer has changed since the problem was found.
    """
    fix, layers = problem.fix, project.network.layers
    if isinstance(fix, ChangeTraining):
        return replace(change_training(project, **fix.settings), text=_lower_first(fix.label)).alone()
    if problem.layer and problem.layer != next((layer.name for layer in layers[problem.index :]), None):
        raise TinymlError(
            f"The layer '{problem.layer}' has changed since this problem was found. Read the current problems."
        )
    fixed = net.apply_fix(layers, problem)
    assert fix is not None, "net.apply_fix raises an error for a problem without a fix"
    old_names = {layer.name for layer in layers}
    selection: Names | None = tuple(layer.name for layer in fixed if layer.name not in old_names) or None
    if len(fixed) < len(layers):
        selection = tuple(layer.name for layer in fixed[problem.index :][:1] or fixed[-1:])
    return Edit(_lower_first(fix.label), with_layers(project, fixed), selection)


def _lower_first(label: str) -> str:
    """Return the label of a fix with a lower-case first letter, as the text of an edit."""
    return f"{label[:1].lower()}{label[1:]}"


def free_name(project: Project, layer_type: str) -> str:
    """Return the first free automatic name for a new layer: conv_1, conv_2, …

    Arguments:
        project: project with the names that are taken.
        layer_type: type of the new layer.
    """
    return net.free_name({layer.name for layer in project.network.layers}, layer_type)


def describe_names(names: Sequence[str]) -> str:
    """Return the name of one layer, or the number of several.

    Arguments:
        names: names of the layers.

    >>> describe_names(["conv_1"]), describe_names(["conv_1", "relu_1"])
    ('conv_1', '2 layers')
    """
    return names[0] if len(names) == 1 else f"{len(names)} layers"


def positions_of(project: Project, names: Iterable[str]) -> list[int]:
    """Return the positions of some layers, in ascending order.

    Arguments:
        project: project with the layers.
        names: names of the layers; unknown names are ignored.

    Raises `TinymlError` if the project has none of them.
    """
    wanted = set(names)
    positions = [index for index, layer in enumerate(project.network.layers) if layer.name in wanted]
    if not positions:
        raise TinymlError("No layer is selected. Click a card first.")
    return positions


def with_layers(project: Project, layers: Iterable[LayerSpecification]) -> Project:
    """Return the project with other layers.

    Arguments:
        project: the project before the edit.
        layers: all layers of the new network, from the input upwards.
    """
    network = project.network.model_copy(update={"layers": tuple(layers)})
    return project.model_copy(update={"network": network})
