import gc
import threading
import weakref
from functools import partial

import pytest

from app.jobs import BackgroundRunner, JobState, LatestJob
from tinyml.core import TinymlError


@pytest.fixture
def runner(qapp):
    runner = BackgroundRunner(idle_seconds=0.01)
    yield runner
    runner.shutdown()


@pytest.fixture
def gate():
    """An event that a slow function waits for; set at the end of the test at the latest."""
    gate = threading.Event()
    yield gate
    gate.set()


class Events:
    """Records the final signals of jobs."""

    def __init__(self):
        self.seen = []

    def follow(self, job, name):
        job.returned.connect(lambda result: self.seen.append((name, "returned", result)))
        job.failed.connect(lambda sentence: self.seen.append((name, "failed", sentence)))
        job.cancelled.connect(lambda: self.seen.append((name, "cancelled")))
        return job


@pytest.fixture
def events():
    return Events()


def background_threads():
    return [thread for thread in threading.enumerate() if thread.name == "background"]


@pytest.fixture(autouse=True)
def no_earlier_threads(qtbot):
    """Wait for the end of the threads that earlier tests have left idle."""
    qtbot.waitUntil(lambda: background_threads() == [])


def raise_error(error):
    raise error


def wait_until_running(qtbot, job):
    qtbot.waitUntil(lambda: job.state is JobState.RUNNING)


def test_a_function_runs_in_another_thread_and_its_result_arrives_in_this_one(qtbot, runner):
    here = []
    job = runner.submit(threading.get_ident)
    job.returned.connect(lambda _result: here.append(threading.get_ident()))
    with qtbot.waitSignal(job.returned) as signal:
        pass
    assert signal.args[0] != threading.get_ident()
    assert here == [threading.get_ident()]
    assert job.state is JobState.RETURNED


@pytest.mark.parametrize(
    ("error", "sentence", "trace"),
    [(TinymlError("No such map."), "No such map.", ""), (ValueError("odd"), "ValueError: odd", "raise error")],
)
def test_a_failure_is_a_sentence_and_an_unexpected_one_prints_a_traceback(
    qtbot, runner, capsys, error, sentence, trace
):
    job = runner.submit(lambda: raise_error(error))
    with qtbot.waitSignal(job.failed) as signal:
        pass
    assert signal.args == [sentence]
    assert job.state is JobState.FAILED
    written = capsys.readouterr().err
    assert trace in written
    assert bool(written) == bool(trace)


def test_a_waiting_job_that_is_cancelled_never_runs(qtbot, runner, gate, events):
    ran = []
    first = events.follow(runner.submit(gate.wait), "first")
    second = events.follow(runner.submit(lambda: ran.append("second")), "second")
    third = events.follow(runner.submit(lambda: ran.append("third")), "third")
    wait_until_running(qtbot, first)
    assert second.state is JobState.WAITING
    second.cancel()
    assert events.seen == [("second", "cancelled")]
    gate.set()
    qtbot.waitUntil(lambda: third.state.ended)
    assert ran == ["third"]
    assert events.seen == [("second", "cancelled"), ("first", "returned", True), ("third", "returned", None)]


def test_a_running_job_that_is_cancelled_ends_at_once_and_its_late_result_is_dropped(qtbot, runner, gate, events):
    job = events.follow(runner.submit(gate.wait), "slow")
    wait_until_running(qtbot, job)
    job.cancel()
    assert job.state is JobState.CANCELLED
    assert events.seen == [("slow", "cancelled")]
    gate.set()
    after = runner.submit(lambda: "after")
    qtbot.waitUntil(lambda: after.state.ended)
    assert events.seen == [("slow", "cancelled")]


def test_cancel_drops_a_result_that_has_not_been_delivered(qtbot, runner, events):
    job = events.follow(runner.submit(lambda: "late"), "job")
    for thread in background_threads():
        thread.join(60)  # the result waits in the event queue
    job.cancel()
    after = runner.submit(lambda: "after")
    qtbot.waitUntil(lambda: after.state.ended)
    assert events.seen == [("job", "cancelled")]


@pytest.mark.parametrize("function", [lambda: 1, lambda: raise_error(TinymlError("no"))])
def test_cancelling_a_job_that_has_ended_changes_nothing(qtbot, runner, events, function):
    job = events.follow(runner.submit(function), "job")
    qtbot.waitUntil(lambda: job.state.ended)
    before = (job.state, list(events.seen))
    job.cancel()
    assert (job.state, events.seen) == before


