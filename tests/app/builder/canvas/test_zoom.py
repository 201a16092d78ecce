"""The zoom of the canvas: keys, wheel, touchpad, fit, and what it does to the cards."""

from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QFont, QImage, QInputDevice, QNativeGestureEvent, QPointingDevice, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFrame, QPushButton, QToolButton

from app.builder.canvas.card import Card
from app.builder.canvas.card_model import make_layer_models
from app.builder.canvas.compact_card import COMPACT_HEIGHT
from app.builder.canvas.zoom import LARGEST, LEVELS, SMALLEST
from app.document.edits import remove_layers
from app.widgets.theme.theme import family_color

THIRTY = [("ReLu", f"relu_{number}") for number in range(30)]


def turn_wheel(harness, degrees_by_eight: int, point: QPoint, modifier=Qt.KeyboardModifier.ControlModifier) -> None:
    """Turn the mouse wheel over a point of the viewport. Qt sends the events of a real wheel from the card to here."""
    viewport = harness.canvas.viewport()
    event = QWheelEvent(
        QPointF(point),
        QPointF(viewport.mapToGlobal(point)),
        QPoint(),
        QPoint(0, degrees_by_eight),
        Qt.MouseButton.NoButton,
        modifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(viewport, event)


def share_under(harness, name: str, point: QPoint) -> tuple[float, float]:
    """Return where a point of the viewport is in a card, as shares of its width and height."""
    card = harness.card(name)
    inside = card.mapFrom(harness.canvas.viewport(), point)
    return inside.x() / card.width(), inside.y() / card.height()


@pytest.mark.parametrize("notches", [1, 3, -1, -2])
def test_the_wheel_zooms_about_the_pointer(make_harness, document_of, notches: int) -> None:
    harness = make_harness(document_of(*THIRTY))
    harness.canvas.verticalScrollBar().setValue(700)
    card = harness.card("relu_13")
    point = card.mapTo(harness.canvas.viewport(), QPoint(200, 30))
    before = share_under(harness, "relu_13", point)
    turn_wheel(harness, 120 * notches, point)
    assert harness.canvas.zoom.factor == pytest.approx(2 ** (notches / 4))
    across, down = share_under(harness, "relu_13", point)
    assert down == pytest.approx(before[1], abs=0.06)
    if notches > 0:  # cards that are smaller than the view stay in the middle
        assert across == pytest.approx(before[0], abs=0.02)


def test_the_wheel_alone_scrolls(make_harness, document_of) -> None:
    harness = make_harness(document_of(*THIRTY))
    turn_wheel(harness, -120, QPoint(200, 200), Qt.KeyboardModifier.NoModifier)
    assert harness.canvas.zoom.factor == 1.0
    assert harness.canvas.verticalScrollBar().value() > 0


def test_two_fingers_zoom(harness) -> None:
    viewport = harness.canvas.viewport()
    point = QPointF(300, 200)
    event = QNativeGestureEvent(
        Qt.NativeGestureType.ZoomNativeGesture,
        QPointingDevice.primaryPointingDevice(),
        2,
        point,
        point,
        viewport.mapToGlobal(point),
        0.25,
        QPointF(),
    )
    assert isinstance(event.device(), QInputDevice)
    QApplication.sendEvent(viewport, event)
    assert harness.canvas.zoom.factor == pytest.approx(1.25)


def test_the_wheel_stops_at_the_limits_and_at_the_actual_size(harness) -> None:
    zoom, point = harness.canvas.zoom, QPoint(300, 200)
    turn_wheel(harness, 120 * 50, point)
    assert zoom.factor == LARGEST
    zoom.set_factor(0.9)
    turn_wheel(harness, 120, point)
    assert zoom.factor == 1.0
    turn_wheel(harness, -120 * 50, point)
    turn_wheel(harness, -120 * 50, point)
    assert zoom.factor == SMALLEST


def test_the_buttons_step_through_the_levels(harness) -> None:
    bar, zoom = harness.canvas.findChild(QToolButton, "button_zoom_out").parentWidget(), harness.canvas.zoom

    def press(name: str) -> None:
        QTest.mouseClick(bar.findChild(QToolButton, f"button_{name}"), Qt.MouseButton.LeftButton)

    reached = []
    for _ in range(len(LEVELS)):
        press("zoom_out")
        reached.append(zoom.factor)
    assert set(reached) == {level for level in LEVELS if level < 1}
    assert not bar.findChild(QToolButton, "button_zoom_out").isEnabled()
    press("zoom_actual_size")
    assert zoom.factor == 1.0
    assert bar.findChild(QToolButton, "button_zoom_actual_size").text().startswith("100")
    press("zoom_in")
    assert zoom.factor == 1.1


@pytest.mark.parametrize("layers", [2, 12, 25])
def test_fit_shows_the_whole_network(make_harness, document_of, layers: int) -> None:
    harness = make_harness(document_of(*THIRTY[:layers]))
    harness.canvas.zoom.set_factor(1.5)
    harness.canvas.zoom.fit()
    assert harness.canvas.verticalScrollBar().maximum() == 0
    assert harness.canvas.zoom.factor <= 1
    assert (harness.canvas.zoom.factor == 1) == (layers == 2)
    bottom = harness.canvas.card_stack.loss_card.geometry().bottom()
    assert bottom > 0.8 * harness.canvas.viewport().height() or layers == 2


def test_enlarged_cards_scroll_sideways_and_keep_their_layout(harness) -> None:
    card, canvas = harness.card("conv_1"), harness.canvas
    width, height = card.width(), card.height()
    assert canvas.horizontalScrollBar().maximum() == 0
    canvas.zoom.set_factor(2.0)
    assert card.width() == pytest.approx(2 * width, abs=26)  # the scroll bar takes some room
    assert card.height() == 2 * height
    assert canvas.horizontalScrollBar().maximum() > 0
    canvas.zoom.set_factor(1.0)
    assert (card.width(), card.height()) == (width, height)


def test_small_cards_are_compact_and_still_selected_by_a_click(harness) -> None:
    harness.canvas.zoom.set_factor(0.5)
    card = harness.card("pool_1")
    assert card.height() == COMPACT_HEIGHT // 2
    QTest.mouseClick(card, Qt.MouseButton.LeftButton, pos=QPoint(30, 10))
    assert harness.document.selection == ("pool_1",)


@pytest.mark.parametrize("zoom", [0.4, 0.59])
def test_a_compact_card_shows_its_problem_in_red(harness, zoom: float) -> None:
    document, card = harness.document, harness.card("linear_1")
    harness.canvas.zoom.set_factor(zoom)

    def reddish() -> int:
        picture = card.grab().toImage()
        colors = [
            picture.pixelColor(x, y) for x in range(picture.width() * 3 // 4, picture.width()) for y in range(4, 14)
        ]
        return sum(color.red() > 150 > 2 * color.green() for color in colors)

    assert reddish() == 0
    document.apply(remove_layers(document.project, ["flatten_1"]))
    assert reddish() > 4


def test_the_fix_button_grows_with_the_card_and_hides_on_a_compact_one(harness) -> None:
    document, canvas = harness.document, harness.canvas
    document.apply(remove_layers(document.project, ["flatten_1"]))
    button = harness.card("linear_1").findChild(QPushButton, "fix_button_linear_1")
    size = button.size()
    canvas.zoom.set_factor(1.5)
    assert button.height() == round(size.height() * 1.5)
    assert button.geometry().bottom() < harness.card("linear_1").height()
    button.setFocus()
    canvas.zoom.set_factor(0.5)
    assert not button.isVisible()
    assert harness.card("linear_1").hasFocus()
    canvas.zoom.set_factor(1.0)
    assert button.isVisible()
    assert button.size() == size


def test_undo_keeps_zoom_and_place(make_harness, document_of) -> None:
    harness = make_harness(document_of(*THIRTY))
    canvas = harness.canvas
    harness.click("relu_2")
    canvas.commands.duplicate()
    canvas.zoom.set_factor(0.8)
    place = canvas.verticalScrollBar().value()
    harness.document.undo_stack.undo()
    assert canvas.zoom.factor == 0.8
    assert canvas.verticalScrollBar().value() == place


@pytest.mark.parametrize("zoom", [0.5, 1.5])
def test_a_dragged_layer_lands_in_the_gap_at_any_zoom(harness, zoom: float) -> None:
    harness.canvas.zoom.set_factor(zoom)
    harness.canvas.verticalScrollBar().setValue(0)
    harness.pick_up(harness.entry("Dropout"))
    harness.move_to_gap(1)
    shown_at = harness.canvas.card_stack.gap_rect()
    harness.release()
    assert harness.names()[1] == "dropout_1"
    assert harness.card("dropout_1").y() == shown_at.y()


@pytest.mark.parametrize(
    ("saved", "factor"), [("0.5", 0.5), (1.25, 1.25), ("9", 2.0), (None, 1.0), ("x", 1.0), ("nan", 1.0)]
)
def test_a_saved_zoom_is_restored_and_rubbish_is_ignored(harness, saved: object, factor: float) -> None:
    harness.canvas.zoom.restore(saved)
    assert harness.canvas.zoom.factor == factor


def test_a_restored_zoom_of_100_percent_stays(make_harness, document_of) -> None:
    harness = make_harness(document_of(*[("ReLu", f"relu_{number}") for number in range(30)]))
    harness.canvas.zoom.restore("1.0")
    harness.canvas.zoom.show_at_least(20)
    assert harness.canvas.zoom.factor == 1.0


def picture_of(card, name: str, zoom: float) -> QImage:
    """Return the picture of a card with another name."""
    card.show_model(replace(card.model, name=name))
    card.set_scale(600, zoom)
    card.resize(round(600 * zoom), round(card.height_for(600, zoom) * zoom))
    return card.grab().toImage()


def test_a_compact_card_hides_text_that_cannot_be_read(qtbot, document) -> None:
    card = Card(make_layer_models(document)[0])
    qtbot.addWidget(card)
    card.setFont(QFont(card.font().family(), 10))
    assert picture_of(card, "one", 0.5) != picture_of(card, "another", 0.5)
    assert picture_of(card, "one", 0.25) == picture_of(card, "another", 0.25)
    colors = {picture_of(card, "one", 0.25).pixelColor(75, y).name() for y in range(11)}
    assert family_color("convolution").name() in colors, "a bar shows the family"


def test_the_bar_of_the_zoom_keeps_room_for_its_buttons_when_their_style_changes(make_harness, document_of) -> None:
    harness = make_harness(document_of(*THIRTY))
    bar = harness.canvas.findChild(QFrame, "zoom_bar")
    bar.setStyleSheet("QToolButton { padding: 2px 17px; }")
    QApplication.processEvents()
    assert bar.width() == bar.sizeHint().width() > 4 * 2 * 17
