import threading

import numpy as np
import pytest

from app.document import edits
from app.training import Inspection, SessionState
from app.training.dataset_cache import load_splits
from tinyml.learner import set_up_training


@pytest.fixture
def inspection(document, session):
    inspection = Inspection(document, session)
    yield inspection
    inspection.shutdown()


def test_before_training_the_initial_weights_are_used(qtbot, inspection, session):
    qtbot.waitUntil(lambda: inspection.sample_trace is not None)
    assert not inspection.snapshot.trained
    assert len(inspection.samples) == 200
    assert inspection.sample_trace.scores.sum() == pytest.approx(1)
    qtbot.waitUntil(lambda: inspection.predictions is not None)
    assert inspection.predictions.shape == (200,)


def test_training_starts_from_the_initial_weights(qtbot, inspection, document):
    circle = document.project
    qtbot.waitUntil(lambda: inspection.snapshot is not None)
    started = set_up_training(circle.network, circle.training, load_splits(circle.data)).net.named_parameters
    initial = inspection.snapshot.tensors
    assert all(np.array_equal(initial[name], started[name].tensor) for name in started)


def test_another_seed_or_loss_gives_other_initial_weights(qtbot, inspection, document):
    qtbot.waitUntil(lambda: inspection.snapshot is not None)
    before = inspection.snapshot.tensors["linear_1.weight"]
    document.apply(edits.change_training(document.project, seed=5))
    qtbot.waitUntil(lambda: inspection.snapshot is not None and inspection.snapshot.training.seed == 5)
    assert not np.array_equal(inspection.snapshot.tensors["linear_1.weight"], before)
    document.apply(edits.change_training(document.project, loss="cross_entropy_with_softmax_loss"))
    qtbot.waitUntil(lambda: inspection.snapshot is not None and inspection.snapshot.training.loss.startswith("cross"))


def test_after_training_the_trained_weights_are_used(qtbot, inspection, session):
    session.start()
    qtbot.waitUntil(lambda: session.state is SessionState.FINISHED)
    qtbot.waitUntil(
        lambda: inspection.sample_trace is not None and inspection.sample_trace.snapshot is session.snapshot
    )
    # Until they are computed, the predictions of the initial weights remain.
    qtbot.waitUntil(
        lambda: (inspection.predictions == inspection.samples.labels).mean() == pytest.approx(session.test_accuracy)
    )


def test_it_computes_nothing_while_it_is_inactive_and_catches_up(qtbot, inspection, session):
    qtbot.waitUntil(lambda: inspection.predictions is not None and inspection.sample_trace is not None)
    inspection.set_active(False)
    shown = []
    inspection.sample_trace_changed.connect(lambda: shown.append(inspection.sample_trace))
    inspection.predictions_changed.connect(lambda: shown.append(inspection.predictions))
    session.start()
    qtbot.waitUntil(lambda: session.state is SessionState.FINISHED)
    assert shown == []
    inspection.select_sample(3)
    assert not inspection._sample_trace_job.busy
    inspection.set_active(True)
    qtbot.waitUntil(lambda: inspection.sample_trace.snapshot is session.snapshot)
    assert inspection.sample_trace.index == 3
    qtbot.waitUntil(lambda: len(shown) == 2)


def test_selecting_a_sample_shows_that_sample(qtbot, inspection):
    qtbot.waitUntil(lambda: inspection.sample_trace is not None)
    inspection.select_sample(7)
    qtbot.waitUntil(lambda: inspection.sample_trace.index == 7)
    assert np.array_equal(inspection.sample_trace.trace.input[0], inspection.samples.inputs[7])
    inspection.select_sample(10_000)
    assert inspection.index == 7


def test_an_edit_brings_initial_weights_and_undo_the_trained_ones(qtbot, inspection, document, session):
    session.start()
    qtbot.waitUntil(lambda: session.state is SessionState.FINISHED)
    document.apply(edits.change_settings(document.project, "linear_1", {"outputs": 9}))
    qtbot.waitUntil(lambda: inspection.snapshot is not None and not inspection.snapshot.trained)
    document.undo_stack.undo()
    assert inspection.snapshot is session.snapshot


def test_a_network_with_a_problem_has_no_prediction(qtbot, inspection, document):
    qtbot.waitUntil(lambda: inspection.sample_trace is not None)
    document.apply(edits.change_settings(document.project, "linear_2", {"outputs": 3}))
    assert inspection.sample_trace is None
    assert "linear_2" in inspection.problem
    qtbot.waitUntil(lambda: inspection.partial_trace is not None)
    assert inspection.visible_trace is inspection.partial_trace
    assert len(inspection.partial_trace.scores) == 0
    assert inspection.partial_trace.label == inspection.samples.labels[0]
    document.undo_stack.undo()
    qtbot.waitUntil(lambda: inspection.sample_trace is not None)
    assert inspection.problem == ""
    assert inspection.partial_trace is None


def layers_of(trace):
    return [entry.layer.name for entry in trace.trace.entries]


