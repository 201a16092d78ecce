"""The commands on layers inside blocks: they work in the stack of the selection."""

import pytest

from app.builder.commands import LayerCommands
from app.document import Document
from app.document.blocks import layers_in

INSIDE = [{"type": "ReLu", "name": "relu_1", "settings": {}}, {"type": "Tanh", "name": "tanh_1", "settings": {}}]


@pytest.fixture
def document(document_of) -> Document:
    return document_of(("ReLu", "relu_1"), ("Residual", "b", {"layers": INSIDE}), ("Residual", "standard"))


@pytest.fixture
def commands(document) -> LayerCommands:
    return LayerCommands(document)


def names(document: Document, *path: str) -> list[str]:
    return [layer.name for layer in layers_in(document.project, path)]


def test_insert_duplicate_delete_and_move_work_in_the_selected_block(document, commands) -> None:
    document.select(("relu_1",), block=("b",))
    commands.insert("Dropout")
    assert names(document, "b") == ["relu_1", "dropout_1", "tanh_1"]
    commands.duplicate()
    commands.move_down()
    assert names(document, "b") == ["relu_1", "dropout_1", "tanh_1", "dropout_2"]
    commands.delete()
    assert names(document, "b") == ["relu_1", "dropout_1", "tanh_1"]
    commands.insert("Sigmoid", 0, ())
    assert names(document) == ["sigmoid_1", "relu_1", "b", "standard"]


@pytest.mark.parametrize("chosen", ["relu_1", "tanh_1"])
def test_cut_and_paste_inside_a_block_is_the_identity(document, commands, chosen) -> None:
    document.select((chosen,), block=("b",))
    before = document.project
    commands.cut()
    assert len(names(document, "b")) == 1
    commands.paste()
    assert document.project == before
    assert (document.block, document.selection) == (("b",), (chosen,))


def test_all_layers_cut_from_a_block_are_pasted_at_its_place(document, commands) -> None:
    document.select(("relu_1", "tanh_1"), block=("b",))
    commands.cut()
    assert names(document) == ["relu_1", "standard"]
    commands.paste()
    assert names(document) == ["relu_1", "relu_2", "tanh_1", "standard"]
    document.undo_stack.undo()
    document.undo_stack.undo()
    assert names(document, "b") == ["relu_1", "tanh_1"]


def test_copied_layers_are_pasted_into_another_stack(document, commands) -> None:
    document.select(("relu_1", "tanh_1"), block=("b",))
    commands.copy()
    document.select(("relu_1",))
    commands.paste()
    assert names(document) == ["relu_1", "relu_2", "tanh_1", "b", "standard"]


def test_wrap_and_unwrap(document, commands, qtbot) -> None:
    document.select(("relu_1", "b"))
    commands.wrap()
    assert names(document) == ["residual_1", "standard"]
    commands.unwrap()
    assert names(document) == ["relu_1", "b", "standard"]
    document.select(("standard",))
    commands.unwrap()
    assert names(document)[2:] == ["conv_1", "batchnorm_1", "relu_2", "conv_2"]
    document.select(("conv_1",))
    with qtbot.waitSignal(commands.message, check_params_cb=lambda sentence: "'conv_1' holds no layers" in sentence):
        commands.unwrap()
    document.select(("conv_1", "conv_2"))
    with qtbot.waitSignal(commands.message, check_params_cb=lambda sentence: "lies between" in sentence):
        commands.wrap()


def test_a_standard_block_is_written_down_only_by_a_real_edit(document, commands) -> None:
    document.select(("conv_1",), block=("standard",))
    commands.move(["conv_1"], 0, ("standard",))
    commands.move(["conv_1"], 1, ("standard",))
    assert document.undo_stack.count() == 0
    commands.move_down()
    assert names(document, "standard") == ["batchnorm_1", "conv_1", "relu_1", "conv_2"]
    assert document.undo_stack.count() == 1


def test_a_problem_inside_is_fixed_in_its_block(document, commands) -> None:
    commands.insert("Linear", 0, ("b",))
    problem = document.inference_of("linear_1", ("b",)).problem
    commands.fix(problem, ("b",))
    assert names(document, "b")[:2] == ["flatten_1", "linear_1"]
