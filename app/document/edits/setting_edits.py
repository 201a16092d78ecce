"""Edits of names and settings: of a layer, of the training and of the data."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from app.document.blocks import BlockPath, layers_in, renamed_path, with_layers
from app.document.edits.edit import Edit
from tinyml.core import TinymlError
from tinyml.data.choice import ExpectedData
from tinyml.data.preprocessing import Preprocessing
from tinyml.net import LayerSpecification
from tinyml.storage import MOST_DISMISSED_HINTS, DismissedHint, Project


def rename_layer(project: Project, name: str, new_name: str, block: BlockPath = ()) -> Edit:
    """Rename a layer. Its dismissed hints stay dismissed, also those of the layers inside.

    Arguments:
        project: the project before the edit.
        name: name of the layer.
        new_name: another name; spaces around it are removed.
        block: path to the stack of the layer.

    Raises `TinymlError` if the new name is empty or another layer of the stack has it.
    """
    new_name = new_name.strip()
    layers = layers_in(project, block)
    if not new_name:
        raise TinymlError("A layer needs a name. Type at least one letter.")
    if new_name != name and any(layer.name == new_name for layer in layers):
        raise TinymlError(f"Another layer already has the name '{new_name}'. Choose another name.")
    renamed = [layer.model_copy(update={"name": new_name}) if layer.name == name else layer for layer in layers]
    dismissed = tuple(
        hint.model_copy(update={"path": renamed_path(hint.path, block, name, new_name)})
        for hint in project.dismissed_hints
    )
    changed = with_layers(project, renamed, block).model_copy(update={"dismissed_hints": dismissed})
    return Edit(f"rename {name} to {new_name}", changed, (new_name,), block=block)


def change_settings(project: Project, name: str, changes: Mapping[str, Any], block: BlockPath = ()) -> Edit:
    """Change settings of a layer. Successive edits of the same settings become one undo step.

    Arguments:
        project: the project before the edit.
        name: name of the layer.
        changes: new values, by the names of the settings.
        block: path to the stack of the layer.
    """
    layers = [
        LayerSpecification(type=layer.type, name=name, settings={**layer.settings, **changes})
        if layer.name == name
        else layer
        for layer in layers_in(project, block)
    ]
    what = ", ".join(sorted(changes))
    key = "\n".join((*block, f"{name}.{what}"))
    return Edit(f"change {what} of {name}", with_layers(project, layers, block), merge_key=key)


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


def choose_source(project: Project, source: str, expected: ExpectedData | None = None) -> Edit:
    """Choose other data. Options and preprocessing belong to the data before, so they are automatic again.

    Arguments:
        project: the project before the edit.
        source: name of a built-in or public set, or path of a file or folder.
        expected: what the data are like now; None for a set that never changes.
    """
    values = {"source": source, "options": {}, "preprocessing": Preprocessing(), "expected": expected}
    return replace(change_data(project, **values), text="change data source").alone()


def dismiss_hint(project: Project, hint: DismissedHint) -> Edit:
    """Do not show a hint any more. Of very many dismissed hints, only the newest stay dismissed.

    Arguments:
        project: the project before the edit.
        hint: the rule and the place.
    """
    place = hint.path[-1] if hint.path else "the network"
    dismissed = (*(kept for kept in project.dismissed_hints if kept != hint), hint)
    newest = dismissed[-MOST_DISMISSED_HINTS:]
    return Edit(f"dismiss the hint on {place}", project.model_copy(update={"dismissed_hints": newest}))


def restore_hints(project: Project) -> Edit:
    """Show all dismissed hints again.

    Arguments:
        project: the project before the edit.
    """
    return Edit("show dismissed hints", project.model_copy(update={"dismissed_hints": ()}))
