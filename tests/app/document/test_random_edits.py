"""Random sequences of all kinds of edits can be undone, redone and saved, blocks included."""

from pathlib import Path

import pytest

from app.document import Document
from app.document.blocks import layers_in
from tests.app.document.random_edits import RandomEditor
from tinyml.net import LayerSpecification, NetworkSpecification
from tinyml.storage import Project, read_project, save_project

SEQUENCES, AT_ONCE = 500, 100
STEPS = 12
KINDS = {name for name in dir(RandomEditor) if name.startswith("do_")}


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


def run_sequence(seed: int, file: Path) -> RandomEditor:
    document = Document(start())
    first = document.project
    editor = RandomEditor(document, seed)
    for _ in range(STEPS):
        editor.step()
        check_selection(document)
    save_project(file, document.project)
    assert read_project(file) == document.project
    while document.undo_stack.canRedo():
        document.undo_stack.redo()
    last = document.project
    while document.undo_stack.canUndo():
        document.undo_stack.undo()
        check_selection(document)
    assert document.project == first
    while document.undo_stack.canRedo():
        document.undo_stack.redo()
        check_selection(document)
    assert document.project == last
    return editor


@pytest.mark.usefixtures("qapp")
@pytest.mark.parametrize("first", range(0, SEQUENCES, AT_ONCE))
def test_random_edits_can_be_undone_redone_and_saved(tmp_path: Path, first: int) -> None:
    kinds: set[str] = set()
    for seed in range(first, first + AT_ONCE):
        try:
            kinds |= run_sequence(seed, tmp_path / "network.tinyml.json").kinds
        except Exception as error:
            raise AssertionError(f"seed {seed}") from error
    assert kinds == KINDS
