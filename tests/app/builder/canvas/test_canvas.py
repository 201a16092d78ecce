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
from app.builder.canvas.card import Card
from app.builder.canvas.card_model import make_layer_models
from app.builder.canvas.clipboard import MIME_TYPE
from app.document import DATA_PENDING, Document
from app.document.edits import change_data, change_settings, change_training, remove_layers, rename_layer
from tinyml.storage import Project

CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


def rebuilds(canvas: Canvas) -> int:
    return sum(card.rebuilds for card in canvas.card_stack.all_cards())


def press(harness, key: Qt.Key, modifier=Qt.KeyboardModifier.NoModifier) -> None:
    focused = harness.window.focusWidget()
    QTest.keyClick(focused, key, modifier)


# ------------------------------------------------------------------------------------------------------ what cards say


def test_a_card_says_what_is_known_of_its_layer(harness) -> None:
    content = harness.card("conv_1").model
    assert (content.type_name, content.family) == ("Conv2D", "convolution")
    assert content.line.startswith("4 filters · 3×3")
    assert content.shape == (4, 6, 6)
    assert content.parameter_count == 4 * 9 + 4
    assert "gives 4 by 6 by 6" in harness.card("conv_1").accessibleName()
    assert 0 < content.share < 1


def test_input_and_loss_cards_follow_data_and_training(qtbot, harness) -> None:
    card_stack, document = harness.canvas.card_stack, harness.document
    assert card_stack.input_card.model.shape == (1, 8, 8)
    assert "10 classes" in card_stack.input_card.model.line
    title = card_stack.loss_card.model.type_name
    document.apply(change_training(document.project, loss="mse_loss"))
    assert card_stack.loss_card.model.type_name != title
    assert "code" in card_stack.loss_card.model.line
    document.apply(change_data(document.project, source="/nowhere/at/all"))
    assert card_stack.input_card.model.problem is None
    assert card_stack.input_card.model.line == DATA_PENDING
    qtbot.waitUntil(lambda: bool(document.data_problem))
    assert card_stack.input_card.model.problem.sentence == document.data_problem


def test_a_layer_of_unknown_type_is_shown_as_such(make_harness, document_of) -> None:
    harness = make_harness(document_of(("Foo", "foo_1", {"depth": 3}), ("Flatten", "flatten_1")))
    content = harness.card("foo_1").model
    assert content.line == "unknown type 'Foo', kept as it is"
    assert content.problem is not None
    assert harness.document.project.network.layers[0].settings == {"depth": 3}


def test_an_empty_network_says_what_to_do_next(make_harness, qapp) -> None:
    harness = make_harness(Document(Project()))
    empty = harness.canvas.findChild(QWidget, "empty_canvas")
    assert "Drag one here, or press Enter" in empty.text()
    assert empty.isVisible()
    harness.canvas.insert("Flatten")
    assert not empty.isVisible()


def test_activations_are_shown_where_names_and_shapes_match(qtbot, document, inspection) -> None:
    canvas = Canvas(document, inspection)
    qtbot.addWidget(canvas)
    canvas.resize(600, 900)
    inspection.look(document)
    qtbot.waitUntil(lambda: canvas.card("conv_1").activations is not None)
    assert canvas.card("conv_1").activations.shape == (4, 6, 6)
    assert canvas.card("linear_1").activations.shape == (10,)
    assert canvas.card_stack.input_card.activations.shape == (1, 8, 8)
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
    for entry in inspection.sample_trace.trace.entries:
        entry.output[...] = np.nan
    inspection.sample_trace_changed.emit()
    qtbot.waitUntil(lambda: canvas.card("conv_1").activations is not None)
    canvas.grab()


# ----------------------------------------------------------------------------------------------------------- one click


def test_the_fix_button_on_the_card_mends_the_network(harness) -> None:
    document = harness.document
    document.apply(remove_layers(document.project, ["flatten_1"]))
    card = harness.card("linear_1")
    assert "needs a vector" in card.model.problem.sentence
    button = card.findChild(QPushButton, "fix_button_linear_1")
    assert button.text() == "Insert Flatten"
    assert button.isVisible()
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert harness.names()[3:] == ["flatten_1", "linear_1"]
    assert not document.problems
    assert not button.isVisible()
    assert document.undo_stack.undoText() == "insert Flatten"


def test_the_keyboard_stays_on_the_card_whose_fix_was_pressed(make_harness, document_of) -> None:
    harness = make_harness(document_of(("MaxPool2D", "pool_1", {"window": [50, 50]}), ("Flatten", "flatten_1")))
    harness.click("pool_1")
    button = harness.card("pool_1").findChild(QPushButton, "fix_button_pool_1")
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert button.isHidden()
    assert harness.card("pool_1").hasFocus()


