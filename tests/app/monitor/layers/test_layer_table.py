"""The table of the layers."""

from collections import Counter

import pytest
from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QAccessible, QColor, QGuiApplication
from PySide6.QtTest import QTest

from app.monitor.layers.judgement import judge_units
from app.monitor.layers.layer_columns import COLUMNS, LAYER, UNITS, UPDATE, LayerRow, say_histogram, write_tsv
from app.monitor.layers.painting import update_share
from app.widgets.theme.theme import current_theme
from tests.app.monitor.layers.measurements import add, measure, measure_relu, record, small_network
from tinyml.diagnosis import DeadUnits
from tinyml.learner.layer_stats import INTERVALS, Histogram, LayerStats

ZEROS = (0,) * INTERVALS


def plain(text: str) -> str:
    return text.replace("\N{NO-BREAK SPACE}", " ").replace("\N{MINUS SIGN}", "-")


def cell(panel, row: int, column: int, role=Qt.ItemDataRole.DisplayRole) -> str:
    return plain(panel.table.model().index(row, column).data(role))


def colors(panel, row: int, column: int) -> Counter[str]:
    """Return how often each colour is in a cell."""
    index = panel.table.model().index(row, column)
    panel.table.scrollTo(index)
    box: QRect = panel.table.visualRect(index)
    image = panel.table.viewport().grab(box).toImage()
    return Counter(image.pixelColor(x, y).name() for x in range(image.width()) for y in range(image.height()))


def test_a_row_for_each_layer_in_the_order_of_the_network(panel, measured_run) -> None:
    panel.refresh()
    names = [cell(panel, row, LAYER) for row in range(panel.table.model().rowCount())]
    assert names == [stats.layer for stats in small_network()]


def test_the_numbers_of_a_layer(panel, measured_run) -> None:
    panel.refresh()
    assert cell(panel, 0, UPDATE) == "0.0020"
    assert cell(panel, 0, 2) == "0.0014"
    assert [cell(panel, 1, column) for column in (UPDATE, 2, UNITS)] == ["", "", "4 % dead"]
    assert cell(panel, 3, UNITS) == "60 % dead"


def test_a_screen_reader_gets_every_cell_in_words(panel, measured_run) -> None:
    panel.refresh()
    role = Qt.ItemDataRole.AccessibleTextRole
    assert cell(panel, 2, LAYER, role) == "residual_1/conv_1"
    assert "far larger than usual" in cell(panel, 2, UPDATE, role)
    assert "smaller than usual" in cell(panel, 4, UPDATE, role)
    assert cell(panel, 0, 3, role).startswith("weights: weights from -1.44 to 1.44, most of them near")
    assert "mean ± deviation 0.250 ± 0.500" in cell(panel, 0, 5, role)
    assert cell(panel, 3, UNITS, role) == "units: 60 % dead: more than is healthy"
    assert cell(panel, 0, UNITS, role) == "units: only activation layers have this value"
    interface = QAccessible.queryAccessibleInterface(panel.table)
    assert interface.role() == QAccessible.Role.Table
    assert interface.text(QAccessible.Text.Name) == "Layer statistics"


def test_each_cell_has_a_tool_tip_with_the_same_words(panel, measured_run) -> None:
    panel.refresh()
    for row in range(len(small_network())):
        for column in range(len(COLUMNS)):
            assert cell(panel, row, column, Qt.ItemDataRole.ToolTipRole).endswith(".")
    assert "±" in cell(panel, 1, 5, Qt.ItemDataRole.ToolTipRole)


def test_many_dead_units_are_painted_in_the_warning_colour_and_bold(panel, measured_run) -> None:
    panel.refresh()
    warning = QColor(current_theme().warning).name()
    assert colors(panel, 3, UNITS)[warning] > 20
    assert not colors(panel, 1, UNITS)[warning]
    assert not colors(panel, 0, UPDATE)[warning]
    assert colors(panel, 2, UPDATE)[warning] > 5


def test_a_histogram_and_its_heat_map_look_different(qtbot, panel, measured_run) -> None:
    panel.refresh()
    now = colors(panel, 0, 3)
    panel.time_button.click()
    panel.grab()
    maps = panel.table.model().heat_maps
    qtbot.waitUntil(lambda: maps.find(("conv_1", "weights")) is not None)
    through_time = colors(panel, 0, 3)
    assert len(through_time) > len(now) + 10
    assert len(colors(panel, 1, 3)) <= 2, "a layer without weights has an empty cell"
    assert "Time goes to the right" in plain(
        panel.table.model().headerData(3, Qt.Orientation.Horizontal, Qt.ItemDataRole.ToolTipRole)
    )


def test_a_click_and_enter_open_the_page_of_a_layer(qtbot, panel, measured_run) -> None:
    panel.refresh()
    opened: list[str] = []
    panel.table.layer_opened.connect(opened.append)
    box = panel.table.visualRect(panel.table.model().index(4, LAYER))
    QTest.mouseClick(panel.table.viewport(), Qt.MouseButton.LeftButton, pos=box.center())
    panel.close_layer()
    QTest.keyClick(panel.table, Qt.Key.Key_Up)
    QTest.keyClick(panel.table, Qt.Key.Key_Return)
    assert opened == ["linear_1", "residual_1/relu_1"]
    assert panel.opened_layer == "residual_1/relu_1"


