"""Lessons trained by the real worker: the window finds what goes wrong, though it measures seldom."""

import pytest

from app.monitor.diagnosis import DiagnosisView
from app.monitor.layers.judgement import format_share
from app.monitor.train_page import TrainPage
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
    qtbot.waitUntil(lambda: session.state in (SessionState.FINISHED, SessionState.FAILED))
    view.refresh()
    qtbot.waitUntil(lambda: [each.rule for each in view.diagnoses][:1] == [name])
    session.shutdown()
    view.shutdown()
    session.deleteLater()


def test_the_table_of_the_layers_and_the_diagnosis_say_the_same_at_the_end(qtbot, document) -> None:
    document.open(lesson_path("dead_units"))
    qtbot.waitUntil(lambda: not document.data_pending)
    session = Session(document)
    page = TrainPage(document, session)
    qtbot.addWidget(page)
    page.resize(1300, 760)
    with qtbot.waitExposed(page):
        page.show()
    session.start()
    qtbot.waitUntil(lambda: session.state is SessionState.FINISHED)
    page.diagnosis.refresh()
    with qtbot.waitSignal(page.diagnosis.probed, check_params_cb=lambda _run, probe: bool(probe)) as end:
        pass
    dead = {stats.layer: stats.dead for stats in end.args[1].layers if stats.dead is not None}
    page.layers.refresh()
    shown = {row.stats.layer: row.units.text for row in page.layers.table.model().rows}
    assert dead
    assert {layer: shown[layer] for layer in dead} == {layer: f"{format_share(dead[layer])} dead" for layer in dead}
    page.shutdown()
    session.shutdown()
    session.deleteLater()
