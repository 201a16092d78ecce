"""The sheet with the reconstructions of all maps."""

import sys
from pathlib import Path
from threading import Event

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QCheckBox, QPushButton

from app.inspector.maps import sheet as sheet_module
from app.inspector.maps import sheet_view
from app.inspector.maps.sheet import MapSheet, reconstruct_some
from app.inspector.maps.sheet_picture import picture_of, sheet_image
from app.inspector.target import Method, Target
from app.widgets.images.image_grid import ImageGrid
from app.widgets.theme.theme import LIGHT, current_theme
from app.widgets.view_switch import ViewSwitch
from tinyml.core import TinymlError
from tinyml.layers import Conv2D, ReLU
from tinyml.net import Sequential, record
from tinyml.visualize import reconstruct


def show_sheet(harness, layer: str) -> MapSheet:
    harness.document.select((layer,))
    harness.find(ViewSwitch, "maps_view").choose("reconstructions")
    return harness.inspector.findChild(MapSheet)


def complete(harness, layer: str) -> MapSheet:
    sheet = show_sheet(harness, layer)
    harness.wait(lambda: sheet.complete and sheet.layer == layer)
    return sheet


def test_every_map_has_the_reconstruction_of_its_strongest_activation(digits):
    sheet = complete(digits, "relu_2")
    trace = digits.inspector.state.trace
    assert sheet.count == len(digits.find(ImageGrid, "sheet").images) == 6
    for index, image in enumerate(sheet.images):
        np.testing.assert_allclose(image, reconstruct(trace, "relu_2", index).image, atol=1e-6)
    assert digits.text("sheet_text") == "6 of 6 by deconvnet"
    assert digits.find(ImageGrid, "maps").isVisible()  # the maps stand above


def test_a_click_on_a_reconstruction_chooses_its_map(digits):
    complete(digits, "relu_2")
    grid = digits.find(ImageGrid, "sheet")
    other = (digits.inspector.state.map_index + 1) % 6
    QTest.mouseClick(grid.viewport(), Qt.MouseButton.LeftButton, pos=grid.image_rect(other).center().toPoint())
    assert digits.inspector.state.map_index == other == grid.current
    digits.wait_for_reconstruction("relu_2", other)


def test_the_sheet_follows_the_sample_and_is_kept_for_each_layer(digits):
    sheet = complete(digits, "relu_2")
    first = sheet.images
    complete(digits, "conv_1")
    digits.document.select(("relu_2",))
    assert sheet.images is first  # kept, without computing
    digits.inspection.select_sample(7)
    digits.wait(lambda: sheet.complete and sheet.images is not first)
    trace = digits.inspector.state.trace
    np.testing.assert_allclose(sheet.images[2], reconstruct(trace, "relu_2", 2).image, atol=1e-6)


def test_every_class_score_has_a_reconstruction_too(digits):
    sheet = complete(digits, "linear_1")
    trace = digits.inspector.state.trace
    assert sheet.count == len(sheet.images) == 10
    np.testing.assert_allclose(sheet.images[7], reconstruct(trace, "linear_1", 7).image, atol=1e-6)


def test_training_ends_with_a_sheet_of_the_trained_weights(digits):
    sheet = complete(digits, "relu_2")
    digits.train()
    trace = digits.inspection.sample_trace.trace

    def follows() -> bool:
        expected = reconstruct(trace, "relu_2", 3).image
        return sheet.complete and np.allclose(sheet.images[3], expected, atol=1e-6)

    digits.wait(follows)


def test_the_sheet_waits_while_the_user_moves_through_the_epochs(digits, monkeypatch):
    digits.train()
    sheet = complete(digits, "relu_2")
    digits.wait(lambda: not digits.inspection.training and not sheet.busy and not sheet._pause.isActive())
    before, epochs = sheet.images, digits.inspection.epochs
    monkeypatch.setattr(epochs._rest_timer, "isActive", lambda: True)
    epochs.choose(0)
    digits.wait(lambda: digits.inspection.sample_trace.snapshot is epochs.snapshot)
    trace = digits.inspection.sample_trace.trace
    assert epochs.moving
    assert (sheet.images, sheet.busy) == (before, False)
    monkeypatch.undo()
    digits.wait(lambda: not epochs.moving)
    expected = reconstruct(trace, "relu_2", 3).image
    digits.wait(lambda: sheet.complete and np.allclose(sheet.images[3], expected, atol=1e-6))


def test_a_hidden_sheet_computes_nothing(digits):
    sheet = complete(digits, "relu_2")
    digits.find(ViewSwitch, "maps_view").choose("maps")
    before = sheet.images
    digits.inspection.select_sample(4)
    digits.wait(lambda: digits.inspection.sample_trace.index == 4)
    assert sheet.images is before
    assert not sheet.busy


def test_the_computation_can_be_stopped_and_continued(digits, monkeypatch):
    compute, stopped = sheet_module.compute_reconstruction, Event()

    def compute_two_before_the_stop(*arguments, done, count):
        if done == 2:
            assert stopped.wait(60)
        return compute(*arguments, done=done, count=count)

    monkeypatch.setattr(sheet_module, "compute_reconstruction", compute_two_before_the_stop)
    monkeypatch.setattr(sheet_module, "_BATCH_SECONDS", 0.0)  # one map in each job
    sheet = show_sheet(digits, "relu_2")
    digits.wait(lambda: len(sheet.images) == 2)
    digits.find(QPushButton, "sheet_stop").click()
    stopped.set()
    done = len(sheet.images)
    assert not sheet.busy
    assert digits.text("sheet_sentence") == f"Stopped after {done} of 6 reconstructions."
    digits.find(QPushButton, "sheet_resume").click()
    digits.wait(lambda: sheet.complete)
    assert not digits.find(QPushButton, "sheet_resume").isVisible()


