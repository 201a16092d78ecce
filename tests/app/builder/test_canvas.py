"""The canvas: what cards say, selection by mouse and keyboard, actions, one-click fixes, and how little is rebuilt."""

import gc
import weakref
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from PySide6.QtCore import QMimeData, QPoint, Qt
from PySide6.QtGui import QAction, QContextMenuEvent, QCursor, QGuiApplication, QPainter, QPixmap
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu, QPushButton, QWidget

from app.builder import Canvas, SettingsForm
from app.builder.card import Card
from app.builder.clipboard import MIME_TYPE
from app.builder.content import layer_contents
from app.document import DATA_PENDING, Document
from app.document.edits import change_data, change_settings, change_training, remove_layers, rename_layer
from tinyml.storage import Project

CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


def rebuilds(canvas: Canvas) -> int:
    return sum(card.rebuilds for card in canvas.column.all_cards())


def press(bench, key: Qt.Key, modifier=Qt.KeyboardModifier.NoModifier) -> None:
    focused = bench.window.focusWidget()
    QTest.keyClick(focused, key, modifier)


# ------------------------------------------------------------------------------------------------------ what cards say


def test_a_card_says_what_is_known_of_its_layer(bench) -> None:
    content = bench.card("conv_1").content
    assert (content.type_name, content.family) == ("Conv2D", "convolution")
    assert content.line.startswith("4 filters · 3×3")
    assert content.shape == (4, 6, 6)
    assert content.parameter_count == 4 * 9 + 4
    assert "gives 4 by 6 by 6" in bench.card("conv_1").accessibleName()
    assert 0 < content.share < 1


def test_input_and_loss_cards_follow_data_and_training(qtbot, bench) -> None:
    column, document = bench.canvas.column, bench.document
    assert column.input_card.content.shape == (1, 8, 8)
    assert "10 classes" in column.input_card.content.line
    title = column.loss_card.content.type_name
    document.apply(change_training(document.project, loss="mse_loss"))
    assert column.loss_card.content.type_name != title
    assert "code" in column.loss_card.content.line
    document.apply(change_data(document.project, source="/nowhere/at/all"))
    assert column.input_card.content.problem is None
    assert column.input_card.content.line == DATA_PENDING
    qtbot.waitUntil(lambda: bool(document.data_problem))
    assert column.input_card.content.problem.sentence == document.data_problem


def test_a_layer_of_unknown_type_is_shown_as_such(make_bench, document_of) -> None:
    bench = make_bench(document_of(("Foo", "foo_1", {"depth": 3}), ("Flatten", "flatten_1")))
    content = bench.card("foo_1").content
    assert content.line == "unknown type 'Foo', kept as it is"
    assert content.problem is not None
    assert bench.document.project.network.layers[0].settings == {"depth": 3}


def test_an_empty_network_says_what_to_do_next(make_bench, qapp) -> None:
    bench = make_bench(Document(Project()))
    empty = bench.canvas.findChild(QWidget, "empty_canvas")
    assert "Drag one here, or press Enter" in empty.text()
    assert empty.isVisible()
    bench.canvas.insert("Flatten")
    assert not empty.isVisible()


def test_activations_are_shown_where_names_and_shapes_match(qtbot, document, inspection) -> None:
    canvas = Canvas(document, inspection)
    qtbot.addWidget(canvas)
    canvas.resize(600, 900)
    inspection.look(document)
    qtbot.waitUntil(lambda: canvas.card("conv_1").activations is not None)
    assert canvas.card("conv_1").activations.shape == (4, 6, 6)
    assert canvas.card("linear_1").activations.shape == (10,)
    assert canvas.column.input_card.activations.shape == (1, 8, 8)
    empty = np.array(canvas.card("conv_1").grab().toImage().constBits())
    document.apply(change_settings(document.project, "conv_1", {"filters": 5}))
    assert canvas.card("conv_1").activations is None
    assert canvas.card("flatten_1").activations is None
    assert not np.array_equal(empty, np.array(canvas.card("conv_1").grab().toImage().constBits()))


