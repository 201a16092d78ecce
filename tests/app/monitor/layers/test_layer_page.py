"""The page of one layer: its charts, their cursor and their explanations."""

import math

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel

from app.monitor.layers.explanations import EXPLANATIONS
from app.monitor.layers.judgement import judge_units
from app.widgets.images.colormaps import NON_FINITE_COLOR
from tests.app.monitor.layers.measurements import add, measure, measure_relu, record
from tinyml.diagnosis import DeadUnits
from tinyml.learner.layer_stats import MANY_DEAD, MANY_SATURATED


@pytest.fixture
def page(panel, measured_run):
    panel.resize(860, 700)
    panel.refresh()
    panel.open_layer("conv_1")
    return panel.page


def visible(page) -> list[str]:
    return [section.name for section in page.sections if section.isVisible()]


def values(page, name: str) -> str:
    section = next(section for section in page.sections if section.name == name)
    return section.values.text().replace("\N{NO-BREAK SPACE}", " ")


def test_a_layer_with_parameters_shows_all_but_units(page) -> None:
    assert visible(page) == ["gradient_norm", "update_ratio", "spread", "weights", "gradients", "activations"]


def test_an_activation_layer_shows_its_units_and_says_why_there_is_no_gradient(panel, page) -> None:
    panel.open_layer("residual_1/relu_1")
    assert visible(page) == ["units", "spread", "activations"]
    assert "no trainable parameters" in page.findChild(QLabel, "layer_page_about").text()
    assert values(page, "units") == "60 % dead"


def test_each_section_explains_what_is_usual_and_what_is_a_bad_sign(page) -> None:
    for section in page.sections:
        text = section.findChild(QLabel, f"layer_section_{section.name}_text").text()
        assert text == EXPLANATIONS[section.name]
        assert "Usual:" in text
        assert "A bad sign:" in text


def test_the_explanation_calls_bad_what_the_table_marks() -> None:
    for judgement in (judge_units(DeadUnits(MANY_DEAD, many=True), None), judge_units(None, MANY_SATURATED)):
        assert judgement.worrying
        assert judgement.text in EXPLANATIONS["units"]


def test_the_newest_values_are_shown_without_a_cursor(page) -> None:
    assert values(page, "gradient_norm") == "0.00135"
    assert values(page, "spread") == "0.250 ± 0.500"


def test_the_mouse_moves_the_cursor_of_all_charts(page) -> None:
    chart = page.norm_chart
    QTest.mouseMove(chart, QPoint(chart.width() // 2, 10))
    QTest.mouseMove(chart, QPoint(int(chart._area().center().x()), 40))
    assert values(page, "gradient_norm").startswith("epoch 5.00: ")
    moved = {section.chart.chart_cursor for section in page.sections if section.isVisible()}
    assert len(moved) == 1
    assert values(page, "weights").startswith("epoch 5.")
    QTest.mouseMove(page.back_button, QPoint(2, 2))
    assert values(page, "gradient_norm") == "0.00135"


def test_the_value_under_the_mouse_of_a_heat_map(page) -> None:
    chart = page.heat_charts["weights"]
    page.scroll_area.ensureWidgetVisible(chart)
    area = chart._area()
    QTest.mouseMove(chart, QPoint(int(area.right()) - 5, int(area.top()) + 2))
    QTest.mouseMove(chart, QPoint(int(area.right()) - 4, int(area.center().y())))
    assert "are near" in values(page, "weights")
    share = float(values(page, "weights").split(": ")[1].split(" %")[0])
    assert share > 2


def test_the_arrow_keys_move_the_cursor(page) -> None:
    chart = page.norm_chart
    chart.setFocus()
    QTest.keyClick(chart, Qt.Key.Key_Home)
    assert values(page, "gradient_norm") == "epoch 0.500: 0.0100"
    QTest.keyClick(chart, Qt.Key.Key_Right)
    assert values(page, "gradient_norm") == "epoch 1.00: 0.00900"
    assert chart.accessibleDescription() == "epoch 1.00: 0.00900"
    QTest.keyClick(chart, Qt.Key.Key_End)
    assert "epoch 10" in values(page, "spread")
    page.back_button.setFocus()
    assert "epoch" not in values(page, "gradient_norm")


def test_the_sections_stand_side_by_side_if_there_is_room(qtbot, panel, page) -> None:
    first, second = page.sections[:2]
    qtbot.waitUntil(lambda: first.y() == second.y())
    assert first.x() < second.x()
    panel.resize(420, 700)
    qtbot.waitUntil(lambda: first.x() == second.x())
    assert second.y() > first.y()
    assert page.scroll_area.widget().width() <= page.scroll_area.viewport().width()


def test_new_measurements_keep_the_place_of_the_scroll_bar(panel, page, measured_run) -> None:
    bar = page.scroll_area.verticalScrollBar()
    panel.resize(860, 300)
    bar.setValue(120)
    record(measured_run.layer_history, 2, first=20)
    panel.refresh()
    assert bar.value() == 120
    assert len(page.norm_chart.positions) == 22
    panel.open_layer("linear_1")
    assert bar.value() == 0


def test_a_measurement_that_is_not_finite_is_marked(panel, session) -> None:
    session.begin()
    for number in range(10):
        norm = math.inf if number == 5 else 0.1
        add(session.run.layer_history, number + 1, measure("fc", gradient_norm=norm))
    panel.refresh()
    panel.open_layer("fc")
    image = panel.page.norm_chart.grab().toImage()
    pink = QColor(NON_FINITE_COLOR).name()
    found = [x for x in range(image.width()) for y in range(12) if image.pixelColor(x, y).name() == pink]
    assert found
    area = panel.page.norm_chart._area()
    assert abs(sum(found) / len(found) - (area.left() + 0.6 * area.width())) < 3


def test_dead_and_saturated_shares_are_two_lines(panel, session) -> None:
    session.begin()
    for number in range(5):
        stats = measure_relu("act", dead=0.1 * number)
        add(session.run.layer_history, number + 1, stats)
    panel.refresh()
    panel.open_layer("act")
    lines = panel.page.units_chart.lines
    assert [line.name for line in lines] == ["dead"]
    assert lines[0].values.tolist() == pytest.approx([0.0, 0.1, 0.2, 0.3, 0.4])
    assert panel.page.units_chart.axis.high == 1.0
