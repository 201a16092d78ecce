"""The dialog of a sweep: what it offers, what it refuses, and its table and plot."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox, QLabel, QLineEdit, QPushButton

from app.monitor.runs.sweep_dialog import SweepDialog
from app.monitor.runs.sweep_plot import SweepPlot
from tests.app.training.conftest import circle_project
from tinyml.storage import Project


@pytest.fixture
def dialog(qtbot, panel) -> SweepDialog:
    QTest.mouseClick(panel.findChild(QPushButton, "runs_sweep"), Qt.MouseButton.LeftButton)
    dialog = panel.findChild(SweepDialog)
    qtbot.waitUntil(dialog.isVisible)
    return dialog


def button(dialog, name) -> QPushButton:
    return dialog.findChild(QPushButton, f"sweep_{name}")


def type_values(dialog, text) -> None:
    dialog.findChild(QLineEdit, "sweep_values").setText(text)


def hint(dialog) -> str:
    return dialog.findChild(QLabel, "sweep_hint").text()


def test_each_setting_brings_values_to_start_from(dialog) -> None:
    settings = dialog.findChild(QComboBox, "sweep_setting")
    titles = [settings.itemText(index) for index in range(settings.count())]
    assert titles == ["Learning rate", "Batch size", "Seed", "Outputs of linear_1"]
    assert "0.001, 0.01, 0.1, 1." in hint(dialog)
    settings.setCurrentIndex(3)
    assert "4, 8, 16." in hint(dialog)
    assert button(dialog, "start").isEnabled()
    assert not button(dialog, "stop").isEnabled()


def test_wrong_values_are_explained_while_they_are_typed(dialog) -> None:
    type_values(dialog, "0.1, abc")
    assert "“abc” is not a number" in hint(dialog)
    assert not button(dialog, "start").isEnabled()
    type_values(dialog, "0.1, 0.2")
    assert "2" in hint(dialog)
    assert button(dialog, "start").isEnabled()


def test_a_value_out_of_range_starts_nothing_and_says_why(dialog, session) -> None:
    type_values(dialog, "0.1, -2")
    button(dialog, "start").click()
    assert "Learning rate" in hint(dialog)
    assert not session.state.active


def test_the_results_are_one_table_and_one_plot(qtbot, dialog) -> None:
    type_values(dialog, "1000, 0.1, 0.05")
    button(dialog, "start").click()
    assert not button(dialog, "start").isEnabled()
    assert button(dialog, "stop").isEnabled()
    qtbot.waitUntil(lambda: not dialog.runner.running)
    assert [row[0] for row in dialog.texts] == ["1000", "0.1", "0.05"]
    assert [row[2] for row in dialog.texts] == ["diverged", "finished", "finished"]
    assert dialog.texts[0][-1] == "–"
    assert all(row[-1].endswith("%") for row in dialog.texts[1:])
    points = dialog.findChild(SweepPlot).points
    assert [value for value, _ in points] == [0.05, 0.1]
    assert all(0 <= result <= 1 for _, result in points)
    assert dialog.findChild(QLabel, "sweep_progress").text().startswith("3 of 3")
    assert button(dialog, "start").isEnabled()


def test_stop_ends_the_sweep_with_a_sentence(qtbot, dialog, session, document) -> None:
    document.show_project(circle_project(epochs=100_000))
    button(dialog, "start").click()
    qtbot.waitUntil(lambda: len(session.history) > 1)
    button(dialog, "stop").click()
    qtbot.waitUntil(lambda: not dialog.runner.running)
    assert "The sweep was stopped." in dialog.findChild(QLabel, "sweep_progress").text()
    assert dialog.texts[0][2] == "stopped"
    assert dialog.texts[1][2] == "waits"


def test_beside_an_active_run_no_sweep_can_start(qtbot, dialog, session, document) -> None:
    document.show_project(circle_project(epochs=100_000))
    session.start()
    assert not button(dialog, "start").isEnabled()
    assert "Stop the active run" in button(dialog, "start").toolTip()


def test_a_network_that_cannot_be_trained_is_refused_with_its_problem(dialog, document) -> None:
    document.show_project(Project())
    button(dialog, "start").click()
    assert "cannot be trained" in hint(dialog)


def test_the_sweep_continues_while_the_dialog_is_closed(qtbot, dialog, panel) -> None:
    type_values(dialog, "0.1, 0.05")
    button(dialog, "start").click()
    button(dialog, "close").click()
    assert not dialog.isVisible()
    qtbot.waitUntil(lambda: not dialog.runner.running)
    panel.open_sweep()
    assert panel.findChildren(SweepDialog) == [dialog]
    assert [row[2] for row in dialog.texts] == ["finished", "finished"]
