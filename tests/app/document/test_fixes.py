"""Every problem that a network can have comes with a fix, and the fix removes it."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.document import Document, edits
from tests.tinyml.layers.harness import settings_of
from tinyml.core import ChangeTraining, Problem, RemoveLayer, RenameLayer, TinymlError
from tinyml.data import DataChoice
from tinyml.layers import layer_types
from tinyml.learner import TrainingSettings
from tinyml.losses import loss_descriptions
from tinyml.net import LayerSpecification, NetworkSpecification
from tinyml.storage import Project

KINDS = [*layer_types(), "Conv2d", "linear", "Attention", "Relu6", "<b>&x</b>"]
NAMES = ["a", "b", "a.b", "conv_1", "relu_1", "linear_1"]
WRONG = st.sampled_from([-5, 0, 1e9, "perhaps", None, [1], [0, 3], {"x": 1}, True, 2.5])


@st.composite
def faulty_layers(draw: st.DrawFn) -> LayerSpecification:
    """Draw a layer whose type, name or settings may be wrong."""
    kind = draw(st.sampled_from(KINDS))
    known = layer_types().get(kind)
    values = dict(draw(settings_of(kind))) if known else {}
    fields = list(known.Settings.model_fields) if known else ["depth"]
    fault = draw(st.sampled_from(["none", "none", "value", "spelling", "unknown"]))
    if fault == "value" and fields:
        values[draw(st.sampled_from(fields))] = draw(WRONG)
    elif fault == "spelling" and fields:
        name = draw(st.sampled_from(fields))
        values[f"{name}s"] = values.pop(name, 3)
    elif fault == "unknown":
        values["colour"] = draw(WRONG)
    return LayerSpecification(type=kind, name=draw(st.sampled_from(NAMES)), settings=values)


@st.composite
def faulty_projects(draw: st.DrawFn) -> Project:
    layers = draw(st.lists(faulty_layers(), max_size=6))
    # Half of the networks get unique names, since a name that is used twice hides later problems.
    if draw(st.booleans()):
        layers = [layer.model_copy(update={"name": f"{layer.name}_{at}"}) for at, layer in enumerate(layers)]
    training = TrainingSettings(
        loss=draw(st.sampled_from(sorted(loss_descriptions()))),
        augment_shift=draw(st.integers(0, 1)),
        augment_flip=draw(st.booleans()),
    )
    source = draw(st.sampled_from(["digits", "circle"]))
    return Project(
        network=NetworkSpecification(layers=tuple(layers)), training=training, data=DataChoice(source=source)
    )


def key(problem: Problem) -> tuple[str, str]:
    return problem.layer, problem.sentence


def keys(document: Document) -> list[tuple[str, str]]:
    return [key(problem) for problem in document.problems]


@given(project=faulty_projects())
@settings(deadline=None, max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_problem_has_a_fix_that_removes_it(qapp, project) -> None:
    document = Document(project)
    for problem in document.problems:
        if not project.network.layers:
            assert "Add one from the palette" in problem.sentence
            continue
        assert problem.fix is not None, problem
        namesakes = [layer.name for layer in project.network.layers].count(problem.layer) > 1
        if namesakes and not isinstance(problem.fix, RenameLayer):
            continue  # the other layer of that name may now show the same problem
        fixed = Document(edits.apply_fix(project, problem).project)
        assert keys(fixed).count(key(problem)) < keys(document).count(key(problem)), problem


@given(project=faulty_projects())
@settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_applying_one_fix_after_the_other_gives_a_network_that_can_be_trained(qapp, project) -> None:
    document = Document(project)
    for _ in range(60):
        if not document.problems or not document.project.network.layers:
            break
        document.apply(edits.apply_fix(document.project, document.problems[0]))
    assert not document.problems or not document.project.network.layers
    while document.undo_stack.canUndo():
        document.undo_stack.undo()
    assert document.project == project


def project_of(*layers: tuple[str, str] | tuple[str, str, dict], **more) -> Project:
    specified = [
        LayerSpecification(type=layer[0], name=layer[1], settings=layer[2] if len(layer) > 2 else {})
        for layer in layers
    ]
    return Project(network=NetworkSpecification(layers=tuple(specified)), **more)


def test_of_two_layers_with_the_same_name_the_second_is_renamed() -> None:
    document = Document(project_of(("ReLu", "bend"), ("ReLu", "bend"), ("Flatten", "f"), ("Linear", "relu_1")))
    (problem, *_) = document.problems
    assert problem.fix == RenameLayer("relu_2")
    document.apply(edits.apply_fix(document.project, problem))
    assert [layer.name for layer in document.project.network.layers] == ["bend", "relu_2", "f", "relu_1"]
    assert document.undo_stack.undoText() == "rename it to relu_2"


def test_a_fix_changes_the_second_of_two_layers_with_the_same_name() -> None:
    project = project_of(("Flatten", "x"), ("Linear", "x", {"outputs": 0}))
    problem = next(problem for problem in Document(project).problems if problem.index == 1)
    edit = edits.apply_fix(project, problem)
    assert edit.project.network.layers[0] == project.network.layers[0]
    assert edit.project.network.layers[1].settings["outputs"] >= 1


def test_an_unknown_setting_is_renamed_with_its_value_or_removed() -> None:
    project = project_of(("Flatten", "f"), ("Linear", "fc", {"outptus": 10, "colour": "red"}))
    document = Document(project)
    labels = []
    while document.problems:
        labels.append(document.problems[0].fix.label)
        document.apply(edits.apply_fix(document.project, document.problems[0]))
    assert labels == ["Rename it to 'outputs'", "Remove 'colour'"]
    assert document.project.network.layers[1].settings == {"outputs": 10}


def test_augmentation_that_needs_images_is_switched_off() -> None:
    training = TrainingSettings(augment_shift=2, augment_flip=True, augment_noise=0.1)
    project = project_of(("Linear", "fc", {"outputs": 2}), training=training, data=DataChoice(source="circle"))
    (problem,) = Document(project).problems
    assert isinstance(problem.fix, ChangeTraining)
    assert problem.fix.label == "Switch shift and flip off"
    fixed = edits.apply_fix(project, problem).project.training
    assert (fixed.augment_shift, fixed.augment_flip, fixed.augment_noise) == (0, False, 0.1)


def test_pooling_of_single_pixels_is_removed_and_not_changed_to_a_1_by_1_window() -> None:
    pools = [("MaxPool2D", f"pool_{number}") for number in range(4)]
    document = Document(project_of(*pools, ("Flatten", "f"), ("Linear", "fc", {"outputs": 10})))
    (problem,) = document.problems
    assert problem.layer == "pool_3"
    assert problem.fix == RemoveLayer()


def test_the_problem_of_a_deleted_layer_is_not_fixed() -> None:
    project = project_of(("ReLu", "bend"))
    with pytest.raises(TinymlError, match="has changed since this problem was found"):
        edits.apply_fix(project, Problem(3, "bend", "wrong", RemoveLayer()))
    with pytest.raises(TinymlError, match="has changed since this problem was found"):
        edits.apply_fix(project, Problem(0, "other", "wrong", RemoveLayer()))
