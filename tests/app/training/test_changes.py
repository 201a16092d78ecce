"""Settings changed while a run trains, steps of an epoch, N more epochs, and the weights of the best epoch."""

import itertools
from threading import Event

import numpy as np
import pytest

from app.document import Document, edits
from app.training import Session, SessionState
from app.training.run_control import RunControl
from tests.app.training.conftest import circle_project
from tinyml.core import TinymlError
from tinyml.learner import SettingChange

ENDED = (SessionState.FINISHED, SessionState.STOPPED, SessionState.FAILED)
BATCHES = 70
"""In one epoch."""


@pytest.fixture
def wait_for(qtbot, session):
    def wait(*states):
        qtbot.waitUntil(lambda: session.state in (states or ENDED))

    return wait


@pytest.fixture
def pause_after(session, wait_for):
    """Start a run, and wait until it is paused after some batches."""

    def pause_after(batches):
        session.start(steps=batches)
        wait_for(SessionState.PAUSED)

    return pause_after


def rates(batches):
    return [event.learning_rate for event in batches]


def test_a_new_rate_takes_effect_with_the_next_batch_and_is_noted(session, wait_for, pause_after):
    batches, changes = [], []
    session.batches_finished.connect(batches.extend)
    session.setting_changed.connect(lambda: changes.append((dict(session.pending), list(session.run.changes))))
    pause_after(5)
    session.change("learning_rate", 0.02)
    assert session.pending == {"learning_rate": 0.02}
    assert session.run.changes == []
    session.step()
    wait_for(SessionState.PAUSED)
    session.resume()
    wait_for()
    noted = SettingChange(5 / BATCHES, 5, "learning_rate", 0.1, 0.02)
    assert session.run.changes == [noted]
    assert session.pending == {}
    assert changes == [({"learning_rate": 0.02}, []), ({}, [noted])]
    assert rates(batches) == [0.1] * 5 + [0.02] * (3 * BATCHES - 5)
    assert session.config.project.training.learning_rate == 0.1


def test_a_stopped_and_continued_run_keeps_the_rate_to_the_bit(qtbot, session, document, wait_for, pause_after):
    weights = []
    for stops in (False, True):
        pause_after(100)
        session.change("learning_rate", 0.02)
        if stops:
            session.stop()
            wait_for()
            session.continue_run()
            assert "The learning rate stays 0.02" in session.config.note
        else:
            session.resume()
        wait_for()
        assert session.state is SessionState.FINISHED
        assert [change.after for change in session.run.changes] == [0.02]
        weights.append(session.snapshot.tensors)
    for name, tensor in weights[0].items():
        np.testing.assert_array_equal(weights[1][name], tensor)


def test_settings_changed_before_continuing_are_noted_too(session, document, wait_for, pause_after):
    pause_after(7)
    session.change("learning_rate", 0.05)
    session.stop()
    wait_for()
    document.apply(edits.change_training(document.project, learning_rate=0.01, momentum=0.5))
    session.continue_run()
    wait_for()
    told = [(change.step, change.name, change.before, change.after) for change in session.run.changes]
    assert told == [
        (7, "learning_rate", 0.1, 0.05),
        (7, "learning_rate", 0.05, 0.01),
        (7, "momentum", 0.0, 0.5),
    ]
    assert session.history[-1].learning_rate == 0.01


def test_the_number_of_epochs_can_change_during_the_run(session, wait_for, pause_after):
    pause_after(10)
    session.change("epochs", 5)
    session.resume()
    wait_for()
    assert len(session.history) == session.config.epochs == session.run.curves.planned_epochs == 5
    assert session.progress == 1


def test_a_rate_that_is_changed_back_before_the_next_batch_leaves_no_mark(session, wait_for, pause_after):
    pause_after(5)
    session.change("learning_rate", 0.2)
    session.change("learning_rate", 0.1)
    session.change("epochs", 3)
    assert session.pending == {"learning_rate": 0.1, "epochs": 3}
    session.step()
    wait_for(SessionState.PAUSED)
    assert session.pending == {}
    assert session.run.changes == []


def test_an_answer_ends_the_wait_of_its_own_request_only(session, pause_after):
    pause_after(5)
    session.change("learning_rate", 0.2)
    session.change("epochs", 7)
    told = []
    session.setting_changed.connect(lambda: told.append(dict(session.pending)))
    for name, value in (("learning_rate", 0.05), ("epochs", 7), ("learning_rate", 0.2)):
        session._mailbox.put_answer(name, value, None)
        session._process_mail()
    assert told == [{"learning_rate": 0.2, "epochs": 7}, {"learning_rate": 0.2}, {}]


def test_an_epoch_that_is_over_cannot_be_left_out_and_a_sentence_says_so(session, wait_for, pause_after):
    refusals = []
    session.refused.connect(refusals.append)
    pause_after(2 * BATCHES + 3)
    session.change("epochs", 1)
    session.resume()
    wait_for()
    assert refusals == ["Epoch 3 has begun, so the run cannot end after epoch 1."]
    assert session.state is SessionState.FINISHED
    assert len(session.history) == 3
    assert session.pending == {}


