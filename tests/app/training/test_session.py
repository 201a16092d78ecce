import gc
import json
import threading
import weakref
from itertools import pairwise

import numpy as np
import pytest
from PySide6.QtCore import Qt, QThread

from app.document import Document, edits
from app.training import Session, SessionState
from app.training import worker as worker_module
from app.training.priority import reserve_processor_for_window
from tinyml.command_line import main
from tinyml.core import DataError, TinymlError
from tinyml.core.tensor_file import read_tensors
from tinyml.core.threads import VARIABLE, set_thread_count, thread_count
from tinyml.learner import TrainingSettings, evaluate
from tinyml.net import LayerSpecification, NetworkSpecification
from tinyml.optims import optimizer_descriptions
from tinyml.storage import Project, save_project

ENDED = (SessionState.FINISHED, SessionState.STOPPED, SessionState.FAILED)


class Recorder:
    """Records the signals of a session."""

    def __init__(self, session):
        self.session = session
        self.batches, self.epochs, self.states = [], [], []
        session.batches_finished.connect(self.batches.extend)
        session.epochs_finished.connect(self.epochs.extend)
        session.state_changed.connect(lambda: self.states.append(session.state))


@pytest.fixture
def recorder(session):
    return Recorder(session)


def wait_for(qtbot, session, *states):
    qtbot.waitUntil(lambda: session.state in states)


def test_a_run_reports_every_batch_and_epoch_once_and_ends_once(qtbot, session, recorder):
    session.start()
    wait_for(qtbot, session, *ENDED)
    assert session.state is SessionState.FINISHED
    assert recorder.states == [SessionState.RUNNING, SessionState.FINISHED]
    assert [event.step for event in recorder.batches] == list(range(1, len(recorder.batches) + 1))
    assert [event.epoch for event in recorder.epochs] == [1, 2, 3]
    assert session.history == recorder.epochs
    assert 0 < session.test_accuracy <= 1
    assert session.progress == 1
    assert not any(thread.isRunning() for thread in session.findChildren(QThread))


def test_the_same_seed_gives_the_same_weights(qtbot, session):
    weights = []
    for _ in range(2):
        session.start()
        wait_for(qtbot, session, SessionState.FINISHED)
        weights.append(session.snapshot.tensors)
    assert all(np.array_equal(weights[0][name], weights[1][name]) for name in weights[0])


def test_pausing_stops_the_batches_and_resuming_gives_the_same_result_as_never_pausing(qtbot, session, document):
    session.start()
    wait_for(qtbot, session, SessionState.FINISHED)
    undisturbed = session.snapshot.tensors["linear_1.weight"]
    session.start(steps=0)
    wait_for(qtbot, session, SessionState.PAUSED)
    for _ in range(5):
        session.step()
        wait_for(qtbot, session, SessionState.PAUSED)
    assert session.batches_done == 5
    session.resume()
    qtbot.waitUntil(lambda: session.batches_done > 5)
    session.pause()
    wait_for(qtbot, session, SessionState.PAUSED, *ENDED)
    session.resume()
    wait_for(qtbot, session, *ENDED)
    assert np.array_equal(session.snapshot.tensors["linear_1.weight"], undisturbed)


def test_a_paused_run_does_nothing_until_it_is_resumed(qtbot, session, document, recorder):
    document.apply(edits.change_training(document.project, epochs=10_000))
    session.start()
    qtbot.waitUntil(lambda: session.batches_done > 0)
    session.pause()
    wait_for(qtbot, session, SessionState.PAUSED)
    done, seconds = session.batches_done, session.seconds
    visits = []
    session._timer.timeout.connect(lambda: visits.append(session.batches_done))
    qtbot.waitUntil(lambda: len(visits) >= 4)
    assert session.batches_done == done
    assert session.seconds == seconds
    assert recorder.states[-2:] == [SessionState.PAUSING, SessionState.PAUSED]


