"""Edits that insert, copy, delete and move layers."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from app.document.blocks import BlockPath, layers_in, with_layers
from app.document.edits.edit import Edit, describe_names, free_name, positions_of, with_free_name
from tinyml.core import TinymlError
from tinyml.net import LayerSpecification
from tinyml.storage import Project


def insert_layer(
    project: Project,
    index: int,
    layer_type: str,
    settings: Mapping[str, Any] | None = None,
    block: BlockPath = (),
) -> Edit:
    """Insert a new layer with an automatic name.

    Arguments:
        project: the project before the edit.
        index: position of the new layer, 0 for the first.
        layer_type: type of the layer, such as "Conv2D".
        settings: values that differ from the defaults.
        block: path to the stack.
    """
    name = free_name(project, layer_type, block)
    layers = list(layers_in(project, block))
    layers.insert(index, LayerSpecification(type=layer_type, name=name, settings=dict(settings or {})))
    return Edit(f"insert {name}", with_layers(project, layers, block), (name,), block=block)


def paste_layers(
    project: Project,
    index: int,
    copied: Sequence[LayerSpecification],
    verb: str = "paste",
    places: Sequence[int] | None = None,
    block: BlockPath = (),
) -> Edit:
    """Insert copies of layers. A copy keeps its name if the name is free; otherwise it gets a new one.

    Arguments:
        project: the project before the edit.
        index: position of the first copy.
        copied: the layers to copy.
        verb: first word of the edit's text.
        places: positions of the copies in the new stack, in ascending order; `index` is then not used. None inserts
            the copies one after the other.
        block: path to the stack.
    """
    layers = list(layers_in(project, block))
    names: list[str] = []
    for place, original in zip(places or range(index, index + len(copied)), copied, strict=True):
        copy = with_free_name(layers, original)
        layers.insert(place, copy)
        names.append(copy.name)
    return Edit(f"{verb} {describe_names(names)}", with_layers(project, layers, block), tuple(names), block=block)


def duplicate_layers(project: Project, names: Iterable[str], block: BlockPath = ()) -> Edit:
    """Insert copies of some layers after the last of them.

    Arguments:
        project: the project before the edit.
        names: names of the layers.
        block: path to their stack.
    """
    positions = positions_of(project, names, block)
    layers = layers_in(project, block)
    copied = [layers[position] for position in positions]
    return paste_layers(project, positions[-1] + 1, copied, verb="duplicate", block=block)


def copy_layers(
    project: Project, names: Iterable[str], index: int, block: BlockPath = (), target_block: BlockPath | None = None
) -> Edit:
    """Insert copies of some layers at another place.

    Arguments:
        project: the project before the edit.
        names: names of the layers; the copies keep their order.
        index: position in the target stack of the first copy.
        block: path to the stack of the layers.
        target_block: path to the stack that gets the copies; None for the stack of the layers.
    """
    layers = layers_in(project, block)
    copied = [layers[position] for position in positions_of(project, names, block)]
    target = block if target_block is None else target_block
    return paste_layers(project, index, copied, verb="copy", block=target)


def remove_layers(project: Project, names: Iterable[str], verb: str = "delete", block: BlockPath = ()) -> Edit:
    """Delete some layers and select the layer that follows the first of them.

    A block that would hold no layers is deleted too.

    Arguments:
        project: the project before the edit.
        names: names of the layers.
        verb: first word of the edit's text.
        block: path to their stack.
    """
    positions = positions_of(project, names, block)
    layers = layers_in(project, block)
    removed = [layers[position].name for position in positions]
    kept = [layer for layer in layers if layer.name not in removed]
    text = f"{verb} {describe_names(removed)}"
    if block and not kept:
        edit = remove_layers(project, block[-1:], verb, block[:-1])
        return replace(edit, text=f"{text} with {block[-1]}")
    selection = (kept[min(positions[0], len(kept) - 1)].name,) if kept else ()
    return Edit(text, with_layers(project, kept, block), selection, block=block)


def cut_layers(project: Project, names: Iterable[str], block: BlockPath = ()) -> Edit:
    """Delete some layers and select the layer before them, so that Paste inserts them at the same place.

    Arguments:
        project: the project before the edit.
        names: names of the layers.
        block: path to their stack.
    """
    edit = remove_layers(project, names, verb="cut", block=block)
    # With its last layer, a block goes too. The layers are then pasted at its place.
    removed = names if edit.block == block else block[len(edit.block) :][:1]
    first = positions_of(project, removed, edit.block)[0]
    before = (layers_in(project, edit.block)[first - 1].name,) if first else ()
    return replace(edit, selection=before, selects_input=not before)


def move_layers(
    project: Project,
    names: Iterable[str],
    index: int,
    block: BlockPath = (),
    target_block: BlockPath | None = None,
) -> Edit:
    """Move some layers, without changing their order. A layer whose name is taken in its new stack gets a new name.

    A block that would hold no layers is deleted.

    Arguments:
        project: the project before the edit.
        names: names of the layers.
        index: position in the target stack before the edit. The layers move to the gap before the layer there.
        block: path to their stack.
        target_block: path to the stack that gets the layers; None for the stack where they are.

    Raises `TinymlError` if a block would be moved into itself.
    """
    positions = set(positions_of(project, names, block))
    layers = layers_in(project, block)
    moved = [layer for position, layer in enumerate(layers) if position in positions]
    if target_block is None or target_block == block:
        before = [layer for position, layer in enumerate(layers[:index]) if position not in positions]
        after = [layer for position, layer in enumerate(layers) if position >= index and position not in positions]
        return _moved(with_layers(project, [*before, *moved, *after], block), moved, block)
    if target_block[: len(block)] == block and target_block[len(block)] in {layer.name for layer in moved}:
        raise TinymlError(f"'{target_block[len(block)]}' cannot be moved into itself. Choose a place outside of it.")
    target = list(layers_in(project, target_block))
    for place, layer in enumerate(moved):
        moved[place] = with_free_name(target, layer)
        target.insert(index + place, moved[place])
    # Inserted before the others are removed, because the block may be deleted then, and that would change the index.
    both = with_layers(project, target, target_block)
    kept = [layer for position, layer in enumerate(layers_in(both, block)) if position not in positions]
    return _moved(with_layers(both, kept, block), moved, target_block)


def _moved(project: Project, moved: Sequence[LayerSpecification], block: BlockPath) -> Edit:
    names = tuple(layer.name for layer in moved)
    return Edit(f"move {describe_names(names)}", project, names, block=block)
