"""The worker's side and the GUI's side of pause, resume, step and stop."""

import threading

import pytest

from app.training.run_control import RunControl


class Waiter:
    """Calls `may_continue` in another thread and records the answer."""

    def __init__(self, control):
        self.waits = threading.Event()
        self.answers = []
        self._thread = threading.Thread(target=self._ask, args=(control,))
        self._thread.start()

    def _ask(self, control):
        self.answers.append(control.may_continue(self.waits.set))

    def join(self):
        self._thread.join(60)
        assert not self._thread.is_alive()


@pytest.fixture
def no_report():
    return lambda: pytest.fail("the worker must not wait")


def test_a_running_worker_continues_without_a_report(no_report) -> None:
    assert RunControl().may_continue(no_report)


@pytest.mark.parametrize(("request_name", "answer"), [("resume", True), ("step", True), ("stop", False)])
def test_a_paused_worker_reports_and_waits_for_a_request(request_name, answer) -> None:
    control = RunControl(paused=True)
    waiter = Waiter(control)
    assert waiter.waits.wait(60)
    getattr(control, request_name)()
    waiter.join()
    assert waiter.answers == [answer]
    assert not control.waiting


def test_the_steps_are_used_up_before_the_pause(no_report) -> None:
    control = RunControl(paused=True, steps=2)
    for _ in range(2):
        assert control.may_continue(no_report)
        control.batch_done()
    waiter = Waiter(control)
    assert waiter.waits.wait(60)
    control.stop()
    waiter.join()


def test_a_stop_ends_also_a_running_worker(no_report) -> None:
    control = RunControl()
    control.stop()
    assert control.stopping
    assert not control.may_continue(no_report)


def test_a_pause_just_after_a_request_to_continue_is_reported_too() -> None:
    control = RunControl(paused=True)
    reports = []

    def report():
        reports.append(len(reports))
        if len(reports) == 1:
            # Both come before the worker waits, as they come before a waiting worker wakes.
            control.resume()
            control.pause()
        else:
            control.stop()

    assert not control.may_continue(report)
    assert reports == [0, 1]


def test_a_waiting_worker_reports_a_pause_that_overtakes_the_request_to_continue() -> None:
    control = RunControl(paused=True)
    reports = threading.Semaphore(0)
    answers = []
    thread = threading.Thread(target=lambda: answers.append(control.may_continue(reports.release)))
    thread.start()
    assert reports.acquire(timeout=60)
    with control._condition:
        control.resume()
        control.pause()
    assert reports.acquire(timeout=60)
    control.stop()
    thread.join(60)
    assert answers == [False]


def test_an_epoch_is_trained_until_it_is_done_or_a_pause_is_requested(no_report) -> None:
    for end in (RunControl.epoch_done, RunControl.pause):
        control = RunControl(paused=True)
        control.step_epoch()
        for _ in range(3):
            assert control.may_continue(no_report)
            control.batch_done()
        end(control)
        waiter = Waiter(control)
        assert waiter.waits.wait(60)
        control.stop()
        waiter.join()
        assert waiter.answers == [False]


def test_changes_and_requests_for_checkpoints_are_taken_once() -> None:
    control = RunControl()
    assert control.take_changes() == {}
    control.change("learning_rate", 0.1)
    control.change("epochs", 3)
    control.change("learning_rate", 0.2)
    assert control.take_changes() == {"learning_rate": 0.2, "epochs": 3}
    assert control.take_changes() == {}
    assert not control.take_checkpoint_request()
    control.request_checkpoint()
    assert control.take_checkpoint_request()
    assert not control.take_checkpoint_request()


def test_a_request_for_a_checkpoint_while_the_worker_looks_for_one_is_not_lost() -> None:
    class Overtaken(RunControl):
        """The GUI thread asks just after the worker has looked."""

        wanted = asked = False

        @property
        def _wants_checkpoint(self):
            before, self.wanted, self.asked = self.wanted, self.wanted or not self.asked, True
            return before

        @_wants_checkpoint.setter
        def _wants_checkpoint(self, wanted):
            self.wanted = wanted

    control = Overtaken()
    assert not control.take_checkpoint_request()
    assert control.take_checkpoint_request()
    assert not control.take_checkpoint_request()