@pytest.mark.parametrize("paused", [False, True])
def test_stop_ends_the_run_and_keeps_its_weights(qtbot, session, document, paused):
    document.apply(edits.change_training(document.project, epochs=10_000))
    session.start()
    qtbot.waitUntil(lambda: len(session.history) > 2)
    if paused:
        session.pause()
        wait_for(qtbot, session, SessionState.PAUSED)
    session.stop()
    assert session.state is SessionState.STOPPING
    wait_for(qtbot, session, *ENDED)
    assert session.state is SessionState.STOPPED
    assert session.snapshot.history == tuple(session.history)


def test_shutdown_while_training_leaves_no_thread(qtbot, session, document):
    document.apply(edits.change_training(document.project, epochs=10_000))
    session.start()
    qtbot.waitUntil(lambda: session.batches_done > 0)
    session.shutdown()
    assert not any(thread.isRunning() for thread in session.findChildren(QThread))


def test_editing_while_training_does_not_touch_the_run(qtbot, session, document):
    document.apply(edits.change_training(document.project, epochs=30))
    session.start()
    planned = session.config.project
    document.apply(edits.remove_layers(document.project, ["relu_1"]))
    wait_for(qtbot, session, *ENDED)
    assert session.state is SessionState.FINISHED
    assert session.snapshot.network == planned.network
    assert not session.snapshot.fits(document.project.network, document.data)


def test_a_document_with_problems_is_refused_with_a_sentence(session, document):
    document.apply(edits.change_settings(document.project, "linear_2", {"outputs": 3}))
    with pytest.raises(TinymlError, match="linear_2"):
        session.start()
    assert session.state is SessionState.READY


def test_a_loss_that_is_not_a_number_fails_with_one_sentence_and_keeps_the_last_weights(qtbot, session, document):
    session.start()
    wait_for(qtbot, session, SessionState.FINISHED)
    good = session.snapshot
    document.apply(edits.change_training(document.project, learning_rate=1000.0, epochs=50))
    session.start()
    wait_for(qtbot, session, *ENDED)
    assert session.state is SessionState.FAILED
    assert "epoch" in session.message
    assert "Lower the learning rate" in session.message
    assert session.run.failure == "divergence"
    assert session.traceback == ""
    assert session.snapshot is good or np.isfinite(session.snapshot.history[-1].training_loss)
    assert all(np.isfinite(tensor).all() for tensor in session.snapshot.tensors.values())


def test_after_a_failure_the_weights_of_the_last_good_epoch_are_kept(qtbot, session, document):
    document.apply(edits.change_training(document.project, learning_rate=1.0, epochs=3, loss="mse_loss"))
    good = {}
    for number in range(1, 80):
        session.step()
        wait_for(qtbot, session, SessionState.PAUSED)
        if number == 70:  # the batches of an epoch
            good = session.snapshot.tensors
    session._thread.worker._setup.net.parameters[0].tensor[...] = np.nan
    session.resume()
    wait_for(qtbot, session, *ENDED)
    assert session.state is SessionState.FAILED
    assert "epoch 2, batch 10" in session.message
    assert "The weights of the end of epoch 1 are kept" in session.message
    for name, tensor in session.snapshot.tensors.items():
        np.testing.assert_array_equal(tensor, good[name])


def test_a_run_stops_early_with_the_best_weights_and_says_so(qtbot, session, recorder, document):
    # The learning rate is far too large, so the first epochs are the best.
    settings = {"learning_rate": 0.9, "momentum": 0.9, "epochs": 200, "early_stopping": 2, "restore_best": True}
    document.apply(edits.change_training(document.project, **settings))
    session.start()
    wait_for(qtbot, session, *ENDED)
    assert session.state is SessionState.FINISHED
    losses = [epoch.validation_loss for epoch in session.history]
    best = losses.index(min(losses)) + 1
    assert len(losses) == best + 2 < 200
    assert f"Stopped early after epoch {len(losses)}" in session.message
    assert f"the best epoch, {best}." in session.message
    assert session.progress == 1
    net = session.snapshot.make_net()
    validation = worker_module.load_splits(document.project.data).validation
    assert evaluate(net, validation, "mse_loss").loss == min(losses)


