"""The "+" button in the gaps between the cards."""

from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from app.builder.canvas.gaps import GapButton


def button_of(harness) -> GapButton:
    return harness.canvas.findChild(GapButton)


def gap_before(harness, name: str) -> QPoint:
    place = harness.card(name).geometry()
    return QPoint(place.left() + 150, place.top() - 4)


def test_the_button_appears_in_a_gap_and_asks_for_a_layer_there(harness, qtbot) -> None:
    stack, button = harness.canvas.card_stack, button_of(harness)
    QTest.mouseMove(stack, QPoint(3, 200))
    assert not button.isVisible()
    point = gap_before(harness, "pool_1")
    QTest.mouseMove(stack, point)
    assert button.isVisible()
    assert button.geometry().contains(point)
    with qtbot.waitSignal(harness.canvas.insert_requested) as asked:
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    block, index, position, text = asked.args
    assert (block, index, text) == ((), 2, "")
    assert abs(stack.mapFromGlobal(position).y() - point.y()) <= 4
    assert not button.isVisible()


def test_each_gap_has_its_own_position(harness, qtbot) -> None:
    stack, button = harness.canvas.card_stack, button_of(harness)
    for expected, card in enumerate(stack.all_cards()[1:]):
        harness.canvas._scroll_to(card)
        QTest.mouseMove(stack, QPoint(card.x() + 50, card.y() - 4))
        with qtbot.waitSignal(harness.canvas.insert_requested) as asked:
            QTest.mouseClick(button, Qt.MouseButton.LeftButton)
        assert asked.args[1] == expected


def test_the_button_stays_away_during_a_drag(harness) -> None:
    harness.pick_up(harness.entry("Tanh"))
    harness.move_to_gap(2)
    QTest.mouseMove(harness.canvas.card_stack, gap_before(harness, "relu_1"))
    assert not button_of(harness).isVisible()
    harness.release()


def test_the_gaps_inside_an_open_block(make_harness, document_of, qtbot) -> None:
    inside = {"layers": [{"type": "ReLu", "name": "relu_a"}, {"type": "Tanh", "name": "tanh_a"}]}
    harness = make_harness(document_of(("ReLu", "relu_1"), ("Residual", "residual_1", inside)))
    stack, button = harness.canvas.card_stack, button_of(harness)
    path = ("residual_1",)
    block_card, first = harness.card("residual_1"), harness.card("relu_a", path)
    second = harness.card("tanh_a", path)
    between = QPoint(first.x() + 40, (first.geometry().bottom() + second.y()) // 2)
    foot = QPoint(first.x() + 40, (second.geometry().bottom() + block_card.geometry().bottom()) // 2)
    for point, index in ((between, 1), (foot, 2)):
        QTest.mouseMove(block_card, block_card.mapFrom(stack, point))
        assert button.isVisible()
        with qtbot.waitSignal(harness.canvas.insert_requested) as asked:
            QTest.mouseClick(button, Qt.MouseButton.LeftButton)
        assert asked.args[:2] == [path, index]
    QTest.mouseMove(first, QPoint(20, 20))
    assert not button.isVisible()
