"""Live views are refreshed in turn, and all together take a small share of the time."""

from itertools import groupby, pairwise
from time import perf_counter, thread_time

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QWidget

from app.widgets import paced_refresh
from app.widgets.paced_refresh import MOST_SAVED, SHARE, PacedRefresh


class View(QWidget):
    """A view that takes some processor time to refresh, and shows a number.

    Arguments:
        seconds: processor time of a refresh.
    """

    def __init__(self, seconds: float = 0.0, interval_ms: int = 0) -> None:
        super().__init__()
        self.number = 0
        self.shown: list[int] = []
        self.times: list[float] = []
        self.log: list[QWidget] = []
        self._seconds = seconds
        self.pace = PacedRefresh(self, interval_ms)
        self.pace.due.connect(self._on_due)

    def change(self) -> None:
        self.number += 1
        self.pace.request()

    def _on_due(self) -> None:
        self.times.append(perf_counter())
        end = thread_time() + self._seconds
        while thread_time() < end:
            pass
        self.shown.append(self.number)
        self.log.append(self)


@pytest.fixture
def make_view(qtbot):
    def make(*arguments, **further):
        view = View(*arguments, **further)
        qtbot.addWidget(view)
        view.show()
        return view

    return make


@pytest.fixture
def feed(qtbot):
    """Change views every millisecond until a condition holds."""

    def feed(views, condition):
        timer = QTimer(interval=1)
        for view in views:
            timer.timeout.connect(view.change)
        timer.start()
        qtbot.waitUntil(condition)
        timer.stop()

    return feed


@pytest.fixture
def pauses(monkeypatch):
    """The milliseconds before each turn, as they were planned; a busy machine takes longer. At most 100."""
    plan, planned = paced_refresh._Turns._plan, []

    def note(turns):
        plan(turns)
        if turns._next.isActive():
            planned.append(turns._next.interval())

    monkeypatch.setattr(paced_refresh._Turns, "_plan", note)
    monkeypatch.setattr(paced_refresh, "_LONGEST_PAUSE", 0.1)
    return planned


def test_the_newest_state_is_shown_soon(qtbot, make_view) -> None:
    view = make_view()
    for _ in range(5):
        view.change()
    qtbot.waitUntil(lambda: view.shown[-1:] == [5])
    assert len(view.shown) == 1
    assert not view.pace.waiting


def test_a_hidden_view_is_refreshed_when_it_is_shown_and_not_before(qtbot, make_view) -> None:
    view, other = make_view(), make_view()
    view.hide()
    view.change()
    other.change()
    qtbot.waitUntil(lambda: other.shown == [1])
    assert view.shown == []
    view.show()
    assert view.shown == [1]


def test_a_view_that_is_hidden_before_its_turn_catches_up_too(qtbot, make_view) -> None:
    view, other = make_view(), make_view()
    view.change()
    view.hide()
    other.change()
    qtbot.waitUntil(lambda: other.shown == [1])
    assert view.shown == []
    view.show()
    assert view.shown == [1]
    view.change()
    qtbot.waitUntil(lambda: view.shown == [1, 2])


def test_all_views_together_keep_to_their_share(make_view, feed) -> None:
    views = [make_view(0.01), make_view(0.01)]
    began = perf_counter()
    feed(views, lambda: perf_counter() > began + 1 and all(len(view.shown) >= 2 for view in views))
    spent = 0.01 * sum(len(view.shown) for view in views)
    # The last refresh may begin while there is still a little time left.
    assert spent <= SHARE * (perf_counter() - began) + MOST_SAVED + 0.02


def test_the_views_take_turns(make_view, feed) -> None:
    views = [make_view(0.01), make_view(0.01), make_view(0.01)]
    log = views[0].log
    for view in views:
        view.log = log
    feed(views, lambda: len(log) >= 9)
    assert all(len(list(group)) == 1 for _, group in groupby(log))
    assert max(map(log.count, views)) - min(map(log.count, views)) <= 1


def test_a_slow_view_can_ask_for_a_longer_interval(make_view, feed) -> None:
    view = make_view(interval_ms=100)
    feed([view], lambda: len(view.times) >= 5)
    assert all(later - earlier >= 0.099 for earlier, later in pairwise(view.times))


def test_a_very_slow_view_is_still_refreshed(make_view, feed, pauses) -> None:
    view = make_view(0.1)
    feed([view], lambda: len(view.shown) >= 4)
    assert max(pauses) <= 100


def test_slow_turns_are_forgotten_soon(make_view, feed, pauses) -> None:
    slow, quick = make_view(0.1), make_view()
    feed([slow], lambda: len(slow.shown) >= 4)
    slow.hide()
    pauses.clear()
    feed([quick], lambda: len(quick.shown) >= 10)
    assert sum(pause == 100 for pause in pauses) <= 3  # a debt of 0.4 s of work would need 80 pauses of 0.1 s


def test_a_view_can_be_deleted_before_its_turn(qtbot, make_view) -> None:
    gone, other = View(), make_view()
    gone.show()
    gone.change()
    other.change()
    gone.close()
    gone.deleteLater()
    qtbot.waitUntil(lambda: other.shown == [1])


def test_refresh_now_needs_no_turn(make_view) -> None:
    view = make_view()
    view.pace.catch_up()
    assert view.shown == []
    view.pace.refresh()
    assert view.shown == [0]
    view.change()
    view.pace.catch_up()
    assert view.shown == [0, 1]
