"""Which weights the inspection uses: it follows the run until the user chooses an epoch."""

import numpy as np
import pytest

from app.document import edits
from app.training import Inspection, SessionState
from app.training.epoch_weights import EpochWeights
from app.training.run import Run
from app.training.snapshot_files import export_snapshot, load_snapshot
from tests.app.training.conftest import circle_project


@pytest.fixture
def inspection(document, session):
    inspection = Inspection(document, session)
    yield inspection
    inspection.shutdown()


@pytest.fixture
def epochs(inspection):
    return inspection.epochs


def wait_for(qtbot, session, *states):
    qtbot.waitUntil(lambda: session.state in states)


@pytest.fixture
def trained(qtbot, inspection, session):
    """A finished run of three epochs."""
    session.start()
    wait_for(qtbot, session, SessionState.FINISHED)
    return session.run


def test_before_the_first_run_there_is_nothing_to_choose(epochs):
    assert (epochs.stops, epochs.place, epochs.size) == ((), -1, 0)
    assert "Train (F5)" in epochs.missing
    epochs.choose(0)
    assert epochs.following


def test_after_a_run_the_newest_weights_are_used_until_an_epoch_is_chosen(qtbot, inspection, epochs, trained):
    assert (epochs.stops, epochs.place, epochs.total, epochs.missing) == ((0, 1, 2, 3), 3, 3, "")
    assert inspection.snapshot is trained.snapshot
    epochs.choose(1)
    assert not epochs.following
    assert (epochs.place, epochs.stops) == (1, (0, 1, 2, 3))
    assert inspection.snapshot is epochs.chosen
    assert inspection.snapshot.tensors is trained.epoch_weights.tensors(1)
    assert epochs.describe(inspection.snapshot) == "weights after epoch 1 of 3"
    qtbot.waitUntil(lambda: inspection.sample_trace is not None and inspection.sample_trace.snapshot is epochs.chosen)
    epochs.choose(3)
    assert epochs.following
    assert inspection.snapshot is trained.snapshot


def test_the_forward_pass_is_that_of_a_network_with_the_weights_of_the_epoch(qtbot, inspection, epochs, trained):
    epochs.choose(1)
    qtbot.waitUntil(lambda: inspection.sample_trace is not None and inspection.sample_trace.snapshot is epochs.chosen)
    net = epochs.chosen.make_net()
    assert np.array_equal(inspection.sample_trace.output, net.predict(inspection.sample_trace.trace.input)[0])


def test_the_untrained_weights_are_the_first_stop(epochs, trained):
    epochs.choose(0)
    assert not epochs.chosen.trained
    assert epochs.describe(epochs.chosen) == "untrained weights"
    assert epochs.chosen.tensors is trained.epoch_weights.tensors(0)


def test_choosing_the_same_epoch_or_one_that_does_not_exist_tells_nothing(qtbot, epochs, trained):
    epochs.choose(1)
    with qtbot.assertNotEmitted(epochs.changed):
        epochs.choose(1)
        epochs.choose(-1)
        epochs.choose(4)


def test_a_run_is_followed_and_a_user_who_moves_away_stays(qtbot, inspection, session, document, epochs):
    document.apply(edits.change_training(document.project, epochs=400))
    session.start()
    qtbot.waitUntil(lambda: len(session.history) > 3 and inspection.snapshot is session.snapshot)
    assert epochs.place == len(epochs.stops) - 1
    epochs.choose(2)
    chosen, seen = epochs.chosen, len(session.history)
    qtbot.waitUntil(lambda: len(session.history) > seen + 3)
    assert epochs.chosen is chosen is inspection.snapshot
    assert (epochs.place, epochs.total) == (2, 400)
    epochs.follow()
    assert inspection.snapshot is session.snapshot
    session.stop()
    wait_for(qtbot, session, SessionState.STOPPED)
    assert inspection.snapshot is session.snapshot


def test_weights_from_the_middle_of_an_epoch_are_one_more_stop(qtbot, session, inspection, epochs):
    session.start(one_epoch=True)
    wait_for(qtbot, session, SessionState.PAUSED)
    assert epochs.stops == (0, 1)
    session.step()
    wait_for(qtbot, session, SessionState.PAUSED)
    qtbot.waitUntil(lambda: session.snapshot.within_epoch)
    assert (epochs.stops, epochs.place) == ((0, 1, 2), 2)
    assert epochs.describe(session.snapshot) == "weights from the middle of epoch 2 of 3"
    epochs.choose(1)
    assert epochs.chosen is not None
    assert not epochs.chosen.within_epoch
    epochs.choose(2)
    assert epochs.following
    session.stop()
    wait_for(qtbot, session, SessionState.STOPPED)
    assert epochs.describe(session.snapshot) == "weights from the middle of epoch 2"  # not "of 1"


def test_a_chosen_epoch_stays_although_the_run_drops_it(epochs, trained):
    epochs.choose(1)
    trained.epoch_weights.clear()
    assert {1, 3} <= set(epochs.stops) <= {1, 2, 3}  # with the best one
    assert epochs.stops[epochs.place] == 1


