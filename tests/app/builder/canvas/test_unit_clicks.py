"""A click on the bar of a unit asks for its decision map."""

from collections.abc import Iterator

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from app.builder import Canvas, UnitClicks
from app.builder.canvas.activation_strip import find_bar
from app.document import Document
from app.training import Inspection, Session
from tests.app.builder.conftest import network
from tinyml.data import DataChoice
from tinyml.storage import Project

POINTS = Project(
    network=network(("Linear", "hidden", {"outputs": 8}), ("Tanh", "tanh"), ("Linear", "out", {"outputs": 2})),
    data=DataChoice(source="moons"),
)


@pytest.fixture
def canvas(qtbot, document: Document) -> Iterator[Canvas]:
    document.replace(POINTS)
    session = Session(document)
    inspection = Inspection(document, session)
    canvas = Canvas(document, inspection)
    qtbot.addWidget(canvas)
    canvas.resize(600, 900)
    canvas.show()
    qtbot.waitUntil(lambda: canvas.card("tanh").activations is not None)
    yield canvas
    inspection.shutdown()
    session.shutdown()


@pytest.fixture
def asked(canvas: Canvas, document: Document) -> list[tuple[str, int]]:
    """The units that were asked for."""
    asked: list[tuple[str, int]] = []
    clicks = UnitClicks(document, canvas.card_stack)
    clicks.unit_requested.connect(lambda layer, unit: asked.append((layer, unit)))
    return asked


def bar(canvas: Canvas, name: str, unit: int) -> QPoint:
    """Return the middle of the bar of a unit on a card."""
    strip = canvas.card(name).strip
    return QPoint(round(strip.x() + (9 * unit + 4) * canvas.card_stack.zoom), strip.center().y())


def click(canvas: Canvas, name: str, place: QPoint, modifier=Qt.KeyboardModifier.NoModifier) -> None:
    QTest.mouseClick(canvas.card(name), Qt.MouseButton.LeftButton, modifier, place)


def test_the_first_click_selects_and_the_next_one_asks_for_the_unit(canvas, asked, document) -> None:
    click(canvas, "tanh", bar(canvas, "tanh", 3))
    assert document.selection == ("tanh",)
    assert asked == []
    click(canvas, "tanh", bar(canvas, "tanh", 3))
    click(canvas, "tanh", bar(canvas, "tanh", 7))
    assert asked == [("tanh", 3), ("tanh", 7)]


def test_the_bars_are_found_at_every_size(canvas, asked, document) -> None:
    document.select(("tanh",))
    canvas.zoom.set_factor(1.5)
    click(canvas, "tanh", bar(canvas, "tanh", 5))
    assert asked == [("tanh", 5)]


def test_other_places_and_other_gestures_ask_for_nothing(canvas, asked, document) -> None:
    document.select(("tanh",))
    click(canvas, "tanh", QPoint(60, 12))  # its name
    click(canvas, "tanh", bar(canvas, "tanh", 9))  # there are eight units
    click(canvas, "tanh", bar(canvas, "tanh", 3), Qt.KeyboardModifier.ShiftModifier)
    document.select(("hidden", "tanh"))
    click(canvas, "tanh", bar(canvas, "tanh", 3))
    assert asked == []


def test_units_of_other_data_have_no_map(qtbot, document, inspection) -> None:
    canvas = Canvas(document, inspection)
    qtbot.addWidget(canvas)
    canvas.resize(600, 900)
    canvas.show()
    inspection.compute_trace(document)
    qtbot.waitUntil(lambda: canvas.card("linear_1").activations is not None)
    asked: list[tuple[str, int]] = []
    clicks = UnitClicks(document, canvas.card_stack)
    clicks.unit_requested.connect(lambda layer, unit: asked.append((layer, unit)))
    document.select(("linear_1",))
    click(canvas, "linear_1", bar(canvas, "linear_1", 3))
    assert asked == []


def test_a_bar_that_many_values_share_is_that_of_the_largest() -> None:
    values = np.zeros(400)
    values[[3, 397]] = -2.0, np.nan
    assert find_bar(values, 30.0, 1.0) == 3
    assert find_bar(values, 30.0, 29.0) == 360
    assert find_bar(values, 30.0, 31.0) is None
    assert find_bar(values, 30.0, -1.0) is None
