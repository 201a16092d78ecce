"""The live activations on the cards."""

import numpy as np

from app.builder import Canvas
from app.document.edits import change_settings


def test_activations_are_shown_where_names_and_shapes_match(qtbot, document, inspection) -> None:
    canvas = Canvas(document, inspection)
    qtbot.addWidget(canvas)
    canvas.resize(600, 900)
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
    inspection.compute_trace(document)
    for entry in inspection.sample_trace.trace.entries:
        entry.output[...] = np.nan
    inspection.sample_trace_changed.emit()
    qtbot.waitUntil(lambda: canvas.card("conv_1").activations is not None)
    canvas.grab()
