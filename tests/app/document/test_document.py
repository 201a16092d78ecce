import json

import pytest

from app.document import Document, edits
from tinyml.core import StorageError, TinymlError
from tinyml.net import specification


@pytest.fixture
def document(qapp):
    document = Document()
    document.apply(edits.insert_layer(document.project, 0, "Linear"))
    return document


def test_an_edit_that_changes_nothing_emits_no_signal_and_adds_no_undo_step(document, qtbot):
    steps = document.undo_stack.count()
    with qtbot.assertNotEmitted(document.changed):
        document.apply(edits.change_settings(document.project, "linear_1", {}))
    assert document.undo_stack.count() == steps


def test_typing_into_one_field_is_one_undo_step(document):
    before = document.project
    for outputs in (1, 12, 128):
        document.apply(edits.change_settings(document.project, "linear_1", {"outputs": outputs}))
    document.undo_stack.undo()
    assert document.project == before


def test_the_undo_text_names_the_edit(document):
    document.apply(edits.insert_layer(document.project, 1, "ReLu"))
    document.apply(edits.move_layers(document.project, ["relu_1"], 0))
    assert document.undo_stack.undoText() == "move relu_1"


def test_problems_name_the_layer_and_offer_a_fix_that_works(document):
    problem = document.problems[0]
    assert (problem.layer, problem.sentence) == ("linear_1", "Linear needs a vector but receives 1×8×8.")
    document.apply(edits.apply_fix(document.project, problem))
    problem = document.problems[0]
    assert problem.fix.label == "Set outputs to 10"
    document.apply(edits.apply_fix(document.project, problem))
    assert document.problems == ()
    assert document.inference.parameter_count == 64 * 10 + 10


def test_missing_data_is_a_problem_and_keeps_the_network(document, qtbot):
    document.apply(edits.change_data(document.project, source="no-such-data"))
    qtbot.waitUntil(lambda: bool(document.data_problem))
    assert document.data is None
    assert "no-such-data" in document.problems[0].sentence
    assert document.project.network.layers[0].name == "linear_1"
    document.undo_stack.undo()
    assert document.data is not None


def test_saving_and_opening_gives_the_same_project_and_a_clean_document(document, tmp_path):
    path = tmp_path / "network.tinyml.json"
    assert document.modified
    document.save(path)
    assert not document.modified
    other = Document()
    other.open(path)
    assert other.project == document.project
    assert (other.path, other.modified) == (path, False)


def test_saving_without_a_file_is_refused(document):
    with pytest.raises(TinymlError, match="no file yet"):
        document.save()


def test_after_a_failed_save_the_project_is_modified_and_the_old_file_is_intact(document, tmp_path, monkeypatch):
    path = tmp_path / "network.tinyml.json"
    path.write_text("old")

    def full_disk(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full_disk)
    with pytest.raises(StorageError, match="No space left"):
        document.save(path)
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]
    assert document.modified
    assert document.path is None


@pytest.mark.parametrize(
    "content", ["", "{", "[]", '{"format": "other"}', json.dumps({"format": "tinyml-project", "version": 999})]
)
def test_a_bad_file_changes_nothing(document, tmp_path, content):
    path = tmp_path / "bad.tinyml.json"
    path.write_text(content)
    before, steps = document.project, document.undo_stack.count()
    with pytest.raises(StorageError) as caught:
        document.open(path)
    assert "bad.tinyml.json" in str(caught.value)
    assert (document.project, document.undo_stack.count()) == (before, steps)


def test_a_setting_with_two_numbers_survives_saving_and_opening(document, tmp_path):
    document.apply(edits.insert_layer(document.project, 0, "Conv2D", {"window": (5, 3)}))
    document.apply(edits.change_settings(document.project, "conv_1", {"padding": (2, 1)}))
    document.save(tmp_path / "network.tinyml.json")
    other = Document()
    other.open(tmp_path / "network.tinyml.json")
    assert other.project == document.project


def test_a_value_that_is_changed_back_leaves_no_undo_step(document):
    before, steps = document.project, document.undo_stack.count()
    document.apply(edits.change_training(document.project, epochs=7))
    assert document.undo_stack.count() == steps + 1
    document.apply(edits.change_training(document.project, epochs=before.training.epochs))
    assert document.undo_stack.count() == steps
    assert document.project == before


@pytest.fixture
def inferences(document, monkeypatch):
    """Return a list that gets one entry for each shape inference."""
    calls, infer_stack = [], specification.infer_stack
    monkeypatch.setattr(specification, "infer_stack", lambda *arguments: calls.append(1) or infer_stack(*arguments))
    return calls


def test_an_edit_of_the_epochs_infers_no_shapes(document, inferences):
    document.apply(edits.change_training(document.project, epochs=7))
    assert inferences == []


def test_an_edit_of_a_layer_infers_the_shapes_once(document, inferences):
    document.apply(edits.change_settings(document.project, "linear_1", {"outputs": 7}))
    assert len(inferences) == 1
    document.undo_stack.undo()
    assert len(inferences) == 2


def test_an_edit_of_the_data_infers_the_shapes_once(document, inferences):
    document.apply(edits.change_data(document.project, source="circle"))
    assert len(inferences) == 1
    assert document.inference.layers[0].output_shape == (64,)


def test_an_edit_of_the_loss_finds_its_problems_without_an_inference(document, inferences):
    document.apply(edits.change_settings(document.project, "linear_1", {"outputs": 10}))
    document.apply(edits.insert_layer(document.project, 0, "Flatten"))
    assert document.problems == ()
    inferences.clear()
    document.apply(edits.change_training(document.project, loss="cross_entropy_loss"))
    assert "Softmax" in document.problems[0].sentence
    assert inferences == []
