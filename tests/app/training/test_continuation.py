"""A continued run equals one longer run, and a new run keeps the previous one."""

import math
from dataclasses import replace

import numpy as np
import pytest

from app.document import Document, edits
from app.training import Session, SessionState
from app.training import worker as worker_module
from app.training.mailbox import Mailbox
from app.training.session import KEPT_RUNS
from tests.app.training.conftest import circle_project
from tinyml.core import TinymlError

ENDED = (SessionState.FINISHED, SessionState.STOPPED, SessionState.FAILED)
EXAMPLES, BATCHES = 700, 70
"""In one epoch."""


@pytest.fixture
def wait_for(qtbot, session):
    def wait(*states):
        qtbot.waitUntil(lambda: session.state in (states or ENDED))

    return wait


@pytest.fixture
def train(document, session, wait_for):
    """Change settings, start a new run and wait until it has ended."""

    def train(**settings):
        if settings:
            document.apply(edits.change_training(document.project, **settings))
        session.start()
        wait_for()
        return session.run

    return train


@pytest.fixture
def continue_run(document, session, wait_for):
    """Change settings, continue the run and wait until it has ended."""

    def continue_run(**settings):
        if settings:
            document.apply(edits.change_training(document.project, **settings))
        session.continue_run()
        wait_for()
        return session.run

    return continue_run


def train_undisturbed(qtbot, **settings):
    """Train without interruption in another session; return its run."""
    session = Session(Document(circle_project(**settings)))
    session.start()
    qtbot.waitUntil(lambda: session.state in ENDED)
    return session.run


def history_of(run):
    """Return the epochs without their times and planned numbers."""
    return [replace(epoch, seconds=0.0, epochs=0) for epoch in run.history]


def assert_same(run, undisturbed):
    assert history_of(run) == history_of(undisturbed)
    for name, tensor in undisturbed.snapshot.tensors.items():
        np.testing.assert_array_equal(run.snapshot.tensors[name], tensor)
    assert run.test_loss == undisturbed.test_loss


SETTINGS = [
    {"momentum": 0.9},
    {"optimizer": "adam", "learning_rate": 0.01, "schedule": "reduce_on_plateau", "schedule_epochs": 1},
    {"schedule": "step", "schedule_epochs": 2, "augment_noise": 0.1},
    {"restore_best": True, "learning_rate": 0.5, "momentum": 0.9},
]


@pytest.mark.parametrize("settings", SETTINGS, ids=lambda settings: "-".join(map(str, settings.values())))
def test_continuing_gives_the_bits_of_one_longer_run(qtbot, session, train, continue_run, settings):
    train(epochs=3, **settings)
    assert continue_run().state is SessionState.FINISHED
    assert [epoch.epoch for epoch in session.history] == [1, 2, 3, 4, 5, 6]
    assert_same(session.run, train_undisturbed(qtbot, epochs=6, **settings))
    assert session.snapshot.history == tuple(session.history)
    assert session.snapshot.training.epochs == 6


def test_a_run_that_was_stopped_within_an_epoch_continues_to_its_planned_end(qtbot, session, wait_for, continue_run):
    session.start(steps=BATCHES + 7)
    wait_for(SessionState.PAUSED)
    session.stop()
    wait_for()
    assert session.run.config.epochs == 3
    seconds = session.seconds
    continue_run()
    assert session.run.config.epochs == 3
    assert session.seconds > seconds
    assert_same(session.run, train_undisturbed(qtbot))
    assert session.examples_done == 3 * EXAMPLES


def test_stopping_and_continuing_many_times_changes_nothing(qtbot, session, wait_for, continue_run):
    session.start(steps=10)
    for _ in range(4):
        wait_for(SessionState.PAUSED)
        session.stop()
        wait_for()
        session.continue_run(steps=25)
    wait_for(SessionState.PAUSED)
    session.resume()
    wait_for()
    assert_same(session.run, train_undisturbed(qtbot))


def test_a_step_after_a_run_continues_it(session, train, wait_for):
    run = train()
    session.step()
    wait_for(SessionState.PAUSED)
    assert session.run is run
    assert session.batches_done == 3 * BATCHES + 1
    assert len(session.history) == 3
    assert session.runs == [run]
    assert (session.test_accuracy, session.message) == (None, "")


def test_a_step_after_the_network_changed_starts_a_new_run_and_keeps_the_previous_one(
    document, session, train, wait_for
):
    previous = train()
    document.apply(edits.change_settings(document.project, "linear_1", {"outputs": 9}))
    session.step()
    wait_for(SessionState.PAUSED)
    assert session.batches_done == 1
    assert session.runs == [previous, session.run]


