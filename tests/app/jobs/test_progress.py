import threading
import weakref
from itertools import count
from time import monotonic

import pytest

from app.jobs import BackgroundRunner, JobCancelledError, JobState, LatestJob
from app.jobs.job import PROGRESS_SECONDS
from tinyml.core import TinymlError


@pytest.fixture
def runner(qapp):
    runner = BackgroundRunner(idle_seconds=0.01)
    yield runner
    runner.shutdown()


class Reader:
    """A slow function that reports its progress until it is stopped."""

    def __init__(self):
        self.stopped_with = None
        self.ended = threading.Event()

    def __call__(self, progress):
        try:
            for step in count():
                progress(step / 1_000_000)
        except BaseException as error:
            self.stopped_with = error
            raise
        finally:
            self.ended.set()


def test_progress_arrives_in_this_thread_before_the_result(qtbot, runner):
    seen = []

    def read(progress):
        progress(0.25)
        return "read"

    job = runner.submit_with_progress(read)
    job.progressed.connect(lambda share: seen.append((share, threading.get_ident())))
    job.returned.connect(lambda result: seen.append((result, threading.get_ident())))
    qtbot.waitUntil(lambda: job.state.ended)
    assert seen == [(0.25, threading.get_ident()), ("read", threading.get_ident())]


def test_a_share_is_kept_between_0_and_1(qtbot, runner):
    for share, shown in ((-3.0, 0.0), (7.0, 1.0)):
        job = runner.submit_with_progress(lambda progress, share=share: progress(share))
        with qtbot.waitSignal(job.progressed) as signal:
            pass
        assert signal.args == [shown]


def test_fast_reports_are_thinned_out(qtbot, runner):
    shares = []

    def read(progress):
        began = monotonic()
        for step in range(100_000):
            progress(step / 100_000)
        return monotonic() - began

    job = runner.submit_with_progress(read)
    job.progressed.connect(shares.append)
    with qtbot.waitSignal(job.returned) as end:
        pass
    assert shares[0] == 0
    assert len(shares) <= 1 + end.args[0] / PROGRESS_SECONDS
    assert shares == sorted(shares)


def test_cancel_ends_the_job_at_once_and_stops_the_function_soon(qtbot, runner):
    reader, seen = Reader(), []
    job = runner.submit_with_progress(reader)
    for signal in (job.progressed, job.returned, job.failed):
        signal.connect(lambda *_values: seen.append("after the end" if job.state.ended else "before"))
    job.cancelled.connect(lambda: seen.append("cancelled"))
    with qtbot.waitSignal(job.progressed):
        pass
    job.cancel()
    assert job.state is JobState.CANCELLED
    assert seen[-1] == "cancelled"
    assert reader.ended.wait(60)
    assert isinstance(reader.stopped_with, JobCancelledError)
    with qtbot.waitSignal(runner.submit(int).returned):
        pass
    assert seen[-1] == "cancelled"
    assert "after the end" not in seen


@pytest.mark.parametrize("end", ["abandon", "shutdown"])
def test_a_runner_that_drops_its_jobs_stops_their_functions(qtbot, runner, end):
    reader = Reader()
    job = runner.submit_with_progress(reader)
    with qtbot.waitSignal(job.progressed):
        pass
    getattr(runner, end)()
    assert job.state is JobState.CANCELLED
    assert reader.ended.wait(60)


def test_a_function_that_hides_the_exception_still_cannot_report(qtbot, runner):
    hidden, go = threading.Event(), threading.Event()

    def read(progress):
        go.wait()
        try:
            progress(0.5)
        except JobCancelledError:
            hidden.set()
        return "read"

    seen = []
    job = runner.submit_with_progress(read)
    job.progressed.connect(seen.append)
    job.returned.connect(seen.append)
    qtbot.waitUntil(lambda: job.state is JobState.RUNNING)
    job.cancel()
    go.set()
    assert hidden.wait(60)
    with qtbot.waitSignal(runner.submit(int).returned):
        pass
    assert seen == []


def test_the_latest_job_passes_on_the_progress_of_the_newest_one_only(qtbot, runner):
    latest, shares = LatestJob(runner), []
    old = Reader()
    latest.progressed.connect(shares.append)
    with qtbot.waitSignal(latest.progressed):
        latest.start_with_progress(old)
    shares.clear()
    job = latest.start_with_progress(lambda progress: progress(1.0))
    qtbot.waitUntil(lambda: job.state.ended)
    assert old.ended.is_set()
    assert shares == [1.0]


def test_the_error_of_a_failed_job_is_kept_without_the_data_of_its_function(qtbot, runner):
    class Data:
        pass

    kept = []

    def read():
        data = Data()
        kept.append(weakref.ref(data))
        try:
            raise ValueError("inside")
        except ValueError as error:
            raise TinymlError("Unreadable.") from error

    latest = LatestJob(runner)
    assert latest.error is None
    with qtbot.waitSignal(latest.failed) as signal:
        latest.start(read)
    assert signal.args == ["Unreadable."]
    assert str(latest.error) == "Unreadable."
    qtbot.waitUntil(lambda: kept[0]() is None)