@pytest.mark.parametrize(("name", "value"), [("learning_rate", 1e9), ("learning_rate", 0.0), ("epochs", 0)])
def test_an_impossible_value_is_refused_at_once(session, pause_after, name, value):
    pause_after(1)
    with pytest.raises(TinymlError, match=name):
        session.change(name, value)
    assert session.pending == {}


def test_without_an_active_run_nothing_can_be_changed(session, wait_for):
    with pytest.raises(TinymlError, match="No run is active"):
        session.change("learning_rate", 0.2)


def test_a_step_of_an_epoch_ends_with_the_epoch(session, wait_for):
    session.step_epoch()
    assert session.state is SessionState.RUNNING
    wait_for(SessionState.PAUSED)
    assert (session.batches_done, len(session.history)) == (BATCHES, 1)
    session.step()
    wait_for(SessionState.PAUSED)
    session.step_epoch()
    wait_for(SessionState.PAUSED)
    assert (session.batches_done, len(session.history)) == (2 * BATCHES, 2)
    session.step_epoch()
    wait_for(SessionState.PAUSED)
    session.resume()
    wait_for()
    assert session.state is SessionState.FINISHED
    session.step_epoch()
    wait_for(SessionState.PAUSED)
    assert len(session.history) == 4


def test_a_step_of_an_epoch_can_be_paused_in_the_middle(session, wait_for, monkeypatch):
    session.start(steps=3)
    wait_for(SessionState.PAUSED)
    trained, may_continue, done = Event(), Event(), RunControl.batch_done

    def hold_after_ten(control):
        done(control)
        if next(count) == 10:
            trained.set()
            assert may_continue.wait(60)

    count = itertools.count(4)
    monkeypatch.setattr(RunControl, "batch_done", hold_after_ten)
    session.step_epoch()
    assert trained.wait(60)
    session.pause()
    may_continue.set()
    wait_for(SessionState.PAUSED)
    assert session.batches_done == 10


def test_so_many_more_epochs_give_the_bits_of_one_longer_run(qtbot, session, wait_for):
    session.start()
    wait_for()
    session.continue_run(epochs=4)
    wait_for()
    assert session.config.epochs == len(session.history) == 7
    longer = Session(Document(circle_project(epochs=7)))
    longer.start()
    qtbot.waitUntil(lambda: longer.state in ENDED)
    for name, tensor in longer.snapshot.tensors.items():
        np.testing.assert_array_equal(session.snapshot.tensors[name], tensor)


@pytest.fixture
def overshot(document, session, wait_for):
    """A run whose last epoch is not its best one."""
    settings = {"learning_rate": 0.9, "momentum": 0.5, "epochs": 12}
    document.apply(edits.change_training(document.project, **settings))
    session.start()
    wait_for()
    best = session.run.best_epoch
    assert best.epoch < 12
    return session.run


def test_the_best_weights_are_shown_and_the_last_ones_again(session, overshot):
    signals = []
    session.snapshot_changed.connect(lambda: signals.append("snapshot"))
    last, accuracy = overshot.snapshot, session.test_accuracy
    session.show_best_weights()
    best = session.snapshot
    assert len(best.history) == overshot.best_epoch.epoch
    assert best.history[-1].monitored_loss == min(epoch.monitored_loss for epoch in overshot.history)
    assert session.test_accuracy is None
    assert not np.array_equal(best.tensors["linear_1.weight"], last.tensors["linear_1.weight"])
    session.show_best_weights()
    assert session.snapshot is last
    assert session.test_accuracy == accuracy
    assert signals == ["snapshot", "snapshot"]


def test_a_run_that_shows_its_best_weights_continues_from_its_last_ones(qtbot, session, overshot, wait_for):
    session.show_best_weights()
    session.continue_run(epochs=2)
    wait_for()
    longer = Session(Document(circle_project(learning_rate=0.9, momentum=0.5, epochs=14)))
    longer.start()
    qtbot.waitUntil(lambda: longer.state in ENDED)
    np.testing.assert_array_equal(
        session.snapshot.tensors["linear_1.weight"], longer.snapshot.tensors["linear_1.weight"]
    )


def test_without_a_checkpoint_it_continues_after_its_last_epoch_too(session, overshot, wait_for):
    overshot.checkpoint = None  # as of a kept run whose end is no longer on the disk
    session.show_best_weights()
    assert session.obstacle == ""
    session.continue_run(epochs=2)
    assert len(session.config.history) == 12
    wait_for()
    assert [epoch.epoch for epoch in session.history] == list(range(1, 15))
    assert session.batches_done == 14 * BATCHES


def test_why_there_are_no_best_weights_to_show(session, document, wait_for):
    assert "unknown" in session.best_obstacle
    session.start(steps=1)
    wait_for(SessionState.PAUSED)
    assert "active" in session.best_obstacle
    session.stop()
    wait_for()
    before = session.snapshot
    session.show_best_weights()
    assert session.snapshot is before
    document.apply(edits.change_training(document.project, learning_rate=0.001, epochs=2))
    session.start()
    wait_for()
    assert "last epoch is the best one" in session.best_obstacle
    document.apply(
        edits.change_training(document.project, learning_rate=0.9, momentum=0.5, epochs=9, restore_best=True)
    )
    session.start()
    wait_for()
    assert "has ended with the weights of its best epoch" in session.best_obstacle