def test_the_last_layer_offers_the_number_of_classes(harness) -> None:
    document = harness.document
    document.apply(change_settings(document.project, "linear_1", {"outputs": 7}))
    button = harness.card("linear_1").findChild(QPushButton, "fix_button_linear_1")
    assert button.text() == "Set outputs to 10"
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert not document.problems


# ----------------------------------------------------------------------------------------------------------- selection


def test_clicks_select_one_a_range_or_several(harness) -> None:
    harness.click("relu_1")
    assert harness.document.selection == ("relu_1",)
    harness.click("flatten_1", SHIFT)
    assert harness.document.selection == ("relu_1", "pool_1", "flatten_1")
    harness.click("pool_1", CTRL)
    assert harness.document.selection == ("relu_1", "flatten_1")
    harness.click("flatten_1")
    assert harness.document.selection == ("flatten_1",)
    harness.click("flatten_1", CTRL)
    assert harness.document.selection == ()


def test_a_click_on_one_of_several_selects_it_alone(harness) -> None:
    harness.canvas.select_all()
    harness.click("pool_1")
    assert harness.document.selection == ("pool_1",)


def test_a_click_beside_the_cards_clears_the_selection(harness) -> None:
    harness.click("pool_1")
    QTest.mouseClick(harness.canvas.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(4, 400))
    assert harness.document.selection == ()


def test_arrow_keys_home_end_and_escape(harness) -> None:
    harness.click("relu_1")
    press(harness, Qt.Key.Key_Down)
    assert harness.document.selection == ("pool_1",)
    assert harness.window.focusWidget() is harness.card("pool_1")
    press(harness, Qt.Key.Key_Up, SHIFT)
    press(harness, Qt.Key.Key_Up, SHIFT)
    assert harness.document.selection == ("conv_1", "relu_1", "pool_1")
    press(harness, Qt.Key.Key_Down, SHIFT)
    assert harness.document.selection == ("relu_1", "pool_1")
    press(harness, Qt.Key.Key_End)
    assert harness.document.selection == ("linear_1",)
    press(harness, Qt.Key.Key_Home)
    assert harness.document.selection == ("conv_1",)
    press(harness, Qt.Key.Key_End, SHIFT)
    assert harness.document.selection == tuple(harness.names())
    press(harness, Qt.Key.Key_Escape)
    assert harness.document.selection == ()
    press(harness, Qt.Key.Key_A, CTRL)
    assert harness.document.selection == tuple(harness.names())


def test_arrows_reach_the_input_and_the_loss(harness, qtbot) -> None:
    harness.click("conv_1")
    with qtbot.waitSignal(harness.canvas.data_requested):
        press(harness, Qt.Key.Key_Up)
    assert harness.window.focusWidget() is harness.canvas.card_stack.input_card
    assert harness.document.selection == ()
    harness.click("linear_1")
    with qtbot.waitSignal(harness.canvas.training_requested):
        press(harness, Qt.Key.Key_Down)
    assert harness.window.focusWidget() is harness.canvas.card_stack.loss_card


def test_enter_and_double_click_ask_for_the_settings(harness, qtbot) -> None:
    harness.click("pool_1")
    with qtbot.waitSignal(harness.canvas.settings_requested):
        press(harness, Qt.Key.Key_Return)
    with qtbot.waitSignal(harness.canvas.settings_requested):
        QTest.mouseDClick(harness.card("conv_1"), Qt.MouseButton.LeftButton, pos=QPoint(60, 12))


def test_a_card_that_is_selected_by_keyboard_scrolls_into_view(harness) -> None:
    for _ in range(20):
        harness.canvas.insert("Tanh")
    harness.document.select(("conv_1",))
    harness.canvas.setFocus()
    assert harness.canvas.verticalScrollBar().value() < 100
    press(harness, Qt.Key.Key_End)
    last = harness.card(harness.names()[-1])
    assert harness.canvas.viewport().rect().contains(last.mapTo(harness.canvas.viewport(), last.rect().center()))
    assert harness.canvas.verticalScrollBar().value() > 100


def test_the_keyboard_stays_on_the_canvas_when_its_card_is_deleted(harness) -> None:
    harness.click("relu_1")
    harness.canvas.delete_selection()
    assert harness.document.selection == ("pool_1",)
    assert harness.window.focusWidget() is harness.card("pool_1")


