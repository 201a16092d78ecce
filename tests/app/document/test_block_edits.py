"""Edits of the layers inside blocks, and the selection there."""

import pytest

from app.document import Document, edits
from app.document.blocks import innermost_problem, layers_in, nearest_block, renamed_path
from tinyml.core import TinymlError
from tinyml.data import DataChoice
from tinyml.net import LayerSpecification, NetworkSpecification
from tinyml.storage import MOST_DISMISSED_HINTS, DismissedHint, Project, read_project, save_project


def layer(kind: str, name: str, **settings: object) -> LayerSpecification:
    return LayerSpecification(type=kind, name=name, settings=settings)


def block(name: str, *layers: LayerSpecification) -> LayerSpecification:
    return layer("Residual", name, layers=layers)


def project_of(*layers: LayerSpecification, source: str = "digits") -> Project:
    return Project(network=NetworkSpecification(layers=layers), data=DataChoice(source=source))


def names_in(project: Project, path: tuple[str, ...] = ()) -> list[str]:
    return [each.name for each in layers_in(project, path)]


@pytest.fixture
def document(qapp) -> Document:
    """Two blocks: one with two layers inside, one standard block."""
    return Document(
        project_of(
            layer("ReLu", "relu_1"),
            block("b", layer("ReLu", "relu_1"), layer("Tanh", "tanh_1")),
            layer("Residual", "standard"),
        )
    )


def test_layers_are_inserted_renamed_changed_and_removed_inside(document) -> None:
    document.apply(edits.insert_layer(document.project, 1, "Dropout", block=("b",)))
    assert names_in(document.project, ("b",)) == ["relu_1", "dropout_1", "tanh_1"]
    assert (document.block, document.selection, document.insertion_index) == (("b",), ("dropout_1",), 2)
    document.apply(edits.change_settings(document.project, "dropout_1", {"probability": 0.2}, ("b",)))
    document.apply(edits.rename_layer(document.project, "dropout_1", "drop", ("b",)))
    assert document.inference_of("drop", ("b",)).settings.probability == 0.2
    assert document.inference_of("drop") is None
    document.apply(edits.remove_layers(document.project, ["drop"], block=("b",)))
    assert (document.selection, document.block) == (("tanh_1",), ("b",))
    assert names_in(document.project) == ["relu_1", "b", "standard"]


def test_names_are_unique_within_one_stack_only(document) -> None:
    assert edits.free_name(document.project, "Tanh") == "tanh_1"
    assert edits.free_name(document.project, "Tanh", ("b",)) == "tanh_2"
    with pytest.raises(TinymlError, match="already has the name 'tanh_1'"):
        edits.rename_layer(document.project, "relu_1", "tanh_1", ("b",))
    assert names_in(edits.rename_layer(document.project, "relu_1", "tanh_1").project)[0] == "tanh_1"


def test_a_move_into_a_block_and_out_of_it_gives_a_free_name(document) -> None:
    edit = edits.move_layers(document.project, ["relu_1"], 1, (), ("b",))
    assert (names_in(edit.project), names_in(edit.project, ("b",))) == (
        ["b", "standard"],
        ["relu_1", "relu_2", "tanh_1"],
    )
    assert (edit.selection, edit.block, edit.text) == (("relu_2",), ("b",), "move relu_2")
    edit = edits.move_layers(edit.project, ["tanh_1", "relu_2"], 0, ("b",), ())
    assert names_in(edit.project) == ["relu_2", "tanh_1", "b", "standard"]


def test_a_block_cannot_be_moved_into_itself(document) -> None:
    with pytest.raises(TinymlError, match="'b' cannot be moved into itself"):
        edits.move_layers(document.project, ["relu_1", "b"], 0, (), ("b",))


def test_wrapping_and_unwrapping_are_inverse(document) -> None:
    edit = edits.wrap_layers(document.project, ["relu_1", "b"])
    assert names_in(edit.project) == ["residual_1", "standard"]
    assert names_in(edit.project, ("residual_1",)) == ["relu_1", "b"]
    assert (edit.text, edit.selection) == ("wrap 2 layers in Residual", ("residual_1",))
    back = edits.unwrap_block(edit.project, "residual_1")
    assert back.project == document.project
    assert back.selection == ("relu_1", "b")


def test_only_neighbours_are_wrapped_and_only_blocks_unwrapped(document) -> None:
    with pytest.raises(TinymlError, match="'b' lies between"):
        edits.wrap_layers(document.project, ["relu_1", "standard"])
    with pytest.raises(TinymlError, match="'relu_1' holds no layers"):
        edits.unwrap_block(document.project, "relu_1")
    with pytest.raises(TinymlError, match="'standard' holds no layers yet"):
        edits.unwrap_block(document.project, "standard")