def test_training_again_keeps_the_previous_run_and_all_its_results(session, train):
    first = train()
    weights, history, accuracy = first.snapshot, list(first.history), first.test_accuracy
    second = train(seed=1)
    assert session.snapshot is second.snapshot is not weights
    assert session.next_run is None
    changes = []
    session.run_changed.connect(lambda: changes.append(session.run))
    session.show_previous_run()
    assert session.snapshot is weights
    assert (session.history, session.test_accuracy, session.batches_done) == (history, accuracy, 3 * BATCHES)
    assert session.state is SessionState.FINISHED
    assert session.previous_run is None
    session.show_previous_run()
    session.show_next_run()
    assert session.snapshot is second.snapshot
    assert changes == [first, second]


def test_an_earlier_run_can_be_continued_and_stays_in_its_place(qtbot, session, document, train, continue_run):
    first, second = train(momentum=0.9), train(seed=1)
    session.show_previous_run()
    continue_run(seed=0)
    assert session.runs == [first, second]
    assert_same(first, train_undisturbed(qtbot, momentum=0.9, epochs=6))


def test_only_the_last_runs_are_kept(session, train):
    runs = [train(seed=seed, epochs=1) for seed in range(KEPT_RUNS + 2)]
    assert session.runs == runs[-KEPT_RUNS:]


def test_a_run_without_a_batch_is_not_kept(session, train, wait_for):
    first = train()
    session.start(steps=0)
    wait_for(SessionState.PAUSED)
    session.stop()
    wait_for()
    assert "nothing to continue" in session.obstacle
    assert session.snapshot is first.snapshot
    last = train()
    assert session.runs == [first, last]


def test_no_other_run_is_shown_while_one_is_active(session, document, train):
    train()
    document.apply(edits.change_training(document.project, epochs=10_000))
    session.start()
    active = session.run
    assert session.previous_run is None
    session.show_previous_run()
    assert session.run is active


def test_another_project_forgets_all_runs(session, document, train):
    train()
    train()
    document.replace(document.project)
    assert len(session.runs) == 1
    assert session.snapshot is None
    assert session.previous_run is None


