"""A row of buttons whose last ones go into a menu where they do not fit."""

import pytest
from PySide6.QtWidgets import QLabel, QPushButton

from app.widgets.button_row import ButtonRow

TITLES = ("Open", "Inspect", "Export")


@pytest.fixture
def buttons(qtbot) -> list[QPushButton]:
    return [QPushButton(title) for title in TITLES]


@pytest.fixture
def row(qtbot, buttons):
    row = ButtonRow("row", QLabel("first"), buttons)
    qtbot.addWidget(row)
    row.show()
    return row


def in_menu(row: ButtonRow) -> list[str]:
    menu = row.more.menu()
    menu.aboutToShow.emit()
    return [action.text() for action in menu.actions()]


def test_all_buttons_are_shown_if_there_is_room(row, buttons) -> None:
    row.fit(2000)
    assert all(button.isVisible() for button in buttons)
    assert not row.more.isVisible()
    assert in_menu(row) == []


def test_the_last_buttons_go_into_the_menu_first(row, buttons) -> None:
    row.fit(2000)
    row.fit(row.sizeHint().width() - 1)
    assert buttons[0].isVisible()
    assert not buttons[2].isVisible()
    assert row.more.isVisible()
    row.fit(row.least_width())
    assert [button.isVisible() for button in buttons] == [True, False, False]
    assert in_menu(row) == ["Inspect", "Export"]
    assert row.sizeHint().width() == row.least_width()
    row.fit(1)
    assert in_menu(row) == list(TITLES)


def test_the_menu_does_what_the_button_does(qtbot, row, buttons) -> None:
    buttons[1].setEnabled(False)
    buttons[1].setToolTip("The file has no network.")
    row.fit(1)
    in_menu(row)
    inspect, export = row.more.menu().actions()[1:]
    assert not inspect.isEnabled()
    assert inspect.toolTip() == "The file has no network."
    with qtbot.waitSignal(buttons[2].clicked):
        export.trigger()


def test_only_offered_buttons_are_in_the_row_and_in_the_menu(row, buttons) -> None:
    row.offer((buttons[2], buttons[0]))
    assert row.offered == (buttons[0], buttons[2])
    row.fit(2000)
    assert [button.isVisible() for button in buttons] == [True, False, True]
    row.fit(1)
    assert in_menu(row) == ["Open", "Export"]
