"""Edits: pure functions from one project to the next. Each edit has a text for the undo menu.

A project is frozen: an edit returns a new one. This package does not use Qt. Each edit of layers takes the path to
their stack. Pass it the project of `Document.project_for(block)`, in which the layers of that stack are written down.
"""

from app.document.edits.block_edits import unwrap_block, wrap_layers
from app.document.edits.diagnosis_edits import apply_action
from app.document.edits.edit import Edit, Names, describe_names, free_name, positions_of
from app.document.edits.fix_edits import apply_fix
from app.document.edits.layer_edits import (
    copy_layers,
    cut_layers,
    duplicate_layers,
    insert_layer,
    move_layers,
    paste_layers,
    remove_layers,
)
from app.document.edits.setting_edits import (
    change_data,
    change_settings,
    change_training,
    choose_source,
    dismiss_hint,
    rename_layer,
    restore_hints,
)

__all__ = [
    "Edit",
    "Names",
    "apply_action",
    "apply_fix",
    "change_data",
    "change_settings",
    "change_training",
    "choose_source",
    "copy_layers",
    "cut_layers",
    "describe_names",
    "dismiss_hint",
    "duplicate_layers",
    "free_name",
    "insert_layer",
    "move_layers",
    "paste_layers",
    "positions_of",
    "remove_layers",
    "rename_layer",
    "restore_hints",
    "unwrap_block",
    "wrap_layers",
]
