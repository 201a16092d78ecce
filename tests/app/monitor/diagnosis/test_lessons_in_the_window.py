"""Lessons trained by the real worker: the window finds what goes wrong, though it measures seldom."""

import pytest

from app.monitor.diagnosis import DiagnosisView
from app.training import Session, SessionState
from tinyml.storage import lesson_path

# What needs measurements of layers, facts about the data, and neither of them.
LESSONS = ("dead_units", "vanishing_gradient", "label_noise", "one_class", "divergence", "overfitting")


@pytest.mark.parametrize("name", LESSONS)
def test_a_lesson_is_diagnosed_in_the_window(qtbot, document, name) -> None:
    document.open(lesson_path(name))
    qtbot.waitUntil(lambda: not document.data_pending)
    session = Session(document)
    view = DiagnosisView(document, session)
    qtbot.addWidget(view)
    view.resize(260, 400)
    with qtbot.waitExposed(view):
        view.show()
    session.start()
    qtbot.waitUntil(lambda: session.state in (SessionState.FINISHED, SessionState.FAILED), timeout=60_000)
    view.refresh()
    qtbot.waitUntil(lambda: [each.rule for each in view.diagnoses][:1] == [name], timeout=20_000)
    session.shutdown()
    view.shutdown()
    session.deleteLater()