def test_blocks_are_nested_at_most_three_deep(document) -> None:
    project = document.project
    for depth in (("b",), ("b", "residual_1")):
        project = edits.wrap_layers(project, names_in(project, depth), depth).project
    deepest = ("b", "residual_1", "residual_1")
    with pytest.raises(TinymlError, match="at most 3 deep"):
        edits.wrap_layers(project, names_in(project, deepest), deepest)
    # A standard block there is allowed. Only its layers cannot be written down.
    project = edits.insert_layer(project, 0, "Residual", block=deepest).project
    document.apply(edits.Edit("nest", project))
    with pytest.raises(TinymlError, match="at most 3 deep"):
        document.project_for((*deepest, "residual_1"))


def test_the_first_edit_inside_a_standard_block_writes_its_layers_down(document) -> None:
    path = ("standard",)
    assert names_in(document.project, path) == []
    assert document.project_for(()) is document.project
    document.apply(edits.insert_layer(document.project_for(path), 3, "Dropout", block=path))
    assert names_in(document.project, path) == ["conv_1", "batchnorm_1", "relu_1", "dropout_1", "conv_2"]
    document.undo_stack.undo()
    assert names_in(document.project, path) == []
    assert document.undo_stack.index() == 0


def test_an_unknown_standard_block_is_not_edited(qapp) -> None:
    document = Document(project_of(layer("Linear", "wrong"), layer("Residual", "later")))
    assert document.inferred_layers(("later",)) == ()
    with pytest.raises(TinymlError, match="inside 'later' depend on its input"):
        document.project_for(("later",))


def test_a_block_is_deleted_with_its_last_layer(document) -> None:
    edit = edits.remove_layers(document.project, ["relu_1", "tanh_1"], block=("b",))
    document.apply(edit)
    assert edit.text == "delete 2 layers with b"
    assert names_in(document.project) == ["relu_1", "standard"]
    assert (document.selection, document.block) == (("standard",), ())
    document.undo_stack.undo()
    assert names_in(document.project, ("b",)) == ["relu_1", "tanh_1"]


def test_all_layers_of_a_standard_block_are_deleted_with_it(document) -> None:
    path = ("standard",)
    project = document.project_for(path)
    document.apply(edits.remove_layers(project, names_in(project, path), block=path))
    assert names_in(document.project) == ["relu_1", "b"]


def test_blocks_that_hold_only_the_deleted_block_are_deleted_too(document) -> None:
    project = edits.wrap_layers(document.project, ["b"]).project
    edit = edits.cut_layers(project, ["tanh_1", "relu_1"], ("residual_1", "b"))
    assert names_in(edit.project) == ["relu_1", "standard"]
    assert (edit.selection, edit.block) == (("relu_1",), ())
    edit = edits.cut_layers(project, ["relu_1"], ("residual_1", "b"))
    assert names_in(edit.project, ("residual_1", "b")) == ["tanh_1"]


def test_moving_all_layers_out_of_a_block_unwraps_it(document) -> None:
    edit = edits.move_layers(document.project, ["relu_1", "tanh_1"], 3, ("b",), ())
    assert names_in(edit.project) == ["relu_1", "standard", "relu_2", "tanh_1"]
    nested = edits.wrap_layers(document.project, ["b"]).project
    edit = edits.move_layers(nested, ["relu_1", "tanh_1"], 0, ("residual_1", "b"), ("residual_1",))
    assert names_in(edit.project, ("residual_1",)) == ["relu_1", "tanh_1"]
    edit = edits.move_layers(nested, ["relu_1", "tanh_1"], 2, ("residual_1", "b"), ())
    assert names_in(edit.project) == ["relu_1", "relu_2", "tanh_1", "standard"]


def test_the_fix_that_removes_the_only_layer_inside_removes_the_block(qapp) -> None:
    document = Document(project_of(layer("ReLu", "r"), block("b", layer("MaxUnpool2D", "u"))))
    path, inner = innermost_problem(document.inference.layers, document.problems[0])
    document.apply(edits.apply_fix(document.project, inner, path))
    assert names_in(document.project) == ["r"]


