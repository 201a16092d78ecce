"""The list of entries to choose from."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from app.widgets.entry_list import Entry, EntryList

FRUIT = [Entry("a", "Apple", "green"), Entry("b", "Banana", "yellow", "long and <b>bent</b>")]
NUTS = [Entry("w", "Walnut")]


@pytest.fixture
def entries(qtbot) -> EntryList:
    view = EntryList("entries", "Things")
    qtbot.addWidget(view)
    view.resize(200, 300)
    with qtbot.waitExposed(view):
        view.show()
    view.activateWindow()
    view.show_entries((("Fruit", FRUIT), ("Nuts", NUTS), ("Nothing", ())), "a")
    return view


def row_of(view: EntryList, title: str) -> int:
    return next(row for row in range(view.count()) if view.item(row).text() == title)


def test_sections_have_headings_and_empty_ones_are_left_out(entries) -> None:
    assert [entries.item(row).text() for row in range(entries.count())] == [
        "Fruit",
        "Apple",
        "Banana",
        "Nuts",
        "Walnut",
    ]
    assert [entry.key for entry in entries.entries] == ["a", "b", "w"]
    assert entries.chosen_key == "a"


def test_arrow_keys_move_and_enter_chooses(qtbot, entries) -> None:
    entries.setFocus()
    chosen: list[str] = []
    entries.chosen.connect(chosen.append)
    QTest.keyClick(entries, Qt.Key.Key_Down)
    QTest.keyClick(entries, Qt.Key.Key_Down)
    assert chosen == []
    assert entries.currentItem().text() == "Walnut"  # the heading was left out
    QTest.keyClick(entries, Qt.Key.Key_Return)
    QTest.keyClick(entries, Qt.Key.Key_Up)
    QTest.keyClick(entries, Qt.Key.Key_Space)
    QTest.keyClick(entries, Qt.Key.Key_Home)
    assert entries.currentItem().text() == "Apple"
    QTest.keyClick(entries, Qt.Key.Key_End)
    assert entries.currentItem().text() == "Walnut"
    assert chosen == ["w", "b"]
    assert entries.chosen_key == "a"  # the owner answers the signal


def test_a_click_chooses_an_entry_but_not_a_heading(entries) -> None:
    chosen: list[str] = []
    entries.chosen.connect(chosen.append)
    for title in ("Nuts", "Banana"):
        place = entries.visualItemRect(entries.item(row_of(entries, title))).center()
        QTest.mouseClick(entries.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert chosen == ["b"]


def test_the_current_entry_stays_unless_another_one_is_chosen(entries) -> None:
    entries.setCurrentRow(row_of(entries, "Walnut"))
    entries.show_entries((("Fruit", FRUIT[:1]), ("Nuts", NUTS)), "a")
    assert entries.currentItem().text() == "Walnut"
    entries.show_entries((("Fruit", FRUIT), ("Nuts", NUTS)), "b")
    assert entries.currentItem().text() == "Banana"


def test_screen_readers_hear_line_and_choice_and_tool_tips_show_no_markup(entries) -> None:
    apple, banana = (entries.item(row_of(entries, title)) for title in ("Apple", "Banana"))
    assert apple.data(Qt.ItemDataRole.AccessibleTextRole) == "Apple, green, chosen"
    assert banana.data(Qt.ItemDataRole.AccessibleTextRole) == "Banana, yellow"
    assert "<b>" not in banana.toolTip()
