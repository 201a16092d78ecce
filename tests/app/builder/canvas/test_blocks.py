"""Blocks on the canvas: open cards with their layers inside, by mouse and keyboard."""

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton

from app.builder import Canvas
from app.builder.canvas.block_painter import arrow_rect
from app.builder.canvas.stack_layout import CardGap
from app.document import BlockPath, Document
from app.document.blocks import layers_in
from app.document.edits import change_settings
from tests.app.builder.canvas.read_canvas import expected_rows, read_canvas
from tinyml.storage import Project

SHIFT, CTRL = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier
INNER = {"layers": [{"type": "Tanh", "name": "tanh_1"}]}
INSIDE = {
    "layers": [
        {"type": "ReLu", "name": "relu_1"},
        {"type": "Residual", "name": "inner", "settings": INNER},
        {"type": "Sigmoid", "name": "sigmoid_1"},
    ]
}
ROWS = [
    (0, "relu_1"),
    (0, "outer"),
    (1, "relu_1"),
    (1, "inner"),
    (2, "tanh_1"),
    (1, "sigmoid_1"),
    (0, "tanh_1"),
]
STANDARD = ["conv_1", "batchnorm_1", "relu_1", "conv_2"]


@pytest.fixture
def document(document_of) -> Document:
    return document_of(("ReLu", "relu_1"), ("Residual", "outer", INSIDE), ("Tanh", "tanh_1"))


@pytest.fixture
def standard(make_harness, document_of):
    """A canvas with one standard block."""
    return make_harness(document_of(("Residual", "b")))


def names(document: Document, *path: str) -> list[str]:
    return [layer.name for layer in layers_in(document.project, path)]


