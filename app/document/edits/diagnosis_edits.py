"""The edits behind the buttons of a diagnosis."""

from dataclasses import replace

from app.document.edits.edit import Edit
from app.document.edits.layer_edits import insert_layer
from app.document.edits.setting_edits import change_data, change_training
from tinyml.core import ChangeTraining, TinymlError
from tinyml.diagnosis import Action, InsertLayer, ReplaceLayers, ScaleInputs
from tinyml.layers.base.registry import name_in_files
from tinyml.storage import Project


def apply_action(project: Project, action: Action) -> Edit:
    """Apply the action of a diagnosis as one step that can be undone.

    Arguments:
        project: the project before the edit.
        action: what to do. One that shows something is no edit.

    Raises `TinymlError` if the network has no longer the layers of the action, or if the action is no edit.
    """
    if isinstance(action, ChangeTraining):
        edit = change_training(project, **action.settings)
    elif isinstance(action, ScaleInputs):
        preprocessing = project.data.preprocessing.model_copy(update={"scale": action.rule})
        edit = change_data(project, preprocessing=preprocessing)
    elif isinstance(action, InsertLayer):
        names = _check_layers(project, (action.before,))
        edit = insert_layer(project, names.index(action.before), name_in_files(action.layer_type), action.settings)
    elif isinstance(action, ReplaceLayers):
        edit = _replace_layers(project, action)
    else:
        raise TinymlError(f"“{action.label}” changes nothing in the project.")
    return replace(edit, text=f"{action.label[:1].lower()}{action.label[1:]}").alone()


def _replace_layers(project: Project, action: ReplaceLayers) -> Edit:
    """Replace the types of some layers. Settings belong to the old type, so the new one has its defaults."""
    _check_layers(project, action.layers)
    changed = {"type": name_in_files(action.layer_type), "settings": {}}
    layers = tuple(
        layer.model_copy(update=changed) if layer.name in action.layers else layer for layer in project.network.layers
    )
    network = project.network.model_copy(update={"layers": layers})
    return Edit("", project.model_copy(update={"network": network}), action.layers)


def _check_layers(project: Project, names: tuple[str, ...]) -> list[str]:
    """Return the names of all layers; raise `TinymlError` if one of some names is not among them."""
    existing = [layer.name for layer in project.network.layers]
    for name in names:
        if name not in existing:
            raise TinymlError(f"The network has no layer '{name}' any more. Train it as it is now first.")
    return existing
