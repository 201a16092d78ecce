"""Renaming a layer on its card."""

from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QWidget


def open_editor(harness, name: str = "relu_1") -> QLineEdit:
    harness.click(name)
    harness.canvas.rename()
    field = harness.canvas.findChild(QLineEdit, "rename_field")
    assert field.isVisible()
    assert field.hasFocus()
    return field


def retype(field: QLineEdit, text: str) -> None:
    field.selectAll()
    QTest.keyClick(field, Qt.Key.Key_Backspace)
    QTest.keyClicks(field, text)


def error(harness) -> str:
    label = harness.canvas.findChild(QWidget, "rename_error")
    return label.text() if label.isVisible() else ""


def test_enter_renames_the_layer_in_one_step(harness) -> None:
    field = open_editor(harness)
    assert field.selectedText() == "relu_1"
    retype(field, "kink")
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert harness.names()[1] == "kink"
    assert harness.document.selection == ("kink",)
    assert not field.isVisible()
    assert harness.card("kink").hasFocus()
    assert harness.document.undo_stack.count() == 1


def test_the_editor_lies_over_the_name_at_any_zoom(harness) -> None:
    for zoom in (0.4, 1.0, 2.0):
        harness.canvas.zoom.set_factor(zoom)
        field = open_editor(harness, "conv_1")
        card = harness.card("conv_1")
        title = card.title_rect.center() + card.mapTo(harness.canvas.viewport(), QPoint())
        editor = field.parentWidget().geometry()
        assert editor.top() <= title.y() <= editor.bottom()
        QTest.keyClick(field, Qt.Key.Key_Escape)


def test_escape_keeps_the_name(harness) -> None:
    field = open_editor(harness)
    retype(field, "kink")
    QTest.keyClick(field, Qt.Key.Key_Escape)
    assert harness.names()[1] == "relu_1"
    assert not field.isVisible()
    assert harness.card("relu_1").hasFocus()


def test_a_refused_name_says_why_and_stays_open(harness) -> None:
    field = open_editor(harness)
    retype(field, "pool_1")
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert field.isVisible()
    assert "already has the name 'pool_1'" in error(harness)
    retype(field, " ")
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert "needs a name" in error(harness)
    retype(field, "kink")
    assert error(harness) == ""
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert harness.names()[1] == "kink"


def test_a_click_on_another_card_applies_the_name_and_selects_that_card(harness, qtbot) -> None:
    field = open_editor(harness)
    retype(field, "kink")
    harness.click("linear_1")
    qtbot.waitUntil(lambda: harness.names()[1] == "kink")
    assert harness.document.selection == ("linear_1",)
    assert not field.isVisible()


def test_a_refused_name_is_dropped_when_the_focus_leaves(harness, qtbot) -> None:
    field = open_editor(harness)
    retype(field, "pool_1")
    with qtbot.waitSignal(harness.canvas.message) as said:
        harness.click("linear_1")
    assert "already has the name" in said.args[0]
    assert harness.names()[1] == "relu_1"


def test_keys_in_the_editor_do_not_move_the_selection(harness) -> None:
    field = open_editor(harness)
    QTest.keyClick(field, Qt.Key.Key_Down)
    QTest.keyClick(field, Qt.Key.Key_Up)
    assert harness.document.selection == ("relu_1",)
    assert field.hasFocus()


def test_undo_during_the_edit_closes_nothing_wrongly(harness, qtbot) -> None:
    harness.canvas.commands.insert("Tanh")
    field = open_editor(harness, "tanh_1")
    retype(field, "squash")
    harness.document.undo_stack.undo()
    qtbot.waitUntil(lambda: not field.isVisible())
    assert "squash" not in harness.names()
    assert "tanh_1" not in harness.names()


def test_one_selected_layer_is_needed(harness, qtbot) -> None:
    harness.canvas.select_all()
    with qtbot.waitSignal(harness.canvas.message) as said:
        harness.canvas.rename()
    assert "Select one layer" in said.args[0]
    harness.canvas._selection.reset()
    harness.document.select(())
    with qtbot.waitSignal(harness.canvas.message) as said:
        harness.canvas.rename()
    assert "No layer is selected" in said.args[0]


def test_a_click_inside_a_renamed_block_stays_selected(qtbot, make_harness, document_of) -> None:
    inside = {"layers": [{"type": "ReLu", "name": "relu_1"}]}
    harness = make_harness(document_of(("Residual", "block", inside)))
    field = open_editor(harness, "block")
    retype(field, "kink")
    QTest.mouseClick(harness.card("relu_1", ("block",)), Qt.MouseButton.LeftButton, pos=QPoint(60, 12))
    qtbot.waitUntil(lambda: harness.names() == ["kink"])
    assert harness.document.block == ("kink",)
    assert harness.document.selection == ("relu_1",)
