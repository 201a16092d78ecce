"""A drawing becomes the sample of the page, and the prediction follows the pen."""

import numpy as np
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QPushButton, QToolButton, QWidget

from app.document import edits
from app.inspector.samples.drawing.drawing_canvas import DrawingCanvas
from app.inspector.samples.drawing.drawing_panel import DrawingPanel
from app.training.drawing import OwnDrawing
from app.widgets.images.image_grid import ImageGrid
from app.widgets.images.picture_table import PictureTable
from tests.app.inspector.conftest import DIGITS
from tinyml.data import DataChoice

LEFT, NONE = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier


def canvas_of(harness):
    harness.wait(lambda: harness.inspector.findChild(DrawingPanel).drawing_style is not None)
    return harness.find(DrawingCanvas, "canvas")


def draw(canvas, *points: tuple[int, int]) -> None:
    QTest.mousePress(canvas, LEFT, NONE, QPoint(*points[0]))
    for point in points[1:]:
        QTest.mouseMove(canvas, QPoint(*point))
    QTest.mouseRelease(canvas, LEFT, NONE, QPoint(*points[-1]))


def wait_for_drawing(harness, canvas) -> None:
    """Wait until the page shows the drawing as it is on the canvas."""
    inspection = harness.inspection

    def shown() -> bool:
        own, trace = inspection.own, inspection.visible_trace
        drawn = isinstance(own, OwnDrawing) and np.array_equal(own.ink, canvas.ink())
        return drawn and trace is not None and trace.sample.own is own

    harness.wait(shown)


def test_a_drawing_becomes_the_sample_and_the_page_follows(digits):
    canvas = canvas_of(digits)
    assert "Draw here" in digits.text("draw_note")
    draw(canvas, (60, 20), (60, 100))
    wait_for_drawing(digits, canvas)
    trace = digits.inspection.sample_trace
    assert trace.trace.input.shape == (1, 1, 8, 8)
    assert digits.inspector.state.sample.max() > 0.5
    assert digits.text("draw_word") == str(trace.prediction)
    assert digits.text("draw_says") == "it guesses"
    assert not digits.find(QLabel, "draw_note").isVisible()
    assert digits.find(PictureTable, "samples").current == -1
    assert len(digits.find(ImageGrid, "own_images").images) == 1
    digits.train()
    digits.wait(lambda: digits.text("draw_says") == "it says")


def test_the_prediction_follows_while_the_pen_is_down(digits):
    canvas, inspection = canvas_of(digits), digits.inspection
    QTest.mousePress(canvas, LEFT, NONE, QPoint(60, 20))
    wait_for_drawing(digits, canvas)
    first = inspection.own
    QTest.mouseMove(canvas, QPoint(60, 100))
    wait_for_drawing(digits, canvas)
    assert inspection.own is not first
    assert inspection.own_examples.examples == (inspection.own,)
    QTest.mouseRelease(canvas, LEFT, NONE, QPoint(60, 100))
    wait_for_drawing(digits, canvas)


def test_many_strokes_at_once_leave_no_queue(digits, monkeypatch):
    canvas, inspection = canvas_of(digits), digits.inspection
    sent = []
    replace = type(inspection).replace_own
    monkeypatch.setattr(
        type(inspection), "replace_own", lambda self, example: sent.append(example) or replace(self, example)
    )
    QTest.mousePress(canvas, LEFT, NONE, QPoint(20, 20))
    for step in range(200):
        canvas._move(canvas._cursor + QPoint(step % 3, 1))
    assert not sent  # the answer to the first dot is still awaited
    QTest.mouseRelease(canvas, LEFT, NONE, QPoint(20, 20))
    wait_for_drawing(digits, canvas)
    assert len(sent) <= 3
    assert inspection.own is sent[-1]


def test_a_cleared_drawing_is_kept_and_can_be_continued(digits):
    canvas, inspection = canvas_of(digits), digits.inspection
    strip = digits.find(ImageGrid, "own_images")
    draw(canvas, (60, 20), (60, 100))
    wait_for_drawing(digits, canvas)
    digits.find(QToolButton, "draw_clear").click()
    digits.wait(lambda: digits.find(QLabel, "draw_note").isVisible())
    draw(canvas, (20, 60), (100, 60))
    wait_for_drawing(digits, canvas)
    assert len(inspection.own_examples.examples) == 2
    first = inspection.own_examples.examples[0]
    QTest.mouseClick(strip.viewport(), LEFT, pos=strip.image_rect(0).center().toPoint())
    wait_for_drawing(digits, canvas)
    np.testing.assert_array_equal(canvas.ink(), first.ink)
    draw(canvas, (20, 60), (100, 60))
    wait_for_drawing(digits, canvas)
    assert len(inspection.own_examples.examples) == 2
    digits.find(QPushButton, "remove_own").click()
    digits.wait(lambda: canvas.is_empty)
    assert len(inspection.own_examples.examples) == 1


def test_a_cleared_drawing_stays_away_when_the_weights_change(digits):
    canvas, inspection = canvas_of(digits), digits.inspection
    draw(canvas, (60, 20), (60, 100))
    wait_for_drawing(digits, canvas)
    cleared = inspection.own
    canvas.clear()
    digits.train()
    assert inspection.own is cleared
    assert inspection.sample_trace.sample.own is cleared
    assert canvas.is_empty
    assert canvas.can_undo
    assert not digits.find(QLabel, "draw_word").isVisible()
    canvas.undo()
    wait_for_drawing(digits, canvas)
    assert len(inspection.own_examples.examples) == 1
    assert digits.text("draw_says") == "it says"