def test_a_dismissed_hint_follows_the_renaming_of_its_layer_or_of_a_block(document) -> None:
    project = document.project
    for path in [("b", "relu_1"), ("b", "tanh_1"), ("relu_1",), ()]:
        project = edits.dismiss_hint(project, DismissedHint(rule="a_rule", path=path)).project
    project = edits.rename_layer(project, "relu_1", "first", ("b",)).project
    project = edits.rename_layer(project, "b", "block").project
    assert [hint.path for hint in project.dismissed_hints] == [("block", "first"), ("block", "tanh_1"), ("relu_1",), ()]


def test_a_file_holds_as_many_dismissed_hints_as_can_be_read(document, tmp_path) -> None:
    project = document.project
    for number in range(MOST_DISMISSED_HINTS + 1):
        project = edits.dismiss_hint(project, DismissedHint(rule=f"rule_{number}")).project
    save_project(tmp_path / "many.tinyml.json", project)
    assert read_project(tmp_path / "many.tinyml.json").dismissed_hints[-1].rule == f"rule_{MOST_DISMISSED_HINTS}"


def test_cutting_the_first_layer_inside_leaves_the_place_before_the_others(document) -> None:
    document.apply(edits.cut_layers(document.project, ["relu_1"], ("b",)))
    assert (document.block, document.selection, document.insertion_index) == (("b",), (), 0)


def test_undo_and_redo_restore_the_stack_of_the_selection(document) -> None:
    document.select(("tanh_1",), block=("b",))
    document.apply(edits.move_layers(document.project, ["tanh_1"], 0, ("b",), ()))
    assert (document.block, document.selection) == ((), ("tanh_1",))
    document.undo_stack.undo()
    assert (document.block, document.selection) == (("b",), ("tanh_1",))
    document.undo_stack.redo()
    assert (document.block, document.selection) == ((), ("tanh_1",))


def test_a_selection_in_a_vanished_block_moves_to_the_nearest_stack(document, qtbot) -> None:
    document.apply(edits.wrap_layers(document.project, ["tanh_1"], ("b",)))
    document.select(("tanh_1",), block=("b", "residual_1"))
    with qtbot.waitSignal(document.selection_changed):
        document.show_project(edits.unwrap_block(document.project, "residual_1", ("b",)).project)
    assert (document.block, document.selection) == (("b",), ())
    document.replace(Project())
    assert (document.block, document.selection) == ((), ())
    document.select(("x",), block=("b", "c"))
    assert (document.block, document.selection) == ((), ())


def test_the_fix_of_a_problem_inside(qapp) -> None:
    document = Document(project_of(layer("ReLu", "r"), block("b", layer("ReLu", "r"), layer("Linear", "fc", output=3))))
    (problem,) = document.problems
    path, inner = innermost_problem(document.inference.layers, problem)
    assert (path, inner.layer, inner.index) == (("b",), "fc", 1)
    document.apply(edits.apply_fix(document.project, inner, path))
    assert layers_in(document.project, ("b",))[1].settings == {"outputs": 3}
    with pytest.raises(TinymlError, match="has changed"):
        edits.apply_fix(document.project, inner)


def test_the_same_setting_in_two_stacks_is_two_undo_steps(qapp) -> None:
    document = Document(project_of(layer("Dropout", "d"), block("b", layer("Dropout", "d"))))
    document.apply(edits.change_settings(document.project, "d", {"probability": 0.1}))
    document.apply(edits.change_settings(document.project, "d", {"probability": 0.1}, ("b",)))
    document.apply(edits.change_settings(document.project, "d", {"probability": 0.2}, ("b",)))
    assert document.undo_stack.count() == 2


def test_a_block_with_wrong_settings_is_not_edited_inside(qapp) -> None:
    project = project_of(layer("Residual", "b", layers=[{"type": "ReLu", "name": "r"}], slope=1))
    with pytest.raises(TinymlError, match=r"Correct the settings of 'b'.*slope"):
        edits.insert_layer(project, 0, "ReLu", block=("b",))
    assert nearest_block(project, ("b",)) == ()
    with pytest.raises(TinymlError, match="no block 'c'"):
        layers_in(project, ("c",))


def test_a_network_cannot_grow_beyond_what_a_file_can_hold() -> None:
    project = project_of(*(layer("ReLu", f"r{number}") for number in range(1000)))
    with pytest.raises(TinymlError, match="at most 1000 layers"):
        edits.insert_layer(project, 0, "ReLu")


def test_a_path_follows_the_renaming_of_its_blocks() -> None:
    assert renamed_path(("a", "b", "c"), ("a",), "b", "x") == ("a", "x", "c")
    assert renamed_path(("a", "b"), (), "b", "x") == ("a", "b")
    assert renamed_path((), (), "b", "x") == ()
