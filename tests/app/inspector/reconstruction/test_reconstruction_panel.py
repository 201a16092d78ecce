import threading

import numpy as np
from PySide6.QtWidgets import QApplication, QCheckBox, QWidget

from app.document import edits
from app.inspector.reconstruction.legend import Legend
from app.inspector.reconstruction.picture import Picture
from app.inspector.reconstruction.reconstruction_images import reconstruction_image
from app.widgets.images.image_grid import ImageGrid
from app.widgets.theme.theme import DARK, LIGHT, palette_for

TANH = (
    ("Conv2D", "conv_1", {"filters": 3, "window": 3, "padding": 1}),
    ("Tanh", "tanh_1", {}),
    ("Flatten", "flatten_1", {}),
    ("Linear", "linear_1", {"outputs": 10}),
)


def test_the_legend_describes_the_range_and_the_colours(digits):
    shown = digits.wait_for_reconstruction("conv_2")
    words = digits.find(Legend, "legend").accessibleDescription()
    limit = float(np.abs(shown.image).max())
    assert f"{limit:.3g}" in words
    assert "Orange: bright pixels here raise the map. Blue: bright pixels here lower it." in words


def test_the_overlay_lays_the_reconstruction_over_the_input(digits):
    shown = digits.wait_for_reconstruction("conv_2")
    result, sample = digits.find(Picture, "reconstruction"), digits.find(Picture, "input")
    alone = result.image
    digits.find(QCheckBox, "overlay").click()
    laid_over = result.image
    assert laid_over != alone
    row, column = np.argwhere(shown.image[0] == 0)[0]
    assert laid_over.pixel(int(column), int(row)) == sample.image.pixel(int(column), int(row))
    digits.find(QCheckBox, "overlay").click()
    assert result.image == alone


def test_a_sentence_says_why_the_picture_of_an_inactive_position_is_blank(digits):
    digits.document.select(("relu_1",))
    digits.wait_for_reconstruction("relu_1")
    values = digits.inspection.sample_trace.trace.entry("relu_1").output[0]
    index, row, column = (int(number) for number in np.argwhere(values == 0)[0])
    digits.inspector.state.choose_map(index)
    digits.inspector.state.choose_position(row, column)
    digits.wait(lambda: digits.reconstruction is not None and digits.reconstruction.position == (row, column))
    assert "nothing made it fire" in digits.text("sentence") or "does not fire" in digits.text("sentence")
    assert digits.find(QWidget, "sentence").isVisible()


def test_a_sentence_says_which_layer_cannot_be_reconstructed(make_harness, project_of):
    harness = make_harness(project_of(TANH, "digits"))
    harness.wait_for_sample_trace()
    harness.document.select(("tanh_1",))
    harness.wait(lambda: "cannot go back through Tanh" in harness.text("sentence"))
    assert harness.find(QWidget, "sentence").property("danger") is True
    assert harness.reconstruction is None
    assert harness.find(ImageGrid, "step_strip").images == ()
    parts = [harness.find(QWidget, name) for name in ("reconstruction", "legend", "overlay")]
    assert not any(part.isVisible() for part in parts)
    harness.document.select(("conv_1",))
    harness.wait_for_reconstruction("conv_1")
    assert not harness.find(QWidget, "sentence").isVisible()
    assert all(part.isVisible() for part in parts)


def test_a_slow_reconstruction_removes_the_earlier_picture(digits):
    digits.wait_for_reconstruction("conv_2")
    gate = threading.Event()
    digits.inspection.quick_jobs.submit(gate.wait)
    try:
        digits.document.select(("relu_1",))
        assert digits.reconstruction is not None
        digits.wait(lambda: digits.reconstruction is None)
        assert digits.text("sentence") == "Computing the deconvnet picture…"
    finally:
        gate.set()
    digits.wait_for_reconstruction("relu_1")


def test_a_cancelled_reconstruction_removes_the_earlier_picture_at_once(digits):
    other = 1 - min(digits.wait_for_reconstruction("conv_2").map_index, 1)
    gate = threading.Event()
    digits.inspection.quick_jobs.submit(gate.wait)
    try:
        digits.inspector.state.choose_map(other)
        assert digits.reconstruction is not None
        digits.document.apply(edits.change_settings(digits.document.project, "conv_1", {"filters": 3}))
        assert digits.reconstruction is None
        assert digits.text("sentence") == "Computing the deconvnet picture…"
    finally:
        gate.set()
    digits.wait_for_reconstruction("conv_2", other)


def test_pictures_follow_the_theme(digits):
    digits.unfold("steps")
    digits.wait_for_reconstruction("conv_2")
    result = digits.find(Picture, "reconstruction")
    before = QApplication.palette()
    try:
        QApplication.setPalette(palette_for(DARK))
        QApplication.processEvents()
        dark = result.image
        QApplication.setPalette(palette_for(LIGHT))
        QApplication.processEvents()
        assert result.image != dark
        light_picture = digits.find(ImageGrid, "step_strip").images[-1].image
        assert light_picture == reconstruction_image(digits.reconstruction.image, dark=False)
    finally:
        QApplication.setPalette(before)
        QApplication.processEvents()
