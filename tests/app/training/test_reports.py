"""What the worker reports reaches the window: every number, and the newest weights when it matters."""

import math
import random
from threading import Event

import numpy as np
import pytest
from PySide6.QtCore import Qt

from app.document import edits
from app.training import SessionState
from app.training import worker as worker_module
from app.training.dataset_cache import load_splits
from app.training.mailbox import Mailbox
from app.training.priority import PriorityGate
from app.training.run_control import RunControl
from app.training.session import BUSY_MS, REFRESH_MS
from app.training.training_config import freeze_config
from app.training.worker import Worker
from tinyml.learner import BatchFinished, set_up_training

BUSY = (SessionState.RUNNING, SessionState.PAUSING)
ENDED = (SessionState.FINISHED, SessionState.STOPPED, SessionState.FAILED)


class OpenGate:
    """A gate of a window that has nothing to do."""

    def wait(self):
        pass


class CountingMailbox(Mailbox):
    """Counts the snapshots, and keeps them until the end."""

    def __init__(self):
        super().__init__()
        self.snapshots = []

    def put_snapshot(self, snapshot):
        self.snapshots.append(snapshot)
        super().put_snapshot(snapshot)


@pytest.fixture
def no_live_weights(monkeypatch):
    """Send weights at the end of epochs only, also if an epoch takes long."""
    monkeypatch.setattr(worker_module, "LIVE_SECONDS", math.inf)


def run_worker(document, mailbox, control=None):
    worker = Worker(freeze_config(document), control or RunControl(), mailbox, OpenGate())
    outcomes = []
    worker.ended.connect(lambda _config, outcome: outcomes.append(outcome))
    worker.run()
    assert len(outcomes) == 1
    return outcomes[0]


@pytest.mark.usefixtures("no_live_weights")
def test_weights_that_are_not_taken_are_not_copied_but_the_last_ones_are(document):
    document.apply(edits.change_training(document.project, epochs=20))
    mailbox = CountingMailbox()
    run_worker(document, mailbox)
    assert [len(snapshot.history) for snapshot in mailbox.snapshots] == [1, 20]
    assert [epoch.epoch for epoch in mailbox.take().epochs] == list(range(1, 21))


@pytest.mark.usefixtures("no_live_weights")
def test_weights_are_copied_after_each_epoch_if_the_window_takes_them(document):
    document.apply(edits.change_training(document.project, epochs=5))

    class TakenMailbox(CountingMailbox):
        def put_snapshot(self, snapshot):
            super().put_snapshot(snapshot)
            self.take()

    mailbox = TakenMailbox()
    run_worker(document, mailbox)
    assert [len(snapshot.history) for snapshot in mailbox.snapshots] == [1, 2, 3, 4, 5]


def test_the_last_best_weights_arrive_although_those_before_were_not_taken(document):
    document.apply(edits.change_training(document.project, epochs=12))
    mailbox = CountingMailbox()
    outcome = run_worker(document, mailbox)
    best = mailbox.take().best
    losses = [epoch.monitored_loss for epoch in mailbox.snapshots[-1].history]
    assert len(best.history) == 1 + losses.index(min(losses))
    assert outcome.checkpoint.state.best_epoch == len(best.history)


def test_the_weights_at_a_pause_are_those_of_the_last_batch_and_not_of_the_last_epoch(qtbot, session, document):
    document.apply(edits.change_training(document.project, epochs=10_000))
    session.start()
    qtbot.waitUntil(lambda: len(session.history) > 10)
    session.pause()
    qtbot.waitUntil(lambda: session.state is SessionState.PAUSED)
    # The session has processed the mail before it says that the run is paused.
    trained = {name: tensor.copy() for name, tensor in session._thread.worker._setup.net.named_tensors.items()}
    assert session.snapshot.history == tuple(session.history)
    assert session.batches_done == session._thread.worker._setup.learner._run.batches_done
    for name, tensor in session.snapshot.tensors.items():
        np.testing.assert_array_equal(tensor, trained[name])


EPOCHS = 6
COMMANDS = ("pause", "resume", "step", "step_epoch", "wait", "take")