@pytest.mark.parametrize("optimizer", list(optimizer_descriptions()))
def test_every_optimiser_trains_in_the_window(qtbot, session, document, optimizer):
    settings = {"optimizer": optimizer, "learning_rate": 0.01, "schedule": "one_cycle", "augment_noise": 0.01}
    document.apply(edits.change_training(document.project, **settings))
    session.start()
    wait_for(qtbot, session, *ENDED)
    assert session.state is SessionState.FINISHED
    assert session.history[-1].training_loss < session.history[0].training_loss


@pytest.mark.parametrize(
    ("error", "kind"), [(MemoryError(), "memory"), (DataError("A number is NaN."), "data"), (KeyError(), "unexpected")]
)
def test_a_failed_run_knows_the_kind_of_its_error_until_it_starts_again(qtbot, session, monkeypatch, error, kind):
    def broken(*_):
        raise error

    with monkeypatch.context() as patch:
        patch.setattr(worker_module, "load_splits", broken)
        session.start()
        wait_for(qtbot, session, *ENDED)
    assert (session.state, session.run.failure) == (SessionState.FAILED, kind)
    session.start()
    wait_for(qtbot, session, *ENDED)
    assert (session.state, session.run.failure) == (SessionState.FINISHED, None)


def test_an_unexpected_error_fails_with_its_traceback(qtbot, session, monkeypatch):
    def broken(*_):
        raise RuntimeError("unexpected")

    monkeypatch.setattr(worker_module, "load_splits", broken)
    session.start()
    wait_for(qtbot, session, *ENDED)
    assert session.state is SessionState.FAILED
    assert "unexpected" in session.message
    assert "Traceback" in session.traceback


def test_snapshots_are_read_only_copies(qtbot, session):
    session.start()
    wait_for(qtbot, session, SessionState.FINISHED)
    with pytest.raises(ValueError, match="read-only"):
        session.snapshot.tensors["linear_1.weight"][...] = 0


def test_the_worker_runs_in_another_thread(qtbot, session, monkeypatch):
    threads = []
    original = worker_module.load_splits
    monkeypatch.setattr(
        worker_module, "load_splits", lambda *a: (threads.append(threading.get_ident()), original(*a))[1]
    )
    session.start()
    wait_for(qtbot, session, SessionState.FINISHED)
    assert threads[0] != threading.get_ident()


@pytest.fixture
def two_threads():
    """Compute on two threads during a test."""
    before = thread_count()
    set_thread_count(2)
    yield
    set_thread_count(before)


@pytest.mark.usefixtures("two_threads")
def test_the_command_line_gives_the_same_weights_to_the_last_bit(qtbot, tmp_path, capsys):
    # Large enough for micro-batches, and for a BLAS that would use its own threads if it were allowed to.
    layers = (
        LayerSpecification(type="Conv2D", name="conv_1", settings={"filters": 64, "window": 5, "padding": 2}),
        LayerSpecification(type="ReLu", name="relu"),
        LayerSpecification(type="MaxPool2D", name="pool"),
        LayerSpecification(type="Conv2D", name="conv_2", settings={"filters": 16, "window": 3}),
        LayerSpecification(type="Flatten", name="flatten"),
        LayerSpecification(type="Linear", name="linear_1", settings={"outputs": 64}),
        LayerSpecification(type="Linear", name="linear_2", settings={"outputs": 10}),
    )
    project = Project(
        network=NetworkSpecification(layers=layers), training=TrainingSettings(batch_size=512, epochs=2, momentum=0.5)
    )
    session = Session(Document(project))
    session.start()
    wait_for(qtbot, session, *ENDED)
    assert any(thread.name.startswith("tinyml") for thread in threading.enumerate())
    save_project(tmp_path / "a.tinyml.json", project)
    save = str(tmp_path / "a.safetensors")
    assert main(["train", "--network", str(tmp_path / "a.tinyml.json"), "--threads", "2", "--save", save]) == 0
    other = read_tensors(save).tensors
    for name, tensor in session.snapshot.tensors.items():
        np.testing.assert_array_equal(tensor, other[name], name)
    assert session.test_loss == json.loads(capsys.readouterr().out.splitlines()[-1])["test_loss"]


