"""The worker waits while the window has events to handle."""

import threading

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QObject

from app.training import priority
from app.training.mailbox import Mailbox
from app.training.priority import PriorityGate
from app.training.run_control import RunControl
from app.training.training_config import freeze_config
from app.training.worker import Finished, Worker
from tinyml.learner import Evaluation, TrainingSetup


class Waiter:
    """Waits at a gate in another thread, as a worker does."""

    def __init__(self, gate):
        self.through = threading.Event()
        self._gate = gate
        self._thread = threading.Thread(target=self._wait)
        self._thread.start()

    def _wait(self):
        self._gate.wait()
        self.through.set()

    def join(self):
        self._thread.join(60)


class Handler(QObject):
    """Calls a function while it handles an event."""

    def __init__(self, function):
        super().__init__()
        self._function = function

    def event(self, event):
        if event.type() == QEvent.Type.User:
            self._function()
        return super().event(event)


@pytest.fixture
def patient(monkeypatch):
    """Make the worker wait at a shut gate until the event loop sleeps."""
    monkeypatch.setattr(priority, "LONGEST_WAIT", 60)


@pytest.fixture
def gate(qapp):
    gate = PriorityGate(qapp)
    yield gate
    gate.close()


@pytest.mark.usefixtures("patient")
def test_the_gate_is_shut_while_an_event_is_handled_and_opens_when_the_loop_sleeps(qtbot, gate):
    waiters = []

    def handle():
        waiters.append(Waiter(gate))
        waiters.append(waiters[0].through.wait(0.1))

    handler = Handler(handle)
    QCoreApplication.postEvent(handler, QEvent(QEvent.Type.User))
    qtbot.waitUntil(lambda: len(waiters) == 2)
    waiter, went_through_while_the_event_was_handled = waiters
    assert not went_through_while_the_event_was_handled
    qtbot.waitUntil(waiter.through.is_set)
    waiter.join()


@pytest.mark.usefixtures("patient")
def test_a_loop_that_falls_asleep_while_the_worker_comes_to_the_gate_does_not_leave_it_waiting(qapp, gate):
    gate.eventFilter(qapp, QEvent(QEvent.Type.User))

    class Sleepy(threading.Event):
        """The loop falls asleep just before the worker begins to wait."""

        def clear(self):
            super().clear()
            gate.open()
            super().clear()  # as if it had been opened a moment earlier

    gate._idle = Sleepy()
    waiter = Waiter(gate)
    waiter.join()
    assert waiter.through.is_set()


@pytest.mark.usefixtures("patient")
def test_closing_opens_the_gate(qapp):
    gate = PriorityGate(qapp)
    gate.eventFilter(qapp, QEvent(QEvent.Type.User))
    waiter = Waiter(gate)
    assert not waiter.through.wait(0.05)
    gate.close()
    waiter.join()
    assert waiter.through.is_set()


@pytest.mark.usefixtures("patient")
def test_an_opened_gate_lets_a_waiting_worker_continue_while_the_window_is_busy(qapp, gate):
    gate.eventFilter(qapp, QEvent(QEvent.Type.User))
    waiter = Waiter(gate)
    assert not waiter.through.wait(0.05)
    gate.open()
    waiter.join()
    assert waiter.through.is_set()


def test_a_busy_window_cannot_starve_the_worker(qapp, gate):
    gate.eventFilter(qapp, QEvent(QEvent.Type.User))
    waiter = Waiter(gate)
    waiter.join()
    assert waiter.through.is_set()


class CountingGate:
    """Records how much was done whenever the worker waited for the window."""

    def __init__(self, done):
        self._done = done
        self.seen = []

    def wait(self):
        self.seen.append(len(self._done))


def test_the_worker_waits_for_the_window_after_every_batch_and_every_part_of_the_test(document, monkeypatch):
    done = []
    mailbox = Mailbox()
    monkeypatch.setattr(mailbox, "put_batch", done.append)

    def three_parts(_setup):
        for part in range(3):
            done.append(part)
            yield Evaluation(0.5, 0.5)

    monkeypatch.setattr(TrainingSetup, "test_in_parts", three_parts)
    gate = CountingGate(done)
    worker = Worker(freeze_config(document), RunControl(), mailbox, gate)
    outcomes = []
    worker.ended.connect(lambda _config, outcome: outcomes.append(outcome))
    worker.run()
    assert [type(outcome) for outcome in outcomes] == [Finished]
    assert len(done) > 100
    assert set(gate.seen) == set(range(len(done) + 1))


def test_a_worker_that_must_stop_does_not_wait_for_the_window(document, monkeypatch):
    done, mailbox, control = [], Mailbox(), RunControl()

    def put(event):
        done.append(event)
        if len(done) == 3:
            control.stop()

    monkeypatch.setattr(mailbox, "put_batch", put)
    gate = CountingGate(done)
    Worker(freeze_config(document), control, mailbox, gate).run()
    assert gate.seen == [0, 1, 2]
