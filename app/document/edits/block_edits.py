"""Edits that put layers into a block of their own, and take them out again."""

from collections.abc import Iterable

from app.document.blocks import BlockPath, layers_in, with_layers
from app.document.edits.edit import Edit, describe_names, free_name, positions_of, with_free_name
from tinyml.core import TinymlError
from tinyml.layers import Residual, display_name
from tinyml.net import LayerSpecification, is_block, with_layers_inside
from tinyml.storage import Project


def wrap_layers(project: Project, names: Iterable[str], block: BlockPath = ()) -> Edit:
    """Replace neighbouring layers by a Residual that holds them.

    Arguments:
        project: the project before the edit.
        names: names of the layers.
        block: path to their stack.

    Raises `TinymlError` if other layers lie between them, or if blocks would be nested too deeply.
    """
    positions = positions_of(project, names, block)
    layers = layers_in(project, block)
    first, end = positions[0], positions[-1] + 1
    if end - first > len(positions):
        between = next(layers[position].name for position in range(first, end) if position not in positions)
        raise TinymlError(f"'{between}' lies between the selected layers. Select layers that follow each other.")
    kind = Residual.type_name
    empty = LayerSpecification(type=kind, name=free_name(project, kind, block))
    wrapped = with_layers_inside(empty, layers[first:end])
    text = f"wrap {describe_names([layer.name for layer in layers[first:end]])} in {display_name(kind)}"
    changed = with_layers(project, [*layers[:first], wrapped, *layers[end:]], block)
    return Edit(text, changed, (wrapped.name,), block=block)


def unwrap_block(project: Project, name: str, block: BlockPath = ()) -> Edit:
    """Replace a block by the layers inside it.

    Arguments:
        project: the project before the edit. If the block is a standard block, its layers must be written down
            (`Document.project_for`).
        name: name of the block.
        block: path to the stack of the block.

    Raises `TinymlError` if the layer is not a block.
    """
    layers = list(layers_in(project, block))
    (position, *_) = positions_of(project, [name], block)
    if not is_block(layers[position].type):
        raise TinymlError(f"'{name}' holds no layers. Select a block, such as Residual, to unwrap it.")
    inside = layers_in(project, (*block, name))
    if not inside:
        raise TinymlError(f"'{name}' holds no layers yet. Put a layer into it, or delete it.")
    del layers[position]
    names = []
    for place, layer in enumerate(inside):
        unwrapped = with_free_name(layers, layer)
        layers.insert(position + place, unwrapped)
        names.append(unwrapped.name)
    return Edit(f"unwrap {name}", with_layers(project, layers, block), tuple(names), block=block)