def test_nothing_breaks_when_activations_are_not_finite(qtbot, document, inspection) -> None:
    canvas = Canvas(document, inspection)
    qtbot.addWidget(canvas)
    canvas.resize(600, 900)
    inspection.look(document)
    for entry in inspection.view.trace.entries:
        entry.output[...] = np.nan
    inspection.view_changed.emit()
    qtbot.waitUntil(lambda: canvas.card("conv_1").activations is not None)
    canvas.grab()


# ----------------------------------------------------------------------------------------------------------- one click


def test_the_fix_button_on_the_card_mends_the_network(bench) -> None:
    document = bench.document
    document.apply(remove_layers(document.project, ["flatten_1"]))
    card = bench.card("linear_1")
    assert "needs a vector" in card.content.problem.sentence
    button = card.findChild(QPushButton, "fix_button_linear_1")
    assert button.text() == "Insert Flatten"
    assert button.isVisible()
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert bench.names()[3:] == ["flatten_1", "linear_1"]
    assert not document.problems
    assert not button.isVisible()
    assert document.undo_stack.undoText() == "insert Flatten"


def test_the_keyboard_stays_on_the_card_whose_fix_was_pressed(make_bench, document_of) -> None:
    bench = make_bench(document_of(("MaxPool2D", "pool_1", {"window": [50, 50]}), ("Flatten", "flatten_1")))
    bench.click("pool_1")
    button = bench.card("pool_1").findChild(QPushButton, "fix_button_pool_1")
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert button.isHidden()
    assert bench.card("pool_1").hasFocus()


def test_the_last_layer_offers_the_number_of_classes(bench) -> None:
    document = bench.document
    document.apply(change_settings(document.project, "linear_1", {"outputs": 7}))
    button = bench.card("linear_1").findChild(QPushButton, "fix_button_linear_1")
    assert button.text() == "Set outputs to 10"
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert not document.problems


# ----------------------------------------------------------------------------------------------------------- selection


def test_clicks_select_one_a_range_or_several(bench) -> None:
    bench.click("relu_1")
    assert bench.document.selection == ("relu_1",)
    bench.click("flatten_1", SHIFT)
    assert bench.document.selection == ("relu_1", "pool_1", "flatten_1")
    bench.click("pool_1", CTRL)
    assert bench.document.selection == ("relu_1", "flatten_1")
    bench.click("flatten_1")
    assert bench.document.selection == ("flatten_1",)
    bench.click("flatten_1", CTRL)
    assert bench.document.selection == ()


def test_a_click_on_one_of_several_selects_it_alone(bench) -> None:
    bench.canvas.select_all()
    bench.click("pool_1")
    assert bench.document.selection == ("pool_1",)


def test_a_click_beside_the_cards_clears_the_selection(bench) -> None:
    bench.click("pool_1")
    QTest.mouseClick(bench.canvas.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(4, 400))
    assert bench.document.selection == ()


def test_arrow_keys_home_end_and_escape(bench) -> None:
    bench.click("relu_1")
    press(bench, Qt.Key.Key_Down)
    assert bench.document.selection == ("pool_1",)
    assert bench.window.focusWidget() is bench.card("pool_1")
    press(bench, Qt.Key.Key_Up, SHIFT)
    press(bench, Qt.Key.Key_Up, SHIFT)
    assert bench.document.selection == ("conv_1", "relu_1", "pool_1")
    press(bench, Qt.Key.Key_Down, SHIFT)
    assert bench.document.selection == ("relu_1", "pool_1")
    press(bench, Qt.Key.Key_End)
    assert bench.document.selection == ("linear_1",)
    press(bench, Qt.Key.Key_Home)
    assert bench.document.selection == ("conv_1",)
    press(bench, Qt.Key.Key_End, SHIFT)
    assert bench.document.selection == tuple(bench.names())
    press(bench, Qt.Key.Key_Escape)
    assert bench.document.selection == ()
    press(bench, Qt.Key.Key_A, CTRL)
    assert bench.document.selection == tuple(bench.names())


def test_arrows_reach_the_input_and_the_loss(bench, qtbot) -> None:
    bench.click("conv_1")
    with qtbot.waitSignal(bench.canvas.data_requested):
        press(bench, Qt.Key.Key_Up)
    assert bench.window.focusWidget() is bench.canvas.column.input_card
    assert bench.document.selection == ()
    bench.click("linear_1")
    with qtbot.waitSignal(bench.canvas.training_requested):
        press(bench, Qt.Key.Key_Down)
    assert bench.window.focusWidget() is bench.canvas.column.loss_card


