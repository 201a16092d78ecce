"""The row of tools above the curves."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QPushButton, QWidget

from app.monitor.tool_row import ToolRow


@pytest.fixture
def tools(qtbot) -> ToolRow:
    tools = ToolRow()
    qtbot.addWidget(tools)
    tools.resize(900, 40)
    with qtbot.waitExposed(tools):
        tools.show()
    return tools


def test_the_slider_doubles_and_halves_the_span_and_its_left_end_is_no_smoothing(qtbot, tools) -> None:
    factors = []
    tools.smoothed.connect(factors.append)
    assert tools.factor == 1.0
    qtbot.keyClick(tools.slider, Qt.Key.Key_Right)
    qtbot.keyClick(tools.slider, Qt.Key.Key_Home)
    assert factors == [2.0, 0.0]
    tools.show_span(12_000)
    assert tools.slider.toolTip() == "Smoothed over about 12\N{NO-BREAK SPACE}000 batches"
    tools.show_span(1)
    assert tools.slider.toolTip() == "Not smoothed"


def test_the_keyboard_chooses_a_unit(qtbot, tools) -> None:
    chosen = []
    tools.unit_chosen.connect(chosen.append)
    assert tools.unit == "epoch"
    button = tools.findChild(QPushButton, "monitor_unit_batch")
    qtbot.keyClick(button, Qt.Key.Key_Space)
    assert chosen == ["batch"]
    assert tools.unit == "batch"
    assert not tools.findChild(QPushButton, "monitor_unit_epoch").isChecked()


def test_a_narrow_row_breaks_and_shows_every_tool_whole(tools) -> None:
    low = tools.height()
    tools.resize(tools.minimumSizeHint().width(), 90)
    QApplication.processEvents()
    buttons = tools.findChildren(QPushButton)
    tops = {button.mapTo(tools, button.rect().topLeft()).y() for button in buttons}
    assert len(tops) == 2
    for widget in (*buttons, tools.slider):
        place = widget.rect().translated(widget.mapTo(tools, widget.rect().topLeft()))
        assert tools.rect().contains(place), widget.objectName()
        assert widget.width() >= widget.minimumSizeHint().width()
    tools.resize(900, low)
    QApplication.processEvents()
    assert len({button.mapTo(tools, button.rect().center()).y() for button in buttons}) == 1


def test_every_tool_has_a_name_and_a_tooltip(tools) -> None:
    for widget in (*tools.findChildren(QPushButton), tools.slider):
        tools.show_span(5)
        assert isinstance(widget, QWidget)
        assert widget.objectName()
        assert widget.toolTip()
        assert widget.accessibleName() or widget.property("text")
        assert widget.focusPolicy() & Qt.FocusPolicy.TabFocus


def test_the_rate_says_why_it_cannot_be_shown(tools) -> None:
    tools.offer_rate(False)
    assert not tools.rate_button.isEnabled()
    assert "no learning rates" in tools.rate_button.toolTip()
    tools.offer_rate(True)
    assert tools.rate_button.isEnabled()