def test_the_layers_before_a_problem_keep_their_trained_weights(qtbot, inspection, document, session):
    session.start()
    qtbot.waitUntil(lambda: session.state is SessionState.FINISHED)
    document.apply(edits.insert_layer(document.project, 2, "Linear", {"outputs": 5}))
    document.apply(edits.insert_layer(document.project, 3, "Conv2D"))
    qtbot.waitUntil(
        lambda: (
            inspection.partial_trace is not None
            and layers_of(inspection.partial_trace) == ["linear_1", "relu_1", "linear_3"]
        )
    )
    tensors = inspection.partial_trace.snapshot.tensors
    assert tensors["linear_1.weight"] is session.snapshot.tensors["linear_1.weight"]
    assert inspection.partial_trace.snapshot.trained
    document.apply(edits.change_settings(document.project, "linear_1", {"outputs": 7}))
    qtbot.waitUntil(lambda: inspection.partial_trace.snapshot.tensors["linear_1.weight"].shape == (7, 2))
    assert inspection.partial_trace.trace.entries[0].output.shape == (1, 7)
    assert not inspection.partial_trace.snapshot.trained


def test_the_first_layers_have_the_weights_that_training_would_start_from(qtbot, inspection, document):
    qtbot.waitUntil(lambda: inspection.sample_trace is not None)
    whole = inspection.sample_trace
    document.apply(edits.change_settings(document.project, "linear_2", {"outputs": 0}))
    qtbot.waitUntil(lambda: inspection.partial_trace is not None)
    for before, after in zip(whole.trace.entries[:2], inspection.partial_trace.trace.entries, strict=True):
        assert np.array_equal(before.output, after.output)


def test_another_sample_is_traced_up_to_the_problem(qtbot, inspection, document):
    document.apply(edits.change_settings(document.project, "linear_2", {"outputs": 0}))
    qtbot.waitUntil(lambda: inspection.partial_trace is not None)
    inspection.select_sample(9)
    qtbot.waitUntil(lambda: inspection.partial_trace.index == 9)
    assert np.array_equal(inspection.partial_trace.trace.input[0], inspection.samples.inputs[9])


def test_a_problem_of_the_first_layer_leaves_nothing_to_trace(qtbot, inspection, document):
    document.apply(edits.change_settings(document.project, "linear_2", {"outputs": 0}))
    qtbot.waitUntil(lambda: inspection.partial_trace is not None)
    document.apply(edits.change_settings(document.project, "linear_1", {"outputs": 0}))
    qtbot.waitUntil(lambda: inspection.partial_trace is None)
    assert "linear_1" in inspection.problem


def test_a_problem_of_the_training_leaves_the_prediction(qtbot, inspection, document):
    qtbot.waitUntil(lambda: inspection.sample_trace is not None)
    scores = inspection.sample_trace.scores
    document.apply(edits.change_training(document.project, augment_flip=True))
    assert inspection.sample_trace is None
    qtbot.waitUntil(lambda: inspection.partial_trace is not None)
    assert np.array_equal(inspection.partial_trace.scores, scores)


def test_missing_data_is_a_problem_and_other_data_loads_other_samples(qtbot, inspection, document):
    qtbot.waitUntil(lambda: inspection.samples is not None)
    document.apply(edits.change_data(document.project, source="no-such-data"))
    assert inspection.samples is None
    qtbot.waitUntil(lambda: "no-such-data" in inspection.problem)
    document.apply(edits.change_data(document.project, source="digits"))
    qtbot.waitUntil(lambda: inspection.samples is not None)
    assert inspection.samples.inputs.shape[1:] == (1, 8, 8)


def test_slow_jobs_run_in_another_thread(qtbot, inspection):
    with qtbot.waitSignal(inspection.submit(threading.get_ident).returned) as signal:
        pass
    assert signal.args[0] != threading.get_ident()


def test_slow_jobs_do_not_delay_quick_ones(qtbot, inspection):
    gate = threading.Event()
    inspection.submit(gate.wait)
    try:
        with qtbot.waitSignal(inspection.quick_jobs.submit(threading.get_ident).returned):
            pass
    finally:
        gate.set()


def test_an_example_of_another_part_becomes_the_sample(qtbot, inspection, document):
    qtbot.waitUntil(lambda: inspection.sample_trace is not None)
    splits = load_splits(document.project.data)
    inspection.inspect_example("validation", 7)
    qtbot.waitUntil(lambda: inspection.sample_trace is not None and inspection.sample_trace.index == 7)
    assert (inspection.part, len(inspection.samples)) == ("validation", len(splits.validation))
    assert inspection.sample_trace.label == splits.validation.labels[7]
    inspection.inspect_example("validation", 3)
    qtbot.waitUntil(lambda: inspection.sample_trace.index == 3)
    inspection.inspect_example("test", 10**6)
    qtbot.waitUntil(lambda: inspection.samples is not None)
    assert (inspection.part, inspection.index, len(inspection.samples)) == ("test", 0, len(splits.test))


def test_other_data_start_with_the_test_set_again(qtbot, inspection, document):
    qtbot.waitUntil(lambda: inspection.sample_trace is not None)
    inspection.inspect_example("training", 5)
    qtbot.waitUntil(lambda: inspection.samples is not None)
    document.apply(edits.change_data(document.project, seed=11))
    assert inspection.part == "test"
    qtbot.waitUntil(lambda: inspection.samples is not None)
    assert inspection.index == 0


def test_the_start_and_the_end_of_a_training_are_told(qtbot, inspection, session):
    told: list[bool] = []
    inspection.training_changed.connect(lambda: told.append(inspection.training))
    assert not inspection.training
    session.start()
    qtbot.waitUntil(lambda: bool(told) and not inspection.training)
    assert True in told
