"""Random sequences of edits that are saved, undone and redone, with a check at every step."""

from collections.abc import Callable
from pathlib import Path

from app.document import Document
from app.document.blocks import layers_in
from tests.app.document.random_edits import RandomEditor
from tinyml.net import LayerSpecification, NetworkSpecification
from tinyml.storage import Project, read_project, save_project

STEPS = 12
"""Number of edits of a sequence."""

KINDS = {name for name in dir(RandomEditor) if name.startswith("do_")}
"""The kinds of edits."""


def start() -> Project:
    """Return a project with a standard block, and a block whose inside is written down."""
    inside = [{"type": "ReLu", "name": "relu_1"}, {"type": "Conv2D", "name": "conv_1", "settings": {"filters": 4}}]
    layers = (
        LayerSpecification(type="Conv2D", name="conv_1", settings={"filters": 4}),
        LayerSpecification(type="Residual", name="residual_1"),
        LayerSpecification(type="Residual", name="residual_2", settings={"layers": inside}),
        LayerSpecification(type="Flatten", name="flatten_1"),
        LayerSpecification(type="Linear", name="linear_1", settings={"outputs": 10}),
    )
    return Project(network=NetworkSpecification(layers=layers))


def check_selection(document: Document) -> None:
    """Check that everything that is selected exists."""
    layers_in(document.project, document.block)
    names = [inferred.specification.name for inferred in document.inferred_layers(document.block)]
    assert set(document.selection) <= set(names)
    assert 0 <= document.insertion_index <= len(names)


def run_sequence(document: Document, seed: int, file: Path, check: Callable[[Document], None]) -> RandomEditor:
    """Make random edits; save and load; undo all and redo all.

    Arguments:
        document: the document that is edited; it gets a new project first.
        seed: the same seed makes the same edits.
        file: the project file to write.
        check: called after every step, also of undo and redo.
    """
    document.replace(start())
    first = document.project
    editor = RandomEditor(document, seed)
    for _ in range(STEPS):
        editor.step()
        check(document)
    save_project(file, document.project)
    assert read_project(file) == document.project
    while document.undo_stack.canRedo():
        document.undo_stack.redo()
        check(document)
    last = document.project
    while document.undo_stack.canUndo():
        document.undo_stack.undo()
        check(document)
    assert document.project == first
    while document.undo_stack.canRedo():
        document.undo_stack.redo()
        check(document)
    assert document.project == last
    return editor
