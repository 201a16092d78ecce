"""The weights that a run sends while an epoch lasts."""

from threading import Event

import pytest

from app.document.edits import change_training
from app.training import SessionState
from app.training import worker as worker_module
from app.training.run_control import RunControl
from tests.app.training.conftest import circle_project


@pytest.fixture
def slow_worker(session, monkeypatch):
    """Return a function that sends weights after each batch, and lets the worker wait for the window to take some."""

    def hold():
        taken, done = Event(), RunControl.batch_done

        def wait(control):
            done(control)
            assert taken.wait(60)

        session.snapshot_changed.connect(lambda: session.batches_done and taken.set())
        monkeypatch.setattr(RunControl, "batch_done", wait)
        monkeypatch.setattr(worker_module, "LIVE_SECONDS", 0.0)

    return hold


def test_a_small_network_sends_weights_in_the_middle_of_a_long_epoch(qtbot, session, document, slow_worker):
    slow_worker()
    document.replace(circle_project(epochs=1, batch_size=1))
    live = []
    session.snapshot_changed.connect(lambda: live.append((session.snapshot, session.state)))
    session.start()
    qtbot.waitUntil(lambda: session.state is SessionState.FINISHED)
    middle = [snapshot for snapshot, state in live if snapshot is not None and not snapshot.history]
    assert middle
    assert all(snapshot.trained for snapshot in middle)
    assert len(session.snapshot.history) == 1
    assert session.run.best is not None


def test_a_large_network_sends_weights_only_with_its_epochs(qtbot, session, document, monkeypatch):
    monkeypatch.setattr(worker_module, "LIVE_SECONDS", 0.0)
    monkeypatch.setattr(worker_module, "LARGEST_LIVE", 41)  # one parameter less than this network has
    document.replace(circle_project(epochs=1, batch_size=1))
    histories = []
    session.snapshot_changed.connect(lambda: histories.append(session.snapshot and session.snapshot.history))
    session.start()
    qtbot.waitUntil(lambda: session.state is SessionState.FINISHED)
    assert session.snapshot.history
    assert () not in histories


def test_a_first_epoch_that_fails_leaves_no_weights_from_its_middle(qtbot, session, document, slow_worker):
    session.start()
    qtbot.waitUntil(lambda: session.state is SessionState.FINISHED)
    good = session.snapshot
    slow_worker()
    document.apply(change_training(document.project, batch_size=1, learning_rate=3.0))
    live = []
    session.snapshot_changed.connect(lambda: live.append(session.snapshot))
    session.start()
    qtbot.waitUntil(lambda: session.state is SessionState.FAILED)
    assert not session.history
    assert any(snapshot is not good for snapshot in live)  # else there was nothing to forget
    assert session.snapshot is live[-1] is good
