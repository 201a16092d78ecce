"""Fixtures of the builder's tests: a document with a small network, palette and canvas, and a fake inspection."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QObject, QPoint, Qt, Signal
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QHBoxLayout, QWidget

from app.builder import Canvas, Palette
from app.builder.canvas.card import Card
from app.document import BlockPath, Document
from tinyml.data import describe
from tinyml.net import LayerSpecification, NetworkSpecification, build, entries_inside, record
from tinyml.storage import Project


def network(*layers: tuple[str, str] | tuple[str, str, dict[str, Any]]) -> NetworkSpecification:
    """Make a network from (type, name) or (type, name, settings) of each layer."""
    return NetworkSpecification(
        layers=tuple(
            LayerSpecification(type=layer[0], name=layer[1], settings=layer[2] if len(layer) > 2 else {})
            for layer in layers
        )
    )


SMALL = network(
    ("Conv2D", "conv_1", {"filters": 4, "window": [3, 3], "padding": [0, 0]}),
    ("ReLu", "relu_1"),
    ("MaxPool2D", "pool_1"),
    ("Flatten", "flatten_1"),
    ("Linear", "linear_1", {"outputs": 10}),
)


@pytest.fixture(autouse=True)
def empty_clipboard(qapp: QApplication) -> Iterator[None]:
    """Empty the clipboard after each test: Qt crashes if it deletes Python's objects after Python has ended."""
    yield
    qapp.clipboard().clear()


@pytest.fixture
def document(qapp: QApplication) -> Document:
    """A document with the digits and a network without problems."""
    return Document(Project(network=SMALL))


class FakeInspection(QObject):
    """Has the attributes and signals of `Inspection` that the canvas uses."""

    samples_changed = Signal()
    sample_trace_changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.samples: Any = None
        self.index = 0
        self.sample_trace: Any = None

    @property
    def visible_trace(self) -> Any:
        return self.sample_trace

    def compute_trace(self, document: Document) -> None:
        """Compute the trace of a random sample with fresh weights."""
        description = describe(document.project.data.source)
        net = build(document.project.network, description.example_shape, np.random.default_rng(0))
        example = np.random.default_rng(1).random((1, *description.example_shape), np.float32)
        trace = record(net, example)
        scores = np.full(len(description.class_names), 0.05)
        scores[3] = 0.55
        self.sample_trace = SimpleNamespace(
            trace=trace,
            sample=SimpleNamespace(picture=example[0]),
            scores=scores,
            label=5,
            prediction=3,
            numbers=None,
            inside=entries_inside(trace),
        )
        self.sample_trace_changed.emit()


@dataclass
class Harness:
    """Palette and canvas in one window, with methods that use the mouse."""

    window: QWidget
    palette: Palette
    canvas: Canvas
    document: Document

    def names(self) -> list[str]:
        """Return the names of the layers in the document."""
        return [layer.name for layer in self.document.project.network.layers]

    def shown(self) -> list[str]:
        """Return the names on the layer cards, from top to bottom."""
        cards = sorted(self.canvas.card_stack.cards, key=lambda card: card.y())
        return [card.model.name for card in cards]

    def entry(self, layer_type: str) -> QWidget:
        entry = self.palette.findChild(QWidget, f"palette_{layer_type}")
        assert entry is not None
        return entry

    def click(self, name: str, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        QTest.mouseClick(self.card(name), Qt.MouseButton.LeftButton, modifier, QPoint(60, 12))

    def card(self, name: str, block: BlockPath = ()) -> Card:
        card = self.canvas.card(name, block)
        assert card is not None
        return card

    def pick_up(self, source: QWidget) -> None:
        """Press the mouse on a widget and move it until a drag starts."""
        QTest.mousePress(source, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, QPoint(20, 15))
        QTest.mouseMove(source, QPoint(22, 16))
        QTest.mouseMove(source, QPoint(45, 40))

    def move_to_gap(self, index: int) -> None:
        """Move the pointer just above a card, or below the last one. `index` counts the cards that are not dragged."""
        cards = [card for card in self.canvas.card_stack.cards if card.y() > -5000]
        if index < len(cards):
            place = self.canvas.card_stack.place_of(cards[index])
            y = place.top() + 2
        else:
            y = self.canvas.card_stack.place_of(cards[-1]).bottom() if cards else 150
        self.move_to(QPoint(self.canvas.card_stack.width() // 2, y))

    def move_to(self, point: QPoint) -> None:
        """Move the pointer to a point of the card stack."""
        viewport = self.canvas.viewport()
        QTest.mouseMove(viewport, self.canvas.card_stack.mapTo(viewport, point))

    def release(self) -> None:
        QTest.mouseRelease(self.window, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, self._pointer())

    def _pointer(self) -> QPoint:
        return self.window.mapFromGlobal(
            self.canvas._drag._pointer if self.canvas._drag.dragging else self.palette._drag._pointer
        )


@pytest.fixture
def make_harness(qtbot: Any) -> Callable[[Document], Harness]:
    """Return a function that shows palette and canvas of a document in a new window."""

    def make(document: Document) -> Harness:
        window = QWidget()
        window.resize(900, 800)
        palette, canvas = Palette(document), Canvas(document, None)
        layout = QHBoxLayout(window)
        layout.addWidget(palette, 1)
        layout.addWidget(canvas, 3)
        qtbot.addWidget(window)
        with qtbot.waitExposed(window):
            window.show()
        window.activateWindow()
        return Harness(window, palette, canvas, document)

    return make


@pytest.fixture
def harness(make_harness: Callable[[Document], Harness], document: Document) -> Harness:
    """Palette and canvas of the small network."""
    return make_harness(document)


@pytest.fixture
def inspection() -> FakeInspection:
    return FakeInspection()


@pytest.fixture
def document_of() -> Callable[..., Document]:
    """Make a document from (type, name) or (type, name, settings) of its layers."""
    return lambda *layers: Document(Project(network=network(*layers)))