def test_a_new_run_is_followed_and_clears_the_epochs_of_the_one_before(qtbot, session, epochs, trained):
    epochs.choose(1)
    session.start()
    assert epochs.following
    wait_for(qtbot, session, SessionState.FINISHED)
    assert epochs.stops == (0, 1, 2, 3)
    session.show_previous_run()
    assert session.run is trained
    assert 3 in epochs.stops
    assert "gone" in epochs.missing
    assert epochs.snapshot is trained.snapshot


def test_the_best_weights_of_an_earlier_run_are_a_stop(qtbot, session, document, epochs, trained):
    trained.best = trained.best or trained.snapshot
    best = len(trained.best.history)
    trained.epoch_weights.clear()
    assert epochs.stops == tuple(sorted({best, 3}))
    assert epochs.best_place == epochs.stops.index(best)


def test_a_run_that_continues_keeps_the_chosen_epoch(qtbot, session, epochs, trained):
    epochs.choose(1)
    chosen = epochs.chosen
    session.continue_run(epochs=2)
    wait_for(qtbot, session, SessionState.FINISHED)
    assert epochs.chosen is chosen
    assert epochs.stops == (0, 1, 2, 3, 4, 5)


def test_with_restored_weights_the_last_epoch_can_still_be_chosen(qtbot, session, document, inspection, epochs):
    document.replace(circle_project(learning_rate=0.3, epochs=8, restore_best=True, seed=3))
    qtbot.waitUntil(lambda: inspection.samples is not None)
    session.start()
    wait_for(qtbot, session, SessionState.FINISHED)
    best = session.run.best_epoch.epoch
    assert epochs.stops == tuple(range(9))
    assert epochs.place == best
    assert epochs.describe(session.snapshot) == f"weights after epoch {best} of 8"
    epochs.choose(8)
    assert epochs.place == 8
    assert inspection.snapshot.tensors is session.run.epoch_weights.tensors(8) or best == 8


def test_a_model_file_has_the_weights_of_one_epoch(tmp_path, session, document, epochs, trained):
    path = export_snapshot(tmp_path / "model.safetensors", trained.snapshot)
    session.use_snapshot(load_snapshot(path, document.data))
    assert epochs.stops == (3,)
    assert epochs.place == 0
    assert "one epoch only" in epochs.missing


def test_an_edit_of_the_network_hides_the_epochs_and_undo_brings_them_back(
    qtbot, inspection, document, epochs, trained
):
    epochs.choose(1)
    document.apply(edits.change_settings(document.project, "linear_1", {"outputs": 9}))
    assert inspection.snapshot is not epochs.snapshot
    document.undo_stack.undo()
    assert inspection.snapshot is epochs.chosen


def test_no_predictions_are_requested_while_the_epochs_are_played(qtbot, inspection, epochs, trained):
    qtbot.waitUntil(lambda: inspection.predictions is not None and not inspection._predictor._job.busy)
    requested = []
    inspection._predictor._job.start = lambda function: requested.append(function)
    epochs.set_playing(True)
    for place in (0, 1, 2, 1, 0):
        epochs.choose(place)
        qtbot.waitUntil(lambda: inspection.sample_trace and inspection.sample_trace.snapshot is epochs.snapshot)
    assert requested == []
    epochs.set_playing(False)
    qtbot.waitUntil(lambda: len(requested) == 1)
    assert requested[0].args[0] is epochs.snapshot


def test_a_thinned_run_says_so(epochs, trained):
    thinned = EpochWeights(most_epochs=3)
    for epoch in range(4):
        thinned.add(epoch, trained.epoch_weights.tensors(epoch))
    trained.epoch_weights = thinned
    assert "evenly" in epochs.missing


def test_a_run_that_has_not_started_has_no_epochs(epochs, session):
    session.show_run(Run())
    assert epochs.stops == ()
    assert epochs.describe(None) == ""


def test_a_return_to_an_epoch_gives_the_same_weights_object(epochs, trained):
    epochs.choose(1)
    first = epochs.chosen
    epochs.choose(0)
    epochs.choose(1)
    assert epochs.chosen is first
    assert epochs.snapshot_after(1) is first


def test_an_epoch_of_another_run_has_other_weights(qtbot, epochs, session, trained):
    epochs.choose(1)
    first = epochs.chosen
    session.start()
    wait_for(qtbot, session, SessionState.FINISHED)
    epochs.choose(1)
    assert epochs.chosen is not first
    assert epochs.chosen.tensors is session.run.epoch_weights.tensors(1)


def test_a_choice_rests_after_a_moment_and_playing_never_does(qtbot, epochs, trained):
    qtbot.waitUntil(lambda: not epochs.moving)
    with qtbot.waitSignal(epochs.rested):
        epochs.choose(1)
        assert epochs.moving
    assert not epochs.moving
    epochs.set_playing(True)
    epochs.choose(2)
    with qtbot.assertNotEmitted(epochs.rested):
        qtbot.waitUntil(lambda: not epochs._rest_timer.isActive())
    assert epochs.moving
    with qtbot.waitSignal(epochs.rested):
        epochs.set_playing(False)