@pytest.mark.parametrize(
    ("edit", "name"),
    [
        (lambda project: edits.change_settings(project, "linear_1", {"outputs": 9}), "network"),
        (lambda project: edits.change_data(project, test=0.3), "data"),
        (lambda project: edits.change_training(project, loss="huber_loss"), "loss"),
    ],
)
def test_a_run_of_another_network_or_data_cannot_continue_until_undo(document, session, train, edit, name):
    train()
    document.apply(edit(document.project))
    assert session.obstacle.startswith(f"The {name} changed since this run.")
    weights = session.snapshot
    with pytest.raises(TinymlError, match=f"The {name} changed"):
        session.continue_run()
    assert session.snapshot is weights
    assert session.state is SessionState.FINISHED
    document.undo_stack.undo()
    assert session.obstacle == ""


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"learning_rate": 0.05}, "learning rate 0.05 (was 0.1)"),
        ({"momentum": 0.9}, "momentum 0.9 (was 0)"),
        ({"batch_size": 25}, "batch size 25 (was 10)"),
        ({"optimizer": "adam"}, "optimiser Adam (was SGD)"),
        ({"schedule": "reduce_on_plateau"}, "schedule Reduce on plateau (was Constant)"),
        ({"seed": 3}, "seed 3 (was 0)"),
        ({"restore_best": True}, "keep the best on (was off)"),
    ],
)
def test_changed_settings_are_applied_and_named(session, train, continue_run, settings, words):
    train()
    run = continue_run(**settings)
    assert run.state is SessionState.FINISHED
    assert words in run.config.note
    assert "epochs 4 to 6" in run.config.note
    assert [epoch.epoch for epoch in run.history] == [1, 2, 3, 4, 5, 6]
    assert run.history[-1].learning_rate == settings.get("learning_rate", 0.1)
    assert run.batches_done == 6 * (EXAMPLES // settings.get("batch_size", 10))


def test_another_batch_size_within_an_epoch_starts_that_epoch_again(session, wait_for, continue_run):
    session.start(steps=BATCHES + 7)
    wait_for(SessionState.PAUSED)
    session.stop()
    wait_for()
    run = continue_run(batch_size=20)
    assert run.state is SessionState.FINISHED
    assert run.config.position == 1.0
    assert [epoch.epoch for epoch in run.history] == [1, 2, 3]


@pytest.mark.parametrize(("before", "after", "total"), [(3, 3, 6), (3, 5, 8), (3, 2, 5)])
def test_a_finished_run_gets_as_many_additional_epochs_as_the_settings_say(
    session, train, continue_run, before, after, total
):
    train(epochs=before)
    assert len(continue_run(epochs=after).history) == total


@pytest.mark.parametrize(("now", "total"), [(4, 4), (9, 9), (2, 2), (1, 2)])
def test_a_stopped_run_continues_to_the_end_that_the_settings_ask_for(
    session, document, wait_for, continue_run, now, total
):
    document.apply(edits.change_training(document.project, epochs=4))
    session.start(steps=BATCHES + 1)
    wait_for(SessionState.PAUSED)
    session.stop()
    wait_for()
    assert len(continue_run(epochs=now).history) == total


@pytest.mark.parametrize("schedule", ["cosine", "one_cycle"])
def test_a_schedule_of_the_whole_run_is_stretched_and_the_note_says_so(session, train, continue_run, schedule):
    train(schedule=schedule)
    end = session.history[-1].learning_rate
    run = continue_run()
    assert "now ends with epoch 6, so the learning rate jumps" in run.config.note
    assert run.history[3].learning_rate > end
    assert run.history[-1].learning_rate < run.history[3].learning_rate


def test_the_note_does_not_mention_a_schedule_without_an_end(session, train, continue_run):
    train(schedule="step")
    assert "schedule" not in continue_run().config.note


def test_a_failed_run_continues_from_its_last_good_epoch(qtbot, session, train, continue_run, monkeypatch):
    expected = train_undisturbed(qtbot, momentum=0.9, epochs=5)
    set_up_training, left = worker_module.set_up_training, [2 * BATCHES + 5]

    def set_up_a_failure(*arguments):
        setup = set_up_training(*arguments)
        train_on_batch = setup.learner.step.train_on_batch

        def fail_at_the_end(*batch):
            left[0] -= 1
            loss, output = train_on_batch(*batch)
            return (loss if left[0] >= 0 else math.nan), output

        monkeypatch.setattr(setup.learner.step, "train_on_batch", fail_at_the_end)
        return setup

    with monkeypatch.context() as patch:
        patch.setattr(worker_module, "set_up_training", set_up_a_failure)
        assert train(momentum=0.9, epochs=5).state is SessionState.FAILED
    assert len(session.history) == 2
    assert session.obstacle == ""
    continue_run()
    assert_same(session.run, expected)


def test_a_run_that_failed_in_its_first_epoch_cannot_continue(session, train):
    assert train(learning_rate=1e6, epochs=5).state is SessionState.FAILED
    assert session.history == []
    assert "nothing to continue" in session.obstacle


def test_an_unexpected_failure_leaves_the_weights_of_the_last_epoch(session, train, continue_run, monkeypatch):
    train()

    def broken(_event):
        raise RuntimeError("unexpected")

    with monkeypatch.context() as patch:
        patch.setattr(worker_module, "_describe_end", broken)
        patch.setattr(Mailbox, "wants_weights", True)  # as if the window had taken the weights of each epoch in time
        assert continue_run().state is SessionState.FAILED
    assert len(session.history) == 6
    assert continue_run().state is SessionState.FINISHED
    assert [epoch.epoch for epoch in session.history] == list(range(1, 10))


def test_a_run_that_stopped_early_says_how_it_can_continue(session, train, continue_run):
    train(early_stopping=2, epochs=200, learning_rate=0.5, momentum=0.9)
    done = len(session.history)
    assert done < 200
    assert "set Early stopping to 0" in session.obstacle
    continue_run(early_stopping=0, epochs=done + 1)
    assert len(session.history) == done + 1


def test_weights_from_a_file_continue_to_count_their_epochs(session, train, continue_run):
    train()
    session.use_snapshot(session.snapshot)
    assert session.run.config is None
    run = continue_run()
    assert run.state is SessionState.FINISHED
    assert [epoch.epoch for epoch in run.history] == [1, 2, 3, 4, 5, 6]
    assert [epoch.epoch for epoch in run.snapshot.history] == [1, 2, 3, 4, 5, 6]
    assert "optimiser starts without state" in run.config.note
    assert run.history[3].training_loss < run.history[0].training_loss


def test_continuing_and_stopping_at_once_changes_nothing(qtbot, session, train, wait_for, continue_run):
    train(momentum=0.9)
    weights = session.snapshot
    session.continue_run(steps=0)
    wait_for(SessionState.PAUSED)
    session.stop()
    wait_for()
    for name, tensor in weights.tensors.items():
        np.testing.assert_array_equal(session.snapshot.tensors[name], tensor)
    continue_run()
    assert_same(session.run, train_undisturbed(qtbot, momentum=0.9, epochs=6))
