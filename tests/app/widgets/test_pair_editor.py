import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QToolButton

from app.widgets.number_box import NumberBox
from app.widgets.number_range import NumberRange
from app.widgets.pair_editor import PairEditor


@pytest.fixture
def editor(qtbot) -> PairEditor:
    editor = PairEditor(NumberRange(1, 9, whole=True))
    qtbot.addWidget(editor)
    editor.name_parts("window", "Window")
    editor.set_value((3, 3))
    editor.show()
    return editor


def type_rows(editor: PairEditor, text: str) -> None:
    rows = editor.findChild(NumberBox, "window_rows")
    rows.selectAll()
    QTest.keyClicks(rows, text)
    QTest.keyClick(rows, Qt.Key.Key_Return)


def test_with_the_link_both_numbers_change(qtbot, editor) -> None:
    with qtbot.waitSignal(editor.edited) as edited:
        type_rows(editor, "5")
    assert edited.args == [(5, 5), False]
    assert editor.value() == (3, 3)


def test_two_different_numbers_switch_the_link_off(qtbot, editor) -> None:
    link = editor.findChild(QToolButton, "window_link")
    editor.set_value((3, 4))
    assert not link.isChecked()
    with qtbot.waitSignal(editor.edited) as edited:
        type_rows(editor, "5")
    assert edited.args == [(5, 4), False]
    with qtbot.waitSignal(editor.edited) as linked:
        link.click()
    assert linked.args == [(3, 3), False]


def test_only_a_wrong_draft_is_marked(editor) -> None:
    type_rows(editor, "99")
    editor.set_invalid(True)
    marked = {box.objectName(): bool(box.property("invalid")) for box in editor.findChildren(NumberBox)}
    assert marked == {"window_rows": True, "window_columns": False}
    editor.drop_draft()
    editor.set_invalid(False)
    assert not any(box.property("invalid") for box in editor.findChildren(NumberBox))


def test_each_part_has_an_accessible_name(editor) -> None:
    names = [part.accessibleName() for part in editor.tab_stops()]
    assert names == ["Window, rows", "Window, columns", "Window, keep rows and columns equal"]
