import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.document import Document, edits
from tinyml.core import AppendLayers, ChangeSettings, InsertBefore, Problem, RemoveLayer, TinymlError
from tinyml.net import LayerSpecification, NetworkSpecification
from tinyml.storage import Project


def project_of(*types: str) -> Project:
    project = Project()
    for layer_type in types:
        project = edits.insert_layer(project, len(project.network.layers), layer_type).project
    return project


def names_of(project: Project) -> list[str]:
    return [layer.name for layer in project.network.layers]


def test_inserted_layers_get_the_first_free_name_and_are_selected():
    edit = edits.insert_layer(project_of("Linear", "ReLu", "Linear"), 1, "Linear", {"outputs": 7})
    assert names_of(edit.project) == ["linear_1", "linear_3", "relu_1", "linear_2"]
    assert edit.project.network.layers[1].settings == {"outputs": 7}
    assert edit.selection == ("linear_3",)
    assert edit.text == "insert linear_3"


def test_a_freed_name_is_used_again():
    project = edits.remove_layers(project_of("ReLu", "ReLu"), ["relu_1"]).project
    assert names_of(edits.insert_layer(project, 0, "ReLu").project) == ["relu_1", "relu_2"]


def test_a_move_keeps_the_order_of_the_moved_layers_and_of_the_others():
    project = project_of("Linear", "ReLu", "Linear", "ReLu", "Linear")
    edit = edits.move_layers(project, ["relu_2", "linear_1"], 5)
    assert names_of(edit.project) == ["relu_1", "linear_2", "linear_3", "linear_1", "relu_2"]
    assert edit.text == "move 2 layers"


@pytest.mark.parametrize("index", [1, 2])
def test_moving_a_layer_into_the_gap_before_or_after_it_changes_nothing(index):
    project = project_of("Linear", "ReLu", "Linear")
    assert edits.move_layers(project, ["relu_1"], index).project == project


def test_removing_selects_the_next_layer_or_the_last_one_or_nothing():
    project = project_of("Linear", "ReLu")
    assert edits.remove_layers(project, ["linear_1"]).selection == ("relu_1",)
    assert edits.remove_layers(project, ["relu_1"]).selection == ("linear_1",)
    assert edits.remove_layers(project, ["linear_1", "relu_1"]).selection == ()


def test_duplicate_inserts_copies_with_their_settings_after_the_last():
    project = edits.change_settings(project_of("Linear", "ReLu"), "linear_1", {"outputs": 5}).project
    edit = edits.duplicate_layers(project, ["linear_1"])
    assert names_of(edit.project) == ["linear_1", "linear_2", "relu_1"]
    assert edit.project.network.layers[1].settings == {"outputs": 5}


@pytest.mark.parametrize("name", ["", "   ", "relu_1"])
def test_an_empty_or_taken_name_is_refused(name):
    with pytest.raises(TinymlError):
        edits.rename_layer(project_of("Linear", "ReLu"), "linear_1", name)


def test_an_edit_of_no_layer_is_refused_with_a_sentence():
    with pytest.raises(TinymlError, match="No layer is selected"):
        edits.remove_layers(project_of("Linear"), [])


@pytest.mark.parametrize(
    ("fix", "expected"),
    [
        (InsertBefore("ReLu", {}), ["linear_1", "relu_1", "linear_2"]),
        (ChangeSettings("Set", {"outputs": 3}), ["linear_1", "linear_2"]),
        (RemoveLayer(), ["linear_1"]),
        (
            AppendLayers("Add", (("ReLu", {}), ("Linear", {"outputs": 2}))),
            ["linear_1", "linear_2", "relu_1", "linear_3"],
        ),
    ],
)
def test_each_kind_of_fix_is_an_edit(fix, expected):
    edit = edits.apply_fix(project_of("Linear", "Linear"), Problem(1, "linear_2", "wrong", fix))
    assert names_of(edit.project) == expected


def test_a_problem_without_fix_is_refused():
    with pytest.raises(TinymlError, match="no automatic fix"):
        edits.apply_fix(project_of("Linear"), Problem(0, "linear_1", "wrong"))


def test_a_layer_of_unknown_type_can_be_duplicated_and_gets_a_name():
    unknown = LayerSpecification(type="Space Warp", name="warp", settings={"factor": 9})
    project = Project(network=NetworkSpecification(layers=(unknown,)))
    copy = edits.duplicate_layers(project, ["warp"]).project.network.layers[1]
    assert (copy.name, copy.settings) == ("space_warp_1", {"factor": 9})


KINDS = ["insert", "remove", "move", "duplicate", "settings", "training", "select"]
STEPS = st.lists(st.tuples(st.sampled_from(KINDS), st.integers(0, 9)))


def make_step(document: Document, kind: str, number: int) -> None:
    names = names_of(document.project)
    chosen = names[number % len(names)] if names else None
    if kind == "insert" or chosen is None:
        document.apply(edits.insert_layer(document.project, number % (len(names) + 1), ["Linear", "ReLu"][number % 2]))
    elif kind == "remove":
        document.apply(edits.remove_layers(document.project, [chosen]))
    elif kind == "move":
        document.apply(edits.move_layers(document.project, [chosen], (number * 7) % (len(names) + 1)))
    elif kind == "duplicate":
        document.apply(edits.duplicate_layers(document.project, [chosen]))
    elif kind == "settings":
        document.apply(edits.change_settings(document.project, chosen, {"outputs": number + 1}))
    elif kind == "training":
        document.apply(edits.change_training(document.project, epochs=number + 1))
    else:
        document.select((chosen,))


@given(steps=STEPS)
def test_undoing_all_edits_gives_the_first_project_and_redoing_all_the_last(qapp, steps):
    document = Document()
    start = document.project
    for kind, number in steps:
        make_step(document, kind, number)
    end = document.project
    while document.undo_stack.canUndo():
        document.undo_stack.undo()
    assert document.project == start
    while document.undo_stack.canRedo():
        document.undo_stack.redo()
    assert document.project == end


def test_a_fix_after_typing_is_a_separate_undo_step(qapp):
    document = Document(project_of("Linear"))
    document.apply(edits.change_settings(document.project, "linear_1", {"outputs": 40}))
    typed = document.project
    document.apply(
        edits.apply_fix(typed, Problem(0, "linear_1", "wrong", ChangeSettings("Set outputs to 10", {"outputs": 10})))
    )
    document.undo_stack.undo()
    assert document.project == typed