def test_new_numbers_keep_the_selection_and_the_place(panel, measured_run) -> None:
    panel.resize(860, 180)
    panel.refresh()
    panel.table.select_layer("tanh_1")
    panel.table.verticalScrollBar().setValue(40)
    record(measured_run.layer_history, 3, first=20)
    panel.refresh()
    assert panel.table.currentIndex().row() == 5
    assert panel.table.verticalScrollBar().value() == 40


@pytest.mark.parametrize("width", [300, 430, 620, 860, 1400])
def test_the_columns_fit_or_the_important_ones_come_first(panel, measured_run, width) -> None:
    panel.resize(width, 320)
    panel.refresh()
    header = panel.table.horizontalHeader()
    assert all(header.sectionSize(column) >= 32 for column in range(len(COLUMNS)))
    if width >= 860:
        assert header.length() <= panel.table.viewport().width()
        assert header.visualIndex(UNITS) == UNITS
    else:
        assert header.visualIndex(UNITS) == 2
        assert header.sectionViewportPosition(UNITS) < panel.table.viewport().width()


def test_the_table_can_be_copied(panel, measured_run) -> None:
    panel.refresh()
    panel.table.setFocus()
    panel.table.copy()
    lines = QGuiApplication.clipboard().text().splitlines()
    assert len(lines) == 1 + len(small_network())
    assert {line.count("\t") for line in lines} == {len(COLUMNS)}
    assert lines[1].split("\t")[:2] == ["conv_1", "0.002"]


def test_a_name_with_a_line_break_does_not_break_the_copied_table() -> None:
    assert write_tsv([LayerRow(measure("a\tb\nc"))]).count("\n") == 2


@pytest.mark.parametrize("value", [float("nan"), float("inf"), 0.0])
def test_numbers_that_are_not_usual_are_shown(panel, session, value) -> None:
    session.begin()
    stats = measure("fc", update_ratio=value, gradient_norm=value, activation_mean=value, activation_deviation=value)
    add(session.run.layer_history, 10, stats, measure_relu("relu", dead=value))
    panel.refresh()
    panel.table.grab()
    assert cell(panel, 0, UPDATE) == {"nan": "NaN", "inf": "∞", "0.0": "0"}[str(value)]
    assert 0 <= update_share(value) <= 1
    panel.open_layer("fc")
    panel.grab()


@pytest.mark.parametrize(
    "found",
    [None, Histogram(0.0, 0.0, ZEROS), Histogram(1.0, 1.0, (5, *ZEROS[1:])), Histogram(-1e38, 1e38, (1, *ZEROS[1:]))],
)
def test_odd_histograms_are_painted(panel, session, found) -> None:
    session.begin()
    stats = LayerStats("fc", weights=found, gradients=found, activations=found)
    add(session.run.layer_history, 10, stats)
    panel.refresh()
    for button in (panel.now_button, panel.time_button):
        button.click()
        panel.table.grab()
    assert "weights" in say_histogram("weights", found)
    panel.open_layer("fc")
    panel.grab()


def test_only_visible_rows_are_computed_and_hidden_ones_never(qtbot, panel, session) -> None:
    session.begin()
    network = [measure(f"conv_{number}") for number in range(60)]
    for number in range(30):
        add(session.run.layer_history, number + 1, *network)
    computed: list[str] = []
    panel.table.model().heat_maps.computed.connect(lambda cell: computed.append(cell[0]))
    panel.time_button.click()
    panel.refresh()
    panel.table.grab()
    qtbot.waitUntil(lambda: not panel.table.model().heat_maps.busy)
    assert "conv_0" in computed
    assert "conv_50" not in computed
    computed.clear()
    panel.table.verticalScrollBar().setValue(panel.table.verticalScrollBar().maximum())
    panel.table.grab()
    panel.hide()
    assert not panel.table.model().heat_maps.busy
    panel.show()
    panel.table.grab()
    qtbot.waitUntil(lambda: "conv_59" in computed)


def test_both_shares_are_said() -> None:
    few, many = DeadUnits(0.49, many=False), DeadUnits(0.5, many=True)
    assert plain(judge_units(many, 0.25).text) == "50 % dead, 25 % saturated"
    assert judge_units(few, 0.6).worrying
    assert not judge_units(few, 0.49).worrying
    assert judge_units(many, None).worrying
    assert not judge_units(None, 1.0, is_output=True).worrying


def test_a_hostile_name_is_shown_safely(panel, session) -> None:
    hostile = 'R&D \x00 \u202e<b>bold</b> <img src="file:///etc/hostname">' + "W" * 300
    session.begin()
    add(session.run.layer_history, 10, measure(hostile), measure(f"block/{hostile}"))
    panel.refresh()
    panel.table.grab()
    roles = (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole)
    texts = [cell(panel, row, column, role) for row in (0, 1) for column in range(len(COLUMNS)) for role in roles]
    panel.open_layer(hostile)
    texts += [panel.page.title.text(), panel.page.accessibleName()]
    assert not any(sign in text for text in texts for sign in ("\x00", "\u202e"))
    assert not any(Qt.mightBeRichText(cell(panel, row, LAYER, roles[1])) for row in (0, 1))
    assert panel.minimumSizeHint().width() < 500
