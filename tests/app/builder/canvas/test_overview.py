"""The overview beside the cards, and the places of the parts that float above the canvas."""

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest

from app.builder.canvas.overview import Overview
from app.builder.canvas.zoom_bar import ZoomBar
from app.document.edits import remove_layers
from app.widgets.theme.theme import current_theme, family_color

THIRTY = [("ReLu", f"relu_{number}") for number in range(30)]


def overview_of(harness) -> Overview:
    overview = harness.canvas.findChild(Overview)
    assert overview is not None
    return overview


def color_at(overview: Overview, x: float, y: float) -> QColor:
    picture = overview.grab().toImage()
    ratio = picture.devicePixelRatio()
    return picture.pixelColor(int(x * ratio), int(y * ratio))


def test_the_overview_is_hidden_while_everything_is_visible(make_harness, document_of) -> None:
    harness = make_harness(document_of(*THIRTY))
    overview = overview_of(harness)
    assert overview.isVisible()
    harness.canvas.zoom.fit()
    assert not overview.isVisible()
    harness.canvas.zoom.show_actual_size()
    assert overview.isVisible()


def test_the_frame_follows_scrolling_and_a_drag_scrolls(make_harness, document_of) -> None:
    harness = make_harness(document_of(*THIRTY))
    overview, bar = overview_of(harness), harness.canvas.verticalScrollBar()
    top = overview.visible_frame().top()
    bar.setValue(bar.maximum())
    last = overview.strip_rect(harness.canvas.card_stack.loss_card)
    assert overview.visible_frame().top() > top
    assert overview.visible_frame().bottom() == pytest.approx(overview.height() - 4, abs=1)
    assert overview.visible_frame().contains(last.center())
    middle = overview.strip_rect(harness.card("relu_15")).center().toPoint()
    QTest.mousePress(overview, Qt.MouseButton.LeftButton, pos=middle)
    card = harness.card("relu_15")
    assert harness.canvas.viewport().rect().contains(card.mapTo(harness.canvas.viewport(), card.rect().center()))
    QTest.mouseMove(overview, QPoint(5, 0))
    assert bar.value() == 0
    QTest.mouseRelease(overview, Qt.MouseButton.LeftButton, pos=QPoint(5, 0))


def test_a_press_inside_the_frame_does_not_jump(make_harness, document_of) -> None:
    harness = make_harness(document_of(*THIRTY))
    overview, bar = overview_of(harness), harness.canvas.verticalScrollBar()
    bar.setValue(400)
    frame = overview.visible_frame()
    QTest.mousePress(overview, Qt.MouseButton.LeftButton, pos=QPoint(5, int(frame.top()) + 3))
    assert bar.value() == pytest.approx(400, abs=20)
    QTest.mouseRelease(overview, Qt.MouseButton.LeftButton, pos=QPoint(5, int(frame.top()) + 3))


def test_strips_have_the_colours_of_families_and_problems(make_harness, document_of) -> None:
    harness = make_harness(document_of(*THIRTY[:20], ("Flatten", "flatten_1"), ("Linear", "linear_1", {"outputs": 10})))
    harness.window.resize(1400, 800)
    overview, document = overview_of(harness), harness.document
    harness.canvas.verticalScrollBar().setValue(0)
    strip = overview.strip_rect(harness.card("linear_1"))
    assert color_at(overview, strip.left() + 2, strip.center().y()) == family_color("dense")
    danger = QColor(current_theme().danger)
    assert color_at(overview, strip.right() - 2, strip.center().y()) != danger
    document.apply(remove_layers(document.project, ["flatten_1"]))
    harness.canvas.verticalScrollBar().setValue(0)
    strip = overview.strip_rect(harness.card("linear_1"))
    assert color_at(overview, strip.right() - 2, strip.center().y()) == danger


@pytest.mark.parametrize("width", [700, 900, 1400])
@pytest.mark.parametrize("zoom", [0.5, 1.0])
def test_the_floating_parts_do_not_cover_cards(make_harness, document_of, width: int, zoom: float) -> None:
    harness = make_harness(document_of(*THIRTY))
    harness.window.resize(width, 500)
    canvas = harness.canvas
    canvas.zoom.set_factor(zoom)
    stack, viewport = canvas.card_stack, canvas.viewport()
    for floating in (canvas.findChild(ZoomBar), overview_of(harness)):
        assert floating.isVisible() or zoom == 0.5
        place = QRect(viewport.mapFrom(canvas, floating.pos()), floating.size()).intersected(viewport.rect())
        covered = place.translated(0, canvas.verticalScrollBar().value())
        assert not any(covered.intersects(stack.place_of(card)) for card in stack.all_cards())
        assert canvas.rect().contains(floating.geometry())
