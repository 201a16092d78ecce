"""The progress in the title, the batch in the status bar, and the notice at the end of a run in the background."""

import pytest
from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QApplication, QLabel

from app.document import edits
from app.training import SessionState

ENDED = (SessionState.FINISHED, SessionState.STOPPED, SessionState.FAILED)


@pytest.fixture
def circle(make_window):
    return make_window("circle")


@pytest.fixture
def alerts(monkeypatch):
    shown = []
    monkeypatch.setattr(QApplication, "alert", lambda window, *_: shown.append(window))
    return shown


def pause_in_the_middle(qtbot, window):
    window.document.apply(edits.change_training(window.document.project, epochs=2))
    window.session.step_epoch()
    qtbot.waitUntil(lambda: window.session.state is SessionState.PAUSED)


def test_the_title_begins_with_the_share_that_is_done(qtbot, circle):
    name = circle.windowTitle()
    pause_in_the_middle(qtbot, circle)
    qtbot.waitUntil(lambda: circle.windowTitle().startswith("50\N{NO-BREAK SPACE}% – "))
    circle.session.resume()
    qtbot.waitUntil(lambda: circle.session.state in ENDED)
    assert circle.windowTitle() == name


def test_a_paused_run_says_at_which_batch(qtbot, circle):
    pause_in_the_middle(qtbot, circle)
    circle.session.step()
    qtbot.waitUntil(lambda: circle.session.state is SessionState.PAUSED)
    epoch = circle.status.findChild(QLabel, "status_epoch")
    batches = circle.session.run.batches_per_epoch
    assert epoch.text() == f"epoch 2 / 2 · batch 1 / {batches}"
    circle.session.resume()
    qtbot.waitUntil(lambda: circle.session.state in ENDED)
    assert epoch.text() == "epoch 2 / 2"


@pytest.mark.parametrize("in_front", [True, False])
def test_a_run_that_ends_in_the_background_is_announced_quietly(qtbot, circle, alerts, monkeypatch, in_front):
    monkeypatch.setattr(circle.progress, "_is_in_front", lambda: in_front)
    pause_in_the_middle(qtbot, circle)
    circle.session.resume()
    qtbot.waitUntil(lambda: circle.session.state in ENDED)
    assert alerts == ([] if in_front else [circle])
    assert circle.windowTitle().startswith("finished – ") is not in_front
    QApplication.sendEvent(circle, QEvent(QEvent.Type.WindowActivate))
    assert not circle.windowTitle().startswith("finished – ")


def test_a_run_that_the_user_stops_is_not_announced(qtbot, circle, alerts, monkeypatch):
    monkeypatch.setattr(circle.progress, "_is_in_front", lambda: False)
    pause_in_the_middle(qtbot, circle)
    circle.session.stop()
    qtbot.waitUntil(lambda: circle.session.state in ENDED)
    assert alerts == []