def test_every_job_ends_exactly_once(qtbot, runner, events):
    jobs = []
    for number in range(200):
        function = (lambda: raise_error(TinymlError("no"))) if number % 3 else int
        jobs.append(events.follow(runner.submit(function), number))
        if number % 5 == 0:
            jobs[number // 2].cancel()
    qtbot.waitUntil(lambda: all(job.state.ended for job in jobs))
    assert sorted(event[0] for event in events.seen) == list(range(200))


def test_a_new_latest_job_cancels_the_previous_one(qtbot, runner, gate, events):
    latest = LatestJob(runner)
    answers = []
    latest.returned.connect(answers.append)
    jobs = [events.follow(latest.start(lambda: gate.wait() and "old"), 0)]
    wait_until_running(qtbot, jobs[0])
    jobs += [events.follow(latest.start(lambda number=number: number), number) for number in range(1, 5)]
    assert events.seen == [(number, "cancelled") for number in range(4)]
    assert latest.busy
    gate.set()
    qtbot.waitUntil(lambda: answers != [])
    assert not latest.busy
    assert answers == [4]


def test_an_idle_thread_ends(qtbot, runner):
    with qtbot.waitSignal(runner.submit(int).returned):
        pass
    qtbot.waitUntil(lambda: background_threads() == [])


def test_the_thread_waits_for_the_next_job_and_ends_with_the_shutdown(qtbot):
    runner = BackgroundRunner()
    threads = []
    for _ in range(2):
        with qtbot.waitSignal(runner.submit(threading.get_ident).returned) as signal:
            pass
        threads += signal.args
    assert threads[0] == threads[1]
    runner.shutdown()
    assert background_threads() == []


def test_shutdown_cancels_every_job_and_waits_for_the_running_function(qtbot, runner, gate, events):
    ran = []
    first = events.follow(runner.submit(lambda: gate.wait() and ran.append("first")), "first")
    events.follow(runner.submit(lambda: ran.append("second")), "second")
    wait_until_running(qtbot, first)
    first.cancelled.connect(gate.set)
    runner.shutdown()
    assert ran == ["first"]
    assert events.seen == [("first", "cancelled"), ("second", "cancelled")]
    assert background_threads() == []


def test_shutdown_drops_a_result_that_has_not_been_delivered(qtbot, runner, events):
    returned = threading.Event()
    job = events.follow(runner.submit(returned.set), "job")
    assert returned.wait(60)
    runner.shutdown()  # waits until the thread has sent the result
    qtbot.wait(60)
    assert events.seen == [("job", "cancelled")]
    assert job.state is JobState.CANCELLED


def test_shutdown_gives_up_on_a_function_that_hangs(qtbot, runner, gate, events):
    job = events.follow(runner.submit(gate.wait), "hangs")
    wait_until_running(qtbot, job)
    runner.shutdown(longest_wait=0.05)
    assert events.seen == [("hangs", "cancelled")]
    assert all(thread.daemon for thread in background_threads())


def test_a_job_after_the_shutdown_is_cancelled_after_its_owner_could_connect(qtbot, runner, events):
    runner.shutdown()
    job = events.follow(runner.submit(int), "late")
    qtbot.waitUntil(lambda: events.seen == [("late", "cancelled")])
    assert job.state is JobState.CANCELLED


def test_a_job_that_has_ended_keeps_no_data_alive(qtbot, runner, gate):
    class Data:
        pass

    data = Data()
    reference = weakref.ref(data)
    job = runner.submit(lambda data=data: gate.wait())
    del data
    wait_until_running(qtbot, job)
    job.cancel()
    gate.set()
    qtbot.waitUntil(lambda: background_threads() == [])
    gc.collect()
    assert reference() is None


@pytest.mark.parametrize("cancelled", [False, True])
def test_the_other_thread_deletes_nothing(qtbot, runner, gate, cancelled):
    """The function and its result can hold the last reference to a Qt object of this thread."""
    deleted_in = []

    def make_data():
        data = type("Data", (), {})()
        weakref.finalize(data, lambda: deleted_in.append(threading.current_thread()))
        return data

    def wait(_held):
        gate.wait()
        return make_data()

    job = runner.submit(partial(wait, make_data()))
    wait_until_running(qtbot, job)
    if cancelled:
        job.cancel()
    gate.set()
    qtbot.waitUntil(lambda: background_threads() == [])
    qtbot.waitUntil(lambda: len(deleted_in) == 2)
    assert set(deleted_in) == {threading.main_thread()}


def test_an_abandoned_function_does_not_delay_later_jobs(qtbot, runner, gate, events):
    hangs = events.follow(runner.submit(gate.wait), "hangs")
    waits = events.follow(runner.submit(int), "waits")
    wait_until_running(qtbot, hangs)
    runner.abandon()
    assert waits.state is JobState.CANCELLED
    assert events.seen == [("hangs", "cancelled"), ("waits", "cancelled")]
    with qtbot.waitSignal(runner.submit(int).returned):
        pass
    gate.set()
    qtbot.waitUntil(lambda: background_threads() == [])
    assert len(events.seen) == 2
