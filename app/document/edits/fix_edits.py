"""The edit that applies the fix of a problem."""

from dataclasses import replace

from app.document.blocks import BlockPath, layers_in, with_layers
from app.document.edits.edit import Edit, Names
from app.document.edits.layer_edits import remove_layers
from app.document.edits.setting_edits import change_data, change_training
from tinyml import net
from tinyml.core import ChangeData, ChangeTraining, MoveBefore, Problem, TinymlError
from tinyml.storage import Project


def apply_fix(project: Project, problem: Problem, block: BlockPath = ()) -> Edit:
    """Apply the fix that a problem proposes. If it removes the only layer of a block, the block is deleted too.

    Arguments:
        project: the project that has the problem.
        problem: gives the fix and the index of its layer. The name of the layer is not enough, because two layers can
            have the same name, and that can be the problem.
        block: path to the stack of the layer.

    Raises `TinymlError` if the problem has no fix, or if its layer has changed since the problem was found.
    """
    fix, layers = problem.fix, layers_in(project, block)
    if isinstance(fix, ChangeTraining | ChangeData):
        change = change_training if isinstance(fix, ChangeTraining) else change_data
        return replace(change(project, **fix.settings), text=_lower_first(fix.label)).alone()
    if problem.layer and problem.layer != next((layer.name for layer in layers[problem.index :]), None):
        raise TinymlError(
            f"The layer '{problem.layer}' has changed since this problem was found. Read the current problems."
        )
    fixed = net.apply_fix(layers, problem)
    assert fix is not None, "net.apply_fix raises an error for a problem without a fix"
    if block and not fixed:
        return remove_layers(project, [problem.layer], block=block)
    old_names = {layer.name for layer in layers}
    selection: Names | None = tuple(layer.name for layer in fixed if layer.name not in old_names) or None
    if len(fixed) < len(layers):
        selection = tuple(layer.name for layer in fixed[problem.index :][:1] or fixed[-1:])
    if isinstance(fix, MoveBefore):
        selection = (problem.layer,)
    return Edit(_lower_first(fix.label), with_layers(project, fixed, block), selection, block=block)


def _lower_first(label: str) -> str:
    """Return the label of a fix with a lower-case first letter, as the text of an edit."""
    return f"{label[:1].lower()}{label[1:]}"
