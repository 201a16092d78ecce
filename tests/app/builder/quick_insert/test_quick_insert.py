"""The popup of quick insert: keys, mouse, focus, and its place in the window."""

import time

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QWidget

from app.builder import QuickInsert

SHIFT = Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def popup(harness) -> QuickInsert:
    return QuickInsert(harness.document, harness.canvas)


def type_on_canvas(harness, text: str) -> None:
    QTest.keyClicks(harness.window.focusWidget(), text[:1])
    QTest.keyClicks(harness.window.focusWidget(), text[1:])


def press(harness, key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    QTest.keyClick(harness.window.focusWidget(), key, modifier)


def label(popup: QuickInsert, name: str) -> str:
    return popup.findChild(QLabel, f"quick_insert_{name}").text()


def test_typing_on_the_canvas_inserts_layer_after_layer(harness, popup) -> None:
    harness.click("pool_1")
    type_on_canvas(harness, "conv 16 5x5 pad 2")
    assert popup.isVisible()
    assert harness.window.focusWidget() is popup.search
    assert label(popup, "place") == "Insert after pool_1, which gives 4×3×3"
    press(harness, Qt.Key.Key_Return)
    assert not popup.isVisible()
    assert harness.document.selection == ("conv_2",)
    assert harness.document.project.network.layers[3].settings == {
        "filters": 16,
        "window": [5, 5],
        "padding": [2, 2],
    }
    assert harness.window.focusWidget() is harness.card("conv_2")
    type_on_canvas(harness, "relu")
    press(harness, Qt.Key.Key_Enter)
    assert harness.names() == ["conv_1", "relu_1", "pool_1", "conv_2", "relu_2", "flatten_1", "linear_1"]
    assert harness.document.undo_stack.undoText() == "insert relu_2"


@pytest.mark.parametrize(("key", "modifier"), [(Qt.Key.Key_Tab, None), (Qt.Key.Key_Return, SHIFT)])
def test_tab_and_shift_enter_insert_and_stay_open(harness, popup, key, modifier) -> None:
    harness.click("conv_1")
    type_on_canvas(harness, "tanh")
    press(harness, key, modifier or Qt.KeyboardModifier.NoModifier)
    assert popup.isVisible()
    assert harness.window.focusWidget() is popup.search
    assert popup.search.text() == ""
    assert label(popup, "place").startswith("Insert after tanh_1")
    type_on_canvas(harness, "dropout 20%")
    press(harness, key, modifier or Qt.KeyboardModifier.NoModifier)
    assert harness.names()[:4] == ["conv_1", "tanh_1", "dropout_1", "relu_1"]
    press(harness, Qt.Key.Key_Escape)
    assert not popup.isVisible()
    assert harness.window.focusWidget() is harness.card("dropout_1")


def test_an_empty_search_offers_what_usually_follows(harness, popup) -> None:
    harness.click("conv_1")
    harness.canvas.request_insert()
    assert [candidate.title for candidate in popup.list.candidates[:2]] == ["ReLU", "MaxPool2D"]
    press(harness, Qt.Key.Key_Down)
    press(harness, Qt.Key.Key_Return)
    assert harness.names()[:3] == ["conv_1", "pool_2", "relu_1"]


def test_arrows_stop_at_the_ends_and_tell_screen_readers(harness, popup) -> None:
    harness.canvas.request_insert()
    last = len(popup.list.candidates)
    for _ in range(last + 3):
        press(harness, Qt.Key.Key_Down)
    assert popup.list.current == popup.list.candidates[-1]
    assert f", {last} of {last}." in popup.search.accessibleDescription()
    press(harness, Qt.Key.Key_PageUp)
    assert popup.list.current == popup.list.candidates[-6]
    for _ in range(last):
        press(harness, Qt.Key.Key_Up)
    assert popup.search.accessibleDescription().startswith(popup.list.candidates[0].describe())


def test_escape_and_a_click_elsewhere_close_without_a_change(harness, popup) -> None:
    harness.click("conv_1")
    type_on_canvas(harness, "relu")
    press(harness, Qt.Key.Key_Escape)
    assert not popup.isVisible()
    assert harness.window.focusWidget() is harness.card("conv_1")
    type_on_canvas(harness, "relu")
    harness.click("linear_1")
    assert not popup.isVisible()
    assert harness.window.focusWidget() is harness.card("linear_1")
    assert harness.document.undo_stack.count() == 0


def test_a_click_on_a_row_inserts_it(harness, popup) -> None:
    harness.click("conv_1")
    harness.canvas.request_insert()
    row = next(index for index, each in enumerate(popup.list.candidates) if each.title == "BatchNorm2D")
    place = popup.list.visualRect(popup.list.model().index(row, 0)).center()
    QTest.mouseClick(popup.list.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert harness.names()[:2] == ["conv_1", "batchnorm_1"]
    assert not popup.isVisible()


def test_wrong_settings_are_explained_and_insert_nothing(harness, popup) -> None:
    harness.click("conv_1")
    type_on_canvas(harness, "conv foo=3")
    press(harness, Qt.Key.Key_Return)
    assert popup.isVisible()
    assert label(popup, "hint").startswith("Conv2D: no setting “foo”; it has filters, window")
    assert harness.document.undo_stack.count() == 0
    popup.search.setText("zebra")
    assert label(popup, "hint") == "No layer type matches “zebra”. Try conv, relu, pool or linear."
    press(harness, Qt.Key.Key_Return)
    assert harness.document.undo_stack.count() == 0


def test_a_layer_that_does_not_fit_can_still_be_inserted(harness, popup) -> None:
    harness.click("conv_1")
    type_on_canvas(harness, "linear 10")
    assert popup.list.current.fits is False
    press(harness, Qt.Key.Key_Return)
    assert harness.document.problems[0].layer == "linear_2"


def test_the_popup_follows_changes_of_the_document(harness, popup) -> None:
    harness.click("linear_1")
    type_on_canvas(harness, "relu")
    press(harness, Qt.Key.Key_Tab)
    harness.document.undo_stack.undo()
    assert label(popup, "place").startswith("Insert after linear_1")
    type_on_canvas(harness, "tanh")
    press(harness, Qt.Key.Key_Return)
    assert harness.names()[-2:] == ["linear_1", "tanh_1"]


def test_undo_while_typing_changes_the_text_only(harness, popup) -> None:
    harness.click("conv_1")
    type_on_canvas(harness, "tanh")
    press(harness, Qt.Key.Key_Tab)
    type_on_canvas(harness, "relu")
    press(harness, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert popup.search.text() == ""
    assert harness.names()[:2] == ["conv_1", "tanh_1"]


def test_another_project_closes_the_popup(harness, popup) -> None:
    harness.canvas.request_insert()
    harness.document.replace(harness.document.project)
    assert not popup.isVisible()


@pytest.mark.parametrize("width", [320, 500, 1000])
@pytest.mark.parametrize("height", [260, 500, 900])
def test_the_popup_stays_inside_the_window(harness, popup, width: int, height: int) -> None:
    harness.window.resize(width, height)
    for name in harness.names():
        harness.document.select((name,))
        harness.canvas.request_insert()
        assert popup.parentWidget() is harness.window
        assert harness.window.rect().contains(popup.geometry()), name
        assert popup.rect().contains(popup.list.geometry().bottomRight())


def test_resizing_the_window_closes_the_popup(harness, popup, qtbot) -> None:
    harness.canvas.request_insert()
    harness.window.resize(700, 500)
    qtbot.waitUntil(lambda: not popup.isVisible())


def test_the_popup_opens_for_a_gap_of_a_thousand_layers_at_once(make_harness, document_of) -> None:
    harness = make_harness(document_of(*[("ReLu", f"relu_{number}") for number in range(1000)]))
    popup = QuickInsert(harness.document, harness.canvas)
    middle = harness.canvas.mapToGlobal(QPoint(100, 100))
    popup.open_at((), 1000, middle)  # imports and fonts
    seconds: list[float] = []
    for text in ("", "c", "co", "con", "conv", "conv 16 5x5"):
        start = time.thread_time()
        popup.open_at((), 1000, middle, text)
        seconds.append(time.thread_time() - start)
    assert sorted(seconds)[len(seconds) // 2] < 0.05


@pytest.fixture
def block_harness(make_harness, document_of):
    """A convolution and a Residual block with its standard layers, and quick insert."""
    harness = make_harness(document_of(("Conv2D", "conv_1"), ("Residual", "residual_1")))
    return harness, QuickInsert(harness.document, harness.canvas)


def test_a_block_that_undo_removes_takes_no_layer(block_harness) -> None:
    harness, popup = block_harness
    popup.open_at(("residual_7",), 0, QPoint(), "tanh")
    press(harness, Qt.Key.Key_Return)
    assert popup.isVisible()
    assert "residual_7" in label(popup, "hint")
    assert harness.document.undo_stack.count() == 0


def test_a_layer_goes_into_a_block(block_harness) -> None:
    harness, popup = block_harness
    popup.open_at(("residual_1",), 1, QPoint(), "tanh")
    assert label(popup, "place") == "Insert after conv_1, which gives 8×8×8"
    assert popup.list.current.result == "8×8×8"
    press(harness, Qt.Key.Key_Tab)
    assert (harness.document.block, harness.document.selection) == (("residual_1",), ("tanh_1",))
    inside = [inferred.specification.name for inferred in harness.document.inferred_layers(("residual_1",))]
    assert inside == ["conv_1", "tanh_1", "batchnorm_1", "relu_1", "conv_2"]
    assert label(popup, "place") == "Insert after tanh_1, which gives 8×8×8"
    popup.open_at(("residual_1",), 0, QPoint())
    assert label(popup, "place") == "Insert after the input of residual_1, which gives 8×8×8"
    assert popup.list.candidates[0].title == "Conv2D"


def test_a_canvas_that_is_hidden_or_gets_another_window_closes_the_popup(harness, popup, qtbot) -> None:
    harness.click("conv_1")
    type_on_canvas(harness, "relu")
    harness.canvas.hide()
    assert not popup.isVisible()
    harness.canvas.show()
    other = QWidget()
    qtbot.addWidget(other)
    harness.canvas.setParent(other)
    with qtbot.waitExposed(other):
        other.show()
    harness.canvas.show()
    harness.canvas.request_insert()
    assert popup.parentWidget() is other
    assert popup.isVisible()
    harness.canvas.setParent(harness.window)
    other.deleteLater()
    QCoreApplication.sendPostedEvents(other, QEvent.Type.DeferredDelete)
    harness.canvas.show()
    harness.canvas.request_insert()
    assert popup.parentWidget() is harness.window
    assert popup.isVisible()
