"""The panel of the layer statistics: what it shows of which run, and when it computes."""

from PySide6.QtCore import Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel

from app.training import Run, SessionState
from app.training.curves import RunCurves
from tests.app.monitor.layers.measurements import add, measure, record, small_network
from tinyml.diagnosis import Probe
from tinyml.learner import EpochFinished
from tinyml.learner.layer_stats import LayerStats


def text(panel, name: str) -> str:
    return panel.findChild(QLabel, name).text().replace("\N{NO-BREAK SPACE}", " ")


def shown_names(panel) -> list[str]:
    return [row.stats.layer for row in panel.table.model().rows]


def test_before_the_first_run_it_says_what_to_do(panel, session) -> None:
    assert panel.findChild(QLabel, "layers_empty").isVisible()
    assert "Press Train (F5)" in text(panel, "layers_empty")
    assert not panel.now_button.isVisible()
    session.begin()
    session.learn([1.0])
    assert "first measurement" in text(panel, "layers_empty")
    record(session.run.layer_history, 2)
    panel.refresh()
    assert panel.table.isVisible()
    assert panel.now_button.isVisible()


def test_a_probe_of_the_last_weights_says_how_many_units_are_dead(qtbot, panel, session) -> None:
    session.begin()
    record(session.run.layer_history, 3)
    panel.refresh()

    def units() -> str:
        rows = {row.stats.layer: row for row in panel.table.model().rows}
        return rows["relu_1"].units.text.replace("\N{NO-BREAK SPACE}", " ")

    assert units() == "4 % dead"
    panel.show_probe(session.run, Probe(256, (LayerStats("relu_1", dead=0.6),)))
    panel.refresh()
    assert units() == "4 % dead"  # the run still trains
    session.enter(SessionState.STOPPED)
    panel.refresh()
    assert units() == "60 % dead"
    panel.show_probe(session.run, None)
    qtbot.waitUntil(lambda: units() == "4 % dead")
    panel.show_probe(Run(), Probe(256, (LayerStats("relu_1", dead=0.6),)))
    panel.refresh()
    assert units() == "4 % dead"


def test_a_run_without_measurements_says_so(panel, session) -> None:
    session.show_run([EpochFinished(1, 1, 0.5, 0.5, None, None, 1.0)])
    assert "No layer statistics are kept" in text(panel, "layers_empty")


def test_new_measurements_arrive_by_themselves(qtbot, panel, session) -> None:
    session.begin()
    record(session.run.layer_history, 1)
    session.learn([1.0])
    qtbot.waitUntil(lambda: len(shown_names(panel)) == 6)
    assert "every 10th batch · step 10" in text(panel, "layers_moment")
    record(session.run.layer_history, 420, first=1)
    session.learn([1.0])
    qtbot.waitUntil(lambda: "step 4 210" in text(panel, "layers_moment"))


def test_a_hidden_panel_computes_nothing_and_is_up_to_date_when_shown(qtbot, panel, session, monkeypatch) -> None:
    panel.hide()
    monkeypatch.setattr(panel, "_rows", lambda: (_ for _ in ()).throw(AssertionError("it computes")))
    session.begin()
    record(session.run.layer_history, 5)
    session.learn([1.0] * 5)
    session.enter(SessionState.PAUSED)
    assert not any(timer.isActive() for timer in panel.findChildren(QTimer))
    monkeypatch.undo()
    assert shown_names(panel) == []
    panel.show()
    assert len(shown_names(panel)) == 6


def test_nothing_is_painted_while_no_measurement_is_new(qtbot, panel, session) -> None:
    session.begin()
    record(session.run.layer_history, 5)
    panel.refresh()
    refreshed: list[int] = []
    panel._pace.due.connect(lambda: refreshed.append(session.run.batches_done))
    session.learn([1.0] * 5)
    assert not panel._pace.waiting
    record(session.run.layer_history, 1, first=5)
    session.learn([1.0])
    assert panel._pace.waiting
    qtbot.waitUntil(lambda: bool(refreshed))
    assert refreshed == [6]


def test_the_last_measurement_is_shown_when_the_run_ends(panel, session) -> None:
    session.begin()
    record(session.run.layer_history, 3)
    session.enter(SessionState.FINISHED)
    assert "step 30" in text(panel, "layers_moment")
    assert len(shown_names(panel)) == 6


def test_an_earlier_run_shows_its_own_layers(panel, session, measured_run) -> None:
    panel.refresh()
    other = Run(curves=RunCurves(3))
    add(other.layer_history, 7, measure("fc"))
    session.run = other
    session.run_changed.emit()
    assert shown_names(panel) == ["fc"]
    session.run = measured_run
    session.run_changed.emit()
    assert shown_names(panel) == [stats.layer for stats in small_network()]


def test_a_heat_map_of_an_earlier_run_is_not_kept(qtbot, panel, session, measured_run) -> None:
    panel.time_button.click()
    panel.refresh()
    panel.grab()
    maps, cell = panel.table.model().heat_maps, ("conv_1", "weights")
    qtbot.waitUntil(lambda: maps.find(cell) is not None)
    assert maps.find(cell).shares.shape[1] == 20
    session.run = Run(curves=RunCurves(3))
    record(session.run.layer_history, 3)
    session.run_changed.emit()
    assert maps.find(cell) is None
    qtbot.waitUntil(lambda: maps.find(cell) is not None)
    assert maps.find(cell).shares.shape[1] == 3


def test_the_page_of_a_layer_opens_and_closes(qtbot, panel, measured_run) -> None:
    panel.refresh()
    panel.open_layer("linear_1")
    assert panel.page.isVisible()
    assert text(panel, "layer_page_title") == "linear_1"
    assert not panel.table.isVisible()
    QTest.keyClick(panel.page.back_button, Qt.Key.Key_Escape)
    assert panel.table.isVisible()
    assert panel.table.currentIndex().row() == 4
    panel.open_layer("conv_1")
    QTest.mouseClick(panel.page.back_button, Qt.MouseButton.LeftButton)
    assert panel.table.isVisible()
    assert panel.opened_layer == ""


def test_esc_without_an_open_layer_is_left_to_the_window(panel, measured_run) -> None:
    panel.refresh()
    QTest.keyClick(panel.table, Qt.Key.Key_Escape)
    assert panel.table.isVisible()


def test_an_unknown_layer_is_not_opened(panel, measured_run) -> None:
    panel.refresh()
    panel.open_layer("conv_99")
    assert panel.table.isVisible()


def test_the_page_is_left_when_a_run_does_not_have_the_layer(panel, session, measured_run) -> None:
    panel.refresh()
    panel.open_layer("conv_1")
    other = Run(curves=RunCurves(3))
    add(other.layer_history, 7, LayerStats("fc"))
    session.run = other
    session.run_changed.emit()
    assert panel.table.isVisible()
    assert panel.opened_layer == ""


def test_a_new_run_of_the_same_network_stays_on_the_page(panel, session, measured_run) -> None:
    panel.refresh()
    panel.open_layer("conv_1")
    session.begin()
    record(session.run.layer_history, 1)
    panel.refresh()
    assert panel.page.isVisible()
    assert len(panel.page.norm_chart.positions) == 1


def test_the_switch_works_with_the_keyboard(panel, measured_run) -> None:
    panel.refresh()
    panel.now_button.setFocus()
    QTest.keyClick(panel.now_button, Qt.Key.Key_Right)
    assert panel.through_time
    QTest.keyClick(panel.time_button, Qt.Key.Key_Left)
    assert not panel.through_time