def test_a_sheet_that_needs_too_much_memory_is_refused_in_a_sentence(digits, monkeypatch):
    monkeypatch.setattr(sheet_module, "MOST_BYTES", 1000)
    sheet = show_sheet(digits, "relu_2")
    digits.wait(lambda: sheet.sentence)
    assert sheet.sentence.startswith("There is not enough memory for 6 reconstructions of 1×8×8 pixels.")
    assert digits.find(ImageGrid, "sheet").images == ()


def test_a_batch_of_a_slow_method_tells_its_share_and_ends_between_two_windows():
    trace = record(Sequential([Conv2D("conv", (1, 64, 64), 2, 3, 3, 1, 0), ReLU("relu")]), np.ones((1, 1, 64, 64)))
    shares: list[float] = []

    def stop_within_the_second(share: float) -> None:
        shares.append(share)
        if share > 0.5:
            raise InterruptedError

    with pytest.raises(InterruptedError):
        reconstruct_some(Method.OCCLUSION, trace, Target("relu", 0, whole_map=True), 1, 2, stop_within_the_second)
    assert 0.5 < shares[-1] < 1.0
    assert shares == sorted(shares)


def test_a_layer_that_cannot_be_reconstructed_says_why(digits, monkeypatch):
    def refuse(*_arguments, **_options):
        raise TinymlError("Layer x has no way back. Choose a layer before it.")

    monkeypatch.setattr(digits.inspector.state.methods[0], "function", refuse)
    sheet = show_sheet(digits, "relu_2")
    digits.wait(lambda: sheet.sentence)
    assert digits.text("sheet_sentence") == "Layer x has no way back. Choose a layer before it."


def test_the_sheet_is_saved_with_its_title_and_scale(digits, monkeypatch, tmp_path):
    complete(digits, "relu_2")
    path = tmp_path / "sheet.png"
    monkeypatch.setattr(sheet_view, "ask_where_to_save", lambda *_arguments: path)
    digits.find(QPushButton, "sheet_save").click()
    digits.wait(lambda: digits.text("sheet_sentence") == "Saved sheet.png.")
    assert digits.find(QPushButton, "sheet_save").isEnabled()
    saved = QImage(str(path))
    assert saved.width() > 3 * 96


def test_a_sheet_that_cannot_be_saved_says_why(digits, monkeypatch, tmp_path):
    complete(digits, "relu_2")
    target: Path = tmp_path / "no such folder" / "sheet.png"
    monkeypatch.setattr(sheet_view, "ask_where_to_save", lambda *_arguments: target)
    digits.find(QPushButton, "sheet_save").click()
    digits.wait(digits.find(QPushButton, "sheet_save").isEnabled)
    assert "no such folder" in digits.text("sheet_sentence")
    assert not target.exists()


def test_own_and_shared_scales_differ(digits):
    sheet = complete(digits, "relu_2")
    grid = digits.find(ImageGrid, "sheet")
    digits.wait(lambda: len(grid.images) == 6)
    own = [item.image for item in grid.images]
    digits.find(QCheckBox, "own_scale").click()
    limit = max(float(np.abs(image).max()) for image in sheet.images)
    expected = [picture_of(image, limit, current_theme().dark) for image in sheet.images]
    digits.wait(lambda: [item.image for item in grid.images] == expected)
    assert expected != own


def test_pictures_that_take_long_are_painted_one_after_the_other_and_all_with_the_largest_number(digits, monkeypatch):
    monkeypatch.setattr(sheet_module, "_BATCH_SECONDS", 0.0)
    monkeypatch.setattr(sheet_view, "_PAINT_SECONDS", 1e-9)  # one picture at a time
    digits.find(QCheckBox, "own_scale").setChecked(False)
    sheet = complete(digits, "relu_2")
    grid = digits.find(ImageGrid, "sheet")
    limit = max(float(np.abs(image).max()) for image in sheet.images)
    expected = [picture_of(image, limit, current_theme().dark) for image in sheet.images]
    digits.wait(lambda: [item.image for item in grid.images] == expected)


def test_sheets_of_an_earlier_forward_pass_and_too_large_ones_are_dropped(digits, monkeypatch):
    sheet = complete(digits, "relu_2")
    first = sheet.images
    digits.inspection.select_sample(3)
    digits.wait(lambda: sheet.complete and sheet.images is not first)
    second = sheet.images
    references = sys.getrefcount(first)
    digits.inspection.select_sample(0)
    digits.wait(lambda: sheet.complete and sheet.images is not second)
    assert sheet.images is not first
    assert references == 2  # only this test holds it
    monkeypatch.setattr(sheet_module, "MOST_BYTES", 4 * 64 * 7)  # seven reconstructions of 8×8 pixels
    last = sheet.images
    complete(digits, "conv_1")
    digits.document.select(("relu_2",))
    digits.wait(lambda: sheet.complete and sheet.layer == "relu_2")
    assert sheet.images is not last


def test_the_picture_of_a_sheet_has_every_reconstruction():
    images = [np.full((1, 8, 4), value, np.float32) for value in (1.0, -1.0, 0.0)]
    sheet = sheet_image(images, "title", 1.0, LIGHT)
    colors = {sheet.pixel(x, y) for x in range(sheet.width()) for y in range(sheet.height())}
    for image in images:
        assert picture_of(image, 1.0, dark=False).pixel(0, 0) in colors