def test_enter_and_double_click_ask_for_the_settings(bench, qtbot) -> None:
    bench.click("pool_1")
    with qtbot.waitSignal(bench.canvas.settings_requested):
        press(bench, Qt.Key.Key_Return)
    with qtbot.waitSignal(bench.canvas.settings_requested):
        QTest.mouseDClick(bench.card("conv_1"), Qt.MouseButton.LeftButton, pos=QPoint(60, 12))


def test_a_card_that_is_selected_by_keyboard_scrolls_into_view(bench) -> None:
    for _ in range(20):
        bench.canvas.insert("Tanh")
    bench.document.select(("conv_1",))
    bench.canvas.setFocus()
    assert bench.canvas.verticalScrollBar().value() < 100
    press(bench, Qt.Key.Key_End)
    last = bench.card(bench.names()[-1])
    assert bench.canvas.viewport().rect().contains(last.mapTo(bench.canvas.viewport(), last.rect().center()))
    assert bench.canvas.verticalScrollBar().value() > 100


def test_the_keyboard_stays_on_the_canvas_when_its_card_is_deleted(bench) -> None:
    bench.click("relu_1")
    bench.canvas.delete_selection()
    assert bench.document.selection == ("pool_1",)
    assert bench.window.focusWidget() is bench.card("pool_1")


def test_another_project_is_shown_from_its_top(make_bench, document_of) -> None:
    layers = [("ReLu", f"relu_{number}") for number in range(30)]
    bench = make_bench(document_of(*layers))
    bench.document.select(("relu_29",))
    bench.card("relu_29").setFocus()
    bar = bench.canvas.verticalScrollBar()
    assert bar.value() > 0
    bench.document.replace(document_of(*layers).project)
    assert bar.value() == 0
    assert bench.canvas.column.input_card.hasFocus()


