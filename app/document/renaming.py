"""Renaming a layer while the user may already have selected another one."""

from dataclasses import replace

from app.document.blocks import BlockPath, renamed_path
from app.document.document import Document
from app.document.edits import rename_layer


def rename_in_place(document: Document, name: str, new_name: str, block: BlockPath = ()) -> None:
    """Rename a layer of a document, as one edit. The same layers stay selected.

    Arguments:
        document: the document with the layer.
        name: name of the layer.
        new_name: another name; spaces around it are removed.
        block: path to the stack of the layer.

    Raises `TinymlError` if the new name is empty, another layer of the stack has it, or there is no such block.
    """
    new_name = new_name.strip()
    edit = rename_layer(document.project_for(block), name, new_name, block)
    same_stack = document.block == block
    selection = tuple(new_name if each == name and same_stack else each for each in document.selection)
    document.apply(replace(edit, selection=selection, block=renamed_path(document.block, block, name, new_name)))
