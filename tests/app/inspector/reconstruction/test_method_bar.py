"""Tests of the buttons and the menu that choose the methods, and of the switch to random weights."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QCheckBox, QPushButton

from app.inspector.reconstruction.method_bar import MethodBar
from app.inspector.reconstruction.target_bar import TargetBar
from app.inspector.target import Method


@pytest.fixture
def bar(qtbot, state):
    bar = MethodBar(state)
    qtbot.addWidget(bar)
    bar.show()
    return bar


def button(bar, method):
    return bar.findChild(QPushButton, f"inspector_method_{method.name.lower()}")


def action(bar, method):
    return bar.findChild(QAction, f"inspector_compare_{method.name.lower()}")


def shown(bar):
    """Return the methods whose button is checked. Those of the menu are always the same."""
    checked = [method for method in Method if button(bar, method).isChecked()]
    assert [method for method in Method if action(bar, method).isChecked()] == checked
    return checked


def test_a_click_shows_one_method(bar, state):
    assert shown(bar) == [Method.DECONVNET]
    QTest.mouseClick(button(bar, Method.GRADIENT), Qt.MouseButton.LeftButton)
    assert state.methods == (Method.GRADIENT,)
    assert shown(bar) == [Method.GRADIENT]
    QTest.mouseClick(button(bar, Method.GRADIENT), Qt.MouseButton.LeftButton)  # it cannot be switched off
    assert shown(bar) == [Method.GRADIENT]


@pytest.mark.parametrize("modifier", [Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier])
def test_a_click_with_ctrl_or_shift_shows_a_method_beside_the_others(bar, state, modifier):
    for method in (Method.OCCLUSION, Method.GUIDED):
        QTest.mouseClick(button(bar, method), Qt.MouseButton.LeftButton, modifier)
    assert state.methods == (Method.DECONVNET, Method.GUIDED, Method.OCCLUSION)
    QTest.mouseClick(button(bar, Method.DECONVNET), Qt.MouseButton.LeftButton, modifier)
    assert shown(bar) == [Method.GUIDED, Method.OCCLUSION]
    QTest.mouseClick(button(bar, Method.OCCLUSION), Qt.MouseButton.LeftButton)
    assert shown(bar) == [Method.OCCLUSION]
    QTest.mouseClick(button(bar, Method.OCCLUSION), Qt.MouseButton.LeftButton, modifier)  # the last one stays
    assert shown(bar) == [Method.OCCLUSION]


def test_the_space_bar_does_what_a_click_does(bar, state):
    QTest.keyClick(button(bar, Method.GUIDED), Qt.Key.Key_Space)
    assert shown(bar) == [Method.GUIDED]
    QTest.keyClick(button(bar, Method.GRADIENT), Qt.Key.Key_Space, Qt.KeyboardModifier.ShiftModifier)
    assert state.methods == (Method.GUIDED, Method.GRADIENT)
    QTest.keyClick(button(bar, Method.DECONVNET), Qt.Key.Key_Space)
    assert state.methods == (Method.DECONVNET,)


def test_the_menu_compares_methods_and_keeps_one(bar, state):
    action(bar, Method.TIMES_INPUT).trigger()
    assert state.methods == (Method.DECONVNET, Method.TIMES_INPUT)
    action(bar, Method.DECONVNET).trigger()
    action(bar, Method.TIMES_INPUT).trigger()
    assert shown(bar) == [Method.TIMES_INPUT]


def test_the_buttons_follow_the_state(bar, state):
    state.set_methods((Method.INTEGRATED, Method.GUIDED))
    assert shown(bar) == [Method.GUIDED, Method.INTEGRATED]


@pytest.mark.parametrize(("width", "rows"), [(2000, 1), (400, 2), (60, 4)])
def test_the_buttons_take_as_many_rows_as_the_width_needs(bar, width, rows):
    bar.resize(width, 200)
    bar.layout().activate()
    tops = {button(bar, method).y() for method in Method}
    assert len(tops) <= rows
    assert (len(tops) == 1) == (width == 2000)


def test_the_switch_shows_random_weights_and_goes_back_when_they_cannot_be_made(qtbot, state, inspection, signals):
    bar = TargetBar(state)
    qtbot.addWidget(bar)
    switch = bar.findChild(QCheckBox, "inspector_random_weights")
    switch.click()
    assert state.random_weights
    inspection.refuse("There is not enough memory.")
    assert not switch.isChecked()
    switch.click()
    inspection.answer()
    assert state.random_weights
    assert state.trace is not inspection.sample_trace.trace
    switch.click()
    assert state.trace is inspection.sample_trace.trace
    assert "Top activations and embedding keep the trained weights" in switch.toolTip()


@pytest.mark.parametrize("width", [420, 480, 900])
def test_all_buttons_of_the_bar_have_the_same_width(qtbot, bar, width):
    bar.resize(width, 80)
    buttons = [button(bar, method) for method in Method] + [bar.findChild(QPushButton, "inspector_compare")]
    qtbot.waitUntil(lambda: bar.width() == width)
    widths = [each.width() for each in buttons]
    assert max(widths) - min(widths) <= 1
    assert all(each.width() >= each.sizeHint().width() for each in buttons)