def test_a_card_that_is_scrolled_away_from_the_mouse_loses_its_outline(make_bench, document_of, monkeypatch) -> None:
    bench = make_bench(document_of(*[("ReLu", f"relu_{number}") for number in range(30)]))
    viewport = bench.canvas.viewport()
    under = viewport.mapToGlobal(QPoint(viewport.width() // 2, 150))
    monkeypatch.setattr(QCursor, "pos", lambda: under)
    bar = bench.canvas.verticalScrollBar()

    def hovered() -> list[str]:
        return [card.content.name for card in bench.canvas.column.all_cards() if card.hovered]

    bar.setValue(200)
    first = hovered()
    assert len(first) == 1
    bar.setValue(600)
    assert len(hovered()) == 1
    assert hovered() != first
    monkeypatch.setattr(QCursor, "pos", lambda: QPoint(-50, -50))
    bar.setValue(700)
    assert hovered() == []


@pytest.mark.parametrize("width", [352, 600])
def test_shape_and_parameter_count_have_room(qtbot, document, width: int) -> None:
    content = replace(layer_contents(document)[0], shape=(128, 28, 28), parameter_count=32_320)
    card = Card(content)
    qtbot.addWidget(card)
    card.resize(width, card.height_for(width))
    painted = []

    class Spy(QPainter):
        def drawText(self, *where_and_what) -> None:  # noqa: N802
            painted.append((where_and_what[0], where_and_what[-1]))

    picture = QPixmap(card.size())
    painter = Spy(picture)
    card._paint_shape(painter)
    painter.end()
    boxes = {text: box for box, text in painted}
    assert "128×28×28" in boxes
    count = next(text for text in boxes if text.startswith("32"))
    assert "param" in count
    shape_box, count_box = boxes["128×28×28"], boxes[count]
    assert width < 480 or shape_box.right() < count_box.left()


def test_only_one_card_is_a_tab_stop(bench) -> None:
    bench.click("pool_1")
    stops = [card for card in bench.canvas.column.all_cards() if card.focusPolicy() == Qt.FocusPolicy.StrongFocus]
    assert stops == [bench.card("pool_1")]


# ------------------------------------------------------------------------------------------------------------- actions


def test_actions_name_their_steps(bench) -> None:
    canvas, stack = bench.canvas, bench.document.undo_stack
    bench.click("relu_1")
    canvas.duplicate_selection()
    assert stack.undoText() == "duplicate relu_2"
    assert bench.names()[:3] == ["conv_1", "relu_1", "relu_2"]
    canvas.move_selection_up()
    assert stack.undoText() == "move relu_2"
    assert bench.names()[:3] == ["conv_1", "relu_2", "relu_1"]
    canvas.move_selection_down()
    canvas.move_selection_down()
    assert bench.names()[:4] == ["conv_1", "relu_1", "pool_1", "relu_2"]
    canvas.delete_selection()
    assert stack.undoText() == "delete relu_2"
    stack.undo()
    assert stack.redoText() == "delete relu_2"
    assert bench.document.selection == ("relu_2",)
    assert bench.shown() == bench.names()


def test_moving_beyond_the_ends_changes_nothing(bench) -> None:
    bench.click("conv_1")
    bench.canvas.move_selection_up()
    bench.click("linear_1")
    bench.canvas.move_selection_down()
    assert bench.document.undo_stack.count() == 0


def test_cut_and_paste_through_the_clipboard(bench) -> None:
    bench.click("conv_1")
    bench.click("relu_1", SHIFT)
    bench.canvas.cut()
    assert bench.document.undo_stack.undoText() == "cut 2 layers"
    data = QGuiApplication.clipboard().mimeData()
    assert data.hasFormat(MIME_TYPE)
    assert '"conv_1"' in data.text()
    bench.click("linear_1")
    bench.canvas.paste()
    assert bench.names() == ["pool_1", "flatten_1", "linear_1", "conv_1", "relu_1"]
    assert bench.document.project.network.layers[3].settings == {"filters": 4, "window": [3, 3], "padding": [0, 0]}
    bench.canvas.paste()
    assert bench.document.selection == ("conv_2", "relu_2")


@pytest.mark.parametrize(
    "text",
    ["", "hello", "{}", "[1]", '{"format": "tinyml-layers", "version": 1, "layers": [{"type": ""}]}', "{" * 9000],
)
def test_anything_else_on_the_clipboard_is_ignored_with_a_sentence(bench, qtbot, text: str) -> None:
    data = QMimeData()
    data.setText(text)
    QGuiApplication.clipboard().setMimeData(data)
    with qtbot.waitSignal(bench.canvas.message) as heard:
        bench.canvas.paste()
    assert heard.args == ["The clipboard holds no layers. Copy some cards first."]
    assert bench.document.undo_stack.count() == 0


def test_damaged_layers_under_our_own_type_are_ignored_too(bench, qtbot) -> None:
    data = QMimeData()
    data.setData(MIME_TYPE, b"\xff\xfe broken")
    QGuiApplication.clipboard().setMimeData(data)
    with qtbot.waitSignal(bench.canvas.message):
        bench.canvas.paste()


def test_actions_without_a_selection_say_so(bench, qtbot) -> None:
    for action in (bench.canvas.delete_selection, bench.canvas.copy, bench.canvas.move_selection_up):
        with qtbot.waitSignal(bench.canvas.message) as heard:
            action()
        assert heard.args == ["No layer is selected. Click a card first."]


def test_the_context_menu_selects_the_card_and_shows_the_shells_actions(bench, qtbot) -> None:
    action = QAction("Delete", bench.canvas)
    action.triggered.connect(bench.canvas.delete_selection)
    bench.canvas.set_context_actions([action])
    card = bench.card("pool_1")
    point = card.mapToGlobal(QPoint(60, 12))
    event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, bench.canvas.viewport().mapFromGlobal(point), point)
    QApplication.sendEvent(bench.canvas.viewport(), event)
    menu = bench.canvas.findChild(QMenu)
    assert bench.document.selection == ("pool_1",)
    assert menu.actions() == [action]
    menu.close()
    qtbot.waitUntil(lambda: bench.canvas.findChild(QMenu) is None)


# -------------------------------------------------------------------------------------------------- how little it does


def test_a_change_rebuilds_only_the_cards_that_differ(bench) -> None:
    document = bench.document
    cards = list(bench.canvas.column.cards)
    before = rebuilds(bench.canvas)
    document.apply(change_training(document.project, epochs=3))
    assert rebuilds(bench.canvas) == before
    document.apply(rename_layer(document.project, "relu_1", "kink"))
    assert rebuilds(bench.canvas) == before + 1
    document.apply(change_settings(document.project, "linear_1", {"bias": False}))
    assert rebuilds(bench.canvas) <= before + 3
    assert bench.canvas.column.cards == cards


def test_a_hundred_layers_follow_an_edit_with_few_rebuilds(make_bench, document_of) -> None:
    layers = [("ReLu" if index % 2 else "Tanh", f"layer_{index}") for index in range(100)]
    bench = make_bench(document_of(*layers))
    before = rebuilds(bench.canvas)
    bench.click("layer_0")
    bench.canvas.insert("Dropout")
    assert rebuilds(bench.canvas) <= before + 2  # the new one, and the last one, whose problem has moved
    bench.canvas.move_selection_down()
    bench.canvas.delete_selection()
    assert rebuilds(bench.canvas) <= before + 4
    assert bench.shown() == bench.names()


@pytest.mark.parametrize("width", [260, 420, 700, 1400])
def test_cards_never_overlap_and_stay_inside(qtbot, document, width: int) -> None:
    document.apply(remove_layers(document.project, ["flatten_1"]))
    canvas = Canvas(document, None)
    qtbot.addWidget(canvas)
    canvas.resize(width, 500)
    canvas.show()
    cards = canvas.column.all_cards()
    for above, below in pairwise(cards):
        assert above.geometry().bottom() < below.geometry().top()
    assert all(card.x() >= 0 and card.geometry().right() < canvas.viewport().width() for card in cards)
    canvas.grab()


def test_the_canvas_leaves_nothing_behind(document, inspection, qapp) -> None:
    canvas = Canvas(document, inspection)
    canvas.show()
    canvas.insert("Tanh")
    card, gone = weakref.ref(canvas.card("conv_1")), weakref.ref(canvas)
    canvas.close()
    del canvas
    gc.collect()
    assert gone() is None
    assert card() is None
    document.apply(change_settings(document.project, "conv_1", {"filters": 6}))
    inspection.view_changed.emit()


def test_an_unknown_setting_of_a_file_is_renamed_by_the_button_on_its_card(make_bench, document_of) -> None:
    document = document_of(("Flatten", "flatten_1"), ("Linear", "linear_1", {"outptus": 10}))
    bench = make_bench(document)
    button = bench.card("linear_1").findChild(QPushButton, "fix_button_linear_1")
    assert button.text() == "Rename it to 'outputs'"
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert document.plan_of("linear_1").specification.settings == {"outputs": 10}
    assert not document.problems


def test_a_problem_of_the_training_settings_has_its_button_on_the_loss_card(make_bench, document_of) -> None:
    document = document_of(("Linear", "linear_1", {"outputs": 2}))
    document.apply(change_data(document.project, source="circle"))
    document.apply(change_training(document.project, augment_flip=True))
    bench = make_bench(document)
    button = bench.canvas.column.loss_card.findChild(QPushButton)
    assert button.text() == "Switch flip off"
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert not document.problems
    assert document.undo_stack.undoText() == "switch flip off"


def test_an_ampersand_on_a_button_is_no_shortcut(make_bench, document_of) -> None:
    bench = make_bench(document_of(("ReLu", "relu_1", {"a&b": 1})))
    button = bench.card("relu_1").findChild(QPushButton, "fix_button_relu_1")
    assert button.text() == "Remove 'a&&b'"


def test_a_click_beside_the_cards_finishes_what_is_half_typed(make_bench, document) -> None:
    bench = make_bench(document)
    form = SettingsForm(document, bench.window)
    bench.window.layout().addWidget(form)
    document.select(("conv_1",))
    box = form.findChild(QWidget, "setting_filters")
    box.setFocus()
    box.selectAll()
    QTest.keyClicks(box, "7")
    QTest.mouseClick(bench.canvas.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(3, 3))
    assert document.plan_of("conv_1").settings.filters == 7
    assert document.selection == ()
