"""Tabs whose widgets may have nothing to show."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel, QTabBar

from app.monitor.tab_panel import TabPanel


@pytest.fixture
def panel(qtbot) -> Iterator[TabPanel]:
    panel = TabPanel("lower", "Below")
    panel.resize(400, 200)
    with qtbot.waitExposed(panel):
        panel.show()
    yield panel
    panel.close()
    panel.deleteLater()


def bar(panel: TabPanel) -> QTabBar:
    return panel.findChild(QTabBar)


def test_one_tab_needs_no_tab_bar(panel) -> None:
    first, second = QLabel("1"), QLabel("2")
    assert not panel.filled
    panel.add_tab(first, "First")
    assert not bar(panel).isVisible()
    assert first.isVisible()
    panel.add_tab(second, "Second")
    assert bar(panel).isVisible()
    assert not second.isVisible()


def test_tabs_stand_where_they_were_placed_and_the_first_is_in_front(panel) -> None:
    settings, runs = QLabel("settings"), QLabel("runs")
    panel.add_tab(settings, "Settings")
    panel.add_tab(runs, "Runs", place=0)
    assert panel.titles == ("Runs", "Settings")
    assert panel.current is runs
    assert (runs.isVisible(), settings.isVisible()) == (True, False)


def test_a_widget_that_hides_itself_has_a_disabled_tab_with_a_reason(panel) -> None:
    first, second = QLabel("1"), QLabel("2")
    panel.add_tab(first, "First", "Nothing was measured.")
    panel.add_tab(second, "Second")
    first.setVisible(False)
    assert not bar(panel).isTabEnabled(0)
    assert bar(panel).tabToolTip(0) == "Nothing was measured."
    assert panel.current is second
    assert second.isVisible()
    first.setVisible(True)
    assert bar(panel).isTabEnabled(0)
    assert bar(panel).tabToolTip(0) == ""
    assert panel.current is first, "the chosen tab comes back"


def test_a_widget_that_was_hidden_before_it_was_added_stays_hidden(panel) -> None:
    changes = []
    panel.filled_changed.connect(lambda: changes.append(panel.filled))
    widget = QLabel("1")
    widget.setVisible(False)
    panel.add_tab(widget, "First", "Not yet.")
    assert not panel.filled
    assert panel.current is None
    widget.setVisible(True)
    assert changes == [False, True]
    assert widget.isVisible()


def test_the_keyboard_chooses_a_tab(qtbot, panel) -> None:
    first, second = QLabel("1"), QLabel("2")
    panel.add_tab(first, "First")
    panel.add_tab(second, "Second")
    panel.activateWindow()
    bar(panel).setFocus()
    qtbot.keyClick(bar(panel), Qt.Key.Key_Right)
    QApplication.processEvents()
    assert panel.current is second
    panel.show_tab(first)
    assert first.isVisible()


def test_only_the_tab_in_front_decides_how_small_the_panel_may_be(panel) -> None:
    wide, narrow = QLabel("wide"), QLabel("narrow")
    wide.setMinimumWidth(700)
    panel.add_tab(narrow, "Narrow")
    panel.add_tab(wide, "Wide")
    assert panel.minimumSizeHint().width() < 500
    bar(panel).setCurrentIndex(1)
    assert panel.minimumSizeHint().width() >= 700
