"""The preview of an edit says what the document says after the edit."""

import random
from collections.abc import Iterator

import pytest

from app.document import BlockPath, Document, edits
from app.document.preview import Preview, preview_edit
from tests.app.document.random_edits import LAYER_TYPES, RandomEditor
from tests.app.document.random_sequences import start
from tinyml.core import Shape, TinymlError
from tinyml.net import LayerSpecification, NetworkSpecification
from tinyml.storage import Project


def document_of(*layers: tuple[str, str] | tuple[str, str, dict]) -> Document:
    specifications = tuple(
        LayerSpecification(type=layer[0], name=layer[1], settings=layer[2] if len(layer) > 2 else {})
        for layer in layers
    )
    return Document(Project(network=NetworkSpecification(layers=specifications)))


def insertion(document: Document, layer_type: str, index: int, block: BlockPath = ()) -> Preview:
    return preview_edit(document, [block], lambda project: edits.insert_layer(project, index, layer_type, block=block))


def shapes(document: Document, block: BlockPath = ()) -> Iterator[tuple[BlockPath, Shape | None]]:
    for inferred in document.inferred_layers(block):
        path = (*block, inferred.specification.name)
        yield path, inferred.output_shape
        yield from shapes(document, path) if inferred.inside else ()


DIGITS = (("Conv2D", "conv_1", {"filters": 4}), ("Flatten", "flatten_1"), ("Linear", "linear_1", {"outputs": 10}))
pytestmark = pytest.mark.usefixtures("qapp")


def test_a_layer_that_keeps_the_shape_and_has_parameters() -> None:
    document = document_of(*DIGITS)
    assert document.problems == ()
    assert insertion(document, "BatchNorm2D", 1) == Preview(("stays 4×8×8", "+8 parameters"))
    assert document.undo_stack.count() == 0


def test_a_layer_that_changes_the_shapes_below() -> None:
    preview = insertion(document_of(*DIGITS), "MaxPool2D", 1)
    # The linear layer then has 4·4·4 inputs instead of 4·8·8.
    assert preview.facts == ("gives 4×4×4", "−1\N{NO-BREAK SPACE}920 parameters")
    assert preview.shapes == {("flatten_1",): (64,)}


def test_a_layer_that_does_not_fit_names_the_reason_and_hides_the_shapes_below() -> None:
    preview = insertion(document_of(*DIGITS), "Linear", 1)
    assert preview.trouble == "Linear needs a vector but receives 4×8×8."
    assert preview.facts == ()
    assert preview.shapes == {("flatten_1",): None, ("linear_1",): None}


def test_a_layer_below_that_no_longer_fits_is_named() -> None:
    trouble = insertion(document_of(*DIGITS), "Flatten", 0).trouble
    assert trouble.startswith("conv_1: Conv2D needs maps")


def test_a_problem_that_goes() -> None:
    document = document_of(("Linear", "linear_1", {"outputs": 10}))
    preview = insertion(document, "Flatten", 0)
    assert preview.facts == ("gives 64", "a problem goes")
    assert preview.trouble == ""
    # Another problem of the network appears only because the first one no longer hides it.
    document = document_of(("Linear", "linear_1", {"outputs": 7}))
    assert insertion(document, "Flatten", 0).facts == ("gives 64", "a problem goes")


def test_the_wrong_end_of_the_network_comes_and_goes() -> None:
    document = document_of(*DIGITS)
    moved = preview_edit(document, [()], lambda project: edits.remove_layers(project, ["linear_1"]))
    assert "The network ends with 256 numbers but the loss needs 10" in moved.trouble
    document = document_of(("Flatten", "flatten_1"))
    # An unfinished network keeps its problem: nothing comes and nothing goes.
    assert insertion(document, "ReLu", 1) == Preview(("stays 64",))


def test_a_problem_of_the_loss_counts() -> None:
    document = document_of(*DIGITS)
    document.apply(edits.change_training(document.project, loss="cross_entropy_loss"))
    assert "Softmax" in document.problems[0].sentence
    assert insertion(document, "Softmax", 3).facts == ("stays 10", "a problem goes")


def test_an_impossible_edit_says_why() -> None:
    document = document_of(("Residual", "b", {"layers": [{"type": "ReLu", "name": "relu_1"}]}))
    preview = preview_edit(document, [(), ("b",)], lambda project: edits.move_layers(project, ["b"], 0, (), ("b",)))
    assert preview == Preview(trouble="'b' cannot be moved into itself. Choose a place outside of it.")


def test_a_layer_in_a_standard_block() -> None:
    document = document_of(("Conv2D", "conv_1", {"filters": 4}), ("Residual", "b"), *DIGITS[1:])
    preview = insertion(document, "MaxPool2D", 1, ("b",))
    assert preview.facts[0] == "gives 4×4×4"
    assert "must have its shape" in preview.trouble
    assert preview.shapes[("b", "batchnorm_1")] == (4, 4, 4)
    assert preview.shapes[("b",)] is None


@pytest.mark.parametrize("seed", range(40))
def test_the_preview_equals_the_result(seed: int) -> None:
    document, chance = Document(start()), random.Random(seed)
    editor = RandomEditor(document, seed)
    for _ in range(6):
        editor.step()
    stacks = [(), *(path for path, _ in shapes(document) if document.inferred_layers(path))]
    block, target = chance.choice(stacks), chance.choice(stacks)
    names = [inferred.specification.name for inferred in document.inferred_layers(block)]
    place = chance.randint(0, len(document.inferred_layers(target)))

    moves, kind = bool(names) and chance.random() < 0.5, chance.choice(LAYER_TYPES)

    def make_edit(project: Project) -> edits.Edit:
        if moves:
            return edits.move_layers(project, names[:1], place, block, target)
        return edits.insert_layer(project, place, kind, block=target)

    before, count = dict(shapes(document)), document.inference.parameter_count
    problems = len(document.problems)
    preview = preview_edit(document, [block, target], make_edit)
    refusal = ""
    try:
        document.apply(make_edit(document.project_for(block, target)))
    except TinymlError as error:
        refusal = str(error)
    if refusal:
        assert preview == Preview(trouble=refusal)
        return
    after = dict(shapes(document))
    assert preview.shapes == {path: shape for path, shape in after.items() if before.get(path, shape) != shape}
    difference = document.inference.parameter_count - count
    if before and None not in before.values() and None not in after.values():
        assert any("parameter" in fact for fact in preview.facts) == bool(difference)
    if problems == 0 and document.problems:
        assert preview.trouble
    if problems and not document.problems:
        assert preview.facts[-1].endswith(("goes", "go"))
