"""The sections at the right of the Train page."""

from PySide6.QtWidgets import QApplication, QLabel

from app.monitor.side_column import SideColumn


def test_sections_stand_in_their_places(qtbot) -> None:
    column = SideColumn()
    qtbot.addWidget(column)
    numbers, control = QLabel("numbers"), QLabel("control")
    column.add_section(numbers)
    column.add_section(control, place=0)
    column.resize(240, 300)
    with qtbot.waitExposed(column):
        column.show()
    tops = [widget.mapTo(column, widget.rect().topLeft()).y() for widget in (control, numbers)]
    assert tops == sorted(tops)
    before = tops[1]
    control.hide()
    QApplication.processEvents()
    assert numbers.mapTo(column, numbers.rect().topLeft()).y() < before


def test_no_section_is_narrower_than_its_minimum(qtbot) -> None:
    column = SideColumn()
    qtbot.addWidget(column)
    wide = QLabel("wide")
    wide.setMinimumWidth(500)
    column.add_section(wide)
    assert column.minimumWidth() >= 500
