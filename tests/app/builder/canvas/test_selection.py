"""The selection of cards by mouse and keyboard."""

from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


def press(harness, key: Qt.Key, modifier=Qt.KeyboardModifier.NoModifier) -> None:
    focused = harness.window.focusWidget()
    QTest.keyClick(focused, key, modifier)


def test_clicks_select_one_a_range_or_several(harness) -> None:
    harness.click("relu_1")
    assert harness.document.selection == ("relu_1",)
    harness.click("flatten_1", SHIFT)
    assert harness.document.selection == ("relu_1", "pool_1", "flatten_1")
    harness.click("pool_1", CTRL)
    assert harness.document.selection == ("relu_1", "flatten_1")
    harness.click("flatten_1")
    assert harness.document.selection == ("flatten_1",)
    harness.click("flatten_1", CTRL)
    assert harness.document.selection == ()


def test_a_click_on_one_of_several_selects_it_alone(harness) -> None:
    harness.canvas.select_all()
    harness.click("pool_1")
    assert harness.document.selection == ("pool_1",)


def test_a_click_beside_the_cards_clears_the_selection(harness) -> None:
    harness.click("pool_1")
    QTest.mouseClick(harness.canvas.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(4, 400))
    assert harness.document.selection == ()


def test_arrow_keys_home_end_and_escape(harness) -> None:
    harness.click("relu_1")
    press(harness, Qt.Key.Key_Down)
    assert harness.document.selection == ("pool_1",)
    assert harness.window.focusWidget() is harness.card("pool_1")
    press(harness, Qt.Key.Key_Up, SHIFT)
    press(harness, Qt.Key.Key_Up, SHIFT)
    assert harness.document.selection == ("conv_1", "relu_1", "pool_1")
    press(harness, Qt.Key.Key_Down, SHIFT)
    assert harness.document.selection == ("relu_1", "pool_1")
    press(harness, Qt.Key.Key_End)
    assert harness.document.selection == ("linear_1",)
    press(harness, Qt.Key.Key_Home)
    assert harness.document.selection == ("conv_1",)
    press(harness, Qt.Key.Key_End, SHIFT)
    assert harness.document.selection == tuple(harness.names())
    press(harness, Qt.Key.Key_Escape)
    assert harness.document.selection == ()
    press(harness, Qt.Key.Key_A, CTRL)
    assert harness.document.selection == tuple(harness.names())


def test_arrows_reach_the_input_and_the_loss(harness, qtbot) -> None:
    harness.click("conv_1")
    with qtbot.waitSignal(harness.canvas.data_requested):
        press(harness, Qt.Key.Key_Up)
    assert harness.window.focusWidget() is harness.canvas.card_stack.input_card
    assert harness.document.selection == ()
    harness.click("linear_1")
    with qtbot.waitSignal(harness.canvas.training_requested):
        press(harness, Qt.Key.Key_Down)
    assert harness.window.focusWidget() is harness.canvas.card_stack.loss_card


def test_enter_and_double_click_ask_for_the_settings(harness, qtbot) -> None:
    harness.click("pool_1")
    with qtbot.waitSignal(harness.canvas.settings_requested):
        press(harness, Qt.Key.Key_Return)
    with qtbot.waitSignal(harness.canvas.settings_requested):
        QTest.mouseDClick(harness.card("conv_1"), Qt.MouseButton.LeftButton, pos=QPoint(60, 12))


def test_a_card_that_is_selected_by_keyboard_scrolls_into_view(harness) -> None:
    for _ in range(20):
        harness.canvas.commands.insert("Tanh")
    harness.document.select(("conv_1",))
    harness.canvas.setFocus()
    assert harness.canvas.verticalScrollBar().value() < 100
    press(harness, Qt.Key.Key_End)
    last = harness.card(harness.names()[-1])
    assert harness.canvas.viewport().rect().contains(last.mapTo(harness.canvas.viewport(), last.rect().center()))
    assert harness.canvas.verticalScrollBar().value() > 100


def test_only_one_card_is_a_tab_stop(harness) -> None:
    harness.click("pool_1")
    stops = [card for card in harness.canvas.card_stack.all_cards() if card.focusPolicy() == Qt.FocusPolicy.StrongFocus]
    assert stops == [harness.card("pool_1")]