def press(harness, key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> BlockPath:
    """Press a key on the canvas and return the path of the current card."""
    QTest.keyClick(harness.window.focusWidget(), key, modifier)
    return harness.canvas._current_card().model.path


def click(harness, name: str, block: BlockPath = (), modifier=Qt.KeyboardModifier.NoModifier) -> None:
    QTest.mouseClick(harness.card(name, block), Qt.MouseButton.LeftButton, modifier, QPoint(60, 12))


def drag_to(harness, gap: CardGap) -> None:
    """Move the pointer to a gap that is not open yet."""
    harness.move_to(harness.canvas.card_stack.point_of_gap(gap))


# -------------------------------------------------------------------------------------------------------------- showing


def test_the_layers_inside_lie_indented_on_the_card_of_their_block(harness) -> None:
    assert read_canvas(harness.canvas) == ROWS == expected_rows(harness.document)
    stack, inner = harness.canvas.card_stack, harness.card("tanh_1", ("outer", "inner"))
    outer, middle = harness.card("outer"), harness.card("inner", ("outer",))
    assert outer.x() < middle.x() < inner.x()
    assert outer.geometry().right() > middle.geometry().right() > inner.geometry().right()
    assert stack.card_at(QPointF(inner.geometry().center())) is inner
    assert stack.card_at(QPointF(outer.geometry().topLeft() + QPoint(60, 12))) is outer


def test_the_header_names_the_shortcut_and_a_screen_reader_hears_the_place(harness) -> None:
    assert harness.card("outer").model.type_name == "Residual · output = input + inside"
    assert harness.card("tanh_1", ("outer", "inner")).accessibleName().startswith("tanh_1, inside inner, Tanh")
    assert harness.card("tanh_1", ("outer", "inner")).objectName() == "card_outer/inner/tanh_1"
    harness.canvas.set_folded(("outer",), True)
    assert ", folded, x + relu_1 → inner → sigmoid_1" in harness.card("outer").accessibleName()


def test_a_standard_block_shows_the_layers_that_it_will_have(standard) -> None:
    assert [name for _, name in read_canvas(standard.canvas)] == ["b", *STANDARD]
    assert standard.card("b").model.type_name == "Residual · output = input + standard block"
    assert standard.card("conv_1", ("b",)).model.standard
    standard.canvas.commands.insert("Dropout", 0, ("b",))
    assert not standard.card("conv_1", ("b",)).model.standard


@pytest.mark.parametrize("zoom", [0.4, 1.0, 1.5])
def test_blocks_are_laid_out_at_any_zoom(harness, zoom: float) -> None:
    harness.canvas.zoom.set_factor(zoom)
    assert read_canvas(harness.canvas) == ROWS
    harness.canvas.grab()


def test_a_problem_inside_is_explained_on_the_card_inside(make_harness, document_of) -> None:
    wrong = {"layers": [{"type": "Linear", "name": "fc"}]}
    harness = make_harness(document_of(("Residual", "b", wrong)))
    assert harness.card("b").model.problem.sentence == "fc inside has a problem."
    button = harness.card("fc", ("b",)).findChild(QPushButton)
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert names(harness.document, "b") == ["flatten_1", "fc"]
    # Now the layers fit each other, but not the block.
    assert "must have its shape" in harness.card("b").model.problem.sentence
    assert harness.card("b").findChild(QPushButton).isVisible()


def test_live_activations_of_the_layers_inside(qtbot, document, inspection) -> None:
    canvas = Canvas(document, inspection)
    qtbot.addWidget(canvas)
    canvas.show()
    inspection.compute_trace(document)
    inside = canvas.card("tanh_1", ("outer", "inner"))
    qtbot.waitUntil(lambda: inside.activations is not None)
    relu = canvas.card("relu_1", ("outer",)).activations
    assert inside.activations == pytest.approx(np.tanh(relu))
    assert canvas.card("outer").activations is not None


# -------------------------------------------------------------------------------------------------------------- folding


def test_a_click_on_the_arrow_folds_and_unfolds(harness) -> None:
    for folded, count in ((True, 3), (False, 7)):
        card = harness.card("outer")
        place = arrow_rect(card.width()).center()
        QTest.mouseClick(card, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, place)
        assert card.model.folded == folded
        assert len(harness.canvas.card_stack.cards) == count
    assert harness.document.selection == ()


def test_left_and_right_fold_and_unfold_and_walk(harness) -> None:
    click(harness, "tanh_1", ("outer", "inner"))
    assert press(harness, Qt.Key.Key_Left) == ("outer", "inner")
    press(harness, Qt.Key.Key_Left)
    assert harness.card("inner", ("outer",)).model.folded
    assert press(harness, Qt.Key.Key_Left) == ("outer",)
    assert press(harness, Qt.Key.Key_Right) == ("outer", "relu_1")
    assert press(harness, Qt.Key.Key_Down) == ("outer", "inner")
    assert press(harness, Qt.Key.Key_Right) == ("outer", "inner")
    assert press(harness, Qt.Key.Key_Right) == ("outer", "inner", "tanh_1")


def test_a_block_stays_folded_until_another_project_is_opened(harness) -> None:
    harness.canvas.set_folded(("outer",), True)
    harness.document.select(("relu_1",))
    harness.canvas.commands.duplicate()
    harness.document.undo_stack.undo()
    assert harness.card("outer").model.folded
    project = harness.document.project
    harness.document.replace(Project())
    harness.document.replace(project)
    assert harness.card("outer").model.is_open


def test_folding_selects_the_block_instead_of_what_it_hides(harness) -> None:
    harness.document.select(("tanh_1",), block=("outer", "inner"))
    harness.canvas.set_folded(("outer",), True)
    assert (harness.document.block, harness.document.selection) == ((), ("outer",))


def test_selecting_a_hidden_layer_unfolds_its_blocks(harness) -> None:
    harness.canvas.set_folded(("outer", "inner"), True)
    harness.canvas.set_folded(("outer",), True)
    harness.document.select(("tanh_1",), block=("outer", "inner"))
    assert harness.card("tanh_1", ("outer", "inner")).selected
    assert read_canvas(harness.canvas) == ROWS


# ------------------------------------------------------------------------------------------------------------ selection


def test_up_and_down_walk_through_everything_visible(harness) -> None:
    harness.document.select(("relu_1",))
    harness.canvas.setFocus()
    paths = [("relu_1",)] + [press(harness, Qt.Key.Key_Down) for _ in ROWS[1:]]
    assert [(len(path) - 1, path[-1]) for path in paths] == ROWS
    assert press(harness, Qt.Key.Key_Up) == ("outer", "sigmoid_1")


def test_shift_selects_in_one_stack(harness) -> None:
    click(harness, "relu_1", ("outer",))
    press(harness, Qt.Key.Key_Down, SHIFT)
    press(harness, Qt.Key.Key_Down, SHIFT)
    assert harness.document.selection == ("relu_1", "inner", "sigmoid_1")
    press(harness, Qt.Key.Key_Down, SHIFT)
    assert (harness.document.block, len(harness.document.selection)) == (("outer",), 3)
    click(harness, "relu_1")
    click(harness, "tanh_1", (), SHIFT)
    assert harness.document.selection == ("relu_1", "outer", "tanh_1")
    click(harness, "tanh_1", ("outer", "inner"), SHIFT)
    assert (harness.document.block, harness.document.selection) == (("outer", "inner"), ("tanh_1",))


def test_ctrl_adds_in_one_stack_and_ctrl_a_selects_all_of_it(harness) -> None:
    click(harness, "relu_1", ("outer",))
    click(harness, "sigmoid_1", ("outer",), CTRL)
    assert harness.document.selection == ("relu_1", "sigmoid_1")
    press(harness, Qt.Key.Key_A, CTRL)
    assert harness.document.selection == ("relu_1", "inner", "sigmoid_1")
    click(harness, "tanh_1", (), CTRL)
    assert (harness.document.block, harness.document.selection) == ((), ("tanh_1",))


# -------------------------------------------------------------------------------------------------------- drag and drop


@pytest.mark.parametrize(
    "gap",
    [
        CardGap((), 1),
        CardGap(("outer",), 0),
        CardGap(("outer",), 2),
        CardGap(("outer", "inner"), 0),
        CardGap(("outer", "inner"), 1),
        CardGap(("outer",), 3),
        CardGap((), 2),
    ],
)
def test_a_new_layer_drops_into_a_gap_at_any_depth(harness, gap: CardGap) -> None:
    stack = harness.canvas.card_stack
    harness.pick_up(harness.entry("Dropout"))
    drag_to(harness, gap)
    assert stack.gap == gap
    rect = stack.gap_rect()
    sibling = stack.place_of(next(card for card in stack.cards if card.model.block == gap.block))
    assert (rect.x(), rect.width()) == (sibling.x(), sibling.width())
    for y in (rect.top() + 1, rect.center().y(), rect.bottom() - 1):
        harness.move_to(QPoint(rect.center().x(), y))
        assert stack.gap == gap, "an open gap stays open while the pointer is in it"
    harness.release()
    assert names(harness.document, *gap.block)[gap.index] == "dropout_1"
    assert (harness.document.block, harness.document.selection) == (gap.block, ("dropout_1",))
    assert read_canvas(harness.canvas) == expected_rows(harness.document)
    harness.document.undo_stack.undo()
    assert read_canvas(harness.canvas) == ROWS


def test_a_card_is_dragged_into_a_block_and_out_of_it(harness) -> None:
    harness.pick_up(harness.card("tanh_1"))
    drag_to(harness, CardGap(("outer",), 1))
    harness.release()
    assert names(harness.document, "outer") == ["relu_1", "tanh_1", "inner", "sigmoid_1"]
    harness.pick_up(harness.card("sigmoid_1", ("outer",)))
    drag_to(harness, CardGap((), 0))
    harness.release()
    assert names(harness.document) == ["sigmoid_1", "relu_1", "outer"]
    assert read_canvas(harness.canvas) == expected_rows(harness.document)


def test_a_dragged_block_takes_its_layers_along(harness) -> None:
    harness.pick_up(harness.card("outer"))
    drag_to(harness, CardGap((), 3))
    stack = harness.canvas.card_stack
    assert len([card for card in stack.cards if stack.place_of(card).y() < 0]) == 5
    assert stack.gap == CardGap((), 3)
    harness.release()
    assert names(harness.document) == ["relu_1", "tanh_1", "outer"]
    assert read_canvas(harness.canvas) == expected_rows(harness.document)


def test_with_alt_a_copy_is_dropped_into_a_block(harness) -> None:
    harness.pick_up(harness.card("tanh_1"))
    drag_to(harness, CardGap(("outer", "inner"), 1))
    QTest.keyPress(harness.window, Qt.Key.Key_Alt)
    harness.release()
    QTest.keyRelease(harness.window, Qt.Key.Key_Alt)
    assert names(harness.document, "outer", "inner") == ["tanh_1", "tanh_2"]
    assert names(harness.document) == ["relu_1", "outer", "tanh_1"]


def test_a_rubber_band_over_a_block_selects_the_block(harness) -> None:
    stack, canvas = harness.canvas.card_stack, harness.canvas
    start, end = QPoint(4, harness.card("outer").y() + 2), QPoint(120, harness.card("outer").geometry().bottom() - 2)
    QTest.mousePress(stack, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, start)
    QTest.mouseMove(stack, start + QPoint(20, 20))
    QTest.mouseMove(stack, end)
    assert (canvas.document.block, canvas.document.selection) == ((), ("outer",))
    QTest.mouseRelease(stack, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, end)


def test_a_drop_that_nests_too_deeply_changes_nothing(harness, qtbot) -> None:
    deep = {"layers": [{"type": "Residual", "name": "r", "settings": INNER}]}
    harness.document.replace(Project(network=harness.document.project.network))
    harness.canvas.commands.insert("Residual", 0, ())
    harness.document.apply(change_settings(harness.document.project, "residual_1", deep))
    before = harness.document.project
    harness.pick_up(harness.card("residual_1"))
    drag_to(harness, CardGap(("outer", "inner"), 1))
    with qtbot.waitSignal(harness.canvas.message, check_params_cb=lambda sentence: "at most 3 deep" in sentence):
        harness.release()
    assert harness.document.project == before


def test_a_drop_into_a_standard_block_writes_its_layers_down(standard) -> None:
    standard.pick_up(standard.entry("Dropout"))
    drag_to(standard, CardGap(("b",), 2))
    standard.release()
    assert names(standard.document, "b") == ["conv_1", "batchnorm_1", "dropout_1", "relu_1", "conv_2"]
    standard.document.undo_stack.undo()
    assert names(standard.document, "b") == []


def test_a_gap_is_asked_for_inside_a_folded_block(harness, qtbot) -> None:
    harness.canvas.set_folded(("outer",), True)
    with qtbot.waitSignal(harness.canvas.insert_requested) as asked:
        harness.canvas.request_insert(0, "c", ("outer",))
    block, index, position, text = asked.args
    assert (block, index, text) == (("outer",), 0, "c")
    place = harness.canvas.card_stack.mapFromGlobal(position)
    assert place.y() < harness.card("relu_1", ("outer",)).y()


# ------------------------------------------------------------------------------------------ stepping in and out by keys


def test_alt_up_and_down_move_a_layer_through_the_open_blocks(harness) -> None:
    commands, document = harness.canvas.commands, harness.document
    document.select(("tanh_1",))
    first, places = document.project, []
    while True:
        before = document.project
        commands.move_up()
        if document.project == before:
            break
        (name,) = document.selection
        places.append((document.block, names(document, *document.block).index(name)))
    inner = ("outer", "inner")
    assert places == [
        (("outer",), 3),
        (("outer",), 2),
        (inner, 1),
        (inner, 0),
        (("outer",), 1),
        (("outer",), 0),
        ((), 1),
        ((), 0),
    ]
    back = []
    for _ in places:
        commands.move_down()
        (name,) = document.selection
        back.append((document.block, names(document, *document.block).index(name)))
    assert back == [*reversed(places[:-1]), ((), 2)]
    assert [layer.type for layer in document.project.network.layers] == [layer.type for layer in first.network.layers]


def test_alt_down_moves_a_layer_past_a_folded_block(harness) -> None:
    harness.canvas.set_folded(("outer",), True)
    harness.document.select(("relu_1",))
    harness.canvas.commands.move_down()
    assert names(harness.document) == ["outer", "relu_1", "tanh_1"]


def test_escape_steps_out_of_the_blocks_one_by_one(harness) -> None:
    click(harness, "tanh_1", ("outer", "inner"))
    assert press(harness, Qt.Key.Key_Escape) == ("outer", "inner")
    assert press(harness, Qt.Key.Key_Escape) == ("outer",)
    assert (harness.document.block, harness.document.selection) == ((), ("outer",))
    press(harness, Qt.Key.Key_Escape)
    assert harness.document.selection == ()


def test_ctrl_a_selects_the_block_and_then_the_stack_around_it(harness) -> None:
    click(harness, "tanh_1", ("outer", "inner"))
    for block, expected in (
        (("outer",), ("relu_1", "inner", "sigmoid_1")),
        ((), ("relu_1", "outer", "tanh_1")),
        ((), ("relu_1", "outer", "tanh_1")),
    ):
        press(harness, Qt.Key.Key_A, CTRL)
        assert (harness.document.block, harness.document.selection) == (block, expected)