def test_a_cleared_drawing_comes_back_when_it_is_chosen_again(digits):
    canvas, inspection = canvas_of(digits), digits.inspection
    draw(canvas, (60, 20), (60, 100))
    wait_for_drawing(digits, canvas)
    cleared = inspection.own
    canvas.clear()
    inspection.select_sample(5)
    digits.wait(lambda: inspection.sample_trace.index == 5)
    assert canvas.is_empty
    inspection.select_own(cleared)
    wait_for_drawing(digits, canvas)
    np.testing.assert_array_equal(canvas.ink(), cleared.ink)


def test_undo_after_clear_continues_the_same_drawing(digits):
    canvas, inspection = canvas_of(digits), digits.inspection
    draw(canvas, (60, 20), (60, 100))
    wait_for_drawing(digits, canvas)
    canvas.clear()
    canvas.undo()
    wait_for_drawing(digits, canvas)
    assert len(inspection.own_examples.examples) == 1


def test_the_keys_belong_to_the_drawing_after_its_last_tool(digits):
    canvas, clear = canvas_of(digits), digits.find(QToolButton, "draw_clear")
    draw(canvas, (60, 20), (60, 100))
    wait_for_drawing(digits, canvas)
    clear.setFocus(Qt.FocusReason.TabFocusReason)
    digits.wait(clear.hasFocus)
    QTest.keyClick(clear, Qt.Key.Key_Space)
    assert canvas.is_empty
    assert canvas.hasFocus()
    QTest.keyClick(canvas, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert not canvas.is_empty
    draw(canvas, (20, 60), (100, 60))
    QTest.mouseClick(digits.find(QToolButton, "draw_undo"), LEFT)
    assert canvas.hasFocus()


def test_after_another_sample_the_pen_continues_the_drawing(digits):
    canvas, inspection = canvas_of(digits), digits.inspection
    draw(canvas, (60, 20), (60, 100))
    wait_for_drawing(digits, canvas)
    inspection.select_sample(5)
    digits.wait(lambda: inspection.sample_trace.index == 5)
    assert not digits.find(QWidget, "draw_word").isVisible()
    draw(canvas, (20, 60), (100, 60))
    wait_for_drawing(digits, canvas)
    assert len(inspection.own_examples.examples) == 1


def test_other_data_drop_the_drawing(digits):
    canvas = canvas_of(digits)
    draw(canvas, (60, 20), (60, 100))
    wait_for_drawing(digits, canvas)
    digits.document.apply(edits.change_data(digits.document.project, source="digits-28"))
    digits.wait(lambda: digits.inspection.samples is not None)
    assert canvas.is_empty
    assert digits.inspection.own_examples.examples == ()


def test_a_drawing_for_an_autoencoder_has_an_error(make_harness, project_of):
    layers = (
        ("Conv2D", "conv_1", {"filters": 2, "window": 3, "padding": 1}),
        ("ReLu", "relu_1", {}),
        ("Conv2D", "conv_2", {"filters": 1, "window": 3, "padding": 1}),
    )
    project = project_of(layers, "digits", loss="mse_loss")
    harness = make_harness(project.model_copy(update={"data": DataChoice(source="digits", target="input")}))
    assert not harness.document.problems
    canvas = canvas_of(harness)
    draw(canvas, (60, 20), (60, 100))
    wait_for_drawing(harness, canvas)
    assert harness.text("draw_sure") == "mean error"


def test_a_drawing_for_a_network_with_a_problem_has_no_prediction(digits):
    canvas, project = canvas_of(digits), digits.document.project
    digits.document.apply(edits.change_settings(project, "linear_1", {"outputs": 0}))
    digits.wait(lambda: digits.inspection.partial_trace is not None)
    draw(canvas, (60, 20), (60, 100))
    wait_for_drawing(digits, canvas)
    assert "No prediction" in digits.text("draw_note")
    digits.document.undo_stack.undo()
    digits.wait(lambda: digits.find(QWidget, "draw_word").isVisible())


def test_a_drawing_can_be_made_during_training(make_harness, project_of):
    harness = make_harness(project_of(DIGITS, "digits", epochs=200))
    canvas = canvas_of(harness)
    harness.session.start()
    harness.wait(lambda: len(harness.session.history) > 0)
    draw(canvas, (60, 20), (60, 100))
    wait_for_drawing(harness, canvas)
    harness.wait(lambda: harness.text("draw_says") == "it says")
    assert harness.session.state.active
    harness.session.stop()
    harness.wait(lambda: not harness.session.state.active)


def test_points_cannot_be_drawn(circle):
    assert not circle.find(DrawingCanvas, "canvas").isVisible()


def test_a_click_on_the_thumbnail_of_a_cleared_drawing_brings_it_back(digits):
    canvas, strip = canvas_of(digits), digits.find(ImageGrid, "own_images")
    draw(canvas, (60, 20), (60, 100))
    wait_for_drawing(digits, canvas)
    cleared = digits.inspection.own
    canvas.clear()
    QTest.mouseClick(strip.viewport(), LEFT, pos=strip.image_rect(0).center().toPoint())
    np.testing.assert_array_equal(canvas.ink(), cleared.ink)
    assert digits.inspection.own_examples.examples == (cleared,)