@pytest.mark.parametrize(("count", "variable", "expected"), [(8, None, 7), (3, None, 2), (2, None, 2), (8, "8", 8)])
@pytest.mark.usefixtures("two_threads")
def test_one_of_more_than_two_processors_is_reserved_for_the_window(monkeypatch, count, variable, expected):
    monkeypatch.delenv(VARIABLE, raising=False)
    if variable:
        monkeypatch.setenv(VARIABLE, variable)
    set_thread_count(count)
    reserve_processor_for_window()
    assert thread_count() == expected


def test_a_run_that_has_ended_frees_its_memory(qtbot, session, monkeypatch):
    learners, set_up_training = [], worker_module.set_up_training

    def set_up_and_watch(*arguments):
        setup = set_up_training(*arguments)
        learners.append(weakref.ref(setup.learner))
        return setup

    monkeypatch.setattr(worker_module, "set_up_training", set_up_and_watch)
    session.start()
    wait_for(qtbot, session, SessionState.FINISHED)

    def is_freed():
        gc.collect()
        return learners[0]() is None

    qtbot.waitUntil(is_freed)


def test_time_never_runs_backwards(qtbot, session):
    session.start()
    seconds = []
    qtbot.waitUntil(lambda: seconds.append(session.seconds) or session.state in ENDED)
    assert all(later >= earlier for earlier, later in pairwise(seconds))


def test_another_project_ends_the_run_and_forgets_its_weights(qtbot, session, document, recorder):
    document.apply(edits.change_training(document.project, epochs=10_000))
    session.start()
    qtbot.waitUntil(lambda: session.snapshot is not None)
    document.replace(document.project)
    assert session.state is SessionState.READY
    assert (session.config, session.snapshot, session.history, session.batches_done) == (None, None, [], 0)
    assert recorder.states.count(SessionState.STOPPED) == 1


@pytest.mark.parametrize("batch_size", [10, 400])
def test_each_step_is_one_batch_also_over_the_end_of_an_epoch(qtbot, session, document, batch_size):
    document.apply(edits.change_training(document.project, batch_size=batch_size, epochs=2))
    for number in range(1, 5):
        session.step()
        wait_for(qtbot, session, SessionState.PAUSED, *ENDED)
        assert session.batches_done == number
    assert session.state is SessionState.PAUSED


def test_a_late_pause_signal_counts_only_while_the_worker_waits(qtbot, session, monkeypatch):
    session.step()
    wait_for(qtbot, session, SessionState.PAUSED)
    session.step()
    with monkeypatch.context() as patch:
        patch.setattr(type(session._control), "waiting", False)
        session._on_thread_paused()
        assert session.state is SessionState.PAUSING
    wait_for(qtbot, session, SessionState.PAUSED)
    assert session.batches_done == 2


def test_the_late_end_of_a_run_does_not_end_the_next_one(qtbot, session, document):
    session.start()
    ended = threading.Event()
    session._thread.worker.ended.connect(lambda *_arguments: ended.set(), Qt.ConnectionType.DirectConnection)
    session._thread.gate.open()  # this thread handles no events now
    assert ended.wait(60)  # the run has ended, but this thread has not received the signal
    session.shutdown()
    document.apply(edits.change_training(document.project, epochs=10_000))
    session.start()
    qtbot.waitUntil(lambda: session.batches_done > 100)
    assert session.state is SessionState.RUNNING


def test_a_run_that_is_stopped_before_its_first_batch_keeps_the_previous_weights(qtbot, session):
    session.start()
    wait_for(qtbot, session, SessionState.FINISHED)
    trained = session.snapshot
    session.start(steps=0)
    wait_for(qtbot, session, SessionState.PAUSED)
    session.stop()
    wait_for(qtbot, session, SessionState.STOPPED)
    assert session.snapshot is trained


def test_a_pause_right_after_resuming_ends_in_the_paused_state(qtbot, session, document):
    document.apply(edits.change_training(document.project, epochs=10_000))
    session.step()
    wait_for(qtbot, session, SessionState.PAUSED)
    for _ in range(300):  # the worker may not wake up between the two
        session.resume()
        session.pause()
        wait_for(qtbot, session, SessionState.PAUSED)