@pytest.fixture
def losses(document):
    """Return the losses of all batches of a run without a window."""
    document.apply(edits.change_training(document.project, epochs=EPOCHS))
    config = freeze_config(document)
    setup = set_up_training(config.project.network, config.training, load_splits(config.project.data))
    return [event.loss for event in setup.run() if isinstance(event, BatchFinished)]


class Follower:
    """Gives commands to a session, and collects what it reports."""

    def __init__(self, qtbot, session):
        self._qtbot, self._session = qtbot, session
        self.batches, self.epochs, self.ends = [], [], []
        session.batches_finished.connect(self.batches.extend)
        session.epochs_finished.connect(self.epochs.extend)
        session.state_changed.connect(self._on_state_changed)

    def _on_state_changed(self):
        if self._session.state in ENDED:
            self.ends.append(self._session.state)

    def do(self, command):
        session = self._session
        if command == "wait":
            wanted = session.batches_done + 3
            self._qtbot.waitUntil(lambda: session.state not in BUSY or session.batches_done >= wanted)
        elif command == "take":
            session._process_mail()
        elif session.state.active:
            getattr(session, command)()

    def end(self, stop):
        """Stop, or train to the end: also after an epoch that was asked for alone, which ends with a pause."""
        session = self._session
        while session.state not in ENDED:
            session.stop() if stop else session.resume()
            self._qtbot.waitUntil(lambda: session.state in (*ENDED, SessionState.PAUSED))


@pytest.mark.parametrize("seed", range(20))
def test_no_report_is_lost_in_ten_random_sequences_of_commands(qtbot, session, document, losses, seed):
    """Every batch arrives once, in order, with the loss of the run without a window, and the last weights too."""
    rng = random.Random(seed)
    for _ in range(10):
        follower = Follower(qtbot, session)
        session.start()
        for _ in range(rng.randint(2, 8)):
            follower.do(rng.choice(COMMANDS))
        follower.end(stop=rng.random() < 0.5)
        batches, epochs = follower.batches, follower.epochs
        assert follower.ends == [session.state]
        assert [event.step for event in batches] == list(range(1, session.batches_done + 1))
        assert [event.epoch for event in epochs] == list(range(1, len(epochs) + 1))
        assert [event.loss for event in batches] == losses[: len(batches)]
        assert session.run.curves.loss.batches.y.tolist() == losses[: len(batches)]
        if batches:
            assert session.snapshot.history == tuple(epochs)
        if session.state is SessionState.FINISHED:
            assert len(epochs) == EPOCHS


def test_a_fast_run_is_visited_less_often_and_a_slow_one_again_more_often(session, document):
    batch = BatchFinished(1, 1, 10, 1, 10, 0.5, 0.5)
    session.run.curves.planned_epochs = 1
    for count, pause in ((10, REFRESH_MS), (2000, BUSY_MS), (2000, BUSY_MS), (10, REFRESH_MS)):
        for _ in range(count):
            session._mailbox.put_batch(batch)
        session._process_mail()
        assert session._timer.interval() == pause
    assert len(session.run.curves.loss.batches) == 4020


@pytest.mark.parametrize(("error", "state"), [(None, SessionState.FINISHED), (MemoryError(), SessionState.FAILED)])
def test_a_run_that_ends_just_before_the_window_closes_keeps_its_end(qtbot, session, monkeypatch, error, state):
    connected, ended, test = Event(), Event(), worker_module.TrainingSetup.test_in_parts

    def test_or_fail(setup):
        assert connected.wait(60)
        if error is not None:
            raise error
        return test(setup)

    monkeypatch.setattr(PriorityGate, "wait", lambda gate: None)
    monkeypatch.setattr(worker_module.TrainingSetup, "test_in_parts", test_or_fail)
    states = []
    session.state_changed.connect(lambda: states.append((session.state, session.closing)))
    session.start()
    session._thread.worker.ended.connect(lambda *_: ended.set(), Qt.ConnectionType.DirectConnection)
    connected.set()
    assert ended.wait(60)
    session.shutdown()
    assert states == [(SessionState.RUNNING, False), (state, True)]
    assert (session.test_loss is None) == (error is not None)
    assert session.message.startswith("Test accuracy" if error is None else "There is not enough memory")
    assert session.run.curves.loss.batches.x[-1] == 3
    assert not session.closing
