"""A number box alone. The forms that use it are tested in tests/app/builder/forms/test_numbers.py."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel

from app.widgets.number_box import NumberBox
from app.widgets.number_range import NumberRange
from app.widgets.theme.theme import current_theme


@pytest.fixture
def box(qtbot) -> NumberBox:
    box = NumberBox(NumberRange(0, 100))
    qtbot.addWidget(box)
    box.show_value(5.0)
    box.show()
    return box


def type_text(box: NumberBox, text: str) -> None:
    box.selectAll()
    QTest.keyClicks(box, text)


def test_a_number_is_reported_but_not_accepted(qtbot, box) -> None:
    type_text(box, "7")
    with qtbot.waitSignal(box.edited) as edited:
        QTest.keyClick(box, Qt.Key.Key_Return)
    assert edited.args == [7.0, False]
    assert box.value == 5
    box.show_value(7.0)
    assert (box.value, box.text(), box.has_draft) == (7.0, "7", False)


def test_a_refused_number_stays_in_the_field_until_escape(qtbot, box) -> None:
    type_text(box, "700")
    with qtbot.waitSignal(box.refused) as refused:
        box.commit()
    assert refused.args == ["is 700 but should be a number from 0 to 100"]
    assert box.text() == "700"
    with qtbot.waitSignal(box.reverted):
        QTest.keyClick(box, Qt.Key.Key_Escape)
    assert box.text() == "5"


def test_arrows_report_a_step_that_can_be_merged(qtbot, box) -> None:
    with qtbot.waitSignal(box.edited) as edited:
        box.stepUp()
    assert edited.args == [5.1, True]


def test_an_invalid_number_has_an_outline_in_the_colour_of_errors(box) -> None:
    danger = QColor(current_theme().danger)

    def is_outlined() -> bool:
        image = box.grab().toImage()
        return image.pixelColor(image.width() // 2, 0) == danger

    assert not is_outlined()
    box.setProperty("invalid", True)
    assert is_outlined()


@pytest.mark.parametrize(("text", "width", "shown"), [("5", 120, True), ("100000000000", 90, False), ("5", 48, False)])
def test_a_unit_is_shown_where_it_has_room(qtbot, text: str, width: int, shown: bool) -> None:
    box = NumberBox(NumberRange(), unit="examples")
    qtbot.addWidget(box)
    box.show_value(float(text))
    box.resize(width, 30)
    box.show()
    unit = box.lineEdit().findChild(QLabel)
    assert (unit.text(), unit.isVisible()) == ("examples", shown)
    assert box.lineEdit().rect().contains(unit.geometry()) or not shown
    box.show_value(1e12)
    assert unit.isVisible() is False or width == 120
    QTest.mouseClick(unit, Qt.MouseButton.LeftButton)
    assert box.text() == "1000000000000"
