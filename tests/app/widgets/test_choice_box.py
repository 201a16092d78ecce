from PySide6.QtWidgets import QComboBox

from app.widgets.choice_box import ChoiceBox

LONG = "a class with a name that is much longer than the box is wide"


def test_a_long_choice_ends_in_an_ellipsis_but_is_listed_whole(qtbot) -> None:
    box = ChoiceBox()
    qtbot.addWidget(box)
    box.addItems(["cat", LONG])
    box.resize(100, box.sizeHint().height())
    box.show()
    assert box.shown_text() == "cat"
    box.setCurrentIndex(1)
    assert box.shown_text().endswith("…")
    assert box.currentText() == LONG
    box.showPopup()
    assert box.view().width() >= box.fontMetrics().horizontalAdvance(LONG)
    box.hidePopup()


def test_a_long_choice_does_not_widen_the_box(qtbot) -> None:
    box, usual = ChoiceBox(), QComboBox()
    qtbot.addWidget(box)
    qtbot.addWidget(usual)
    for each in (box, usual):
        each.addItem(LONG)
    assert box.sizeHint().width() < usual.sizeHint().width() / 2
