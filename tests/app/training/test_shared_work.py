"""Work that several threads wait for is done once, and stops when none of them waits."""

import threading
from concurrent.futures import ThreadPoolExecutor
from itertools import count

import pytest

from app.training.shared_work import SharedWork, WorkCancelledError
from tinyml.core import DataError


class LeftError(Exception):
    """A thread does not want to wait any more."""


class SlowWork:
    """Works until it is told to return, and reports its progress."""

    def __init__(self):
        self.started, self.go, self.ended = threading.Event(), threading.Event(), threading.Event()
        self.calls = 0
        self.stopped_with = None

    def __call__(self, report):
        self.calls += 1
        self.started.set()
        try:
            for step in count():
                report(min(step / 1000, 1.0))
                if self.go.wait(0.001):
                    return "result"
        except Exception as error:
            self.stopped_with = error
            raise
        finally:
            self.ended.set()


@pytest.fixture
def work():
    work = SlowWork()
    yield work
    work.go.set()


@pytest.fixture
def threads():
    with ThreadPoolExecutor(4) as threads:
        yield threads


def leave_when(event):
    def progress(_share):
        if event.is_set():
            raise LeftError

    return progress


def test_all_threads_get_the_result_of_one_call(work, threads):
    shared, shares = SharedWork(), []
    waiting = [threads.submit(shared.wait_for, "a", work, shares.append) for _ in range(3)]
    assert work.started.wait(60)
    while len([share for share in shares if share > 0]) < 3:
        assert not work.ended.is_set()
    work.go.set()
    assert [future.result(60) for future in waiting] == ["result"] * 3
    assert work.calls == 1
    assert all(0 <= share <= 1 for share in shares)


def test_a_thread_that_leaves_does_not_disturb_the_others(work, threads):
    shared, leaves = SharedWork(), threading.Event()
    stays = threads.submit(shared.wait_for, "a", work, lambda _share: None)
    assert work.started.wait(60)
    goes = threads.submit(shared.wait_for, "a", work, leave_when(leaves))
    leaves.set()
    with pytest.raises(LeftError):
        goes.result(60)
    assert not work.ended.is_set()
    work.go.set()
    assert stays.result(60) == "result"
    assert work.calls == 1


def test_work_stops_when_the_last_thread_leaves_and_starts_again_for_the_next_one(work, threads):
    shared, leaves = SharedWork(), threading.Event()
    waiting = [threads.submit(shared.wait_for, "a", work, leave_when(leaves)) for _ in range(2)]
    assert work.started.wait(60)
    leaves.set()
    for future in waiting:
        with pytest.raises(LeftError):
            future.result(60)
    assert work.ended.wait(60)
    assert isinstance(work.stopped_with, WorkCancelledError)
    assert shared.wait_for("a", lambda _report: "second", lambda _share: None) == "second"


def test_a_thread_can_leave_work_that_does_not_answer(threads):
    shared, leaves, hangs = SharedWork(), threading.Event(), threading.Event()
    waiting = threads.submit(shared.wait_for, "a", lambda _report: hangs.wait(), leave_when(leaves))
    other = shared.wait_for("b", lambda _report: "other")
    leaves.set()
    with pytest.raises(LeftError):
        waiting.result(60)
    assert other == "other"
    hangs.set()


def test_cancel_ends_the_waiting_of_all_threads_at_once(work, threads):
    shared = SharedWork()
    waiting = [threads.submit(shared.wait_for, "a", work, lambda _share: None) for _ in range(3)]
    assert work.started.wait(60)
    while shared._running["a"].waiting < 3:
        assert not work.ended.is_set()
    shared.cancel("a", "No more.")
    for future in waiting:
        with pytest.raises(WorkCancelledError, match="No more"):
            future.result(60)
    assert work.ended.wait(60)
    shared.cancel("a", "Nothing runs.")
    assert shared.wait_for("a", lambda _report: 7) == 7


def test_every_thread_gets_the_exception(threads):
    def fail(_report):
        raise DataError("The folder is empty.")

    shared = SharedWork()
    for _ in range(2):
        with pytest.raises(DataError, match="empty"):
            shared.wait_for("a", fail, lambda _share: None)
