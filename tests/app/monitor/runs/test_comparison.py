"""Runs that are compared: what differs between them, and their curves beside those of the page."""

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel

from app.monitor.runs.comparison import MOST_COMPARED
from app.monitor.runs.run_list import swatch_area
from app.widgets.theme.theme import DARK, LIGHT, palette_for, run_color
from tests.app.monitor.runs.test_runs_panel import RATES, area_of, choose
from tests.app.training.conftest import circle_project


def test_the_table_shows_what_differs_between_the_selected_runs(panel, keep_runs) -> None:
    runs = keep_runs(*RATES)
    choose(panel, runs[2], runs[0])
    assert panel.findChild(QLabel, "runs_compared").text() == "run 3 · run 1"
    assert panel.comparison.table.texts == [["learning rate", "0.05", "0.5"], ["batch size", "20", "10"]]
    choose(panel, runs[1])
    assert panel.comparison.table.texts == [["learning rate", "0.1", "0.5"]], (
        "one run is compared with the run before it"
    )
    choose(panel, runs[0])
    assert panel.comparison.table.texts == []
    assert not panel.comparison.table.isVisible()


def test_equal_runs_are_said_to_be_equal(panel, keep_runs) -> None:
    runs = keep_runs({}, {})
    choose(panel, *runs)
    assert "are the same" in panel.findChild(QLabel, "runs_same").text()


def test_runs_that_are_selected_together_are_drawn_together(panel, qtbot, session, keep_runs) -> None:
    runs = keep_runs(*RATES)
    choose(panel, runs[0], runs[2])
    qtbot.waitUntil(lambda: session.run.identifier == runs[2].identifier)
    qtbot.waitUntil(lambda: [name for name, _, _ in panel.shown_runs()] == ["run 1"])
    assert [row.drawn for row in panel.rows] == [True, False, True]
    choose(panel, runs[1])
    qtbot.waitUntil(lambda: session.run.identifier == runs[1].identifier)
    assert panel.shown_runs() == [], "they were drawn only while they were selected"


def test_while_a_run_is_trained_the_selected_ones_are_drawn_beside_it(
    panel, qtbot, session, document, keep_runs
) -> None:
    runs = keep_runs(*RATES)
    document.show_project(circle_project(epochs=100_000))
    session.start()
    qtbot.waitUntil(lambda: panel.rows[0].active)
    active = session.run
    choose(panel, runs[0], runs[2])
    qtbot.waitUntil(lambda: [name for name, _, _ in panel.shown_runs()] == ["run 3", "run 1"])
    assert session.run is active


def test_only_a_few_of_many_selected_runs_are_drawn(panel, qtbot, keep_runs) -> None:
    keep_runs(*[{"seed": number} for number in range(MOST_COMPARED + 3)])
    panel.list.selectAll()
    qtbot.waitUntil(lambda: len(panel.shown_runs()) == MOST_COMPARED - 1)
    assert panel.comparison.table.columnCount() == 1 + MOST_COMPARED
    assert panel.findChild(QLabel, "runs_compared").text() == "6 of 9 selected runs"


def test_one_selected_run_of_several_says_how_more_are_selected(panel, keep_runs) -> None:
    hint = panel.findChild(QLabel, "runs_hint")
    assert not hint.isVisible(), "there is nothing to compare"
    runs = keep_runs(*RATES)
    for run in (runs[0], runs[2]):
        choose(panel, run)
        assert hint.isVisible()
        assert "Ctrl+click" in hint.text()
    choose(panel, runs[0], runs[1])
    assert not hint.isVisible()


def test_the_colour_shows_and_hides_the_curves(panel, qtbot, keeper, keep_runs) -> None:
    runs = keep_runs(*RATES)
    for clicks in (1, 2):
        place = swatch_area(area_of(panel, runs[1])).center()
        QTest.mouseClick(panel.list.viewport(), Qt.MouseButton.LeftButton, pos=place)
        assert keeper.kept[runs[1].identifier].record.shown == (clicks == 1)
        if clicks == 1:
            panel.shown_runs()
            qtbot.waitUntil(lambda: len(panel.shown_runs()) == 1)
            name, color, curves = panel.shown_runs()[0]
            assert name == "run 2"
            assert color == 1
            assert curves.history == runs[1].history
    assert panel.shown_runs() == []
    assert panel.list.selected == (), "a click on the colour chooses nothing"


def test_space_shows_the_curves_and_the_shown_run_is_not_drawn_twice(panel, qtbot, session, keep_runs) -> None:
    runs = keep_runs(*RATES)
    choose(panel, runs[2])
    panel.list.setFocus()
    QTest.keyClick(panel.list, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: session.run.identifier == runs[2].identifier)
    assert panel.shown_runs() == []
    choose(panel, runs[0])
    qtbot.waitUntil(lambda: [name for name, _, _ in panel.shown_runs()] == ["run 3"])


def test_the_columns_have_the_colours_of_the_list_in_both_themes(panel, qtbot, keep_runs) -> None:
    runs = keep_runs(*RATES)
    choose(panel, *runs)
    qtbot.waitUntil(lambda: len(panel.shown_runs()) == 2)
    before = QApplication.palette()
    try:
        for theme in (DARK, LIGHT, DARK):
            QApplication.setPalette(palette_for(theme))
            expected = [run_color(number).name() for number in (2, 1, 0)]
            qtbot.waitUntil(lambda wanted=expected: header_colors(panel) == wanted)
    finally:
        QApplication.setPalette(before)


def header_colors(panel) -> list[str]:
    table = panel.comparison.table
    icons = [table.horizontalHeaderItem(column).icon() for column in range(1, table.columnCount())]
    return [icon.pixmap(24, 24).toImage().pixelColor(12, 12).name() for icon in icons]
