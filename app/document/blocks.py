"""Paths to the stacks of a network: the network itself, and the layers inside its blocks."""

from collections.abc import Iterable, Sequence

from tinyml.core import Problem, SettingsError, TinymlError
from tinyml.net import MOST_LAYERS, LayerInference, LayerSpecification, is_block, layers_inside, with_layers_inside
from tinyml.storage import Project

BlockPath = tuple[str, ...]
"""Names of blocks, from the outermost to the innermost one, whose inside is meant; `()` for the network itself."""


def layers_in(project: Project, block: BlockPath = ()) -> tuple[LayerSpecification, ...]:
    """Return the layers of a stack as they are written in the project; none for a standard block.

    Arguments:
        project: the project.
        block: path to the stack.

    Raises `TinymlError` if there is no such block, or if its settings are wrong.
    """
    layers = project.network.layers
    for depth, name in enumerate(block):
        layers = _inside(layers[_position(layers, block[: depth + 1])], name)
    return layers


def with_layers(project: Project, layers: Iterable[LayerSpecification], block: BlockPath = ()) -> Project:
    """Return the project with other layers in one stack.

    Arguments:
        project: the project before the edit.
        layers: all layers of the stack, from the input upwards. A block without layers would be the standard block, so
            the project loses the block then, and the blocks around it that hold nothing else.
        block: path to the stack.

    Raises `TinymlError` if there is no such block, or if the layers are too many or nested too deeply.
    """
    changed = _with_layers_at(project.network.layers, tuple(layers), block, 0)
    if len(changed) > max(MOST_LAYERS, len(project.network.layers)):
        raise TinymlError(f"A network can have at most {MOST_LAYERS} layers. Delete some of them first.")
    return project.model_copy(update={"network": project.network.model_copy(update={"layers": changed})})


def nearest_block(project: Project, block: BlockPath) -> BlockPath:
    """Return the longest part of a path, from its start, that exists in a project.

    Arguments:
        project: the project.
        block: path to a stack that may no longer exist.
    """
    for depth in range(len(block), 0, -1):
        try:
            layers_in(project, block[:depth])
        except TinymlError:
            continue
        return block[:depth]
    return ()


def inferred_in(inferred_layers: Sequence[LayerInference], block: BlockPath) -> tuple[LayerInference, ...]:
    """Return the inference of the layers of a stack; none if there is no such stack.

    Arguments:
        inferred_layers: inference of the layers of the network.
        block: path to the stack.
    """
    stack = tuple(inferred_layers)
    for name in block:
        stack = next((inferred.inside for inferred in stack if inferred.specification.name == name), ())
    return stack


def innermost_problem(inferred_layers: Sequence[LayerInference], problem: Problem) -> tuple[BlockPath, Problem]:
    """Return the problem inside a block that is the reason for a problem of the block, and the path to its stack.

    Arguments:
        inferred_layers: inference of the layers of the network.
        problem: a problem of one of these layers. Without a problem inside, it is returned itself.
    """
    block: BlockPath = ()
    stack = inferred_layers
    while True:
        inside = stack[problem.index].inside
        reason = next((inferred.problem for inferred in inside if inferred.problem is not None), None)
        if reason is None:
            return block, problem
        block, stack, problem = (*block, problem.layer), inside, reason


def written_down(project: Project, inferred_layers: Sequence[LayerInference], block: BlockPath) -> Project:
    """Return the project with the layers of a standard block in its settings, so that they can be edited.

    Arguments:
        project: the project.
        inferred_layers: inference of the layers of the project's network.
        block: path to the stack to edit. If its layers are in the settings already, the project stays the same.

    Raises `TinymlError` if there is no such block, or if the layers of its standard block are not known yet.
    """
    if layers_in(project, block) or not block:
        return project
    inside = inferred_in(inferred_layers, block)
    if not inside:
        raise TinymlError(
            f"The layers inside '{block[-1]}' depend on its input, which is not known yet. Solve the problems of the "
            "layers before it first."
        )
    return with_layers(project, [inferred.specification for inferred in inside], block)


def renamed_path(path: BlockPath, block: BlockPath, name: str, new_name: str) -> BlockPath:
    """Return a path after the renaming of a block.

    Arguments:
        path: path before the renaming.
        block: path to the stack of the renamed block.
        name: its name before.
        new_name: its name afterwards.
    """
    depth = len(block)
    return (*block, new_name, *path[depth + 1 :]) if path[: depth + 1] == (*block, name) else path


def _with_layers_at(
    stack: tuple[LayerSpecification, ...], layers: tuple[LayerSpecification, ...], block: BlockPath, depth: int
) -> tuple[LayerSpecification, ...]:
    """Return a stack with other layers at the end of a path. `depth` is the position of the stack in the path."""
    if depth == len(block):
        return layers
    position = _position(stack, block[: depth + 1])
    inside = _with_layers_at(_inside(stack[position], block[depth]), layers, block, depth + 1)
    changed = (with_layers_inside(stack[position], inside),) if inside else ()
    return (*stack[:position], *changed, *stack[position + 1 :])


def _position(stack: Sequence[LayerSpecification], path: BlockPath) -> int:
    """Return the position, in its stack, of the block at the end of a path."""
    position = next((position for position, layer in enumerate(stack) if layer.name == path[-1]), None)
    if position is not None and is_block(stack[position].type):
        return position
    raise TinymlError(f"There is no block '{path[-1]}' any more. Choose another place.")


def _inside(block: LayerSpecification, name: str) -> tuple[LayerSpecification, ...]:
    try:
        return layers_inside(block)
    except SettingsError as error:
        raise TinymlError(f"Correct the settings of '{name}' before you edit the layers inside: {error}") from error
