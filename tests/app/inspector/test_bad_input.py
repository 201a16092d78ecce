"""The page when layers, weights, memory or an image are not as expected: it says why, and stays usable."""

import threading
from functools import partial

import numpy as np
import pytest
from PIL import Image
from PySide6.QtWidgets import QLabel

import app.inspector.maps.sheet as sheet_module
from app.document import edits
from app.inspector.maps.sheet_view import SheetView
from app.inspector.requests import Status
from app.inspector.sanity.sanity_panel import SanityPanel
from app.inspector.target import Method
from app.inspector.top_activations.top_panel import TopPanel
from app.training.own_examples import read_image_file
from app.widgets.view_switch import ViewSwitch
from tinyml.visualize import occlusion

SECTIONS = ("top_activations", "through_training", "embedding", "steps", "sanity_checks")


@pytest.fixture
def whole_page(digits):
    """The Inspect page with every section and two methods, one of them slow."""
    for name in SECTIONS:
        digits.unfold(name)
    digits.inspector.state.set_methods((Method.DECONVNET, Method.OCCLUSION))
    return digits


def errors_on(page) -> list[str]:
    """Return the texts that only a mistake in the program shows."""
    texts = [label.text() for label in page.inspector.findChildren(QLabel)]
    return [text for text in texts if "Error" in text or "no layer" in text]


@pytest.mark.parametrize("random", [False, True], ids=["own weights", "random weights"])
@pytest.mark.parametrize("layer", ["relu_2", "linear_1"])
def test_a_layer_that_is_removed_while_everything_computes_gives_way_to_another(whole_page, layer, random):
    state = whole_page.inspector.state
    state.set_random_weights(random)
    state.choose_layer(layer)
    gates = [threading.Event() for _ in range(3)]
    runners = (whole_page.inspection.quick_jobs, whole_page.inspection.picture_jobs, whole_page.inspection.slow_jobs)
    for runner, gate in zip(runners, gates, strict=True):
        runner.submit(partial(gate.wait, 30))
    state.choose_map(1)  # its pictures wait behind the gates
    whole_page.document.apply(edits.remove_layers(whole_page.document.project, [layer]))
    for gate in gates:
        gate.set()
    whole_page.wait(lambda: layer not in state.layers and state.up_to_date)
    assert state.layer in state.layers
    assert all(result.status is Status.SHOWN for result in state.results.values())
    assert all(result.reconstruction.layer == state.layer for result in state.results.values())
    assert errors_on(whole_page) == []
    whole_page.document.undo_stack.undo()
    whole_page.wait(lambda: layer in state.layers and state.up_to_date)
    assert errors_on(whole_page) == []


def test_weights_that_change_while_pictures_are_computed_leave_no_stale_one(whole_page):
    state, gate = whole_page.inspector.state, threading.Event()
    whole_page.wait(lambda: state.up_to_date)
    whole_page.inspection.picture_jobs.submit(partial(gate.wait, 30))
    state.choose_position(2, 3)  # its occlusion is asked for with the first weights
    try:
        whole_page.train()
    finally:
        gate.set()
    whole_page.wait(lambda: state.up_to_date and state.trace is whole_page.inspection.sample_trace.trace)
    shown = state.results[Method.OCCLUSION].reconstruction
    expected = occlusion(state.trace, state.layer, state.map_index, (2, 3))
    assert np.array_equal(shown.image, expected.image)
    checker, top = whole_page.inspector.findChild(SanityPanel).checker, whole_page.inspector.findChild(TopPanel).model
    whole_page.wait(lambda: checker.checks is not None and top.result is not None and not top.search.outdated)
    assert checker.checks.trained is state.reconstruction
    assert top.result.key.snapshot is whole_page.inspection.snapshot


def test_a_request_that_new_weights_make_needless_is_told_at_once(whole_page):
    state, gate = whole_page.inspector.state, threading.Event()
    whole_page.wait(lambda: state.up_to_date)
    whole_page.inspection.picture_jobs.submit(partial(gate.wait, 30))
    state.choose_position(2, 3)
    whole_page.document.apply(edits.change_settings(whole_page.document.project, "conv_1", {"filters": 3}))
    assert state.results[Method.OCCLUSION].status is Status.WAITING  # although the runner still waits
    gate.set()
    whole_page.wait(lambda: state.up_to_date and state.layers["conv_1"].shape == (3, 8, 8))
    assert state.results[Method.OCCLUSION].status is Status.SHOWN


def test_a_sheet_without_enough_memory_is_a_sentence_and_a_smaller_one_follows(whole_page, monkeypatch):
    state = whole_page.inspector.state
    whole_page.find(ViewSwitch, "maps_view").choose("reconstructions")
    sheet = whole_page.inspector.findChild(SheetView).sheet
    whole_page.wait(lambda: sheet.complete)
    monkeypatch.setattr(sheet_module, "MOST_BYTES", 4 * 64 * 5)  # five pictures of 8×8 pixels
    state.choose_layer("relu_2")
    assert sheet.sentence.startswith("There is not enough memory for 6 reconstructions of 1×8×8 pixels.")
    state.choose_layer("conv_1")
    whole_page.wait(lambda: sheet.complete)
    assert sheet.sentence == ""


@pytest.mark.parametrize("size", [(30_000, 40), (40, 30_000), (30_000, 3_000)], ids=str)
def test_an_image_30000_pixels_wide_becomes_a_sample(digits, tmp_path, size):
    path = tmp_path / "wide.png"
    Image.new("L", size, 200).save(path)
    digits.inspection.own_examples.read_image(partial(read_image_file, path))
    digits.wait(lambda: digits.inspection.own is not None)
    digits.wait(lambda: digits.inspection.sample_trace.sample.own is digits.inspection.own)
    assert digits.inspector.state.trace.input.shape == (1, 1, 8, 8)
    digits.wait(lambda: digits.inspector.state.up_to_date)
    assert errors_on(digits) == []
