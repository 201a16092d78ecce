"""Gestures on the canvas that something else interrupts: another page, an undo, a fold, a window that closes."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QRubberBand

from app.document.edits import remove_layers
from tinyml.net import LayerSpecification, NetworkSpecification
from tinyml.storage import Project

NONE, CTRL, SHIFT, ALT = (
    Qt.KeyboardModifier.NoModifier,
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.AltModifier,
)
LEFT, MIDDLE = Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton
INSIDE = {"layers": [{"type": "ReLu", "name": "inner_1"}, {"type": "ReLu", "name": "inner_2"}]}
NETWORK = NetworkSpecification(
    layers=(
        LayerSpecification(type="ReLu", name="relu_1"),
        LayerSpecification(type="Residual", name="block", settings=INSIDE),
        LayerSpecification(type="Flatten", name="flatten_1"),
        LayerSpecification(type="Linear", name="linear_1", settings={"outputs": 10}),
    )
)


@pytest.fixture
def window(make_window, qtbot):
    window = make_window()
    window.document.replace(Project(network=NETWORK))
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    yield window
    for button in (LEFT, MIDDLE):  # Qt remembers a button that is down, also for the next test
        QTest.mouseRelease(window, button, NONE, QPoint(1, 1))


def names(window) -> list[str]:
    return [layer.name for layer in window.document.project.network.layers]


def start_rename(window, name: str, block: tuple[str, ...] = ()) -> QLineEdit:
    window.document.select((name,), block=block)
    window.canvas.rename()
    field = window.canvas.findChild(QLineEdit, "rename_field")
    assert field.hasFocus()
    return field


def type_name(field: QLineEdit, name: str) -> None:
    field.selectAll()
    QTest.keyClicks(field, name)


def start_drag(window, name: str = "relu_1") -> None:
    card = window.canvas.card(name)
    QTest.mousePress(card, LEFT, NONE, QPoint(60, 12))
    QTest.mouseMove(card, QPoint(62, 13))
    QTest.mouseMove(card, QPoint(90, 60))
    assert QApplication.overrideCursor() is not None


# ----------------------------------------------------------------------------------------------------------- renaming


def test_no_key_acts_on_the_network_while_a_layer_is_renamed(window) -> None:
    field = start_rename(window, "block")
    before, selection = window.document.project, window.document.selection
    control = (Qt.Key.Key_D, Qt.Key.Key_G, Qt.Key.Key_X, Qt.Key.Key_V, Qt.Key.Key_A)
    keys = [(key, CTRL) for key in control] + [(Qt.Key.Key_G, CTRL | SHIFT)]
    keys += [(Qt.Key.Key_Up, ALT), (Qt.Key.Key_Down, ALT), (Qt.Key.Key_Down, SHIFT)]
    keys += [(key, NONE) for key in (Qt.Key.Key_Delete, Qt.Key.Key_F2, Qt.Key.Key_Home, Qt.Key.Key_Left)]
    for key, modifiers in keys:
        QTest.keyClick(field, key, modifiers)
        assert window.document.project is before, key
        assert window.document.selection == selection, key
        assert field.isVisible(), key


def test_ctrl_a_selects_the_name_and_not_the_layers(window) -> None:
    field = start_rename(window, "block")
    field.deselect()
    QTest.keyClick(field, Qt.Key.Key_A, CTRL)
    assert field.selectedText() == "block"
    assert window.document.selection == ("block",)


def test_saving_applies_the_name_first(window, tmp_path) -> None:
    path = tmp_path / "network.tinyml.json"
    window.files.save_to(path)
    field = start_rename(window, "block")
    type_name(field, "shortcut")
    QTest.keyClick(field, Qt.Key.Key_S, CTRL)
    assert '"shortcut"' in path.read_text()
    assert not window.document.modified
    assert not field.isVisible()


def test_folding_the_block_around_it_applies_the_name(window, qtbot) -> None:
    field = start_rename(window, "inner_1", ("block",))
    type_name(field, "kink")
    window.canvas.set_folded(("block",), True)
    window.canvas.zoom.zoom_out()
    qtbot.waitUntil(lambda: not field.isVisible())
    assert [each.specification.name for each in window.document.inferred_layers(("block",))] == ["kink", "inner_2"]


def test_a_page_change_applies_the_name(window, qtbot) -> None:
    field = start_rename(window, "block")
    type_name(field, "kink")
    QTest.keyClick(field, Qt.Key.Key_3, CTRL)
    qtbot.waitUntil(lambda: "kink" in names(window))
    assert window.pages.current == "train"


def test_closing_the_window_of_the_page_applies_the_name(window, qtbot) -> None:
    window.pages.tear_off("build")
    torn_off = window.canvas.window()
    qtbot.waitUntil(torn_off.isActiveWindow)
    field = start_rename(window, "block")
    type_name(field, "kink")
    torn_off.close()
    qtbot.waitUntil(lambda: "kink" in names(window))


def test_a_folded_block_stays_folded_when_it_is_renamed(window) -> None:
    window.canvas.set_folded(("block",), True)
    field = start_rename(window, "block")
    type_name(field, "shortcut")
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert "shortcut" in names(window)
    assert window.canvas.card("inner_1", ("shortcut",)) is None
    window.document.undo_stack.undo()
    assert window.canvas.card("block") is not None
    assert window.canvas.card("inner_1", ("block",)) is None


# -------------------------------------------------------------------------------------------------------------- mouse


def test_another_page_ends_a_movement_of_the_canvas(window) -> None:
    QTest.mousePress(window.canvas.viewport(), MIDDLE, pos=QPoint(5, 5))
    window.pages.show_page("train")
    window.pages.show_page("build")
    QTest.mouseClick(window.canvas.card("relu_1"), LEFT, NONE, QPoint(60, 12))
    assert window.document.selection == ("relu_1",)


def test_another_page_ends_the_rubber_band(window) -> None:
    viewport = window.canvas.viewport()
    QTest.mousePress(viewport, LEFT, pos=QPoint(3, 5))
    QTest.mouseMove(viewport, QPoint(60, viewport.height() - 2))
    band = window.canvas.findChild(QRubberBand, "rubber_band")
    assert band.isVisible()
    window.pages.show_page("train")
    window.pages.show_page("build")
    assert not band.isVisible()
    selection = window.document.selection
    QTest.mouseMove(viewport, QPoint(300, 300))
    assert window.document.selection == selection


def test_another_page_ends_a_drag(window) -> None:
    start_drag(window)
    window.pages.show_page("train")
    assert QApplication.overrideCursor() is None
    window.pages.show_page("build")
    assert window.canvas.card_stack.gap is None


def test_closing_the_window_of_the_page_ends_a_drag(window, qtbot) -> None:
    window.pages.tear_off("build")
    torn_off = window.canvas.window()
    qtbot.waitUntil(torn_off.isActiveWindow)
    start_drag(window)
    torn_off.close()
    assert QApplication.overrideCursor() is None
    start_drag(window)
    window.document.apply(remove_layers(window.document.project, ("relu_1",)))
    assert QApplication.overrideCursor() is None


# ------------------------------------------------------------------------------------------------------- quick insert


def test_quick_insert_survives_the_end_of_its_block(window) -> None:
    window.document.select(("inner_1",), block=("block",))
    window.canvas.request_insert()
    QTest.keyClicks(window.quick_insert.search, "relu")
    window.document.apply(remove_layers(window.document.project, ("block",)))
    before = window.document.project
    QTest.keyClick(window.quick_insert.search, Qt.Key.Key_Return)
    assert window.document.project is before
    assert window.quick_insert.isVisible()


def test_closing_the_window_of_the_page_closes_quick_insert(window) -> None:
    window.pages.tear_off("build")
    window.canvas.request_insert()
    window.canvas.window().close()
    assert not window.quick_insert.isVisible()
    window.canvas.request_insert()
    assert window.quick_insert.window() is window