def test_another_project_is_shown_from_its_top(make_harness, document_of) -> None:
    layers = [("ReLu", f"relu_{number}") for number in range(30)]
    harness = make_harness(document_of(*layers))
    harness.document.select(("relu_29",))
    harness.card("relu_29").setFocus()
    bar = harness.canvas.verticalScrollBar()
    assert bar.value() > 0
    harness.document.replace(document_of(*layers).project)
    assert bar.value() == 0
    assert harness.canvas.card_stack.input_card.hasFocus()


def test_a_card_that_is_scrolled_away_from_the_mouse_loses_its_outline(make_harness, document_of, monkeypatch) -> None:
    harness = make_harness(document_of(*[("ReLu", f"relu_{number}") for number in range(30)]))
    viewport = harness.canvas.viewport()
    under = viewport.mapToGlobal(QPoint(viewport.width() // 2, 150))
    monkeypatch.setattr(QCursor, "pos", lambda: under)
    bar = harness.canvas.verticalScrollBar()

    def hovered() -> list[str]:
        return [card.model.name for card in harness.canvas.card_stack.all_cards() if card.hovered]

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
    content = replace(make_layer_models(document)[0], shape=(128, 28, 28), parameter_count=32_320)
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


def test_only_one_card_is_a_tab_stop(harness) -> None:
    harness.click("pool_1")
    stops = [card for card in harness.canvas.card_stack.all_cards() if card.focusPolicy() == Qt.FocusPolicy.StrongFocus]
    assert stops == [harness.card("pool_1")]


# ------------------------------------------------------------------------------------------------------------- actions


def test_actions_name_their_steps(harness) -> None:
    canvas, stack = harness.canvas, harness.document.undo_stack
    harness.click("relu_1")
    canvas.duplicate_selection()
    assert stack.undoText() == "duplicate relu_2"
    assert harness.names()[:3] == ["conv_1", "relu_1", "relu_2"]
    canvas.move_selection_up()
    assert stack.undoText() == "move relu_2"
    assert harness.names()[:3] == ["conv_1", "relu_2", "relu_1"]
    canvas.move_selection_down()
    canvas.move_selection_down()
    assert harness.names()[:4] == ["conv_1", "relu_1", "pool_1", "relu_2"]
    canvas.delete_selection()
    assert stack.undoText() == "delete relu_2"
    stack.undo()
    assert stack.redoText() == "delete relu_2"
    assert harness.document.selection == ("relu_2",)
    assert harness.shown() == harness.names()


def test_moving_beyond_the_ends_changes_nothing(harness) -> None:
    harness.click("conv_1")
    harness.canvas.move_selection_up()
    harness.click("linear_1")
    harness.canvas.move_selection_down()
    assert harness.document.undo_stack.count() == 0


def test_cut_and_paste_through_the_clipboard(harness) -> None:
    harness.click("conv_1")
    harness.click("relu_1", SHIFT)
    harness.canvas.cut()
    assert harness.document.undo_stack.undoText() == "cut 2 layers"
    data = QGuiApplication.clipboard().mimeData()
    assert data.hasFormat(MIME_TYPE)
    assert '"conv_1"' in data.text()
    harness.click("linear_1")
    harness.canvas.paste()
    assert harness.names() == ["pool_1", "flatten_1", "linear_1", "conv_1", "relu_1"]
    assert harness.document.project.network.layers[3].settings == {"filters": 4, "window": [3, 3], "padding": [0, 0]}
    harness.canvas.paste()
    assert harness.document.selection == ("conv_2", "relu_2")


@pytest.mark.parametrize(
    "text",
    ["", "hello", "{}", "[1]", '{"format": "tinyml-layers", "version": 1, "layers": [{"type": ""}]}', "{" * 9000],
)
def test_anything_else_on_the_clipboard_is_ignored_with_a_sentence(harness, qtbot, text: str) -> None:
    data = QMimeData()
    data.setText(text)
    QGuiApplication.clipboard().setMimeData(data)
    with qtbot.waitSignal(harness.canvas.message) as heard:
        harness.canvas.paste()
    assert heard.args == ["The clipboard holds no layers. Copy some cards first."]
    assert harness.document.undo_stack.count() == 0


def test_damaged_layers_under_our_own_type_are_ignored_too(harness, qtbot) -> None:
    data = QMimeData()
    data.setData(MIME_TYPE, b"\xff\xfe broken")
    QGuiApplication.clipboard().setMimeData(data)
    with qtbot.waitSignal(harness.canvas.message):
        harness.canvas.paste()


def test_actions_without_a_selection_say_so(harness, qtbot) -> None:
    for action in (harness.canvas.delete_selection, harness.canvas.copy, harness.canvas.move_selection_up):
        with qtbot.waitSignal(harness.canvas.message) as heard:
            action()
        assert heard.args == ["No layer is selected. Click a card first."]


def test_the_context_menu_selects_the_card_and_shows_the_shells_actions(harness, qtbot) -> None:
    action = QAction("Delete", harness.canvas)
    action.triggered.connect(harness.canvas.delete_selection)
    harness.canvas.set_context_actions([action])
    card = harness.card("pool_1")
    point = card.mapToGlobal(QPoint(60, 12))
    event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, harness.canvas.viewport().mapFromGlobal(point), point)
    QApplication.sendEvent(harness.canvas.viewport(), event)
    menu = harness.canvas.findChild(QMenu)
    assert harness.document.selection == ("pool_1",)
    assert menu.actions() == [action]
    menu.close()
    qtbot.waitUntil(lambda: harness.canvas.findChild(QMenu) is None)


# -------------------------------------------------------------------------------------------------- how little it does


def test_a_change_rebuilds_only_the_cards_that_differ(harness) -> None:
    document = harness.document
    cards = list(harness.canvas.card_stack.cards)
    before = rebuilds(harness.canvas)
    document.apply(change_training(document.project, epochs=3))
    assert rebuilds(harness.canvas) == before
    document.apply(rename_layer(document.project, "relu_1", "kink"))
    assert rebuilds(harness.canvas) == before + 1
    document.apply(change_settings(document.project, "linear_1", {"bias": False}))
    assert rebuilds(harness.canvas) <= before + 3
    assert harness.canvas.card_stack.cards == cards


def test_a_hundred_layers_follow_an_edit_with_few_rebuilds(make_harness, document_of) -> None:
    layers = [("ReLu" if index % 2 else "Tanh", f"layer_{index}") for index in range(100)]
    harness = make_harness(document_of(*layers))
    before = rebuilds(harness.canvas)
    harness.click("layer_0")
    harness.canvas.insert("Dropout")
    assert rebuilds(harness.canvas) <= before + 2  # the new one, and the last one, whose problem has moved
    harness.canvas.move_selection_down()
    harness.canvas.delete_selection()
    assert rebuilds(harness.canvas) <= before + 4
    assert harness.shown() == harness.names()


@pytest.mark.parametrize("width", [260, 420, 700, 1400])
def test_cards_never_overlap_and_stay_inside(qtbot, document, width: int) -> None:
    document.apply(remove_layers(document.project, ["flatten_1"]))
    canvas = Canvas(document, None)
    qtbot.addWidget(canvas)
    canvas.resize(width, 500)
    canvas.show()
    cards = canvas.card_stack.all_cards()
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
    inspection.sample_trace_changed.emit()


def test_an_unknown_setting_of_a_file_is_renamed_by_the_button_on_its_card(make_harness, document_of) -> None:
    document = document_of(("Flatten", "flatten_1"), ("Linear", "linear_1", {"outptus": 10}))
    harness = make_harness(document)
    button = harness.card("linear_1").findChild(QPushButton, "fix_button_linear_1")
    assert button.text() == "Rename it to 'outputs'"
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert document.inference_of("linear_1").specification.settings == {"outputs": 10}
    assert not document.problems


def test_a_problem_of_the_training_settings_has_its_button_on_the_loss_card(make_harness, document_of) -> None:
    document = document_of(("Linear", "linear_1", {"outputs": 2}))
    document.apply(change_data(document.project, source="circle"))
    document.apply(change_training(document.project, augment_flip=True))
    harness = make_harness(document)
    button = harness.canvas.card_stack.loss_card.findChild(QPushButton)
    assert button.text() == "Switch flip off"
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert not document.problems
    assert document.undo_stack.undoText() == "switch flip off"


def test_an_ampersand_on_a_button_is_no_shortcut(make_harness, document_of) -> None:
    harness = make_harness(document_of(("ReLu", "relu_1", {"a&b": 1})))
    button = harness.card("relu_1").findChild(QPushButton, "fix_button_relu_1")
    assert button.text() == "Remove 'a&&b'"


def test_a_click_beside_the_cards_finishes_what_is_half_typed(make_harness, document) -> None:
    harness = make_harness(document)
    form = SettingsForm(document, harness.window)
    harness.window.layout().addWidget(form)
    document.select(("conv_1",))
    box = form.findChild(QWidget, "setting_filters")
    box.setFocus()
    box.selectAll()
    QTest.keyClicks(box, "7")
    QTest.mouseClick(harness.canvas.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(3, 3))
    assert document.inference_of("conv_1").settings.filters == 7
    assert document.selection == ()
