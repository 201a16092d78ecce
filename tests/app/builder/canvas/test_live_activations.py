"""The live activations on the cards."""

import numpy as np
import pytest

from app.builder import Canvas
from app.document import Document
from app.document.edits import change_settings, insert_layer
from app.training import Inspection, Session


def test_activations_are_shown_where_names_and_shapes_match(qtbot, document, inspection) -> None:
    canvas = Canvas(document, inspection)
    qtbot.addWidget(canvas)
    canvas.resize(600, 900)
    canvas.show()
    inspection.compute_trace(document)
    qtbot.waitUntil(lambda: canvas.card("conv_1").activations is not None)
    assert canvas.card("conv_1").activations.shape == (4, 6, 6)
    assert canvas.card("linear_1").activations.shape == (10,)
    assert canvas.card_stack.input_card.activations.shape == (1, 8, 8)
    empty = np.array(canvas.card("conv_1").grab().toImage().constBits())
    document.apply(change_settings(document.project, "conv_1", {"filters": 5}))
    assert canvas.card("conv_1").activations is None
    assert canvas.card("flatten_1").activations is None
    assert not np.array_equal(empty, np.array(canvas.card("conv_1").grab().toImage().constBits()))


def test_activations_that_are_not_finite_are_painted(qtbot, document, inspection) -> None:
    canvas = Canvas(document, inspection)
    qtbot.addWidget(canvas)
    canvas.resize(600, 900)
    canvas.show()
    inspection.compute_trace(document)
    for entry in inspection.sample_trace.trace.entries:
        entry.output[...] = np.nan
    inspection.sample_trace_changed.emit()
    qtbot.waitUntil(lambda: canvas.card("conv_1").activations is not None)
    canvas.grab()


@pytest.fixture
def real_inspection(document: Document):
    session = Session(document)
    inspection = Inspection(document, session)
    yield inspection
    inspection.shutdown()
    session.shutdown()


def test_the_cards_before_a_problem_keep_their_activations(qtbot, document, real_inspection) -> None:
    canvas = Canvas(document, real_inspection)
    qtbot.addWidget(canvas)
    canvas.resize(600, 900)
    canvas.show()
    qtbot.waitUntil(lambda: canvas.card("linear_1").activations is not None)
    assert "the network says" in canvas.card_stack.loss_card.live_line
    names = [layer.name for layer in document.project.network.layers]
    before = names[: names.index("flatten_1")]
    document.apply(insert_layer(document.project, names.index("flatten_1"), "Linear"))
    qtbot.waitUntil(lambda: all(canvas.card(name).activations is not None for name in before))
    qtbot.waitUntil(lambda: "cannot answer before its problem is solved" in canvas.card_stack.loss_card.live_line)
    assert canvas.card("linear_1").activations is None
    assert canvas.card_stack.input_card.activations is not None
    assert "the sample is" in canvas.card_stack.loss_card.live_line
    document.undo_stack.undo()
    qtbot.waitUntil(lambda: canvas.card("linear_1").activations is not None)
    assert "the network says" in canvas.card_stack.loss_card.live_line


def test_a_hidden_canvas_waits_and_catches_up_when_it_is_shown(qtbot, document, inspection) -> None:
    canvas = Canvas(document, inspection)
    qtbot.addWidget(canvas)
    canvas.show()
    canvas.hide()
    shown = []
    canvas._activations.shown.connect(lambda: shown.append(True))
    inspection.compute_trace(document)
    assert not canvas._activations._refresh_timer.isActive()
    assert shown == []
    assert canvas.card("conv_1").activations is None
    canvas.show()
    assert shown == [True]
    assert canvas.card("conv_1").activations is not None
